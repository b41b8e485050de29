"""SMS that a portal's automation, or a person in one of its cards, asked us to send: each becomes a message once, and
goes into the lane of the gateway's account. No call of the portal.

The portal decided when and what: neither our rules nor quiet hours hold for it. Who wants to hear nothing hears nothing
all the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.bitrix24.sms import SmsRequest
from b24app.flows.messages.rules import Channel
from b24app.lanes.slices import Slice
from b24app.runners.services import Services
from b24app.store import inbox, message_lane, message_news, message_stops, portals, sms_sender, sms_status
from b24app.store.crypto import unseal
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import Message, MessageState, Portal
from b24app.store.sql import chunks

PORT = "Messages"
#: A mailing of the portal's comes as hundreds at once; a transaction must stay short.
AT_ONCE = 20


def serving(services: Services) -> Callable[[Slice, Sequence[Claimed]], None]:
    """A chore for rows of kind `sms`."""
    systems = [code for code, plugin in services.plugins.items() if PORT in plugin.manifest.ports]

    def serve(slice_: Slice, rows: Sequence[Claimed]) -> None:
        now, engine = services.clock.now(), slice_.sessions.kw["bind"]
        asked = [(row, SmsRequest.from_json(json.loads(unseal(engine, row.payload["sealed"])))) for row in rows]
        wake: set[LaneRef] = set()
        for some in chunks(asked, AT_ONCE):
            with session_scope(slice_.sessions) as session:
                slice_.check(session)
                portal = portals.get(session, slice_.portal_id)
                for row, each in some:
                    wake |= take(session, portal, each, systems, now, row.trace_id)
                inbox.close(session, slice_, [row_id for row, _ in some for row_id in row.ids], now)
        for lane in wake:
            services.waker.wake(lane)

    return serve


def take(
    session: Session, portal: Portal, asked: SmsRequest, systems: Sequence[str], now: datetime, trace_id: str
) -> set[LaneRef]:
    """One request; what was asked before is left alone. The lanes to wake after the commit."""
    key = sms_status.key_of(asked.message)
    if session.scalar(select(Message.id).where(Message.portal_id == portal.id, Message.key == key)) is not None:
        return set()
    phone = message_stops.normal(asked.to)
    message = Message(
        portal_id=portal.id, deal_id=asked.deal, key=key, source=sms_status.PORTAL, channel=Channel.SMS,
        lang=portal.language[:2], said={"to": phone or asked.to, "subject": "", "body": asked.text},
        state=MessageState.WAITING, created_at=now, changed_at=now, trace_id=trace_id,
    )  # fmt: skip
    session.add(message)
    session.flush()
    if why := _against(session, portal.id, phone, asked.text):
        state, reason = why
        return _over(session, message, state, reason, now)
    account = sms_sender.chosen(session, portal.id, portal.settings or {}, systems)
    if account is None:
        return _over(session, message, MessageState.FAILED, "account_stopped", now)
    lane = message_lane.hand_over(session, message, account, dict(message.said), now, trace_id)
    told = sms_status.tell(session, message, None, now)
    return {lane, *([told] if told is not None else [])}


def _against(session: Session, portal_id: int, phone: str, text: str) -> tuple[MessageState, str] | None:
    if not phone or "@" in phone:
        return MessageState.FAILED, "sms_phone"
    if not text:
        return MessageState.FAILED, "sms_text"
    if message_stops.is_stopped(session, portal_id, phone):
        return MessageState.DROPPED, "stopped"
    return None


def _over(session: Session, message: Message, state: MessageState, why: str, now: datetime) -> set[LaneRef]:
    lanes = {message_news.became(session, message, state, now=now, why=why)}
    lanes.add(sms_status.tell(session, message, None, now))
    return {lane for lane in lanes if lane is not None}
