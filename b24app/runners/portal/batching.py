"""Which outbox rows leave together: whole deals, first in first out, folded updates, within one batch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.runners.tell import DEAL_UPDATE
from b24app.store import delivery_invoices, delivery_rows, return_items, return_sums, shop_requests
from b24app.store.letters_out import LETTER
from b24app.store.models import OutboxRow

MOST_UPDATES = 25
MOST_COMMANDS = 50
#: Files in one batch: more than about a megabyte in it is not for this door (bitrix24-crm.md §13.2).
MOST_FILES = 3
#: Letters in one batch: the portal hands each to a mail server while we wait.
MOST_LETTERS = 5
#: Items of one deal's returns in one batch; the others leave with the next one.
MOST_ITEMS = 10
#: Commands of a deal beside its timeline and notices: an update, a product row, an invoice with its row, the sums of
#: its returns.
_OWN = 5


@dataclass
class DealLetter:
    """What leaves for one deal: at most one update (with the rows folded into it), at most one word about its product
    row for the delivery, one about its invoice, one about the sums of its returns on an invoice, one about the item of
    each return and one to the store about each of its requests (the newest; the `former_…` of each were overtaken by
    it), then the rest in its order."""

    deal_id: int
    update: OutboxRow | None = None
    row: OutboxRow | None = None
    former_rows: list[OutboxRow] = field(default_factory=list)
    invoice: OutboxRow | None = None
    former_invoices: list[OutboxRow] = field(default_factory=list)
    items: dict[int, OutboxRow] = field(default_factory=dict)
    former_items: dict[int, list[OutboxRow]] = field(default_factory=dict)
    sums: OutboxRow | None = None
    former_sums: list[OutboxRow] = field(default_factory=list)
    shops: dict[int, OutboxRow] = field(default_factory=dict)
    former_shops: dict[int, list[OutboxRow]] = field(default_factory=dict)
    folded: list[OutboxRow] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    stage: Mapping[str, Any] | None = None
    others: list[OutboxRow] = field(default_factory=list)
    people: bool = False

    @property
    def rows(self) -> list[OutboxRow]:
        """Rows that are marked as being sent (folded ones are closed instead)."""
        own = (one for one in (self.update, self.row, self.invoice, self.sums) if one is not None)
        return [*own, *self.items.values(), *self.shops.values(), *self.others]

    @property
    def saves(self) -> int:
        """Commands that save the deal, its invoice or its returns' items: these are dear (bitrix24-crm.md §3.2)."""
        own = (self.update is not None) + (self.row is not None) + (self.sums is not None)
        return own + 2 * (self.invoice is not None) + 2 * len(self.items)

    @property
    def looks(self) -> int:
        """Rows that may take two commands."""
        return (self.invoice is not None) + len(self.items) + len(self.shops)

    @property
    def carries(self) -> dict[str, Any]:
        """The payload of the update and the rows folded into it, whatever became of the stage on the way out: whether a
        deal may be moved is asked anew at every try."""
        fields: dict[str, Any] = {}
        stage: Any = None
        for row in [*self.folded, *([self.update] if self.update is not None else [])]:
            fields |= row.payload.get("fields") or {}
            stage = row.payload.get("stage") or stage
        return {"fields": fields, "stage": stage}

    @property
    def size(self) -> int:
        """Commands, at most: an invoice may take two, and so may an item and the store's news."""
        return len(self.rows) + self.looks

    @property
    def files(self) -> int:
        """Entries that carry a file."""
        return sum("paper" in row.payload for row in self.others)

    @property
    def posts(self) -> int:
        """Letters to clients."""
        return sum(row.kind == LETTER for row in self.others)

    def without_more_files(self, most: int) -> list[OutboxRow]:
        """The others up to the last one whose file has room; what follows keeps its place for the next batch."""
        carrying = [index for index, row in enumerate(self.others) if "paper" in row.payload]
        return self.others[: carrying[most]]


def letters(rows: Iterable[OutboxRow]) -> list[DealLetter]:
    """One letter a deal, in the order of the oldest row. Of several updates the newest carries all: a field written
    twice takes the later value, a later stage the earlier one's place."""
    found: dict[int, DealLetter] = {}
    for row in rows:
        letter = found.setdefault(row.deal_id, DealLetter(row.deal_id))
        letter.people = letter.people or bool(row.priority)
        if row.kind == DEAL_UPDATE:
            _add_update(letter, row)
        elif row.kind == delivery_rows.KIND:
            if letter.row is not None:
                letter.former_rows.append(letter.row)
            letter.row = row
        elif row.kind == delivery_invoices.KIND:
            if letter.invoice is not None:
                letter.former_invoices.append(letter.invoice)
            letter.invoice = row
        elif row.kind == return_sums.KIND:
            if letter.sums is not None:
                letter.former_sums.append(letter.sums)
            letter.sums = row
        elif row.kind == return_items.KIND:
            _add_newest(letter.items, letter.former_items, int(row.payload["return"]), row)
        elif row.kind == shop_requests.NEWS:
            _add_newest(letter.shops, letter.former_shops, int(row.payload["request"]), row)
        else:
            letter.others.append(row)
    return list(found.values())


def _add_update(letter: DealLetter, row: OutboxRow) -> None:
    if letter.update is not None:
        letter.folded.append(letter.update)
    letter.update = row
    letter.fields |= row.payload.get("fields") or {}
    letter.stage = row.payload.get("stage") or letter.stage


def _add_newest(newest: dict[int, OutboxRow], former: dict[int, list[OutboxRow]], of: int, row: OutboxRow) -> None:
    if of in newest:
        former.setdefault(of, []).append(newest[of])
    newest[of] = row


def fill(waiting: Sequence[DealLetter]) -> list[DealLetter]:
    """Letters for one batch, people's first. A deal with more than a batch can hold leaves in parts."""
    chosen: list[DealLetter] = []
    updates = commands = files = posts = 0
    for letter in sorted(waiting, key=lambda one: not one.people):
        if letter.size > MOST_COMMANDS or len(letter.items) > MOST_ITEMS:
            letter.items = dict(list(letter.items.items())[:MOST_ITEMS])
            letter.former_items = {of: rows for of, rows in letter.former_items.items() if of in letter.items}
            letter.others = letter.others[: MOST_COMMANDS - _OWN - 2 * len(letter.items)]
        if letter.files > MOST_FILES:
            letter.others = letter.without_more_files(MOST_FILES)
        if files and files + letter.files > MOST_FILES:
            break
        if posts and posts + letter.posts > MOST_LETTERS:
            break
        if commands + letter.size > MOST_COMMANDS or updates + letter.saves > MOST_UPDATES:
            break
        commands += letter.size
        updates += letter.saves
        files += letter.files
        posts += letter.posts
        chosen.append(letter)
    return chosen


def is_full(waiting: Sequence[DealLetter]) -> bool:
    """Whether a batch of these would leave no room worth waiting for."""
    updates = sum(letter.saves for letter in waiting)
    return updates >= MOST_UPDATES or sum(letter.size for letter in waiting) >= MOST_COMMANDS
