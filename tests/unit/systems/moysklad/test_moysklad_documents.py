"""The pure parts of MoySklad that write: orders, counterparties, boxes, files, shipments out of templates."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.changes import Way, rules_at
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.picking import PACKED
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Attachment
from b24app.systems.moysklad.changes import RULES, build_change, shows
from b24app.systems.moysklad.documents import filed, kind_of, marked
from b24app.systems.moysklad.goods import joined
from b24app.systems.moysklad.orders import build_agent, build_order
from b24app.systems.moysklad.shipping import from_template
from b24app.systems.moysklad.vocabulary import (
    BLOCKED,
    boxes_of,
    boxes_text,
    escaped,
    id_in,
    kopecks,
    meaning_of,
    moment,
    quantity_of,
    sync_id,
)

CUP = Item("Чашка", "CUP-1", 2, Money.of("450.10"), 300, vat_percent=22)
REQUEST = ShipmentRequest(
    number="wb-1057-1",
    service_code="pick",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "8900", "+79000001462", None, "m@example.test"),
    parcels=(Parcel(701, 201, 150, 99, (CUP,)), Parcel(1200, 0, 0, 0)),
    address=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"),
    cod=Money.of("1150.5"),
    comment="позвонить за час",
)
REF = {"meta": {"href": "https://api/entity/store/1", "type": "store", "mediaType": "application/json"}}


def test_an_order_is_built_whole() -> None:
    refs = {"organization": REF, "store": REF, "agent": REF}
    rows = [{"assortment": REF, "quantity": 2, "price": 45010}]
    assert build_order(REQUEST, refs, rows, []) == {
        "syncId": sync_id("order", "wb-1057-1"),
        "name": "wb-1057-1",
        "externalCode": "wb-1057-1",
        "organization": REF,
        "store": REF,
        "agent": REF,
        "description": "позвонить за час",
        "shipmentAddressFull": {"addInfo": "420111, Казань, ул. Баумана, 44/8к2, кв. 12"},
        "positions": rows,
    }
    point = replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="MSK65", address=None)
    assert build_order(point, refs, rows, [REF])["shipmentAddressFull"] == {"addInfo": "Пункт выдачи MSK65"}
    assert build_order(point, refs, rows, [REF])["attributes"] == [REF]


def test_a_change_names_only_what_differs_and_is_seen_in_the_order() -> None:
    after = replace(REQUEST, comment="", address=read_address("Казань, ул. Баумана, 1"), cod=None)
    assert build_change(REQUEST, after, {}) == {
        "description": "", "shipmentAddressFull": {"addInfo": "Казань, ул. Баумана, 1"},
    }  # fmt: skip
    person = replace(REQUEST, recipient=replace(REQUEST.recipient, phone="+79000001463"))
    assert build_change(REQUEST, person, REF) == {"agent": REF}
    order = {"agent": build_agent(after.recipient), "shipmentAddressFull": {"addInfo": "Казань, ул. Баумана, 1"}}
    assert shows(order, after)
    assert not shows({**order, "description": "позвонить"}, after)
    assert not shows({**order, "agent": REF}, after)
    assert not shows(order, REQUEST)
    assert {rule.way for rule in rules_at(RULES, Status.IN_TRANSIT)} == {Way.NO}


def test_the_same_person_is_the_same_counterparty() -> None:
    person = REQUEST.recipient
    made = build_agent(person)
    assert made == {
        "syncId": made["syncId"], "name": "Мария Северцева", "companyType": "individual", "phone": "+79000001462",
        "email": "m@example.test",
    }  # fmt: skip
    assert build_agent(replace(person, name="мария северцева", phone_raw="+7 900"))["syncId"] == made["syncId"]
    assert build_agent(replace(person, phone="+79000001463"))["syncId"] != made["syncId"]
    firm = build_agent(replace(person, company="ООО Ромашка"))
    assert (firm["name"], firm["companyType"], firm["description"]) == ("ООО Ромашка", "legal", "Мария Северцева")
    assert firm["syncId"] != made["syncId"]


def test_one_row_for_one_article_and_price() -> None:
    dear = replace(CUP, price=Money.of("500"))
    rows = joined([CUP, replace(CUP, quantity=3), dear])
    assert [(row.quantity, row.price.minor) for row in rows] == [(5, 45010), (2, 50000)]


def test_ids_are_the_same_for_the_same_and_of_one_kind_only() -> None:
    assert sync_id("order", "wb-1-1") == sync_id("order", "wb-1-1")
    assert len({sync_id("order", "wb-1-1"), sync_id("return", "wb-1-1"), sync_id("order", "wb-1-11")}) == 3
    assert id_in("https://api/entity/store/0a-1?expand=owner") == "0a-1"


def test_boxes_there_and_back() -> None:
    text = boxes_text(REQUEST.parcels)
    assert text == "701 201x150x99; 1200 0x0x0"
    assert boxes_of(text) == (Parcel(701, 201, 150, 99), Parcel(1200, 0, 0, 0))
    assert boxes_text([Parcel(1000, 300, 200, 150)] * 40) == ""  # a text field holds 255 signs


@pytest.mark.parametrize(
    ("written", "boxes"),
    [
        ("1000 г, 300х200х150 мм", ((1000, 300, 200, 150),)),
        ("900", ((900, 0, 0, 0),)),
        ("900; 300 20x30", ((900, 0, 0, 0), (300, 0, 0, 0))),
        ("0 10x10x10", ()),
        ("две коробки", ()),
        (None, ()),
        (700, ((700, 0, 0, 0),)),
    ],
)  # fmt: skip
def test_boxes_as_people_write_them(written: object, boxes: tuple[tuple[int, ...], ...]) -> None:
    found = [(box.weight_g, box.length_mm, box.width_mm, box.height_mm) for box in boxes_of(written)]
    assert tuple(found) == boxes


def test_units_at_their_borders() -> None:
    assert (kopecks(Money.of("0.01")), kopecks(Money.of("450.10"))) == (1, 45010)
    assert [str(quantity_of(value)) for value in (2.0, 0.5, 20, True, "3", None)] == ["2", "0.5", "20", "0", "0", "0"]
    assert quantity_of(1.1) == Decimal("1.1")
    at = moment("2026-10-05 12:40:03.114")
    assert at is not None
    assert at.isoformat() == "2026-10-05T09:40:03.114000+00:00"
    assert moment("05.10.2026") is None
    assert escaped("A;B") == "A\\;B"


@pytest.mark.parametrize(
    ("name", "kind", "meaning"),
    [
        ("Новый", "Regular", Status.CREATED),
        ("Подтвержден", "Regular", Status.ACCEPTED_AT_WAREHOUSE),
        ("Собран", "Regular", PACKED),
        ("Отгружен", "Regular", Status.IN_TRANSIT),
        ("Доставлен", "Successful", Status.DELIVERED),
        ("Возврат", "Unsuccessful", Status.RETURNING),
        ("Возвращена", "Unsuccessful", Status.RETURNED),
        ("Отменен", "Unsuccessful", Status.CANCELLED),
        ("Не доставлен", "Regular", Status.DELIVERY_FAILED),
        ("Ждет в пункте выдачи", "Regular", Status.READY_FOR_PICKUP),
        ("Остановлен складом", "Regular", BLOCKED),
        ("Закрыт", "Successful", Status.DELIVERED),
        ("Слит", "Unsuccessful", Status.CANCELLED),
        ("На второй линии", "Regular", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_what_factory_states_mean(name: str, kind: str, meaning: str) -> None:
    assert meaning_of(name, kind) == meaning


def test_a_file_is_known_by_our_key_and_its_bytes() -> None:
    label = Attachment("wb-1-1-label", "label", "Этикетка CDEK.pdf", "application/pdf", b"%PDF-1.4 one")
    name = marked(label)
    assert name == "Этикетка CDEK [wb wb-1-1-label b3d6d8d0].pdf".replace("b3d6d8d0", name[-13:-5])
    assert marked(replace(label, content=b"%PDF-1.4 two")) != name
    row = {"filename": name, "size": 12, "created": "2026-10-05 12:40:03.114", "meta": {"href": "https://api/files/77"}}
    found = filed(row)
    assert (found.key, found.name, found.ours, found.kind, found.bytes) == (
        "file:77", "Этикетка CDEK.pdf", "wb-1-1-label", "label", 12,
    )  # fmt: skip
    theirs = filed({"filename": "scan [wb 1].pdf", "meta": {"href": "https://api/files/78"}})
    assert (theirs.ours, theirs.name) == ("", "scan [wb 1].pdf")
    long = marked(replace(label, name="Я" * 300 + ".pdf"))
    assert (len(long), filed({"filename": long}).ours) == (255, "wb-1-1-label")
    assert [kind_of(name) for name in ("ТОРГ-12", "Акт", "Счет покупателю", "Фото")] == [
        "waybill",
        "act",
        "invoice",
        "other",
    ]


def test_a_template_gives_what_may_be_posted() -> None:
    template = {
        "organization": REF, "agent": REF, "sum": 1.0, "created": "2007-02-07 17:16:41", "printed": True,
        "applicable": True,
        "rate": {"currency": REF}, "customerOrder": REF,
        "positions": {"meta": {}, "rows": [{"quantity": 2.0, "price": 1.0, "assortment": REF, "cost": 5, "id": "1"}]},
    }  # fmt: skip
    body = from_template(template, {"organization": {"meta": {"href": "ours"}}, "store": REF})
    rows = [{"assortment": REF, "quantity": 2.0, "price": 1.0}]
    assert body == {"organization": REF, "store": REF, "agent": REF, "customerOrder": REF, "positions": rows}
