"""A client's return of ApiShip: the order the other way round."""

from __future__ import annotations

from typing import Any

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.model import DeliveryKind, Recipient, ShipmentRequest
from b24app.systems.apiship.returns import build_return

SHIPMENT = ShipmentRequest("wb-1-1", "cdek", DeliveryKind.COURIER, Recipient("Мария", "8900", "+79000001462"), ())
FULL: dict[str, Any] = {
    "order": {"orderId": 7, "providerKey": "cdek", "tariffId": 10, "pickupType": 2, "pointInId": 1001,
              "deliveryType": 2, "pointOutId": 1019, "providerConnectId": "11102", "weight": 700},
    "cost": {"assessedCost": 900, "codCost": 900, "deliveryCost": 0},
    "sender": {"countryCode": "RU", "addressString": "Москва", "contactName": "ООО", "phone": "+74950000001"},
    "recipient": {"countryCode": "RU", "addressString": "Казань", "contactName": "Мария", "phone": "+79000001462"},
    "places": [
        {"placeNumber": "1", "weight": 700, "length": 20, "width": None, "providerNumber": "12",
         "items": [{"description": "Чашка", "quantity": 2, "assessedCost": 450, "cost": 450, "costVat": 20,
                    "quantityDelivered": 2, "markCode": "010"}]},
    ],
}  # fmt: skip


def test_who_received_sends_and_nothing_is_collected() -> None:
    assert build_return(ReturnRequest("wb-1-r1", SHIPMENT, "7"), FULL) == {
        "directOrderId": 7,
        "order": {"clientNumber": "wb-1-r1", "providerKey": "cdek", "tariffId": 10, "pickupType": 2, "deliveryType": 2,
                  "pointInId": 1019, "pointOutId": 1001, "providerConnectId": "11102"},
        "cost": {"assessedCost": 900},
        "sender": FULL["recipient"],
        "recipient": FULL["sender"],
        "places": [
            {"placeNumber": "1", "weight": 700, "length": 20,
             "items": [{"description": "Чашка", "quantity": 2, "assessedCost": 450, "markCode": "010"}]},
        ],
    }  # fmt: skip


def test_a_courier_comes_where_a_courier_came() -> None:
    doors = {name: value for name, value in FULL["order"].items() if not name.startswith("point")}
    order = build_return(ReturnRequest("r", SHIPMENT, "7"), {**FULL, "order": doors, "cost": None})["order"]
    assert (order["pickupType"], order["deliveryType"]) == (1, 1)
    assert not {"pointInId", "pointOutId"} & set(order)


def test_the_client_may_name_another_point() -> None:
    order = build_return(ReturnRequest("r", SHIPMENT, "7", point_code="1025"), FULL)["order"]
    assert (order["pickupType"], order["pointInId"], order["pointOutId"]) == (2, 1025, 1001)
