"""Orders to the emulated PEK: what is accepted, what is refused, and for which field."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .conftest import PekClient


def test_an_order_to_the_door_is_accepted(pek: PekClient) -> None:
    answer = pek.call("/preregistration/submit/", pek.order())
    cargo = answer["cargos"][0]
    assert cargo["orderNumber"] == "DEAL-1001-1"
    assert cargo["receiver"]["warehouseId"] is None
    assert "Казань" in cargo["receiver"]["addressNormal"]
    assert answer["sender"]["warehouseID"] == pek.account["warehouse_id"]
    assert len(cargo["barсode"]) == 13
    row = pek.world.journal.find(kind="order.accepted")[0]
    assert (row.key, row.data["phone"], row.data["places"]) == ("DEAL-1001-1", "+79000001462", 1)
    assert pek.status(cargo["cargoCode"])["cargoStatus"] == "Ожидается передача груза от отправителя"
    full = pek.call("/cargos/status/", {"cargoCodes": [cargo["cargoCode"]]})["cargos"][0]
    assert full["receiver"]["abbreviated"]["privatePerson"] == {"Name": "С.М.", "phone": "*62"}
    assert "сallStatus" in full["info"]


def _changed(pek: PekClient, path: str, value: Any, **more: Any) -> dict[str, list[str]]:
    """Complaints about an order with one thing changed (`...` takes it out)."""
    body = copy.deepcopy(pek.order(**more))
    place: Any = body
    names = path.split("/")
    for name in names[:-1]:
        place = place[int(name)] if name.isdigit() else place[name]
    last: Any = int(names[-1]) if names[-1].isdigit() else names[-1]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return pek.fields("/preregistration/submit/", body)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("common/docflowType", ..., "common.docflowType"),
        ("common/docflowType", "FFS", "common.docflowType"),
        ("common/orderType", 4, "common.orderType"),
        ("sender/warehouseId", "nonsense", "sender.warehouseId"),
        ("sender/inn", "123", "sender.inn"),
        ("sender/personPhones", [], "sender.personPhones"),
        ("sender/personPhones/0/phone", "8 495 665", "sender.personPhones[0].phone"),
        ("cargos/0/common/type", "3", "cargos[0].common.type"),
        ("cargos/0/common/description", "Всякое", "cargos[0].common.description"),
        ("cargos/0/common/decription", "Одежда", "cargos[0].common.decription"),
        ("cargos/0/common/positionsCount", 0, "cargos[0].common.positionsCount"),
        ("cargos/0/common/weight", 900, "cargos[0].common.weight"),
        ("cargos/0/common/orderNumber", "N" * 51, "cargos[0].common.orderNumber"),
        ("cargos/0/receiver/title", ..., "cargos[0].receiver.title"),
        ("cargos/0/receiver/inn", "7716542310", "cargos[0].receiver.inn"),
        ("cargos/0/receiver/individual", ..., "cargos[0].receiver.individual"),
        ("cargos/0/receiver/addressStock", "Казань", "cargos[0].receiver.addressStock"),
        ("cargos/0/receiver/addressStock", "Атлантида, ул. Морская, 1", "cargos[0].receiver.addressStock"),
        ("cargos/0/receiver/personPhones/0/additional", "12", "cargos[0].receiver.personPhones[0].phone"),
        ("cargos/0/receiver/personPhones/0/phone", "+74956651112", "cargos[0].receiver.personPhones[0].phone"),
        ("cargos/0/services/transporting", ..., "cargos[0].services.transporting"),
        ("cargos/0/services/sealing", {"enabled": False}, "cargos[0].services.sealing"),
        ("cargos/0/services/insurance", {"enabled": True}, "cargos[0].services.insurance.cost"),
        ("cargos/0/services/transporting", {"payer": {"type": 3}}, "cargos[0].services.transporting.payer.paymentCity"),
    ],
)
def test_what_an_order_is_refused_for(pek: PekClient, path: str, value: Any, key: str) -> None:
    assert key in _changed(pek, path, value)
    assert pek.world.journal.find(kind="order.accepted") == []


def test_places_must_add_up_rounded_up(pek: PekClient) -> None:
    body = pek.order()
    common = body["cargos"][0]["common"]
    common |= {"positionsCount": 2, "weight": 1.41, "volume": 0.01}
    places = [{"quantity": 1, "weight": 0.7, "length": 0.2, "width": 0.15, "height": 0.1, "volume": 0.01}] * 2
    common["cargoPlaceList"] = [places[0], {**places[1], "weight": 0.705}]
    assert pek.call("/preregistration/submit/", body)["cargos"][0]["positions"][1]["barcode"].endswith("2")
    common["weight"] = 1.4
    assert set(pek.fields("/preregistration/submit/", body)) == {"cargos[0].common.weight"}


def test_a_point_takes_only_what_fits_and_hands_out(pek: PekClient) -> None:
    point = pek.pvz()
    code = pek.submit("P-1", point=point)
    assert pek.world.control.get(f"/pek/orders/{code}")["body"]["receiver"]["warehouseId"] == point
    pek.world.control.post(f"/pek/warehouses/{point}", {"maxWeight": 0.5})
    assert "вес" in pek.fields("/preregistration/submit/", pek.order(point=point))["cargos[0].receiver.warehouseId"][0]
    branches = pek.call("/branches/all/", {"branchId": pek.points()[0]["branchId"]})["branches"]
    only_in = next(row for row in branches[0]["divisions"] if row["isAcceptanceOnly"])
    refused = pek.fields("/preregistration/submit/", pek.order(point=only_in["warehouses"][0]["id"]))
    assert "не выполняет" in refused["cargos[0].receiver.warehouseId"][0]


def _cash(total: float, *, rows: int = 1) -> dict[str, Any]:
    row = {
        "vendorCode": "A1", "title": "Джинсы", "amount": 1, "rateVAT": "НДС22", "actualCostPerUnit": 900,
        "actualCostTotal": 900, "sumPerUnit": 900, "sumTotal": 900, "calculationSubject": 1, "vendorINN": "7716542310",
        "vendorName": "Ромашка", "vendorPhone": "+74956651112",
    }  # fmt: skip
    return {"enabled": True, "cashOnDeliverySum": total, "actualCost": 900, "includeTES": True,
            "specification": {"specifications": [row] * rows}}  # fmt: skip


def test_cash_on_delivery_must_add_up_and_be_agreed(pek: PekClient) -> None:
    body = pek.order()
    cash = body["cargos"][0]["services"]["cashOnDelivery"] = _cash(1200.5)
    key = "cargos[0].services.cashOnDelivery"
    assert set(pek.fields("/preregistration/submit/", body)) == {f"{key}.cashOnDeliverySum"}
    cash["sellerServices"] = [{"type": 1, "rateVAT": "НДС22", "sumIncludingVAT": 300.5}]
    assert set(pek.fields("/preregistration/submit/", body)) == {f"{key}.sellerPhone"}
    cash["sellerPhone"] = "+74956651112"
    assert pek.call("/preregistration/submit/", body)["documentId"]
    bare = PekClient(pek.world, 2)
    other = bare.order()
    other["cargos"][0]["services"]["cashOnDelivery"] = _cash(900)
    assert "соглашение" in bare.fields("/preregistration/submit/", other)[key][0]


def test_a_pickup_needs_its_day_its_interval_and_its_address(pek: PekClient) -> None:
    body = pek.order()
    body["common"] |= {"orderType": 3, "plannedDate": "2027-03-13"}
    body["pickUpDetails"] = {"periodTimeFrom": "10:00", "periodTimeTo": "13:00"}
    assert set(pek.fields("/preregistration/submit/", body)) == {
        "common.plannedDate", "pickUpDetails.periodTimeTo", "sender.addressStock", "cargos[0].services.pickUp",
    }  # fmt: skip
    body["common"]["plannedDate"] = "2027-03-10"
    body["pickUpDetails"]["periodTimeTo"] = "14:00"
    body["sender"]["addressStock"] = "Россия, Москва, улица Ленина, 10"
    body["cargos"][0]["services"]["pickUp"] = {"payer": {"type": 1}}
    code = pek.call("/preregistration/submit/", body)["cargos"][0]["cargoCode"]
    assert pek.status(code)["cargoStatus"] == "Заявка на забор зарегистрирована"
    pek.world.clock.advance(301)
    pek.move(code, code="4100")
    assert pek.call("/cargopickup/status/", {"cargoCodes": [code]})[0]["intakeStatus"] == "Забор груза запланирован"
    refused = pek.call("/order/cancellation/", [code])[0]
    assert (refused["success"], "маршрутном листе" in refused["description"]) == (False, True)


def test_electronic_documents_ask_for_a_signer(pek: PekClient) -> None:
    body = pek.order()
    body["common"]["docflowType"] = "FFS_EDI"
    assert set(pek.fields("/preregistration/submit/", body)) == {"EDICounterpart", "EDICounterpart.EDItype",
                                                                 "EDICounterpart.EDImail",
                                                                 "cargos[0].common.countryCargocode"}  # fmt: skip
    body["EDICounterpart"] = {"EDItype": 1, "EDImail": "edo@example.com"}
    body["cargos"][0]["common"]["countryCargocode"] = ["643"]
    answer = pek.call("/preregistration/submit/", body)
    assert len(answer["notifications"]) == len(answer["ediTemplateUrls"]) == 1
    pek.set(notifications_in_cargos=True)
    assert "notifications" in pek.call("/preregistration/submit/", body)["cargos"][-1]


def test_easyway_without_its_agreement_becomes_ltl(pek: PekClient) -> None:
    bare = PekClient(pek.world, 2)
    body = bare.order("E-1")
    body["cargos"][0]["common"]["type"] = 12
    assert "LTL" in bare.call("/preregistration/submit/", body)["notifications"][0]
    assert pek.world.journal.find(kind="order.accepted")[0].data["type"] == 3


def test_a_number_may_come_twice_and_the_list_shows_both(pek: PekClient) -> None:
    codes = [pek.submit("SAME-1"), pek.submit("SAME-1")]
    day = pek.call("/cargos/listallorderbylogin/", _days(pek))["сargos"]
    assert [(row["сode"], row["orderNumber"]) for row in day] == [(code, "SAME-1") for code in codes]
    assert pek.call("/cargos/listallorderbylogin/", _days(pek) | {"selectBy": 0})["сargos"] == []
    pek.set(cyrillic_keys=False)
    assert len(pek.call("/cargos/listallorderbylogin/", _days(pek))["cargos"]) == 2
    bare = PekClient(pek.world, 2)
    bare.submit("B-1")
    assert bare.call("/cargos/listallorderbylogin/", _days(pek)) == {"cargos": []}
    token = bare.call("/auth/createtokentoaccessprivatedata/")["access_token"]
    assert bare.call("/counterparts/confirmedaccesstocounterparties/", {"access_token": token}) == []


def _days(pek: PekClient) -> dict[str, Any]:
    # The sandbox's day may change in Moscow before it does here.
    return {"selectBy": 1, "dateBegin": "2026-01-01", "dateEnd": "2030-01-01"}


def test_rights_are_told_to_a_private_token(pek: PekClient) -> None:
    answer = pek.call("/auth/createtokentoaccessprivatedata/")
    assert answer["expires_in"][10] == "Z"
    found = pek.call("/counterparts/confirmedaccesstocounterparties/", {"access_token": answer["access_token"]})
    asked = {"access_token": answer["access_token"], "counterpartGUID": found[0]["guid"]}
    rights = pek.call("/counterparts/connecteddiscountsservicesagreements/", asked)
    assert 12 in rights["availableTypesOfDelivery"]
    pek.world.clock.advance(3601)
    assert pek.call("/counterparts/connecteddiscountsservicesagreements/", asked)["error"]["status"] == 403
