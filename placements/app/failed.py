"""The dead-letter desk of the health page: try again, give up with a reason, see what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.store import desk as decisions
from b24app.store import portal_settings
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.faces import failed
from b24app.store.faces.failed import RowKey
from b24app.wire.mask import mask_text, veiled
from placements.app import saving
from placements.app.desk import Desk
from placements.app.failed_view import code_of

KINDS = frozenset({"inbox", "intent", "outbox"})
LONGEST_REASON = 300
ALARMS_OFF = "alarms_off"
Redraw = Callable[[PageSession], Response]


def routes(bp: Blueprint, desk: Desk, redraw: Redraw) -> None:
    def retry_failed() -> Response:
        """One row (`row`) or all of a cause (`group`) are tried again now."""
        who = desk.who()
        _retry(desk, who, _chosen(desk, who))
        return redraw(who)

    def give_up_failed() -> Response:
        """Dead rows are not to be done, for a reason that the audit keeps. Without one nothing happens."""
        who, reason = desk.who(), request.form.get("reason", "").strip()[:LONGEST_REASON]
        if not reason:
            raise PageError(ErrorCode.BAD_INPUT, "no reason", "reason")
        _give_up(desk, who, _chosen(desk, who), reason)
        return redraw(who)

    def failed_sent(kind: str, row_id: int) -> Response:
        """What a row carries, masked."""
        who = desk.who()
        found = desk.read(lambda session: failed.sent(session, who.portal_id, _key(kind, row_id)))
        if found is None:
            raise PageError(ErrorCode.OUT_OF_DATE)
        return desk.fragment(
            who,
            "parts/app_sent.html",
            call=found.call,
            lines=veiled(found.payload),
            why=mask_text(found.call.why if found.call else ""),
        )

    def admin_notices() -> Response:
        """Switch the notices to administrators on or off."""
        who, off = desk.who(), not request.form.get("on")
        with session_scope(desk.parts.sessions) as session:
            portal_settings.merge(session, who.portal_id, **{ALARMS_OFF: off})
            saving.audit(session, who, Act.ALARMS_OFF if off else Act.ALARMS_ON, desk.parts.clock.now())
        return redraw(who)

    bp.post("/app/failed/retry")(retry_failed)
    bp.post("/app/failed/give-up")(give_up_failed)
    bp.get("/app/failed/<kind>/<int:row_id>/sent")(failed_sent)
    bp.post("/app/alarms")(admin_notices)


def _key(kind: str, row_id: int) -> RowKey:
    if kind not in KINDS:
        raise PageError(ErrorCode.BAD_INPUT, f"unknown kind {kind}")
    return RowKey(kind, row_id)


def _chosen(desk: Desk, who: PageSession) -> list[RowKey]:
    """The rows that a form means: those of a group are looked up again, a browser's list of ids is not believed."""
    named = request.form.get("row", "")
    if named:
        kind, _, row_id = named.partition(":")
        if not row_id.isdigit():
            raise PageError(ErrorCode.BAD_INPUT, f"row is {named!r}", "row")
        return [_key(kind, int(row_id))]
    group = request.form.get("group", "")
    rows = desk.read(lambda session: failed.failed(session, who.portal_id))
    # The oldest first: per deal what was first in is first out.
    return [row.key for row in sorted(rows, key=lambda row: row.id) if code_of(row) == group]


def _retry(desk: Desk, who: PageSession, keys: list[RowKey]) -> None:
    now = desk.parts.clock.now()
    lanes = set()
    with session_scope(desk.parts.sessions) as session:
        for key in keys:
            row = failed.find(session, who.portal_id, key)
            lane = decisions.retry(session, who.portal_id, key, now)
            if row is not None and lane is not None:
                lanes.add(lane)
                deal_id = failed.deal_of(session, row) or None
                saving.audit(session, who, Act.DESK_RETRY, now, _of(key), deal_id=deal_id)
    for lane in sorted(lanes):
        desk.wake(lane)


def _give_up(desk: Desk, who: PageSession, keys: list[RowKey], reason: str) -> None:
    now = desk.parts.clock.now()
    with session_scope(desk.parts.sessions) as session:
        for key in keys:
            deal_id = decisions.give_up(session, who.portal_id, key, now)
            if deal_id is not None:
                detail = {**_of(key), "reason": reason}
                saving.audit(session, who, Act.GIVE_UP, now, detail, deal_id=deal_id or None)


def _of(key: RowKey) -> dict[str, Any]:
    return {"kind": key.kind, "id": key.id}
