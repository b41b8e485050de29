"""Goods that come back to a warehouse: the port Receipts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.logistics.errors import Refused
from b24app.logistics.order import OrderState
from b24app.logistics.warehouse import ReceiptRequest, ReceiptStage, ReceiptState
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, SILENT


def shipped(system: Harness) -> OrderState:
    order = system.make()
    system.pack("wb-1-1")
    system.move(order, "in_transit")
    return order


def request(system: Harness, order: OrderState, number: str = "wb-1-1r") -> ReceiptRequest:
    one = system.request()
    return ReceiptRequest(number, one.parcels[0].items, one.recipient, "wb-1-1", order.remote_id,
                          tracking_number="1105000", carrier="CDEK", reason="Не подошло")  # fmt: skip


def expected(system: Harness, order: OrderState, number: str = "wb-1-1r") -> ReceiptState:
    made: ReceiptState = system.port.expect(request(system, order, number))
    return made


def test_a_receipt_is_expected_once_and_found_by_our_number(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    order = shipped(system)
    assert system.port.find_receipt("wb-1-1r") is None
    made = expected(system, order)
    assert made.remote_id
    for state in (system.port.read_receipt(made.remote_id), system.port.find_receipt("wb-1-1r")):
        assert state is not None
        assert (state.remote_id, state.number, state.gone) == (made.remote_id, "wb-1-1r", False)
        assert state.stage in (ReceiptStage.CREATED, ReceiptStage.IN_TRANSIT)
        assert [(line.sku, line.expected, line.received) for line in state.lines] == [("CUP-1", Decimal(2), Decimal(0))]
        assert state.inspected_at is None
    again = expected(system, order)
    assert again.remote_id == made.remote_id
    assert system.receipts("wb-1-1r") == 1
    assert system.port.find_receipt("wb-1-11r") is None


def test_a_lost_answer_makes_no_second_receipt(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    order = shipped(system)
    said = system.raised_by(
        (("break_after", {}), ("status", {"status": 500}), ("html", {"status": 200})),
        system.at("receipts"),
        lambda: expected(system, order),
    )
    assert set(said.values()) <= {"Uncertain"}, said
    found = system.port.find_receipt("wb-1-1r") or expected(system, order)
    assert found.number == "wb-1-1r"
    assert system.receipts("wb-1-1r") == 1
    said = system.raised_by((*SILENT, *ODD), system.at("receipt", found.remote_id),
                            lambda: system.port.read_receipt(found.remote_id))  # fmt: skip
    assert said == dict.fromkeys(said, "Unavailable")


def test_an_inspection_adds_up_and_keeps_what_the_inspector_wrote(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    made = expected(system, shipped(system))
    surplus = 1 if system.tells_surplus else 0
    system.inspect("wb-1-1r", [{"sku": "CUP-1", "accepted": 1, "damaged": 1, "missing": 0, "surplus": surplus}])
    state = system.port.read_receipt(made.remote_id)
    assert state.stage is ReceiptStage.COMPLETED
    assert state.inspected_at is not None
    [line] = state.lines
    assert (line.expected, line.accepted, line.damaged, line.missing, line.surplus) == (2, 1, 1, 0, surplus)
    broken = [finding for finding in line.findings if finding.condition not in ("", "good")]
    assert sum((finding.quantity for finding in broken), Decimal(0)) == 1
    pictures = [key for finding in line.findings for key in finding.photos]
    assert bool(pictures) is system.takes_photos
    for key in pictures:
        assert system.port.photo(made.remote_id, key)[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")


def test_what_never_came_is_missing(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    made = expected(system, shipped(system))
    system.inspect("wb-1-1r", [{"sku": "CUP-1", "accepted": 1, "damaged": 0, "missing": 1, "surplus": 0}])
    [line] = system.port.read_receipt(made.remote_id).lines
    assert (line.expected, line.accepted, line.damaged, line.missing, line.surplus) == (2, 1, 0, 1, 0)


def test_a_receipt_is_called_off_until_it_came(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    order = shipped(system)
    made = expected(system, order)
    for _ in range(2):
        state = system.port.cancel_receipt(made.remote_id)
        assert state.gone or state.stage is ReceiptStage.CANCELLED
    read = system.port.read_receipt(made.remote_id)
    assert read.gone or read.stage is ReceiptStage.CANCELLED
    other = expected(system, order, "wb-1-2r")
    system.inspect("wb-1-2r", [{"sku": "CUP-1", "accepted": 2, "damaged": 0, "missing": 0, "surplus": 0}])
    with pytest.raises(Refused) as caught:
        system.port.cancel_receipt(other.remote_id)
    assert caught.value.problems[0].code == "too_late_to_cancel"
    assert system.port.read_receipt(other.remote_id).stage is ReceiptStage.COMPLETED


def test_goods_that_were_not_shipped_from_here_come_too(system: Harness) -> None:
    if not system.has("Receipts") or not system.takes_foreign_returns:
        return
    one = system.request()
    made = system.port.expect(ReceiptRequest("wb-9-1r", one.parcels[0].items, one.recipient))
    assert [(line.sku, line.expected) for line in system.port.read_receipt(made.remote_id).lines] == [("CUP-1", 2)]
