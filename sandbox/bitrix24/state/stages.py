"""Pipelines, stages and directories (crm §1.7), and the history of stage moves (crm §1.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .table import Owned, Row

DEAL_STAGES = (
    ("NEW", "Новая", None, "#39A8EF"),
    ("PREPARATION", "Подготовка документов", None, "#2FC6F6"),
    ("PREPAYMENT_INVOICE", "Cчёт на предоплату", None, "#55D0E0"),
    ("EXECUTING", "В работе", None, "#47E4C2"),
    ("FINAL_INVOICE", "Финальный счёт", None, "#FFA900"),
    ("WON", "Сделка успешна", "S", "#7BD500"),
    ("LOSE", "Сделка провалена", "F", "#FF5752"),
    ("APOLOGY", "Анализ причины провала", "F", "#FF5752"),
)
DYNAMIC_STAGES = (
    ("NEW", "Начало", None, "#22B9FF"),
    ("PREPARATION", "Подготовка", None, "#88B9FF"),
    ("CLIENT", "Согласование", None, "#10E5FC"),
    ("SUCCESS", "Успех", "S", "#00FF00"),
    ("FAIL", "Провал", "F", "#FF0000"),
)
INVOICE_STAGES = (
    ("N", "Новый", None, "#39A8EF"),
    ("S", "Отправлен", None, "#88B9FF"),
    ("P", "Оплачен", "S", "#7BD500"),
    ("D", "Не оплачен", "F", "#FF5752"),
)
_EXTRA = {"S": "success", "F": "failure", None: "process"}


@dataclass
class Category:
    """One pipeline."""

    id: int
    entity_type_id: int
    name: str
    sort: int = 500
    is_default: bool = False
    origin_id: str = ""
    originator_id: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "sort": self.sort,
            "entityTypeId": self.entity_type_id,
            "isDefault": "Y" if self.is_default else "N",
            "originId": self.origin_id,
            "originatorId": self.originator_id,
        }


@dataclass
class Status:
    """One row of a directory; a stage is a row of its pipeline's directory."""

    id: int
    entity_id: str
    status_id: str
    name: str
    sort: int
    semantics: str | None = None
    color: str = ""
    system: bool = False
    category_id: int | None = None
    name_init: str = ""

    @property
    def semantic(self) -> str:
        """``P``, ``S`` or ``F`` as on the item."""
        return self.semantics or "P"

    def as_json(self) -> dict[str, Any]:
        extra = "apology" if self.status_id.endswith("APOLOGY") else _EXTRA[self.semantics]
        return {
            "ID": str(self.id),
            "ENTITY_ID": self.entity_id,
            "STATUS_ID": self.status_id,
            "NAME": self.name,
            "NAME_INIT": self.name_init,
            "SORT": str(self.sort),
            "SYSTEM": "Y" if self.system else "N",
            "COLOR": self.color,
            "SEMANTICS": self.semantics,
            "CATEGORY_ID": None if self.category_id is None else str(self.category_id),
            "EXTRA": {"SEMANTICS": extra, "COLOR": self.color},
        }


class Statuses:
    """Directory rows by id and by (directory, code)."""

    def __init__(self) -> None:
        self.rows: dict[int, Status] = {}
        self._by_code: dict[str, dict[str, Status]] = {}
        self._next = 401

    def add(self, entity_id: str, status_id: str, name: str, sort: int, **more: Any) -> Status:
        row = Status(self._next, entity_id, status_id, name, sort, **more)
        self._next += 1
        self.rows[row.id] = row
        self._by_code.setdefault(entity_id, {})[status_id] = row
        return row

    def remove(self, row: Status) -> None:
        self.rows.pop(row.id, None)
        self._by_code.get(row.entity_id, {}).pop(row.status_id, None)

    def find(self, entity_id: str, status_id: str) -> Status | None:
        return self._by_code.get(entity_id, {}).get(status_id)

    def of(self, entity_id: str) -> list[Status]:
        return sorted(self._by_code.get(entity_id, {}).values(), key=lambda row: (row.sort, row.id))

    def directories(self) -> list[str]:
        return list(self._by_code)


def stage_directory(entity_type_id: int, category_id: int) -> str:
    """``DEAL_STAGE``, ``DEAL_STAGE_3``, ``DYNAMIC_1042_STAGE_30``: where the stages of a pipeline are listed."""
    if entity_type_id == 2:
        return f"DEAL_STAGE_{category_id}" if category_id else "DEAL_STAGE"
    if entity_type_id == 1:
        return "STATUS"
    if entity_type_id == 7:
        return "QUOTE_STATUS"
    if entity_type_id == 31:
        return f"SMART_INVOICE_STAGE_{category_id}"
    return f"DYNAMIC_{entity_type_id}_STAGE_{category_id}"


def stage_prefix(entity_type_id: int, category_id: int) -> str:
    """``C3:``, ``DT1042_30:`` or nothing: what the server puts before a stage's own code."""
    if entity_type_id == 2:
        return f"C{category_id}:" if category_id else ""
    if entity_type_id in (1, 7):
        return ""
    return f"DT{entity_type_id}_{category_id}:"


class StageHistory:
    """Rows of crm.stagehistory.list for one entity type, found by id and by owner."""

    def __init__(self) -> None:
        self.table = Owned(9001)

    def add(self, kind: int, owner: int, created: str, category: int, semantic: str, stage: str) -> Row:
        row: Row = {
            "TYPE_ID": kind,
            "OWNER_ID": owner,
            "CREATED_TIME": created,
            "CATEGORY_ID": category,
            "STAGE_SEMANTIC_ID": semantic,
            "STAGE_ID": stage,
        }
        row["ID"] = self.table.add_to(owner, row)
        return row
