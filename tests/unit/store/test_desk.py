"""What a person decides at the dead-letter desk: order kept, look-ups first, nobody else's rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.returns.effects import Actor
from b24app.logistics.status import Status
from b24app.runners.portal.batching import letters
from b24app.store import desk, inbox, intents, lanes, outbox, portals, problems, return_acts, sending, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces import failed
from b24app.store.faces.failed import RowKey
from b24app.store.lanes import LaneHold
from b24app.store.models import ActState, InboxRow, Intent, OutboxRow, Portal, ProblemRow, Shipment
from b24app.store.outbox import ToPortal
from b24app.store.return_acts import ActKind, Wanted
from b24app.store.sending import Outcome

WANTED = Wanted(ActKind.MOVE, "press-1", Actor.PERSON, 7, given={"to": "approved"})
DEAL = 7
LEASE = timedelta(seconds=10)


class Bench:
    """One portal's rows, brought into the states that runners leave."""

    def __init__(self, sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
        self.sessions, self.portal, self.clock = sessions, portal, clock

    def hold(self, session: Any, lane_id: int) -> LaneHold:
        found = lanes.claim(session, lane_id, "w", self.clock.now(), LEASE)
        assert found is not None
        self.clock.advance(11)
        return found

    def write(self, marker: str, fields: Any = None, kind: str = "deal_update", stage: Any = None) -> int:
        payload = {"fields": fields or {}, "stage": stage} if kind == "deal_update" else {"text": "t", "mark": "wb-1"}
        thing = ToPortal(DEAL, kind, f"{self.portal.id}:{marker}", payload)
        with session_scope(self.sessions) as session:
            outbox.add(session, self.portal.id, [thing], now=self.clock.now(), trace_id="t")
            return session.scalars(select(OutboxRow.id).where(OutboxRow.marker == thing.marker)).one()

    def end(self, row_id: int, state: str, words: str = "", table: Any = OutboxRow) -> None:
        with session_scope(self.sessions) as session:
            row = session.get_one(table, row_id)
            hold = self.hold(session, row.lane_id)
            sending.begin_sending(session, hold, [row], self.clock.now())
            due = self.clock.now() + timedelta(hours=1)
            outcome = Outcome(row_id, state, "refused", 5, "CODE" if words else "", words, due)
            sending.finish(session, hold, table, [outcome], self.clock.now())

    def order(self, sent: bool = False) -> tuple[int, int]:
        """(shipment, intent) of a dead creation."""
        with session_scope(self.sessions) as session:
            account = portals.connections(session, self.portal.id)[0]
            row = shipments.create(
                session, self.portal, DEAL, 1, account.id, status="submitting", request={}, now=self.clock.now()
            )
            row.sent = sent
            intents.add(session, row, "create", {"number": "N"}, now=self.clock.now(), trace_id="t")
            session.flush()
            ids = row.id, session.scalars(select(Intent.id).where(Intent.shipment_id == row.id)).one()
        self.end(ids[1], "dead", "no answer", Intent)
        return ids

    def hint(self) -> int:
        with session_scope(self.sessions) as session:
            lane = lanes.portal_lane(session, self.portal.id)
            inbox.append(session, lane.id, "deal", str(DEAL), {}, now=self.clock.now(), trace_id="t")
            row_id = session.scalars(select(InboxRow.id).where(InboxRow.lane_id == lane.id)).one()
            inbox.bury(session, self.hold(session, lane.id), [row_id], self.clock.now(), "KeyError: 'x'")
        return row_id

    def act(self, what: Any, key: RowKey, portal: Portal | None = None) -> Any:
        with session_scope(self.sessions) as session:
            return what(session, (portal or self.portal).id, key, self.clock.now())

    def row(self, table: Any, row_id: int) -> Any:
        with self.sessions() as session:
            return session.get_one(table, row_id)


@pytest.fixture
def bench(sessions: Sessions, portal: Portal, clock: FixedClock) -> Bench:
    return Bench(sessions, portal, clock)


def test_the_desk_lists_what_is_dead_and_what_is_tried_again(bench: Bench) -> None:
    _, call = bench.order()
    write = bench.write("a", {"status": "created"})
    bench.end(write, "pending", "too fast")
    done = bench.write("b")
    hint = bench.hint()
    with bench.sessions() as session:
        found = failed.failed(session, bench.portal.id)
    shown = {(row.kind, row.id, row.what, row.state, row.deal_id, row.outcome, row.code, row.words) for row in found}
    assert shown == {
        ("intent", call, "create", "dead", DEAL, "refused", "CODE", "no answer"),
        ("outbox", write, "deal_update", "retry", DEAL, "refused", "CODE", "too fast"),
        ("inbox", hint, "deal", "dead", DEAL, "ours", "", "KeyError: 'x'"),
    }
    assert done not in {row.id for row in found if row.kind == "outbox"}


def test_a_write_tried_again_is_looked_up_first_and_goes_before_younger_ones(bench: Bench) -> None:
    old = bench.write("a", {"status": "created"})
    bench.end(old, "dead", "no rights")
    young = bench.write("b", kind="comment")
    lane = bench.act(desk.retry, RowKey("outbox", old))
    assert lane is not None
    assert lane.kind == "portal"
    assert (bench.row(OutboxRow, old).state, bench.row(OutboxRow, old).attempts) == ("uncertain", 1)
    with session_scope(bench.sessions) as session:
        hold = bench.hold(session, lane.id)
        assert outbox.due(session, hold, bench.clock.now()) == []  # the younger one waits for the look-up
        assert [row.id for row in sending.claim_expired(session, hold, OutboxRow, bench.clock.now())] == [old]
        sending.settle(
            session,
            hold,
            OutboxRow,
            [Outcome(old, "pending", "again", next_try_at=bench.clock.now())],
            bench.clock.now(),
        )
        assert [row.id for row in outbox.due(session, hold, bench.clock.now())] == [old, young]


def test_values_that_younger_writes_brought_are_not_written_over(bench: Bench) -> None:
    old = bench.write("a", {"status": "created", "price": 5}, stage={"stage": "S1"})
    bench.end(old, "dead", "refused")
    bench.end(bench.write("b", {"status": "delivered"}, stage={"stage": "WON"}), "done")
    assert bench.act(desk.retry, RowKey("outbox", old)) is not None
    assert bench.row(OutboxRow, old).payload == {"fields": {"price": 5}, "stage": None}


def test_a_write_that_has_nothing_left_to_say_is_folded(bench: Bench) -> None:
    old = bench.write("a", {"status": "created"})
    bench.end(old, "dead", "refused")
    bench.end(bench.write("b", {"status": "delivered"}), "done")
    assert bench.act(desk.retry, RowKey("outbox", old)) is None
    assert bench.row(OutboxRow, old).state == "folded"


def test_a_product_row_is_not_written_over_by_an_older_choice(bench: Bench) -> None:
    old = bench.write("a", kind="product_row")
    bench.end(old, "dead", "refused")
    bench.end(bench.write("b", kind="product_row"), "done")
    assert bench.act(desk.retry, RowKey("outbox", old)) is None
    assert bench.row(OutboxRow, old).state == "folded"
    alone = bench.write("c", kind="product_row")
    bench.end(alone, "dead", "refused")
    assert bench.act(desk.retry, RowKey("outbox", alone)) is not None


def test_what_was_folded_into_a_dead_write_leaves_with_it(bench: Bench) -> None:
    first = bench.write("a", {"status": "created", "link": "l"})
    last = bench.write("b", {"status": "in_transit"})
    with session_scope(bench.sessions) as session:
        rows = [session.get_one(OutboxRow, each) for each in (first, last)]
        (letter,) = letters(rows)
        hold = bench.hold(session, rows[0].lane_id)
        outbox.fold(session, hold, letter.folded, rows[1], letter.carries, bench.clock.now())
    bench.end(last, "dead", "refused")
    bench.act(desk.retry, RowKey("outbox", last))
    assert bench.row(OutboxRow, last).payload["fields"] == {"status": "in_transit", "link": "l"}


def test_a_dead_call_is_looked_up_before_it_is_repeated(bench: Bench) -> None:
    _, call = bench.order()
    lane = bench.act(desk.retry, RowKey("intent", call))
    assert lane is not None
    row = bench.row(Intent, call)
    assert (lane.kind, row.state, row.attempts, row.next_try_at) == ("connection", "uncertain", 1, bench.clock.now())


def test_a_dead_hint_begins_anew(bench: Bench) -> None:
    hint = bench.hint()
    assert bench.act(desk.retry, RowKey("inbox", hint)) is not None
    row = bench.row(InboxRow, hint)
    assert (row.state, row.attempts, row.due_at, row.served_at) == ("new", 0, bench.clock.now(), None)


def test_a_row_of_a_person_that_must_be_looked_up_makes_no_peoples_slice(bench: Bench) -> None:
    old = bench.write("a", {"status": "created"})
    bench.end(old, "dead", "no rights")
    lane = bench.act(desk.retry, RowKey("outbox", old))
    with session_scope(bench.sessions) as session:
        assert bench.hold(session, lane.id).people is False


@pytest.mark.parametrize("sent", [False, True])
def test_giving_a_creation_up_closes_its_problem_and_what_surely_was_never_sent(bench: Bench, sent: bool) -> None:
    shipment, call = bench.order(sent)
    with session_scope(bench.sessions) as session:
        for key, code in (("k", "carrier_silent"), ("l", "phone_missing")):
            problems.open_problem(session, bench.portal.id, DEAL, key, {"code": code}, now=bench.clock.now())
    assert bench.act(desk.give_up, RowKey("intent", call)) == DEAL
    assert bench.row(Intent, call).state == "dropped"
    row = bench.row(Shipment, shipment)
    over = ("submitting", False, "") if sent else (Status.CANCELLED, True, desk.GIVEN_UP)
    assert (row.status, row.closed, row.closed_reason) == over
    with bench.sessions() as session:
        states = dict(session.execute(select(ProblemRow.key, ProblemRow.state)).all())
    assert states == {"k": "solved", "l": "open"}
    assert bench.act(desk.give_up, RowKey("intent", call)) is None
    assert bench.act(desk.retry, RowKey("intent", call)) is None


def test_only_dead_rows_can_be_given_up(bench: Bench) -> None:
    write = bench.write("a", {"status": "created"})
    bench.end(write, "pending", "too fast")
    assert bench.act(desk.give_up, RowKey("outbox", write)) is None
    assert bench.row(OutboxRow, write).state == "pending"


def test_a_neighbour_sees_and_touches_nothing(bench: Bench, neighbour: Portal) -> None:
    _, call = bench.order()
    write = bench.write("a", {"status": "created"})
    bench.end(write, "dead", "no rights")
    keys = [RowKey("intent", call), RowKey("outbox", write), RowKey("inbox", bench.hint())]
    with bench.sessions() as session:
        assert failed.failed(session, neighbour.id) == []
        assert [failed.sent(session, neighbour.id, key) for key in keys] == [None, None, None]
        assert [found.deal_id for key in keys if (found := failed.sent(session, bench.portal.id, key))] == [DEAL] * 3
    for key in keys:
        assert bench.act(desk.retry, key, neighbour) is None
        assert bench.act(desk.give_up, key, neighbour) is None
    with bench.sessions() as session:
        assert {row.state for row in failed.failed(session, bench.portal.id)} == {"dead"}


def test_what_is_wanted_of_a_return_and_given_up_is_told_to_whoever_wanted_it(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    bench = Bench(sessions, portal, clock)
    with session_scope(sessions) as session:
        lane = return_acts.ask(session, portal.id, WANTED, now=clock.now(), trace_id="t")
        assert lane is not None
        row = session.scalars(select(InboxRow)).one()
        inbox.bury(session, bench.hold(session, lane.id), [row.id], clock.now(), "ValueError")
    with session_scope(sessions) as session:
        [shown] = failed.failed(session, portal.id)
        assert (shown.what, shown.deal_id) == ("return", 0)
        assert desk.give_up(session, portal.id, shown.key, clock.now()) == 0
        act = return_acts.by_key(session, portal.id, WANTED.key)
    assert act is not None
    assert (act.state, [problem.code for problem in act.problems]) == (ActState.REFUSED, ["return_given_up"])
