"""Which outbox rows leave together."""

from __future__ import annotations

from typing import Any

from b24app.runners.portal.batching import MOST_COMMANDS, MOST_UPDATES, fill, is_full, letters
from b24app.runners.tell import DEAL_UPDATE
from b24app.store.comments import COMMENT
from b24app.store.models import OutboxRow


def row(id_: int, deal_id: int, kind: str = DEAL_UPDATE, people: bool = False, **payload: Any) -> OutboxRow:
    return OutboxRow(id=id_, deal_id=deal_id, kind=kind, priority=int(people), payload=payload)


def test_updates_of_a_deal_fold_into_the_newest() -> None:
    first = row(1, 5, fields={"order_id": "A", "status": "created"}, stage=None)
    second = row(2, 5, fields={"status": "delivered"}, stage={"stage": "WON"})
    (letter,) = letters([first, second])
    assert letter.update is second
    assert letter.folded == [first]
    assert letter.fields == {"order_id": "A", "status": "delivered"}
    assert letter.stage == {"stage": "WON"}


def test_an_update_without_a_stage_keeps_the_waiting_one() -> None:
    (letter,) = letters([row(1, 5, fields={}, stage={"stage": "WAY"}), row(2, 5, fields={"price": 1}, stage=None)])
    assert letter.stage == {"stage": "WAY"}


def test_comments_keep_their_order_behind_the_update() -> None:
    rows = [row(1, 5, COMMENT), row(2, 5, fields={}), row(3, 5, COMMENT)]
    (letter,) = letters(rows)
    assert [one.id for one in letter.rows] == [2, 1, 3]


def test_a_batch_holds_25_updates_and_50_commands() -> None:
    updates = letters([row(n, n, fields={}) for n in range(1, 41)])
    assert len(fill(updates)) == MOST_UPDATES
    comments = letters([row(n, n, COMMENT) for n in range(1, 80)])
    assert len(fill(comments)) == MOST_COMMANDS


def test_a_deal_with_more_than_a_batch_leaves_in_parts() -> None:
    waiting = letters([row(n, 7, COMMENT) for n in range(1, 90)])
    (letter,) = fill(waiting)
    assert 0 < letter.size <= MOST_COMMANDS


def test_people_go_first() -> None:
    waiting = letters([*(row(n, n, fields={}) for n in range(1, 30)), row(99, 99, people=True, fields={})])
    assert fill(waiting)[0].deal_id == 99


def test_a_full_batch_is_not_worth_waiting_for() -> None:
    assert not is_full(letters([row(n, n, fields={}) for n in range(1, 10)]))
    assert is_full(letters([row(n, n, fields={}) for n in range(1, 26)]))
