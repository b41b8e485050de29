"""Validation of an order (§3.1, §7.1): several codes an order, in the order of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.russian_post.catalogue import (
    ADDRESS_TYPES,
    CATEGORIES,
    DIMENSION_TYPES,
    ENVELOPE_TYPES,
    IDENTITY_METHODS,
    MAIL_TYPES,
    MAX_DECLARED,
    NUMBERED_ADDRESS_TYPES,
    PAYMENT_METHODS,
    RUSSIA,
    TRANSPORT_TYPES,
    goes_to_point,
    has_cod,
    has_compulsory,
    has_declared,
    is_combined,
)  # fmt: skip
from sandbox.russian_post.core import Post
from sandbox.russian_post.data import offices
from sandbox.russian_post.data.offices import POSTAMAT
from sandbox.russian_post.errors import gateway, internal, order_error
from sandbox.russian_post.model import Account
from sandbox.russian_post.places import by_index

Errors = Iterator[dict[str, str]]

_INTEGERS = (
    "mail-direct", "mass", "tel-address", "tel-address-from", "insr-value", "payment", "compulsory-payment",
    "prepaid-amount", "sms-notice-recipient", "shelf-life-days", "time-slot-id", "tariff-count",
)  # fmt: skip
_FLAGS = (
    "fragile", "courier", "delivery-to-door", "inventory", "vsd", "no-return", "easy-return", "completeness-checking",
    "pre-postal-preparation", "with-simple-notice", "with-order-of-notice", "with-electronic-notice",
    "with-uzeuv-notice", "with-packaging", "with-documents", "with-goods", "wo-mail-rank", "farma", "tender",
    "with-discount", "add-to-mmo", "client-return", "delivery-with-cod", "manual-address-input",
)  # fmt: skip
_TEXTS = (
    "order-num", "mail-type", "mail-category", "address-type-to", "region-to", "place-to", "area-to", "location-to",
    "street-to", "house-to", "slash-to", "letter-to", "corpus-to", "building-to", "vladenie-to", "hotel-to", "room-to",
    "office-to", "num-address-type-to", "raw-address", "str-index-to", "recipient-name", "surname", "given-name",
    "middle-name", "postoffice-code", "payment-method", "notice-payment-method", "transport-type", "transport-mode",
    "dimension-type", "envelope-type", "group-name", "sender-name", "sender-comment", "comment", "inner-num",
    "branch-name", "seller-id",
)  # fmt: skip
_OBJECTS = ("dimension", "ecom-data", "goods", "fiscal-data", "customs-declaration", "payment-details", "address-from")
KNOWN = frozenset((*_INTEGERS, *_FLAGS, *_TEXTS, *_OBJECTS, "index-to"))
_LETTERS = ("LETTER", "LETTER_CLASS_1")
_FLAT = (*_LETTERS, "BANDEROL", "BANDEROL_CLASS_1")


def check_types(body: Any) -> None:
    """What the parser in front of the validation takes. Raises Refused."""
    if not isinstance(body, dict):
        # An array of the wrong thing is the service's own failure (§3).
        raise (
            internal("Cannot deserialize instance of Order")
            if isinstance(body, list)
            else gateway(400, "JSON parse error: object expected")
        )
    for name in (*_INTEGERS, "index-to"):
        value = body.get(name)
        digits = isinstance(value, str) and value.isdigit() and name == "index-to"
        if value is not None and (isinstance(value, bool) or not (isinstance(value, int) or digits)):
            raise gateway(400, f"JSON parse error: {name} must be an integer")
    for names, kind, word in ((_FLAGS, bool, "a boolean"), (_OBJECTS, dict, "an object")):
        for name in names:
            if body.get(name) is not None and not isinstance(body[name], kind):
                raise gateway(400, f"JSON parse error: {name} must be {word}")
    for name in _TEXTS:
        if body.get(name) is not None and not isinstance(body[name], (str, int)):
            raise gateway(400, f"JSON parse error: {name} must be a string")


def problems(post: Post, account: Account, body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Everything that is wrong with one order."""
    return [
        *_product(post, account, body), *_address(body), *_destination(post, body), *_recipient(body), *_money(body),
        *_parcel(body), *_marks(body), *_office(account, body),
    ]  # fmt: skip


def _pair(body: Mapping[str, Any]) -> tuple[str, str]:
    return str(body.get("mail-type") or ""), str(body.get("mail-category") or "")


def _product(post: Post, account: Account, body: Mapping[str, Any]) -> Errors:
    kind, category = _pair(body)
    if not category:
        yield order_error("EMPTY_MAIL_CATEGORY")
    elif category not in CATEGORIES:
        yield order_error("ILLEGAL_MAIL_CATEGORY", category)
    elif has_cod(category) and not account.espp:
        yield order_error("RESTRICTED_MAIL_CATEGORY")
    if not kind:
        yield order_error("EMPTY_MAIL_TYPE")
    elif kind not in MAIL_TYPES:
        yield order_error("ILLEGAL_MAIL_TYPE", kind)
    elif kind not in {name for name, _ in account.products}:
        yield order_error("UNAVAILABLE_MAIL_TYPE")
    elif category in CATEGORIES and (kind, category) not in account.products:
        yield order_error("ILLEGAL_MAIL_CATEGORY", category)
    elif kind in post.switches.refused_types:
        yield order_error("TARIFF_ERROR", "1372 Данное направление не обслуживается")
    direct = body.get("mail-direct")
    if direct is None:
        yield order_error("EMPTY_MAIL_DIRECT")
    elif not 0 < direct < 1000:
        yield order_error("ILLEGAL_MAIL_DIRECT")
    elif direct != RUSSIA:
        # International items are not emulated.
        yield order_error("UNAVAILABLE_MAIL_TYPE")


def _address(body: Mapping[str, Any]) -> Errors:
    kind = body.get("address-type-to")
    if not kind:
        yield order_error("EMPTY_ADDRESS_TYPE_TO")
    elif kind not in ADDRESS_TYPES:
        yield order_error("ILLEGAL_ADDRESS_TYPE_TO", str(kind))
    elif kind in NUMBERED_ADDRESS_TYPES and not body.get("num-address-type-to"):
        yield order_error("EMPTY_NUM_ADDRESS_TYPE")
    if not goes_to_point(*_pair(body)):
        index = str(body.get("index-to") or "")
        if not index:
            yield order_error("EMPTY_INDEX_TO")
        elif by_index(index) is None:
            yield order_error("ILLEGAL_INDEX_TO", index)
    for name, code in (("region-to", "EMPTY_REGION_TO"), ("place-to", "EMPTY_PLACE_TO")):
        if not str(body.get(name) or "").strip():
            yield order_error(code)
    if kind == "DEFAULT" and not goes_to_point(*_pair(body)) and not str(body.get("street-to") or "").strip():
        yield order_error("EMPTY_STREET_TO")
    parts = (("letter-to", 2), ("slash-to", 8), ("corpus-to", 8), ("building-to", 8), ("room-to", 12))
    for name, most in parts:
        if len(str(body.get(name) or "")) > most:
            yield order_error(f"ILLEGAL_ADDRESS_{name.removesuffix('-to').upper()}")


def _destination(post: Post, body: Mapping[str, Any]) -> Errors:
    """A postamat or a partner's point (§10.4)."""
    kind, category = _pair(body)
    ecom = body.get("ecom-data") or {}
    index = str(ecom.get("delivery-point-index") or "")
    if not goes_to_point(kind, category):
        return
    office = offices.by_index(index, post.switches.extra_points)
    if office is None or not office.hands_out_ecom or not office.for_people:
        yield order_error("EMPTY_DELIVERY_POINT_INDEX", index)
        return
    if is_combined(category) and not body.get("dimension-type"):
        yield order_error("EMPTY_DIMENSION_TYPE")
    elif body.get("dimension-type") and body["dimension-type"] not in DIMENSION_TYPES:
        yield order_error("EMPTY_DIMENSION_TYPE", str(body["dimension-type"]))
    elif office.type == POSTAMAT and body.get("dimension-type") == "OVERSIZED":
        yield order_error("DIMENSION_NOT_SUPPORTED")
    if office.weight_kg and isinstance(body.get("mass"), int) and body["mass"] > office.weight_kg * 1000:
        yield order_error("ILLEGAL_MASS_EXCESS")
    if strange := [name for name in ecom.get("identity-methods") or () if name not in IDENTITY_METHODS]:
        yield order_error("UNDEFINED", " ".join(map(str, strange)))


def _recipient(body: Mapping[str, Any]) -> Errors:
    name = str(body.get("recipient-name") or "").strip()
    if len(name) < 2 or not any(letter.isalpha() for letter in name):
        yield order_error("ILLEGAL_RECIPIENT_NAME")
    if not all(str(body.get(part) or "").strip() for part in ("surname", "given-name")):
        yield order_error("ILLEGAL_INITIALS")
    kind = MAIL_TYPES.get(_pair(body)[0])
    if kind and kind.phone and not body.get("tel-address"):
        yield order_error("EMPTY_TELADDRESS")


def _money(body: Mapping[str, Any]) -> Errors:
    category = _pair(body)[1]
    declared, payment, compulsory = (body.get(name) for name in ("insr-value", "payment", "compulsory-payment"))
    if has_declared(category):
        if declared is None:
            yield order_error("EMPTY_INSR_VALUE")
        elif declared <= 0:
            yield order_error("ILLEGAL_INSR_VALUE")
        elif declared > MAX_DECLARED:
            yield order_error("INSR_VALUE_EXCEEDS_MAX")
    elif declared:
        yield order_error("ILLEGAL_INSR_VALUE")
    yield from _payment(payment, wanted=has_cod(category))
    if payment and declared and payment > declared:
        yield order_error("NOT_INSURED_PAYMENT")
    yield from _payment(compulsory, wanted=has_compulsory(category))
    if body.get("delivery-with-cod"):
        if not body.get("fiscal-data"):
            yield order_error("EMPTY_FISCAL_DATA")
        items = (body.get("goods") or {}).get("items")
        if not items or any(not row.get("description") or not row.get("quantity") for row in items):
            yield order_error("EMPTY_GOODS_ITEMS_LIST")
    for name, code in (("payment-method", "ILLEGAL_PAYMENT_METHOD"),
                       ("notice-payment-method", "ILLEGAL_NOTICE_PAYMENT_METHOD")):  # fmt: skip
        if body.get(name) and body[name] not in PAYMENT_METHODS:
            yield order_error(code, str(body[name]))


def _payment(amount: int | None, *, wanted: bool) -> Errors:
    if wanted and amount is None:
        yield order_error("EMPTY_PAYMENT")
    elif (wanted and amount is not None and amount <= 0) or (not wanted and amount):
        yield order_error("ILLEGAL_PAYMENT")


def _parcel(body: Mapping[str, Any]) -> Errors:
    kind, mass = MAIL_TYPES.get(_pair(body)[0]), body.get("mass")
    if mass is None:
        yield order_error("EMPTY_MASS")
    elif mass <= 0:
        yield order_error("ILLEGAL_MASS")
    elif kind and mass > kind.max_mass:
        yield order_error("ILLEGAL_MASS_EXCESS")
    sides = body.get("dimension")
    if sides is not None and _pair(body)[0] in _FLAT:
        yield order_error("DIMENSION_NOT_SUPPORTED")
    elif sides is not None and any(not isinstance(sides.get(name), int) or sides[name] <= 0
                                   for name in ("length", "width", "height")):  # fmt: skip
        yield order_error("DIMENSION_NOT_SUPPORTED", "length, width, height")
    transport = body.get("transport-type")
    standard_fits = kind is not None and (kind.code == "EMS_OPTIMAL" or is_combined(_pair(body)[1]))
    if transport and (transport not in TRANSPORT_TYPES or (transport == "STANDARD" and not standard_fits)):
        yield order_error("ILLEGAL_TRANSPORT_TYPE", str(transport))


def _marks(body: Mapping[str, Any]) -> Errors:
    kind = _pair(body)[0]
    if body.get("fragile") and kind in _LETTERS:
        yield order_error("ILLEGAL_FRAGILE")
    if kind in _LETTERS:
        if not body.get("envelope-type"):
            yield order_error("EMPTY_ENVELOPE_TYPE")
        elif body["envelope-type"] not in ENVELOPE_TYPES:
            yield order_error("ILLEGAL_ENVELOPE_TYPE")
    if body.get("sms-notice-recipient") not in (None, 0, 1):
        yield order_error("ILLEGAL_SMS_NOTICE_RECIPIENT_VALUE")


def _office(account: Account, body: Mapping[str, Any]) -> Errors:
    code = str(body.get("postoffice-code") or "")
    if not code:
        yield order_error("EMPTY_POSTOFFICE_CODE", " ".join(account.points))
    elif code not in account.points:
        yield order_error("ILLEGAL_POSTOFFICE_CODE", " ".join(account.points))
