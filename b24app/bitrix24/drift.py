"""What became of the fields that a portal gave our roles: deleted, of another type, renamed, with new values. Pure.

Compared are the fields as the portal was last read with those we knew when each role got its own. A deal says it too:
what it does not hold at all is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.bitrix24.fields import PortalField, kept
from b24app.bitrix24.fitting import Misfit, misfit, values_of
from b24app.bitrix24.own_fields import is_own
from b24app.flows.snapshot import Role

#: Keys of the portal's settings: each role's field as we knew it; fields that deals do not hold any more, until the
#: portal was read again; and those that it then still had (deals are not believed about them a second time).
KNOWN, LOST, DOUBTED = "field_known", "field_lost", "field_doubted"


class Drift(StrEnum):
    """`GONE` and `MISFIT` stop a role; the others only need a look. Only fields of ours are `RENAMED`: what a portal
    calls its own is its own affair."""

    GONE = "gone"
    MISFIT = "misfit"
    RENAMED = "renamed"
    VALUES = "values"


#: What keeps a role from working.
BROKEN = frozenset({Drift.GONE, Drift.MISFIT})


@dataclass(frozen=True, slots=True)
class Drifted:
    """`was` and `now` are titles (RENAMED), kinds (MISFIT) or empty; `values` those of a list that nobody gave a
    meaning (VALUES); `misfit` why the field cannot play the role any more."""

    role: Role
    what: Drift
    name: str
    own: bool
    was: str = ""
    now: str = ""
    values: tuple[str, ...] = ()
    misfit: Misfit | None = None


def drifts(roles: Mapping[str, str], settings: Mapping[str, Any]) -> tuple[Drifted, ...]:
    """Everything that changed, in the order of the roles. Nothing while the portal's fields were never read."""
    fields = {each.name: each for each in kept(settings)}
    if not fields and not settings.get(LOST):
        return ()
    lost = set(settings.get(LOST, ()))
    said = settings.get("delivery_types", {})
    found = [
        _of_role(role, roles[role], fields, settings.get(KNOWN, {}).get(role.value, {}), lost, said)
        for role in Role
        if roles.get(role)
    ]
    return tuple(each for every in found for each in every)


def _of_role(
    role: Role,
    name: str,
    fields: Mapping[str, PortalField],
    known: Mapping[str, str],
    lost: Collection[str],
    said: Mapping[str, str],
) -> Iterator[Drifted]:
    own, field = is_own(role, name), fields.get(name)
    if field is None or name in lost:
        yield Drifted(role, Drift.GONE, name, own, was=known.get("title") or (field.title if field else name))
        return
    why = misfit(role, field)
    if why:
        yield Drifted(role, Drift.MISFIT, name, own, known.get("kind", ""), field.kind, misfit=why)
        return
    before = known.get("title", "") if known.get("name") == name else ""
    if own and before and before != field.title:
        yield Drifted(role, Drift.RENAMED, name, own, before, field.title)
    dumb = tuple(title for value, title in values_of(field) if value not in said) if role is Role.TYPE else ()
    if dumb:
        yield Drifted(role, Drift.VALUES, name, own, now=field.title, values=dumb)


def known_of(roles: Mapping[str, str], fields: Sequence[PortalField]) -> dict[str, dict[str, str]]:
    """What is remembered of each role's field: `{"name", "kind", "title"}`."""
    there = {each.name: each for each in fields}
    return {
        role: {"name": name, "kind": there[name].kind, "title": there[name].title}
        for role, name in roles.items()
        if name in there
    }
