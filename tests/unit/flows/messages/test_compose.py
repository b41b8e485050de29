"""What a message says: values in the client's language and by their clock; what is not known leaves no gap."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from b24app.flows.brand import Brand
from b24app.flows.messages.compose import compose
from b24app.flows.messages.facts import MessageFacts, PointFacts
from b24app.flows.messages.masks import masked
from b24app.flows.messages.opening import hours_words
from b24app.flows.messages.rules import Template
from b24app.logistics.money import Money
from b24app.logistics.points import Hours, Opening

NOW, ZONE = datetime(2026, 11, 12, 22, tzinfo=UTC), ZoneInfo("Asia/Vladivostok")
FACTS = MessageFacts(
    Brand("Чашка", phone="+78001234567"), name="Анна", order="501", number="1000451",
    point=PointFacts("KZN12", "Баумана, 5", "Казань, ул. Баумана, 5"), cod=Money(124050),
    keep_until=datetime(2026, 11, 15, 14, tzinfo=UTC), expected=date(2027, 1, 9),
)  # fmt: skip


def said(text: str, lang: str = "ru") -> str:
    return compose(Template(text), FACTS, lang, NOW, ZONE, "+79001231462").body.replace("\u00a0", " ")


def test_values_in_both_languages() -> None:
    assert said("{заказ}: {адрес}, до {хранение}, осталось {осталось}") == (
        "501: Казань, ул. Баумана, 5, до 15 ноября, осталось 2 дня"  # by the clock of Vladivostok it is the 13th
    )
    assert said("{until}, {days}, {cod}", "en") == "15 November, 2 days, ₽1,240.50"
    assert said("К оплате {к оплате}. {магазин}, {телефон магазина}") == "К оплате 1 240,50 ₽. Чашка, +7 800 123-45-67"
    assert said("{expected}") == "9 января 2027"


def test_what_is_not_known_takes_its_part_along() -> None:
    assert said("{имя}, заказ {заказ} в пути.[ Код {код}.][ Ждём {ожидаем}.]") == (
        "Анна, заказ 501 в пути. Ждём 9 января 2027."
    )


def test_the_template_cannot_be_written_by_a_clients_name() -> None:
    facts = MessageFacts(Brand("Чашка"), name="{code}[{order}]", code="1234")
    assert compose(Template("{name}"), facts, "ru", NOW, ZONE).body == "{code}[{order}]"


def test_hours() -> None:
    week = tuple(Opening(day, 600, 1260) for day in range(1, 8))
    assert hours_words(Hours(week), "ru") == "ежедневно 10:00–21:00"
    assert hours_words(Hours((*week[:5], Opening(6, 600, 960))), "ru") == "пн–пт 10:00–21:00, сб 10:00–16:00"
    assert hours_words(Hours((*week[:5], Opening(6, 600, 960))), "en") == "Mon–Fri 10:00–21:00, Sat 10:00–16:00"
    assert hours_words(Hours(text="пн-вс   10-20"), "ru") == "пн-вс 10-20"


def test_masks() -> None:
    assert masked("+79001231462") == "+7 ••• •••-14-62"
    assert masked("olga@example.test") == "o•••@example.test"
    assert masked("+4915112345678") == "+•••5678"
    assert masked("") == ""
