"""What an administrator saves on the app's page. Checked here, whatever the browser checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.frames.session import PageSession
from b24app.store import audit as audit_store
from b24app.store import inbox, lanes, portals
from b24app.store.audit import Act, Change
from b24app.store.lanes import LaneRef
from b24app.store.models import InboxKind


@dataclass(frozen=True, slots=True)
class Saved:
    """`errors`: field -> key of the `form.*` words, `details`: field -> what these words name; no errors = stored.
    `wake` is to be woken after the commit."""

    row: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    wake: LaneRef | None = None
    details: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def audit(
    session: Session,
    who: PageSession,
    act: Act,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    *,
    changes: Sequence[Change] = (),
    deal_id: int | None = None,
) -> None:
    """A line of the audit in this person's name (`store.audit.write` says what `detail` may hold)."""
    by = who.author
    audit_store.write(session, who.portal_id, act, now, by=by, deal_id=deal_id, changes=changes, detail=detail)


def reread_portal(session: Session, who: PageSession, now: datetime, trace_id: str) -> LaneRef:
    """Asks the provisioning job to look at fields, pipelines and bindings again."""
    audit(session, who, Act.REREAD, now)
    steps = [{"step": row.step, "state": "waiting"} for row in portals.install_steps(session, who.portal_id)]
    portals.save_steps(session, who.portal_id, steps, now)
    lane = lanes.portal_lane(session, who.portal_id)
    inbox.append(
        session, lane.id, InboxKind.INSTALL, InboxKind.INSTALL.value, {}, now=now, trace_id=trace_id, people=True
    )
    return lane
