"""What the audit compares of a setting before and after: values as people read them, names instead of ids, because the
row must still be true when they are renamed or gone. Pure.

Codes (a mode, a service as `system:code`, grams as `…_g`) stay codes: `journal_view` says them to its reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from b24app.flows.portions import OnFailure
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.snapshot import CodSource
from b24app.frames.rights import OPEN, Right
from b24app.logistics.model import Sender
from b24app.logistics.returning import Condition
from b24app.store.models import Connection, Origin, Pipeline, Rule
from b24app.systems.plugin import Manifest
from placements import extras_words
from placements.app import chain_form

#: Of a place only its name is told: who answers there and where it is are personal data.
ORIGIN_HIDDEN = ("company", "name", "phone", "address")
#: Beginning of the fields that a system's manifest names.
OWN = "own_"
EVERYONE, ADMINS = "everyone", "admins"
#: Kinds of a manifest's fields whose values are a choice among ours, or where calls go: free texts may be keys, phones
#: or names, and codes of a system's own lists say nothing to anybody.
_SHOWN_KINDS = frozenset({"choice", "bool", "int", "url"})


def account(row: Connection | None, places: Sequence[Origin]) -> dict[str, Any]:
    if row is None:
        return {}
    place = next((each.title for each in places if each.id == row.origin_id), "")
    own = {OWN + name: value for name, value in row.settings.items()}
    return {"title": row.title, "mode": row.mode, "origin": place, **own}


def account_hidden(manifest: Manifest) -> frozenset[str]:
    """Fields of an account of which the audit only says that they were changed; unknown ones are in none."""
    return frozenset(OWN + each.name for each in manifest.settings_form if each.kind not in _SHOWN_KINDS)


def origin(row: Origin | None) -> dict[str, Any]:
    if row is None:
        return {}
    sender = Sender.from_json(row.details)
    address = sender.address.text if sender.address else ""
    return {
        "title": row.title,
        "default": row.is_default,
        "company": sender.company,
        "name": sender.name,
        "phone": sender.phone,
        "address": address,
    }


def pipeline(
    row: Pipeline | None, known: Mapping[str, Any], accounts: Sequence[Connection], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """`known` is the pipeline as the portal has it, `settings` the portal's."""
    row = row or Pipeline(
        enabled=False, trigger_stage="", status_stages={}, services={}, hold_s=0, forward_only=True, settings={}
    )
    own = row.settings or {}
    names = {**own.get("stage_names", {}), **{stage["id"]: stage["name"] for stage in known["stages"]}}
    used = next((each for each in accounts if each.id == row.connection_id), None)
    return {
        "enabled": row.enabled,
        "trigger_stage": names.get(row.trigger_stage, row.trigger_stage),
        "more_triggers": [names.get(stage, stage) for stage in own.get("more_triggers", ())],
        "connection": used.title if used else "",
        **services(row.services or {}, used),
        "hold_s": row.hold_s,
        "backwards": row.forward_only is False,
        "on_failure": own.get("on_failure") == OnFailure.FOLLOW,
        "cod_source": _cod(own.get("cod_source", CodSource.NONE), settings),
        "before": chain_form.told(own.get("before"), accounts),
        **extras_words.told(own.get("extras", ())),
        **{f"stage_{status}": names.get(stage, stage) for status, stage in (row.status_stages or {}).items()},
        **{f"step_{step}": names.get(stage, stage) for step, stage in own.get("warehouse_stages", {}).items()},
        **own.get("defaults", {}),
    }


def _cod(source: str, settings: Mapping[str, Any]) -> str:
    if source != CodSource.FIELD:
        return source
    field = settings.get("cod_field", "")
    titles = {each["name"]: str(each["title"]) for each in settings.get("money_fields", ())}
    return titles.get(field, str(field))


def services(chosen: Mapping[str, str], used: Connection | None) -> dict[str, str]:
    """One `service` when all kinds of delivery have the same."""
    system = f"{used.system}:" if used else ""
    codes = {kind: f"{system}{code}" for kind, code in chosen.items() if code}
    if len(set(codes.values())) == 1 and len(codes) > 1:
        return {"service": next(iter(codes.values()))}
    return {f"service_{kind}": code for kind, code in codes.items()}


def rule(row: Rule | None, accounts: Sequence[Connection], pipelines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    if row is None:
        return {}
    used = next((each for each in accounts if each.id == row.connection_id), None)
    names = {each["id"]: each["name"] for each in pipelines}
    asked = row.conditions or {}
    return {
        "title": row.title,
        "connection": used.title if used else "",
        **services(row.services or {}, used),
        "before": chain_form.told(row.before, accounts),
        "category": names.get(row.category_id, str(row.category_id)) if row.category_id is not None else "",
        **{name: asked.get(name) for name in ("cities", "regions", "weight_from_g", "weight_to_g")},
        **{f"{name}_minor": asked.get(name) for name in ("value_from", "value_to")},
        "kind": asked.get("kind"),
        "cod": asked.get("cod"),
    }


def return_rules(
    rules: ReturnRules, sections: Mapping[int, str], accounts: Mapping[int, str], lang: str
) -> dict[str, Any]:
    """Names in the language of who changes them: they are the portal's own."""
    window, storage = rules.window, rules.storage
    return {
        "return_days": window.days,
        "return_exceptions": [
            ": ".join((each.title, "; ".join((*(sections.get(one, str(one)) for one in each.sections), *each.skus))))
            + f" = {'—' if each.days is None else each.days}"
            for each in window.exceptions
        ],
        "return_longer": [
            f"{each.title}: {each.first.isoformat()}–{each.last.isoformat()} = {each.days}" for each in window.longer
        ],
        "return_reasons": [each.name(lang) for each in rules.offered],
        "return_always": [each.name(lang) for each in rules.reasons if each.code in window.always],
        "return_answer_days": window.answer_days,
        "return_damaged": rules.money.markdown.get(Condition.DAMAGED, 0),
        "return_delivery": rules.money.delivery.value,
        "return_replace_first": rules.replace_first,
        "return_warehouse": accounts.get(rules.warehouse, ""),
        "return_public": rules.public,
        "return_approve": rules.approve,
        "return_nudge": [str(each) for each in storage.nudge_days],
        "return_warn": [str(each) for each in storage.warn_days],
        "return_hour": storage.hour,
    }


def rights(stored: Mapping[str, Any], departments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Right -> everyone, administrators alone, or the names of people and departments beside them."""
    names = {each["id"]: str(each["name"]) for each in departments}
    return {f"right_{right.value}": _who(right, stored.get(right.value), names) for right in Right}


def _who(right: Right, chosen: Mapping[str, Any] | None, departments: Mapping[int, str]) -> str | list[str]:
    if chosen is None:
        return EVERYONE if right in OPEN else ADMINS
    if chosen.get("everyone"):
        return EVERYONE
    people = chosen.get("names", {})
    found = [str(people.get(str(user)) or user) for user in chosen.get("users", ())]
    return [*found, *(departments.get(each, str(each)) for each in chosen.get("departments", ()))] or ADMINS
