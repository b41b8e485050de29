"""What a real deal's client would be told: every way with its text, to whom, when, and why not. Nothing is sent. The
deal is read with the person's own key: nobody sees here what they may not see in the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.bitrix24.names import FieldNames
from b24app.flows.messages import quiet, segments
from b24app.flows.messages.client import Client, Ready, choose, client_of, language
from b24app.flows.messages.compose import compose
from b24app.flows.messages.defaults import words_of
from b24app.flows.messages.masks import masked
from b24app.flows.messages.moments import Moment, of_status
from b24app.flows.messages.rules import Channel, Plan
from b24app.flows.messages.zones import zone_of
from b24app.flows.snapshot import DealSnapshot
from b24app.frames.client_links import ClientLinks
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats, portal_zone
from b24app.logistics.status import Status
from b24app.store import deals, message_stops, portals, public_ids, returns
from b24app.store.engine import session_scope
from b24app.store.faces.messages import Subject, facts_of, subject_of
from b24app.store.messages import HIDDEN
from b24app.store.models import Portal, Shipment
from b24app.words import language_of
from placements.app import messages_rules as rules_of
from placements.app.desk import Desk
from placements.app.messages_room import Room
from placements.app.messages_view import clock_words
from placements.person import own_client, read_deal

BOX = "parts/app_messages_try.html"
#: Deals to choose from: those whose parcels moved last.
NEWEST = 8
_LONGEST_ID = 12


@dataclass(frozen=True, slots=True)
class Offered:
    """A deal to try on."""

    deal_id: int
    title: str
    number: str
    tone: str


@dataclass(frozen=True, slots=True)
class TriedWay:
    """`goes`: this one is taken. `why` is a key of the `messages.try.why.*` words, "" = the client is reached so."""

    channel: str
    goes: bool
    why: str = ""
    to: str = ""
    subject: str = ""
    body: str = ""
    parts: int = 0
    own: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """`why` is why nothing would be sent at all ("" = it would), a key of the `messages.try.why.*` words. `when` by the
    client's clock, `clock` names it."""

    deal_id: int
    title: str
    pipeline: str
    moment: str
    lang: str
    when: str
    clock: str
    why: str
    ways: tuple[TriedWay, ...]


def context(
    room: Room, *, typed: str = "", wrong: str = "", tried: Tried | None = None, moment: Moment | None = None
) -> dict[str, Any]:
    """The newest deals are offered to administrators: others may not see all of them. `moment` None = where the
    parcel is."""
    newest = room.desk.read(lambda session: _newest(session, room.who.portal_id)) if room.who.admin else []
    return {
        "try_deals": [
            Offered(row.deal_id, title, row.tracking_number or row.order_number or row.number, str(row.status))
            for row, title in newest
        ],
        "try_moments": [each.value for each in Moment],
        "try_moment": moment.value if moment else "",
        "try_typed": typed,
        "try_wrong": wrong,
        "tried": tried,
    }


def _newest(session: Session, portal_id: int) -> list[tuple[Shipment, str]]:
    """One a deal, with the deal's name."""
    mine = select(Shipment).where(Shipment.portal_id == portal_id).order_by(Shipment.id.desc()).limit(NEWEST * 4)
    rows = {row.deal_id: row for row in reversed(session.scalars(mine).all())}
    newest = sorted(rows.values(), key=lambda row: -row.id)[:NEWEST]
    known = deals.states(session, portal_id, [row.deal_id for row in newest])
    return [(row, known[row.deal_id].title if row.deal_id in known else "") for row in newest]


def routes(bp: Blueprint, desk: Desk) -> None:
    def message_try() -> Response:
        """`deal`, `moment` ("" = where its parcel is), and `AUTH_ID`, a fresh key of the person."""
        room = Room.of(desk)
        typed = request.form.get("deal", "").strip()[:40]
        if not typed.isdigit() or not 0 < len(typed) <= _LONGEST_ID or not int(typed):
            return desk.fragment(room.who, BOX, **context(room, typed=typed, wrong="deal"))
        asked = request.form.get("moment", "")
        moment = room.moment(asked) if asked else None
        key = request.form.get("AUTH_ID", "")
        if not key:
            raise PageError(ErrorCode.BAD_INPUT, "no key of the person", "deal")
        portal = desk.read(lambda session: portals.get(session, room.who.portal_id))
        deal = read_deal(own_client(desk.parts, portal, room.who, key), int(typed), FieldNames({}), portal.scopes).deal
        with session_scope(desk.parts.sessions) as session:
            public_ids.of_portal(session, room.who.portal_id)  # links need it; made when it is first asked for
            found = tried_of(session, room, portals.get(session, room.who.portal_id), deal, moment)
        tried, wrong = (None, found) if isinstance(found, str) else (found, "")
        shown = context(room, typed=typed, wrong=wrong, tried=tried, moment=moment)
        return desk.fragment(room.who, BOX, **shown)

    bp.post("/app/messages/try")(message_try)


def tried_of(session: Session, room: Room, portal: Portal, deal: DealSnapshot, moment: Moment | None) -> Tried | str:
    """Or what the deal lacks for it, a key of the `messages.try.wrong.*` words. Of its returns the newest."""
    is_return = moment is not None and moment.of_return
    backs = returns.of_deals(session, portal.id, [deal.deal_id])[deal.deal_id] if is_return else []
    if is_return and not backs:
        return "no_return"
    subject = subject_of(session, portal.id, deal.deal_id, None, backs[-1].id if backs else None)
    if subject is None or subject.shipment is None:
        return "no_parcel"
    at = moment or of_status(Status(subject.shipment.status)) or Moment.NUMBER
    own = room.rules.plan(deal.category, at)
    kept = rules_of.plan(room.rules, _scope(room, deal.category), at)
    client = client_of(subject.request.recipient if subject.request else None, deal, subject.country)
    now, zone = room.desk.parts.clock.now(), _zone(portal, subject)
    due = quiet.may_leave(now, zone, room.rules.quiet_from, room.rules.quiet_to)
    stopped = message_stops.is_stopped(session, portal.id, *client.addresses)
    clock = Formats(room.formats.words, zone, now)
    ways = _ways(session, room, portal, subject, client, at, kept, now, zone)
    lang = language(language_of(portal.language), client, kept, Channel.SMS)
    return Tried(
        deal.deal_id,
        deal.title,
        _pipeline(room, deal.category),
        at.value,
        lang,
        clock_words(due, now, clock),
        _hour(now, zone, clock),
        _why_not(own, kept, stopped=stopped, reached=any(each.goes for each in ways)),
        ways,
    )


def _scope(room: Room, category: int) -> str:
    return str(category) if str(category) in room.rules.plans else ""


def _pipeline(room: Room, category: int) -> str:
    return next((str(each["name"]) for each in room.pipelines if each["id"] == category), str(category))


def _hour(now: datetime, zone: ZoneInfo, clock: Formats) -> str:
    """The client's clock now, with how far it is from Greenwich: `16:45 (UTC+5)`."""
    apart = (zone.utcoffset(now.astimezone(zone)) or timedelta()) / timedelta(hours=1)
    return clock.words("messages.try.clock", time=clock.time(now), zone=f"UTC{apart:+g}")


def _why_not(own: Plan, kept: Plan, *, stopped: bool, reached: bool) -> str:
    if stopped:
        return "stopped"
    if not reached:
        return "unreachable"
    if not kept.on:
        return "moment_off"
    return "" if own.on else "all_off"


def _zone(portal: Portal, subject: Subject) -> ZoneInfo:
    phone = subject.request.recipient.phone if subject.request else None
    return zone_of(phone, subject.regions, subject.towns, subject.country, portal_zone(portal.language).key)


def _ways(
    session: Session,
    room: Room,
    portal: Portal,
    subject: Subject,
    client: Client,
    moment: Moment,
    own: Plan,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[TriedWay, ...]:
    """In the order in which they are tried; of a moment without any all are shown."""
    parts, ground = room.desk.parts, room.ground
    works = {number for number, _, good in ground.accounts if good}
    ready = Ready(sms=room.rules.sms in works, email=True, chat=ground.chats, trigger=True)
    taken = choose(own.channels, client, ready)
    links = ClientLinks(parts.public_url, portal.public_id or "", portal.id, parts.signer.secrets)
    found: list[TriedWay] = []
    for channel in own.channels or tuple(Channel):
        lang = language(language_of(portal.language), client, own, channel)
        facts = facts_of(session, portal, moment, subject, lang, links, parts.carrier)
        # Whoever tries is not the client: that a code is said shows, which one does not.
        facts = replace(facts, code=HIDDEN if facts.code else "")
        to = {Channel.SMS: client.mobile, Channel.EMAIL: client.boxes[0].address if client.boxes else ""}
        said = compose(words_of(own, moment, lang, channel), facts, lang, now, zone, to.get(channel, ""))
        found.append(
            TriedWay(
                channel.value,
                goes=channel is taken,
                why=_why(channel, client, ready, room),
                to=masked(said.to),
                subject=said.subject,
                body=said.body,
                parts=segments.count(said.body).parts if channel is Channel.SMS else 0,
                own=own.text(lang, channel) is not None,
            )
        )
    return tuple(found)


def _why(channel: Channel, client: Client, ready: Ready, room: Room) -> str:
    reasons: Mapping[Channel, Sequence[tuple[bool, str]]] = {
        Channel.SMS: ((ready.sms, "no_account"), (bool(client.mobile), "no_mobile")),
        Channel.EMAIL: ((bool(client.boxes), "no_email"),),
        Channel.CHAT: ((ready.chat, "no_chats"), (client.chat is not None, "chat_later")),
        Channel.TRIGGER: ((room.ground.triggers, "no_trigger"),),
    }
    return next((why for good, why in reasons[channel] if not good), "")
