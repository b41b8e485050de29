"""An order that never was, for samples of texts: everything that can be known of one is known. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from b24app.flows.brand import Brand
from b24app.flows.messages.facts import MessageFacts, PointFacts
from b24app.flows.messages.moments import Moment
from b24app.logistics.money import Money

_WORDS: Mapping[str, tuple[str, ...]] = {
    "ru": ("Мария", "СДЭК", "На Баумана", "Казань, ул. Баумана, 5", "ежедневно 10:00–20:00", "никого не было дома"),
    "en": ("Maria", "CDEK", "Baumana street", "5 Baumana St, Kazan", "daily 10:00–20:00", "nobody was at home"),
}
#: As long as real ones: what an SMS costs hangs on them.
_PLACE = "example.ru/t/Wq3nT8Lk2VbXy7Rd/1aK9mZ4pQs7tX"


def sample(moment: Moment, lang: str, brand: Brand, now: datetime) -> MessageFacts:
    name, carrier, point, address, hours, reason = _WORDS.get(lang, _WORDS["en"])
    link = f"https://{_PLACE}"
    return MessageFacts(
        brand,
        name=name,
        order="№\u00a05120" if lang == "ru" else "5120",
        number="1573840216",
        carrier=carrier,
        link=link,
        stop_link=f"{link}/stop",
        point=PointFacts("KZN12", point, address, hours),
        keep_until=now + timedelta(days=5),
        code="4821",
        cod=None if moment.of_return else Money(648000),
        promised=(now + timedelta(days=1)).date(),
        expected=(now + timedelta(days=3 if moment is Moment.LATE else 1)).date(),
        address=address,
        reason=reason,
        return_number="AB-5120-1-R1",
        return_link=link.replace("/t/", "/r/"),
        owed=Money(258000),
    )
