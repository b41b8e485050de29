"""A portal sees its own calls, page by page, and those of one deal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.store import calls, inbox, intents, lanes, portals, shipments
from b24app.store.calls import Cursor, Wanted
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import CallLogRow, InboxRow, InboxState, Portal
from b24app.wire.trace import steady_trace


def call(at: datetime, remote: str, **over: Any) -> CallLogRow:
    plain = {
        "trace_id": "t", "label": "crm.item.list", "verb": "POST", "url": "https://x/rest/", "outcome": "answered",
        "why": "", "status": 200, "ms": 5, "bytes_out": 1, "bytes_in": 1, "people": False, "sent": "", "got": "",
    }  # fmt: skip
    return CallLogRow(at=at, remote=remote, **{**plain, **over})


def names(sessions: Sessions, portal: Portal) -> tuple[str, str]:
    with sessions() as session:
        account = portals.connections(session, portal.id)[0]
    return f"portal:{portal.member_id}", f"cdek:{account.id}"


def test_pages_are_newest_first_and_nobody_sees_a_neighbours_calls(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    mine, theirs = names(sessions, portal), names(sessions, neighbour)
    now = clock.now()
    with session_scope(sessions) as session:
        # Three calls share each moment: the place in the list is kept by the id too.
        for n in range(9):
            session.add(call(now - timedelta(seconds=n // 3), mine[n % 2], label=f"m{n}"))
        session.add(call(now, theirs[0], label="theirs"))
    shown: list[str] = []
    after: Cursor | None = None
    with sessions() as session:
        while rows := calls.newest(session, portal.id, Wanted(), after, limit=4):
            shown += [row.label for row in rows]
            after = Cursor(rows[-1].at, rows[-1].id)
        assert shown == ["m2", "m1", "m0", "m5", "m4", "m3", "m8", "m7", "m6"]
        assert calls.newest(session, portal.id, Wanted(remote=theirs[0])) == []
        [stranger] = calls.newest(session, neighbour.id, Wanted())
        assert calls.one(session, portal.id, stranger.id) is None
        assert calls.one(session, neighbour.id, stranger.id) is not None


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (Wanted(outcome="answered"), ["good"]),
        (Wanted(outcome="refused"), ["bad 100%"]),
        (Wanted(outcome="not_sent"), ["kept"]),
        (Wanted(text="00%"), ["bad 100%"]),
        (Wanted(text="GOOD"), ["good"]),
        (Wanted(text="%"), ["bad 100%"]),
    ],
)
def test_filters(sessions: Sessions, portal: Portal, clock: FixedClock, wanted: Wanted, shown: list[str]) -> None:
    mine, now = names(sessions, portal)[0], clock.now()
    with session_scope(sessions) as session:
        session.add(call(now, mine, label="good"))
        session.add(call(now, mine, label="bad 100%", status=429))
        session.add(call(now, mine, label="kept", outcome="not_sent", status=0))
    with sessions() as session:
        assert [row.label for row in calls.newest(session, portal.id, wanted)] == shown


def test_a_span_of_time(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    mine, now = names(sessions, portal)[0], clock.now()
    with session_scope(sessions) as session:
        session.add_all([call(now - timedelta(hours=n), mine, label=str(n)) for n in range(4)])
    wanted = Wanted(since=now - timedelta(hours=2), until=now - timedelta(hours=1))
    with sessions() as session:
        assert [row.label for row in calls.newest(session, portal.id, wanted)] == ["1", "2"]


@pytest.mark.parametrize(
    ("sent", "got", "named"),
    [
        ('{"cmd":{"d0":"crm.item.list?entityTypeId=2&filter[@id][0]=500&filter[@id][1]=501"}}', "", True),
        ('{"cmd":{"r":"crm.item.productrow.list?filter[=ownerId]=501&select[0]=id"}}', "", True),
        ('{"cmd":{"t":"crm.timeline.comment.add?fields[ENTITY_ID]=501&fields[COMMENT]=<9>"}}', "", True),
        ('{"cmd":{"c":"crm.item.list?entityTypeId=3&filter[@id][0]=501"}}', "", False),
        ('{"cmd":{"d0":"crm.item.list?entityTypeId=2&filter[@id][0]=5010"}}', "", False),
        ('{"cmd":{"n":"im.notify.system.add?USER_ID=501"}}', "", False),
        ('{"entityTypeId":2,"id":501}', "", True),
        ('{"cmd":{"d0":"crm.item.li …ids 7 501', "", True),
        ("{}", '{"result":{"items":[{"ID":9,"OWNER_ID":501}]}}', True),
        ("{}", '{"result":{"items":[{"ID":9,"OWNER_ID":7}]}}', False),
    ],
)
def test_a_deal_is_found_in_a_masked_request(sent: str, got: str, named: bool) -> None:
    row = call(datetime(2026, 11, 12, tzinfo=UTC), "portal:x", label="crm.stagehistory.list", sent=sent, got=got)
    assert calls.names_deal(row, 501) is named


def test_a_deals_calls_are_those_of_its_orders_and_requests_that_name_it(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    at_portal, at_carrier = names(sessions, portal)
    now = clock.now()
    mine, other = '{"id":501}', '{"id":502}'
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        lane = lanes.portal_lane(session, portal.id)
        inbox.append(session, lane.id, "deal", "501", {}, now=now, trace_id="event")
        for deal, trace in ((501, "both"), (502, "both"), (501, "event")):
            n = 2 if trace == "event" else 1
            row = shipments.create(session, portal, deal, n, account.id, status="created", request={}, now=now)
            intents.add(session, row, "create", {}, now=now, trace_id=trace)
    with session_scope(sessions) as session:
        row_ = session.query(InboxRow).one()
        row_.state, row_.served_at = InboxState.DONE, now + timedelta(seconds=3)
        second = timedelta(seconds=1)
        session.add_all(
            [
                call(now + second, at_portal, trace_id="slice", label="mine", sent=mine),
                call(now + second, at_portal, trace_id="slice", label="other", sent=other),
                call(now + second * 60, at_portal, trace_id="slice2", label="much later", sent=mine),
                call(now + second * 2, at_carrier, trace_id="event", label="created"),
                call(now + second * 2, at_carrier, trace_id="both", label="shared", sent=f"{portal.code}-501-1"),
                call(now + second * 2, at_carrier, trace_id="both", label="of 502", sent=f"{portal.code}-502-1"),
                call(now + second * 90, at_carrier, trace_id=steady_trace(f"{portal.code}-501-1"), label="followed"),
                call(now + second, f"portal:{neighbour.member_id}", trace_id="event", label="theirs", sent=mine),
            ]
        )
    with sessions() as session:
        rows = calls.deal_rows(session, portal.id, 501)
        found = [row.label for row in calls.of_deal(session, portal.id, 501, rows)]
        assert found == ["followed", "shared", "created", "mine"]
        assert calls.deal_rows(session, neighbour.id, 501) == calls.DealRows([], [], [], [], [])
