"""User fields of CRM objects and the names they have on the wire (crm §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .fields import camel

LABELS = ("editFormLabel", "listColumnLabel", "listFilterLabel", "errorMessage", "helpMessage")
TYPES = (
    "string", "integer", "double", "boolean", "date", "datetime", "money", "url", "address", "enumeration", "file",
    "employee", "crm_status", "crm", "iblock_section", "iblock_element",
)  # fmt: skip


@dataclass
class UserField:
    """One user field; ``enum`` rows are ``{id, value, sort, def, xmlId}``."""

    id: int
    entity_id: str
    name: str
    kind: str
    xml_id: str | None = None
    sort: int = 100
    multiple: bool = False
    mandatory: bool = False
    show_filter: str = "N"
    show_in_list: bool = True
    edit_in_list: bool = True
    is_searchable: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    enum: list[dict[str, Any]] = field(default_factory=list)

    def label(self, language: str) -> str:
        texts = self.labels.get("editFormLabel") or {}
        return texts.get(language) or next(iter(texts.values()), self.name)

    def enum_ids(self) -> set[int]:
        return {row["id"] for row in self.enum}


class UserFields:
    """User fields by entity (``CRM_DEAL``, ``CRM_12``) and by id."""

    def __init__(self) -> None:
        self.by_id: dict[int, UserField] = {}
        self._by_entity: dict[str, dict[str, UserField]] = {}
        self._names: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
        self._next_id = 751
        self._next_enum = 31

    def of(self, entity_id: str) -> dict[str, UserField]:
        return self._by_entity.get(entity_id, {})

    def add(self, entity_id: str, name: str, kind: str, **more: Any) -> UserField:
        """Add a field; ``enum`` rows need ``value`` only, the rest is filled in."""
        enum = [self.enum_row(row) for row in more.pop("enum", [])]
        found = UserField(self._next_id, entity_id, name, kind, enum=enum, **more)
        self._next_id += 1
        self.by_id[found.id] = found
        self._by_entity.setdefault(entity_id, {})[name] = found
        self._names.pop(entity_id, None)
        return found

    def remove(self, found: UserField) -> None:
        self.by_id.pop(found.id, None)
        self.of(found.entity_id).pop(found.name, None)
        self._names.pop(found.entity_id, None)

    def enum_row(self, row: dict[str, Any]) -> dict[str, Any]:
        number = row.get("id")
        if number is None:
            number = self._next_enum
            self._next_enum += 1
        return {
            "id": number,
            "value": str(row.get("value", "")),
            "sort": row.get("sort", 500),
            "def": row.get("def", "N"),
            "xmlId": str(row.get("xmlId") or f"xml{number}"),
        }

    def names(self, entity_id: str) -> tuple[dict[str, str], dict[str, str]]:
        """(camelCase -> original, original -> camelCase); names that collide stay as they are (crm §4.1)."""
        known = self._names.get(entity_id)
        if known is None:
            forward: dict[str, str] = {}
            for name in self.of(entity_id):
                short = camel(name)
                forward[name if short in forward else short] = name
            known = self._names[entity_id] = (forward, {name: short for short, name in forward.items()})
        return known
