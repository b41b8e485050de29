"""The pure parts of MoySklad that read: which document speaks, rows and boxes, inspections, stock, errors, notices."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from b24app.logistics.order import Decision, fingerprint_of, fingerprint_of_name
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import ReceiptStage, Warehouse
from b24app.systems.moysklad.callbacks import events_of
from b24app.systems.moysklad.errors import problems, said
from b24app.systems.moysklad.goods import Goods
from b24app.systems.moysklad.lists import Meant
from b24app.systems.moysklad.receipts import state_of as receipt_of
from b24app.systems.moysklad.stock import lines_of
from b24app.systems.moysklad.tracking import Papers, has_left, state_of

BOXES = "Места"


class _Chosen:
    """As `OpenContext`, as far as states ask it."""

    def __init__(self, **maps: dict[str, str]) -> None:
        self._maps = maps

    def mapping(self, name: str) -> dict[str, str]:
        return self._maps.get(name, {})


def meant(**maps: dict[str, str]) -> Meant:
    return Meant(_Chosen(**maps))  # type: ignore[arg-type]


def ref(kind: str, identifier: str) -> dict[str, Any]:
    return {"meta": {"href": f"https://api/entity/{kind}/{identifier}", "type": kind}}


def state(name: str, kind: str = "Regular") -> dict[str, Any]:
    return {**ref("state", name), "id": name, "name": name, "stateType": kind}


def row(quantity: float, goods: str = "g1", sku: str = "CUP-1") -> dict[str, Any]:
    return {"quantity": quantity, "assortment": {**ref("product", goods), "article": sku, "name": "Чашка"}}


def at(minute: int) -> str:
    return f"2026-10-05 12:{minute:02d}:00.000"


def moment(minute: int) -> datetime:
    return datetime(2026, 10, 5, 9, minute, tzinfo=UTC)


def order(name: str = "Новый", minute: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": "o1", "externalCode": "wb-1-1", "name": "wb-1-1", "created": at(0), "updated": at(minute),
        "applicable": True, "state": state(name), "positions": {"rows": [row(2.0)]},
        "agent": {"name": "Мария Северцева", "phone": "+79000001462", "companyType": "individual"},
        "attributes": [{"name": BOXES, "value": "700 200x150x100"}], **more,
    }  # fmt: skip


def demand(quantity: float = 2.0, minute: int = 5, **more: Any) -> dict[str, Any]:
    rows = {"positions": {"rows": [row(quantity)]}}
    return {"id": "d1", "created": at(4), "updated": at(minute), "applicable": False, **rows, **more}


def test_a_new_order_is_created_and_ours() -> None:
    found = state_of(Papers(order()), meant(), BOXES)
    assert (found.remote_id, found.number, found.order_number) == ("o1", "wb-1-1", "wb-1-1")
    assert found.decision is Decision.ACCEPTED
    assert [(event.status, event.at) for event in found.events] == [(Status.CREATED, moment(0))]
    assert found.fingerprint == fingerprint_of("Мария Северцева", "+79000001462", [700])
    assert found.packed is None
    assert [(line.sku, line.ordered, line.picked) for line in found.lines] == [("CUP-1", Decimal(2), Decimal(0))]


def test_without_boxes_or_later_it_is_known_by_the_name() -> None:
    for papers in (Papers(order(attributes=[])), Papers(order("Подтвержден"))):
        assert state_of(papers, meant(), BOXES).fingerprint == fingerprint_of_name("Мария Северцева")
    firm = {"name": "ООО Ромашка", "companyType": "legal", "description": "Мария Северцева", "phone": "+79000001462"}
    assert state_of(Papers(order(agent=firm)), meant(), BOXES).fingerprint == fingerprint_of(
        "Мария Северцева", "+79000001462", [700]
    )
    assert state_of(Papers(order(agent=ref("counterparty", "1"))), meant(), BOXES).fingerprint == ""


@pytest.mark.parametrize(
    ("papers", "status", "code"),
    [
        (Papers(order("Подтвержден")), Status.ACCEPTED_AT_WAREHOUSE, "Подтвержден"),
        (Papers(order("Собран"), [demand(applicable=True)]), Status.IN_TRANSIT, "demand"),
        (Papers(order("Доставлен"), [demand(applicable=True)]), Status.DELIVERED, "Доставлен"),
        (Papers(order("Отменен"), [demand(applicable=True)]), Status.IN_TRANSIT, "demand"),
        (Papers(order("Отгружен"), [demand(state=state("Доставлена"))]), Status.DELIVERED, "Доставлена"),
        (Papers(order("Доставлен"), [demand(applicable=True)], [{"updated": at(6)}]), Status.RETURNING, "salesreturn"),
        (Papers(order("Доставлен"), [demand()], [{"updated": at(6), "applicable": True}]), Status.RETURNED,
         "salesreturn.posted"),
        (Papers(order("Отменен")), Status.CANCELLED, "Отменен"),
        (Papers(order("На второй линии")), Status.UNKNOWN, "На второй линии"),
        (Papers(order("На второй линии"), [demand(applicable=True)]), Status.IN_TRANSIT, "demand"),
    ],
)  # fmt: skip
def test_the_document_that_is_further_along_speaks(papers: Papers, status: Status, code: str) -> None:
    found = state_of(papers, meant(), BOXES)
    told = [event for event in found.events if event.status not in (None, Status.CREATED)]
    assert (status, code) in [(event.status, event.code) for event in told]
    known = [event.status for event in told if event.status is not Status.UNKNOWN]
    assert known == ([] if status is Status.UNKNOWN else [status])
    assert (found.cancel is Decision.ACCEPTED) is (status is Status.CANCELLED)


def test_the_administrators_choice_counts_and_what_is_not_chosen_is_unknown() -> None:
    chosen = {"order_states": {"Собран": "in_transit", "Лежит": "packed"}}
    assert state_of(Papers(order("Собран")), meant(**chosen), BOXES).events[-1].status is Status.IN_TRANSIT
    assert state_of(Papers(order("Отгружен")), meant(**chosen), BOXES).events[-1].status is Status.UNKNOWN
    assert state_of(Papers(order("Лежит")), meant(**chosen), BOXES).packed is not None
    blocked = state_of(Papers(order("Остановлен складом")), meant(**chosen), BOXES).events[-1]
    assert (blocked.status, blocked.incident) == (None, Incident.NOT_READY)
    assert blocked.problem is not None
    assert (blocked.problem.code, blocked.problem.their_text) == ("warehouse_blocked", "Остановлен складом")


def test_packed_with_what_the_warehouse_measured() -> None:
    measured = [{"name": BOXES, "value": "1000 300x200x150"}]
    own = state_of(Papers(order("Собран")), meant(), BOXES)
    assert own.packed is not None
    assert [box.weight_g for box in own.packed.parcels] == [700]
    assert own.lines[0].picked == 2  # nobody wrote a shipment: the row is what was picked
    found = state_of(Papers(order("Собран"), [demand(attributes=measured)]), meant(), BOXES)
    assert found.packed is not None
    assert [(box.weight_g, box.length_mm) for box in found.packed.parcels] == [(1000, 300)]
    assert found.packed.at == moment(1)
    silent = state_of(Papers(order("Собран"), [demand()]), meant(), BOXES)
    assert silent.packed is not None
    assert silent.packed.parcels == ()  # what we announced is no measure
    gone = state_of(Papers(order("Отгружен"), [demand(applicable=True, attributes=measured)]), meant(), BOXES)
    assert gone.packed is not None
    assert state_of(Papers(order("Отменен"), [demand(attributes=measured)]), meant(), BOXES).packed is None


def test_what_is_short_has_a_moment_that_stays() -> None:
    papers = Papers(order("Собран"), [demand(1.0)])
    [event] = [each for each in state_of(papers, meant(), BOXES).events if each.incident]
    assert (event.key, event.incident) == ("short:CUP-1|2026-10-05T09:04:00Z|", Incident.MISSING_GOODS)
    assert event.problem is not None
    assert event.problem.params == {"sku": "CUP-1", "short": "1", "ordered": "2", "picked": "1"}
    later = Papers(order("Отгружен", 30), [demand(1.0, 29, applicable=True)])
    [again] = [each for each in state_of(later, meant(), BOXES).events if each.incident]
    assert again.key == event.key
    two = Papers(order("Собран", positions={"rows": [row(2.0), row(3.0, "g2", "T-1")]}), [demand(1.0)])
    told = [each.problem for each in state_of(two, meant(), BOXES).events if each.problem]
    assert [problem.key for problem in told] == ["short_picked|items|CUP-1", "short_picked|items|T-1"]
    assert not [each for each in state_of(Papers(order(), [demand(1.0)]), meant(), BOXES).events if each.incident]


def test_two_shipments_of_one_order_are_added_up_row_by_row() -> None:
    rows = {"rows": [row(2.0), row(3.0), row(1.0, "g2", "T-1")]}
    first, second = demand(3.0, applicable=True), demand(1.0)
    found = state_of(Papers(order(positions=rows), [first, second]), meant(), BOXES)
    assert [(int(line.picked), int(line.shipped)) for line in found.lines] == [(2, 2), (2, 1), (0, 0)]
    assert has_left(Papers(order(), [first]), meant())
    assert not has_left(Papers(order("Подтвержден"), [second]), meant())
    assert has_left(Papers(order("Отгружен")), meant())


def test_what_lies_in_the_trash_is_gone() -> None:
    assert state_of(Papers(order(deleted=at(9))), meant(), BOXES).gone


# --- returns, stock, errors, notices ----------------------------------------------------------------------------------


def test_an_inspection_is_what_was_left_and_written_off() -> None:
    back = {
        "id": "r1", "externalCode": "wb-1-1r", "name": "wb-1-1r", "applicable": True, "updated": at(7),
        "state": state("Проверен"), "positions": {"rows": [row(3.0)]},
        "attributes": [{"name": "b24_expected", "value": json.dumps({"CUP-1": "4", "T-1": "1"})}],
    }  # fmt: skip
    loss = {"applicable": True, "positions": {"rows": [{**row(1.0), "reason": "Разбита"}]}}
    found = receipt_of(back, [loss], ("p1",))
    assert (found.stage, found.inspected_at, found.code) == (ReceiptStage.COMPLETED, moment(7), "Проверен")
    cup, tea = found.lines
    amounts = (cup.expected, cup.received, cup.accepted, cup.damaged, cup.missing, cup.surplus)
    assert [*map(int, amounts)] == [4, 3, 2, 1, 1, 0]
    assert [(each.quantity, each.condition, each.reason, each.photos) for each in cup.findings] == [
        (Decimal(1), "damaged", "Разбита", ("p1",))
    ]
    assert [*map(int, (tea.expected, tea.received, tea.missing))] == [1, 0, 1]
    assert tea.findings == ()
    waiting = receipt_of({**back, "applicable": False}, [])
    assert (waiting.stage, waiting.inspected_at, waiting.lines[0].received) == (ReceiptStage.CREATED, None, Decimal(0))
    unsaid = receipt_of({**back, "attributes": [{"name": "b24_expected", "value": "[]"}]}, [])
    assert [[int(amount) for amount in (each.expected, each.accepted, each.missing)] for each in unsaid.lines] == [
        [3, 3, 0]
    ]


@pytest.mark.parametrize(
    ("came", "broken", "want"),
    [(7, 1, [4, 1, 0, 2]), (7, 6, [0, 5, 0, 2]), (5, 0, [5, 0, 0, 0]), (3, 4, [0, 3, 2, 0]), (0, 0, [0, 0, 5, 0])],
)
def test_an_inspection_adds_up(came: int, broken: int, want: list[int]) -> None:
    told = {"positions": {"rows": [row(came)]}, "attributes": [{"name": "b24_expected", "value": '{"CUP-1": "5"}'}]}
    losses = [{"applicable": True, "positions": {"rows": [row(broken)]}}]
    [line] = receipt_of({"id": "r1", "applicable": True, "updated": at(7), **told}, losses).lines
    assert [*map(int, (line.accepted, line.damaged, line.missing, line.surplus))] == want
    assert line.accepted + line.damaged + line.missing == line.expected
    assert line.received == came


def test_stock_that_is_being_recounted_is_not_zero() -> None:
    places = [Warehouse("s1", "Москва"), Warehouse("s2", "Казань")]
    cup, tea = Goods("g1", "product", "CUP-1"), Goods("g2", "product", "T-1")
    told: list[dict[str, object]] = [
        {"assortmentId": "g1", "storeId": "s1", "freeStock": 4.0},
        {"assortmentId": "g1", "storeId": None, "freeStock": -1.0},
        {"assortmentId": "g1", "storeId": "s2", "freeStock": None},
    ]
    found = [(line.sku, line.warehouse, line.available) for line in lines_of(told, [cup, tea], places)]
    assert found == [("CUP-1", "s1", Decimal(4)), ("T-1", "s1", Decimal(0)), ("T-1", "s2", Decimal(0))]


def test_errors_keep_their_code_and_words_and_name_our_field() -> None:
    data = {"errors": [{"error": "поле 'agent' не может быть пустым", "code": 3000, "parameter": "agent"},
                       {"error": "неведомо", "code": 99999}, "nonsense"]}  # fmt: skip
    first, second = problems(said(data))
    assert (first.code, first.field, first.their_code, first.their_text) == (
        "field_empty", Field.NAME, "3000", "поле 'agent' не может быть пустым",
    )  # fmt: skip
    assert (second.code, second.who, second.their_code) == ("refused_unknown", Who.ADMIN, "99999")
    odd: tuple[object, ...] = ({}, [], None, {"errors": "no"})
    assert [said(data) for data in odd] == [()] * 4


def test_a_notice_names_orders_and_shipments_and_nothing_else() -> None:
    events = [
        {"meta": {"type": kind, "href": f"https://api/entity/{kind}/1"}}
        for kind in ("demand", "customerorder", "store")
    ]
    assert events_of(json.dumps({"events": [*events, {"meta": 7}, 7]}).encode()) == [
        ("demand", "1"),
        ("customerorder", "1"),
    ]
    assert [events_of(body) for body in (b"", b"[]", b'{"events": 7}', b'{"events": [{}]}')] == [[]] * 4
