"""Another time for the courier who brings an order: the port Days."""

from __future__ import annotations

from b24app.logistics.changes import Part, Slot, Way, rules_at
from b24app.logistics.errors import Refused
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import LOST, NONSENSE, UNCLEAR


def on_its_way(system: Harness) -> OrderState:
    """The usual order to a door, where another day may be asked for."""
    rules = rules_at(system.manifest.changes, Status.IN_TRANSIT, system.service())
    assert [rule.way for rule in rules if rule.part is Part.DAY] == [Way.HERE]
    state = system.make()
    system.move(state, "accepted_at_warehouse")
    return state


def agreed(system: Harness, state: OrderState, slot: Slot) -> bool:
    """Once they have decided."""
    found: OrderState | None = system.wait_for(
        lambda: system.port.brought_on(state.remote_id, slot), lambda read: read is not None
    )
    return found is not None and found.changes[-1].decision is Decision.ACCEPTED


def test_a_time_that_is_offered_is_agreed_and_another_one_is_not(system: Harness) -> None:
    if not system.has("Days"):
        assert not [rule for rule in system.manifest.changes if rule.part is Part.DAY and rule.way is Way.HERE]
        return
    state = on_its_way(system)
    offered = system.port.slots(state.remote_id)
    assert list(offered) == sorted(set(offered), key=lambda slot: (slot.day, slot.begin, slot.end))
    wanted, other = offered[-1], offered[0]
    assert wanted.day > system.world.clock.now().date()
    assert system.port.brought_on(state.remote_id, wanted) is None
    asked = system.port.bring_on(state.remote_id, wanted)
    assert asked.changes[-1].decision in (Decision.PENDING, Decision.ACCEPTED)
    assert agreed(system, state, wanted)
    assert system.port.brought_on(state.remote_id, other) is None
    assert system.live("wb-1-1") == 1


def test_a_time_whose_answer_was_lost_is_looked_up_first(system: Harness) -> None:
    if not system.has("Days"):
        return
    state = on_its_way(system)
    slot = system.port.slots(state.remote_id)[-1]
    where = system.at("days", state.remote_id)
    said = system.raised_by((*UNCLEAR, *NONSENSE, *LOST), where, lambda: system.port.bring_on(state.remote_id, slot))
    assert set(said.values()) <= {"Uncertain", "Unavailable"}, said
    if system.port.brought_on(state.remote_id, slot) is None:
        system.port.bring_on(state.remote_id, slot)
    assert agreed(system, state, slot)


def test_nobody_comes_on_another_day_with_what_was_handed_over(system: Harness) -> None:
    if not system.has("Days"):
        return
    state = on_its_way(system)
    slot = system.port.slots(state.remote_id)[-1]
    for status in (*system.way()[1:], "delivered"):
        system.move(state, status)
    try:
        asked = system.port.bring_on(state.remote_id, slot).changes[-1]
    except Refused:
        return
    # Where a wish is an entity of its own, they say no a moment later.
    found: ChangeState = system.wait_for(
        lambda: system.port.read_change(state.remote_id, asked.ref), lambda told: told.decision is not Decision.PENDING
    )
    assert found.decision is Decision.REFUSED
