"""An address as a person typed it, taken apart as DPD wants it: street, its kind, house and the rest in fields of
their own (dpd.md §5.1, §13: DPD has no cleaner). What cannot be told apart goes as one text, which an employee of DPD
reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from b24app.logistics.model import Address
from b24app.logistics.ports import City

#: What people write -> DPD's short word for the kind of street.
_KINDS = {
    "ул": "ул", "улица": "ул", "пр-кт": "пр-кт", "пр-т": "пр-кт", "просп": "пр-кт", "проспект": "пр-кт", "пр": "пр-кт",
    "пер": "пер", "переулок": "пер", "ш": "ш", "шоссе": "ш", "наб": "наб", "набережная": "наб", "б-р": "б-р",
    "бул": "б-р", "бульвар": "б-р", "пл": "пл", "площадь": "пл", "проезд": "проезд", "пр-д": "проезд",
    "аллея": "аллея", "линия": "линия", "тракт": "тракт", "тупик": "тупик", "туп": "тупик", "мкр": "мкр",
    "мкрн": "мкр", "микрорайон": "мкр", "квартал": "кв-л", "кв-л": "кв-л",
}  # fmt: skip
_KIND = "|".join(sorted(map(re.escape, _KINDS), key=len, reverse=True))
_BEFORE = re.compile(rf"^(?P<kind>{_KIND})\.?\s+(?P<name>\S.*)$|^(?P<kind2>{_KIND})\.(?P<name2>\S.*)$", re.IGNORECASE)
_AFTER = re.compile(rf"^(?P<name>.+?)\s+(?P<kind>{_KIND})\.?$", re.IGNORECASE)
#: `44`, `44а`, `44/8`, `44к2`, `д. 44 корп. 2`: the house, then its block and building.
_HOUSE = re.compile(
    r"^(?:д(?:ом)?\.?\s*)?(?P<house>\d+(?:[/-]\d+)?(?:\s?[а-яa-z](?![а-яa-z0-9]))?)"
    r"(?:\s*(?:к|корп|корпус)\.?\s*(?P<block>\d+\w?))?(?:\s*(?:с|стр|строение)\.?\s*(?P<building>\d+\w?))?$",
    re.IGNORECASE,
)
_MORE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("houseKorpus", re.compile(r"^(?:к|корп|корпус)\.?\s*(\d+\w?)$", re.IGNORECASE)),
    ("str", re.compile(r"^(?:с|стр|строение)\.?\s*(\d+\w?)$", re.IGNORECASE)),
    ("vlad", re.compile(r"^(?:вл|влад|владение)\.?\s*(\d+\w?)$", re.IGNORECASE)),
    ("flat", re.compile(r"^(?:кв|квартира)\.?\s*(\d+\w?)$", re.IGNORECASE)),
    ("office", re.compile(r"^(?:оф|офис)\.?\s*(\w+)$", re.IGNORECASE)),
)
#: A house at the end of the street's own part: `ул. Баумана 44`, `ул. Баумана д. 44 кв. 5`.
_TAIL = re.compile(r"^(?P<street>.*?[^\W\d].*?)[\s.]+(?P<rest>(?:д(?:ом)?\.?\s*)?\d.*)$", re.IGNORECASE)
_SPLIT_REST = re.compile(r"\s+(?=(?:к|корп|корпус|с|стр|строение|кв|квартира|оф|офис)\.?\s*\d)", re.IGNORECASE)
MAX_TEXT = 255


def street_fields(address: Address, city: City) -> dict[str, str]:
    """`street`, `streetAbbr`, `house` and what else is told; what has no field of its own is `extraInfo`. Without a
    street and a house: `{"addressString": …}`."""
    found: dict[str, str] = {}
    rest: list[str] = []
    for part in _parts(address, city):
        if "street" not in found and (street := _street(part)):
            found |= street[0]
            for more in street[1]:
                _detail(more, found, rest)
        else:
            _detail(part, found, rest)
    if not found.get("street") or not (found.get("house") or found.get("vlad")):
        return {"addressString": address.text[:MAX_TEXT]}
    found.setdefault("house", found.get("vlad", ""))
    return found | ({"extraInfo": ", ".join(rest)[:MAX_TEXT]} if rest else {})


def _parts(address: Address, city: City) -> list[str]:
    """The parts behind the city: country, region, postal code and the city itself have fields of their own."""
    known = {
        _plain(name) for name in (city.name, city.region, *address.city_names, address.region or "", "россия", "рф")
    }
    parts = [" ".join(part.split()) for part in re.split(r"[,;\n]+", address.text)]
    places = [index for index, part in enumerate(parts) if _plain(part) == _plain(city.name)]
    behind = parts[places[0] + 1 :] if places else [_without(city.name, part) for part in parts]
    return [part.strip(" .") for part in behind if part.strip(" .") and not _is_place(part, known, address)]


def _without(city: str, part: str) -> str:
    """`Казань ул Баумана 44`: the city stands in the street's own part."""
    found = re.match(rf"(?:г\.?\s*)?{re.escape(city)}\s+(?=\S)", part, re.IGNORECASE)
    return part[found.end() :] if found else part


def _is_place(part: str, known: set[str], address: Address) -> bool:
    plain = _plain(part)
    return (
        plain in known or plain == (address.postal_code or "-") or bool(re.search(r"\b(обл|область|край|респ)", plain))
    )


def _plain(text: str) -> str:
    return re.sub(r"^(?:г|гор|город|с|п|пос|д)\.?\s+", "", text.casefold().replace("ё", "е").strip(" .")).strip()


def _street(part: str) -> tuple[dict[str, str], list[str]] | None:
    """A street and what stands behind it in the same part."""
    tail = _TAIL.match(part)
    rest = _SPLIT_REST.split(tail["rest"]) if tail else []
    if tail is None or tail["street"].strip(" .").casefold() in _KINDS or not _HOUSE.match(rest[0]):
        tail, rest = None, []  # `ул. 8 Марта` ends in no house
    name = tail["street"] if tail else part
    for pattern in (_BEFORE, _AFTER):
        if found := pattern.match(name.strip()):
            groups: Mapping[str, str | None] = found.groupdict()
            kind = groups.get("kind") or groups.get("kind2") or ""
            street = (groups.get("name") or groups.get("name2") or "").strip(" .")
            return {"street": street, "streetAbbr": _KINDS[kind.casefold()]}, rest
    if tail and not _HOUSE.match(part) and not any(pattern.match(part) for _, pattern in _MORE):
        return {"street": name.strip(" .")}, rest
    return None


def _detail(part: str, found: dict[str, str], rest: list[str]) -> None:
    house = _HOUSE.match(part) if "house" not in found and "street" in found else None
    if house:
        found["house"] = house["house"].replace(" ", "")
        for name, group in (("houseKorpus", "block"), ("str", "building")):
            if house[group]:
                found[name] = house[group]
        return
    for name, pattern in _MORE:
        if (match := pattern.match(part)) and name not in found:
            found[name] = match[1]
            return
    rest.append(part)
