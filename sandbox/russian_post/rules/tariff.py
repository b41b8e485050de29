"""What an item costs and how long it takes: the contract's rate (§6.1) and the parts an order shows (§7.2).

Everything in kopecks; a rate is without VAT, its VAT is beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.russian_post.catalogue import (
    CATEGORIES,
    DIMENSION_TYPES,
    MAIL_TYPES,
    MAX_DECLARED,
    RUSSIA,
    goes_to_point,
    has_declared,
)
from sandbox.russian_post.core import Post
from sandbox.russian_post.data import offices
from sandbox.russian_post.data.offices import POSTAMAT
from sandbox.russian_post.errors import Refused, gateway, not_found
from sandbox.russian_post.model import Account
from sandbox.russian_post.places import Place, by_index, distance_km

_FLAGS = (
    "courier", "fragile", "inventory", "vsd", "completeness-checking", "contents-checking", "with-simple-notice",
    "with-order-of-notice", "with-electronic-notice", "functionality-checking", "with-fitting",
)  # fmt: skip
_WHOLE = ("mass", "mail-direct", "declared-value", "goods-value", "sms-notice-recipient")
_NOTICES = {"with-simple-notice": 3_000, "with-order-of-notice": 6_000, "with-electronic-notice": 1_500}
_SERVICES = {
    "inventory": 4_000, "completeness-checking": 5_000, "contents-checking": 5_000, "functionality-checking": 7_000,
    "with-fitting": 9_000, "vsd": 8_000,
}  # fmt: skip


class NoRate(Exception):  # noqa: N818 - an answer of the calculator
    """No price; ``code`` is TariffErrorCode's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Item:
    """What is priced. Money in kopecks, sides in centimetres (0: not told)."""

    start: Place
    end: Place
    mail_type: str
    category: str
    mass: int
    sides: tuple[int, int, int] = (0, 0, 0)
    declared: int = 0
    flags: frozenset[str] = frozenset()
    sms: bool = False


def rates(item: Item) -> dict[str, int]:
    """Name of a part (``ground``, ``insurance``, …) -> kopecks without VAT; absent where it does not apply."""
    kind = MAIL_TYPES[item.mail_type]
    away = distance_km(item.start, item.end)
    weight = charged_grams(item)
    ground = (15_000 + away * 3.2 + max(0, math.ceil(weight / 500) - 1) * (1_800 + away * 0.9)) * kind.factor
    out = {"ground": int(round(ground / 100) * 100)}
    if has_declared(item.category):
        out["insurance"] = max(100, round(item.declared * 0.03))
    if notice := sum(price for name, price in _NOTICES.items() if name in item.flags):
        out["notice"] = notice
    if "fragile" in item.flags:
        out["fragile"] = round(out["ground"] * 0.3)
    out |= {name: price for name, price in _SERVICES.items() if name in item.flags}
    if oversized(item):
        out["oversize"] = round(out["ground"] * 0.4)
    if item.sms:
        out["sms-notice-recipient"] = 1_000
    return out


def charged_grams(item: Item) -> int:
    """The greater of the real mass and, for what is carried by air or courier, the volume's (5000 cm³ a kg)."""
    volume = item.sides[0] * item.sides[1] * item.sides[2] / 5
    return max(item.mass, int(volume)) if MAIL_TYPES[item.mail_type].door else item.mass


def oversized(item: Item) -> bool:
    return max(item.sides) > 60 or sum(item.sides) > 120 or item.mass > 10_000


def days(item: Item) -> tuple[int, int]:
    """Shortest and longest term in days."""
    away = distance_km(item.start, item.end)
    least = max(1, round((1 + away / 600) / MAIL_TYPES[item.mail_type].speed))
    return least, least + 1 + round(away / 1500)


def vat(post: Post, amount: int) -> int:
    return round(amount * post.switches.vat_percent / 100)


# --- POST /1.0/tariff -------------------------------------------------------------------------------------------------


def quote(post: Post, account: Account, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a quote. Raises Refused: a malformed request, a foreign point; or shape 6, a bare code."""
    _check_types(body)
    try:
        item = _item(post, account, body)
    except NoRate as problem:
        raise Refused(post.switches.tariff_error_status, {"errors": [problem.code]}) from None
    parts = rates(item)
    total = sum(parts.values())
    method = str(body.get("payment-method") or "CASHLESS")
    row: dict[str, Any] = {
        "payment-method": method,
        "notice-payment-method": str(body.get("notice-payment-method") or "CASHLESS"),
        "total-rate": total,
        "total-vat": vat(post, total),
        "no-counters-coupon": False,
        "tariff-count": 1,
        "with-discount": False,
        "tariffAdditionalFieldsJson": {"is-size": int(any(item.sides)), "weight-pay": charged_grams(item)},
    }
    row |= {f"{name}-rate": {"rate": amount, "vat": vat(post, amount)} for name, amount in parts.items()}
    if not post.switches.no_delivery_time and not item.mail_type.startswith("ECOM"):
        least, most = days(item)
        row["delivery-time"] = {"min-days": least, "max-days": most}
    return row


def _check_types(body: Mapping[str, Any]) -> None:
    for name in ("mail-type", "mail-category", "mass"):
        if body.get(name) is None:
            raise gateway(400, f"Required field is missing: {name}")
    for name in _WHOLE:
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise gateway(400, f"JSON parse error: {name} must be an integer")
    for name in _FLAGS:
        if body.get(name) is not None and not isinstance(body[name], bool):
            raise gateway(400, f"JSON parse error: {name} must be a boolean")
    if body["mail-type"] not in MAIL_TYPES:
        raise gateway(400, f"JSON parse error: not one of the values accepted for MailType: {body['mail-type']}")
    if body["mail-category"] not in CATEGORIES:
        raise gateway(
            400, f"JSON parse error: not one of the values accepted for MailCategory: {body['mail-category']}"
        )


def _item(post: Post, account: Account, body: Mapping[str, Any]) -> Item:
    start_index = str(body.get("index-from") or account.points[0])
    if start_index not in account.points:
        raise not_found("ShippingPoint", start_index)
    mail_type, category = str(body["mail-type"]), str(body["mail-category"])
    if (mail_type, category) not in account.products or mail_type in post.switches.refused_types:
        raise NoRate("UNDEFINED")
    if int(body.get("mail-direct", RUSSIA)) != RUSSIA:
        raise NoRate("UNDEFINED")
    if not 0 < body["mass"] <= MAIL_TYPES[mail_type].max_mass:
        raise NoRate("UNDEFINED")
    declared = int(body.get("declared-value") or 0)
    if has_declared(category) and not 0 < declared <= MAX_DECLARED:
        raise NoRate("UNDEFINED")
    start, end = by_index(start_index), _end(post, body, mail_type, category)
    if start is None or end is None:
        raise NoRate("CODE_1372")
    flags = frozenset(name for name in _FLAGS if body.get(name) is True)
    sms = body.get("sms-notice-recipient") == 1
    return Item(start, end, mail_type, category, body["mass"], sides_of(body), declared, flags, sms)


def _end(post: Post, body: Mapping[str, Any], mail_type: str, category: str) -> Place | None:
    if not goes_to_point(mail_type, category):
        return by_index(str(body.get("index-to") or ""))
    office = offices.by_index(str(body.get("delivery-point-index") or ""), post.switches.extra_points)
    if office is None or not office.hands_out_ecom or not office.for_people:
        # A closed postamat gives "index not given" (§6.1).
        raise NoRate("UNDEFINED")
    if office.type == POSTAMAT and body.get("dimension-type") not in DIMENSION_TYPES:
        raise NoRate("UNDEFINED")
    return office.place


def sides_of(body: Mapping[str, Any]) -> tuple[int, int, int]:
    """``dimension`` in centimetres. Raises Refused for a wrong type."""
    given = body.get("dimension")
    if given is None:
        return 0, 0, 0
    if not isinstance(given, dict) or any(
        isinstance(given.get(name, 0), bool) or not isinstance(given.get(name, 0), int)
        for name in ("length", "width", "height")
    ):
        raise gateway(400, "JSON parse error: dimension must be an object of integers")
    return int(given.get("length", 0)), int(given.get("width", 0)), int(given.get("height", 0))
