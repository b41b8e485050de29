"""What the recipient left of an order with partial delivery: `items[].delivery_amount` of what was handed over
(cdek.md §6.4). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from b24app.logistics.order import InPart
from b24app.systems.cdek.errors import rows_of
from b24app.systems.kit.in_part import HandedOut, in_part
from b24app.systems.kit.units import decimal_of

_COPY = re.compile(r"(?P<article>.+)_\d+")


def left_in(entity: Mapping[str, Any]) -> InPart | None:
    """Of an order that was collected in part; None when its rows do not tell. The sum that was collected is not among
    the fields whose meaning the contract knows."""
    rows: list[HandedOut] = []
    for package in rows_of(entity.get("packages")):
        items = rows_of(package.get("items"))
        names = {_text(item, "ware_key"): _text(item, "name") for item in items}
        for item in items:
            amount, taken = decimal_of(item.get("amount")), decimal_of(item.get("delivery_amount"))
            left = amount - taken if amount is not None and taken is not None else None
            rows.append(HandedOut(taken, left, _article(item, names), _text(item, "name")))
    return in_part(rows)


def _article(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Without the mark by which rows of one article were told apart (`goods.unique_article`)."""
    key = _text(item, "ware_key")
    copy = _COPY.fullmatch(key)
    if copy is None or names.get(copy["article"]) != _text(item, "name"):
        return key
    return copy["article"]


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item.get(name) or "").strip()
