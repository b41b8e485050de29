"""What an administrator saves about one pipeline. Checked here, whatever the browser checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.portions import OnFailure
from b24app.flows.snapshot import CodSource, Role
from b24app.frames.session import PageSession
from b24app.logistics.model import DeliveryKind
from b24app.store import lanes, portal_settings, portals
from b24app.store.audit import Act, Change, compared
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection, ConnectionState, Pipeline
from b24app.systems.plugin import Manifest
from placements import extras_words
from placements.app import audited, chain_form
from placements.app.measures import DEFAULTS, read_sizes
from placements.app.saving import Saved, audit
from placements.app.stages_view import MAPPED, more_triggers, pipeline_data

LONGEST_HOLD_S = 3600


def save_pipeline(
    session: Session,
    who: PageSession,
    facts: PortalFacts,
    category: int,
    form: Mapping[str, str],
    now: datetime,
    manifests: Mapping[str, Manifest] | None = None,
) -> Saved:
    """Stores one pipeline's rules. It can be switched on only with a trigger, a service and a tested connection."""
    known = pipeline_data(facts, category)
    if known is None:
        return Saved(None, {"trigger_stage": "gone"})
    account = next((each for each in facts.shippers if str(each.id) == form.get("connection_id")), None)
    chained, chain_errors = _chain(form, known, account, facts, manifests or {})
    errors = {**_errors(known, account, form, facts), **chain_errors}
    if errors:
        return Saved(None, errors)
    row = portals.pipelines(session, who.portal_id).get(category)
    was_on = bool(row and row.enabled)
    before = audited.pipeline(row, known, facts.connections, facts.settings)
    if row is None:
        row = Pipeline(portal_id=who.portal_id, category_id=category, enabled=False)
        session.add(row)
    _write(row, known, account, form)
    names = {stage["id"]: stage["name"] for stage in known["stages"]}
    shown = {stage: names[stage] for stage in chained.get("warehouse_stages", {}).values()}
    shown = {**row.settings.get("stage_names", {}), **shown}
    cod = _save_cod(session, who, form.get("cod"))
    row.settings = {**row.settings, **cod, **chained, "stage_names": shown}
    session.flush()
    lane = lanes.portal_lane(session, who.portal_id)
    lanes.ask(session, lane.id, now)
    settings = portals.get(session, who.portal_id).settings
    changes = compared(before, audited.pipeline(row, known, facts.connections, settings))
    act = Act.PIPELINE if row.enabled == was_on else Act.PIPELINE_ON if row.enabled else Act.PIPELINE_OFF
    audit(session, who, act, now, {"pipeline": category, "title": known["name"]}, changes=changes)
    return Saved(row, {}, lane)


def forget_pipeline(session: Session, who: PageSession, category: int, now: datetime) -> None:
    """Switches off a pipeline that the portal no longer has."""
    row = portals.pipelines(session, who.portal_id).get(category)
    if row is not None and row.enabled:
        row.enabled = False
        told = {"pipeline": category, "title": "", "gone": True}
        audit(session, who, Act.PIPELINE_OFF, now, told, changes=[Change("enabled", True, False)])


def _errors(
    known: Mapping[str, Any], account: Connection | None, form: Mapping[str, str], facts: PortalFacts
) -> dict[str, str]:
    stages = {stage["id"]: stage["semantics"] for stage in known["stages"]}
    trigger = form.get("trigger_stage", "")
    errors = _stage_errors(stages, trigger, more_triggers(form, known["stages"]), form)
    if not form.get("hold_s", "0").isdigit() or int(form.get("hold_s", "0")) > LONGEST_HOLD_S:
        errors["hold_s"] = "hold"
    errors.update({"cod": "choose"} if form.get("cod", CodSource.NONE) not in _cod_choices(facts) else {})
    errors.update(read_sizes(form, "default_", DEFAULTS)[1])
    if form.get("enabled"):
        lacks = lacking(trigger, account, form.get("service", ""))
        errors.update({name: why for name, why in lacks.items() if name not in errors})
    return errors


def lacking(trigger: str, account: Connection | None, service: str) -> dict[str, str]:
    """What a pipeline needs before it may be switched on: field -> key of the `form.*` words."""
    ready = account is not None and account.state == ConnectionState.READY
    checks = (
        ("trigger_stage", not trigger, "required"),
        ("connection_id", not ready, "untested"),
        ("service", not service, "required"),
    )
    return {name: why for name, wrong, why in checks if wrong}


def lacking_of(facts: PortalFacts, category: int) -> dict[str, str]:
    """As `lacking`, of a pipeline as it is stored."""
    row = facts.pipelines.get(category)
    if row is None:
        return lacking("", None, "")
    account = facts.account(row.connection_id)
    return lacking(row.trigger_stage or "", account, str(next(iter((row.services or {}).values()), "")))


def switch_on(session: Session, who: PageSession, facts: PortalFacts, category: int, now: datetime) -> Saved:
    """Switches on a pipeline as it is stored. Refused, with what it lacks, unless it could be saved so."""
    errors = lacking_of(facts, category)
    if errors:
        return Saved(None, errors)
    row = portals.pipelines(session, who.portal_id)[category]
    if not row.enabled:
        row.enabled = True
        row.on_since_history_id = None  # history never ships by itself: the lane starts at the newest move
        known = pipeline_data(facts, category) or {"name": ""}
        told = {"pipeline": category, "title": known["name"]}
        audit(session, who, Act.PIPELINE_ON, now, told, changes=[Change("enabled", False, True)])
    session.flush()
    lane = lanes.portal_lane(session, who.portal_id)
    lanes.ask(session, lane.id, now)
    return Saved(row, {}, lane)


def _stage_errors(stages: Mapping[str, str], trigger: str, more: list[str], form: Mapping[str, str]) -> dict[str, str]:
    """A stage must be there, ships only while the deal is open, and no status may move a deal to a stage that ships:
    a cancelled delivery would begin again."""
    errors: dict[str, str] = {}
    if trigger and stages.get(trigger, "F"):
        errors["trigger_stage"] = "choose" if trigger in stages else "stage_gone"
    for status in MAPPED:
        stage = form.get(f"stage_{status.value}", "")
        if stage and stage not in stages:
            errors[f"stage_{status.value}"] = "stage_gone"
        elif stage and stage in (trigger, *more):
            errors[f"stage_{status.value}"] = "ships_again"
    return errors


def _chain(
    form: Mapping[str, str],
    known: Mapping[str, Any],
    account: Connection | None,
    facts: PortalFacts,
    manifests: Mapping[str, Manifest],
) -> tuple[dict[str, Any], dict[str, str]]:
    """`(what the settings say of the warehouse before the carrier, errors)`; nothing where the page did not ask."""
    if "before" not in form:
        return {}, {}
    before, good = chain_form.read(form["before"], facts.connections, manifests)
    own = before is not None and account is not None and before["connection_id"] == account.id
    errors = {"before": "choose"} if not good or own else {}
    stages = {stage["id"] for stage in known["stages"]}
    ships = {form.get("trigger_stage", ""), *more_triggers(form, known["stages"])} - {""}
    chosen = {step.value: form.get(chain_form.STAGE + step.value, "") for step in chain_form.STEPS}
    for step, stage in chosen.items():
        if stage and stage not in stages:
            errors[chain_form.STAGE + step] = "stage_gone"
        elif stage in ships:
            errors[chain_form.STAGE + step] = "ships_again"
    return {"before": before, "warehouse_stages": {step: stage for step, stage in chosen.items() if stage}}, errors


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


def _write(row: Pipeline, known: Mapping[str, Any], account: Connection | None, form: Mapping[str, str]) -> None:
    names = {stage["id"]: stage["name"] for stage in known["stages"]}
    more = more_triggers(form, known["stages"])
    old = {row.trigger_stage or "", *(row.settings or {}).get("more_triggers", ())}
    fresh = {form.get("trigger_stage", ""), *more} - old
    turned_on = bool(form.get("enabled")) and not row.enabled
    row.enabled = bool(form.get("enabled"))
    row.trigger_stage = form.get("trigger_stage", "")
    row.connection_id = account.id if account else None
    row.services = {kind.value: form["service"] for kind in DeliveryKind} if form.get("service") else {}
    row.hold_s = int(form.get("hold_s", "0"))
    row.forward_only = not form.get("backwards")
    chosen = {status.value: form.get(f"stage_{status.value}", "") for status in MAPPED}
    row.status_stages = {status: stage for status, stage in chosen.items() if stage in names}
    used = [row.trigger_stage, *more, *row.status_stages.values()]
    row.settings = {
        **{name: value for name, value in (row.settings or {}).items() if name not in ("on_failure", "extras")},
        "more_triggers": more,
        **({"on_failure": OnFailure.FOLLOW} if form.get("on_failure") else {}),
        **({"extras": list(wished)} if (wished := extras_words.read(form)) else {}),
        "stage_names": {stage: names[stage] for stage in used if stage in names},
        "defaults": read_sizes(form, "default_", DEFAULTS)[0],
    }
    if turned_on or fresh:
        row.on_since_history_id = None  # history never ships by itself: the lane starts at the newest move
