"""Which of a portal's fields can play which role, and which roles can stand together. Pure.

Types and their values: bitrix24-crm.md §4.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from b24app.bitrix24.fields import BOOLEAN, ENUMERATION, PortalField
from b24app.flows.snapshot import WRITTEN, Role
from b24app.logistics.model import DeliveryKind

#: Roles that an administrator may give a field, in the order of the page: what is read, then what is written.
READ = (Role.ADDRESS, Role.POINT, Role.TYPE, Role.PHONE, Role.NAME, Role.COMMENT, Role.REFERENCE, Role.COD)
#: Roles that need a field: without them a deal cannot be shipped, or nobody sees that it was.
NEEDED = frozenset({Role.ADDRESS, Role.ORDER_ID, Role.TRACKING})

_TEXT = ("string",)
_AMOUNT = ("money", "double", "integer", "string")
_WITH_KOPECKS = ("money", "double", "string")
#: USER_TYPE_IDs that can hold what the role means, the natural one first. A whole number cannot hold a phone (eleven
#: digits) or a code or reference (zeros in front), nor a price (kopecks).
KINDS: Mapping[Role, tuple[str, ...]] = {
    Role.ADDRESS: ("address", "string"),
    Role.POINT: _TEXT,
    Role.TYPE: (ENUMERATION, BOOLEAN),
    Role.PHONE: _TEXT,
    Role.NAME: _TEXT,
    Role.COMMENT: _TEXT,
    Role.REFERENCE: _TEXT,
    Role.COD: _AMOUNT,
    Role.ORDER_ID: _TEXT,
    Role.TRACKING: _TEXT,
    Role.LINK: ("url", "string"),
    Role.PRICE: _WITH_KOPECKS,
    Role.CLIENT_PRICE: _WITH_KOPECKS,
    Role.SERVICE: _TEXT,
    Role.STATUS: _TEXT,
    Role.RETURN_OWED: _WITH_KOPECKS,
    Role.RETURN_PAID: _WITH_KOPECKS,
}
_POINT_KIND = re.compile(r"rest_\d+_wbpoint")
#: Roles read from a field of several values: the first address, all phones, all remarks.
SEVERAL = frozenset({Role.ADDRESS, Role.PHONE, Role.COMMENT})


class Misfit(StrEnum):
    """Why a field cannot play a role."""

    KIND = "kind"
    MULTIPLE = "multiple"
    READ_ONLY = "read_only"
    MANDATORY = "mandatory"
    NO_VALUES = "no_values"


def is_point_kind(kind: str) -> bool:
    """Whether it is our own type of field for a point (`rest_17_wbpoint`): its value is the code, a text."""
    return _POINT_KIND.fullmatch(kind) is not None


def misfit(role: Role, field: PortalField) -> Misfit | None:
    """Why `field` cannot play `role`; None when it can. What we write must be writable, of one value, and nothing that
    a person has to fill in before there is anything to write."""
    if field.kind not in KINDS.get(role, ()) and not (role is Role.POINT and is_point_kind(field.kind)):
        return Misfit.KIND
    if field.multiple and role not in SEVERAL:
        return Misfit.MULTIPLE
    if field.kind == ENUMERATION and not field.elements:
        return Misfit.NO_VALUES
    if role in WRITTEN and field.read_only:
        return Misfit.READ_ONLY
    if role in WRITTEN and field.mandatory:
        return Misfit.MANDATORY
    return None


class Clash(StrEnum):
    """Why two roles cannot share a field."""

    OUTPUTS = "two_outputs"
    OUTPUT_ON_INPUT = "output_on_input"
    INPUTS = "two_inputs"


def clashes(roles: Mapping[Role, str]) -> dict[Role, Clash]:
    """Roles whose field another role has too: an output would overwrite what is read, two outputs each other, and one
    text cannot be both an address and a pickup point."""
    found: dict[Role, Clash] = {}
    for role, name in roles.items():
        others = [other for other, its in roles.items() if name and its == name and other is not role]
        if others:
            found[role] = _clash(role, others)
    return found


def _clash(role: Role, others: Iterable[Role]) -> Clash:
    written = {each in WRITTEN for each in (role, *others)}
    if written == {True}:
        return Clash.OUTPUTS
    return Clash.INPUTS if written == {False} else Clash.OUTPUT_ON_INPUT


# --- what the values of a TYPE field mean ----------------------------------------------------------------------------

#: Values of a yes/no field in `crm.item.*`.
YES, NO = "Y", "N"
#: How people name the two kinds in a list of their own.
_SAYS = {
    DeliveryKind.COURIER: ("courier", "курьер", "двер", "door"),
    DeliveryKind.PICKUP: ("pickup", "point", "пункт", "самовывоз", "пвз", "постамат", "locker"),
}


def values_of(field: PortalField) -> tuple[tuple[str, str], ...]:
    """`(value, title)` of everything that a TYPE field can say; the titles of yes and no are empty."""
    if field.kind == BOOLEAN:
        return ((YES, ""), (NO, ""))
    return tuple((each.id, each.title) for each in field.elements)


def guessed_kinds(field: PortalField) -> dict[str, str]:
    """Value -> kind of delivery, as far as the texts of the list say it; the rest is for the administrator."""
    said = {each.id: _kind(f"{each.code} {each.title}") for each in field.elements}
    return {value: kind for value, kind in said.items() if value and kind}


def _kind(text: str) -> str:
    said = text.casefold()
    return next((kind.value for kind, signs in _SAYS.items() if any(sign in said for sign in signs)), "")


def money_fields(fields: Iterable[PortalField], roles: Mapping[Role, str]) -> list[dict[str, str]]:
    """Fields that may hold an amount to collect (`{"name", "title"}`): those that fit and have no other role."""
    taken = {name for role, name in roles.items() if role is not Role.COD}
    fit = [each for each in fields if not misfit(Role.COD, each) and each.name not in taken]
    return [{"name": each.name, "title": each.title} for each in fit]
