"""The parcels' form as a person filled it in: what lies where, what was measured, and what they asked to move. Pure.

Weights without a unit are kilograms here and sides centimetres, as the labels of the fields say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from b24app.flows.laying import holds
from b24app.flows.packing import Packing, gathered, moved
from b24app.flows.plan import ParcelPlan, PlannedParcel, Share, Stated
from placements.app.measures import MeasureError, read_side, read_weight

#: More boxes than that are no work for a form.
MOST_PARCELS = 50
_SHARE = re.compile(r"s-(\d{1,3})-(\d{1,12})")
_ACT = re.compile(r"move:(\d{1,3}):(\d{1,12}):(\d{1,3}|new|pick)")
#: Between sides people write a Latin or a Russian letter, the sign itself or a star.
_TIMES = re.compile(r"\s*[x×\u0445*]\s*", re.IGNORECASE)
Sides = tuple[int, int, int]


class StaleFormError(Exception):
    """The form does not hold the goods that the reading showed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`errors`: by field, a key of the `parcels.form.*` words; these fields count as empty in the plan, `typed` is what
    stands in them. `landed`: the parcel, counted from 1, and the row that was just moved there."""

    plan: ParcelPlan
    landed: tuple[int, int] = (0, 0)
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


def read_draft(form: Mapping[str, str], packing: Packing) -> Draft:
    """Raises StaleFormError."""
    laid: dict[int, list[Share]] = {}
    for name, value in form.items():
        found = _SHARE.fullmatch(name)
        if found and value.isascii() and value.isdigit() and len(value) < 9 and int(value):
            laid.setdefault(int(found[1]), []).append(Share(int(found[2]), int(value)))
    reader = _Reader(form)
    parcels = tuple(reader.parcel(at, tuple(laid[at])) for at in sorted(laid))
    stated = tuple(each for row in packing.rows if (each := reader.stated(row.id)) is not None)
    plan = ParcelPlan(packing.signature, parcels, stated, packing.whole)
    if not holds(plan, packing.rows) or len(parcels) > MOST_PARCELS:
        raise StaleFormError
    return Draft(plan, errors=reader.errors, typed={name: form.get(name, "") for name in reader.errors})


class _Reader:
    """Reads fields and remembers what is wrong with them."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form
        self.errors: dict[str, str] = {}

    def parcel(self, at: int, shares: tuple[Share, ...]) -> PlannedParcel:
        length, width, height = self._sides(f"z-{at}")
        packaging = self._weight(f"k-{at}")
        return PlannedParcel(shares, self._weight(f"w-{at}") or 0, length, width, height, packaging)

    def stated(self, row: int) -> Stated | None:
        said = Stated(row, self._weight(f"rw-{row}") or 0, *self._sides(f"rz-{row}"))
        return said if said != Stated(row) else None

    def _weight(self, name: str) -> int | None:
        try:
            return read_weight(_with_unit(self._form.get(name, ""), "kg"))
        except MeasureError as error:
            self.errors[name] = error.why
            return None

    def _sides(self, name: str) -> Sides:
        text = self._form.get(name, "").strip()
        if not text:
            return 0, 0, 0
        parts = _TIMES.split(text)
        try:
            sides = [read_side(_with_unit(part, "cm")) or 0 for part in parts]
        except MeasureError as error:
            self.errors[name] = "sides" if error.why == "side" else error.why
            return 0, 0, 0
        if len(sides) != 3 or min(sides) <= 0:
            self.errors[name] = "sides"
            return 0, 0, 0
        return sides[0], sides[1], sides[2]


def _with_unit(text: str, unit: str) -> str:
    plain = text.replace("\xa0", " ").strip()
    return f"{plain} {unit}" if plain[-1:].isdigit() else plain


def act_on(draft: Draft, act: str, form: Mapping[str, str]) -> Draft:
    """The plan after the button `act`: `move:<parcel>:<row>:<to>` (`to` a parcel's number, `new`, or `pick` = the one
    chosen beside it), `together`, or nothing. Parcels are numbered from 1."""
    if act == "together":
        return replace(draft, plan=gathered(draft.plan))
    found = _ACT.fullmatch(act)
    if found is None:
        return draft
    at, row, to = int(found[1]), int(found[2]), found[3]
    target = form.get(f"to-{at}-{row}", "") if to == "pick" else to
    amount = form.get(f"n-{at}-{row}", "").strip()
    pieces = int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 9 else 10**9
    if target == "new":
        target = str(len(draft.plan.parcels) + 1)
    if not target.isdigit() or int(target) > MOST_PARCELS:
        return draft
    after = moved(draft.plan, at - 1, row, pieces, int(target) - 1)
    gone = len(draft.plan.parcels) + (int(target) > len(draft.plan.parcels)) - len(after.parcels)
    landed = int(target) - (1 if gone and at < int(target) else 0)
    return Draft(after, (landed, row) if after != draft.plan else (at, row))
