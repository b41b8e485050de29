"""Smart processes as REST tells them (bitrix24-crm.md §6, §1.5, §1.7): types, their fields, their stages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.encoding import as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.names import DEAL

#: Field of `crm.item.*` that a flag of the type switches on (§6.2: those of a disabled flag are absent).
BY_FLAG = {"stageId": "isStagesEnabled", "contactIds": "isClientEnabled", "opportunity": "isLinkWithProductsEnabled"}
#: Items point to their deal with it; it is there when the type is related to deals.
OF_DEAL = f"parentId{DEAL}"
_DIRECTORY = re.compile(r"DYNAMIC_(\d+)_STAGE_(\d+)")


@dataclass(frozen=True, slots=True)
class SmartType:
    """`id` is in the names of fields, `entity` (`entityTypeId`) everywhere else."""

    id: int
    entity: int
    title: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage: `row` is what `crm.status.update` takes, `id` what items hold; `semantics` as `crm.status.list`."""

    row: int
    id: str
    name: str
    sort: int
    semantics: str = ""

    @property
    def code(self) -> str:
        """Without the `DT1042_30:` that the portal puts before it."""
        return self.id.rpartition(":")[2]


def parse_type(data: Any) -> SmartType:
    row = as_map(data)
    return SmartType(int(row["id"]), int(row["entityTypeId"]), str(row.get("title") or ""))


def parse_types(result: Any) -> list[SmartType]:
    """One page of `crm.type.list`."""
    return [parse_type(row) for row in as_list(as_map(result).get("types"))]


def parse_stages(rows: Any, directory: str) -> list[StageRow]:
    """Stages of one pipeline, in its order."""
    mine = [row for row in map(as_map, as_list(rows)) if row.get("ENTITY_ID") == directory]
    return sorted(map(_stage, mine), key=lambda each: each.sort)


def _stage(row: Mapping[str, Any]) -> StageRow:
    return StageRow(
        row=number(row.get("ID")) or 0,
        id=str(row.get("STATUS_ID") or ""),
        name=str(row.get("NAME") or ""),
        sort=number(row.get("SORT")) or 0,
        semantics=str(row.get("SEMANTICS") or ""),
    )


def field_entity(type_id: int) -> str:
    """To whom fields of a type belong: `CRM_12`."""
    return f"CRM_{type_id}"


def field_name(type_id: int, code: str) -> str:
    """`UF_CRM_12_TRACK`: fields of a type begin with its own number (§4.3)."""
    return f"UF_{field_entity(type_id)}_{code}"


def marked_types(result: Any) -> set[int]:
    """Ids of the types that the listed fields (`userfieldconfig.list`) belong to."""
    entities = [str(as_map(row).get("entityId") or "") for row in as_list(as_map(result).get("fields"))]
    return {int(entity[4:]) for entity in entities if re.fullmatch(r"CRM_\d+", entity)}


@dataclass(frozen=True, slots=True)
class Described:
    """What `crm.item.fields` tells of a type. `names`: original name of a user field -> name in `crm.item.*`;
    `category` 0 = without stages; `lacks`: flags to switch on; `of_deals`: its items can belong to a deal."""

    names: Mapping[str, str]
    category: int
    lacks: tuple[str, ...]
    of_deals: bool


def parse_described(result: Any) -> Described:
    fields = as_map(as_map(result).get("fields"))
    names = {str(as_map(info).get("upperName") or ""): api for api, info in fields.items()}
    told = _DIRECTORY.fullmatch(str(as_map(fields.get("stageId")).get("statusType") or ""))
    return Described(
        names=names,
        category=int(told[2]) if told else 0,
        lacks=tuple(flag for name, flag in BY_FLAG.items() if name not in fields),
        of_deals=OF_DEAL in fields,
    )


def directory_of(entity: int, category: int) -> str:
    """Where the stages of a pipeline are listed."""
    return f"DYNAMIC_{entity}_STAGE_{category}"


def related(rows: Sequence[Any], more: Iterable[int] = ()) -> list[dict[str, Any]]:
    """Relations as `crm.type.*` takes them, from those it told and further ones: given whole, in words of their own,
    without the predefined ones (b24restdocs: crm-type-update.md)."""
    kept = [row for row in map(as_map, rows) if row.get("isPredefined") != "Y"]
    told = [(number(row.get("entityTypeId")) or 0, row.get("isChildrenListEnabled") == "Y") for row in kept]
    found = {**dict(told), **dict.fromkeys(more, True)}
    return [{"entityTypeId": each, "isChildrenListEnabled": str(shown).lower()} for each, shown in found.items()]
