"""User fields of the deal: read all of them, make ours that nobody chose otherwise, mend what an administrator asked
for (contracts/bitrix24-crm.md §4).

A field that was there and is gone is never made again in silence: it is told on the page (`b24app.bitrix24.drift`), and
the administrator says what becomes of it. Only an installation makes what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import fields as portal_fields
from b24app.bitrix24.drift import DOUBTED, KNOWN, LOST, known_of
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.fields import BOOLEAN, PortalField
from b24app.bitrix24.fitting import guessed_kinds, money_fields
from b24app.bitrix24.invoices import INVOICE
from b24app.bitrix24.names import DEAL
from b24app.bitrix24.own_fields import (
    OWN,
    POINT_FIELD,
    free_name,
    free_point_name,
    full_type,
    is_own,
    of_role,
    point_field,
)
from b24app.flows.snapshot import Role
from b24app.store import portal_settings, portals
from b24app.store.field_wishes import Wish, WishKind, drop_wishes, wishes_of
from b24app.store.models import PortalState
from b24app.store.return_sums import FIELDS, OFF
from install.labels import labels, point_labels
from install.steps.catalogue import Ground, Read
from install.wanted import creation, naming, point_creation

_INVOICES = Read("crm.item.fields", {"entityTypeId": INVOICE})
_TYPED = Wish(Role.POINT, WishKind.TYPED)


@dataclass(frozen=True, slots=True)
class Stored:
    """What we know before the portal is asked. `fresh`: the app is being installed (again). `app_id`: the number that
    the portal gave the app, 0 = not told yet."""

    roles: Mapping[str, str]
    wishes: tuple[Wish, ...]
    fresh: bool
    app_id: int = 0


def reads(ground: Ground) -> list[Read]:
    """Both answers together tell of each field: its labels in the portal's language, and the names of `crm.item.*`."""
    return [
        Read("crm.deal.userfield.list", {"order": {"SORT": "ASC"}, "filter": {"LANG": ground.lang}}),
        Read("crm.item.fields", {"entityTypeId": DEAL}),
        _INVOICES,
    ]


def run(ground: Ground) -> None:
    stored = _stored(ground)
    fields = _read(ground)
    commands = [*_creations(stored, fields, ground.lang), *_typed(stored, fields), *_namings(stored, fields)]
    if commands:
        ground.do(commands)
        fields = _read(ground)
    roles = _roles(stored, fields)
    billed = _of_invoices(ground)
    ground.save(lambda session: _save(session, ground.portal_id, stored, roles, fields, billed))


def _stored(ground: Ground) -> Stored:
    def load(session: Session) -> Stored:
        portal = portals.get(session, ground.portal_id)
        roles = portals.field_map(session, ground.portal_id)
        fresh, app_id = portal.state == PortalState.INSTALLING, int(portal.settings.get("app_id", 0))
        return Stored(roles, wishes_of(portal.settings), fresh, app_id)

    return ground.save(load)


def _read(ground: Ground) -> tuple[PortalField, ...]:
    listed, described = ground.get_all(reads(ground)[:2])
    return portal_fields.parse(listed, described)


def _of_invoices(ground: Ground) -> dict[str, Any]:
    """The portal's own fields of smart invoices; where it has no such invoices, or does not show them, why."""
    try:
        described = ground.get(_INVOICES)
    except RestError as error:
        if error.portal_wide or error.retryable:
            raise
        return {FIELDS: [], OFF: {"code": error.code, "said": error.text}}
    return {FIELDS: [each.to_json() for each in portal_fields.described_fields(described)], OFF: {}}


def to_make(stored: Stored, fields: Sequence[PortalField]) -> list[Role]:
    """Roles whose field of ours has to be made: nobody decided about them yet, an administrator asked for it, or an
    installation finds it gone."""
    there = {each.name for each in fields}
    return [role for role in OWN if _lacks(role, stored, there) and of_role(role, fields) is None]


def _lacks(role: Role, stored: Stored, there: set[str]) -> bool:
    name = stored.roles.get(role.value)
    gone = stored.fresh and name is not None and is_own(role, name) and name not in there
    return name is None or gone or Wish(role, WishKind.OWN) in stored.wishes


def _creations(stored: Stored, fields: Sequence[PortalField], lang: str) -> list[Command]:
    named = [(role, free_name(role, fields)) for role in to_make(stored, fields)]
    return [
        Command(f"f{at}", "crm.deal.userfield.add", creation(role, name, lang))
        for at, (role, name) in enumerate(named)
        if name
    ]


def _typed(stored: Stored, fields: Sequence[PortalField]) -> list[Command]:
    """The field of our own type, for which somebody asked and which is not there. The portal makes it only when the app
    is installed to its end (bitrix24-crm.md §4.4): that is why nobody gets it unasked."""
    name = free_point_name(fields)
    if _TYPED not in stored.wishes or point_field(fields) is not None or not name or not stored.app_id:
        return []
    return [Command("t0", "crm.deal.userfield.add", point_creation(name, full_type(stored.app_id)))]


def _namings(stored: Stored, fields: Sequence[PortalField]) -> list[Command]:
    """Fields of ours that get their own name back."""
    there = {each.name: each for each in fields}
    asked = [wish.role for wish in stored.wishes if wish.kind is WishKind.NAME and wish.role in OWN]
    found = [(role, there.get(stored.roles.get(role.value, ""))) for role in asked]
    return [
        Command(f"n{at}", "crm.deal.userfield.update", {"id": field.id, "fields": naming(_labels(role, field))})
        for at, (role, field) in enumerate(found)
        if field is not None and is_own(role, field.name)
    ]


def _labels(role: Role, field: PortalField) -> dict[str, str]:
    return point_labels() if field.name in POINT_FIELD.names else labels(role)


def _roles(stored: Stored, fields: Sequence[PortalField]) -> dict[str, str]:
    """Role -> field, where that is decided now; choices that an administrator made stay."""
    there = {each.name for each in fields}
    found = {role: of_role(role, fields) for role in OWN if _lacks(role, stored, there)}
    if _TYPED in stored.wishes:
        found[Role.POINT] = point_field(fields)
    return {role.value: field.name for role, field in found.items() if field is not None}


def _save(
    session: Session,
    portal_id: int,
    stored: Stored,
    roles: Mapping[str, str],
    fields: Sequence[PortalField],
    billed: Mapping[str, Any],
) -> None:
    """`billed`: what settings keep of the fields of invoices."""
    current = portals.field_map(session, portal_id)
    # What an administrator chose while the portal was read stays.
    roles = {role: name for role, name in roles.items() if current.get(role) == stored.roles.get(role)}
    portals.set_fields(session, portal_id, roles)
    mapped = {**current, **roles}

    def write(settings: dict[str, Any]) -> None:
        settings[portal_fields.KEY] = [each.to_json() for each in fields]
        settings[DOUBTED] = sorted(
            {*settings.get(DOUBTED, ()), *settings.get(LOST, ())} & {each.name for each in fields}
        )
        settings[LOST] = []
        settings["money_fields"] = money_fields(fields, {Role(role): name for role, name in mapped.items()})
        settings["delivery_types"] = _kinds(settings, mapped, fields, changed=Role.TYPE.value in roles)
        settings[KNOWN] = _known(settings.get(KNOWN, {}), mapped, fields, stored.wishes)
        settings.update(billed)
        drop_wishes(settings, stored.wishes)

    portal_settings.change(session, portal_id, write)


def _known(
    known: Mapping[str, Any], mapped: Mapping[str, str], fields: Sequence[PortalField], wishes: Sequence[Wish]
) -> dict[str, Any]:
    """A field that is known for its role stays as it was known, so that what became of it can be told, unless somebody
    asked to mend just that."""
    mended = {wish.role.value for wish in wishes}
    fresh = known_of(mapped, fields)
    old = {role: each for role, each in known.items() if role not in mended and each["name"] == mapped.get(role)}
    return {**fresh, **old}


def _kinds(
    settings: Mapping[str, Any], mapped: Mapping[str, str], fields: Sequence[PortalField], changed: bool
) -> dict[str, str]:
    """What the values of the TYPE field mean: as it was said; read from their texts where nobody said anything yet."""
    field = next((each for each in fields if each.name == mapped.get(Role.TYPE.value)), None)
    said: dict[str, str] = dict(settings.get("delivery_types", {}))
    if field is None or field.kind == BOOLEAN or (said and not changed):
        return said
    return guessed_kinds(field)
