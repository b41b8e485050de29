"""What an administrator does with accounts: save and test, pause with a reason, go on, remove. Checked here, whatever
the browser checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.frames.session import PageSession
from b24app.store import (
    accounts,
    inbox,
    lanes,
    message_lane,
    origins,
    part_looks,
    portal_settings,
    portals,
    sms_sender,
)
from b24app.store.audit import Act, compared
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, ConnectionState
from b24app.systems.plugin import Manifest
from b24app.wire.guard import Guard
from b24app.wire.trace import new_trace_id
from placements.app import audited
from placements.app import connections_fields as fields
from placements.app.connections_lists import ASKED
from placements.app.saving import Saved, audit

#: Row of a connection's lane: run the system's own test, keep its report (`portal_settings.save_test_report`).
TEST = "test"
LONGEST_REASON = 200


def save_account(
    session: Session,
    who: PageSession,
    manifest: Manifest,
    account_id: int,
    form: Mapping[str, str],
    now: datetime,
    trace_id: str,
    guard: Guard,
) -> Saved:
    """Stores a connection and asks for its test. An empty secret keeps the stored one; `guard` judges addresses."""
    row = portals.connection(session, who.portal_id, account_id) if account_id else None
    lists = connection_lists(session, who.portal_id, row)
    read = fields.read(manifest, form, fields.Around(guard, now, row.settings if row else None, lists))
    settings, errors = read.settings, read.errors
    if account_id and (row is None or row.system != manifest.code):
        row, errors["title"] = None, "gone"
    if form.get("mode") not in manifest.base_urls:
        errors["mode"] = "choose"
    origin = _origin(session, who, form, errors)
    if errors:
        return Saved(row, errors, details=read.details)
    title = form.get("title", "").strip()[:120] or manifest.title["en"]
    places = origins.of_portal(session, who.portal_id)
    act, before = Act.CONNECTION if row else Act.CONNECTION_ADDED, audited.account(row, places)
    if row is None:
        row = portals.add_connection(session, who.portal_id, manifest.code, title, form["mode"], settings, now)
    row.title, row.mode, row.settings = title, form["mode"], settings
    if "origin_id" in form:
        row.origin_id = origin
    if row.state != ConnectionState.PAUSED:  # a pause is ended by a person alone
        row.state, row.pause_reason, row.refused_at = ConnectionState.UNTESTED, "", None
    written = [
        each.name for each in manifest.settings_form if each.kind == "secret" and form.get(each.name, "").strip()
    ]
    portal_settings.note_secrets(session, who.portal_id, row.id, written, who.name, now)
    changes = compared(before, audited.account(row, places), audited.account_hidden(manifest))
    audit(session, who, act, now, _of(row), changes=changes)
    return Saved(row, {}, ask_test(session, row, now, trace_id))


def save_profile(
    session: Session,
    who: PageSession,
    manifest: Manifest,
    row: Connection,
    name: str,
    text: str,
    now: datetime,
    trace_id: str,
) -> LaneRef:
    """Stores one setting that has an editor of its own ("" = its default holds), and asks for a test."""
    places = origins.of_portal(session, who.portal_id)
    before = audited.account(row, places)
    row.settings = {**row.settings, name: text}
    if row.state != ConnectionState.PAUSED:
        row.state, row.pause_reason, row.refused_at = ConnectionState.UNTESTED, "", None
    changes = compared(before, audited.account(row, places), audited.account_hidden(manifest))
    audit(session, who, Act.CONNECTION, now, _of(row), changes=changes)
    return ask_test(session, row, now, trace_id)


def connection_lists(session: Session, portal_id: int, row: Connection | None) -> Mapping[str, Any]:
    """What the system of an account told of its lists; see `connections_lists`."""
    if row is None:
        return {}
    found: Mapping[str, Any] = portals.get(session, portal_id).settings.get("lists", {}).get(str(row.id), {})
    return found


def _origin(session: Session, who: PageSession, form: Mapping[str, str], errors: dict[str, str]) -> int | None:
    """The account's own place among the portal's; empty = the default one."""
    chosen = form.get("origin_id", "")
    if not chosen:
        return None
    place = origins.get(session, who.portal_id, int(chosen)) if chosen.isdigit() else None
    if place is None:
        errors["origin_id"] = "choose"
        return None
    return place.id


def _of(row: Connection) -> dict[str, Any]:
    return {"connection": row.id, "title": row.title, "system": row.system}


def ask_test(session: Session, row: Connection, now: datetime, trace_id: str) -> LaneRef:
    lane = lanes.connection_lane(session, row.id)
    inbox.append(session, lane.id, TEST, str(row.id), {}, now=now, trace_id=trace_id, people=True)
    return lane


def test(session: Session, who: PageSession, row: Connection, now: datetime, trace_id: str) -> LaneRef:
    """A test without any change."""
    audit(session, who, Act.CONNECTION_TEST, now, _of(row))
    return ask_test(session, row, now, trace_id)


def ask_lists(session: Session, row: Connection, now: datetime, trace_id: str) -> LaneRef:
    """The lists of the system anew."""
    lane = lanes.connection_lane(session, row.id)
    inbox.append(session, lane.id, ASKED, str(row.id), {}, now=now, trace_id=trace_id, people=True)
    return lane


def pause(session: Session, who: PageSession, row: Connection, reason: str, now: datetime) -> LaneRef:
    """A pause keeps everything queued; going on needs no new test."""
    if accounts.pause(row, who.name, reason, now):
        audit(session, who, Act.PAUSE, now, {**_of(row), "reason": reason})
    return lanes.connection_lane(session, row.id)


def resume(session: Session, who: PageSession, row: Connection, now: datetime) -> LaneRef:
    if accounts.resume(row):
        message_lane.free(session, who.portal_id, row.id, now)
        audit(session, who, Act.RESUME, now, _of(row))
    return lanes.connection_lane(session, row.id)


def remove(session: Session, who: PageSession, row: Connection, now: datetime) -> int:
    """The number of deliveries that keep it from going; 0 = it is gone."""
    live = accounts.live_shipments(session, who.portal_id, row.id)
    if not live:
        audit(session, who, Act.CONNECTION_REMOVED, now, _of(row))
        accounts.remove(session, who.portal_id, row, now)
        if sms_sender.Kept.of(portals.get(session, who.portal_id).settings or {}).registered:
            part_looks.look_again(session, who.portal_id, sms_sender.STEP, now, new_trace_id())
    return live
