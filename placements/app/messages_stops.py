"""Who wants to hear nothing: seen masked, stopped and allowed again by hand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.flows.messages.masks import masked
from b24app.frames.errors import ErrorCode, PageError
from b24app.store import message_stops
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from placements.app.desk import Desk
from placements.app.messages_room import Room
from placements.app.messages_view import StopRow
from placements.app.saving import audit

BOX = "parts/app_messages_stops.html"
PAGE = 20
_LONGEST = 254


def context(
    room: Room, *, typed: str = "", wrong: str = "", said: str = "", before: int | None = None
) -> dict[str, Any]:
    """`wrong`, `said`: keys of the `messages.stops.*` words."""

    def read(session: Session) -> tuple[list[message_stops.Stop], int]:
        mine = room.who.portal_id
        return message_stops.listed(session, mine, PAGE + 1, before), message_stops.count(session, mine)

    found, total = room.desk.read(read)
    fmt = room.formats
    return {
        "stops": [StopRow(row.id, masked(row.address), fmt.moment(row.at), row.name) for row in found[:PAGE]],
        "stops_total": total,
        "stops_more": found[PAGE - 1].id if len(found) > PAGE else 0,
        "stop_typed": typed,
        "stop_wrong": wrong,
        "stop_said": said,
    }


def routes(bp: Blueprint, desk: Desk) -> None:
    def message_stopped() -> Response:
        room = Room.of(desk)
        typed = request.form.get("who", "").strip()[:_LONGEST]
        address = message_stops.normal(typed)
        if not address:
            return desk.fragment(room.who, BOX, **context(room, typed=typed, wrong="wrong"))
        now = desk.parts.clock.now()
        with session_scope(desk.parts.sessions) as session:
            by, name = room.who.user_id, room.who.name
            new = message_stops.stop(session, room.who.portal_id, address, now=now, by=by, name=name)
            if new:
                # Whose it is stays out of the audit: a masked one is enough to know which row it was.
                audit(session, room.who, Act.MESSAGE_STOP, now, {"title": masked(address)})
        return desk.fragment(room.who, BOX, **context(room, said="done" if new else "known"))

    def message_allowed(stop_id: int) -> Response:
        """They may be told again. Raises PageError for one that is gone."""
        room = Room.of(desk)
        with session_scope(desk.parts.sessions) as session:
            row = message_stops.one(session, room.who.portal_id, stop_id)
            if row is None:
                raise PageError(ErrorCode.OUT_OF_DATE)
            message_stops.allow(session, room.who.portal_id, row.address)
            now = desk.parts.clock.now()
            audit(session, room.who, Act.MESSAGE_ALLOW, now, {"title": masked(row.address)})
        return desk.fragment(room.who, BOX, **context(room, said="allowed"))

    def message_stops_older() -> Response:
        """Those before the row `before`."""
        room = Room.of(desk)
        before = request.args.get("before", "")
        return desk.fragment(room.who, BOX, **context(room, before=int(before) if before.isdigit() else None))

    bp.post("/app/messages/stops")(message_stopped)
    bp.get("/app/messages/stops")(message_stops_older)
    bp.post("/app/messages/stops/<int:stop_id>/off")(message_allowed)
