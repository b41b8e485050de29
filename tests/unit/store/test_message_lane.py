"""Messages as the lane of their gateway's account works on them, and what their portal is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.messages.rules import KEY, MessageRules
from b24app.flows.returns.effects import Actor
from b24app.logistics.messages import SmsState, SmsStatus
from b24app.logistics.money import Money
from b24app.store import (
    accounts,
    lanes,
    leaving,
    message_lane,
    messages,
    portal_settings,
    portals,
    retention,
    return_acts,
    shipments,
    sms_status,
)
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import FenceLostError, LaneHold
from b24app.store.message_lane import After
from b24app.store.models import ActState, Connection, Message, MessageState, OutboxRow, Portal, ProblemRow, Shipment
from b24app.store.return_acts import ActKind, Wanted
from b24app.store.sending import SEEN_AFTER
from tests.unit.flows.returns.given import NOW

S = MessageState
SOON, LATER = NOW + timedelta(seconds=40), NOW + timedelta(hours=1)
SAID = {"to": "+79170000001", "subject": "", "body": "Ваш заказ ждёт"}
THEIRS = "0f6d6f1e0c6f4c6f"


@dataclass
class Lane:
    """One account's lane, held."""

    sessions: Sessions
    portal: Portal
    account: Connection
    hold: LaneHold

    def put(self, key: str = "ship:1:ready", state: MessageState = S.WAITING, **more: object) -> int:
        with session_scope(self.sessions) as session:
            row = Message(
                portal_id=self.portal.id, deal_id=7, key=key, moment="ready", state=S.WAITING, created_at=NOW,
                changed_at=NOW, trace_id="t",
            )  # fmt: skip
            session.add(row)
            session.flush()
            account = session.get_one(Connection, self.account.id)
            message_lane.hand_over(session, row, account, dict(SAID), NOW, "t")
            row.state = state
            for name, value in more.items():
                setattr(row, name, value)
            return int(row.id)

    def due(self, at: object = NOW) -> list[int]:
        with read_scope(self.sessions) as session:
            return [row.id for row in message_lane.due(session, self.hold, at, 10)]  # type: ignore[arg-type]

    def kept(self, message_id: int) -> Message:
        with read_scope(self.sessions) as session:
            return session.scalars(select(Message).where(Message.id == message_id)).one()

    def mark(self, message_id: int) -> bool:
        with session_scope(self.sessions) as session:
            row = session.get_one(Message, message_id)
            return message_lane.mark(session, self.hold, row, SOON)

    def land(self, message_id: int, after: After, told: SmsState | None = None, marked: bool = True) -> None:
        with session_scope(self.sessions) as session:
            row = message_lane.landed(session, self.hold, message_id, marked=marked)
            assert row is not None
            message_lane.keep(session, row, after, told, NOW)

    def outbox(self) -> list[tuple[str, str]]:
        with read_scope(self.sessions) as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == sms_status.KIND).order_by(OutboxRow.id))
            return [(row.payload["message_id"], row.payload["status"]) for row in rows]


@pytest.fixture
def lane(sessions: Sessions, portal: Portal) -> Lane:
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        found = lanes.claim(session, lanes.connection_lane(session, account.id).id, "w", NOW, timedelta(minutes=1))
        assert found is not None
        session.expunge(account)
        return Lane(sessions, portal, account, found)


def test_a_message_that_was_handed_over_has_its_lane_served(lane: Lane) -> None:
    message_id = lane.put()
    row = lane.kept(message_id)
    assert row.number == message_lane.number_of(message_id, lane.account.public_id)
    assert (row.channel, row.said, row.lane_id) == ("sms", SAID, lane.hold.lane_id)
    with session_scope(lane.sessions) as session:
        lanes.release(session, lane.hold, NOW)
        assert [each.id for each in lanes.due_lanes(session, NOW)] == [lane.hold.lane_id]
        assert lanes.next_due(session, lane.hold.lane_id) == NOW


def test_numbers_fit_the_gateway_and_differ_between_accounts() -> None:
    numbers = [message_lane.number_of(at, name) for name in ("a", "b") for at in (1, 2, 3, 2**40)]
    assert len(set(numbers)) == 8
    assert all(1 <= number < 2**31 for number in numbers)
    assert message_lane.number_of(2, "a") - message_lane.number_of(1, "a") == 1


def test_another_portals_account_sends_nothing_of_ours(lane: Lane, neighbour: Portal) -> None:
    with session_scope(lane.sessions) as session:
        theirs = portals.add_connection(session, neighbour.id, "smsc", "SMSC", "live", {}, NOW)
        row = Message(
            portal_id=lane.portal.id, deal_id=7, key="k", created_at=NOW, changed_at=NOW, trace_id="t"
        )  # fmt: skip
        session.add(row)
        session.flush()
        with pytest.raises(ValueError, match="another portal"):
            message_lane.hand_over(session, row, theirs, dict(SAID), NOW, "t")


def test_a_call_is_marked_and_looked_up_when_nobody_knows_its_end(lane: Lane) -> None:
    message_id = lane.put()
    assert lane.mark(message_id)
    assert not lane.mark(message_id)
    assert lane.due() == []
    with session_scope(lane.sessions) as session:
        message_lane.expire(session, lane.hold, SOON)
    assert (lane.kept(message_id).state, lane.due(SOON)) == (S.UNCERTAIN, [message_id])
    with session_scope(lane.sessions) as session, pytest.raises(FenceLostError):
        message_lane.landed(session, lane.hold, message_id, marked=True)


def test_what_is_to_be_sent_comes_before_what_is_asked_about(lane: Lane) -> None:
    followed = lane.put("a", S.SENT, next_try_at=NOW - timedelta(minutes=5))
    over = lane.put("b", S.DELIVERED, next_try_at=None)
    fresh = lane.put("c")
    assert lane.due() == [fresh, followed]
    assert over not in lane.due(LATER)


def test_price_and_size_are_kept_and_the_deal_says_that_it_went(lane: Lane) -> None:
    message_id = lane.put()
    lane.mark(message_id)
    state = SmsState(1, SmsStatus.ACCEPTED, remote_id="r-1", price=Money(459), segments=2)
    lane.land(message_id, After(S.SENT, LATER), state)
    row = lane.kept(message_id)
    assert (row.state, row.remote_id, row.segments, row.price) == (S.SENT, "r-1", 2, {"minor": 459, "currency": "RUB"})
    assert (row.sent_at, row.next_try_at, row.deadline) == (NOW, LATER, None)
    lane.land(message_id, After(S.DELIVERED), SmsState(1, SmsStatus.DELIVERED), marked=False)
    assert (lane.kept(message_id).state, lane.kept(message_id).segments, lane.outbox()) == (S.DELIVERED, 2, [])


def test_a_message_that_the_portal_asked_for_is_told_of_once_a_status(lane: Lane) -> None:
    message_id = lane.put(sms_status.key_of(THEIRS), source=sms_status.PORTAL)
    lane.mark(message_id)
    lane.land(message_id, After(S.UNCERTAIN, NOW))
    lane.mark(message_id)
    lane.land(message_id, After(S.SENT, NOW), SmsState(1, SmsStatus.ACCEPTED))
    for status in (SmsStatus.SENT, SmsStatus.SENT, SmsStatus.ACCEPTED):
        lane.land(message_id, After(S.SENT, NOW), SmsState(1, status), marked=False)
    lane.land(message_id, After(S.DELIVERED), SmsState(1, SmsStatus.DELIVERED), marked=False)
    assert lane.outbox() == [(THEIRS, "queued"), (THEIRS, "sent"), (THEIRS, "delivered")]


def test_a_removed_account_gives_up_what_never_left_and_says_so(lane: Lane) -> None:
    waits = lane.put(sms_status.key_of(THEIRS), source=sms_status.PORTAL)
    unclear, sent = lane.put("b", S.UNCERTAIN), lane.put("c", S.SENT)
    with session_scope(lane.sessions) as session:
        rules = MessageRules(on=True, sms=lane.account.id)
        portal_settings.merge(session, lane.portal.id, **{KEY: rules.to_json()})
        accounts.remove(session, lane.portal.id, session.get_one(Connection, lane.account.id), NOW)
    assert [lane.kept(each).state for each in (waits, unclear, sent)] == [S.FAILED, S.MAYBE, S.SENT]
    assert lane.outbox() == [(THEIRS, "failed")]
    assert lane.due(LATER) == []
    with read_scope(lane.sessions) as session:
        assert MessageRules.of(portals.get(session, lane.portal.id).settings) == MessageRules(on=True)
    with read_scope(lane.sessions) as session:
        # One Problem of a deal's moment, as its latest message left it.
        [found] = session.scalars(select(ProblemRow).where(ProblemRow.deal_id == 7))
        assert found.problem["code"] == "message_maybe"


def test_a_portal_that_left_is_silent_for_good(lane: Lane) -> None:
    """… and nothing is said to be on its way for good, when it comes back."""
    waits, unclear = lane.put("a"), lane.put("b", S.SENDING)
    asleep, letter = lane.put("c", lane_id=None, why="quiet"), lane.put("d", S.QUEUED, lane_id=None)
    with session_scope(lane.sessions) as session:
        wanted = Wanted(ActKind.READ, "k", Actor.CUSTOMER, 7)
        return_acts.ask(session, lane.portal.id, wanted, now=NOW, trace_id="t")
        leaving.leave(session, lane.portal.id, False, [], NOW)
    assert [lane.kept(each).state for each in (waits, unclear, asleep, letter)] == [S.FAILED, S.MAYBE] * 2
    with read_scope(lane.sessions) as session:
        act = return_acts.by_key(session, lane.portal.id, "k")
    assert act is not None
    assert (act.state, [each.code for each in act.problems]) == (ActState.REFUSED, ["return_portal_left"])
    assert lane.due(LATER) == []


def test_a_broken_account_keeps_them_until_it_works(lane: Lane) -> None:
    message_id = lane.put()
    with session_scope(lane.sessions) as session:
        message_lane.put_off(session, lane.hold, NOW, LATER)
    assert lane.due() == []
    with session_scope(lane.sessions) as session:
        message_lane.free(session, lane.portal.id, lane.account.id, NOW)
    assert lane.due() == [message_id]
    with session_scope(lane.sessions) as session:
        assert message_lane.overdue(session, lane.hold, NOW) == []
        assert [row.id for row in message_lane.overdue(session, lane.hold, LATER)] == [message_id]


def test_a_gateway_that_is_back_is_not_asked_at_once_about_what_may_have_left_a_moment_ago(lane: Lane) -> None:
    """Not shown yet, it would be sent twice. What is only followed keeps its pace."""
    unclear, sent = lane.put("a", S.UNCERTAIN, next_try_at=LATER), lane.put("b", S.SENT, next_try_at=LATER)
    with session_scope(lane.sessions) as session:
        message_lane.free(session, lane.portal.id, lane.account.id, NOW, followed=False)
    assert [lane.kept(each).next_try_at for each in (unclear, sent)] == [NOW + SEEN_AFTER, LATER]


def test_a_code_goes_out_of_what_was_said(lane: Lane, neighbour: Portal) -> None:
    said = {**SAID, "body": "Заказ 7 ждёт. Код 00042."}
    with session_scope(lane.sessions) as session:
        account = session.get_one(Connection, lane.account.id)
        row = shipments.create(
            session, session.get_one(Portal, lane.portal.id), 7, 1, account.id, status="created", request={}, now=NOW
        )
        shipment_id = row.id
    mine, other = lane.put(shipment_id=shipment_id, said=said), lane.put("ship:2:ready", said=said)
    with session_scope(lane.sessions) as session:
        messages.without_code(session, neighbour.id, shipment_id, "00042")
        assert session.get_one(Message, mine).said == said
        messages.without_code(session, lane.portal.id, shipment_id, "00042")
    assert lane.kept(mine).said == {**said, "body": "Заказ 7 ждёт. Код •••."}
    assert lane.kept(other).said == said
    # Whatever moved the parcel on, a code that opens nothing any more is not kept.
    for status, age, gone in (("ready_for_pickup", 0, 0), ("ready_for_pickup", 2, 1), ("delivered", 0, 1)):
        with session_scope(lane.sessions) as session:
            row = session.get_one(Shipment, shipment_id)
            row.status, row.status_at, row.pickup_code = status, NOW - timedelta(days=age), "00042"
        with session_scope(lane.sessions) as session:
            assert shipments.forget_codes(session, NOW - timedelta(days=1)) == gone, status
            assert (session.get_one(Shipment, shipment_id).pickup_code is None) is bool(gone)


def test_a_callback_has_its_message_asked_about_at_once(lane: Lane, neighbour: Portal) -> None:
    message_id = lane.put(state=S.SENT, next_try_at=LATER, remote_id="r-9")
    number = str(lane.kept(message_id).number)

    def told(names: list[str], portal_id: int) -> set[str]:
        with session_scope(lane.sessions) as session:
            return look(session, portal_id, names)

    def look(session: Session, portal_id: int, names: list[str]) -> set[str]:
        return message_lane.look_now(session, portal_id, lane.account.id, names, NOW)

    assert told([number, "r-9"], neighbour.id) == set()
    assert told(["", "77", "x" * 99, "9" * 40], lane.portal.id) == set()
    assert lane.due() == []
    assert told([number, "r-9"], lane.portal.id) == {number, "r-9"}
    assert lane.due() == [message_id]


def test_words_of_long_ago_are_forgotten_however_many_they_are(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "FORGOTTEN", 2)
    ids = [lane.put(f"k{n}", S.SENT) for n in range(5)]
    fresh = lane.put("fresh", S.SENT, changed_at=NOW + messages.SAID_KEPT)
    retention.purge(lane.sessions, NOW + messages.SAID_KEPT + timedelta(days=1), retention.Keep())
    assert [lane.kept(each).said for each in ids] == [None] * 5
    assert lane.kept(fresh).said == SAID
