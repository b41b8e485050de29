"""Goods on their way back to a warehouse: the port Receipts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.logistics.errors import Refused
from b24app.logistics.warehouse import ReceiptStage
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import LOST, ODD, SILENT


def test_an_expected_receipt_is_announced_once_and_found(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    request = system.receipt_request()
    assert system.port.find_receipt(request.number) is None
    made = system.port.expect(request)
    assert made.number == request.number
    read = system.port.read_receipt(made.remote_id)
    assert not read.gone
    assert read.stage in (ReceiptStage.CREATED, ReceiptStage.IN_TRANSIT)
    assert read.inspected_at is None
    assert [(line.sku, line.expected, line.accepted) for line in read.lines] == [("CUP-1", 2, 0)]
    found = system.port.find_receipt(request.number)
    assert found is not None
    assert found.remote_id == made.remote_id
    assert system.port.expect(request).remote_id == made.remote_id
    assert system.expected(request.number) == 1


def test_a_lost_answer_makes_no_second_receipt(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    request = system.receipt_request()
    system.port.find_receipt(request.number)
    said = system.raised_by((*LOST, *ODD), system.at("receipts"), lambda: system.port.expect(request))
    assert set(said.values()) <= {"Uncertain", "Unavailable", ""}
    assert next(iter(said.values())) == "Uncertain"
    assert system.port.find_receipt(request.number) is not None
    system.port.expect(request)
    assert system.expected(request.number) == 1
    broken = system.raised_by(SILENT, system.at("receipt"), lambda: system.port.find_receipt(request.number))
    assert broken == dict.fromkeys(broken, "Unavailable")


def test_an_inspection_is_told_row_by_row(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    request = system.receipt_request()
    made = system.port.expect(request)
    system.advance(3600)
    system.inspect(request.number, [{"sku": "CUP-1", "accepted": 1, "damaged": 1, "missing": 0, "surplus": 0}])
    read = system.port.read_receipt(made.remote_id)
    assert read.stage is ReceiptStage.COMPLETED
    assert read.inspected_at is not None
    assert abs((read.inspected_at - system.world.clock.now()).total_seconds()) < 120
    [line] = read.lines
    assert (line.accepted, line.damaged, line.missing, line.surplus) == (1, 1, 0, 0)
    with pytest.raises(Refused):
        system.port.cancel_receipt(made.remote_id)
    other = system.port.expect(system.receipt_request("wb-r-2"))
    system.inspect("wb-r-2", [{"sku": "CUP-1", "accepted": 1, "damaged": 0, "missing": 1, "surplus": 0}])
    [line] = system.port.read_receipt(other.remote_id).lines
    assert (line.accepted, line.damaged, line.missing) == (Decimal(1), Decimal(0), Decimal(1))


def test_a_receipt_that_will_not_come_is_called_off(system: Harness) -> None:
    if not system.has("Receipts"):
        return
    made = system.port.expect(system.receipt_request())
    for _ in range(2):
        state = system.port.cancel_receipt(made.remote_id)
        assert state.gone or state.stage is ReceiptStage.CANCELLED
    read = system.port.read_receipt(made.remote_id)
    assert read.gone or read.stage is ReceiptStage.CANCELLED
