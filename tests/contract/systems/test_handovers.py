"""Closing the day's orders for the carrier: the port HandOvers."""

from __future__ import annotations

from datetime import timedelta

from b24app.logistics.errors import Refused
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import LOST, NONSENSE, NOT_SENT, UNCLEAR


def test_orders_are_handed_over_once_and_then_stay_as_they_are(system: Harness) -> None:
    if not system.has("HandOvers"):
        return
    ids = [system.make(f"wb-{n}-1").remote_id for n in (1, 2)]
    day = system.world.clock.now().date() + timedelta(days=1)
    done = system.port.hand_over(ids, day)
    assert (sorted(done.handed), dict(done.refused)) == (sorted(ids), {})
    assert done.key
    again = system.port.hand_over(ids, day)
    assert (sorted(again.handed), again.key) == (sorted(ids), done.key)
    if system.has("Cancels") and system.handed_over_is_final:
        try:
            state = system.port.cancel(ids[0])
            assert state.problems
        except Refused as error:
            assert error.problems[0].code == "too_late_to_cancel"
        assert system.live("wb-1-1") == 1


def test_one_that_cannot_be_handed_over_spoils_no_other(system: Harness) -> None:
    if not system.has("HandOvers"):
        return
    mine, strange = system.make().remote_id, system.no_such_order()
    done = system.port.hand_over([mine, strange], system.world.clock.now().date() + timedelta(days=1))
    assert done.handed == (mine,)
    assert set(done.refused) == {strange}
    assert done.refused[strange]


def test_a_hand_over_whose_answer_was_lost_is_finished_by_the_next(system: Harness) -> None:
    if not system.has("HandOvers"):
        return
    mine = system.make().remote_id
    day = system.world.clock.now().date() + timedelta(days=1)
    faults = (*UNCLEAR, *NONSENSE, *NOT_SENT, *LOST)
    said = system.raised_by(faults, system.at("handovers"), lambda: system.port.hand_over([mine], day))
    assert set(said.values()) <= {"Uncertain", "Unavailable"}, said
    assert system.port.hand_over([mine], day).handed == (mine,)
