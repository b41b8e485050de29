"""CDEK's orders: two phases, validation, lookups, change, deletion, refusal, returns."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from .conftest import CdekClient, journalled


def test_an_order_is_accepted_then_decided(cdek: CdekClient) -> None:
    answer = cdek.call("POST", "/v2/orders", cdek.body())
    row = answer.json()["requests"][0]
    assert (answer.status_code, row["type"], row["state"]) == (202, "CREATE", "ACCEPTED")
    found = cdek.read(answer.json()["entity"]["uuid"])
    assert "cdek_number" not in found["entity"]
    assert [status["code"] for status in found["entity"]["statuses"]] == ["ACCEPTED"]
    cdek.settle()
    found = cdek.read(answer.json()["entity"]["uuid"])
    assert found["requests"][0]["state"] == "SUCCESSFUL"
    assert found["entity"]["cdek_number"].isdigit()
    assert [status["code"] for status in found["entity"]["statuses"]] == ["CREATED", "ACCEPTED"]


def test_the_decision_comes_in_real_time_without_a_reader(cdek: CdekClient) -> None:
    cdek.set(decision_min=0.1, decision_max=0.2)
    cdek.create()
    journalled(cdek.world, "order.decided", 1)
    decided = cdek.world.journal.find(kind="order.decided")[0]
    assert (decided.key, decided.data["state"]) == ("D-100500", "SUCCESSFUL")


def test_the_journal_tells_what_was_accepted(cdek: CdekClient) -> None:
    uuid_ = cdek.create()
    row = cdek.world.control.journal(kind="order.accepted")[0]
    assert (row["key"], row["data"]["uuid"]) == ("D-100500", uuid_)
    assert (row["data"]["recipient"], row["data"]["weight"]) == ("Петров Иван", 1000)


def _item(cdek: CdekClient, **changes: Any) -> dict[str, Any]:
    body = cdek.body()
    item = body["packages"][0]["items"][0]
    item.update(changes)
    body["packages"][0]["items"] = [{name: value for name, value in item.items() if value is not None}]
    return body


def _package(cdek: CdekClient, **changes: Any) -> dict[str, Any]:
    body = cdek.body()
    package = body["packages"][0] | changes
    body["packages"] = [{name: value for name, value in package.items() if value is not None}]
    return body


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tariff_code": None}, "v2_field_is_empty"),
        ({"tariff_code": "136"}, "v2_invalid_value_type"),
        ({"type": 3}, "v2_invalid_format"),
        ({"number": "Сделка-1"}, "v2_invalid_format"),
        ({"number": "x" * 41}, "v2_invalid_format"),
        ({"comment": "x" * 256}, "v2_invalid_format"),
        ({"print": "waybill"}, "v2_invalid_format"),
        ({"recipient": None}, "v2_field_is_empty"),
        ({"recipient": {"name": "Иван"}}, "v2_field_is_empty"),
        ({"recipient": {"name": "Иван", "phones": {"number": "+79001112233"}}}, "v2_invalid_value_type"),
        ({"recipient": {"name": "Иван", "phones": [{"number": "+79001112233"}] * 11}}, "v2_invalid_format"),
        ({"recipient": {"name": "Иван", "phones": [{"number": "9" * 25}]}}, "v2_invalid_format"),
        ({"from_location": None}, "v2_order_location_from_and_shipment_point_empty"),
        ({"delivery_point": None}, "v2_order_location_to_and_delivery_point_empty"),
        ({"shipment_point": "MSK1"}, "v2_shipment_address_multivalued"),
        ({"to_location": {"code": 44, "address": "ул. Мира, 1"}}, "v2_delivery_address_multivalued"),
        ({"from_location": {"city": "Москва"}}, "v2_field_is_empty"),
        ({"from_location": {"code": 44, "address": "x" * 256}}, "v2_invalid_format"),
        ({"packages": None}, "v2_field_is_empty"),
        ({"packages": [{}] * 256}, "v2_invalid_format"),
        ({"delivery_recipient_cost": {"value": 50_000_001}}, "v2_invalid_format"),
        ({"services": [{"parameter": "1"}]}, "v2_field_is_empty"),
    ],
)
def test_static_faults_are_refused_at_once(cdek: CdekClient, changes: dict[str, Any], code: str) -> None:
    assert code in cdek.refusal(cdek.body(**changes))
    assert cdek.world.journal.find(kind="order.accepted") == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ware_key": None}, "v2_field_is_empty"),
        ({"ware_key": "a|b"}, "v2_invalid_format"),
        ({"payment": None}, "v2_field_is_empty"),
        ({"payment": {"value": 100, "vat_rate": 20, "vat_sum": 1}}, "v2_invalid_format"),
        ({"payment": {"value": 100, "vat_rate": 22}}, "v2_field_is_empty"),
        ({"amount": 0}, "v2_invalid_format"),
        ({"amount": 1000}, "v2_invalid_format"),
        ({"cost": None}, "v2_field_is_empty"),
        ({"weight": 1.5}, "v2_invalid_value_type"),
        ({"marking": "01", "amount": 2}, "v2_order_item_amount_incorrect"),
    ],
)
def test_faults_of_an_item(cdek: CdekClient, changes: dict[str, Any], code: str) -> None:
    assert cdek.refusal(_item(cdek, **changes)) == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": None}, "v2_field_is_empty"),
        ({"weight": None}, "v2_field_is_empty"),
        ({"length": None}, "v2_field_is_empty"),
        ({"number": None}, "v2_field_is_empty"),
    ],
)
def test_faults_of_a_package(cdek: CdekClient, changes: dict[str, Any], code: str) -> None:
    assert cdek.refusal(_package(cdek, **changes)) == [code]


def test_sizes_may_be_absent_below_100_grams(cdek: CdekClient) -> None:
    light = _package(cdek, weight=99, length=None, width=None, height=None)
    assert cdek.call("POST", "/v2/orders", light).status_code == 202


def test_127_items_are_too_many(cdek: CdekClient) -> None:
    item = cdek.body()["packages"][0]["items"][0]
    many = _package(cdek, items=[item | {"ware_key": f"S-{number}"} for number in range(127)])
    assert "v2_number_items_is_more_126" in cdek.refusal(many)


def test_a_body_that_is_not_json(cdek: CdekClient) -> None:
    answer = cdek.http.post(cdek.base_url + "/v2/orders", data=b"{", timeout=5)
    assert (answer.status_code, answer.json()["requests"][0]["errors"][0]["code"]) == (400, "v2_bad_request")


_PHONE = {"name": "Иван", "phones": [{"number": "+7123"}]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recipient": _PHONE}, "ve_receiver_phone_type_incorrect"),
        ({"recipient": {"name": "12345", "phones": [{"number": "+79001112233"}]}},
         "error_validate_receiver_name_only_digits"),
        ({"recipient": {"name": "а/б", "phones": [{"number": "+79001112233"}]}},
         "error_validate_receiver_name_incorrect_symbol"),
        ({"from_location": {"city": "Нетакогогорода", "address": "ул. Мира, 1"}}, "v2_sender_location_not_recognized"),
        ({"delivery_point": None, "tariff_code": 137, "to_location": {"city": "Нетакого", "address": "ул. 1"}},
         "v2_recipient_location_not_recognized"),
        ({"delivery_point": "XXX1"}, "code_invalid"),
        ({"delivery_point": None, "to_location": {"code": 44, "address": "ул. Мира, 1"}},
         "error_validate_receiver_delivery_point_is_empty"),
        ({"tariff_code": 137}, "err_pvz_with_tariff_mistake"),
        ({"tariff_code": 368}, "error_validate_postamat_pvz_not_postamat"),
        ({"delivery_point": "MSK71"}, "err_pvz_with_tariff_mistake"),
        ({"tariff_code": 5}, "v2_outdated_tariff"),
        ({"tariff_code": 99999}, "v2_invalid_tariff"),
        ({"tariff_code": 751}, "err_invalid_tariff_with_ordertype"),
        ({"services": [{"code": "INSURANCE", "parameter": "1000"}]}, "ve_additional_service_unavailable"),
        ({"services": [{"code": "PART_DELIV"}]}, "ve_additional_service_unavailable"),
    ],
)  # fmt: skip
def test_late_faults_make_the_order_invalid(cdek: CdekClient, changes: dict[str, Any], code: str) -> None:
    uuid_ = cdek.ready(**changes)
    assert cdek.codes(uuid_) == [code]
    found = cdek.read(uuid_)
    assert found["requests"][0]["state"] == "INVALID"
    assert found["entity"]["statuses"][0]["code"] == "INVALID"
    assert "cdek_number" not in found["entity"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weight": 0, "length": None, "width": None, "height": None}, "ve_package_weight_too_small"),
        ({"height": 0}, "error_validate_package_one_of_size_is_zero"),
        ({"weight": 51_000}, "err_invalid_tariff_with_dimentions"),
    ],
)
def test_late_faults_of_a_package(cdek: CdekClient, changes: dict[str, Any], code: str) -> None:
    assert cdek.codes(cdek.ready(_package(cdek, **changes))) == [code]


def test_an_overweight_parcel_for_the_office(cdek: CdekClient) -> None:
    cdek.world.control.post("/cdek/offices/MSK65", {"weight_max": 5.0})
    assert cdek.codes(cdek.ready(_package(cdek, weight=6000))) == [
        "error_validate_receiver_delivery_point_calc_weight_large"
    ]


def test_cash_over_the_citys_limit(cdek: CdekClient) -> None:
    place = {"code": 1172673, "address": "д. Москва, 1"}
    body = cdek.door(to_location=place, delivery_recipient_cost={"value": 100})
    assert cdek.codes(cdek.ready(body)) == ["error_validate_receiver_city_cash_limit"]


def test_a_postamat_takes_one_place_of_15_kilograms(cdek: CdekClient) -> None:
    package = cdek.body()["packages"][0]
    two = [package, package | {"number": "2"}]
    postamat: dict[str, Any] = {"tariff_code": 368, "delivery_point": "MSK71"}
    assert cdek.codes(cdek.ready(packages=two, **postamat)) == ["error_validate_postamat_package_count"]
    heavy = [package | {"weight": 15_001}]
    assert cdek.codes(cdek.ready(packages=heavy, **postamat)) == ["error_validate_postamat_package_weight"]
    assert cdek.codes(cdek.ready(**postamat)) == []


def test_a_closed_office_is_replaced_by_the_nearest_with_a_warning(cdek: CdekClient) -> None:
    cdek.world.control.post("/cdek/offices/MSK65", {"open": False})
    found = cdek.read(cdek.ready())
    point = found["entity"]["delivery_point"]
    assert point.startswith("MSK")
    assert point != "MSK65"
    assert found["requests"][0]["warnings"] == [
        {"code": "v2_delivery_point_changed", "message": f"Офис получателя изменён на {point}"}
    ]


def test_no_office_left_is_a_refusal(cdek: CdekClient) -> None:
    for office in cdek.call("GET", "/v2/deliverypoints", city_code=285).json():
        cdek.world.control.post(f"/cdek/offices/{office['code']}", {"open": False})
    code = cdek.codes(cdek.ready(delivery_point="YKS1"))[0]
    assert code.startswith("The pick-up point doesn't meet the requirements")


def test_a_duplicate_number_is_accepted_then_invalid(cdek: CdekClient) -> None:
    first, second = cdek.create(), cdek.create()
    assert first != second
    cdek.settle()
    assert cdek.codes(first) == []
    assert cdek.codes(second) == ["error_validate_im_dep_number_has_already_had_integration"]
    cdek.set(unique_numbers=False)
    assert cdek.codes(cdek.ready()) == []


def test_an_invalid_order_frees_its_number_unless_the_switch_says_otherwise(cdek: CdekClient) -> None:
    cdek.ready(recipient=_PHONE)
    assert cdek.codes(cdek.ready()) == []
    cdek.ready(number="N-2", recipient=_PHONE)
    cdek.set(invalid_occupies_number=True)
    assert cdek.codes(cdek.ready(number="N-2")) == ["error_validate_im_dep_number_has_already_had_integration"]


def test_a_number_is_free_again_after_delivery_and_deletion(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    cdek.world.control.post(f"/cdek/orders/{uuid_}/status", {"code": "DELIVERED"})
    second = cdek.ready()
    assert cdek.codes(second) == []
    cdek.call("DELETE", f"/v2/orders/{second}")
    cdek.settle()
    assert cdek.codes(cdek.ready()) == []


def test_lookups_by_number(cdek: CdekClient) -> None:
    missing = cdek.call("GET", "/v2/orders", im_number="D-100500")
    row = missing.json()["requests"][0]
    assert (missing.status_code, row["type"], row["state"]) == (400, "GET", "INVALID")
    assert row["errors"][0]["code"] == "v2_entity_not_found_im_number"
    assert row["errors"][0]["message"] == "Entity is not found by number D-100500"
    uuid_ = cdek.ready()
    assert cdek.call("GET", "/v2/orders", im_number="D-100500").json()["entity"]["uuid"] == uuid_
    number = cdek.read(uuid_)["entity"]["cdek_number"]
    assert cdek.call("GET", "/v2/orders", cdek_number=number).json()["entity"]["uuid"] == uuid_
    assert cdek.call("GET", "/v2/orders").json()["requests"][0]["errors"][0]["code"] == "v2_parameters_empty"


def test_a_fresh_order_may_be_invisible_for_a_while(cdek: CdekClient) -> None:
    cdek.set(lookup_delay=2)
    cdek.create()
    assert cdek.call("GET", "/v2/orders", im_number="D-100500").status_code == 400
    cdek.world.clock.advance(2.1)
    assert cdek.call("GET", "/v2/orders", im_number="D-100500").status_code == 200


def test_unknown_malformed_and_foreign_uuids(cdek: CdekClient, other_cdek: CdekClient) -> None:
    unknown = cdek.call("GET", f"/v2/orders/{uuid.uuid4()}")
    assert (unknown.status_code, unknown.json()["requests"][0]["errors"][0]["code"]) == (400, "v2_entity_not_found")
    cdek.set(unknown_uuid_status=404)
    assert cdek.call("GET", f"/v2/orders/{uuid.uuid4()}").status_code == 404
    bad = cdek.call("GET", "/v2/orders/xyz").json()["requests"][0]["errors"][0]
    assert (bad["code"], bad["message"]) == ("v2_invalid_format", "Invalid value [xyz] in [uuid] parameter")
    foreign = other_cdek.call("GET", f"/v2/orders/{cdek.create()}")
    assert foreign.json()["requests"][0]["errors"][0]["code"] == "v2_entity_forbidden"
    assert other_cdek.call("GET", "/v2/orders", im_number="D-100500").status_code == 400


def test_a_delivery_contract_cannot_send_type_1(other_cdek: CdekClient) -> None:
    assert "err_invalid_tariff_with_ordertype" in other_cdek.codes(other_cdek.ready())
    body = other_cdek.body(type=2, tariff_code=483)
    assert other_cdek.codes(other_cdek.ready(body)) == []


def test_repeated_articles_are_renamed(cdek: CdekClient) -> None:
    item = cdek.body()["packages"][0]["items"][0]
    found = cdek.read(cdek.ready(_package(cdek, items=[item, item])))
    keys = [row["ware_key"] for row in found["entity"]["packages"][0]["items"]]
    assert keys[0] == "SKU-1"
    assert keys[1].startswith("SKU-1_")
    assert len(keys[1]) == len("SKU-1_") + 7


def test_a_change_before_movement(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    recipient = {"name": "Сидорова Анна", "phones": [{"number": "+79130000000"}]}
    change = {"uuid": uuid_, "type": 1, "recipient": recipient}
    assert cdek.call("PATCH", "/v2/orders", change).json()["requests"][0]["type"] == "UPDATE"
    again = cdek.call("PATCH", "/v2/orders", change)
    assert again.json()["requests"][0]["errors"][0]["code"] == "v2_similar_request_still_processed"
    cdek.settle()
    found = cdek.read(uuid_)
    assert found["entity"]["recipient"] == recipient
    assert found["requests"][0]["state"] == "SUCCESSFUL"


def test_a_bad_change_leaves_the_order_as_it_was(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    cdek.call("PATCH", "/v2/orders", {"uuid": uuid_, "type": 1, "recipient": _PHONE})
    cdek.settle()
    assert cdek.codes(uuid_, "UPDATE") == ["ve_receiver_phone_type_incorrect"]
    assert cdek.read(uuid_)["entity"]["recipient"]["name"] == "Петров Иван"


def test_changes_need_type_recipient_package_ids_and_a_parcel_at_rest(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    good = {"uuid": uuid_, "type": 1, "recipient": cdek.body()["recipient"]}

    def refusal(body: dict[str, Any]) -> str:
        return str(cdek.call("PATCH", "/v2/orders", body).json()["requests"][0]["errors"][0]["code"])

    assert refusal({"uuid": uuid_, "type": 1}) == "v2_field_is_empty"
    assert refusal({"type": 1, "recipient": good["recipient"]}) == "v2_order_number_empty"
    assert refusal(good | {"packages": cdek.body()["packages"]}) == "v2_package_id_is_empty"
    kept = cdek.read(uuid_)["entity"]["packages"][0]
    package = cdek.body()["packages"][0] | {"package_id": kept["package_id"], "weight": 1500}
    assert cdek.call("PATCH", "/v2/orders", good | {"packages": [package]}).status_code == 202
    cdek.settle()
    assert cdek.read(uuid_)["entity"]["packages"][0]["weight"] == 1500
    cdek.world.control.post(f"/cdek/orders/{uuid_}/status", {"code": "RECEIVED_AT_SHIPMENT_WAREHOUSE"})
    assert refusal(good) == "v2_update_forbidden"


def test_a_deleted_order_is_gone(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    answer = cdek.call("DELETE", f"/v2/orders/{uuid_}")
    assert (answer.status_code, answer.json()["requests"][0]["type"]) == (202, "DELETE")
    repeat = cdek.call("DELETE", f"/v2/orders/{uuid_}").json()["requests"][0]["errors"][0]["code"]
    assert repeat == "v2_similar_request_still_processed"
    cdek.settle()
    assert cdek.call("GET", f"/v2/orders/{uuid_}").json()["requests"][0]["errors"][0]["code"] == "v2_entity_not_found"


def test_a_deletion_while_the_creation_is_pending_waits(cdek: CdekClient) -> None:
    uuid_ = cdek.create()
    assert cdek.call("DELETE", f"/v2/orders/{uuid_}").json()["requests"][0]["state"] == "WAITING"
    cdek.world.clock.advance(20)
    assert cdek.call("GET", f"/v2/orders/{uuid_}").status_code == 400


def test_a_moved_order_is_not_deleted(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    cdek.world.control.post(f"/cdek/orders/{uuid_}/status", {"code": "RECEIVED_AT_SHIPMENT_WAREHOUSE"})
    cdek.call("DELETE", f"/v2/orders/{uuid_}")
    cdek.settle()
    assert cdek.codes(uuid_, "DELETE") == ["error_validate_order_delete_status"]


def test_a_refusal_ends_in_not_delivered_and_a_return_order(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    cdek.call("POST", f"/v2/orders/{uuid_}/refusal")
    cdek.settle()
    found = cdek.read(uuid_)
    newest = found["entity"]["statuses"][0]
    assert (newest["code"], newest["reason_code"]) == ("NOT_DELIVERED", "11")
    link = next(row for row in found["related_entities"] if row["type"] == "return_order")
    back = cdek.read(link["uuid"])
    assert back["entity"]["is_return"] is True
    assert back["entity"]["cdek_number"] == link["cdek_number"]
    assert [row["type"] for row in back["related_entities"]] == ["direct_order"]
    again = cdek.call("POST", f"/v2/orders/{uuid_}/refusal")
    assert again.json()["requests"][0]["errors"][0]["code"] == "v2_entity_has_final_status"


def test_a_client_return_after_delivery(cdek: CdekClient) -> None:
    uuid_ = cdek.ready()
    path = f"/v2/orders/{uuid_}/clientReturn"
    assert cdek.call("POST", path, {"tariff_code": 136}).status_code == 400
    cdek.world.control.post(f"/cdek/orders/{uuid_}/status", {"code": "DELIVERED"})
    made = cdek.call("POST", path, {"tariff_code": 136}).json()
    assert made["requests"][0]["type"] == "CREATE_CLIENT_RETURN"
    back = cdek.read(made["entity"]["uuid"])["entity"]
    assert (back["is_client_return"], back["is_return"]) == (True, False)
    assert back["recipient"]["name"] == "ООО Ромашка"
