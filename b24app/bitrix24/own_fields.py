"""Fields of our own on deals: one a role, by the names that the portal really gives (bitrix24-crm.md §4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.fields import KEY, PortalField
from b24app.bitrix24.fitting import is_point_kind, misfit
from b24app.flows.snapshot import Role

PREFIX = "UF_CRM_"
#: The whole name may have 50 characters: `A-Z 0-9 _`. We keep to letters, so that its camelCase is certain.
LONGEST = 50
#: Behind the name when a field of that name is there that cannot play the role.
SECOND = "_WB"


@dataclass(frozen=True, slots=True)
class OwnField:
    """`kind` is its USER_TYPE_ID, `sort` its place among the deal's fields."""

    role: Role
    name: str
    kind: str
    sort: int

    @property
    def names(self) -> tuple[str, str]:
        """The name, and the one to take when something else has it."""
        return self.name, self.name + SECOND


def _own(role: Role, code: str, sort: int, kind: str = "string") -> OwnField:
    return OwnField(role, PREFIX + code, kind, sort)


OWN: Mapping[Role, OwnField] = {
    own.role: own
    for own in (
        _own(Role.ADDRESS, "DELIVERY_ADDRESS", 200),
        _own(Role.PHONE, "DELIVERY_PHONE", 210),
        _own(Role.TYPE, "DELIVERY_TYPE", 220, "enumeration"),
        _own(Role.POINT, "PVZ_CODE", 230),
        _own(Role.ORDER_ID, "LOGISTICS_ORDER_ID", 240),
        _own(Role.TRACKING, "LOGISTICS_TRACK", 250),
        _own(Role.LINK, "LOGISTICS_LINK", 260, "url"),
        _own(Role.PRICE, "LOGISTICS_PRICE", 270, "money"),
        _own(Role.STATUS, "LOGISTICS_STATUS", 280),
    )
}


#: The code of our own type of field: a pickup point that is chosen in the card (bitrix24-app.md §5.6).
POINT_TYPE = "wbpoint"
#: The field of that type, beside the plain one: an administrator chooses between them.
POINT_FIELD = _own(Role.POINT, "PVZ_POINT", 231, POINT_TYPE)


def full_type(app_id: int) -> str:
    """How the portal stores our type: `rest_17_wbpoint`."""
    return f"rest_{app_id}_{POINT_TYPE}"


def point_field(fields: Iterable[PortalField]) -> PortalField | None:
    """The field of our own type as the portal has it now."""
    found = {each.name: each for each in fields if each.name in POINT_FIELD.names}
    return next((found[name] for name in POINT_FIELD.names if name in found and is_point_kind(found[name].kind)), None)


def free_point_name(fields: Iterable[PortalField]) -> str:
    """The name under which it can be made; "" when both are taken."""
    there = {each.name for each in fields}
    return next((name for name in POINT_FIELD.names if name not in there), "")


def is_own(role: Role, name: str) -> bool:
    return (role in OWN and name in OWN[role].names) or (role is Role.POINT and name in POINT_FIELD.names)


def of_role(role: Role, fields: Iterable[PortalField]) -> PortalField | None:
    """Our field for this role as the portal has it now, also one that somebody made under our name, if it fits."""
    there = {each.name: each for each in fields}
    found = (there[name] for name in OWN[role].names if name in there) if role in OWN else ()
    return next((each for each in found if not misfit(role, each)), None)


def free_name(role: Role, fields: Iterable[PortalField]) -> str:
    """The name under which it can be made; "" when both are taken."""
    there = {each.name for each in fields}
    return next((name for name in OWN[role].names if name not in there), "")


def titles_of(roles: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """Role -> what the portal calls its own field for it. Ours are known by our words."""
    titles = {row["name"]: row["title"] for row in settings.get(KEY, ())}
    theirs = {role: name for role, name in roles.items() if role in set(Role) and not is_own(Role(role), name)}
    return {role: titles[name] for role, name in theirs.items() if name in titles}
