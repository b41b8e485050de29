"""The calculator: all tariffs, one tariff, all tariffs with services, the contract's tariffs (contract §5)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_type, empty, error
from sandbox.cdek.geo import City, by_name, by_postal_code, recognise
from sandbox.cdek.model import Account

from .tariffs import OUTDATED, TO_POSTAMAT, Tariff, charged_grams, days, fits, price, tariffs

CURRENCIES = {1: "RUB", 2: "KZT", 3: "USD", 4: "EUR", 5: "GBP", 6: "CNY", 7: "BYR", 8: "UAH", 9: "KGS", 10: "AMD",
              11: "TRY", 12: "THB", 13: "KRW", 14: "AED", 15: "UZS", 16: "MNT", 17: "PLN", 18: "AZN", 19: "GEL",
              55: "JPY", 704: "VND"}  # fmt: skip
MODE_NAMES = {1: "дверь-дверь", 2: "дверь-склад", 3: "склад-дверь", 4: "склад-склад", 6: "дверь-постамат",
              7: "склад-постамат", 8: "постамат-дверь", 9: "постамат-склад", 10: "постамат-постамат"}  # fmt: skip
INSURANCE_RATE, VAT_RATE = 0.0075, 20


def tariff_list(cdek: Cdek, body: Mapping[str, Any]) -> dict[str, Any]:
    """``POST /v2/calculator/tarifflist``: codes are numbers; no money for services. Raises Refused."""
    start, end = _ends(cdek, body)
    rows = []
    for tariff in _available(cdek, body, end):
        names = {
            "tariff_code": tariff.code,
            "tariff_name": tariff.name,
            "tariff_description": f"{tariff.name}, до {tariff.max_grams / 1000:g} кг",
            "delivery_mode": tariff.mode,
        }
        rows.append(names | _cost_and_days(cdek, tariff, start, end, body))
    return {"tariff_codes": rows}


def one_tariff(cdek: Cdek, body: Mapping[str, Any]) -> dict[str, Any]:
    """``POST /v2/calculator/tariff``. Raises Refused."""
    code = body.get("tariff_code")
    if code is None:
        raise Refused(empty("tariff_code"))
    if code in OUTDATED:
        raise Refused(error("v2_outdated_tariff"))
    start, end = _ends(cdek, body)
    tariff = next((found for found in _available(cdek, body, end) if found.code == code), None)
    if tariff is None:
        known = tariffs().get(code)
        too_big = known is not None and not fits(known, body["packages"])
        raise Refused(error("err_invalid_tariff_with_dimentions" if too_big else "err_result_service_empty"))
    result = _result(cdek, tariff, start, end, body)
    if "errors" in result:
        raise Refused(result["errors"])
    return result


def tariffs_and_services(cdek: Cdek, body: Mapping[str, Any]) -> dict[str, Any]:
    """``POST /v2/calculator/tariffAndService``: codes and statuses are strings, no names. Raises Refused."""
    start, end = _ends(cdek, body)
    rows = []
    for tariff in _available(cdek, body, end):
        result = _result(cdek, tariff, start, end, body)
        refused = "errors" in result
        rows.append({"tariff_code": str(tariff.code), "status": "false" if refused else "true", "result": result})
    return {"tariff_codes": rows}


def contract_tariffs(account: Account) -> dict[str, Any]:
    """``GET /v2/calculator/alltariffs``: weights in kilograms."""
    rows = []
    for tariff in tariffs().values():
        if account.contract not in tariff.order_types and account.contract != 1:
            continue
        rows.append(
            {
                "tariff_name": tariff.name,
                "weight_min": tariff.min_grams / 1000,
                "weight_max": tariff.max_grams / 1000,
                "weight_calc_max": tariff.max_grams / 1000,
                "length_min": 1,
                "length_max": 300,
                "width_min": 1,
                "width_max": 300,
                "height_min": 1,
                "height_max": 300,
                "order_types": [str(kind) for kind in tariff.order_types],
                "payer_contragent_type": ["LEGAL_ENTITY"],
                "sender_contragent_type": [],
                "recipient_contragent_type": [],
                "delivery_modes": [
                    {
                        "delivery_mode": str(tariff.mode),
                        "delivery_mode_name": MODE_NAMES[tariff.mode],
                        "tariff_code": tariff.code,
                    }
                ],
                "additional_order_types_param": {
                    "without_additional_order_type": tariff.additional_type is None,
                    "additional_order_types": [str(tariff.additional_type)] if tariff.additional_type else [],
                },
            }
        )
    return {"tariff_codes": rows}


def _ends(cdek: Cdek, body: Mapping[str, Any]) -> tuple[City, City]:
    """Both cities. With both ends bad only the sender is named (measured, §5.6)."""
    for name in ("from_location", "to_location"):
        location = body.get(name)
        if not location:
            raise Refused(empty(name))
        if not isinstance(location, Mapping):
            raise Refused(bad_type(name))
        if all(location.get(key) in (None, "") for key in ("code", "postal_code", "address", "city", "latitude")):
            raise Refused(empty(f"{name}.code"))
    _check_packages(body.get("packages"))
    start, end = _city(body["from_location"]), _city(body["to_location"])
    unknown = cdek.switches.unrecognised_city_codes
    if start is None or start.code in unknown:
        raise Refused(error("v2_sender_location_not_recognized"))
    if end is None or end.code in unknown:
        raise Refused(error("v2_recipient_location_not_recognized"))
    return start, end


def _city(location: Mapping[str, Any]) -> City | None:
    if found := recognise(location):
        return found
    # Unlike an order, the calculator takes a postal code alone (§5).
    if location.get("code") is None and not location.get("city") and location.get("postal_code"):
        return next(iter(by_postal_code(str(location["postal_code"]))), None)
    return next(iter(by_name(str(location.get("address") or ""))), None) if location.get("code") is None else None


def _check_packages(packages: Any) -> None:
    if not packages:
        raise Refused(empty("packages"))
    if not isinstance(packages, list) or not all(isinstance(package, Mapping) for package in packages):
        raise Refused(bad_type("packages"))
    for index, package in enumerate(packages):
        if not package.get("weight"):
            raise Refused(empty(f"packages[{index}].weight"))
        for name in ("weight", "length", "width", "height"):
            value = package.get(name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
                raise Refused(bad_type(f"packages[{index}].{name}"))


def _available(cdek: Cdek, body: Mapping[str, Any], end: City) -> list[Tariff]:
    if cdek.switches.no_tariffs or end.code in cdek.switches.closed_city_codes:
        return []
    return [tariff for tariff in tariffs().values() if _offered(cdek, tariff, body)]


def _offered(cdek: Cdek, tariff: Tariff, body: Mapping[str, Any]) -> bool:
    packages: Sequence[Mapping[str, Any]] = body["packages"]
    if tariff.code in cdek.switches.refused_tariffs or body.get("type", 1) not in tariff.order_types:
        return False
    if tariff.additional_type and tariff.additional_type not in (body.get("additional_order_types") or []):
        return False
    if tariff.mode in TO_POSTAMAT and (len(packages) > 1 or packages[0]["weight"] > 15_000):
        return False
    return fits(tariff, packages)


def _cost_and_days(cdek: Cdek, tariff: Tariff, start: City, end: City, body: Mapping[str, Any]) -> dict[str, Any]:
    low, high = days(tariff, start, end)
    begin = _begin(cdek, body)
    calendar = (low + math.floor(low / 5) * 2, high + math.floor(high / 5) * 2)
    return {
        "delivery_sum": price(tariff, start, end, body["packages"]),
        "period_min": low,
        "period_max": high,
        "calendar_min": calendar[0],
        "calendar_max": calendar[1],
        "delivery_date_range": {
            "min": (begin + timedelta(days=calendar[0])).date().isoformat(),
            "max": (begin + timedelta(days=calendar[1])).date().isoformat(),
        },
    }


def _begin(cdek: Cdek, body: Mapping[str, Any]) -> datetime:
    try:
        return datetime.strptime(str(body["date"]), "%Y-%m-%dT%H:%M:%S%z")
    except (KeyError, ValueError):
        return cdek.clock.now()


def _result(cdek: Cdek, tariff: Tariff, start: City, end: City, body: Mapping[str, Any]) -> dict[str, Any]:
    result = _cost_and_days(cdek, tariff, start, end, body)
    services = [_service(cdek, tariff, service, body) for service in body.get("services") or []]
    if refused := [row for row in services if "message" in row]:
        return {"errors": refused[:1]}
    if tariff.code == 2360 and not services:
        # The one tariff with an automatic row (measured, §5.3).
        services = [_priced("INSURANCE", 30.0, 22)]
    result |= {
        "weight_calc": charged_grams(body["packages"]),
        "currency": CURRENCIES.get(body.get("currency", 1), "RUB"),
    }
    result["total_sum"] = round(result["delivery_sum"] + sum(row["total_sum"] for row in services), 2)
    return result | ({"services": services} if services else {})


def _service(cdek: Cdek, tariff: Tariff, service: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    code = str(service.get("code"))
    if code != "INSURANCE":
        if tariff.mode in TO_POSTAMAT and code in ("TRYING_ON", "PART_DELIV", "BAN_ATTACHMENT_INSPECTION"):
            return dict(error("ve_additional_service_unavailable"))
        return _priced(code, {"SMS": 10.0, "BAN_ATTACHMENT_INSPECTION": 0.0}.get(code, 50.0), VAT_RATE)
    if body.get("type", 1) == 1 and cdek.switches.insurance_type1 == "refuse":
        code = "ve_as_insurance_min_declared_cost" if tariff.code == 2360 else "ve_additional_service_unavailable"
        return dict(error(code))
    declared = float(service.get("parameter") or 1)
    # Insured for one ruble: free (§5.3).
    return _priced(code, round(declared * INSURANCE_RATE, 2) if declared > 1 else 0.0, VAT_RATE)


def _priced(code: str, amount: float, rate: int) -> dict[str, Any]:
    vat = round(amount * rate / 100, 2)
    return {
        "code": code,
        "sum": amount,
        "total_sum": round(amount + vat, 2),
        "discount_percent": 0,
        "discount_sum": 0,
        "vat_rate": rate,
        "vat_sum": vat,
    }
