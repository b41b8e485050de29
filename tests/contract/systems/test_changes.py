"""Changing an order that exists: the port Changes."""

from __future__ import annotations

from b24app.logistics.changes import Part, Way, rules_at
from b24app.logistics.errors import Refused
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import LOST, NONSENSE, UNCLEAR


def parts(system: Harness) -> list[Part]:
    """What the manifest says that can be changed here while the order is new."""
    rules = rules_at(system.manifest.changes, Status.CREATED)
    return [rule.part for rule in rules if rule.way is Way.HERE and rule.part not in (Part.STOP, Part.DAY)]


def decided(system: Harness, remote_id: str) -> OrderState:
    def done(state: OrderState) -> bool:
        return bool(state.changes) and state.changes[-1].decision is not Decision.PENDING

    found: OrderState = system.wait_for(lambda: system.port.read(remote_id), done)
    return found


def changed(system: Harness, remote_id: str, after: ShipmentRequest, asked: OrderState) -> OrderState | None:
    """What became of the request; where it cannot be read back, the answer itself said it."""
    if not system.shows_changes:
        return asked

    def decided(read: OrderState | None) -> bool:
        return read is not None and read.changes[-1].decision is not Decision.PENDING

    found: OrderState | None = system.wait_for(lambda: system.port.changed(remote_id, after), decided)
    return found


def test_every_part_that_can_be_changed_is_changed_once(system: Harness) -> None:
    """And what the manifest promises is what they have then."""
    if not system.has("Changes"):
        assert parts(system) == []
        return
    assert parts(system)
    state, before = system.make(), system.request()
    for part in parts(system):
        after = system.changed_request(part, before)
        assert system.port.changed(state.remote_id, after) is None, part
        asked = system.port.change(state.remote_id, before, after)
        assert asked.changes[-1].decision in (Decision.PENDING, Decision.ACCEPTED)
        found = changed(system, state.remote_id, after, asked)
        assert found is not None, part
        assert found.changes[-1].decision is Decision.ACCEPTED, part
        sent = system.sent(state)
        wanted = {
            "name": after.recipient.name,
            "comment": after.comment,
            "place": after.point_code or (after.address.text if after.address else ""),
            "cod_minor": after.cod.minor if after.cod else 0,
        }
        told = {name: getattr(sent, name) for name in wanted if getattr(sent, name) is not None}
        assert told == {name: wanted[name] for name in told}, part
        before = after
    assert system.live("wb-1-1") == 1
    assert is_ours(before, system.port.find("wb-1-1"))


def test_a_change_whose_answer_was_lost_is_looked_up_first(system: Harness) -> None:
    if not system.has("Changes"):
        return
    state, before = system.make(), system.request()
    after = system.changed_request(parts(system)[0], before)
    where = system.at("changes", state.remote_id)
    said = system.raised_by(
        (*UNCLEAR, *NONSENSE, *LOST), where, lambda: system.port.change(state.remote_id, before, after)
    )
    assert set(said.values()) <= {"Uncertain", "Unavailable"}, said
    found = system.port.changed(state.remote_id, after)
    if found is None:
        found = system.port.change(state.remote_id, before, after)
    found = changed(system, state.remote_id, after, found)
    assert found is not None
    assert found.changes[-1].decision is Decision.ACCEPTED


def test_what_is_handed_over_is_not_changed(system: Harness) -> None:
    if not system.has("Changes"):
        return
    state, before = system.make(), system.request()
    for status in (*system.way(), "delivered"):
        system.move(state, status)
    after = system.changed_request(parts(system)[0], before)
    try:
        system.port.change(state.remote_id, before, after)
        problems = decided(system, state.remote_id).changes[-1].problems
    except Refused as error:
        problems = error.problems
    assert problems[0].code == "too_late_to_change"
