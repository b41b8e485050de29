"""The form that begins a return in a deal's tab: rows with how many may still come back, and what people typed. Pure.

The form carries what it was made of, so that it is drawn anew without asking the portal; what counts in the end is what
the portal's lane reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from decimal import Decimal

from b24app.flows.returns.pieces import all_of
from b24app.flows.returns.quantities import Wish, rooms_of
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.window import NO_DATE, UNDELIVERED, USUAL, Verdict, judge
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.jsonable import Jsonable, dump
from b24app.logistics.numbers import plain, read_decimal
from b24app.logistics.returning import Return, ReturnLine, Sold

LONGEST_NOTE, LONGEST_WHY = 1000, 500
#: Longer texts are no quantity.
_LONGEST = 12
#: More rows than any deal has.
_MOST_ROWS = 500


class StaleFormError(ValueError):
    """The form is not one of ours, or was made of something else."""


@dataclass(frozen=True, slots=True)
class Offer(Jsonable):
    """A row of the deal: so much of it was sold, so much may still come back, and how its time stands today."""

    row: int
    name: str
    sold: Decimal
    left: Decimal
    whole: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RowView:
    """`most` and `step` as a number field takes them, `wrong` a key of the `back.wrong.*` words. `late`: it needs a
    person's word, whatever the reason, unless that opens the window."""

    row: int
    name: str
    may_come: str
    most: str
    step: str
    typed: str
    reason: str
    says: str
    tone: str
    late: bool
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as people left it."""

    quantities: Mapping[int, str] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    note: str = ""
    why: str = ""
    approve: bool = True


@dataclass(frozen=True, slots=True)
class BackForm:
    """`made_of` goes with the form. `errors`: field -> key of the `back.wrong.*` words. `always`: reasons that open the
    window, as the page's script reads them."""

    rows: tuple[RowView, ...]
    made_of: str
    reasons: tuple[tuple[str, str], ...]
    always: str
    typed: Typed
    may_approve: bool
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def late(self) -> bool:
        return any(row.late for row in self.rows)


def offers_of(
    sold: Sequence[Sold],
    others: Sequence[Return],
    delivered_at: datetime | None,
    rules: ReturnRules,
    zone: tzinfo,
    now: datetime,
) -> tuple[Offer, ...]:
    """`others` are all returns of the deal; days are those of the portal's `zone`."""
    rooms = rooms_of(sold, others)
    lines = [ReturnLine(room.sold, all_of(room.sold)) for room in rooms.values()]
    verdicts = judge(lines, delivered_at, now, zone, rules.window).verdicts
    return tuple(
        Offer(row, room.sold.title, room.sold.quantity, room.left, _whole(room.sold), verdict)
        for (row, room), verdict in zip(rooms.items(), verdicts, strict=True)
    )


def _whole(sold: Sold) -> bool:
    return not sold.divisible and sold.quantity % 1 == 0


def known_better(sold: Sequence[Sold], known: Sequence[Sold]) -> tuple[Sold, ...]:
    """Rows with the articles and sections that the catalogue told when the deal was read for a return before."""
    before = {(each.row, each.product_id): each for each in known}
    return tuple(
        replace(each, sku=each.sku or was.sku, sections=each.sections or was.sections)
        if (was := before.get((each.row, each.product_id))) is not None
        else each
        for each in sold
    )


def judged_anew(
    offers: Sequence[Offer], sold: Sequence[Sold], delivered_at: datetime | None, rules: ReturnRules, zone: tzinfo,
    now: datetime,
) -> tuple[Offer, ...]:  # fmt: skip
    """The same rows with how their time stands by what the catalogue told meanwhile (articles, sections)."""
    known = {each.row: each for each in sold}
    lines = [ReturnLine(known[offer.row], all_of(known[offer.row])) for offer in offers if offer.row in known]
    found = {each.row: each for each in judge(lines, delivered_at, now, zone, rules.window).verdicts}
    return tuple(replace(offer, verdict=found.get(offer.row, offer.verdict)) for offer in offers)


def form_of(
    offers: Sequence[Offer],
    rules: ReturnRules,
    formats: Formats,
    may_approve: bool,
    typed: Typed = Typed(),
    errors: Mapping[str, str] | None = None,
) -> BackForm:
    wrong = errors or {}
    return BackForm(
        rows=tuple(_row(offer, typed, formats, wrong) for offer in offers),
        made_of=json.dumps(dump(list(offers)), ensure_ascii=False, separators=(",", ":")),
        reasons=tuple((reason.code, reason.name(formats.lang)) for reason in rules.offered),
        always=" ".join(rules.window.always),
        typed=typed,
        may_approve=may_approve,
        errors=wrong,
    )


def _row(offer: Offer, typed: Typed, formats: Formats, errors: Mapping[str, str]) -> RowView:
    says, tone = _says(offer.verdict, formats)
    many = {"n": formats.count(offer.left), "of": formats.count(offer.sold)}
    return RowView(
        row=offer.row,
        name=offer.name,
        may_come=formats.words("back.may_come", **many) if offer.left else formats.words("back.all_gone"),
        most=plain(offer.left),
        step="1" if offer.whole else "any",
        typed=typed.quantities.get(offer.row, "0"),
        reason=typed.reasons.get(offer.row, ""),
        says=says,
        tone=tone,
        late=not offer.verdict.is_in,
        wrong=errors.get(f"q_{offer.row}", ""),
    )


def _says(verdict: Verdict, formats: Formats) -> tuple[str, str]:
    """How the time of a row stands, in words and as a tone."""
    params = {"day": verdict.day, "days": verdict.days, "rule": verdict.rule}
    if verdict.rule == NO_DATE:
        return formats.words("back.unknown"), "amber"
    if verdict.rule == UNDELIVERED:
        return formats.words("back.undelivered"), ""
    own = verdict.rule != USUAL
    if verdict.is_in and not verdict.day:
        return formats.words("back.in_today", n=verdict.days), ""
    if verdict.is_in:
        return formats.words("back.in_rule" if own else "back.in_window", **params), ""
    if not verdict.days and not verdict.day:
        return formats.words("back.never", **params), "red"
    return formats.words("back.late_rule" if own else "back.late", **params), "amber"


# --- what people typed ------------------------------------------------------------------------------------------------


def read_form(
    form: Mapping[str, str],
    rules: ReturnRules,
    formats: Formats,
    may_approve: bool,
    anew: Callable[[Sequence[Offer]], tuple[Offer, ...]] = tuple,
) -> tuple[tuple[Wish, ...], BackForm]:
    """What the person wants, and the form as they left it; with errors nothing is wanted. Fields `q_<row>`, `r_<row>`,
    `note`, `why`, `approve`, and `made_of`; `anew` judges its rows by what is known by now. Raises StaleFormError."""
    offers = anew(_made_of(form.get("made_of", "")))
    codes = {reason.code for reason in rules.offered}
    typed = _typed(form, offers, codes)
    errors: dict[str, str] = {}
    wishes = [wish for offer in offers if (wish := _wish(offer, typed, errors)) is not None]
    chosen = {wish.row: wish.reason for wish in wishes}
    if not wishes and not errors:
        errors["rows"] = "nothing"
    late = [each for each in offers if each.row in chosen and not each.verdict.is_in]
    if any(chosen[each.row] not in rules.window.always for each in late) and not typed.why:
        errors["why"] = "why"
    if len(typed.note) > LONGEST_NOTE:
        errors["note"] = "long"
    if len(typed.why) > LONGEST_WHY:
        errors["why"] = "long"
    drawn = form_of(offers, rules, formats, may_approve, typed, errors)
    return (() if errors else tuple(wishes)), drawn


def _made_of(text: str) -> tuple[Offer, ...]:
    try:
        found = json.loads(text)
        return tuple(Offer.from_json(each) for each in found[:_MOST_ROWS])
    except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError) as error:
        raise StaleFormError(str(error)) from error


def _typed(form: Mapping[str, str], offers: Sequence[Offer], codes: Collection[str]) -> Typed:
    rows = [offer.row for offer in offers]
    reasons = {row: form.get(f"r_{row}", "") for row in rows}
    return Typed(
        quantities={row: form.get(f"q_{row}", "0").strip()[: _LONGEST + 1] or "0" for row in rows},
        reasons={row: code for row, code in reasons.items() if code in codes},
        note=form.get("note", "").strip(),
        why=form.get("why", "").strip(),
        approve=bool(form.get("approve")),
    )


def _wish(offer: Offer, typed: Typed, errors: dict[str, str]) -> Wish | None:
    text = typed.quantities[offer.row].replace(",", ".").replace(NBSP, "")
    found = read_decimal(text) if len(text) <= _LONGEST else None
    if found is None or not found.is_finite() or found < 0 or found > offer.left:
        errors[f"q_{offer.row}"] = "quantity"
        return None
    if offer.whole and found % 1:
        errors[f"q_{offer.row}"] = "whole"
        return None
    if not found:
        return None
    return Wish(offer.row, found, typed.reasons.get(offer.row, ""))
