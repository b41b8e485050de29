"""What the recipient left of an order: the lines of goods in a delivery's event (`eventTrackingUnitLoad`, dpd.md §8,
§10). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from b24app.logistics.order import InPart
from b24app.systems.dpd.orders import DELIVERY_LINE
from b24app.systems.kit.in_part import HandedOut, in_part
from b24app.systems.kit.soap import rows
from b24app.systems.kit.units import decimal_of

_COME_BACK = re.compile(r"возв|отказ|не вруч|невруч", re.IGNORECASE)
#: A line of several pieces, as `orders.unit_load` names one.
_SEVERAL = re.compile(r"(?P<name>.+) × (?P<pieces>\d+)")


def goods_of(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The lines that an event lists."""
    found = [good for each in rows(event.get("parameter")) for good in rows(each.get("value"))]
    return [good for good in found if isinstance(good, Mapping) and good]


def is_back(good: Mapping[str, Any]) -> bool:
    """Whether a line was not handed over, by the words of its `state_name`: no list of them is documented."""
    return _COME_BACK.search(str(good.get("state_name") or "")) is not None


def left_in(event: Mapping[str, Any]) -> InPart | None:
    """Of a delivery in part. What was collected no event tells."""
    return in_part([_line(good) for good in goods_of(event) if not _is_delivery(good)])


def _is_delivery(good: Mapping[str, Any]) -> bool:
    return str(good.get("descript") or "").strip() == DELIVERY_LINE and not good.get("article")


def _line(good: Mapping[str, Any]) -> HandedOut:
    title = str(good.get("descript") or "").strip()
    several, count = _SEVERAL.fullmatch(title), decimal_of(good.get("count"))
    if several is not None and count is not None:
        title, count = several["name"], count * int(several["pieces"])
    nothing, article = Decimal(0), str(good.get("article") or "").strip()
    if is_back(good):
        return HandedOut(nothing, count, article, title)
    return HandedOut(count, nothing, article, title)
