"""What a message to a client is decided by, as our store knows it: whether it is to be said at all, and when; and
whether one whose way was closed for a while is still to be said, and now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.messages import quiet, timely
from b24app.flows.messages.client import Ready, client_of
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, MessageRules, Plan
from b24app.flows.messages.zones import zone_of
from b24app.frames.formats import portal_zone
from b24app.logistics.status import Status
from b24app.store import deals, message_stops, messages, portals
from b24app.store.faces.messages import Subject, subject_of
from b24app.store.models import ConnectionState, DealState, Message, MessageState, Portal

#: By which ways a person's repeat goes where the portal's rules name none (any more).
_ANY = (Channel.SMS, Channel.EMAIL, Channel.CHAT, Channel.TRIGGER)
_SENDS = (ConnectionState.READY, ConnectionState.BROKEN)
#: What was decided so lately leaves as it was decided.
DECIDED = timedelta(minutes=10)


@dataclass(frozen=True)
class Case:
    """`why` = it is not to be said (a key of the `message.why.*` words). `due` = not before then: the client sleeps."""

    message: Message
    moment: Moment
    rules: MessageRules
    plan: Plan
    channels: tuple[Channel, ...]
    deal: DealState | None
    subject: Subject
    zone: ZoneInfo
    due: datetime
    why: str = ""

    @property
    def is_gone(self) -> bool:
        return self.deal is not None and self.deal.gone

    @property
    def asks(self) -> bool:
        """Whether the portal has to be asked for the deal's people."""
        if self.is_gone or not {Channel.EMAIL, Channel.CHAT, Channel.SMS}.intersection(self.channels):
            return False
        request = self.subject.request
        known = client_of(request.recipient if request else None, None)
        return self.channels[0] is not Channel.SMS or not known.mobile

    def ready(self, session: Session, portal: Portal, chats: bool) -> Ready:
        """`chats`: the portal granted what they take."""
        account = portals.connection(session, portal.id, self.rules.sms) if self.rules.sms else None
        there = self.message.deal_id > 0 and not self.is_gone
        someone = there and self.deal is not None and bool(self.deal.assigned_by)
        return Ready(
            sms=account is not None and account.state in _SENDS,
            email=someone,
            chat=someone and chats,
            trigger=there,
        )


def case_of(session: Session, portal: Portal, message: Message, now: datetime) -> Case | None:
    """None = there is nothing to decide about (any more)."""
    if message.state != MessageState.WAITING or message.lane_id is not None or not message.moment:
        return None
    return _look(session, portal, message, now)


@dataclass(frozen=True, slots=True)
class Held:
    """A message that may not leave now. `why` it is not to be said any more, else `due`: not before then."""

    why: str = ""
    due: datetime | None = None


def held(session: Session, portal: Portal, message: Message, now: datetime) -> Held | None:
    """Whether something keeps a message that nobody has sent yet, and that was decided about a while ago: its gateway
    or its portal was away since, and the world went on. None = it may leave. Of what the portal itself asked us to
    send only a wish for silence counts."""
    if now - message.changed_at < DECIDED:
        return None
    to = message_stops.normal(str((message.said or {}).get("to", "")))
    case = _look(session, portal, message, now) if message.moment else None
    request = case.subject.request if case is not None else None
    client = client_of(request.recipient if request else None, None)
    if message_stops.is_stopped(session, portal.id, to, *client.addresses):
        return Held("stopped")
    if case is None:
        return None
    return Held(case.why, case.due) if case.why or case.due > now else None


def _look(session: Session, portal: Portal, message: Message, now: datetime) -> Case:
    moment, rules = Moment(message.moment), MessageRules.of(portal.settings or {})
    deal = deals.states(session, portal.id, [message.deal_id]).get(message.deal_id)
    plan = rules.plan(deal.category if deal is not None else None, moment)
    by_person = ":again" in message.key
    channels = _again(session, portal, message, plan) if by_person else plan.channels
    subject = subject_of(session, portal.id, message.deal_id, message.shipment_id, message.return_id)
    known = subject or Subject()
    zone = _zone(portal, known)
    due = quiet.may_leave(now, zone, rules.quiet_from, rules.quiet_to)
    case = Case(message, moment, rules, plan, tuple(channels), deal, known, zone, due)
    why = _against(session, portal, case, now, by_person=by_person) if subject is not None else "gone"
    return Case(**{**vars(case), "why": why})


def _against(session: Session, portal: Portal, case: Case, now: datetime, *, by_person: bool) -> str:
    if not by_person and not case.plan.on:
        return "off"
    kept, row = case.subject.kept, case.subject.shipment
    if case.moment.of_return:
        return "overtaken" if kept is None or timely.overtaken_return(case.moment, kept.case.stage) else ""
    if row is None:
        return "gone"
    status, noted = Status(row.status), case.message.created_at
    if timely.overtaken(case.moment, status, now, case.zone, noted, row.keep_until):
        return "overtaken"
    return "overtaken" if not by_person and _newer(session, portal, case.message) else ""


def _newer(session: Session, portal: Portal, message: Message) -> bool:
    """Of several steps that wait at the same time the client hears the last one."""
    later = select(Message.id).where(
        Message.portal_id == portal.id,
        Message.shipment_id == message.shipment_id,
        Message.state == MessageState.WAITING,
        Message.source == "status",
        Message.id > message.id,
    )
    return message.source == "status" and session.scalar(later.limit(1)) is not None


def _again(session: Session, portal: Portal, message: Message, plan: Plan) -> tuple[Channel, ...]:
    """First the way that it went before."""
    first = messages.by_key(session, portal.id, message.key.partition(":again")[0])
    went = (Channel(first.channel),) if first is not None and first.channel else ()
    return tuple(dict.fromkeys((*went, *(plan.channels or _ANY))))


def _zone(portal: Portal, subject: Subject) -> ZoneInfo:
    request = subject.request
    phone = request.recipient.phone if request is not None else None
    other = portal_zone(portal.language).key
    return zone_of(phone, subject.regions, subject.towns, subject.country, other)
