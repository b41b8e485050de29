"""Reading an address as a person typed it: postal code, region and names that may be the city.

The text itself is never changed: what is recognised stands beside it, best guess first; a system's directory decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from b24app.logistics.capitals import is_capital_name
from b24app.logistics.model import Address

_POSTAL = re.compile(r"(?<![\d+])(\d{6})(?!\d)")
_SPLIT = re.compile(r"[,;\n]+")
_WORD = r"(?:^|(?<=[\s.]))"

# Kinds of places; the more particular kind comes first when both a city and a village are named.
_VILLAGE = re.compile(
    _WORD + r"(?:(?:пгт|рп|р\.п|пос|посёлок|поселок|село|деревня|дер|станица|ст-ца|аул|хутор|снт)(?:\.\s*|\s+)"
    # A single letter is a word of its own in plain text ("вход с переулка"), so it needs its dot or the first place;
    # "д. Москва" is a village and "д. 5" a house.
    r"|(?:(?:п|с|х|д)\.\s*|^(?:п|с|х|д)\s+)(?=[^\W\d]{3}))(?=\D)",
    re.IGNORECASE,
)
_TOWN = re.compile(_WORD + r"(?:г|гор|город)(?:\.\s*|\s+)(?=\D)", re.IGNORECASE)
_REGION = re.compile(
    r"(?:^|\s)(?:обл|область|край|респ|республика|ао|автономный округ|р-н|район|округ)(?:\.|\s|$)", re.IGNORECASE
)
_STREET = re.compile(
    r"(?:^|\s)(?:ул|улица|пр-т|пр-кт|просп|проспект|пр|пер|переулок|ш|шоссе|наб|набережная|б-р|бульвар|бул|пл|площадь"
    r"|проезд|пр-д|аллея|линия|тракт|тупик|квартал|кв-л|мкр|мкрн|микрорайон|street|st|ave)(?:\.|\s|$)",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?:^|\s)(?:дом|д|корп|корпус|к|стр|строение|кв|квартира|оф|офис|подъезд|под|эт|этаж|литера|лит)(?:\.|\s|$)",
    re.IGNORECASE,
)
_COUNTRY = re.compile(r"^(?:россия|рф|russia|российская федерация)$", re.IGNORECASE)
_ADJECTIVE = re.compile(r"(?:ий|ый|ой|ая|яя|ое|ее|ые|ие)$", re.IGNORECASE)
#: How towns are called for short, in small letters.
SHORT_NAMES = {
    "мск": "Москва",
    "спб": "Санкт-Петербург",
    "с-пб": "Санкт-Петербург",
    "с.-петербург": "Санкт-Петербург",
    "с-петербург": "Санкт-Петербург",
    "санкт петербург": "Санкт-Петербург",
    "питер": "Санкт-Петербург",
    "екб": "Екатеринбург",
    "нск": "Новосибирск",
    "н.новгород": "Нижний Новгород",
    "н. новгород": "Нижний Новгород",
    "н новгород": "Нижний Новгород",
    "ростов на дону": "Ростов-на-Дону",
}
_MAX_NAMES = 6


def read_address(text: str, country: str = "RU", lat: float | None = None, lon: float | None = None) -> Address:
    """An Address whose `text` is the input without outer blanks and whose `city_names` are candidates, best first."""
    plain = unicodedata.normalize("NFC", text).replace("\xa0", " ").strip()
    postal = _POSTAL.search(plain)
    parts = [_clean(part) for part in _SPLIT.split(plain)]
    parts = [part for part in parts if part and not _COUNTRY.match(part)]
    regions = [part for part in parts if _is_region(part)]
    return Address(
        text=plain,
        country=country,
        postal_code=postal.group(1) if postal else None,
        region=", ".join(regions) or None,
        city_names=tuple(_unique(_candidates(parts)))[:_MAX_NAMES],
        lat=lat,
        lon=lon,
    )


def _clean(part: str) -> str:
    return " ".join(_POSTAL.sub(" ", part).split()).strip(" .-")


def _is_region(part: str) -> bool:
    """A part that is only a region or a district: with a town or a street in it too, it is not."""
    return bool(_REGION.search(part)) and not any(mark.search(part) for mark in (_TOWN, _VILLAGE, _STREET))


def _candidates(parts: list[str]) -> list[str]:
    """Marked names first (`г. Казань`), then bare ones before the street (`Казань, …`) or else after it, and only
    without any of these the first words of a mixed part: a street that shares its name with a village must not win."""
    marked = [name for mark in (_VILLAGE, _TOWN) for part in parts for name in _after_mark(mark, part)]
    first_street = next((index for index, part in enumerate(parts) if _is_streetlike(part)), len(parts))
    bare = list(filter(_is_plain, parts[:first_street])) or list(filter(_is_plain, parts[first_street:]))
    named = marked + bare
    return named or [name for part in parts if not _is_region(part) for name in _before_street(part)]


def _is_streetlike(part: str) -> bool:
    return bool(_STREET.search(part) or _HOUSE.search(part)) or any(sign.isdigit() for sign in part)


def _after_mark(mark: re.Pattern[str], part: str) -> list[str]:
    found = mark.search(part)
    return names_by_length(_first_words(part[found.end() :])) if found else []


def _is_plain(part: str) -> bool:
    """Letters only, no marks: probably the city's name and nothing else."""
    return not _is_streetlike(part) and not any(mark.search(part) for mark in (_REGION, _TOWN, _VILLAGE))


def _before_street(part: str) -> list[str]:
    """`Москва ул Ленина 5` names the city before the street's mark; without a mark the first words may be it. One word
    straight before a house (`Ленина 5`) or an adjective before the mark (`Красный проспект`) is a street."""
    street = _STREET.search(part)
    words = _first_words(part[: street.start()] if street else part)
    if not words or (len(words) == 1 and not _may_stand_alone(words[0], street is not None)):
        return []
    return [" ".join(words), *names_by_length(words)] if street else names_by_length(words)


def _may_stand_alone(word: str, before_street: bool) -> bool:
    known = word.lower() in SHORT_NAMES or is_capital_name(word)
    return known or (before_street and not _ADJECTIVE.search(word))


def _first_words(text: str) -> list[str]:
    """Up to three leading words that can be part of a name: before a digit, or a mark of a street, house or region."""
    words: list[str] = []
    for word in text.split()[:3]:
        marked = any(mark.search(f" {word} ") for mark in (_STREET, _HOUSE, _REGION))
        if marked or any(sign.isdigit() for sign in word):
            break
        words.append(word.strip(".()"))
    return [word for word in words if word]


def is_adjective(word: str) -> bool:
    """By its ending: `Парковая`, `Нижний`."""
    return bool(_ADJECTIVE.search(word))


def names_by_length(words: list[str]) -> list[str]:
    """Which of the first words may be a town's name, best first: one word, unless it looks like the first half of a
    longer name (`Нижний Новгород`, `Ростов на Дону`)."""
    if len(words) < 2:
        return words
    prefixes = [" ".join(words[:count]) for count in (1, 2, 3) if count <= len(words)]
    if len(words) > 2 and words[1].lower() in {"на", "де", "-"}:
        return prefixes[::-1]
    return [prefixes[1], prefixes[0], *prefixes[2:]] if _ADJECTIVE.search(words[0]) else prefixes


def _unique(names: Iterable[str]) -> list[str]:
    full = (SHORT_NAMES.get(name.lower().strip(" ."), name) for name in names)
    return list(dict.fromkeys(name.strip(" .") for name in full if len(name) > 1))
