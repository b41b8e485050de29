"""The return window as rules: until which day which goods may be sent back, and who let one pass nevertheless. Pure.

The numbers are a portal's settings. Their defaults are those of the mockups (14 days after delivery and ten days to
answer: 08 and 10), not a reading of the law: whoever sells under another rule sets theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from b24app.flows.returns.pieces import naming
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import ReturnLine, Signed, Sold

#: Names of the rule that gave a verdict, beside the titles of those that a portal made.
USUAL, REASON, UNDELIVERED, NO_DATE = "usual", "reason", "undelivered", "no_date"


@dataclass(frozen=True, slots=True)
class WindowException(Jsonable):
    """Another window for goods of these sections or articles. `days` None = they cannot be returned."""

    title: str
    days: int | None = None
    sections: tuple[int, ...] = ()
    skus: tuple[str, ...] = ()

    def names(self, sold: Sold) -> bool:
        return (bool(sold.sku) and sold.sku in self.skus) or not set(self.sections).isdisjoint(sold.sections)


@dataclass(frozen=True, slots=True)
class LongerWindow(Jsonable):
    """At least so many days for what was delivered in a period, both ends included (before New Year, a sale)."""

    title: str
    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class WindowRules(Jsonable):
    """`days` after the day of delivery, that day not counted. The first of the `exceptions` that names the goods wins;
    `longer` never shortens a window, and opens none for what cannot be returned. Reasons in `always` (a fault, the
    wrong goods) know no window. `answer_days`: within so many days after the inspection the client has their answer."""

    days: int = 14
    exceptions: tuple[WindowException, ...] = ()
    longer: tuple[LongerWindow, ...] = ()
    always: tuple[str, ...] = ()
    answer_days: int = 10


@dataclass(frozen=True, slots=True)
class Verdict(Jsonable):
    """Of one line: asked on the `day`-th of `days` ("14th of 14"; 0 = there is nothing to count), by the rule of this
    name. `is_in` = the window is open, whatever a person decides."""

    row: int
    is_in: bool
    rule: str
    day: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """`problems` are empty when it may be approved; `overridden` says that only a person's word makes it so."""

    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]
    overridden: bool = False


def judge(
    lines: Sequence[ReturnLine],
    delivered_at: datetime | None,
    asked_at: datetime,
    zone: tzinfo,
    rules: WindowRules,
    override: Signed | None = None,
    undelivered: bool = False,
) -> Judged:
    """Days are those of `zone`, the portal's. `delivered_at` None = nobody says when, so that a person has to decide.
    `undelivered`: goods that the client never had can always come back. An override names who and why, else it is
    none."""
    asked = asked_at.astimezone(zone).date()
    delivered = delivered_at.astimezone(zone).date() if delivered_at is not None else None
    verdicts = tuple(_verdict(line, delivered, asked, rules, undelivered) for line in lines)
    problems = [_problem(line, verdict) for line, verdict in zip(lines, verdicts, strict=True) if not verdict.is_in]
    if not problems or override is None:
        return Judged(verdicts, tuple(problems))
    if not override.is_valid:
        return Judged(verdicts, (*problems, Problem("return_override_unsigned", Field.DATE)))
    return Judged(verdicts, (), overridden=True)


def _verdict(line: ReturnLine, delivered: date | None, asked: date, rules: WindowRules, undelivered: bool) -> Verdict:
    if undelivered:
        return Verdict(line.row, True, UNDELIVERED)
    if line.reason and line.reason in rules.always:
        return Verdict(line.row, True, REASON)
    name, days = _window(line.sold, delivered, rules)
    if days is None:
        return Verdict(line.row, False, name)
    if delivered is None:
        return Verdict(line.row, False, NO_DATE, days=days)
    day = max(0, (asked - delivered).days)
    return Verdict(line.row, day <= days, name, day, days)


def _window(sold: Sold, delivered: date | None, rules: WindowRules) -> tuple[str, int | None]:
    """The rule that holds for these goods, and its days; None = they cannot be returned."""
    exception = next((each for each in rules.exceptions if each.names(sold)), None)
    name, days = (exception.title, exception.days) if exception is not None else (USUAL, rules.days)
    if days is None or delivered is None:
        return name, days
    longer = [each for each in rules.longer if each.first <= delivered <= each.last and each.days > days]
    longest = max(longer, key=lambda each: each.days, default=None)
    return (longest.title, longest.days) if longest is not None else (name, days)


def _problem(line: ReturnLine, verdict: Verdict) -> Problem:
    params = naming(line.sold)
    if verdict.rule == NO_DATE:
        return Problem("return_delivery_unknown", Field.DATE, params=params)
    if not verdict.days and not verdict.day:
        return Problem("return_not_returnable", Field.ITEMS, params={**params, "rule": verdict.rule})
    return Problem("return_too_late", Field.DATE, params={**params, "day": verdict.day, "days": verdict.days})


def last_day(delivered_at: datetime, zone: tzinfo, sold: Sold, rules: WindowRules) -> date | None:
    """Until when these goods may be asked to come back, that day included; None = not at all."""
    delivered = delivered_at.astimezone(zone).date()
    _, days = _window(sold, delivered, rules)
    return None if days is None else delivered + timedelta(days=days)


def answer_by(inspected_at: datetime, zone: tzinfo, rules: WindowRules) -> date:
    """The last day for the client's answer."""
    return inspected_at.astimezone(zone).date() + timedelta(days=rules.answer_days)
