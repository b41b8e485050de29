"""A transport document of a base without our extension (1c.md §2.2, §5): its row -> our state. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, tzinfo

from b24app.logistics.feed import FeedPage
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of, fingerprint_of_name
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.one_c_odata import Row
from b24app.systems.kit.statuses import status_named
from b24app.systems.kit.units import grams_of, moment_of
from b24app.systems.one_c_tms.fields import Fields
from b24app.systems.one_c_tms.vocabulary import PROPOSED

#: Of a delivery the last stop is the client's; `stops.…` is a column of a tabular section of stops.
NAME, PHONE = (tuple(f"stops{at}.contact.{what}" for at in ("[1]", "[-1]", "")) for what in ("name", "phone"))
BOXES, TOTAL = "cargo.packages.weightKg", "cargo.weightKg"
#: The event of a document that was marked for deletion.
MARKED = "DeletionMark"


def status_of(raw: str, mapping: Mapping[str, str]) -> Status:
    """By the admin's map, else by the words that we know; else unknown."""
    return status_named(mapping.get(raw) or PROPOSED.get(raw.casefold(), ""))


def parse_task(
    row: Row, fields: Fields, names: Mapping[str, str], mapping: Mapping[str, str], zone: tzinfo
) -> OrderState:
    """`names`: `number`, `status`, `status_at` -> the base's attribute. A base has no history: the status of now stands
    at its own moment, or at the document's where none is kept."""
    made = moment_of(row.get("Date"), zone) or datetime.fromtimestamp(0, zone)
    raw, marked = str(row.get(names["status"]) or ""), row.get("DeletionMark") is True
    at = moment_of(row.get(names.get("status_at", "")), zone) or made
    events = [TrackingEvent("created", "", Status.CREATED, made)]
    status = Status.CANCELLED if marked else status_of(raw, mapping)
    if status is not Status.CREATED:
        code = MARKED if marked else raw or "?"
        incident = Incident.LOST if status is Status.LOST else None
        events.append(TrackingEvent(code, code, status, max(at, made), incident=incident))
    number = str(row.get("Number") or "")
    prints, step = _fingerprint(row, fields)
    return OrderState(
        remote_id=str(row.get("Ref_Key") or ""),
        number=str(row.get(names["number"]) or ""),
        decision=Decision.ACCEPTED,
        order_number=number,
        tracking_number=number,
        events=tuple(events),
        fingerprint=prints,
        total_step_g=step,
        cancel=Decision.ACCEPTED if marked else None,
    )


def _fingerprint(row: Row, fields: Fields) -> tuple[str, int]:
    """(of what the base keeps of client and boxes, the step of the total weight): the whole when name, phone and
    weights are mapped, else of the name."""
    name, phone = (_last(row, fields, paths) for paths in (NAME, PHONE))
    if not name:
        return "", 0
    for path, step in ((BOXES, 0), (TOTAL, 1)):
        weights = [grams_of(value) for value in fields.values(row, path)]
        known = [weight for weight in weights if weight is not None]
        if phone and known and len(known) == len(weights):
            return fingerprint_of(name, phone, known), step
    return fingerprint_of_name(name), 0


def _last(row: Row, fields: Fields, paths: tuple[str, ...]) -> str:
    found = next(filter(None, (fields.values(row, path) for path in paths)), [])
    return str(found[-1] or "") if found else ""


def parse_statuses(rows: list[Row], status: str, cursor: str) -> FeedPage:
    """Documents under way, as they are now: those whose status differs from the one in the cursor are read again."""
    before = _seen(cursor)
    now = {
        str(row["Ref_Key"]): MARKED if row.get("DeletionMark") is True else str(row.get(status) or "")
        for row in rows
        if row.get("Ref_Key")
    }
    changed = tuple(key for key, raw in now.items() if before.get(key) != raw)
    following = json.dumps(now, ensure_ascii=False, separators=(",", ":"))
    return FeedPage(read_again=changed, cursor=following, skipped=len(rows) - len(now))


def _seen(cursor: str) -> Mapping[str, str]:
    try:
        found = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
