"""Names of a deal's fields in `crm.item.*`: camelCase made from the portal's `UF_CRM_…` (bitrix24-crm.md §4.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.flows.snapshot import Role

DEAL = 2
CONTACT = 3
COMPANY = 4
_SYSTEM = (
    "id title categoryId stageId stageSemanticId assignedById contactId contactIds companyId opportunity currencyId"
    " movedTime movedBy updatedTime updatedBy"
)
_LETTERS = re.compile(r"UF(_[A-Z]+)+_?")
_NUMBERED = re.compile(r"UF_CRM_(\d{1,4})_([0-9_]+|[A-Z_]+)")


def camel(upper: str) -> str:
    """`UF_CRM_PVZ_CODE` -> `ufCrmPvzCode`, by the server's rule; names with digits elsewhere keep their tail.

    Two fields may collide under the rule, so what the portal said of its fields (`FieldNames.known`) wins.
    """
    if not upper.startswith("UF_"):
        return upper
    numbered = _NUMBERED.fullmatch(upper)
    if numbered:
        tail = numbered[2]
        joined = "_" + tail if tail[0].isdigit() else "".join(word.capitalize() for word in tail.split("_"))
        return f"ufCrm{numbered[1]}{joined}"
    if _LETTERS.fullmatch(upper):
        first, *rest = upper.strip("_").lower().split("_")
        return first + "".join(word.capitalize() for word in rest)
    return "ufCrm_" + upper.removeprefix("UF_CRM_")


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Which field plays which role (original names), how `crm.item.*` calls them where the rule does not tell, and of
    which type they are, where that is known (`b24app.bitrix24.fields.names_of` fills all three)."""

    roles: Mapping[Role, str]
    known: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def api(self, role: Role) -> str | None:
        """The name to read and write; None when no field plays the role."""
        upper = self.roles.get(role)
        return (self.known.get(upper) or camel(upper)) if upper else None

    def kind(self, role: Role) -> str:
        """USER_TYPE_ID of the role's field; "" where it is not known."""
        return self.kinds.get(self.roles.get(role, ""), "")

    def absent(self, item: Mapping[str, Any]) -> set[str]:
        """Fields that a deal does not hold at all, not even empty: the portal has them no more."""
        return {upper for role, upper in self.roles.items() if upper and not {self.api(role), upper} & item.keys()}

    def select(self) -> list[str]:
        """Everything that a snapshot is made of."""
        own = (self.api(role) for role in self.roles)
        return _SYSTEM.split() + sorted({name for name in own if name})

    def values(self, item: Mapping[str, Any]) -> dict[Role, Any]:
        """Raw values by role; a portal that answers original names is understood too."""
        found: dict[Role, Any] = {}
        for role, upper in self.roles.items():
            name = self.api(role) or upper
            found[role] = item.get(name, item.get(upper))
        return found

    def written(self, values: Mapping[Role, Any]) -> dict[str, Any]:
        """Values by API name; roles without a field are left out."""
        named = {self.api(role): value for role, value in values.items()}
        return {name: value for name, value in named.items() if name}
