"""The emulated DPD's wire, reference data and prices."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from sandbox.world import World

from .dpd_client import NAMESPACES, DpdClient, Faulted, Row, parse, rows


@pytest.fixture(scope="module")
def dpd_world() -> Iterator[World]:
    with World(systems=["dpd"]) as world:
        yield world


@pytest.fixture
def dpd(dpd_world: World) -> DpdClient:
    dpd_world.reset()
    return DpdClient(dpd_world)


@pytest.mark.parametrize("service", ["geography2", "calculator2", "order2", "tracing", "tracing1-1", "event-tracking"])
def test_wsdl_names_its_own_address_and_imports_its_schema(dpd: DpdClient, service: str) -> None:
    address = f"{dpd.base_url}/services/{service}"
    root = parse(dpd.http.get(f"{address}?wsdl").content)
    soap, xsd = "{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://www.w3.org/2001/XMLSchema}"
    assert root.attrib["targetNamespace"] == NAMESPACES[service]
    assert next(root.iter(f"{soap}address")).attrib["location"] == address
    location = next(root.iter(f"{xsd}import")).attrib["schemaLocation"]
    schema = parse(dpd.http.get(location).content)
    assert schema.attrib["targetNamespace"] == NAMESPACES[service]
    assert "elementFormDefault" not in schema.attrib


def test_keys_are_checked_in_every_message_and_differ_by_base(dpd: DpdClient, dpd_world: World) -> None:
    def refused(client: DpdClient) -> tuple[int, str]:
        with pytest.raises(Faulted) as caught:
            client.events()
        return caught.value.status, caught.value.code

    dpd.events()
    DpdClient(dpd_world, 2, "test_base_url").events()
    test_key_on_live, live_key_on_test = DpdClient(dpd_world, 2), DpdClient(dpd_world, 0, "test_base_url")
    assert refused(test_key_on_live) == refused(live_key_on_test) == (500, "wrong-auth")
    dpd.auth = {"clientNumber": "1000000001"}
    assert refused(dpd) == (500, "wrong-request")
    dpd.auth = {"clientNumber": "1000000002", "clientKey": "SANDBOXLIVEKEY000000000000000001"}
    assert refused(dpd) == (500, "wrong-auth")


def test_a_message_without_its_child_or_with_another_is_a_fault(dpd: DpdClient) -> None:
    space, terminals = NAMESPACES["geography2"], "getTerminalsSelfDelivery2"
    auth = "<auth><clientNumber>1000000001</clientNumber><clientKey>x</clientKey></auth>"
    bodies = {
        "no child": f'<g:getParcelShops xmlns:g="{space}"/>',
        "auth without request": f'<g:getParcelShops xmlns:g="{space}">{auth}</g:getParcelShops>',
        "request where auth belongs": f'<g:{terminals} xmlns:g="{space}"><request>{auth}</request></g:{terminals}>',
        "qualified child": f'<getParcelShops xmlns="{space}"><request>{auth}</request></getParcelShops>',
        "unknown operation": f'<g:getEverything xmlns:g="{space}"/>',
        "another namespace": '<g:getParcelShops xmlns:g="urn:else"/>',
        "not XML": "<g:",
    }
    for name, body in bodies.items():
        answer = dpd.post("geography2", body)
        assert (answer.status_code, b"<S:Fault>" in answer.content) == (500, True), name
    assert dpd.post("geography2", bodies["no child"], **{"Content-Type": "application/json"}).status_code == 415
    assert dpd.http.post(f"{dpd.base_url}/services/nl", b"").status_code == 404


def test_unknown_misplaced_and_wrong_typed_elements_are_faults(dpd: DpdClient) -> None:
    good = dpd.order()
    for order in (
        good | {"colour": "red"},
        {"serviceCode": "PCL"} | good,
        good | {"cargoWeight": "heavy"},
        good | {"cargoRegistered": "no"},
        good | {"cargoNumPack": "1.5"},
        good | {"cargoCategory": None},
    ):
        with pytest.raises(Faulted):
            dpd.create(order)
    assert dpd.status()["status"] == "no-data-found"


def test_what_is_not_emulated_is_refused_loudly(dpd: DpdClient, dpd_world: World) -> None:
    with pytest.raises(Faulted, match="does not emulate order2 orderReDirect"):
        dpd.call("order2", "orderReDirect", "orders", order=[{"orderNum": "RU1"}])
    assert dpd_world.journal.find(kind="rest.call")[-1].data["unknown"] is True


def test_cities_have_64_bit_ids_and_the_recorded_ones(dpd: DpdClient) -> None:
    found = dpd.call("geography2", "getCitiesCashPay", "request", countryCode="RU")
    by_name = {row["cityName"]: row for row in found}
    assert by_name["Москва"]["cityId"] == "49694102"
    assert by_name["Санкт-Петербург"] == {
        "cityId": "49694167", "countryCode": "RU", "countryName": "Россия", "regionCode": "78",
        "regionName": "Санкт-Петербург", "cityCode": "78000002000", "cityName": "Санкт-Петербург", "abbreviation": "г",
        "indexMin": "190000", "indexMax": "190099",
    }  # fmt: skip
    assert max(int(row["cityId"]) for row in found) > 2**32
    assert dpd.call("geography2", "getCitiesCashPay", "request", countryCode="KZ") == []


def test_points_tell_limits_hours_and_what_they_can(dpd: DpdClient) -> None:
    shops = dpd.one("geography2", "getParcelShops", "request", countryCode="RU")["parcelShop"]
    assert 300 < len(shops) < 500
    assert {row["parcelShopType"] for row in shops} == {"ПВП", "П"}
    assert {"Open", "Full"} == {row["state"] for row in shops}
    assert any(row["limits"] == "" for row in shops)
    locker = next(row for row in shops if row["parcelShopType"] == "П" and row["limits"])
    assert locker["limits"] == {"maxWeight": "15", "maxLength": "60", "maxWidth": "40", "maxHeight": "38"}
    money = [extra for extra in rows(locker, "extraService") if extra["esCode"] == "НПП"]
    assert money == [{"esCode": "НПП", "params": {"name": "sum_npp", "value": "15000"}}]
    terminals = dpd.one("geography2", "getTerminalsSelfDelivery2", "auth")["terminal"]
    assert "M11" in {row["terminalCode"] for row in terminals}
    assert not any("limits" in row for row in terminals)
    assert not {row["terminalCode"] for row in terminals} & {row["code"] for row in shops}


def test_points_of_a_region_a_city_and_generated_ones(dpd: DpdClient) -> None:
    def codes(**filters: str) -> list[str]:
        found = dpd.one("geography2", "getParcelShops", "request", countryCode="RU", **filters)
        return [row.get("code", "-") for row in rows(found or {}, "parcelShop")]

    plain, kazan = codes(), codes(cityName="Казань")
    assert set(kazan) < set(codes(regionCode="16")) < set(plain)
    assert len(codes(cityName="Саратов")) == 5
    dpd.set(extra_points=1000, broken_points=6)
    assert len(codes()) == len(plain) + 1006
    assert codes(regionCode="77").count("-") == 2
    fresh = [code for code in codes(regionCode="16") if code.startswith("X")]
    assert 10 < len(fresh) < 40
    # A generated point can be ordered to like any other.
    (row,) = dpd.create(dpd.to_point(receiverAddress=dpd.to_point()["receiverAddress"] | {"terminalCode": fresh[0]}))
    assert row["status"] == "OK"


def price(dpd: DpdClient, pickup: Row, delivery: Row, **more: object) -> dict[str, tuple[float, int]]:
    value: Row = {
        "pickup": pickup,
        "delivery": delivery,
        "selfPickup": True,
        "selfDelivery": False,
        "weight": "0.7",
    } | more
    found = dpd.call("calculator2", "getServiceCost2", "request", **value)
    return {row["serviceCode"]: (float(row["cost"]), int(row["days"])) for row in found}


MOSCOW: Row = {"cityId": 49694102}


def test_prices_are_roubles_and_narrowed_by_what_is_asked(dpd: DpdClient) -> None:
    kazan = {"cityName": "Казань", "regionCode": 16, "countryCode": "RU"}
    door = price(dpd, MOSCOW, kazan)
    assert {"PCL", "CSM", "ECN"} <= set(door)
    assert "PUP" not in door
    assert 300 < door["PCL"][0] < 900
    assert price(dpd, MOSCOW, kazan, selfDelivery=True)["PCL"][0] < door["PCL"][0]
    assert price(dpd, MOSCOW, kazan, weight="5")["PCL"][0] > door["PCL"][0]
    assert set(price(dpd, MOSCOW, kazan, serviceCode="PCL,MAX")) == {"PCL", "MAX"}
    quick = price(dpd, MOSCOW, kazan, maxDays=door["CSM"][1])
    assert "CSM" in quick
    assert "ECN" not in quick
    assert max(cost for cost, _ in price(dpd, MOSCOW, kazan, maxCost=door["PCL"][0]).values()) <= door["PCL"][0]


def test_an_ambiguous_city_is_a_fault_with_candidates(dpd: DpdClient) -> None:
    with pytest.raises(Faulted) as caught:
        price(dpd, MOSCOW, {"cityName": "Киров"})
    assert (caught.value.text, caught.value.code) == ("Неоднозначно задан населенный пункт", "too-many-rows")
    assert [row["regionName"] for row in caught.value.detail["deliveryDups"]] == [
        "Кировская область",
        "Калужская область",
    ]
    with pytest.raises(Faulted, match="Неоднозначно") as alone:
        price(dpd, {"cityName": "Москва"}, MOSCOW)
    assert "pickupDups" in alone.value.detail
    with pytest.raises(Faulted, match="не найден"):
        price(dpd, MOSCOW, {"cityName": "Нигдеград"})


def test_a_route_nobody_serves_has_no_prices(dpd: DpdClient) -> None:
    hamlet = {"cityName": "Королёв", "regionCode": 30, "countryCode": "RU"}
    assert price(dpd, MOSCOW, hamlet) == {}


def test_prices_by_parcels(dpd: DpdClient) -> None:
    value = {"pickup": MOSCOW, "delivery": MOSCOW, "selfPickup": True, "selfDelivery": True}
    parcel = {"weight": "10", "length": "50", "width": "40", "height": "40", "quantity": 2}
    found = dpd.call("calculator2", "getServiceCostByParcels2", "request", **value, parcel=[parcel])
    assert "PUP" in {row["serviceCode"] for row in found}
    heavy = dpd.call("calculator2", "getServiceCostByParcels2", "request", **value, parcel=[parcel | {"weight": "40"}])
    assert "PUP" not in {row["serviceCode"] for row in heavy}
    with pytest.raises(Faulted, match="посылка"):
        dpd.call("calculator2", "getServiceCostByParcels2", "request", **value)


def test_storage_periods_and_possible_extras(dpd: DpdClient) -> None:
    found = dpd.one("geography2", "getStoragePeriod", "request", terminalCode="M11", serviceCode="PCL")
    assert found == {"terminal": {"terminalCode": "M11", "services": {"serviceCode": "PCL", "days": "10"}}}
    with pytest.raises(Faulted, match="NullPointerException"):
        dpd.call("geography2", "getPossibleExtraService", "request", delivery={"cityId": 49694102})


def test_unknown_fields_stand_among_the_documented_ones(dpd: DpdClient) -> None:
    dpd.set(unknown_fields=True)
    (row,) = dpd.create(dpd.order())
    assert row["status"] == "OK"
    assert list(row)[2:] == ["status", "sandboxUnknownField"]


def test_labels_are_real_files(dpd: DpdClient, dpd_world: World) -> None:
    number = dpd.made()
    found = dpd.one(
        "label-print", "createLabelFile", "getLabelFile", fileFormat="PDF", pageSize="A6",
        order=[{"orderNum": number, "parcelsNumber": 1}],
    )  # fmt: skip
    assert base64.b64decode(found["file"]).startswith(b"%PDF-")
    assert found["order"] == {"orderNum": number, "status": "OK"}
    waybill = dpd.one("order2", "getInvoiceFile", "request", orderNum=number)
    assert base64.b64decode(waybill["file"]).startswith(b"%PDF-")
    register = dpd.one("order2", "getRegisterFile", "request", datePickup=dpd.day())
    assert base64.b64decode(register["file"])[:2] == b"\x09\x00"
    dpd_world.clock.advance(3 * 86400)
    late = dpd.one(
        "label-print", "createLabelFile", "getLabelFile", fileFormat="PDF", pageSize="A6",
        order=[{"orderNum": number, "parcelsNumber": 1}],
    )  # fmt: skip
    assert late == {
        "order": {"orderNum": number, "status": "LabelError", "errorMessage": "У заказа дата забора ранее текущей даты"}
    }
