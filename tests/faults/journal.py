"""The sandbox's journal, read on from where the last look ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]
Ask = Callable[[str], Any]
KINDS = (
    ("cdek", "order.accepted"),
    ("cdek", "order.decided"),
    ("bitrix24", "timeline.added"),
    ("bitrix24", "deal.updated"),
    ("bitrix24", "stage.moved"),
)
#: What a run of returns is judged by beside these.
RETURN_KINDS = (
    ("cdek", "order.return_created"),
    ("moysklad", "receipt.accepted"),
    ("bitrix24", "item.added"),
    ("bitrix24", "robot.answered"),
)


class Journal:
    """All rows of the kinds we judge by. `ask(path)` is a GET of the control API."""

    def __init__(self, ask: Ask, member_id: str, more: Sequence[tuple[str, str]] = ()) -> None:
        self._ask = ask
        self._member = member_id
        self._kinds = (*KINDS, *more)
        self._since = dict.fromkeys(self._kinds, 0)
        self._rows: dict[str, list[Row]] = {kind: [] for _, kind in self._kinds}

    def read(self) -> int:
        """Fetch what is new; how many rows that was."""
        return sum(self._read_kind(system, kind) for system, kind in self._kinds)

    def of(self, kind: str) -> Sequence[Row]:
        return self._rows[kind]

    def _read_kind(self, system: str, kind: str) -> int:
        since = self._since[system, kind]
        rows = self._ask(f"/journal?system={system}&kind={kind}&since={since}")["entries"]
        if rows:
            self._since[system, kind] = max(row["seq"] for row in rows)
        ours = [row for row in rows if system != "bitrix24" or row["portal"] == self._member]
        self._rows[kind] += ours
        return len(ours)
