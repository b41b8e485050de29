"""An uninstall is believed once our keys are refused; then they go at once, and what was asked to go goes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from b24app.bitrix24.envelope import Envelope
from b24app.bitrix24.errors import NoToken, RestError
from b24app.clock import FixedClock
from b24app.lanes.engine import LaneEngine, Timing
from b24app.lanes.slices import Slice, SliceResult
from b24app.lanes.wake import LocalWakes
from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.problem import Problem, Who
from b24app.store import inbox, intents, lanes, leaving, outbox, portals, tokens
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    Connection,
    Erasure,
    InboxKind,
    InboxRow,
    Intent,
    Lane,
    LaneKind,
    Pipeline,
    Portal,
    PortalState,
    PortalToken,
    Shipment,
)
from b24app.store.retention import Traces
from b24app.wire.errors import NotSent, Why
from install import uninstall


class Carrier:
    """Remembers what it was asked; answers with what each test sets: a count, or an error to raise."""

    def __init__(self) -> None:
        self.answer: int | Exception = 1
        self.asked: list[str] = []

    def opened(self, account: Connection) -> Any:
        return self

    def unsubscribe(self, url: str) -> int:
        self.asked.append("unsubscribe")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def sign_out(self) -> None:
        self.asked.append("sign_out")


class OnePortal:
    """Answers every call the same way."""

    def __init__(self, answer: Exception | None) -> None:
        self.answer = answer

    def call(self, method: str, **_: Any) -> Envelope:
        if self.answer:
            raise self.answer
        return Envelope({})


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def told(sessions: Sessions, clock: FixedClock, portal: Portal, carrier: Carrier) -> Callable[..., None]:
    """The portal tells us that it removed the app."""
    with session_scope(sessions) as session:
        tokens.remember(
            session, portal.id, 1, access="a", refresh="r", expires_at=clock.now(), is_admin=True, now=clock.now()
        )

    def tell(answer: Exception | None, clean: str = "0", waits: int = 0) -> None:
        wakes = LocalWakes()
        engine = LaneEngine(sessions, clock, wakes, "test", Timing())
        parts = uninstall.LeavingParts(
            lambda _: OnePortal(answer),  # type: ignore[arg-type, return-value]
            lambda account: carrier.opened(account),
            lambda account: f"https://hooks.example/{account.public_id}",
        )

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
            engine.run_until_idle()
            clock.advance(20000)

    return tell


def state(sessions: Sessions, portal: Portal) -> tuple[str, int, str]:
    with sessions() as session:
        keys = session.scalar(select(func.count()).select_from(PortalToken)) or 0
        row = session.scalars(select(InboxRow)).one()
        return portals.get(session, portal.id).state, keys, row.state


def erased(sessions: Sessions, clock: FixedClock, days: int = 90, forgotten: list[Traces] | None = None) -> int:
    forget = forgotten.append if forgotten is not None else lambda _: None
    return uninstall.erase_left(uninstall.EraseParts(sessions, clock.now, timedelta(days=days), forget))


@pytest.mark.parametrize(
    "answer",
    [NoToken("not_installed"), NoToken("none"), RestError("APPLICATION_NOT_FOUND"), RestError("NO_AUTH_FOUND")],
)
def test_refused_keys_are_thrown_away_and_the_data_stays(
    told: Callable[..., None], sessions: Sessions, portal: Portal, clock: FixedClock, answer: Exception
) -> None:
    told(answer)
    assert state(sessions, portal) == (PortalState.UNINSTALLED, 0, "done")
    assert erased(sessions, clock) == 0


def test_what_was_asked_to_be_deleted_is_deleted(
    told: Callable[..., None], sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    told(NoToken("not_installed"), clean="1")
    assert erased(sessions, clock) > 0
    with sessions() as session:
        assert session.scalars(select(Portal).where(Portal.id == portal.id)).all() == []


def test_a_neighbour_is_not_touched(
    told: Callable[..., None], sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    told(NoToken("not_installed"), clean="1")
    erased(sessions, clock)
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


def test_a_lapsed_licence_proves_no_removal(told: Callable[..., None], sessions: Sessions, portal: Portal) -> None:
    told(NoToken("payment_required"), clean="1", waits=uninstall.TRIES)
    assert state(sessions, portal) == (PortalState.ACTIVE, 1, "new")


# --- the carriers' subscriptions -------------------------------------------------------------------------------------


def settings(sessions: Sessions, portal: Portal) -> dict[str, Any]:
    with sessions() as session:
        return dict(portals.get(session, portal.id).settings)


def test_subscriptions_go_first_and_are_reported(
    told: Callable[..., None], sessions: Sessions, portal: Portal, carrier: Carrier
) -> None:
    with sessions() as session:
        before = portals.connections(session, portal.id)[0].hook_secret
    told(NoToken("not_installed"))
    assert carrier.asked == ["unsubscribe", "sign_out"]
    assert settings(sessions, portal)[leaving.HOOKS] == [{"account": "CDEK", "removed": 1, "said": ""}]
    with sessions() as session:
        assert portals.connections(session, portal.id)[0].hook_secret != before


def test_a_refusal_is_kept_in_the_carriers_words_and_stops_nothing(
    told: Callable[..., None], sessions: Sessions, portal: Portal, carrier: Carrier, clock: FixedClock
) -> None:
    carrier.answer = AccountProblem(Problem("account_refused", who=Who.ADMIN, their_text="Неверный пароль"))
    told(NoToken("not_installed"), clean="1")
    assert settings(sessions, portal)[leaving.HOOKS] == [
        {"account": "CDEK", "removed": None, "said": "Неверный пароль"}
    ]
    erased(sessions, clock)
    with sessions() as session:
        counts = session.scalars(select(Erasure)).one().counts
    assert (counts["subscriptions_removed"], counts["subscriptions_refused"]) == (0, 1)


def test_a_silent_carrier_is_asked_again_before_the_keys_go(
    told: Callable[..., None], sessions: Sessions, portal: Portal, carrier: Carrier
) -> None:
    carrier.answer = Unavailable("no answer")
    told(NoToken("not_installed"))
    assert state(sessions, portal) == (PortalState.UNINSTALL_PENDING, 1, "new")
    for _ in range(uninstall.CARRIER_TRIES):
        told(NoToken("not_installed"))
    with sessions() as session:
        assert portals.get(session, portal.id).state == PortalState.UNINSTALLED
    assert settings(sessions, portal)[leaving.HOOKS][0]["said"] == "no answer"


# --- without "delete data" -------------------------------------------------------------------------------------------


def test_data_wait_for_a_reinstall_for_the_stated_time(
    told: Callable[..., None], sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    told(NoToken("not_installed"))
    clock.advance(89 * 86400)
    assert erased(sessions, clock) == 0
    clock.advance(2 * 86400)
    forgotten: list[Traces] = []
    assert erased(sessions, clock, forgotten=forgotten) > 0
    assert [each.member_id for each in forgotten] == ["north"]
    with sessions() as session:
        assert portals.by_member(session, "north") is None
        assert session.scalars(select(Erasure)).one().counts["portal"] == 1


def test_erasing_waits_until_other_processes_have_written_their_logs(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        leaving.begin(session, portal.id)
        leaving.leave(session, portal.id, True, (), clock.now())
    assert erased(sessions, clock) == 0
    clock.advance(61)
    assert erased(sessions, clock) > 0


def ordered(sessions: Sessions, portal: Portal, clock: FixedClock, deal_id: int, attempts: int) -> None:
    """A deal whose order waits to be sent, tried so often."""
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        shipment = Shipment(
            portal_id=portal.id, connection_id=account.id, deal_id=deal_id, n=1, number=f"{portal.code}-{deal_id}-1",
            status="submitting", request={}, created_at=clock.now(), status_at=clock.now(),
        )  # fmt: skip
        session.add(shipment)
        session.flush()
        intents.add(session, shipment, "create", {}, now=clock.now(), trace_id="t")
        session.flush()
        session.scalars(select(Intent).where(Intent.shipment_id == shipment.id)).one().attempts = attempts
        told = outbox.ToPortal(deal_id, "comment", f"m{deal_id}", {"text": "x"}, shipment.id)
        outbox.add(session, portal.id, [told], now=clock.now(), trace_id="t")


def test_nothing_that_waited_leaves_later_by_itself(
    told: Callable[..., None], sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    ordered(sessions, portal, clock, 501, attempts=0)
    ordered(sessions, portal, clock, 502, attempts=1)
    told(NoToken("not_installed"))
    with session_scope(sessions) as session:
        assert lanes.due_lanes(session, clock.now() + timedelta(days=80)) == []
        rows = session.execute(select(Shipment.deal_id, Shipment.status, Intent.state).join(Intent)).all()
        assert sorted(tuple(row) for row in rows) == [(501, "cancelled", "obsolete"), (502, "submitting", "dead")]
        session.add(Pipeline(portal_id=portal.id, category_id=0, enabled=True, on_since_history_id=9))
        leaving.come_back(session, portals.get(session, portal.id), clock.now())
    with session_scope(sessions) as session:
        row = portals.get(session, portal.id)
        assert (row.left_at, row.history_cursor) == (None, None)
        assert [each.enabled for each in portals.pipelines(session, row.id).values()] == [False]
        assert [each.state for each in portals.connections(session, row.id)] == ["untested"]
        assert {each.not_before for each in session.scalars(select(Lane).where(Lane.portal_id == row.id))} == {None}
        assert session.scalars(select(Intent).where(Intent.next_try_at.is_not(None))).all() == []


# --- an uninstall of which no event told -----------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "asked"), [("not_installed: Application not installed", 1), ("user_access_error", 0)])
def test_a_portal_that_threw_us_out_silently_is_found(
    sessions: Sessions, portal: Portal, clock: FixedClock, why: str, asked: int
) -> None:
    now = clock.now()
    with session_scope(sessions) as session:
        tokens.remember(session, portal.id, 1, access="a", refresh="r", expires_at=now, is_admin=True, now=now)
    assert uninstall.ask_unannounced(sessions, now, LocalWakes()) == 0
    with session_scope(sessions) as session:
        [token] = tokens.pool(session, portal.id)
        tokens.mark_broken(session, portal.id, token.id, token.version, why)
    assert uninstall.ask_unannounced(sessions, now, LocalWakes()) == asked
