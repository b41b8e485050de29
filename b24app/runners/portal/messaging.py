"""Decides about what clients are told (`store.messages`): whether, when, by what, in which words. One message a
transaction: the decision, what carries it and the end of the row are saved together, or not at all.

The portal is asked once for many: for the people of deals, and for their chats where one is to be used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.bitrix24.features import Feature, has
from b24app.flows.messages.client import Client, choose, client_of
from b24app.flows.messages.rules import Channel
from b24app.runners.messaging_case import Case, case_of
from b24app.runners.portal import messaging_reading as reading
from b24app.runners.portal import messaging_words as wording
from b24app.runners.portal.context import Run
from b24app.runners.portal.messaging_carriers import CARRIERS
from b24app.store import inbox, message_news, message_stops, messages, portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import InboxKind, Message, MessageState

#: Messages that are looked at in one go: their deals are one reading.
AT_ONCE = 40
S = MessageState


def do(run: Run) -> bool:
    """Decide about messages that are due; False when there are none. Raises what reading the portal raises."""
    now = run.services.clock.now()
    with read_scope(run.services.sessions) as session:
        rows = run.slice.claim_inbox(session, (InboxKind.MESSAGE,), AT_ONCE)
        if not rows:
            return False
        run.portal = portals.get(session, run.portal.id)  # whoever set other rules a moment ago is heard
        cases = {row.key: _case(session, run, row, now) for row in rows}
    clients = reading.clients(run, [case for case in cases.values() if case is not None and _goes(case, now)])
    for row in sorted(rows, key=lambda each: not each.people):
        if run.slice.time_left() <= 0 or run.gives_way():
            return True
        for lane in _serve(run, row, clients):
            run.services.waker.wake(lane)
    return True


def _case(session: Session, run: Run, row: Claimed, now: datetime) -> Case | None:
    message = messages.get(session, run.portal.id, int(row.key)) if row.key.isdigit() else None
    return case_of(session, run.portal, message, now) if message is not None else None


def _goes(case: Case, now: datetime) -> bool:
    return not case.why and case.due <= now


def _serve(run: Run, row: Claimed, clients: Mapping[int, Client]) -> set[LaneRef]:
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        case = _case(session, run, row, now)
        if case is not None and not case.why and case.due > now:
            case.message.why, case.message.next_try_at, case.message.changed_at = "quiet", case.due, now
            inbox.defer(session, run.slice, row.ids, case.due)
            return set()
        wake = _decided(run, session, case, clients, now) if case is not None else set()
        inbox.close(session, run.slice, row.ids, now)
    return wake


def _decided(run: Run, session: Session, case: Case, clients: Mapping[int, Client], now: datetime) -> set[LaneRef]:
    message, portal = case.message, run.portal
    if case.why:
        return _ended(session, message, S.DROPPED, case.why, now)
    request = case.subject.request
    client = clients.get(message.id) or client_of(request.recipient if request else None, None)
    if message_stops.is_stopped(session, portal.id, *client.addresses):
        return _ended(session, message, S.DROPPED, "stopped", now)
    ready = case.ready(session, portal, has(Feature.CHATS, portal.scopes))
    channel = choose(case.channels, client, ready)
    if channel is None:
        return _ended(session, message, S.FAILED, message_news.UNREACHABLE, now)
    return _goes_by(run, session, case, client, channel, now)


def _ended(session: Session, message: Message, state: MessageState, why: str, now: datetime) -> set[LaneRef]:
    lane = message_news.became(session, message, state, now=now, why=why)
    return {lane} if lane is not None else set()


def _goes_by(run: Run, session: Session, case: Case, client: Client, channel: Channel, now: datetime) -> set[LaneRef]:
    """The message is handed to whoever carries it."""
    said, lang = wording.said(run, session, case, client, channel, now)
    case.message.channel, case.message.lang = channel, lang
    return {CARRIERS[channel](session, case, said, now)}
