"""Boxberry's orders: creation, refusals, replacement, changes, recall."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.boxberry import errors

from .conftest import KAZAN, Client


def test_the_order_that_every_carrier_takes(box: Client) -> None:
    track = box.create(KAZAN)
    (info,) = box.post("ParcelInfo", parcels=[{"track": track}])
    assert info == {
        "order_id": "A-1-1", "track_number": track, "declared_cost": "900", "payment_amount": "0", "delivery_cost": "0",
        "delivery_type": 2, "pickup_point": [], "issue_type": 0,
        "courier_delivery": {"postcode": "", "city": "Казань", "address_recipient": "ул. Баумана, 44"},
        "recipient_data": {"full_name": "Мария Северцева", "email": None, "phone": "79000001462"},
        "products": [
            {"vendor_code": "1", "name": "Чай", "nds": "", "price": 900.0, "quantity": 1, "marking_crpt": ""}
        ],
        "boxes_data": [{"weight": 700, "barcode": "", "x": 20, "y": 15, "z": 10}],
    }  # fmt: skip
    box.world.control.post(f"/boxberry/orders/{track}/route", {"route": "delivered"})
    box.world.clock.advance(6 * 3600)
    assert box.names("A-1-1")[-1] == "Выдано"
    (entry,) = box.world.journal.find(kind="order.accepted")
    assert (entry.key, entry.data["phone"], entry.data["weight"]) == ("A-1-1", "9000001462", 700)


def test_a_number_is_unique_in_a_cabinet(box: Client) -> None:
    track = box.create()
    assert box.refusal() == "Значение «D-2001» для «Номер заказа в ИМ» уже занято."
    assert Client(box.world, 1).create() != track
    assert box.get("CancelOrder", track=track, cancelType=1) == {"err": False}
    assert box.post("ParcelInfo", parcels=[{"order_id": "D-2001"}]) == []
    assert box.get("ListStatuses", ImId="D-2001") == []
    assert box.refusal().endswith("уже занято.")
    box.set(cancelled_number="free", nothing_found="error")
    assert box.create() != track
    assert box.get("ListStatuses", ImId="nobody") == [{"err": errors.NOT_FOUND}]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"order_id": ""}, "Необходимо заполнить «Номер заказа в ИМ»."),
        ({"order_id": "x" * 36}, "Значение «Номер заказа в ИМ» должно содержать максимум 35 символа."),
        ({"order_id": "a|b"}, errors.BAD_NUMBER),
        ({"vid": "4"}, "Значение «Вид доставки» неверно."),
        ({"fitting": "2"}, "Значение «fitting» неверно."),
        ({"price": "300000.01"}, "Значение «Объявленная стоимость» должно быть от 5 до 300000."),
        ({"price": "10,50"}, "Значение «Объявленная стоимость» неверно."),
        ({"weights": {"weight": "1.2"}}, errors.NOT_INTEGER),
        ({"weights": {"weight": "4"}}, "Значение «Вес места» должно быть от 5 до 30000."),
        ({"weights": {"weight": 30001}}, "Значение «Вес места» должно быть от 5 до 30000."),
        ({"weights": {"weight": 100, "weight3": 100}}, "Необходимо заполнить «Вес места»."),
        ({"weights": {"weight": 100, "x": 121}}, "Габариты места превышают допустимые 120х80х50 см"),
        ({"weights": {"weight": 100, "x": 51, "y": 51, "z": 51}}, "Габариты места превышают допустимые 120х80х50 см"),
        ({"weights": {"weight": 9, "barcode": "1", "weight2": 9}}, "Необходимо указать штрих-код для каждого места"),
        ({"shop": {"name": "99999"}}, "Значение «Код ПВЗ» неверно."),
        ({"shop": {}}, "Необходимо заполнить «Код ПВЗ»."),
        ({"shop": {"name": "02001", "name1": "777"}}, "Значение «Код пункта поступления» неверно."),
        ({"customer": {"fio": "А", "phone": "12345"}}, "Значение «Номер телефона получателя» неверно."),
        ({"customer": {"phone": "9001112233"}}, "Необходимо заполнить «ФИО получателя»."),
        ({"items": [{"name": "А", "price": "1", "quantity": 1, "nds": 22}]}, "Значение «НДС» должно быть от -1 до 20."),
        ({"notice": "x" * 101}, "Значение «Примечание» должно содержать максимум 100 символа."),
        ({"export": {"countryСode": ""}}, "Неизвестное поле «export.countryСode»"),
        ({"comment": "?"}, "Неизвестное поле «comment»"),
        ({"updateByTrack": "AAP1"}, errors.BAD_TRACK),
        ({"updateByTrack": "AAP123456789"}, errors.NOT_FOUND),
        ({"vid": 2, "kurdost": {"citi": "Берёзовский", "addressp": "1"}}, "Найдено несколько городов, уточните"),
        ({"vid": 2, "kurdost": {"citi": "Атлантида", "addressp": "1"}}, "Город «Атлантида» не найден"),
        ({"vid": 3, "kurdost": {"index": "420000", "citi": "Казань", "addressp": "1", "strong": 1}},
         "Параметры strong и optimize не могут быть указаны одновременно"),
    ],
)  # fmt: skip
def test_what_an_order_is_refused_for(box: Client, changes: dict[str, Any], text: str) -> None:
    assert box.refusal(**changes) == text
    assert box.world.journal.find(kind="order.accepted") == []


def test_homonyms_are_told_apart_by_their_region(box: Client) -> None:
    for number, citi in enumerate(
        ("Киров, Кировская область", "Королёв (Московская обл)", "Железногорск, Курская обл."), 1
    ):
        box.create(box.sdata(order_id=f"H-{number}", vid=2, kurdost={"citi": citi, "addressp": "1"}))
    box.set(vat_max=22)
    box.create(box.sdata(order_id="V", items=[{"name": "А", "price": "1", "quantity": "1", "nds": "22"}]))


def test_a_low_price_is_raised_and_a_barcode_of_ones_own_has_no_label(box: Client) -> None:
    answer = box.post("ParselCreate", sdata=box.sdata(price="0", barcode="X1"))
    assert set(answer) == {"track", "notification"}
    (info,) = box.post("ParcelInfo", parcels=[{"order_id": "D-2001"}])
    assert info["declared_cost"] == "5"


def test_points_take_what_the_directory_says(box: Client) -> None:
    box.world.control.post("/boxberry/points/02001", {"OnlyPrepaidOrders": "Yes", "LoadLimit": 1})
    assert box.refusal(payment_sum="10.50").endswith("только предоплаченные заказы")
    assert box.refusal().startswith("Вес заказа превышает")
    box.world.control.post("/boxberry/points/02001", {"open": False})
    assert box.refusal() == "Значение «Код ПВЗ» неверно."


def test_an_order_is_replaced_until_its_act(box: Client) -> None:
    track = box.create()
    assert box.create(updateByTrack=track, payment_sum="77.70", weights={"weight": 5, "weight2": 30000}) == track
    (info,) = box.post("ParcelInfo", parcels=[{"track": track}])
    assert (info["payment_amount"], [row["weight"] for row in info["boxes_data"]]) == ("77.70", [5, 30000])
    assert box.get("ChangeOrderDetails", track=track, fio="Пётр") == {"err": True, "message": errors.NOT_NOW}
    box.get("ParselSend", ImIds=track)
    assert box.refusal(updateByTrack=track) == errors.UPDATE_IN_ACT
    assert box.get("ChangeOrderDetails", track=track, fio="Пётр") == {"err": False}
    assert box.get("ChangeOrderDeliveryType", orderid="D-2001", deliveryType=1, pointId="02002") == {"err": False}
    assert box.get("ChangeOrderDeliveryType", track=track, deliveryType=2, city="Казань", addressp="ул. Мира, 1") == {
        "err": False
    }
    (info,) = box.post("ParcelInfo", parcels=[{"track": track}])
    assert (info["recipient_data"]["full_name"], info["courier_delivery"]["city"], info["pickup_point"]) == (
        "Пётр",
        "Казань",
        [],
    )


def test_deletion_before_the_act_and_recall_after_it(box: Client) -> None:
    one, two = box.create(), box.create(order_id="D-2")
    assert box.get("CancelOrder", track=one, cancelType=2) == {"err": True, "message": errors.NOT_IN_ACT}
    assert box.get("CancelOrder", track=one) == {"err": False}
    assert box.get("CancelOrder", orderid="D-2001", cancelType=1) == {"err": True, "message": errors.ALREADY_CANCELLED}
    box.get("ParselSend", ImIds=two)
    assert box.get("CancelOrder", track=two, cancelType=1) == {"err": True, "message": errors.IN_ACT}
    assert box.get("ParselDel", ImId=two) == {"err": errors.IN_ACT}
    assert box.get("CancelOrder", track=two, cancelType=2) == {"err": False}
    assert box.names(two)[-1] == "Готовится к возврату"
    assert box.get("CancelOrder", track=two, cancelType=2) == {"err": True, "message": errors.ALREADY_CANCELLED}
    three = box.create(order_id="D-3")
    box.move(three, "Успешно Выдан")
    assert box.get("CancelOrder", track=three, cancelType=2) == {"err": True, "message": errors.ISSUED}
    kinds = box.world.journal.counts()["boxberry"]
    assert (kinds["order.cancelled"], kinds["return.accepted"]) == (1, 1)
