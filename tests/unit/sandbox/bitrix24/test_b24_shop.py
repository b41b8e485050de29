"""The portal's online store (contracts/bitrix24-crm.md §9): strict about what it is told and about what we answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import Client

CONFIG = [{"TYPE": "STRING", "CODE": "KEY", "NAME": "Key"}]
PROFILES = [{"NAME": "Courier", "CODE": "COURIER"}, {"NAME": "Point", "CODE": "PVZ"}]


class Ours:
    """Where the store asks: answers what the test says, keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Any = {"SUCCESS": "Y", "PRICE": 300}
        self.server = make_server("127.0.0.1", 0, Request.application(self._told))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _told(self, request: Request) -> Response:
        self.asked.append(request.get_json())
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return Response(text, mimetype="application/json")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"


@pytest.fixture
def ours() -> Iterator[Ours]:
    found = Ours()
    yield found
    found.server.shutdown()


def handler(ours: Ours, **more: Any) -> dict[str, Any]:
    settings = {
        "CALCULATE_URL": f"{ours.url}/calculate",
        "CREATE_DELIVERY_REQUEST_URL": f"{ours.url}/create",
        "CANCEL_DELIVERY_REQUEST_URL": f"{ours.url}/cancel",
        "HAS_CALLBACK_TRACKING_SUPPORT": "Y",
        "CONFIG": CONFIG,
    }
    return {"CODE": "own", "NAME": "Own", "SETTINGS": settings, "PROFILES": PROFILES, **more}


def registered(client: Client, ours: Ours) -> dict[str, Any]:
    client.call("sale.delivery.handler.add", handler(ours))
    config = [{"CODE": "KEY", "VALUE": "secret"}]
    found: dict[str, Any] = client.call("sale.delivery.add", REST_CODE="own", NAME="A", CURRENCY="RUB", CONFIG=config)
    return found


def goods(portal: Portal) -> int:
    return int(portal.catalog.add_product("Cup", portal.now(), price=500.0, weight=300))


def steer(world: World, portal: Portal, what: str, **spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.control.post(f"/bitrix24/{portal.member_id}/shop/{what}", spec)
    return found


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"CODE": ""}, "Parameter CODE is not defined"),
        ({"SETTINGS": {"CONFIG": CONFIG}}, "Parameter SETTINGS[CALCULATE_URL] is not defined"),
        ({"SETTINGS": {"CALCULATE_URL": "http://a.test/x"}}, "Parameter SETTINGS[CONFIG] is not defined"),
        ({"PROFILES": []}, "Parameter PROFILES is not defined"),
    ],
)
def test_a_handler_that_says_too_little_is_refused(client: Client, ours: Ours, change: Any, text: str) -> None:
    assert client.refused("sale.delivery.handler.add", handler(ours) | change) == (400, "ERROR_CHECK_FAILURE", text)


def test_a_handler_once_and_services_of_it(client: Client, manager: Client, ours: Ours) -> None:
    assert manager.refused("sale.delivery.handler.list")[:2] == (403, "ACCESS_DENIED")
    assert (
        client.refused("sale.delivery.add", REST_CODE="own", NAME="A", CURRENCY="RUB")[1] == "ERROR_HANDLER_NOT_FOUND"
    )
    made = registered(client, ours)
    assert client.refused("sale.delivery.handler.add", handler(ours))[1] == "ERROR_HANDLER_ALREADY_EXIST"
    parent, (courier, point) = made["parent"]["ID"], made["profiles"]
    assert (courier["PARENT_ID"], point["PARENT_ID"]) == (parent, parent)
    assert client.call("sale.delivery.config.get", ID=parent) == [{"CODE": "KEY", "VALUE": "secret"}]
    # Values inside FIELDS change nothing, and nobody is told.
    assert client.call("sale.delivery.update", ID=parent, FIELDS={"NAME": "B"}) is True
    assert client.call("sale.delivery.getlist", FILTER={"ID": parent})[0]["NAME"] == "A"
    assert client.call("sale.delivery.update", ID=parent, NAME="B") is True
    assert client.call("sale.delivery.getlist", FILTER={"ID": parent})[0]["NAME"] == "B"
    extra = client.call(
        "sale.delivery.extra.service.add", DELIVERY_ID=courier["ID"], TYPE="checkbox", NAME="I", CODE="i"
    )
    (told,) = client.call("sale.delivery.extra.service.get", DELIVERY_ID=courier["ID"])
    assert (told["ID"], told["ACTIVE"], told["PRICE"]) == (str(extra), "N", 0)
    assert client.call("sale.delivery.delete", ID=parent) is True
    assert client.call("sale.delivery.getlist") == []


def test_the_stores_scope_does_not_open_deliveries(
    client_of: Callable[..., Client], portal: Portal, world: World
) -> None:
    portal.app.install = None
    world.control.post("/bitrix24/app", {"scopes": ["crm", "sale"]})
    client = client_of(portal)
    assert client.refused("sale.delivery.handler.list")[:2] == (403, "insufficient_scope")
    assert client.call("sale.persontype.list")["personTypes"][0]["id"] == 3


def test_properties_belong_to_profiles(client: Client, ours: Ours) -> None:
    courier, _ = registered(client, ours)["profiles"]
    given = {"personTypeId": 3, "propsGroupId": 5, "name": "To", "type": "ADDRESS", "code": "TO", "isAddressTo": "Y"}
    assert client.refused("sale.shipmentproperty.add", fields={"name": "To"})[1] == "0"
    number = client.call("sale.shipmentproperty.add", fields=given)["property"]["id"]
    relation = {"entityId": courier["ID"], "entityType": "D", "propertyId": number}
    client.call("sale.propertyRelation.add", fields=relation)
    assert client.refused("sale.propertyRelation.add", fields=relation)[1] == "201650000001"
    assert client.call("sale.propertyRelation.list", filter={"propertyId": number})["propertyRelations"] == [relation]


def test_a_checkout_asks_the_price_and_makes_an_order_with_a_deal(
    client: Client, world: World, portal: Portal, ours: Ours
) -> None:
    courier, _ = registered(client, ours)["profiles"]
    cup = goods(portal)
    found = steer(world, portal, "checkout", profile="COURIER", goods={str(cup): 2}, name="Olga", phone="")
    told = ours.asked[0]["SHIPMENT"]
    assert told["ID"] is None
    assert told["DELIVERY_SERVICE"]["PARENT"]["CONFIG"] == [{"CODE": "KEY", "VALUE": "secret"}]
    (item,) = told["ITEMS"]
    assert (item["WEIGHT"], item["DIMENSIONS"], item["QUANTITY"]) == (300, None, 2)
    assert told["RECIPIENT_CONTACT"] == {"NAME": "Olga"}  # no phones, no key
    assert found["price"] == 300
    links = client.call("crm.orderentity.list", filter={"=orderId": found["order"]})
    assert links == {"orderEntity": [{"orderId": found["order"], "ownerId": found["deal"]}]}
    shipment = client.call("sale.shipment.get", id=found["shipment"])["shipment"]
    assert (shipment["orderId"], shipment["deliveryId"], shipment["priceDelivery"]) == (
        found["order"], courier["ID"], 300,
    )  # fmt: skip


@pytest.mark.parametrize("answer", [{"SUCCESS": "N", "REASON": {"TEXT": "no"}}, {"SUCCESS": True}, "oops"])
def test_no_answer_no_order(client: Client, world: World, portal: Portal, ours: Ours, answer: Any) -> None:
    registered(client, ours)
    ours.answer = answer
    assert steer(world, portal, "checkout", profile="COURIER", goods={str(goods(portal)): 1})["order"] is None


def test_a_price_that_is_not_told_is_none(client: Client, world: World, portal: Portal, ours: Ours) -> None:
    registered(client, ours)
    ours.answer = {"SUCCESS": "Y"}
    number = steer(world, portal, "checkout", profile="COURIER", goods={str(goods(portal)): 1})["shipment"]
    assert client.call("sale.shipment.get", id=number)["shipment"]["priceDelivery"] == 0


def test_a_number_alone_would_zero_the_price_and_reset_the_status(
    client: Client, world: World, portal: Portal, ours: Ours
) -> None:
    courier, _ = registered(client, ours)["profiles"]
    number = steer(world, portal, "checkout", profile="COURIER", goods={str(goods(portal)): 1})["shipment"]
    fields = {"allowDelivery": "Y", "deducted": "N", "deliveryId": courier["ID"]}
    refused = client.refused("sale.shipment.update", id=number, fields={"trackingNumber": "1"})
    assert refused == (400, "0", "Required fields: allowDelivery, deducted, deliveryId")
    kept = client.call("sale.shipment.update", id=number, fields={**fields, "statusId": "DF", "basePriceDelivery": 9})
    assert (kept["shipment"]["statusId"], kept["shipment"]["priceDelivery"]) == ("DF", 9)
    lost = client.call("sale.shipment.update", id=number, fields={**fields, "trackingNumber": "1"})["shipment"]
    assert (lost["statusId"], lost["priceDelivery"], lost["trackingNumber"]) == ("DN", 0, "1")


def test_a_request_is_taken_only_with_a_number_that_is_a_text(
    client: Client, world: World, portal: Portal, ours: Ours
) -> None:
    courier, _ = registered(client, ours)["profiles"]
    number = steer(world, portal, "checkout", profile="COURIER", goods={str(goods(portal)): 1})["shipment"]
    for answer in ({"SUCCESS": "Y", "REQUEST_ID": 7}, {"SUCCESS": "y", "REQUEST_ID": "7"}):
        ours.answer = answer
        assert not steer(world, portal, "request", shipments=[number])["ok"]
    ours.answer = {"SUCCESS": "Y", "REQUEST_ID": "7"}
    assert steer(world, portal, "request", shipments=[number])["ok"]
    assert ours.asked[-1]["SHIPMENTS"][0]["ID"] == number
    mine = {"DELIVERY_ID": courier["ID"], "REQUEST_ID": "7"}
    assert client.refused("sale.delivery.request.update", mine)[1] == "EMPTY_UPDATE_PAYLOAD"
    status = {"TEXT": "On the way", "SEMANTIC": "late"}
    assert client.refused("sale.delivery.request.update", mine, STATUS=status)[1] == "STATUS_SEMANTIC_NOT_SPECIFIED"
    assert client.call("sale.delivery.request.update", mine, STATUS=status | {"SEMANTIC": "process"}) is True
    ours.answer = {"SUCCESS": "N", "REASON": {"TEXT": "too late"}}
    said = steer(world, portal, "cancel", delivery=courier["ID"], request="7")
    assert (said["ok"], said["reason"]) == (False, "too late")
    ours.answer = {"SUCCESS": "Y"}
    assert steer(world, portal, "cancel", delivery=courier["ID"], request="7")["ok"]
    assert client.refused("sale.delivery.request.update", mine, FINALIZE="Y")[1] == "REQUEST_NOT_FOUND"
