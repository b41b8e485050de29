"""Nothing leaves twice: sending, finishing, and what is found after a deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.clock import FixedClock
from b24app.runners.portal.batching import letters
from b24app.store import intents, lanes, outbox, portals, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.lanes import FenceLostError, LaneHold, LaneRef
from b24app.store.models import Attempt, Intent, IntentState, OutboxRow, OutboxState, Portal
from b24app.store.outbox import ToPortal
from b24app.store.sending import Outcome, begin_sending, claim_expired, earliest_due, finish, settle

MINUTE = timedelta(seconds=60)


def _hold(sessions: Sessions, lane: LaneRef, clock: FixedClock, who: str = "a") -> LaneHold:
    with session_scope(sessions) as session:
        hold = lanes.claim(session, lane.id, who, clock.now(), timedelta(seconds=10))
    assert hold is not None
    return hold


def _intent(sessions: Sessions, portal: Portal, clock: FixedClock, deal_id: int = 7) -> LaneRef:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        shipment = shipments.create(
            session, portal, deal_id, 1, account.id, status="draft", request={"to": "Anna"}, now=clock.now()
        )
        return intents.add(session, shipment, "create", {"to": "Anna"}, now=clock.now(), trace_id="t")


def test_an_intent_is_sent_finished_and_every_attempt_is_kept(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    hold = _hold(sessions, _intent(sessions, portal, clock), clock)
    with session_scope(sessions) as session:
        (intent,) = intents.due(session, hold, clock.now())
        begin_sending(session, hold, [intent], clock.now() + MINUTE)
    with session_scope(sessions) as session:
        assert intents.due(session, hold, clock.now()) == []
        assert earliest_due(session, hold, Intent) == clock.now() + MINUTE
        later = clock.now() + timedelta(seconds=1)
        again = Outcome(intent.id, IntentState.WAITING, "unavailable", ms=12, code="503", next_try_at=later)
        finish(session, hold, Intent, [again], clock.now(), "trace-1")
        assert intents.due(session, hold, clock.now()) == []
    clock.advance(1)
    with session_scope(sessions) as session:
        (intent,) = intents.due(session, hold, clock.now())
        assert intent.attempts == 1
        begin_sending(session, hold, [intent], clock.now() + MINUTE)
    with session_scope(sessions) as session:
        finish(session, hold, Intent, [Outcome(intent.id, IntentState.DONE, "done")], clock.now(), "trace-2")
    with session_scope(sessions) as session:
        tries = session.query(Attempt).order_by(Attempt.id).all()
        assert [(one.outcome, one.code, one.trace_id) for one in tries] == [
            ("unavailable", "503", "trace-1"),
            ("done", "", "trace-2"),
        ]
        assert earliest_due(session, hold, Intent) is None


def test_a_runner_that_lost_the_lane_can_neither_send_nor_finish(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _intent(sessions, portal, clock)
    late = _hold(sessions, lane, clock)
    with session_scope(sessions) as session:
        (intent,) = intents.due(session, late, clock.now())
    clock.advance(11)
    fresh = _hold(sessions, lane, clock, "b")
    with pytest.raises(FenceLostError), session_scope(sessions) as session:
        begin_sending(session, late, [intent], clock.now() + MINUTE)
    with session_scope(sessions) as session:
        begin_sending(session, fresh, [intent], clock.now() + MINUTE)
    with pytest.raises(FenceLostError), session_scope(sessions) as session:
        finish(session, late, Intent, [Outcome(intent.id, IntentState.DONE, "done")], clock.now())
    with pytest.raises(FenceLostError), session_scope(sessions) as session:
        begin_sending(session, fresh, [intent], clock.now() + MINUTE)  # it is on its way already


def test_what_was_being_sent_at_a_crash_is_looked_up_after_its_deadline_and_not_before(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _intent(sessions, portal, clock)
    dead = _hold(sessions, lane, clock)
    with session_scope(sessions) as session:
        begin_sending(session, dead, intents.due(session, dead, clock.now()), clock.now() + MINUTE)
    clock.advance(59)
    heir = _hold(sessions, lane, clock, "b")
    with session_scope(sessions) as session:
        assert claim_expired(session, heir, Intent, clock.now()) == []
        assert intents.due(session, heir, clock.now()) == []
    clock.advance(1)
    with session_scope(sessions) as session:
        (found,) = claim_expired(session, heir, Intent, clock.now())
        assert found.state == IntentState.UNCERTAIN
        accepted = Outcome(found.id, IntentState.ACCEPTED, "found", next_try_at=clock.now() + MINUTE)
        settle(session, heir, Intent, [accepted], clock.now())
        assert claim_expired(session, heir, Intent, clock.now()) == []


def test_the_outbox_keeps_the_order_of_a_deal_and_tells_a_marker_once(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    things = [
        ToPortal(1, "deal_update", "a", {"x": 1}),
        ToPortal(1, "comment", "b", {}),
        ToPortal(2, "comment", "c", {}),
    ]
    with session_scope(sessions) as session:
        lane = outbox.add(session, portal.id, things, now=clock.now(), trace_id="t")
        outbox.add(session, portal.id, things, now=clock.now(), trace_id="t")
    hold = _hold(sessions, lane, clock)
    with session_scope(sessions) as session:
        rows = outbox.due(session, hold, clock.now())
        assert [row.marker for row in rows] == ["a", "b", "c"]
        begin_sending(session, hold, [rows[0]], clock.now() + MINUTE)
    with session_scope(sessions) as session:
        # "b" is younger than "a", which is on its way
        assert [row.marker for row in outbox.due(session, hold, clock.now())] == ["c"]
        done = Outcome(rows[0].id, OutboxState.DONE, "done", result_ref="55")
        finish(session, hold, OutboxRow, [done], clock.now())
        assert [row.marker for row in outbox.due(session, hold, clock.now())] == ["b", "c"]
        outbox.fold(session, hold, [rows[1]], rows[2], {}, clock.now())
        assert [row.marker for row in outbox.due(session, hold, clock.now())] == ["c"]


@pytest.mark.parametrize("comes", ["pending", "uncertain"])
def test_what_was_folded_leaves_with_the_next_attempt_too(
    sessions: Sessions, portal: Portal, clock: FixedClock, comes: str
) -> None:
    """The portal answers 503 (nothing was sent) or not at all (nobody knows): the row itself says everything."""
    values = [({"order_id": "A", "status": "created"}, {"stage": "S1"}), ({"status": "in_transit"}, None)]
    things = [ToPortal(1, "deal_update", str(n), {"fields": f, "stage": s}) for n, (f, s) in enumerate(values)]
    with session_scope(sessions) as session:
        lane = outbox.add(session, portal.id, things, now=clock.now(), trace_id="t")
    hold = _hold(sessions, lane, clock)
    with session_scope(sessions) as session:
        (letter,) = letters(outbox.due(session, hold, clock.now()))
        letter.stage = None  # the deal stands where it must not be moved from, for now
        assert letter.update is not None
        outbox.fold(session, hold, letter.folded, letter.update, letter.carries, clock.now())
        begin_sending(session, hold, letter.rows, clock.now() + MINUTE)
    with session_scope(sessions) as session:
        finish(session, hold, OutboxRow, [Outcome(letter.update.id, comes, "x", next_try_at=clock.now())], clock.now())
    with session_scope(sessions) as session:
        for row in claim_expired(session, hold, OutboxRow, clock.now()):
            settle(
                session, hold, OutboxRow, [Outcome(row.id, "pending", "again", next_try_at=clock.now())], clock.now()
            )
        (again,) = letters(outbox.due(session, hold, clock.now()))
        assert again.fields == {"order_id": "A", "status": "in_transit"}
        assert again.stage == {"stage": "S1"}
        assert [row.id for row in again.rows] == [letter.update.id]


def test_a_waiting_intent_can_be_withdrawn_and_one_under_way_cannot(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _intent(sessions, portal, clock, deal_id=7)
    _intent(sessions, portal, clock, deal_id=8)
    hold = _hold(sessions, lane, clock)
    with session_scope(sessions) as session:
        first, second = intents.due(session, hold, clock.now())
        begin_sending(session, hold, [first], clock.now() + MINUTE)
    with session_scope(sessions) as session:
        assert not intents.withdraw(session, portal.id, first.shipment_id, clock.now())
        assert intents.withdraw(session, portal.id, second.shipment_id, clock.now())
        assert intents.due(session, hold, clock.now()) == []


def test_a_dead_intent_that_a_person_revives_is_looked_up_first(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _intent(sessions, portal, clock)
    hold = _hold(sessions, lane, clock)
    with session_scope(sessions) as session:
        (intent,) = intents.due(session, hold, clock.now())
        settle(session, hold, Intent, [Outcome(intent.id, IntentState.DEAD, "dead", words="gave up")], clock.now())
    with session_scope(sessions) as session:
        assert intents.revive(session, portal.id + 1, intent.id, clock.now()) is None
        assert intents.revive(session, portal.id, intent.id, clock.now()) == lane
        (found,) = claim_expired(session, hold, Intent, clock.now())
        assert (found.id, found.attempts - found.ladder_from) == (intent.id, 0)
