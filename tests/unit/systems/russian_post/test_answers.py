"""Error shapes, prices and points of Russian Post."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, SpecialDays, Takes
from b24app.logistics.ports import PriceLine, Quote
from b24app.logistics.problem import Field, Who
from b24app.systems.russian_post.errors import Said, problem_of, problems_of, said, too_late
from b24app.systems.russian_post.orders import Way, product_number
from b24app.systems.russian_post.points import elements, is_ecom, parse_element, parse_office
from b24app.systems.russian_post.quotes import build_rate, parse_rate, summed, unfit_service
from b24app.systems.russian_post.vocabulary import DIMENSION_TYPES

PARCEL = Parcel(700, 200, 150, 101)
REQUEST = ShipmentRequest(
    "wb-1-1", "parcel", DeliveryKind.COURIER, Recipient("Мария", "1", "+79000001462"), (PARCEL,), read_address("Казань")
)
WAY = Way({"index-to": 420000}, "101000")

# --- the six shapes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (
            {
                "errors": [
                    {
                        "position": 1,
                        "error-codes": [
                            {"code": "EMPTY_INDEX_TO", "description": "Индекс не указан"},
                            {"code": "EMPTY_POSTOFFICE_CODE", "description": "Не задан", "details": "101000 190000"},
                        ],
                    }
                ]
            },
            [
                Said("EMPTY_INDEX_TO", "Индекс не указан", 1),
                Said("EMPTY_POSTOFFICE_CODE", "Не задан: 101000 190000", 1),
            ],
        ),
        ({"errors": [{"error-code": "NOT_FOUND", "position": 2}]}, [Said("NOT_FOUND", "", 2)]),
        (
            {"errors": [{"error-code": "PAST_DUE_DATE", "error-description": "В прошлом", "position": 0}]},
            [Said("PAST_DUE_DATE", "В прошлом")],
        ),
        ({"code": "1001", "sub-code": "RESOURCE_NOT_FOUND", "desc": "Instance"}, [Said("1001", "Instance")]),
        ({"error-code": "READONLY_STATE", "f103-sent": False}, [Said("READONLY_STATE")]),
        ({"errors": [{"code": "RETURN", "description": "Нет"}]}, [Said("RETURN", "Нет")]),
        ({"errors": ["CODE_1372", "UNDEFINED"]}, [Said("CODE_1372"), Said("UNDEFINED")]),
        ({"status": 400, "message": "JSON parse error"}, [Said("400", "JSON parse error")]),
        ({"status": 400, "error": "Bad Request"}, [Said("400", "Bad Request")]),
        ({"f103-sent": False}, []),
        ({"result-ids": [1]}, []),
        ({"errors": []}, []),
        ([], []),
        (None, []),
    ],
)
def test_every_shape_is_read(data: Any, want: list[Said]) -> None:
    assert said(data) == want


def test_their_words_are_kept_and_the_field_is_named() -> None:
    problem = problem_of(Said("EMPTY_TELADDRESS", "Телефон обязателен"))
    assert (problem.code, problem.field, problem.who) == ("phone_refused", Field.PHONE, Who.MANAGER)
    assert (problem.their_code, problem.their_text) == ("EMPTY_TELADDRESS", "Телефон обязателен")
    assert problem_of(Said("NOT_FOUND")).their_text == "NOT_FOUND"
    assert problem_of(Said("NEVER_SEEN", "…")).code == "refused_unknown"
    assert problem_of(Said("ABSENT_FRAGILE_POSTMARK")).code == "order_invalid"
    assert len(problems_of([Said("EMPTY_MASS"), Said("EMPTY_MASS"), Said("ILLEGAL_MASS")])) == 2


def test_a_frozen_batch_is_too_late() -> None:
    late = too_late([Said("NOT_FOUND"), Said("DELIVERY_IN_PROGRESS")], "too_late_to_cancel")
    assert late is not None
    assert (late.problems[0].code, late.problems[0].their_code) == ("too_late_to_cancel", "DELIVERY_IN_PROGRESS")
    assert too_late([Said("NOT_FOUND")], "too_late_to_cancel") is None


# --- prices -----------------------------------------------------------------------------------------------------------


def test_what_is_asked_for_a_price() -> None:
    assert build_rate("parcel", WAY, PARCEL, 90000, 0) == {
        "index-from": "101000", "index-to": "420000", "mail-type": "POSTAL_PARCEL",
        "mail-category": "WITH_DECLARED_VALUE", "mail-direct": 643, "mass": 700, "payment-method": "CASHLESS",
        "transport-type": "SURFACE", "with-order-of-notice": False, "with-simple-notice": False,
        "dimension": {"length": 20, "width": 15, "height": 11}, "declared-value": 90000,
    }  # fmt: skip
    point = build_rate("online", Way({}, "101000", point="904001"), PARCEL, 0, 0)
    assert (point["delivery-point-index"], point["dimension-type"], "index-to" in point) == ("904001", "M", False)
    assert (point["mail-category"], point["transport-type"]) == ("COMBINED_ORDINARY", "STANDARD")
    assert product_number("online", "ORDINARY") == 23030
    assert product_number("parcel", "WITH_DECLARED_VALUE") == 4020


def test_the_price_is_the_total_with_its_vat() -> None:
    answer = {
        "delivery-time": {"min-days": 3, "max-days": 5}, "ground-rate": {"rate": 42000, "vat": 9240},
        "insurance-rate": {"rate": 1500, "vat": 330}, "total-rate": 43500, "total-vat": 9570,
        "tariffAdditionalFieldsJson": {"is-size": 0, "weight-pay": 1000},
    }  # fmt: skip
    rate = parse_rate(answer)
    assert summed("parcel", [rate], REQUEST) == Quote(
        "parcel", Money(53070), 3, 5,
        lines=(PriceLine("tariff", Money(42000), weight_g=1000), PriceLine("insurance", Money(1500)),
               PriceLine("vat", Money(9570))),
    )  # fmt: skip
    twice = summed("parcel", [rate, rate], REQUEST)
    assert (twice.price, twice.lines[0].weight_g, twice.days_max) == (Money(106140), 2000, 5)


def test_parts_that_do_not_add_up_are_not_told() -> None:
    """An old recording: the total was the ground rate, with a fragile rate beside it (§6.1)."""
    rate = parse_rate({"ground-rate": {"rate": 100, "vat": 20}, "fragile-rate": {"rate": 30, "vat": 6},
                       "total-rate": 100, "total-vat": 20})  # fmt: skip
    quote = summed("parcel", [rate], REQUEST)
    assert (quote.price, quote.days_min, quote.days_max) == (Money(120), None, None)
    assert quote.lines == (PriceLine("tariff", Money(100)), PriceLine("vat", Money(20)))


def test_no_price_is_a_refusal_or_no_answer() -> None:
    with pytest.raises(Refused) as caught:
        parse_rate({"errors": ["UNDEFINED"]})
    [problem] = caught.value.problems
    assert (problem.code, problem.their_code) == ("service_unavailable", "UNDEFINED")
    odd: Any
    for odd in ({}, [], None, {"total-rate": "1"}):
        with pytest.raises(Unavailable):
            parse_rate(odd)


@pytest.mark.parametrize(
    ("service", "to_point", "to_office", "weight", "code"),
    [
        ("parcel", False, False, 50_000, ""),
        ("parcel", False, False, 50_001, "too_big_for_service"),
        ("first", False, True, 2_500, ""),
        ("first", False, True, 2_501, "too_big_for_service"),
        ("online", True, False, 700, ""),
        ("parcel", True, False, 700, "service_mode"),
        ("ems", False, True, 700, "service_mode"),
        ("rocket", False, False, 700, "service_unknown"),
    ],
)
def test_services_that_do_not_fit(service: str, to_point: bool, to_office: bool, weight: int, code: str) -> None:
    request = ShipmentRequest(
        "n", service, DeliveryKind.COURIER, REQUEST.recipient, (Parcel(weight, 1, 1, 1),), REQUEST.address
    )
    problem = unfit_service(request, service, to_point=to_point, to_office=to_office)
    assert (problem.code if problem else "") == code


# --- points -----------------------------------------------------------------------------------------------------------

ELEMENT: dict[str, Any] = {
    "address": {"addressType": "DEFAULT", "index": "914001", "region": "край Пермский", "place": "г Пермь",
                "street": "ул Ленина", "house": "7", "manualInput": False},
    "ecom": "1", "onlineParcel": "0", "type": "ПОЧТОМАТ", "latitude": "58.010455", "longitude": "56.229443",
    "ecomOptions": {"brandName": "Халва", "getto": "Вход со двора", "cardPayment": False, "cashPayment": False,
                    "returnAvailable": False, "weightLimit": 0.0, "withFitting": False},
    "holidays": [{"ds": "2026-05-09", "df": "2026-05-10", "work": [
        {"dt": "2026-05-09", "nm": 6, "st": "09:00", "fn": "14:30", "rst": [{"st": "12:00", "fn": "13:00"}]},
        {"dt": "2026-05-10", "nm": 7}]}],
    "workTime": ["пн, открыто: 09:00 - 18:00, перерыв: 13:00 - 14:00", "вс, выходной"],
}  # fmt: skip
CELLS = tuple(DIMENSION_TYPES.values())


def test_an_element_of_the_export() -> None:
    assert parse_element(ELEMENT) == PickupPoint(
        "914001", "Халва 914001", "ул Ленина, 7", "Пермь",
        Takes(LOCKER, hands_out=True, cod=False, cash=False, card=False, fitting=False, returns=False,
              max_weight_g=15_000, cells_mm=CELLS, one_parcel=True),
        Hours((Opening(1, 540, 1080),), (SpecialDays(date(2026, 5, 9), date(2026, 5, 9), True, 540, 870),
                                         SpecialDays(date(2026, 5, 10), date(2026, 5, 10), False)),
              "пн, открыто: 09:00 - 18:00, перерыв: 13:00 - 14:00; вс, выходной"),
        58.010455, 56.229443, "край Пермский", "914001", note="Вход со двора",
    )  # fmt: skip
    partner = parse_element({**ELEMENT, "type": "ПВЗ", "ecomOptions": {"weightLimit": 0.5, "cashPayment": True}})
    assert partner is not None
    assert partner.takes == Takes(OFFICE, hands_out=True, cod=True, cash=True, max_weight_g=500)
    office = parse_element({**ELEMENT, "type": "ГОПС", "address": {**ELEMENT["address"], "index": "614000"}})
    assert office is not None
    assert office.takes == Takes(OFFICE, hands_out=True, cod=True, returns=True)
    assert [is_ecom(point) for point in (partner, office)] == [True, False]


@pytest.mark.parametrize(
    "broken",
    [{"type": "ПВЗ"}, {**ELEMENT, "address": {"index": ""}}, {**ELEMENT, "address": None},
     {**ELEMENT, "latitude": "нет"}, {**ELEMENT, "type": None}],
)  # fmt: skip
def test_an_element_without_sense_says_so(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        parse_element(broken)


def test_an_office_by_its_index() -> None:
    row = {
        "postal-code": "614000", "address-source": "Ленина ул, 68", "region": "Пермский край", "settlement": "Пермь",
        "latitude": 58.0104, "longitude": 56.2294, "type-code": "ГОПС", "is-closed": False,
        "is-temporary-closed": False, "is-private-category": False,
        "working-hours": [{"weekday-id": 1, "begin-worktime": "08:00:00.000", "end-worktime": "20:00:00.000"},
                          {"weekday-id": 7}],
    }  # fmt: skip
    point = parse_office(row)
    assert (point.address, point.city, point.hours.week) == ("ул Ленина, 68", "Пермь", (Opening(1, 480, 1200),))
    assert point.takes.active
    for name in ("is-closed", "is-temporary-closed", "is-private-category"):
        assert not parse_office({**row, name: True}).takes.active
    assert parse_office({**row, "type-code": "ПОЧТОМАТ"}).takes.cells_mm == CELLS


def test_the_export_is_read_record_by_record() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("ALL01_января_2026.txt", json.dumps({"passportElements": [ELEMENT, ELEMENT], "v": "1"}))
    assert [row["type"] for row in elements(file)] == ["ПОЧТОМАТ", "ПОЧТОМАТ"]
