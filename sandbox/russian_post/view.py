"""How orders, batches and accounts look in answers (§7.2, §8, §12)."""

from __future__ import annotations

from typing import Any

from .core import Post, iso
from .model import Account, Batch, Order
from .operations import human_name, text_attribute, text_type
from .places import by_index
from .rules import batches, returns, tariff

Row = dict[str, Any]

_SUMS = {
    "mass": "ground", "ground": "ground", "avia": "", "insure": "insurance", "notice": "notice",
    "inventory": "inventory",
    "completeness-checking": "completeness-checking", "contents-checking": "contents-checking",
    "functionality-checking": "functionality-checking", "with-fitting": "with-fitting", "partial-redemption": "",
    "pre-postal-preparation": "", "sms-notice": "sms-notice-recipient", "unloading": "",
}  # fmt: skip
_ORDER_RATES = {"insurance": "insr"}


def order_row(post: Post, order: Order) -> Row:
    """One order as ``backlog/*`` shows it; in a batch with what ``shipment/*`` adds."""
    body = order.body
    if order.kind == "return":
        return _return_row(order)
    row: Row = {name: value for name, value in body.items() if name not in ("address-from", "index-to")}
    if body.get("index-to"):
        row |= {"index-to": int(body["index-to"]), "str-index-to": str(body["index-to"])}
    row |= {
        "id": order.id, "barcode": order.barcode, "version": order.version, "mail-rank": "WO_RANK",
        "postmarks": _postmarks(order), "address-changed": False, "address-type-from": "DEFAULT",
        "add-to-mmo": bool(body.get("add-to-mmo")), "in-mmo": bool(order.group), "fragile": bool(body.get("fragile")),
        "completeness-checking": bool(body.get("completeness-checking")), "delivery-to-door": False,
        "easy-return-recipient-payment": False, "forbidden-esp": False, "manual-address-input": bool(
            body.get("manual-address-input")),
        "payment-method": body.get("payment-method") or "CASHLESS", "pre-postal-preparation": False,
        "prepayment-return": False, "tariff-count": 1, "tariff-type": "MASS", "unloading": False,
        "transport-type": body.get("transport-type") or "SURFACE", "weight-pay": order.rates["weight-pay"],
        "with-client-return": False, "with-discount": False,
        "total-rate-wo-vat": order.rates["total"], "total-vat": order.rates["vat"],
    }  # fmt: skip
    row |= _rates(post, order)
    if not post.switches.no_delivery_time and not str(body["mail-type"]).startswith("ECOM"):
        least, most = order.rates["days"]
        row["delivery-time"] = {"min-days": least, "max-days": most}
    if post.switches.returns_named and (back := returns.of_item(post, order)):
        row["linked-barcode"] = back.barcode
    return row | (_in_batch(post, order) if order.batch else {})


def _return_row(order: Order) -> Row:
    """A choice: nobody has recorded how one looks. What was sent, and its last operation."""
    row = {name: value for name, value in order.body.items() if name != "index-to"}
    row |= {"id": order.id, "barcode": order.barcode, "version": order.version, "str-index-to": order.body["index-to"]}
    return row | ({"linked-barcode": order.direct} if order.direct else {}) | _last_operation(order)


def _postmarks(order: Order) -> list[str]:
    marks = ["NONSTANDARD"] if order.body["mail-type"] == "POSTAL_PARCEL" else []
    if order.body.get("fragile"):
        marks.append("CAUTION_FRAGILE")
    return marks or ["WITHOUT_MARK"]


def _rates(post: Post, order: Order) -> Row:
    parts = order.rates["parts"]
    row: Row = {}
    for part, amount in {"mass": parts["ground"], **parts}.items():
        name = _ORDER_RATES.get(part, part)
        tax = tariff.vat(post, amount)
        row |= {f"{name}-rate-wo-vat": amount, f"{name}-rate-with-vat": amount + tax}
        if name in ("mass", "ground", "insr"):
            row[f"{name}-rate"] = amount
    return row


def _in_batch(post: Post, order: Order) -> Row:
    account = order.account
    batch = post.batches[(account.code, order.batch)]
    start = by_index(str(order.body["postoffice-code"]))
    row: Row = {
        "batch-name": batch.name, "batch-status": batch.status, "batch-category": batch.mail_category,
        "legal-hid": _hid(account, "legal"), "pochtaid-hid": _hid(account, "user"),
        "index-from": str(order.body["postoffice-code"]), "region-from": start.region if start else "",
        "place-from": start.named if start else "", "street-from": "ул Складская", "house-from": "1",
        "tel-address-from": int(order.body.get("tel-address-from") or account.phone), "renewal-shelf-life": False,
        "returned-partial": False, "track-by-group": 0, "is-dogovor": 1,
    }  # fmt: skip
    return row | _last_operation(order)


def _last_operation(order: Order) -> Row:
    """Nothing while there is only the barcode: nothing has been done to it."""
    if len(order.events) == 1:
        return {}
    last = order.events[-1]
    row: Row = {
        "last-oper-type": text_type(last.type), "last-oper-date": iso(last.moment),
        "human-operation-name": human_name(last.type, last.attr),
    }  # fmt: skip
    attribute = text_attribute(last.type, last.attr)
    return row | ({"last-oper-attr": attribute} if attribute else {})


def _hid(account: Account, what: str) -> str:
    return f"{account.code}-{what}-hid"


def batch_row(post: Post, batch: Batch) -> Row:
    """A batch with its sums in kopecks."""
    orders = batches.members(post, batch)
    kind, category = batches.titles(batch)
    first = orders[0].body if orders else {}
    office = by_index(batch.postoffice)
    row: Row = {
        "batch-name": batch.name, "batch-status": batch.status, "batch-status-date": iso(batch.status_at),
        "mail-type": batch.mail_type, "mail-type-text": kind, "mail-category": batch.mail_category,
        "mail-category-text": category, "mail-rank": "WO_RANK", "payment-method": "CASHLESS",
        "delivery-notice-payment-method": "PAID_RECIPIENT", "postmarks": _postmarks(orders[0]) if orders else [],
        "postoffice-code": batch.postoffice, "postoffice-name": f"{office.name} {batch.postoffice}" if office else "",
        "postoffice-address": f"{office.named}, ул Почтовая, 1" if office else "",
        "combined-batch-mail-types": list(batch.types), "courier-order-statuses": ["NOT_REQUIRED"],
        "shipment-count": len(orders), "shipment-mass": sum(order.body["mass"] for order in orders),
        "shipment-volume": sum(_volume(order) for order in orders), "list-number-date": batch.sending_date,
        "transport-type": first.get("transport-type") or "SURFACE", "shipping-notice-type": "SIMPLE",
        "international": False, "use-online-balance": batch.use_online_balance, "wo-mass": False,
        "electronic-f103": batch.electronic_f103, "ukd": False, "is-postoffice-ukd": False, "is-hyper-local": False,
        "has-timeslots": False, "can-be-unarchived": batch.status == "ARCHIVED", "delivery-to-door": False,
        "delivery-to-door-rate-sum": 0, "delivery-to-door-rate-vat-sum": 0, "pre-postal-preparation": False,
        "form-document-id": "", "ppk-total-rate": 0, "ppk-total-rate-vat": 0, "fragile-rate": 0, "fragile-rate-vat": 0,
    }  # fmt: skip
    for name, part in _SUMS.items():
        total = sum(order.rates["parts"].get(part, 0) for order in orders)
        row |= {f"shipment-{name}-rate-sum": total, f"shipment-{name}-rate-vat-sum": tariff.vat(post, total)}
    if batch.electronic_f103:
        row |= {"list-number": int(batch.name), "document-download-status": "F103"}
    return row


def _volume(order: Order) -> int:
    length, width, height = tariff.sides_of(order.body)
    return length * width * height


# --- the account (§12) ------------------------------------------------------------------------------------------------


def shipping_points(account: Account) -> list[Row]:
    """``GET /1.0/user-shipping-points``."""
    return [_point(account, index) for index in account.points]


def _point(account: Account, index: str) -> Row:
    place = by_index(index)
    kinds = sorted({kind for kind, _ in account.products})
    products = [
        {"mail-type": kind, "mail-category": category, "product-type": f"{kind}_{category}"}
        for kind, category in account.products
    ]
    return {
        "operator-postcode": index, "ops-address": f"{place.region}, {place.named}, ул Почтовая, 1" if place else "",
        "ops-region-code": index[:2], "ops-region-name": place.region if place else "", "enabled": True,
        "is-agreement": True, "temporary": False, "courier-call": False, "pre-postal-preparation": False,
        "vsd-enabled": False, "return-address-type": "POSTOFFICE_ADDRESS", "additional-operator-postcode": "801234",
        "additional-operator-postcodes": ["801234"], "available-additional-operator-postcodes": ["801234"],
        "available-mail-types": kinds, "available-products": products, "user-available-mail-types": kinds,
        "user-available-products": products, "user-return-address": {"manual-address-input": False},
    }  # fmt: skip


_OFF = (
    "account-declaration-enabled", "account-erl-enabled", "account-esignature-enabled", "address-change-enabled",
    "agreement-expired", "anyRegionPostalOperator", "cargo", "client-return", "codLending", "courier-template-enable",
    "declaration-enabled", "deliveryToDoorAllowed", "deliveryToMarketplaceAllowed", "ems-tender-payment-enabled",
    "erl-enabled", "esignature-agreement-accepted", "esignature-enabled", "extension-shelf-life-ecom", "farma",
    "favoriteTnvedAllowed", "forbidden-esp-admin", "ftsRegistryAllowed", "fulfillment-enabled", "hyper-local-delivery",
    "is-alcoholic-beverages", "is-cargo", "is-cod-lending", "is-delivery-to-door-allowed",
    "is-delivery-to-marketplace-allowed", "is-farma", "is-favorite-tnved-allowed", "is-filled-questionnaire",
    "is-fts-registry-allowed", "is-judicial-cashless", "is-partial-redemption-allowed", "is-postpayment-allowed",
    "is-range-zoo-allowed", "is_any_region_postal_operator", "judicialCashless", "mmo-auto-enabled", "only-signature",
    "partialRedemptionAllowed", "postpaymentAllowed", "rangeZooAllowed", "raw_tel_address_enabled",
    "tel-address-custom-cleaning", "use-branch-name", "use-person-code", "zoo-simple",
)  # fmt: skip


def settings(post: Post, account: Account) -> Row:
    """``GET /1.0/settings``: it tells the API token, too."""
    points = shipping_points(account)
    address = {
        "address-type": "DEFAULT", "index": account.points[0], "region": "г Москва", "place": "г Москва",
        "street": "ул Почтовая", "house": "1", "manual-address-input": False,
    }  # fmt: skip
    back = {"address": address, "return-address-id": 1}
    favourites = [
        point | {"is-default": at == 0, "is_favorite": at == 0, "available-return-addresses": [back],
                 "return-address": back}
        for at, point in enumerate(points)
    ]  # fmt: skip
    return dict.fromkeys(_OFF, False) | {
        "account-admin": True, "address-book-enabled": True, "api_enabled": True, "show-returns": True,
        "blocked": account.code in post.switches.blocked_accounts, "delivery_with-cod_enabled": bool(account.espp),
        "direct-addition-to-batch-enabled": True, "easy-return": account.easy_return, "mmo-enabled": account.mmo,
        "online-balance-enabled": account.online_balance, "print-from-backlog": account.print_from_backlog,
        "accounts": [
            {"blocked": False, "email": account.login, "is-admin": True, "legal-hid": _hid(account, "legal"),
             "org-inn": account.inn, "org-name": account.company}
        ],
        "address": {"address-type": "DEFAULT", "manual-address-input": False}, "admin-hid": _hid(account, "admin"),
        "agreement-date": "2025-01-10", "agreement-kind": "CONTRACT", "agreement-number": f"ДКП-{account.inn}",
        "apig_access_token": account.token, "available-shipping-points": points, "shipping-points": favourites,
        "client-category": "REGIONAL", "contact-email": account.login, "contact-phone": int(account.phone),
        "debt-sum": 0, "earning-category": "LOW", "espp-code": account.espp, "first-name": "Анна",
        "last-name": "Орлова", "middle-name": "Сергеевна", "hid": _hid(account, "user"),
        "legal-address": "г Москва, ул Почтовая, 1", "legal-hid": _hid(account, "legal"), "mail-rank": "WO_RANK",
        "mailing-option": [{"key": "POSTAL_PARCEL", "value": [{"key": "ORDINARY", "value": "true"}]}],
        "offer-creation-system": 1, "org-inn": account.inn, "org-kpp": "770001001", "org-name": account.company,
        "planned-monthly-number": 100, "postal-groups": ["PARCELS"], "regions": [], "report-version": 2,
        "sender-category": "CORPORATE_CLIENT", "template-notification-area": "BOTTOM",
    }  # fmt: skip
