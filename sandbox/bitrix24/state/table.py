"""Rows of one kind by id, in the order of ids, and the history of stages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

Row = dict[str, Any]


class Table:
    """Rows by id. Ids grow, so that a walk by ``>id`` starts with a binary search."""

    def __init__(self, first_id: int = 1) -> None:
        self.rows: dict[int, Row] = {}
        self._ids: list[int] = []
        self._next = first_id

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self.rows.values()))

    def get(self, row_id: int | None) -> Row | None:
        return self.rows.get(row_id) if row_id is not None else None

    def add(self, row: Row, row_id: int | None = None) -> int:
        """Store ``row`` under the next id, or under a given one; the id is also written into ``row['id']``."""
        number = self._next if row_id is None else row_id
        self._next = max(self._next, number + 1)
        row["id"] = number
        if self._ids and number < self._ids[-1]:
            self._ids.insert(bisect_left(self._ids, number), number)
        else:
            self._ids.append(number)
        self.rows[number] = row
        return number

    def remove(self, row_id: int) -> Row | None:
        row = self.rows.pop(row_id, None)
        if row is not None:
            del self._ids[bisect_left(self._ids, row_id)]
        return row

    def after(self, row_id: int, *, inclusive: bool = False) -> list[Row]:
        """Rows with a greater id (or from it on)."""
        cut = bisect_left if inclusive else bisect_right
        return [self.rows[number] for number in self._ids[cut(self._ids, row_id) :]]

    def some(self, ids: Iterable[int]) -> list[Row]:
        """The rows of ``ids`` that exist, in the order of ids."""
        return [self.rows[number] for number in sorted(set(ids)) if number in self.rows]


class Owned(Table):
    """Rows that also belong to an owner and are found by it."""

    def __init__(self, first_id: int = 1) -> None:
        super().__init__(first_id)
        self._by_owner: dict[Any, dict[int, Row]] = {}

    def add_to(self, owner: Any, row: Row) -> int:
        number = self.add(row)
        row["_owner"] = owner
        self._by_owner.setdefault(owner, {})[number] = row
        return number

    def remove(self, row_id: int) -> Row | None:
        row = super().remove(row_id)
        if row is not None:
            self._by_owner.get(row.get("_owner"), {}).pop(row_id, None)
        return row

    def of(self, owner: Any) -> list[Row]:
        return list(self._by_owner.get(owner, {}).values())
