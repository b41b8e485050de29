"""Services of a cargo and who pays (§5.1), cash on delivery among them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from sandbox.pek.check import Check, join
from sandbox.pek.data.directories import EASYWAY
from sandbox.pek.data.network import branches
from sandbox.pek.errors import REQUIRED
from sandbox.pek.model import Account

_SERVICES = """email transporting pickUp hardPacking insurance sealing strapping documentsReturning delivery storing
    cashOnDelivery"""
_BLOCK = "enabled payer cost"
_DELIVERY = """enabled payer avisationDateTime dateOfDelivery dateOfDeliveryCheck isLoading floor isElevator
    carryingDistance"""
_RATES = ("НДС22", "НДС10", "НДС7", "НДС5", "БезНДС")
_PHONE = re.compile(r"\+\d{10,18}")
_ROW = """vendorCode title amount rateVAT actualCostPerUnit actualCostTotal sumPerUnit sumTotal calculationSubject
    markingCode groupMarkedGood vendorINN vendorName vendorPhone measureOfQuantity"""


def check_services(
    check: Check, data: dict[str, Any], path: str, *, order_type: int, weight: float | None, sealing: bool
) -> None:
    check.known(data, path, _SERVICES)
    transporting = check.take(data, path, "transporting", "object") or {}
    _check_payer(check, transporting, join(path, "transporting"))
    if order_type:
        _check_payer(check, check.take(data, path, "pickUp", "object") or {}, join(path, "pickUp"))
    for name in ("hardPacking", "insurance", "sealing", "strapping", "documentsReturning", "delivery"):
        block, inner = check.take(data, path, name, "object"), join(path, name)
        if block is None:
            continue
        check.known(block, inner, _DELIVERY if name == "delivery" else _BLOCK)
        enabled = check.take(block, inner, "enabled", "flag")
        if enabled:
            _check_payer(check, block, inner)
    insurance = data.get("insurance") or {}
    cost = check.take(insurance, join(path, "insurance"), "cost", "number", required=insurance.get("enabled") is True)
    if cost is not None and cost <= 0:
        check.bad(join(path, "insurance.cost"), "Значение должно быть больше нуля")
    small = weight is not None and weight <= 3
    if sealing and small and (data.get("sealing") or {}).get("enabled") is False:
        check.bad(join(path, "sealing"), "Пломбировка обязательна для грузов до 3 кг")
    for name in ("avisationDateTime", "dateOfDelivery"):
        kind = "date" if name == "dateOfDelivery" else "moment"
        check.take(data.get("delivery") or {}, join(path, "delivery"), name, kind, required=False)


def _check_payer(check: Check, block: dict[str, Any], path: str) -> None:
    payer, key = check.take(block, path, "payer", "object", required=False), join(path, "payer")
    if payer is None:
        return
    check.known(payer, key, "type other paymentCity")
    kind = check.take(payer, key, "type", "whole")
    if kind not in (None, 1, 2, 3):
        check.bad(join(key, "type"), "Допустимые значения: 1, 2, 3")
    city = check.take(payer, key, "paymentCity", "text", required=kind == 3)
    if city and city not in [branch.title for branch in branches()]:
        check.bad(join(key, "paymentCity"), "Филиал не найден")
    if kind == 3:
        other = check.take(payer, key, "other", "object") or {}
        for name in ("title", "phone"):
            check.take(other, join(key, "other"), name, "text")


def cash(data: dict[str, Any]) -> dict[str, Any] | None:
    """The ordered cash on delivery, if any."""
    block = data.get("cashOnDelivery")
    return block if isinstance(block, dict) and block.get("enabled") is True else None


def check_cash(check: Check, data: dict[str, Any], path: str, account: Account, product: int | None) -> None:
    block, key = cash(data), join(path, "cashOnDelivery")
    if block is None:
        return
    if not account.cod and not (product == EASYWAY and account.easyway):
        check.bad(key, "Для контрагента не заключено соглашение о наложенном платеже")
    total = check.take(block, key, "cashOnDeliverySum", "number")
    check.take(block, key, "actualCost", "number")
    check.take(block, key, "includeTES", "flag")
    parts = [_check_service(check, row, f"{key}.sellerServices[{at}]")
             for at, row in enumerate(block.get("sellerServices") or [])]  # fmt: skip
    if parts:
        phone = check.take(block, key, "sellerPhone", "text")
        if phone and not _PHONE.fullmatch(phone):
            check.bad(join(key, "sellerPhone"), "Номер телефона должен быть в международном формате через «+»")
    inner = check.take(block, key, "specification", "object") or {}
    rows = check.take(inner, f"{key}.specification", "specifications", "list")
    if rows == []:
        check.bad(f"{key}.specification.specifications", REQUIRED)
    for at, row in enumerate(rows or []):
        parts.append(_check_row(check, row, f"{key}.specification.specifications[{at}]"))
    if total is not None and sum(parts, Decimal(0)) != Decimal(str(total)):
        check.bad(join(key, "cashOnDeliverySum"), "Сумма не равна сумме услуг и товаров спецификации")


def _check_service(check: Check, row: Any, path: str) -> Decimal:
    if not isinstance(row, dict):
        check.bad(path, "Неверный тип значения")
        return Decimal(0)
    check.known(row, path, "type rateVAT sumIncludingVAT")
    if check.take(row, path, "type", "whole") not in (None, *range(1, 8)):
        check.bad(join(path, "type"), "Допустимые значения: 1..7")
    _check_rate(check, row, path)
    return Decimal(str(check.take(row, path, "sumIncludingVAT", "number") or 0))


def _check_row(check: Check, row: Any, path: str) -> Decimal:
    if not isinstance(row, dict):
        check.bad(path, "Неверный тип значения")
        return Decimal(0)
    check.known(row, path, _ROW)
    for name in ("vendorCode", "title", "vendorName"):
        check.take(row, path, name, "text")
    numbers = {
        name: check.take(row, path, name, "number")
        for name in ("amount", "actualCostPerUnit", "actualCostTotal", "sumPerUnit", "sumTotal")
    }
    for each, whole in (("actualCostPerUnit", "actualCostTotal"), ("sumPerUnit", "sumTotal")):
        if None not in (numbers["amount"], numbers[each], numbers[whole]) and _times(numbers, each) != _money(
            numbers[whole]
        ):
            check.bad(join(path, whole), "Значение не равно произведению количества на цену")
    _check_rate(check, row, path)
    subject = check.take(row, path, "calculationSubject", "whole")
    if subject not in (None, 1, 33):
        check.bad(join(path, "calculationSubject"), "Допустимые значения: 1, 33")
    if subject == 33:
        check.take(row, path, "markingCode", "text")
        check.take(row, path, "groupMarkedGood", "whole")
    inn = check.take(row, path, "vendorINN", "text")
    if inn and not re.fullmatch(r"\d{10}|\d{12}", inn):
        check.bad(join(path, "vendorINN"), "Ожидается 10 или 12 цифр")
    phone = check.take(row, path, "vendorPhone", "text")
    if phone and not _PHONE.fullmatch(phone):
        check.bad(join(path, "vendorPhone"), "Номер телефона должен быть в международном формате через «+»")
    return _money(numbers["sumTotal"] or 0)


def _times(numbers: dict[str, Any], each: str) -> Decimal:
    return (Decimal(str(numbers["amount"])) * Decimal(str(numbers[each]))).quantize(Decimal("0.01"))


def _money(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _check_rate(check: Check, row: dict[str, Any], path: str) -> None:
    rate = check.take(row, path, "rateVAT", "text")
    if rate and rate not in _RATES:
        check.bad(join(path, "rateVAT"), f"Допустимые значения: {', '.join(_RATES)}")
