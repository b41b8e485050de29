"""Sums of returns on the deal's smart invoice: which fields of invoices hold them. A card of the section "Fields"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from b24app.bitrix24.fields import PortalField
from b24app.bitrix24.fitting import misfit
from b24app.flows.snapshot import RETURNED, Role
from b24app.frames.formats import Formats
from b24app.store import portal_settings
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.return_sums import FIELDS, OFF, SETTING
from placements.app.desk import Desk
from placements.app.fields_view import FieldChoice
from placements.app.saving import audit

BOX = "parts/app_return_invoice.html"


@dataclass(frozen=True, slots=True)
class SumRow:
    """One sum and the fields that may hold it. `error` is a key of the `retinv.wrong.*` words."""

    role: str
    choices: tuple[FieldChoice, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class SumsForm:
    """`off`: the portal shows no invoices, in its own words (`said`). `gone`: a chosen field is there no more."""

    rows: tuple[SumRow, ...]
    known: bool
    off: bool = False
    said: str = ""
    gone: bool = False
    saved: bool = False


def form_of(
    facts: PortalFacts, formats: Formats, typed: Mapping[str, str] | None = None, saved: bool = False
) -> SumsForm:
    """`typed` is what was sent and could not be saved."""
    there, off = fields_of(facts.settings), facts.settings.get(OFF) or {}
    chosen = {role: str((typed or facts.settings.get(SETTING, {})).get(role.value) or "") for role in RETURNED}
    errors = wrong(chosen, there) if typed is not None else {}
    rows = tuple(SumRow(role.value, _choices(role, chosen[role], there, formats), errors.get(role, ""))
                 for role in RETURNED)  # fmt: skip
    gone = bool(there or off) and any(name and name not in there for name in chosen.values()) and not off
    return SumsForm(rows, FIELDS in facts.settings, bool(off), str(off.get("said") or ""), gone, saved)


def fields_of(settings: Mapping[str, Any]) -> dict[str, PortalField]:
    """Fields of invoices by the names of `crm.item.*`."""
    found = (PortalField.from_json(each) for each in settings.get(FIELDS, ()))
    return {each.api: each for each in found}


def wrong(chosen: Mapping[Role, str], there: Mapping[str, PortalField]) -> dict[Role, str]:
    """Why a choice cannot be saved: `gone`, `misfit`, `twice`."""
    found = {}
    for role, name in chosen.items():
        if name and name not in there:
            found[role] = "gone"
        elif name and misfit(role, there[name]):
            found[role] = "misfit"
        elif name and list(chosen.values()).count(name) > 1:
            found[role] = "twice"
    return found


def _choices(
    role: Role, chosen: str, there: Mapping[str, PortalField], formats: Formats
) -> tuple[FieldChoice, ...]:  # fmt: skip
    none = FieldChoice("", formats.words("retinv.none"), not chosen)
    fit = [FieldChoice(name, each.title, name == chosen) for name, each in there.items() if not misfit(role, each)]
    lost = [FieldChoice(chosen, chosen, True, gone=True)] if chosen and chosen not in there else []
    return (none, *fit, *lost)


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_return_invoice() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        facts, formats = desk.facts(who), desk.formats(who)
        typed = {role.value: request.form.get(role.value, "").strip() for role in RETURNED}
        if wrong({role: typed[role.value] for role in RETURNED}, fields_of(facts.settings)):
            return desk.fragment(who, BOX, return_invoice=form_of(facts, formats, typed))
        titles = {each.api: each.title for each in fields_of(facts.settings).values()}
        with session_scope(desk.parts.sessions) as session:
            portal_settings.merge(session, who.portal_id, **{SETTING: typed})
            told = {f"field_{role}": titles.get(name, "") for role, name in typed.items()}
            audit(session, who, Act.RETURN_INVOICE, now, told)
        return desk.fragment(who, BOX, return_invoice=form_of(desk.facts(who), formats, saved=True))

    bp.post("/app/return-invoice")(save_return_invoice)
