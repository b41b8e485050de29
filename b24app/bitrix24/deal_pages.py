"""Pages of deals as a person looks for them (bitrix24-crm.md §1.3): commands of `crm.item.list` with a count.

Deals that the key's owner may not read are absent from pages and counts alike: nothing else has to be checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.bitrix24.deals import PAGE
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.names import DEAL, FieldNames


@dataclass(frozen=True, slots=True)
class DealQuery:
    """`ids`: only these (None: any); `without`: not these. `text`: a part of the title, or the number. `newest` first,
    else oldest first. Empty fields do not narrow."""

    category: int | None = None
    stages: tuple[str, ...] = ()
    ids: tuple[int, ...] | None = None
    without: tuple[int, ...] = ()
    text: str = ""
    moved_since: datetime | None = None
    responsible: int = 0
    newest: bool = False

    @property
    def is_empty(self) -> bool:
        """No deal can fit: not worth a call (and an empty list cannot be said in a filter)."""
        return self.ids == ()

    def conditions(self) -> dict[str, Any]:
        """As `filter` of the method."""
        found: dict[str, Any] = {
            "categoryId": self.category,
            "@stageId": list(self.stages) or None,
            "@id": list(self.ids) if self.ids is not None else None,
            "!@id": list(self.without) or None,
            ">=movedTime": self.moved_since,
            "assignedById": self.responsible or None,
            "0": _text(self.text),
        }
        return {key: value for key, value in found.items() if value is not None}


def page_of(key: str, query: DealQuery, names: FieldNames, start: int = 0) -> Command:
    """50 deals from `start` on, counted."""
    params = {
        "entityTypeId": DEAL,
        "select": names.select(),
        "filter": query.conditions(),
        "order": {"id": "DESC" if query.newest else "ASC"},
        "start": start,
    }
    return Command(key, "crm.item.list", params)


def pages_of(query: DealQuery, names: FieldNames, most: int) -> list[Command]:
    """The first `most` deals that fit, keys `d0`, `d1` …, for one batch."""
    return [page_of(f"d{at}", query, names, at * PAGE) for at in range(-(-most // PAGE))]


def these(ids: Sequence[int], names: FieldNames) -> list[Command]:
    """Exactly these deals, 50 a command, keys `d0`, `d1` …"""
    groups = [tuple(ids[at : at + PAGE]) for at in range(0, len(ids), PAGE)]
    return [page_of(f"d{at}", DealQuery(ids=group), names) for at, group in enumerate(groups)]


def _text(text: str) -> Mapping[str, Any] | None:
    if not text:
        return None
    title = {"%title": text}
    return {"logic": "OR", "0": {"id": int(text)}, "1": title} if text.isdigit() and len(text) < 16 else title
