"""The second phase: what CDEK finds out in the background (contract §4, §6.5, §16.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import NO_POINT, error, warning
from sandbox.cdek.geo import City, cities, recognise
from sandbox.cdek.model import Order

from . import points
from .phones import phone_is_valid
from .tariffs import OUTDATED, TO_DOOR, TO_POSTAMAT, Tariff, fits, tariffs

Errors = Iterator[dict[str, str]]

FINAL = ("DELIVERED", "NOT_DELIVERED")


@dataclass(slots=True)
class Verdict:
    """The decision about an order: errors refuse it; otherwise the resolved ends and points."""

    errors: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    start: City | None = None
    end: City | None = None
    delivery_point: str | None = None


def decide(cdek: Cdek, order: Order) -> Verdict:
    """Judge the order as it stands now. Reads state, changes nothing."""
    verdict = Verdict()
    forced = cdek.override_for(order, take="errors")
    if forced is not None:
        verdict.errors = list(forced.errors)
        return verdict
    verdict.errors += _check_account(cdek, order)
    verdict.errors += _check_number(cdek, order)
    _resolve_ends(cdek, order.body, verdict)
    verdict.errors += _check_people(order.body)
    verdict.errors += _check_packages(order.body)
    tariff = tariffs().get(order.body["tariff_code"])
    verdict.errors += _check_tariff(cdek, order, tariff)
    if tariff is not None and not verdict.errors:
        _check_delivery_point(cdek, order, tariff, verdict)
        verdict.errors += _check_route(cdek, order, verdict)
        verdict.errors += _check_cash(cdek, order, verdict)
        verdict.errors += _check_services(order, tariff)
    return verdict


def _check_account(cdek: Cdek, order: Order) -> Errors:
    if cdek.switches.contract_suspended:
        yield error("ve_payer_contract_status_incorrect")
    if order.type == 1 and order.account.contract != 1:
        yield error("err_invalid_tariff_with_ordertype")


def _check_number(cdek: Cdek, order: Order) -> Errors:
    if not cdek.switches.unique_numbers or order.is_client_return:
        return
    for other in cdek.by_number.get((order.account.client_id, order.number), []):
        if other is order:
            return
        if other.removed or other.status in FINAL:
            continue
        if other.status == "INVALID" and not cdek.switches.invalid_occupies_number:
            continue
        yield error("error_validate_im_dep_number_has_already_had_integration")
        return


def _resolve_ends(cdek: Cdek, body: Mapping[str, Any], verdict: Verdict) -> None:
    verdict.start = _end(cdek, body, "shipment_point", "from_location")
    if verdict.start is None:
        code = "code_invalid" if body.get("shipment_point") else "v2_sender_location_not_recognized"
        verdict.errors.append(error(code))
    verdict.end = _end(cdek, body, "delivery_point", "to_location")
    if verdict.end is None:
        code = "code_invalid" if body.get("delivery_point") else "v2_recipient_location_not_recognized"
        verdict.errors.append(error(code))


def _end(cdek: Cdek, body: Mapping[str, Any], point: str, location: str) -> City | None:
    if body.get(point):
        office = cdek.offices.get(body[point])
        return cities()[office["location"]["city_code"]] if office else None
    found = recognise(body.get(location) or {})
    return None if found and found.code in cdek.switches.unrecognised_city_codes else found


def _check_people(body: Mapping[str, Any]) -> Errors:
    recipient = body["recipient"]
    name = str(recipient["name"]).strip()
    if "/" in name:
        yield error("error_validate_receiver_name_incorrect_symbol")
    if name.replace(" ", "").isdigit():
        yield error("error_validate_receiver_name_only_digits")
    if not all(phone_is_valid(phone["number"]) for phone in recipient["phones"]):
        yield error("ve_receiver_phone_type_incorrect")
    sender_phones = (body.get("sender") or {}).get("phones") or []
    if not all(phone_is_valid(phone["number"]) for phone in sender_phones):
        yield error("ve_sender_phone_type_incorrect")


def _check_packages(body: Mapping[str, Any]) -> Errors:
    packages = body["packages"]
    if len({package["number"] for package in packages}) < len(packages):
        yield error("error_validate_package_number_not_unique")
    if any(package["weight"] < 1 for package in packages):
        yield error("ve_package_weight_too_small")
    if any(package.get(side) == 0 for package in packages for side in ("length", "width", "height")):
        yield error("error_validate_package_one_of_size_is_zero")
    if body.get("type", 1) == 2 and any(
        item["payment"]["value"] > 0 for package in packages for item in package.get("items") or []
    ):
        yield error("error_validate_good_payment_not_suite")


def _check_tariff(cdek: Cdek, order: Order, tariff: Tariff | None) -> Errors:
    code = order.body["tariff_code"]
    if code in OUTDATED:
        yield error("v2_outdated_tariff")
    elif tariff is None:
        yield error("v2_invalid_tariff")
    elif cdek.switches.no_tariffs or code in cdek.switches.refused_tariffs:
        yield error("err_result_service_empty")
    elif not _type_fits(order, tariff):
        yield error("err_invalid_tariff_with_ordertype")
    elif not fits(tariff, order.body["packages"]):
        yield error("err_invalid_tariff_with_dimentions")


def _type_fits(order: Order, tariff: Tariff) -> bool:
    """Online shops may use most tariffs; delivery contracts may not use "Посылка" (§7)."""
    if order.type not in tariff.order_types and order.type != 1:
        return False
    return tariff.additional_type in (None, *(order.body.get("additional_order_types") or []))


def _check_delivery_point(cdek: Cdek, order: Order, tariff: Tariff, verdict: Verdict) -> None:
    code = order.body.get("delivery_point")
    if tariff.mode in TO_DOOR:
        if code:
            verdict.errors.append(error("err_pvz_with_tariff_mistake"))
        return
    if not code:
        verdict.errors.append(error("error_validate_receiver_delivery_point_is_empty"))
        return
    office, packages = cdek.offices[code], order.body["packages"]
    verdict.errors += _check_office_kind(office, tariff, packages)
    if verdict.errors or points.suits(office, packages):
        verdict.delivery_point = code
        return
    if points.is_open(office) and not points.takes_weight(office, packages) and not cdek.switches.substitute_overweight:
        verdict.errors.append(error("error_validate_receiver_delivery_point_calc_weight_large"))
        return
    other = points.substitute(cdek, office, packages)
    if other is None:
        verdict.errors.append(error(NO_POINT))
        return
    verdict.delivery_point = other["code"]
    verdict.warnings.append(warning("v2_delivery_point_changed", other["code"]))


def _check_office_kind(office: Mapping[str, Any], tariff: Tariff, packages: list[dict[str, Any]]) -> Errors:
    if tariff.mode not in TO_POSTAMAT:
        if office["type"] == "POSTAMAT":
            yield error("err_pvz_with_tariff_mistake")
        return
    if office["type"] != "POSTAMAT":
        yield error("error_validate_postamat_pvz_not_postamat")
    if len(packages) != 1:
        yield error("error_validate_postamat_package_count")
    elif packages[0]["weight"] > 15_000:
        yield error("error_validate_postamat_package_weight")


def _check_route(cdek: Cdek, order: Order, verdict: Verdict) -> Errors:
    closed = cdek.switches.closed_city_codes
    if verdict.end is not None and verdict.end.code in closed:
        yield error("error_validate_tariff_not_supported_for_this_direction")
    point = order.body.get("shipment_point")
    if point and not cdek.offices[point]["is_reception"]:
        yield error("ve_receiver_pickup_point_take_only")


def cash_on_delivery(body: Mapping[str, Any]) -> float:
    """Rubles to be taken from the recipient: goods and the delivery charge."""
    goods = sum(
        item["payment"]["value"] * item["amount"] for package in body["packages"] for item in package.get("items") or []
    )
    return float(goods + (body.get("delivery_recipient_cost") or {}).get("value", 0))


def _check_cash(cdek: Cdek, order: Order, verdict: Verdict) -> Errors:
    cash = cash_on_delivery(order.body)
    if not cash or verdict.end is None:
        return
    if 0 <= verdict.end.payment_limit < cash:
        yield error("error_validate_receiver_city_cash_limit")
    if verdict.delivery_point and not cdek.offices[verdict.delivery_point]["allowed_cod"]:
        yield error("ve_receiver_pickup_point_incorrect")


def _check_services(order: Order, tariff: Tariff) -> Errors:
    codes = {service["code"] for service in order.body.get("services") or []}
    if "INSURANCE" in codes and order.type == 1:
        yield error("ve_additional_service_unavailable")
    if order.type == 2 and codes & {"TRYING_ON", "PART_DELIV"}:
        yield error("ve_additional_service_unavailable")
    goods = [row for package in order.body["packages"] for row in package.get("items") or []]
    if "PART_DELIV" in codes and order.type == 1 and sum(row["amount"] for row in goods) < 2:
        yield error("ve_additional_service_unavailable")
    if tariff.mode in TO_POSTAMAT and codes & {"TRYING_ON", "BAN_ATTACHMENT_INSPECTION"}:
        yield error("ve_additional_service_unavailable")
    if tariff.mode in TO_POSTAMAT and "PART_DELIV" in codes:
        yield error("error_validate_delivery_detail_postamat_part_delivery")
    if "TRYING_ON" in codes and "BAN_ATTACHMENT_INSPECTION" in codes:
        yield error("v2_unable_add_service")
