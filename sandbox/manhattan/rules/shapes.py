"""What is wrong with a body before it means anything: names, types, times (§3). All at once, as (code, words)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sandbox.manhattan.data import attributes
from sandbox.manhattan.data.items import ITEMS
from sandbox.manhattan.data.places import ASN_ORIGINS, FACILITIES, UNITS
from sandbox.manhattan.errors import told

Told = tuple[str, str]
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?")


def order(body: Mapping[str, Any], strict: bool) -> list[Told]:
    """An original order (§3.1, §7.3)."""
    found = [*_names("", body, attributes.ORDER, strict), *_identity(body, "OriginalOrderId", "OriginFacilityId")]
    lines = body.get("OriginalOrderLine")
    found += _lines("OriginalOrderLine", lines, attributes.ORDER_LINE, "OrderedQuantity", "OriginalOrderLineId", strict)
    address = body.get("DestinationAddress")
    if address is not None:
        found += _address(address, strict) if isinstance(address, Mapping) else [_typed("DestinationAddress")]
    if body.get("Extended") is not None and not isinstance(body["Extended"], Mapping):
        found.append(_typed("Extended"))
    return found


def asn(body: Mapping[str, Any], strict: bool) -> list[Told]:
    """An ASN (§3.3): rows by item, or by LPN."""
    found = [*_names("", body, attributes.ASN, strict), *_identity(body, "AsnId", "DestinationFacilityId")]
    origin = body.get("AsnOriginTypeId")
    if not origin:
        found.append(told("FWCORE::REQUIRED", "AsnOriginTypeId"))
    elif origin not in ASN_ORIGINS:
        found.append(told("RCV::ORIGIN", origin))
    if body.get("AsnStatus") not in (None, "1000"):
        found.append(_typed("AsnStatus"))
    level = body.get("AsnLevelId")
    if level == "ITEM":
        rows = body.get("AsnLine")
        return found + _lines("AsnLine", rows, attributes.ASN_LINE, "ShippedQuantity", "AsnLineId", strict)
    if level != "LPN":
        return [*found, told("FWCORE::REQUIRED" if not level else "FWCORE::TYPE", "AsnLevelId")]
    return found + _lpns(body.get("Lpn"), strict)


def _identity(body: Mapping[str, Any], key: str, facility: str) -> Iterator[Told]:
    number, place = body.get(key), body.get(facility)
    if not number:
        yield told("FWCORE::REQUIRED", key)
    elif not isinstance(number, str) or len(number) > 50 or not number.isprintable():
        yield _typed(key)
    if not place:
        yield told("FWCORE::REQUIRED", facility)
    elif place not in FACILITIES:
        yield told("FAC::UNKNOWN", place)


def _address(address: Mapping[str, Any], strict: bool) -> Iterator[Told]:
    yield from _names("DestinationAddress.", address, attributes.ADDRESS, strict)
    for name, value in address.items():
        if value is not None and not isinstance(value, str):
            yield _typed(f"DestinationAddress.{name}")
    country = address.get("Country")
    if country and not re.fullmatch(r"[A-Z]{2}", str(country)):
        yield told("DCO::ADDRESS", "Country")


def _lines(place: str, rows: Any, known: Collection[str], quantity: str, key: str, strict: bool) -> list[Told]:
    if not isinstance(rows, list) or not rows:
        return [told("FWCORE::REQUIRED", place)]
    found: list[Told] = []
    seen = set()
    for index, row in enumerate(rows):
        at = f"{place}[{index}]."
        if not isinstance(row, Mapping):
            found.append(_typed(at[:-1]))
            continue
        found += _names(at, row, known, strict)
        found += _goods(at, row, quantity)
        if not row.get(key) or row[key] in seen or not isinstance(row[key], str):
            found.append(told("FWCORE::REQUIRED", at + key))
        seen.add(str(row.get(key)))
    return found


def _lpns(lpns: Any, strict: bool) -> list[Told]:
    if not isinstance(lpns, list) or not lpns:
        return [told("FWCORE::REQUIRED", "Lpn")]
    found: list[Told] = []
    for index, lpn in enumerate(lpns):
        at = f"Lpn[{index}]"
        if not isinstance(lpn, Mapping) or not lpn.get("LpnId"):
            found.append(told("FWCORE::REQUIRED", f"{at}.LpnId"))
            continue
        found += _names(f"{at}.", lpn, attributes.LPN, strict)
        rows = lpn.get("LpnDetail")
        found += _lines(f"{at}.LpnDetail", rows, attributes.LPN_DETAIL, "ShippedQuantity", "LpnDetailId", strict)
    return found


def _goods(at: str, row: Mapping[str, Any], quantity: str) -> Iterator[Told]:
    item, amount, unit = row.get("ItemId"), row.get(quantity), row.get("QuantityUomId")
    if not item:
        yield told("FWCORE::REQUIRED", f"{at}ItemId")
    elif item not in ITEMS:
        yield told("ITM::UNKNOWN", item)
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0:
        yield _typed(at + quantity)
    if unit is not None and unit not in UNITS:
        yield _typed(f"{at}QuantityUomId")
    for name in ("UnitPrice", "Weight", "UnitWeight"):
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            yield _typed(at + name)


def _names(at: str, body: Mapping[str, Any], known: Collection[str], strict: bool) -> Iterator[Told]:
    for name, value in body.items():
        if strict and name not in known:
            yield told("FWCORE::ATTRIBUTE", at + name)
        elif value is not None and _wrongly_typed(name, value):
            yield _typed(at + name)


def _wrongly_typed(name: str, value: Any) -> bool:
    if name in attributes.TIMES:
        return not _is_time(value)
    return name in ("Cancelled", "Canceled") and not isinstance(value, bool)


def _is_time(value: Any) -> bool:
    """Without a zone: the facility's (§3.1)."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _typed(name: str) -> Told:
    return told("FWCORE::TYPE", name)
