"""An uninstall is believed once our keys are refused; then they go at once, and what was asked to go goes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from b24app.bitrix24.envelope import Envelope
from b24app.bitrix24.errors import NoToken, RestError
from b24app.clock import FixedClock
from b24app.lanes.engine import LaneEngine, Timing
from b24app.lanes.slices import Slice, SliceResult
from b24app.lanes.wake import LocalWakes
from b24app.store import inbox, lanes, portals, tokens
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import InboxKind, InboxRow, LaneKind, Portal, PortalState, PortalToken
from b24app.wire.errors import NotSent, Why
from install import uninstall


class OnePortal:
    """Answers every call the same way."""

    def __init__(self, answer: Exception | None) -> None:
        self.answer = answer

    def call(self, method: str, **_: Any) -> Envelope:
        if self.answer:
            raise self.answer
        return Envelope({})


@pytest.fixture
def told(sessions: Sessions, clock: FixedClock, portal: Portal) -> Callable[..., None]:
    """The portal tells us that it removed the app."""
    with session_scope(sessions) as session:
        tokens.remember(
            session, portal.id, 1, access="a", refresh="r", expires_at=clock.now(), is_admin=True, now=clock.now()
        )

    def tell(answer: Exception | None, clean: str = "0", waits: int = 0) -> None:
        wakes = LocalWakes()
        engine = LaneEngine(sessions, clock, wakes, "test", Timing())
        parts = uninstall.LeavingParts(lambda _: OnePortal(answer))  # type: ignore[arg-type, return-value]

        def serve(slice_: Slice) -> SliceResult:
            with read_scope(sessions) as session:
                rows = slice_.claim_inbox(session, (InboxKind.UNINSTALL,))
            if rows:
                uninstall.handle(slice_, rows, parts)
            return SliceResult()

        engine.register(LaneKind.PORTAL, serve)
        with session_scope(sessions) as session:
            lane = lanes.portal_lane(session, portal.id)
            inbox.append(session, lane.id, InboxKind.UNINSTALL, "app", {"clean": clean}, now=clock.now(), trace_id="t")
        for _ in range(waits + 1):
            wakes.wake(lane)
            engine.run_until_idle(5)
            clock.advance(20000)

    return tell


def state(sessions: Sessions, portal: Portal) -> tuple[str, int, str]:
    with sessions() as session:
        keys = session.scalar(select(func.count()).select_from(PortalToken)) or 0
        row = session.scalars(select(InboxRow)).one()
        return portals.get(session, portal.id).state, keys, row.state


@pytest.mark.parametrize(
    "answer",
    [NoToken("not_installed"), NoToken("none"), RestError("APPLICATION_NOT_FOUND"), RestError("NO_AUTH_FOUND")],
)
def test_refused_keys_are_thrown_away_and_the_data_stays(
    told: Callable[..., None], sessions: Sessions, portal: Portal, answer: Exception
) -> None:
    told(answer)
    assert state(sessions, portal) == (PortalState.UNINSTALLED, 0, "done")
    assert uninstall.erase_left(sessions) == 0


def test_what_was_asked_to_be_deleted_is_deleted(told: Callable[..., None], sessions: Sessions, portal: Portal) -> None:
    told(NoToken("not_installed"), clean="1")
    assert uninstall.erase_left(sessions) > 0
    with sessions() as session:
        assert session.scalars(select(Portal).where(Portal.id == portal.id)).all() == []


def test_a_neighbour_is_not_touched(
    told: Callable[..., None], sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    told(NoToken("not_installed"), clean="1")
    uninstall.erase_left(sessions)
    with sessions() as session:
        assert portals.connections(session, neighbour.id) != []


def test_a_forged_event_changes_nothing(told: Callable[..., None], sessions: Sessions, portal: Portal) -> None:
    told(None, clean="1")
    assert state(sessions, portal) == (PortalState.ACTIVE, 1, "new")
    told(None, clean="1", waits=uninstall.TRIES)
    with sessions() as session:
        assert {row.state for row in session.scalars(select(InboxRow))} == {"done"}
        assert portals.get(session, portal.id).state == PortalState.ACTIVE


def test_while_nobody_answers_the_row_waits(told: Callable[..., None], sessions: Sessions, portal: Portal) -> None:
    told(NotSent(Why.CONNECT), waits=uninstall.TRIES + 2)
    assert state(sessions, portal) == (PortalState.ACTIVE, 1, "new")
