"""What a client fills in for a return, as it was sent: read, checked, said back with what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.rules import Reason, ReturnRules
from b24app.logistics.numbers import read_decimal
from placements.public_return_reading import Offer

MAX_NOTE = 500
#: Up to so many pieces are chosen from a list.
LISTED = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the form. `quantity` and `reason` are what was sent; `wrong` is a key of the page's words, "" = nothing.
    `choices` are quantities to choose from, none = it is typed."""

    offer: Offer
    reasons: tuple[Reason, ...]
    choices: tuple[str, ...]
    quantity: str = ""
    reason: str = ""
    wrong: str = ""
    at: str = ""

    @property
    def row(self) -> int:
        return self.offer.row

    @property
    def is_chosen(self) -> bool:
        return bool(self.quantity)

    @property
    def is_open(self) -> bool:
        """Something may be asked of it at all."""
        return bool(self.reasons)


@dataclass(frozen=True, slots=True)
class Filled:
    """`wrong` is about the whole form."""

    entries: tuple[Entry, ...]
    note: str = ""
    wrong: str = ""

    @property
    def chosen(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.is_chosen)

    @property
    def is_right(self) -> bool:
        return not self.wrong and not any(each.wrong for each in self.entries)

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """Of a form that is right."""
        return tuple(Wish(each.row, Decimal(_point(each.quantity)), each.reason) for each in self.chosen)


def blank(offers: Sequence[Offer], rules: ReturnRules) -> Filled:
    return Filled(tuple(_entry(offer, rules) for offer in offers))


def filled(offers: Sequence[Offer], rules: ReturnRules, form: Mapping[str, str]) -> Filled:
    """As it was sent. What no offer stands for (any more) is not read."""
    entries = tuple(_read(_entry(offer, rules), form) for offer in offers)
    note = "\n".join(form.get("note", "").split("\r\n")).strip()
    wrong = "note_long" if len(note) > MAX_NOTE else ""
    if not any(each.is_chosen for each in entries):
        wrong = "nothing"
    return Filled(entries, note[: 2 * MAX_NOTE], wrong)


def _entry(offer: Offer, rules: ReturnRules) -> Entry:
    always = rules.window.always
    reasons = tuple(each for each in rules.offered if not offer.late or each.code in always)
    whole = not offer.room.sold.divisible and offer.left % 1 == 0
    choices = tuple(str(n) for n in range(1, int(offer.left) + 1)) if whole and offer.left <= LISTED else ()
    return Entry(offer, reasons, choices)


def _read(entry: Entry, form: Mapping[str, str]) -> Entry:
    quantity = form.get(f"q-{entry.row}", "").strip()[:20]
    reason = form.get(f"why-{entry.row}", "")[:64]
    if not quantity or _is_nothing(quantity):
        return Entry(entry.offer, entry.reasons, entry.choices, "", reason)
    at, wrong = _wrong(entry, quantity, reason)
    return Entry(entry.offer, entry.reasons, entry.choices, quantity, reason, wrong, at)


def _wrong(entry: Entry, quantity: str, reason: str) -> tuple[str, str]:
    """At which field, and what."""
    found = read_decimal(_point(quantity))
    if found is None or found <= 0:
        return "q", "quantity"
    if found > entry.offer.left:
        return "q", "too_many"
    sold = entry.offer.room.sold
    if not sold.divisible and sold.quantity % 1 == 0 and found % 1:
        return "q", "part"
    if reason not in [each.code for each in entry.reasons]:
        return "why", "reason"
    return "", ""


def _is_nothing(quantity: str) -> bool:
    return read_decimal(_point(quantity)) == 0


def _point(text: str) -> str:
    """People write a comma, and blanks between thousands."""
    return "".join(text.split()).replace(",", ".")


def as_given(wishes: Sequence[Wish], note: str) -> dict[str, object]:
    """What the act that begins the return carries (`return_acts.ActKind.BEGIN`). Whether it is approved at once is the
    portal's rule, not the client's wish."""
    return {"wishes": list(wishes), "reason": "", "note": note, "approve": False, "stage": ""}
