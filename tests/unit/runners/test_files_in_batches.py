"""Entries that carry files leave a few at a time, and nothing of a deal overtakes another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from b24app.runners.portal.batching import MOST_FILES, fill, letters
from b24app.store.comments import COMMENT


def row(n: int, deal_id: int, file: bool = True) -> Any:
    payload = {"text": "t", "mark": "m", **({"paper": n} if file else {})}
    return SimpleNamespace(id=n, deal_id=deal_id, kind=COMMENT, payload=payload, priority=0)


def test_files_of_many_deals_take_several_batches() -> None:
    waiting = letters([row(n, deal_id=n) for n in range(1, 8)])
    assert [letter.deal_id for letter in fill(waiting)] == [1, 2, 3][:MOST_FILES]


def test_one_deal_with_many_files_leaves_in_parts_and_in_its_order() -> None:
    rows = [row(1, 5), row(2, 5), row(3, 5, file=False), row(4, 5), row(5, 5), row(6, 5, file=False)]
    [letter] = fill(letters(rows))
    assert [one.id for one in letter.rows] == [1, 2, 3, 4]


def test_entries_without_files_are_not_held_up() -> None:
    waiting = letters([row(n, deal_id=n, file=False) for n in range(1, 8)])
    assert len(fill(waiting)) == 7
