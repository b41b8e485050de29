"""What an administrator decides about deal fields. Checked here, whatever the browser checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.drift import KNOWN, known_of
from b24app.bitrix24.fields import BOOLEAN, PortalField, kept
from b24app.bitrix24.fitting import NEEDED, READ, clashes, misfit, money_fields, values_of
from b24app.bitrix24.own_fields import OWN, free_name, free_point_name, of_role, point_field
from b24app.flows.snapshot import WRITTEN, CodSource, Role
from b24app.frames.session import PageSession
from b24app.logistics.model import DeliveryKind
from b24app.store import field_wishes, lanes, portal_settings, portals
from b24app.store.audit import Act, compared
from b24app.store.faces.portal import PortalFacts
from b24app.store.field_wishes import Wish, WishKind, add_wishes, drop_wishes, wishes_of
from b24app.store.lanes import LaneRef
from placements.app.fields_view import OURS, ROLE, TYPED, meanings_of, type_field
from placements.app.saving import Saved, audit

_KINDS = frozenset({"", *DeliveryKind})
#: What can be asked for beside a field that changed.
MENDS = {"own": Act.FIELD_OWN, "name": Act.FIELD_NAME, "keep": Act.FIELD_KEEP}


@dataclass
class Chosen:
    """A form that was read: fields by role ("" = none), fields of ours to make (`typed`: the one of our own type), what
    values of the TYPE field mean (None: nothing is known of them yet), and errors by role (keys of the `fields.wrong.*`
    words)."""

    roles: dict[Role, str] = field(default_factory=dict)
    to_make: list[Role] = field(default_factory=list)
    typed: bool = False
    meanings: dict[str, str] | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read_form(form: Mapping[str, str], facts: PortalFacts) -> Chosen:
    there, chosen = kept(facts.settings), Chosen()
    for role in (*READ, *WRITTEN):
        _read_role(role, form.get(ROLE + role.value, ""), there, facts, chosen)
    for role, clash in clashes(chosen.roles).items():
        chosen.errors.setdefault(role.value, clash.value)
    _read_meanings(form, there, facts, chosen)
    return chosen


def _read_role(role: Role, value: str, there: Sequence[PortalField], facts: PortalFacts, chosen: Chosen) -> None:
    if value == TYPED and role is Role.POINT:
        made = point_field(there)
        chosen.roles[role] = made.name if made else free_point_name(there)
        if not made:
            chosen.to_make.append(role)
            chosen.typed = True
        if not chosen.roles[role]:
            chosen.errors[role.value] = "taken"
        return
    if value == OURS and role in OWN:
        made = of_role(role, there)
        chosen.roles[role] = made.name if made else free_name(role, there)
        if not made:
            chosen.to_make.append(role)
        if not chosen.roles[role]:
            chosen.errors[role.value] = "taken"
        return
    chosen.roles[role] = value
    error = _error(role, value, there, facts)
    if error:
        chosen.errors[role.value] = error


def _error(role: Role, value: str, there: Sequence[PortalField], facts: PortalFacts) -> str:
    if not value:
        return "needed" if role in NEEDED else "cod_used" if role is Role.COD and _collects_by_field(facts) else ""
    if value == facts.roles.get(role.value):
        return ""  # what became of it is told above the form; the rest may be saved meanwhile
    found = next((each for each in there if each.name == value), None)
    if found is None:
        return "gone"
    return "misfit" if misfit(role, found) else ""


def _collects_by_field(facts: PortalFacts) -> bool:
    """Whether a pipeline collects from the client what a field says."""
    rows = facts.pipelines.values()
    return any(row.enabled and (row.settings or {}).get("cod_source") == CodSource.FIELD for row in rows)


def _read_meanings(form: Mapping[str, str], there: Sequence[PortalField], facts: PortalFacts, chosen: Chosen) -> None:
    found = type_field(form.get(ROLE + Role.TYPE.value, ""), there)
    if found is None:
        chosen.meanings = {} if not chosen.roles[Role.TYPE] else None
        return
    said = meanings_of(found, facts, form)
    meanings = {value: said.get(value, "") for value, _ in values_of(found)}
    chosen.meanings = {value: kind if kind in _KINDS else "" for value, kind in meanings.items()}
    told = [kind for kind in chosen.meanings.values() if kind]
    if not told or (found.kind == BOOLEAN and len(told) < len(meanings)):
        chosen.errors.setdefault(Role.TYPE.value, "kinds_both" if found.kind == BOOLEAN else "kinds")


def save_fields(
    session: Session, who: PageSession, facts: PortalFacts, form: Mapping[str, str], now: datetime, trace_id: str
) -> Saved:
    """Stores which field plays which role. Fields of ours that are not there yet are made in the portal's lane; until
    then their roles stay as they are."""
    chosen = read_form(form, facts)
    if chosen.errors:
        return Saved(None, chosen.errors)
    decided = {role.value: name for role, name in chosen.roles.items() if role not in chosen.to_make}
    changed = {role: name for role, name in decided.items() if name != facts.roles.get(role, "")}
    portals.set_fields(
        session, who.portal_id, {r: n for r, n in decided.items() if n or r in facts.roles or Role(r) in OWN}
    )
    wishes = [Wish(role, _kind_of(role, chosen)) for role in chosen.to_make]
    _write_settings(session, who.portal_id, {**facts.roles, **decided}, changed, chosen, wishes)
    audit(session, who, Act.FIELDS, now, changes=compared(_told(facts.roles, facts), _told_of(chosen, facts)))
    if wishes:
        return Saved(None, {}, field_wishes.read_again(session, who.portal_id, now, trace_id))
    lane = lanes.portal_lane(session, who.portal_id)
    lanes.ask(session, lane.id, now)
    return Saved(None, {}, lane)


def _kind_of(role: Role, chosen: Chosen) -> WishKind:
    return WishKind.TYPED if role is Role.POINT and chosen.typed else WishKind.OWN


def _write_settings(
    session: Session,
    portal_id: int,
    roles: Mapping[str, str],
    changed: Mapping[str, str],
    chosen: Chosen,
    wishes: Sequence[Wish],
) -> None:
    def write(settings: dict[str, Any]) -> None:
        there = kept(settings)
        known = {role: each for role, each in settings.get(KNOWN, {}).items() if role not in changed}
        settings[KNOWN] = {**known, **known_of(changed, there)}
        settings["money_fields"] = money_fields(there, {Role(role): name for role, name in roles.items()})
        settings["cod_field"] = roles.get(Role.COD.value, "")
        if chosen.meanings is not None:
            settings["delivery_types"] = chosen.meanings
        # Who chooses another field no longer wants ours made.
        drop_wishes(settings, [each for each in wishes_of(settings) if each.kind is not WishKind.NAME])
        add_wishes(settings, wishes)

    portal_settings.change(session, portal_id, write)


def _told(roles: Mapping[str, str], facts: PortalFacts) -> dict[str, str]:
    """Role -> the title of its field, for the audit."""
    titles = {each.name: each.title for each in kept(facts.settings)}
    return {f"field_{role}": titles.get(name, name) for role, name in roles.items()}


def _told_of(chosen: Chosen, facts: PortalFacts) -> dict[str, str]:
    return _told({role.value: name for role, name in chosen.roles.items()}, facts)


def mend(session: Session, who: PageSession, role: Role, act: str, now: datetime, trace_id: str) -> LaneRef | None:
    """What a button beside a field that changed asks for: `own` (make ours anew), `name` (give it its name back),
    `keep` (its new name is right)."""
    name = portals.field_map(session, who.portal_id).get(role.value, "")
    audit(session, who, MENDS[act], now, {"role": role.value, "title": name})
    if act == "keep":
        _accept(session, who.portal_id, role)
        return None
    kind = WishKind.OWN if act == "own" else WishKind.NAME
    portal_settings.change(session, who.portal_id, lambda settings: add_wishes(settings, [Wish(role, kind)]))
    return field_wishes.read_again(session, who.portal_id, now, trace_id)


def reread(session: Session, who: PageSession, now: datetime, trace_id: str) -> LaneRef:
    """Fields were changed in the portal: they alone are read again."""
    audit(session, who, Act.REREAD, now)
    return field_wishes.read_again(session, who.portal_id, now, trace_id)


def _accept(session: Session, portal_id: int, role: Role) -> None:
    roles = portals.field_map(session, portal_id)
    mine = {role.value: roles.get(role.value, "")}

    def write(settings: dict[str, Any]) -> None:
        settings[KNOWN] = {**settings.get(KNOWN, {}), **known_of(mine, kept(settings))}

    portal_settings.change(session, portal_id, write)
