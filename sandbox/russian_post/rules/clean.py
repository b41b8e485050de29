"""Normalisation of addresses, names and phones with their quality codes (§5).

Any code spelled in the input is what comes back (``… UNDEF_05``), so that a test can have each of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.russian_post.core import Post
from sandbox.russian_post.errors import gateway, internal

from .address_line import Parsed, parse

QUALITY = ("GOOD", "ON_DEMAND", "POSTAL_BOX", *(f"UNDEF_0{number}" for number in range(1, 8)))
VALIDATION = (
    "CONFIRMED_MANUALLY", "VALIDATED", "OVERRIDDEN", "NOT_VALIDATED_HAS_UNPARSED_PARTS",
    "NOT_VALIDATED_HAS_ASSUMPTION", "NOT_VALIDATED_HAS_NO_MAIN_POINTS", "NOT_VALIDATED_HAS_NUMBER_STREET_ASSUMPTION",
    "NOT_VALIDATED_HAS_NO_KLADR_RECORD", "NOT_VALIDATED_HOUSE_WITHOUT_STREET_OR_NP",
    "NOT_VALIDATED_HOUSE_EXTENSION_WITHOUT_HOUSE", "NOT_VALIDATED_HAS_AMBI", "NOT_VALIDATED_EXCEDED_HOUSE_NUMBER",
    "NOT_VALIDATED_INCORRECT_HOUSE", "NOT_VALIDATED_INCORRECT_HOUSE_EXTENSION", "NOT_VALIDATED_FOREIGN",
    "NOT_VALIDATED_DICTIONARY",
)  # fmt: skip
PHONE_QUALITY = (
    "CONFIRMED_MANUALLY", "GOOD", "GOOD_REPLACED_CODE", "GOOD_REPLACED_NUMBER", "GOOD_REPLACED_CODE_NUMBER",
    "GOOD_CITY_CONFLICT", "GOOD_REGION_CONFLICT", "GOOD_CITY", "GOOD_EXTRA_PHONE", "FOREIGN", "CODE_AMBI", "EMPTY",
    "GARBAGE", "UNDEF", "INCORRECT_DATA",
)  # fmt: skip
NAME_QUALITY = ("CONFIRMED_MANUALLY", "EDITED", "NOT_SURE")


def addresses(post: Post, rows: Any) -> list[dict[str, Any]]:
    """``POST /1.0/clean/address``. Raises Refused."""
    return _each(post, rows, "original-address", _address)


def _address(text: str, _row: Mapping[str, Any]) -> dict[str, Any]:
    found = parse(text)
    quality, validation = _verdict(found)
    forced = re.findall(r"\b[A-Z][A-Z_]+(?:_\d\d)?\b", text)
    quality = next((code for code in forced if code in QUALITY), quality)
    validation = next((code for code in forced if code in VALIDATION), validation)
    row: dict[str, Any] = {"address-type": found.kind}
    if found.place is not None:
        place = found.place
        row |= {"index": found.index, "region": place.region, "region-guid": place.region_guid}
        row |= {"place": place.named, "place-guid": place.guid()}
        if found.street:
            row |= {"street": found.street, "street-guid": place.guid(found.street)}
        if found.street and "house" in found.parts:
            row["address-guid"] = place.guid(found.street, *found.parts.values())
    if found.number:
        row["num-address-type"] = found.number
    return row | found.parts | {"quality-code": quality, "validation-code": validation}


def _verdict(found: Parsed) -> tuple[str, str]:
    if found.foreign:
        return "UNDEF_07", "NOT_VALIDATED_FOREIGN"
    if found.ambiguous:
        return "UNDEF_02", "NOT_VALIDATED_HAS_AMBI"
    if found.place is None:
        missing = "UNDEF_02" if found.region else ("UNDEF_01" if found.street else "UNDEF_06")
        return missing, "NOT_VALIDATED_HAS_NO_MAIN_POINTS"
    if found.kind != "DEFAULT":
        return ("ON_DEMAND" if found.kind == "DEMAND" else "POSTAL_BOX"), "VALIDATED"
    if not found.street:
        extra = "NOT_VALIDATED_HOUSE_WITHOUT_STREET_OR_NP" if found.parts else "NOT_VALIDATED_HAS_NO_MAIN_POINTS"
        return "UNDEF_03", extra
    if "house" not in found.parts:
        return "UNDEF_04", "NOT_VALIDATED_HAS_NO_MAIN_POINTS"
    if len(found.parts["house"]) > 3:
        return "GOOD", "NOT_VALIDATED_EXCEDED_HOUSE_NUMBER"
    if found.leftover:
        return "GOOD", "NOT_VALIDATED_HAS_UNPARSED_PARTS"
    return "GOOD", "NOT_VALIDATED_HAS_ASSUMPTION" if found.guessed else "VALIDATED"


def names(post: Post, rows: Any) -> list[dict[str, Any]]:
    """``POST /1.0/clean/physical``. Raises Refused."""
    return _each(post, rows, "original-fio", _name)


def _name(text: str, _row: Mapping[str, Any]) -> dict[str, Any]:
    forced = next((code for code in NAME_QUALITY if code in text), "")
    words = [word.capitalize() for word in text.replace(forced, "").split()]
    row: dict[str, Any] = dict(zip(("surname", "name", "middle-name"), words, strict=False))
    # Two words come back NOT_SURE although split correctly (§5.2).
    return row | {"quality-code": forced or ("EDITED" if len(words) == 3 else "NOT_SURE")}


def phones(post: Post, rows: Any) -> list[dict[str, Any]]:
    """``POST /1.0/clean/phone``. Raises Refused."""
    return _each(post, rows, "original-phone", _phone)


def _phone(text: str, _row: Mapping[str, Any]) -> dict[str, Any]:
    forced = next((code for code in sorted(PHONE_QUALITY, key=len, reverse=True) if code in text), "")
    several = [part for part in re.split(r"[,;]", text) if len(re.sub(r"\D", "", part)) >= 10]
    digits = re.sub(r"\D", "", several[0] if several else text)
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    quality, parts = _understood(text, digits, len(several) > 1)
    names = ("phone-country-code", "phone-city-code", "phone-number", "phone-extension")
    return dict(zip(names, parts, strict=True)) | {"quality-code": forced or quality}


def _understood(text: str, digits: str, several: bool) -> tuple[str, tuple[str, str, str, str]]:
    nothing = ("", "", "", "")
    if not text.strip():
        return "EMPTY", nothing
    if not digits:
        return "GARBAGE", nothing
    if len(digits) in (11, 12) and digits.startswith(("375", "374", "996", "998", "77")):
        return "FOREIGN", (digits[:3], "", digits[3:], "")
    if len(digits) != 10:
        return "INCORRECT_DATA", nothing
    # +78632 is Rostov's 863 with a digit of the number in it (§5.3).
    return ("GOOD_EXTRA_PHONE" if several else "GOOD"), ("7", digits[:3], digits[3:], "")


def _each(post: Post, rows: Any, name: str, work: Any) -> list[dict[str, Any]]:
    if not isinstance(rows, list):
        raise gateway(400, "JSON parse error: array expected")
    done = []
    for row in rows:
        if not isinstance(row, dict):
            raise internal("Cannot deserialize value from Array value")
        if not isinstance(row.get("id"), str) or not isinstance(row.get(name), str):
            raise gateway(400, f"id and {name} are required")
        done.append({"id": row["id"], name: row[name]} | work(row[name], row))
    if post.switches.clean_shuffled:
        post.rng.shuffle(done)
    return done
