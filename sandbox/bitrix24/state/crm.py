"""CRM of one portal: items, pipelines, user fields, product rows, requisites and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.numbers import Numbers

from .fields import DYNAMIC, SYSTEM_FIELDS, UF_ENTITIES, Field
from .stages import (
    DEAL_STAGES,
    DYNAMIC_STAGES,
    INVOICE_STAGES,
    Category,
    StageHistory,
    Status,
    Statuses,
    stage_directory,
    stage_prefix,
)
from .table import Owned, Row, Table
from .userfields import UserFields

StageSpec = tuple[str, str, str | None, str]


@dataclass
class DynamicType:
    """A smart process. ``id`` is in user-field names, ``entity_type_id`` everywhere else (crm §6.1)."""

    id: int
    entity_type_id: int
    title: str
    flags: dict[str, str]
    created_by: int
    created_time: str
    parents: list[dict[str, Any]] = field(default_factory=list)
    children: list[dict[str, Any]] = field(default_factory=list)
    updated_by: int = 1
    updated_time: str = ""


class Crm:
    """Everything of the CRM module. Items are dicts: system fields in camelCase, user fields by original name."""

    def __init__(self) -> None:
        self.tables: dict[int, Table] = {number: Table() for number in SYSTEM_FIELDS}
        self.history: dict[int, StageHistory] = {}
        self.categories: dict[int, dict[int, Category]] = {}
        self.statuses = Statuses()
        self.types: dict[int, DynamicType] = {}
        self.userfields = UserFields()
        self.product_rows = Owned(7001)
        self.requisites = Owned(501)
        self.bank_details = Table(1)
        self.addresses: dict[tuple[int, int, int], Row] = {}
        self.requisite_links: dict[tuple[int, int], Row] = {}
        self.payments = Owned(601)
        self.files: dict[int, tuple[str, bytes]] = {}
        self.file_ids = Numbers(431)
        self.invoice_numbers = Numbers(101)
        self.multifield_ids = Numbers(301)
        self.location_ids = Numbers(201)
        self._category_ids = Numbers(1)
        self._dynamic_category_ids = Numbers(30)
        self._type_ids = Numbers(12)
        self._base()

    def _base(self) -> None:
        self.add_category(2, "Общая", 0, DEAL_STAGES, is_default=True)
        self.add_category(31, "Общая", 4, INVOICE_STAGES, is_default=True)
        for code, name in (("WEB", "Веб-сайт"), ("CALL", "Звонок"), ("STORE", "Интернет-магазин")):
            self.statuses.add("SOURCE", code, name, 10, system=True)
        for code, name in (("SALE", "Продажа"), ("SERVICES", "Услуги")):
            self.statuses.add("DEAL_TYPE", code, name, 10, system=True)

    def add_category(
        self,
        entity_type_id: int,
        name: str,
        category_id: int | None = None,
        stages: Sequence[StageSpec] = DEAL_STAGES,
        *,
        sort: int = 500,
        is_default: bool = False,
    ) -> Category:
        """Add a pipeline with its stages. A stage spec is (code without prefix, name, None | "S" | "F", colour)."""
        number = category_id
        if number is None:
            number = next(self._category_ids if entity_type_id == 2 else self._dynamic_category_ids)
        found = Category(number, entity_type_id, name, sort, is_default)
        self.categories.setdefault(entity_type_id, {})[number] = found
        prefix, directory = stage_prefix(entity_type_id, number), stage_directory(entity_type_id, number)
        for index, (code, title, semantics, color) in enumerate(stages, start=1):
            system = semantics == "S" or code in ("NEW", "LOSE", "FAIL")
            self.statuses.add(
                directory,
                prefix + code,
                title,
                index * 10,
                semantics=semantics,
                color=color,
                category_id=number,
                system=system,
            )
        return found

    def add_type(self, title: str, flags: dict[str, str], entity_type_id: int, by: int, at: str) -> DynamicType:
        """Add a smart process with its table and default pipeline."""
        found = DynamicType(next(self._type_ids), entity_type_id, title, flags, by, at, updated_by=by, updated_time=at)
        self.types[found.id] = found
        self.tables[entity_type_id] = Table()
        self.add_category(entity_type_id, "Общая", None, DYNAMIC_STAGES, is_default=True)
        return found

    def remove_type(self, found: DynamicType) -> None:
        """The smart process with its pipelines, stages and fields; whether items are there is the caller's affair."""
        del self.types[found.id]
        self.tables.pop(found.entity_type_id, None)
        for category in self.categories.pop(found.entity_type_id, {}):
            for row in self.stages(found.entity_type_id, category):
                self.statuses.remove(row)
        for field_ in list(self.userfields.of(f"CRM_{found.id}").values()):
            self.userfields.remove(field_)

    def type_of(self, entity_type_id: int) -> DynamicType | None:
        return next((row for row in self.types.values() if row.entity_type_id == entity_type_id), None)

    def system_fields(self, entity_type_id: int) -> dict[str, Field]:
        return SYSTEM_FIELDS.get(entity_type_id, DYNAMIC)

    def uf_entity(self, entity_type_id: int) -> str:
        """``CRM_DEAL``, or ``CRM_<type id>`` of a smart process."""
        if entity_type_id in UF_ENTITIES:
            return UF_ENTITIES[entity_type_id]
        found = self.type_of(entity_type_id)
        return f"CRM_{found.id}" if found else ""

    def stage(self, entity_type_id: int, category_id: int, stage_id: str) -> Status | None:
        return self.statuses.find(stage_directory(entity_type_id, category_id), stage_id)

    def stages(self, entity_type_id: int, category_id: int) -> list[Status]:
        return self.statuses.of(stage_directory(entity_type_id, category_id))

    def default_category(self, entity_type_id: int) -> int:
        known = self.categories.get(entity_type_id, {})
        return next((row.id for row in known.values() if row.is_default), next(iter(known), 0))

    def history_of(self, entity_type_id: int) -> StageHistory:
        return self.history.setdefault(entity_type_id, StageHistory())

    def parents_of(self, entity_type_id: int) -> list[int]:
        """Entity types whose ``parentId<n>`` this type's items have."""
        found = self.type_of(entity_type_id)
        if found is None:
            return [2, 7] if entity_type_id == 31 else [t.entity_type_id for t in self.types.values()]
        return [row["entityTypeId"] for row in found.parents if row["entityTypeId"] not in (3, 4)]
