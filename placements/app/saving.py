"""What an administrator saves on the app's page. Checked here, whatever the browser checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.snapshot import CodSource, Role
from b24app.frames.session import PageSession
from b24app.logistics.model import DeliveryKind
from b24app.store import inbox, lanes, portal_settings, portals
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import AuditRow, Connection, ConnectionState, InboxKind, Pipeline
from placements.app.forms import DEFAULTS, MAPPED

LONGEST_HOLD_S = 3600


@dataclass(frozen=True, slots=True)
class Saved:
    """`errors`: field -> key of the `form.*` words; empty = stored. `wake` is to be woken after the commit."""

    row: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    wake: LaneRef | None = None


def save_pipeline(
    session: Session, who: PageSession, facts: PortalFacts, category: int, form: Mapping[str, str], now: datetime
) -> Saved:
    """Stores one pipeline's rules. It can be switched on only with a trigger, a service and a tested connection."""
    known = next((each for each in facts.settings.get("pipelines", ()) if each["id"] == category), None)
    if known is None:
        return Saved(None, {"trigger_stage": "gone"})
    account = next((each for each in facts.connections if str(each.id) == form.get("connection_id")), None)
    errors = _pipeline_errors(known, account, form, facts)
    if errors:
        return Saved(None, errors)
    row = portals.pipelines(session, who.portal_id).get(category)
    if row is None:
        row = Pipeline(portal_id=who.portal_id, category_id=category, enabled=False)
        session.add(row)
    _write(row, known, account, form, facts)
    row.settings = {**row.settings, **_save_cod(session, who, form.get("cod"))}
    session.flush()
    lane = lanes.portal_lane(session, who.portal_id)
    lanes.ask(session, lane.id, now)
    audit(session, who, "pipeline_on" if row.enabled else "pipeline", now, {"pipeline": category})
    return Saved(row, {}, lane)


def _pipeline_errors(
    known: Mapping[str, Any], account: Connection | None, form: Mapping[str, str], facts: PortalFacts
) -> dict[str, str]:
    errors: dict[str, str] = {}
    stages = {stage["id"]: stage["semantics"] for stage in known["stages"]}
    trigger = form.get("trigger_stage", "")
    if trigger and stages.get(trigger, "F"):
        errors["trigger_stage"] = "choose"
    if not form.get("hold_s", "0").isdigit() or int(form.get("hold_s", "0")) > LONGEST_HOLD_S:
        errors["hold_s"] = "hold"
    errors.update({"cod": "choose"} if form.get("cod", CodSource.NONE) not in _cod_choices(facts) else {})
    errors.update({f"default_{name}": "number" for name in DEFAULTS if not _size(form, name).isdigit()})
    if form.get("enabled"):
        ready = account is not None and account.state == ConnectionState.READY
        checks = (
            ("trigger_stage", not trigger, "required"),
            ("connection_id", not ready, "untested"),
            ("service", not form.get("service"), "required"),
        )
        errors.update({name: why for name, wrong, why in checks if wrong and name not in errors})
    return errors


def _cod_choices(facts: PortalFacts) -> set[str]:
    return {CodSource.NONE, CodSource.UNPAID, *(each["name"] for each in facts.settings.get("money_fields", ()))}


def _save_cod(session: Session, who: PageSession, chosen: str | None) -> dict[str, str]:
    """What a pipeline's settings say of the cash on delivery; a field plays that role in the whole portal."""
    if chosen is None:
        return {}
    if chosen in (CodSource.NONE, CodSource.UNPAID):
        return {"cod_source": chosen}
    portals.set_fields(session, who.portal_id, {Role.COD.value: chosen})
    portal_settings.merge(session, who.portal_id, cod_field=chosen)
    return {"cod_source": CodSource.FIELD.value}


def _size(form: Mapping[str, str], name: str) -> str:
    return form.get(f"default_{name}", "").strip() or "0"


def _write(
    row: Pipeline, known: Mapping[str, Any], account: Connection | None, form: Mapping[str, str], facts: PortalFacts
) -> None:
    stages = {stage["id"] for stage in known["stages"]}
    turned_on = bool(form.get("enabled")) and not row.enabled
    moved = row.trigger_stage != form.get("trigger_stage", "")
    row.enabled = bool(form.get("enabled"))
    row.trigger_stage = form.get("trigger_stage", "")
    row.connection_id = account.id if account else None
    row.services = {kind.value: form["service"] for kind in DeliveryKind} if form.get("service") else {}
    row.hold_s = int(form.get("hold_s", "0"))
    chosen = {status.value: form.get(f"stage_{status.value}", "") for status in MAPPED}
    row.status_stages = {status: stage for status, stage in chosen.items() if stage in stages}
    row.settings = {
        **(row.settings or {}),
        "delivery_types": dict(facts.settings.get("delivery_types", {})),
        "stage_order": [stage["id"] for stage in known["stages"]],
        "defaults": {name: int(_size(form, name)) for name in DEFAULTS},
    }
    if turned_on or moved:
        row.on_since_history_id = None  # history never ships by itself: the lane starts at the newest move


def audit(session: Session, who: PageSession, action: str, now: datetime, detail: Mapping[str, Any]) -> None:
    session.add(
        AuditRow(
            portal_id=who.portal_id,
            at=now,
            user_id=who.user_id,
            action=action,
            deal_id=None,
            detail={"name": who.name, **detail},
        )
    )


def reread_portal(session: Session, who: PageSession, now: datetime, trace_id: str) -> LaneRef:
    """Asks the provisioning job to look at fields, pipelines and bindings again."""
    steps = [{"step": row.step, "state": "waiting"} for row in portals.install_steps(session, who.portal_id)]
    portals.save_steps(session, who.portal_id, steps, now)
    lane = lanes.portal_lane(session, who.portal_id)
    inbox.append(
        session, lane.id, InboxKind.INSTALL, InboxKind.INSTALL.value, {}, now=now, trace_id=trace_id, people=True
    )
    return lane
