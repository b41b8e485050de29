"""What an administrator saves about rules. Checked here, whatever the browser checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.choose import Conditions
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.logistics.model import DeliveryKind
from b24app.logistics.numbers import read_decimal
from b24app.store import rules
from b24app.store.audit import Act, compared
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Rule
from b24app.systems.plugin import Manifest
from placements.app import audited, chain_form
from placements.app.saving import audit

#: Form fields with a number -> field of Conditions, how many of its units are one of the form's.
RANGES = {
    "weight_from": ("weight_from_g", 1000),
    "weight_to": ("weight_to_g", 1000),
    "value_from": ("value_from", 100),
    "value_to": ("value_to", 100),
}
LARGEST = Decimal(10**9)
MOST_NAMES, LONGEST_NAME = 100, 80
COD = {"": None, "yes": True, "no": False}
ACTS = {
    "up": Act.RULE_UP,
    "down": Act.RULE_DOWN,
    "on": Act.RULE_ON,
    "off": Act.RULE_OFF,
    "remove": Act.RULE_REMOVE,
}
_SPLIT = re.compile(r"[,;\n]+")


def save(
    session: Session,
    who: PageSession,
    rule_id: int,
    form: Mapping[str, str],
    facts: PortalFacts,
    manifests: Mapping[str, Manifest],
    now: datetime,
) -> dict[str, str]:
    """Stores a rule (0 = a new one, after the others); field -> key of the `form.*` or `rules.wrong.*` words."""
    conditions, errors = _conditions(form)
    values = _account(form, facts, manifests, errors)
    if "before" in form:
        first, good = chain_form.read(form["before"], facts.connections, manifests)
        own = first is not None and first["connection_id"] == values.get("connection_id")
        errors.update({"before": "choose"} if not good or own else {})
        values["before"] = first
    category = form.get("category", "")
    if category and category not in {str(each["id"]) for each in facts.settings.get("pipelines", ())}:
        errors["category"] = "choose"
    row = rules.get(session, who.portal_id, rule_id) if rule_id else None
    if rule_id and row is None:
        raise PageError(ErrorCode.OUT_OF_DATE)
    if errors:
        return errors
    values |= {
        "title": form.get("title", "").strip()[:120],
        "category_id": int(category) if category else None,
        "conditions": conditions.to_json(),
    }
    accounts, pipelines = facts.connections, facts.settings.get("pipelines", ())
    before = audited.rule(row, accounts, pipelines)
    if row is None:
        row = rules.add(session, who.portal_id, who.user_id, now, enabled=True, **values)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at, row.updated_by = now, who.user_id
    changes = compared(before, audited.rule(row, accounts, pipelines))
    audit(session, who, Act.RULE if rule_id else Act.RULE_ADDED, now, _of(row), changes=changes)
    return {}


def _account(
    form: Mapping[str, str], facts: PortalFacts, manifests: Mapping[str, Manifest], errors: dict[str, str]
) -> dict[str, Any]:
    account = next((each for each in facts.shippers if str(each.id) == form.get("connection_id")), None)
    if account is None or account.system not in manifests:
        errors["connection_id"] = "required"
        return {}
    offered = {code for code, _ in manifests[account.system].services}
    chosen = {kind.value: form.get(f"service_{kind.value}", "") for kind in DeliveryKind}
    services = {kind: code for kind, code in chosen.items() if code}
    errors.update({f"service_{kind}": "choose" for kind, code in services.items() if code not in offered})
    if not services:
        errors["service_courier"] = "required"
    return {"connection_id": account.id, "services": services}


def _conditions(form: Mapping[str, str]) -> tuple[Conditions, dict[str, str]]:
    errors: dict[str, str] = {}
    found: dict[str, int | None] = {}
    for name, (target, factor) in RANGES.items():
        number = _number(form.get(name, ""))
        if number is not None and not 0 <= number <= LARGEST:
            errors[name], number = "number", None
        found[target] = int(number * factor) if number is not None else None
    for low, high, name in (("weight_from_g", "weight_to_g", "weight_to"), ("value_from", "value_to", "value_to")):
        least, most = found[low], found[high]
        if least is not None and most is not None and least > most:
            errors.setdefault(name, "range")
    kind, cod = form.get("kind", ""), form.get("cod", "")
    if kind not in ("", *DeliveryKind):
        errors["kind"] = "choose"
    if cod not in COD:
        errors["cod"] = "choose"
    names = {each: _names(form.get(each, ""), each, errors) for each in ("cities", "regions")}
    wanted = Conditions(
        cities=names["cities"],
        regions=names["regions"],
        **found,  # type: ignore[arg-type]
        kind=DeliveryKind(kind) if kind in set(DeliveryKind) else None,
        cod=COD.get(cod),
    )
    return wanted, errors


def _number(text: str) -> Decimal | None:
    """`2,5` or `1 000`; None when empty. What is no number is below zero: no rule asks for that."""
    plain = re.sub(r"[\s\xa0\u202f]", "", text).replace(",", ".")
    if not plain:
        return None
    number = read_decimal(plain)
    return Decimal(-1) if number is None else number


def _names(text: str, field: str, errors: dict[str, str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(filter(None, (" ".join(part.split()) for part in _SPLIT.split(text)))))
    if len(names) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in names):
        errors[field] = "names"
    return names


def act(session: Session, who: PageSession, rule_id: int, what: str, facts: PortalFacts, now: datetime) -> None:
    """up, down, on, off, remove. Raises PageError (OUT_OF_DATE, BAD_INPUT)."""
    row = rules.get(session, who.portal_id, rule_id)
    if row is None:
        raise PageError(ErrorCode.OUT_OF_DATE)
    if what not in ACTS:
        raise PageError(ErrorCode.BAD_INPUT, f"unknown act {what}")
    before = _standing(session, row, facts)
    if what in ("up", "down"):
        rules.move(session, who.portal_id, rule_id, -1 if what == "up" else 1)
    elif what in ("on", "off"):
        row.enabled = what == "on"
    else:
        rules.remove(session, row)
    after = {} if what == "remove" else _standing(session, row, facts)
    audit(session, who, ACTS[what], now, _of(row), changes=compared(before, after))


def _standing(session: Session, row: Rule, facts: PortalFacts) -> dict[str, Any]:
    """The rule with its place among the others, counted from 1."""
    ids = [each.id for each in rules.in_order(session, row.portal_id)]
    told = audited.rule(row, facts.connections, facts.settings.get("pipelines", ()))
    return {"position": ids.index(row.id) + 1, "enabled": row.enabled, **told}


def _of(row: Rule) -> dict[str, Any]:
    return {"rule": row.id, "title": row.title}
