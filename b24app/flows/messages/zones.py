"""By which clock a client lives. Pure.

Where the parcel goes says it best: a region or a town (of a point, or as somebody typed it). Then the phone, where all
of its country lives by one clock: Russian mobile numbers say nothing, they move with people. Then the portal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as by_number

from b24app.logistics.capitals import region_stem

#: Regions of Russia by the beginning of their name, east of Moscow's clock and Kaliningrad; the law of 2011-06-03
#: N 107-FZ with its changes up to 2020, as the time zone database has them. All others live by Moscow's.
_REGIONS = """
Europe/Kaliningrad калининград
Europe/Samara самар удмурт
Europe/Saratov саратов
Europe/Ulyanovsk ульянов
Europe/Astrakhan астрахан
Europe/Volgograd волгоград
Asia/Yekaterinburg башк курган оренбург перм свердлов тюмен челябин ханты ямал
Asia/Omsk омск
Asia/Barnaul алтай
Asia/Novosibirsk новосибир
Asia/Tomsk томск
Asia/Novokuznetsk кемеров кузбасс
Asia/Krasnoyarsk краснояр хакас тыва тува
Asia/Irkutsk иркут бурят
Asia/Chita забайкал
Asia/Yakutsk саха якут амур
Asia/Vladivostok примор хабаров еврей
Asia/Magadan магадан
Asia/Sakhalin сахалин
Asia/Kamchatka камчат чукот
"""
_OF_REGION = {stem: line.split()[0] for line in _REGIONS.strip().splitlines() for stem in line.split()[1:]}
MOSCOW = "Europe/Moscow"
#: Large towns that are no capitals, so that their name alone says where they lie.
_OF_TOWN = {
    "тольятти": "Europe/Samara", "сызрань": "Europe/Samara", "энгельс": "Europe/Saratov", "балаково": "Europe/Saratov",
    "димитровград": "Europe/Ulyanovsk", "волжский": "Europe/Volgograd", "магнитогорск": "Asia/Yekaterinburg",
    "нижний тагил": "Asia/Yekaterinburg", "сургут": "Asia/Yekaterinburg", "нижневартовск": "Asia/Yekaterinburg",
    "стерлитамак": "Asia/Yekaterinburg", "орск": "Asia/Yekaterinburg", "миасс": "Asia/Yekaterinburg",
    "новый уренгой": "Asia/Yekaterinburg", "ноябрьск": "Asia/Yekaterinburg", "златоуст": "Asia/Yekaterinburg",
    "березники": "Asia/Yekaterinburg", "нефтеюганск": "Asia/Yekaterinburg", "тобольск": "Asia/Yekaterinburg",
    "бийск": "Asia/Barnaul", "рубцовск": "Asia/Barnaul", "бердск": "Asia/Novosibirsk", "северск": "Asia/Tomsk",
    "новокузнецк": "Asia/Novokuznetsk", "прокопьевск": "Asia/Novokuznetsk", "норильск": "Asia/Krasnoyarsk",
    "ачинск": "Asia/Krasnoyarsk", "канск": "Asia/Krasnoyarsk", "ангарск": "Asia/Irkutsk", "братск": "Asia/Irkutsk",
    "нерюнгри": "Asia/Yakutsk", "комсомольск-на-амуре": "Asia/Vladivostok", "находка": "Asia/Vladivostok",
    "уссурийск": "Asia/Vladivostok", "артём": "Asia/Vladivostok", "артем": "Asia/Vladivostok",
}  # fmt: skip


def zone_of(
    phone: str | None, regions: Iterable[str] = (), towns: Iterable[str] = (), country: str = "RU", other: str = MOSCOW
) -> ZoneInfo:
    """`regions` and `towns` best first, of where the parcel goes; `country` is where that is; `other` holds where
    nothing says more."""
    if country == "RU":
        found = next((zone for name in regions if (zone := _of_region(name))), "")
        found = found or next((zone for name in towns if (zone := _of_town(name))), "")
        if found:
            return ZoneInfo(found)
    return ZoneInfo(_of_phone(phone or "") or other)


def _of_region(name: str) -> str:
    """A region that no line lists lives by Moscow's clock, if it is one at all; empty for an empty name."""
    plain = name.lower().replace("ё", "е").strip()
    if not plain:
        return ""
    for stem, zone in _OF_REGION.items():
        if stem.replace("ё", "е") in plain:
            return zone
    return MOSCOW if any(word in plain for word in ("обл", "край", "респ", "москва", "петербург")) else ""


def _of_town(name: str) -> str:
    plain = " ".join(name.lower().split())
    if plain in _OF_TOWN:
        return _OF_TOWN[plain]
    stem = region_stem(plain)
    return (_OF_REGION.get(stem) or MOSCOW) if stem else ""


@lru_cache(maxsize=1024)
def _of_phone(e164: str) -> str:
    """Empty where its country (or its part of it) lives by more than one clock."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return ""
    names = [name for name in by_number.time_zones_for_number(number) if name != by_number.UNKNOWN_TIMEZONE]
    if len(names) != 1:
        return ""
    try:
        return ZoneInfo(names[0]).key
    except (ZoneInfoNotFoundError, ValueError):
        return ""
