"""CDEK's directories, calculator, print forms and pick-ups."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from sandbox.kernel.pdf import barcode_widths, label_pdf

from .conftest import CdekClient

ROUTE: dict[str, Any] = {
    "type": 1,
    "from_location": {"code": 44},
    "to_location": {"code": 270},
    "packages": [{"weight": 1000, "length": 30, "width": 20, "height": 10}],
}


def test_cities_are_found_by_exact_name_without_case_and_yo(cdek: CdekClient) -> None:
    def codes(**query: Any) -> list[int]:
        return [row["code"] for row in cdek.call("GET", "/v2/location/cities", **query).json()]

    assert codes(city="Москва") == [44, 1172673]
    assert codes(city="королев") == codes(city="Королёв") == [1095, 1172812]
    assert codes(city="Моск") == []
    assert codes(code=137) == [137]
    assert codes(country_codes="KZ") == []
    assert codes(postal_code="630000") == [270]
    assert len(codes()) >= 60
    assert codes(size=2, page=1) == codes()[2:4]


@pytest.mark.parametrize(("query", "code"), [({"page": 1}, "v2_field_is_empty"), ({"size": 10001}, "v2_exceeded_size")])
def test_city_pages_are_checked(cdek: CdekClient, query: dict[str, Any], code: str) -> None:
    answer = cdek.call("GET", "/v2/location/cities", **query)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_other_directories(cdek: CdekClient) -> None:
    names = [row["full_name"] for row in cdek.call("GET", "/v2/location/suggest/cities", name="благо").json()]
    assert names == ["Благовещенск, Амурская область, Россия",
                     "Благовещенск, Благовещенский, Республика Башкортостан, Россия"]  # fmt: skip
    assert "101000" in cdek.call("GET", "/v2/location/postalcodes", city_code=44).json()["postal_codes"]
    near = cdek.call("GET", "/v2/location/coordinates", latitude=55.0, longitude=82.9).json()
    assert (near["code"], near["city"]) == (270, "Новосибирск")
    assert {"region": "Псковская область", "region_code": 32}.items() <= {
        key: value
        for row in cdek.call("GET", "/v2/location/regions").json()
        if row["region_code"] == 32
        for key, value in row.items()
    }.items()


def test_offices_page_from_zero_with_three_headers(cdek: CdekClient) -> None:
    everything = cdek.call("GET", "/v2/deliverypoints")
    rows = everything.json()
    assert everything.headers["X-Total-Elements"] == str(len(rows))
    first, second = (cdek.call("GET", "/v2/deliverypoints", size=100, page=page) for page in (0, 1))
    assert first.json() + second.json() == rows[:200]
    assert second.headers["X-Current-Page"] == "1"
    assert second.headers["X-Total-Pages"] == str(-(-len(rows) // 100))
    assert len({row["location"]["city_code"] for row in rows}) >= 25


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"type": "POSTAMAT"}, lambda row: row["type"] == "POSTAMAT" and row["dimensions"]),
        ({"city_code": 250}, lambda row: row["location"]["city_code"] == 250),
        ({"is_handout": "true"}, lambda row: row["is_handout"]),
        ({"allowed_cod": 0}, lambda row: not row["allowed_cod"]),
        ({"weight_max": 40}, lambda row: row["weight_max"] >= 40),
        ({"code": "NSK33"}, lambda row: row["code"] == "NSK33"),
        ({"postal_code": "190000"}, lambda row: row["location"]["city_code"] == 137),
    ],
)
def test_office_filters(cdek: CdekClient, query: dict[str, Any], holds: Any) -> None:
    rows = cdek.call("GET", "/v2/deliverypoints", **query).json()
    everything = cdek.call("GET", "/v2/deliverypoints").json()
    assert rows == [row for row in everything if holds(row)]
    assert rows


def test_office_filters_that_find_nothing_or_are_malformed(cdek: CdekClient) -> None:
    assert cdek.call("GET", "/v2/deliverypoints", postal_code="000000").json() == []
    assert cdek.call("GET", "/v2/deliverypoints", city_code=44, postal_code="630000").json() == []
    bad = cdek.call("GET", "/v2/deliverypoints", have_cash="maybe")
    assert (bad.status_code, bad.json()["errors"][0]["code"]) == (400, "v2_invalid_format")


def test_a_closed_office_is_hidden_or_inactive(cdek: CdekClient) -> None:
    cdek.world.control.post("/cdek/offices/MSK1", {"open": False})
    assert cdek.call("GET", "/v2/deliverypoints", code="MSK1").json() == []
    cdek.set(closed_offices="inactive")
    assert cdek.call("GET", "/v2/deliverypoints", code="MSK1").json()[0]["status"] == "INACTIVE"


def test_tarifflist_has_numbers_and_names(cdek: CdekClient) -> None:
    rows = cdek.call("POST", "/v2/calculator/tarifflist", ROUTE).json()["tariff_codes"]
    found = {row["tariff_code"]: row for row in rows}
    assert found[136]["delivery_mode"] == 4
    assert found[136]["tariff_name"] == "Посылка склад-склад"
    assert found[136]["delivery_sum"] < found[137]["delivery_sum"] < found[139]["delivery_sum"]
    assert found[136]["period_min"] <= found[136]["period_max"]
    near = cdek.call("POST", "/v2/calculator/tarifflist", ROUTE | {"to_location": {"code": 44}}).json()["tariff_codes"]
    assert near[0]["delivery_sum"] < found[136]["delivery_sum"]
    freight = cdek.call("POST", "/v2/calculator/tarifflist", ROUTE | {"type": 2}).json()["tariff_codes"]
    assert 136 not in {row["tariff_code"] for row in freight}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from_location": {"code": 1}, "to_location": {"code": 2}}, "v2_sender_location_not_recognized"),
        ({"to_location": {"city": "Нетакого"}}, "v2_recipient_location_not_recognized"),
        ({"to_location": None}, "v2_field_is_empty"),
        ({"packages": []}, "v2_field_is_empty"),
        ({"packages": [{"weight": "1"}]}, "v2_invalid_value_type"),
    ],
)
def test_calculator_refusals_are_bare(cdek: CdekClient, changes: dict[str, Any], code: str) -> None:
    answer = cdek.call("POST", "/v2/calculator/tarifflist", ROUTE | changes)
    assert answer.status_code == 400
    assert [row["code"] for row in answer.json()["errors"]] == [code]
    assert "requests" not in answer.json()


def test_a_heavy_parcel_has_few_tariffs_and_a_closed_direction_none(cdek: CdekClient) -> None:
    heavy = ROUTE | {"packages": [{"weight": 90_000, "length": 60, "width": 60, "height": 60}]}
    codes = {row["tariff_code"] for row in cdek.call("POST", "/v2/calculator/tarifflist", heavy).json()["tariff_codes"]}
    assert codes
    assert not codes & {136, 137, 233, 234}
    cdek.set(closed_city_codes=[270])
    assert cdek.call("POST", "/v2/calculator/tarifflist", ROUTE).json() == {"tariff_codes": []}


def test_insurance_is_refused_for_type_1_and_priced_for_type_2(cdek: CdekClient) -> None:
    asked = ROUTE | {"services": [{"code": "INSURANCE", "parameter": "1000"}]}
    rows = cdek.call("POST", "/v2/calculator/tariffAndService", asked).json()["tariff_codes"]
    assert {row["status"] for row in rows} == {"false"}
    assert all(isinstance(row["tariff_code"], str) for row in rows)
    assert rows[0]["result"]["errors"][0]["code"] == "ve_additional_service_unavailable"
    freight = cdek.call("POST", "/v2/calculator/tariffAndService", asked | {"type": 2}).json()["tariff_codes"]
    service = freight[0]["result"]["services"][0]
    assert (service["sum"], service["vat_sum"], service["total_sum"]) == (7.5, 1.5, 9.0)
    cdek.set(insurance_type1="price")
    priced = cdek.call("POST", "/v2/calculator/tariffAndService", asked).json()["tariff_codes"]
    assert {row["status"] for row in priced} == {"true"}


def test_one_tariff(cdek: CdekClient) -> None:
    found = cdek.call("POST", "/v2/calculator/tariff", ROUTE | {"tariff_code": 136}).json()
    assert found["currency"] == "RUB"
    assert found["weight_calc"] == 1200
    assert found["total_sum"] == found["delivery_sum"]
    for code, problem in ((5, "v2_outdated_tariff"), (751, "err_invalid_tariff_with_dimentions")):
        answer = cdek.call("POST", "/v2/calculator/tariff", ROUTE | {"tariff_code": code})
        assert answer.json()["errors"][0]["code"] == problem


def test_contract_tariffs_by_account(cdek: CdekClient, other_cdek: CdekClient) -> None:
    def codes(client: CdekClient) -> set[int]:
        rows = client.call("GET", "/v2/calculator/alltariffs").json()["tariff_codes"]
        return {mode["tariff_code"] for row in rows for mode in row["delivery_modes"]}

    assert 136 in codes(cdek)
    assert 136 not in codes(other_cdek)


def test_labels_are_ready_after_a_while_and_gone_after_an_hour(cdek: CdekClient) -> None:
    uuid = cdek.ready()
    made = cdek.call("POST", "/v2/print/barcodes", {"orders": [{"order_uuid": uuid}], "format": "A6"})
    assert made.status_code == 202
    path = f"/v2/print/barcodes/{made.json()['entity']['uuid']}"
    assert cdek.call("GET", path).json()["entity"]["statuses"][-1]["code"] == "ACCEPTED"
    assert "url" not in cdek.call("GET", path).json()["entity"]
    assert cdek.call("GET", path + ".pdf").status_code == 400
    cdek.world.clock.advance(2)
    entity = cdek.call("GET", path).json()["entity"]
    assert [row["code"] for row in entity["statuses"]] == ["ACCEPTED", "PROCESSING", "READY"]
    assert entity["url"] == cdek.base_url + path + ".pdf"
    pdf = cdek.call("GET", path + ".pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-1.4")
    assert "barcode" in {row["type"] for row in cdek.read(uuid)["related_entities"]}
    cdek.world.clock.advance(3601)
    cdek.sign_in()
    assert cdek.call("GET", path).json()["entity"]["statuses"][-1]["code"] == "REMOVED"
    assert cdek.call("GET", path + ".pdf").status_code == 400


def test_a_waybill_made_with_the_order(cdek: CdekClient) -> None:
    found = cdek.read(cdek.ready(print="WAYBILL"))
    assert [row["type"] for row in found["related_entities"]] == ["waybill"]


def test_print_requests_are_checked(cdek: CdekClient) -> None:
    def code(body: dict[str, Any]) -> str:
        return str(cdek.call("POST", "/v2/print/barcodes", body).json()["requests"][0]["errors"][0]["code"])

    fresh, invalid = cdek.create(), cdek.ready(number="X", tariff_code=5)
    good = cdek.ready(number="Y")
    assert code({"orders": []}) == "orders_number_is_empty"
    assert code({"orders": [{"order_uuid": good}], "format": "A9"}) == "v2_invalid_format"
    assert code({"orders": [{"order_uuid": good}] * 101}) == "v2_invalid_format"
    assert code({"orders": [{"order_uuid": invalid}]}) == "v2_entity_empty"
    assert cdek.read(fresh)["requests"][0]["state"] == "SUCCESSFUL"
    assert code({"orders": [{"order_uuid": cdek.create(number="Z")}]}) == "v2_entity_not_ready"
    mixed = cdek.call("POST", "/v2/print/barcodes", {"orders": [{"order_uuid": good}, {"order_uuid": invalid}]})
    assert [row["code"] for row in mixed.json()["requests"][0]["warnings"]] == ["v2_entity_invalid"]


def test_a_pdf_has_a_page_an_order_and_right_offsets() -> None:
    pdf = label_pdf([("1100000001", ["Пётр (Иванов)"]), ("1100000002", [])], "A6")
    assert pdf.count(b"/Type /Page ") == 2
    assert b"(Petr \\(Ivanov\\))" in pdf
    start = int(re.search(rb"startxref\n(\d+)", pdf).group(1))  # type: ignore[union-attr]
    assert pdf[start : start + 4] == b"xref"
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n", pdf), start=1):
        assert pdf[int(offset) :].startswith(b"%d 0 obj" % number)


def test_code_128_has_its_checksum() -> None:
    # The textbook's "PJJ123C" sums to 878 with start A (103), so to 879 with start B: 879 mod 103 = 55.
    widths = barcode_widths("PJJ123C")
    assert widths.startswith("211214")
    assert widths[-13:-7] == "311321"
    assert widths.endswith("2331112")
    assert sum(map(int, widths)) == 11 * 9 + 13


def _intake(cdek: CdekClient, uuid: str, **changes: Any) -> Any:
    day = (cdek.world.clock.now() + timedelta(days=2)).date().isoformat()
    body = {"order_uuid": uuid, "intake_date": day, "intake_time_from": "10:00", "intake_time_to": "15:00"}
    return cdek.call("POST", "/v2/intakes", body | changes)


def test_a_pick_up_from_the_door(cdek: CdekClient) -> None:
    uuid = cdek.ready(cdek.door(tariff_code=139))
    made = _intake(cdek, uuid)
    assert made.status_code == 202
    again = _intake(cdek, uuid).json()["requests"][0]["errors"][0]["code"]
    assert again == "v2_intake_exists_by_order"
    cdek.settle()
    path = f"/v2/intakes/{made.json()['entity']['uuid']}"
    entity = cdek.call("GET", path).json()["entity"]
    assert entity["intake_number"].isdigit()
    assert [row["code"] for row in entity["statuses"]] == ["ACCEPTED", "CREATED"]
    assert [row["uuid"] for row in cdek.call("GET", f"/v2/orders/{uuid}/intakes").json()] == [entity["uuid"]]
    assert cdek.call("DELETE", path).status_code == 200
    assert cdek.call("DELETE", path).json()["requests"][0]["errors"][0]["code"] == "v2_entity_has_final_status"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"intake_date": "2020-01-01"}, "ve_ci_pickup_date_expired"),
        ({"intake_date": "2099-01-01"}, "ve_ci_pickup_date_too_large"),
        ({"intake_time_from": "08:00"}, "ve_ci_pickup_time_too_small"),
        ({"intake_time_to": "23:00"}, "ve_ci_pickup_time_too_large"),
        ({"intake_time_to": "09:30"}, "ve_ci_pickup_time_to_before_from"),
        ({"intake_date": "tomorrow"}, "v2_invalid_format"),
        ({"intake_date": None}, "v2_field_is_empty"),
    ],
)
def test_pick_up_times_are_checked(cdek: CdekClient, changes: dict[str, Any], code: str) -> None:
    uuid = cdek.ready(cdek.door(tariff_code=139))
    assert _intake(cdek, uuid, **changes).json()["requests"][0]["errors"][0]["code"] == code


def test_a_pick_up_for_a_warehouse_tariff_is_invalid(cdek: CdekClient) -> None:
    made = _intake(cdek, cdek.ready()).json()["entity"]["uuid"]
    cdek.settle()
    request = cdek.call("GET", f"/v2/intakes/{made}").json()["requests"][0]
    assert (request["state"], request["errors"][0]["code"]) == ("INVALID", "ve_tariff_mode_not_from_door")


def test_reverse_intervals_and_prealert(cdek: CdekClient) -> None:
    reverse = {"tariff_code": 139, "sender": {"phones": []}, "recipient": {"phones": []}}
    place = {"from_location": {"address": "ул. Мира, 1"}}
    assert cdek.call("POST", "/v2/reverse/availability", reverse | place).content == b""
    refused = cdek.call("POST", "/v2/reverse/availability", reverse | place | {"tariff_code": 136})
    assert refused.json()["errors"][0]["code"] == "ve_as_reverse_only_to_door"
    uuid = cdek.ready()
    days = cdek.call("GET", "/v2/delivery/intervals", order_uuid=uuid).json()["date_intervals"]
    assert days[0]["time_intervals"][0] == {"start_time": "09:00", "end_time": "14:00"}
    alert = {"planned_date": "2099-01-01T10:00:00+0000", "shipment_point": "MSK1", "orders": [{"order_uuid": uuid}]}
    made = cdek.call("POST", "/v2/prealert", alert).json()["entity"]["uuid"]
    cdek.settle()
    assert cdek.call("GET", f"/v2/prealert/{made}").json()["entity"]["orders"][0]["im_number"] == "D-100500"
