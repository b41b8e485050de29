"""1C:WMS's pure parts: documents as they leave, answers as we read them, names of the base, units at their borders."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.numbers import plain
from b24app.logistics.order import OrderState, fingerprint_of_name
from b24app.logistics.picking import PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptRequest, ReceiptStage, StockLine
from b24app.systems.one_c_wms import documents, orders, receipts
from b24app.systems.one_c_wms.goods import merged
from b24app.systems.one_c_wms.names import Names
from b24app.systems.one_c_wms.settings import state_options
from b24app.systems.one_c_wms.states import word_of
from b24app.systems.one_c_wms.vocabulary import NAMES, NEEDED, millimetres

KEY = "0a000001-0000-4000-8000-000000000001"
GOOD, OTHER = "0a000002-0000-4000-8000-000000000002", "0a000003-0000-4000-8000-000000000003"
CUP = Item("Чашка", "CUP-1", 2, Money.of("450.50"), 301, vat_percent=22)
MARIA = Recipient("Мария Северцева", "8 900 000-14-62", "+79000001462")
MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 10, 5, 12, 40, tzinfo=MOSCOW)


def request(**changes: Any) -> ShipmentRequest:
    given: dict[str, Any] = {
        "number": "wb-1-1", "service_code": "pick", "kind": DeliveryKind.COURIER, "recipient": MARIA,
        "parcels": (Parcel(700, 200, 150, 100, (CUP,)),), "address": read_address("Казань, ул. Баумана, 44"),
        "comment": "Звонить",
    }  # fmt: skip
    return ShipmentRequest(**{**given, **changes})


# --- the service ------------------------------------------------------------------------------------------------------


def test_an_order_as_it_leaves() -> None:
    assert orders.build_order(request(), "MSK-01") == {
        "externalId": "wb-1-1",
        "warehouseRef": "MSK-01",
        "party": {"kind": "person", "name": "Мария Северцева", "phone": "+79000001462"},
        "deliveryAddress": {
            "text": "Казань, ул. Баумана, 44", "country": "RU", "city": "Казань", "comment": "Звонить",
        },
        "items": [
            {"line": 1, "sku": "CUP-1", "name": "Чашка", "qty": 2, "unit": "шт", "weightKg": 0.301, "price": 450.5,
             "vatRate": 22}
        ],
    }  # fmt: skip


def test_a_company_a_point_and_what_nobody_knows() -> None:
    person = Recipient("Иван", "", None, company="ООО Ромашка")
    goods = (Item("Чай", "T-1", 1, Money.of(1), 0, vat_percent=-1),)
    body = orders.build_order(
        request(recipient=person, kind=DeliveryKind.PICKUP, address=None, point_code="KZN1", comment="",
                parcels=(Parcel(1, 0, 0, 0, goods),)),
        "KZN-01",
    )  # fmt: skip
    assert body["party"] == {"kind": "person", "name": "Иван"}
    assert body["deliveryAddress"] == {"text": "Пункт выдачи KZN1", "comment": "ООО Ромашка"}
    assert body["items"] == [{"line": 1, "sku": "T-1", "name": "Чай", "qty": 1, "unit": "шт", "price": 1.0}]


def test_rows_of_one_article_and_price_are_one() -> None:
    dear = Item("Чашка", "CUP-1", 1, Money.of(500), 301)
    found = merged([CUP, dear, Item("Чашка", " CUP-1 ", 3, Money.of("450.50"), 301)])
    assert [(item.sku.strip(), item.quantity, item.price.minor) for item in found] == [
        ("CUP-1", 5, 45050), ("CUP-1", 1, 50000),
    ]  # fmt: skip
    with pytest.raises(Refused) as caught:
        merged([])
    assert caught.value.problems[0].code == "items_missing"
    with pytest.raises(Refused) as caught:
        merged([Item("Чашка", "", 1, Money.of(1), 1), Item("Ложка", "", 1, Money.of(2), 1)])
    assert [problem.key for problem in caught.value.problems] == [
        "article_unknown|items|Чашка", "article_unknown|items|Ложка",
    ]  # fmt: skip


def test_an_article_is_named_by_its_place() -> None:
    body = {"items": [{"sku": "A"}, {"sku": "B"}]}
    found = [
        Problem("article_unknown", Field.ITEMS, Who.MANAGER, "items[1].sku"),
        Problem("article_unknown", Field.ITEMS, Who.MANAGER, "items[7].sku"),
        Problem("name_refused", Field.NAME, Who.MANAGER, "party.name"),
    ]
    assert [problem.params for problem in orders.with_articles(found, body)] == [{"sku": "B"}, {}, {}]


def state(**members: Any) -> OrderState:
    row = {
        "id": KEY, "externalId": "wb-1-1", "number": "ВМ00-000042", "date": "2026-10-05T12:40:05+03:00",
        "status": "created", "statusText": "Новый", "rawStatus": "Новый", "revision": 1,
        "statusAt": "2026-10-05T12:41:00+03:00",
    }  # fmt: skip
    found = orders.parse_order({**row, **members})
    assert found is not None
    return found


def test_a_state_in_our_words() -> None:
    items = [
        {"line": 1, "sku": "CUP-1", "qtyOrdered": "2", "qtyPicked": 1.5, "qtyShipped": 0},
        {"line": 2, "sku": "CUP-1", "qtyOrdered": 1, "qtyPicked": 1, "qtyShipped": 0},
        {"line": 3, "sku": ""},
    ]
    found = state(status="accepted_at_warehouse", rawStatus="ВРаботе", items=items,
                  request={"party": {"name": "Мария Северцева"}})  # fmt: skip
    assert found.lines == (PickedLine("CUP-1", Decimal(3), Decimal("2.5"), Decimal(0)),)
    [event] = found.events
    assert (event.code, event.status) == ("ВРаботе", Status.ACCEPTED_AT_WAREHOUSE)
    assert event.at == datetime(2026, 10, 5, 9, 41, tzinfo=UTC)
    assert found.fingerprint == fingerprint_of_name("Мария Северцева")
    assert (found.packed, found.tracking_number, found.order_number) == (None, "", "ВМ00-000042")


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        ("in_transit", "Отгружен", Status.IN_TRANSIT),
        ("created", "ВОчереди", Status.CREATED),
        ("delivered", "Вручен", Status.UNKNOWN),
        ("accepted_at_warehouse", "Упакован", Status.ACCEPTED_AT_WAREHOUSE),
        ("quarantine", "Упакован", Status.UNKNOWN),
    ],
)
def test_words_of_the_service(status: str, raw: str, expected: Status) -> None:
    row = {"id": KEY, "status": status, "rawStatus": raw, "statusAt": "2026-10-05T12:40:00+03:00"}
    found = orders.parse_order(row)
    assert found is not None
    assert found.events[0].status is expected
    assert (found.packed is not None) is (status == "accepted_at_warehouse")


def test_what_is_no_state() -> None:
    odd: list[dict[str, Any]] = [{}, {"surprise": 1}, {"id": KEY}, {"status": "created"}]
    assert [orders.parse_order(row) for row in odd] == [None] * 4
    assert [receipts.parse_receipt(row) for row in odd] == [None] * 4


@pytest.mark.parametrize(
    ("kilos", "sides", "box"),
    [
        (0.001, (1, 1, 1), Parcel(1, 10, 10, 10)),
        ("4.2", ("40", "30", "18"), Parcel(4200, 400, 300, 180)),
        (1.0005, (30.04, 30.05, None), Parcel(1001, 300, 301, 0)),
    ],
)
def test_boxes_in_grams_and_millimetres(kilos: Any, sides: tuple[Any, ...], box: Parcel) -> None:
    row = {"no": 1, "weightKg": kilos, "lengthCm": sides[0], "widthCm": sides[1], "heightCm": sides[2]}
    found = state(packages=[row, {"no": 2, "weightKg": 0}, "surprise"]).packed
    assert found is not None
    assert found.parcels == (box,)


def test_a_side_that_is_no_length_is_unknown() -> None:
    assert [millimetres(value) for value in (None, "", 0, -1, "x", True, 0.05, 99.9)] == [0, 0, 0, 0, 0, 0, 1, 999]


def test_a_shortage_is_one_event_whatever_follows() -> None:
    items = [{"sku": "CUP-1", "qtyOrdered": 2, "qtyPicked": 1, "qtyShipped": 0}]
    box = [{"no": 1, "weightKg": 1}]
    packed = state(status="accepted_at_warehouse", items=items, packages=box)
    gone = state(status="in_transit", statusAt="2026-10-06T10:00:00+03:00", packages=box,
                 items=[{**items[0], "qtyShipped": 1}])  # fmt: skip
    assert packed.events[0].key == gone.events[0].key
    assert packed.events[0].problem == gone.events[0].problem
    assert state(status="accepted_at_warehouse", items=items).events[0].problem is None
    assert [plain(Decimal(text)) for text in ("2.000", "1.50", "100", "0")] == ["2", "1.5", "100", "0"]


def test_a_return_as_it_leaves() -> None:
    asked = ReceiptRequest(
        "wb-1-1r", (CUP,), MARIA, of_number="wb-1-1", expected_at=datetime(2026, 10, 20, 9, tzinfo=UTC), reason="Брак"
    )
    assert receipts.build_receipt(asked, "MSK-01", MOSCOW) == {
        "externalId": "wb-1-1r", "type": "return", "warehouseRef": "MSK-01",
        "expectedAt": "2026-10-20T12:00:00+03:00",
        "returnOf": {"transportRequestExternalId": "wb-1-1", "reasonText": "Брак"},
        "party": {"kind": "person", "name": "Мария Северцева", "phone": "+79000001462"},
        "items": [{"line": 1, "sku": "CUP-1", "name": "Чашка", "qtyExpected": 2, "unit": "шт"}],
    }  # fmt: skip


def inspection(**row: Any) -> Any:
    known = receipts.parse_receipt({"id": KEY, "status": "completed"})
    assert known is not None
    item = {"sku": "CUP-1", "qtyExpected": 2, "qtyAccepted": 1, "qtyDamaged": 1, "qtyMissing": 0, "qtySurplus": 1}
    found = {"completedAt": "2026-10-21T15:30:00+03:00", "inspector": "Кладовщик 2", "items": [{**item, **row}]}
    return receipts.with_inspection(known, found)


def test_an_inspection_has_to_add_up() -> None:
    findings = [{"qty": 1, "condition": "damaged", "reasonCode": "wet", "photos": [KEY]}, {"qty": None}]
    found = inspection(findings=findings)
    [line] = found.lines
    assert (line.received, line.findings[0].photos, len(line.findings)) == (3, (KEY,), 1)
    assert found.inspected_at == datetime(2026, 10, 21, 12, 30, tzinfo=UTC)
    for wrong in {"qtyAccepted": 2}, {"qtyMissing": 1}, {"sku": ""}, {"qtyExpected": None}:
        assert inspection(**wrong) is None


def test_stock_in_good_condition_alone() -> None:
    row = {"sku": "CUP-1", "warehouseRef": "MSK-01", "condition": "good", "onHand": 40, "reserved": 6, "available": 34,
           "expected": 10, "unit": "шт"}  # fmt: skip
    assert receipts.parse_stock(row) == StockLine(
        "CUP-1", "MSK-01", Decimal(34), Decimal(40), Decimal(6), Decimal(10), "шт"
    )
    assert receipts.parse_stock({**row, "condition": "damaged"}) is None
    assert receipts.parse_stock({"sku": "CUP-1"}) is None


# --- OData ------------------------------------------------------------------------------------------------------------


def test_names_are_the_contracts_unless_an_admin_says_otherwise() -> None:
    names = Names(
        "# наши имена\norder.number = НомерВнешний\nrow.pack =\norder+Склад_Key = " + KEY + "\norder+Приоритет = 2"
        "\norder+Срочный = true\nrow+Вес = 1.5\nrow+Код = '007'\nнечто\norder.nmber = x"
    )
    assert (names["order.number"], names["row.pack"], names["order.date"]) == ("НомерВнешний", "", "ДатаОтгрузки")
    assert names.more("order") == {"Склад_Key": KEY, "Приоритет": 2, "Срочный": True}
    assert names.more("row") == {"Вес": 1.5, "Код": "007"}
    assert names.more("receipt") == {}
    assert names.strange == ["нечто", "order.nmber = x"]
    assert set(NEEDED) <= set(NAMES)


def test_documents_as_they_are_written() -> None:
    names = Names("order+Склад_Key = " + KEY)
    refs = documents.Refs(KEY, "орг", "напр", "", {"CUP-1": GOOD}, {"CUP-1": OTHER}, KEY)
    assert documents.build_header(names, "order", "wb-1-1", refs, NOW, NOW) == {
        "Date": "2026-10-05T12:40:00", "НомерКИС": "wb-1-1", "ДатаКИС": "2026-10-05T00:00:00",
        "ДатаОтгрузки": "2026-10-05T00:00:00", "Организация_Key": "орг", "НаправлениеОтгрузки_Key": "напр",
        "Контрагент_Key": KEY, "Склад_Key": KEY,
    }  # fmt: skip
    [row] = documents.build_rows(names, KEY, [CUP], refs, NOW)
    assert row == {
        "Number": "1", "Date": "2026-10-05T12:40:00", "Владелец_Key": KEY, "Номенклатура_Key": GOOD, "Количество": 2,
        "СтатусНоменклатуры_Key": KEY, "УпаковкаНоменклатуры_Key": OTHER, "КоличествоУпаковок": 2,
    }  # fmt: skip
    bare = documents.build_rows(names, KEY, [CUP], documents.Refs(KEY, goods={"CUP-1": GOOD}), NOW)
    assert "КоличествоУпаковок" not in bare[0]
    for there, same in ([{**row, "Количество": 2.0}], True), ([], False), ([row, row], False):
        assert documents.same_rows(names, there, [row]) is same


def header(**more: Any) -> dict[str, Any]:
    return {"Ref_Key": KEY, "Number": "42", "Date": "2026-10-05T12:40:00", "НомерКИС": "wb-1-1", "Posted": True,
            "DeletionMark": False, "Контрагент": {"Description": "Мария Северцева"}, **more}  # fmt: skip


def row(quantity: float = 2, sku: str = "CUP-1") -> dict[str, Any]:
    return {"Номенклатура": {"КодКИС": sku, "Description": "Чашка"}, "Количество": quantity}


def order(raw: str, states: dict[str, str] | None = None, facts: Any = None, **more: Any) -> OrderState:
    found = documents.Found(header(**more), [row(), row(1)], raw, facts)
    return documents.parse_order(Names(), found, states or {}, MOSCOW)


def test_a_document_as_an_order() -> None:
    found = order("Отгружен", facts={"CUP-1": Decimal(2)})
    assert found.lines == (PickedLine("CUP-1", Decimal(3), Decimal(2), Decimal(2), "Чашка"),)
    assert [event.status for event in found.events] == [None, Status.IN_TRANSIT]
    assert found.events[-1].at == datetime(2026, 10, 5, 9, 40, tzinfo=UTC)
    assert len(order("Отгружен").events) == 1
    assert order("НаКарантине").events[0].status is Status.UNKNOWN
    assert order("Новый", {"Прочее": "packed"}).events[0].status is Status.UNKNOWN
    assert order("Отменен").cancel is not None
    assert order("Новый", DeletionMark=True).cancel is not None
    draft = order("Новый", Posted=False)
    assert (draft.decision.value, draft.events) == ("pending", ())


def test_a_receipt_tells_what_came_and_an_admin_what_it_is_worth() -> None:
    def receipt(raw: str, *, all_good: bool = False, states: dict[str, str] | None = None) -> Any:
        found = documents.Found(header(), [row()], raw, {"CUP-1": Decimal(3)})
        return documents.parse_receipt(Names(), found, states or {}, MOSCOW, all_good=all_good)

    assert (receipt("Принята").stage, receipt("Принята").inspected_at) == (ReceiptStage.COMPLETED, None)
    [line] = receipt("Принята", all_good=True).lines
    assert (line.accepted, line.missing, line.surplus, line.received) == (2, 0, 1, 3)
    assert receipt("ВРаботе", all_good=True).inspected_at is None
    assert receipt("Странное").stage is ReceiptStage.UNKNOWN
    assert receipt("Готово", states={"Готово": "returned"}).stage is ReceiptStage.COMPLETED
    assert receipt("Принята", states={"Готово": "returned"}).stage is ReceiptStage.UNKNOWN


def test_balances_are_summed_where_goods_are_good() -> None:
    def balance(there: float, going: float, condition: Any, good: str = GOOD) -> dict[str, Any]:
        key = {"Номенклатура_Key": good, **({"СтатусНоменклатуры": condition} if condition else {})}
        return {"КлючАналитикиУчетаНоменклатуры": key, "КоличествоBalance": there, "КоличествоРасходBalance": going,
                "КоличествоПриходBalance": 1}  # fmt: skip

    good, broken = {"Description": "Кондиция"}, {"Description": "Брак"}
    rows = [balance(5, 2, good), balance(4, 0, None), balance(9, 0, broken), balance(7, 0, good, OTHER), {}]
    [line] = documents.stock_lines(Names(), rows, {GOOD: "CUP-1"}, "1c")
    assert line == StockLine("CUP-1", "1c", Decimal(7), Decimal(9), Decimal(2), Decimal(2))
    named = [{"КлючАналитикиУчетаНоменклатуры": {"Номенклатура": {"КодКИС": "CUP-1"}}, "КоличествоBalance": 3}]
    assert documents.stock_lines(Names(), named, {GOOD: "CUP-1"}, "1c")[0].available == 3
    [none] = documents.stock_lines(Names(), [], {GOOD: "CUP-1"}, "1c")
    assert none.available == 0


def test_states_to_map_have_what_we_take_them_for() -> None:
    found = {option.code: option.means for option in state_options("states", ("НаКарантине",))}
    assert (found["НаКарантине"], found["Новый"], found["Упакован"], found["Заблокирован"]) == (
        "",
        "created",
        "packed",
        "",
    )
    assert {option.code: option.means for option in state_options("receipt_states")}["Принята"] == "returned"
    assert state_options("warehouse") == []
    assert [word_of("Новый", {}), word_of("Новый", {"Иное": "created"}), word_of("Иное", {"Иное": "packed"})] == [
        "created", "", "packed",
    ]  # fmt: skip
