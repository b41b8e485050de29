"""What stands in the feed of CRM items, the badges, and the bell (crm §5)."""

from __future__ import annotations

from typing import Any

from .table import Owned, Row, Table


class Timeline:
    """Comments, log messages and activities by id and by owner ``(entity type, id)``."""

    def __init__(self) -> None:
        self.comments = Owned(90001)
        self.log_messages = Owned(501)
        self.activities = Owned(40001)
        self.badges: dict[str, Row] = {}
        self.activity_types: dict[str, Row] = {}
        self.icons: dict[str, Row] = {}
        self.logos: dict[str, Row] = {}
        self.blocks: dict[tuple[str, int, int, int], Any] = {}
        self.notes: dict[tuple[int, int, int, int], str] = {}
        self.pinned: set[tuple[int, int, int]] = set()


class Notices:
    """The bell of every user; a notice replaces the one with the same tag (crm §5.6)."""

    def __init__(self) -> None:
        self.table: Table = Table(1)
        self._by_tag: dict[tuple[int, str], int] = {}

    def add(self, user_id: int, row: Row) -> int:
        tag = str(row.get("tag") or "")
        if tag and (old := self._by_tag.pop((user_id, tag), None)) is not None:
            self.table.remove(old)
        number = self.table.add(row | {"userId": user_id})
        if tag:
            self._by_tag[(user_id, tag)] = number
        return number

    def remove(self, row: Row) -> None:
        self.table.remove(row["id"])
        self._by_tag.pop((row["userId"], str(row.get("tag") or "")), None)

    def of(self, user_id: int) -> list[Row]:
        return [row for row in self.table if row["userId"] == user_id]
