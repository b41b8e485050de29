"""What the dashboard counts, as plain numbers: today's work, and a period's figures by account. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from b24app.flows.buckets import day_of, is_weekend
from b24app.flows.costs import Reason

#: Of a hundred deliveries so many are to come in time.
GOAL = 90


@dataclass(frozen=True, slots=True)
class Work:
    """Today's work. `waiting`: deals that only a person may send; `sending`: orders that are being made; `numbered`:
    orders with a number that the carrier has not taken yet; `moving`, of these `late`; `stored` at points, of these
    `ending` soon; `returns` under way, of these `returns_wait` for somebody."""

    waiting: int = 0
    sending: int = 0
    numbered: int = 0
    moving: int = 0
    late: int = 0
    stored: int = 0
    ending: int = 0
    returns: int = 0
    returns_wait: int = 0

    @property
    def to_send(self) -> int:
        return self.waiting + self.sending + self.numbered


@dataclass(frozen=True, slots=True)
class OnTime:
    """A carrier's promises of the period that can be judged (`flows.promises.Promise.over`), and those that were
    kept."""

    system: str
    promised: int
    kept: int

    @property
    def percent(self) -> int:
        """Rounded down: nobody reaches a goal by rounding."""
        return self.kept * 100 // self.promised if self.promised else 0


@dataclass(frozen=True, slots=True)
class Sent:
    connection_id: int
    day: int
    count: int


@dataclass(frozen=True, slots=True)
class Bills:
    """Shipments of one account and week that were billed in `currency` for the same `reason`; sums in minor units.
    `currency` "" = not billed yet; `over` counts nothing where it cannot be compared."""

    connection_id: int
    week: int
    currency: str
    reason: str
    count: int
    billed: int
    over: int

    @property
    def is_compared(self) -> bool:
        return bool(self.currency) and self.reason not in ("", Reason.CURRENCY)


@dataclass(frozen=True, slots=True)
class Told:
    """Messages of one state."""

    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A period's. `seconds`: how many deals took so many seconds from their move to their number."""

    sent: Sequence[Sent] = ()
    on_time: Sequence[OnTime] = ()
    bills: Sequence[Bills] = ()
    seconds: Mapping[int, int] = field(default_factory=dict)
    told: Sequence[Told] = ()
    stars: Mapping[int, int] = field(default_factory=dict)

    @property
    def shipped(self) -> int:
        return sum(each.count for each in self.sent)

    @property
    def is_empty(self) -> bool:
        return not (self.sent or self.on_time or self.bills or self.told or self.stars)


def shares(rows: Iterable[OnTime]) -> list[OnTime]:
    """The best first."""
    return sorted(rows, key=lambda each: (-each.percent, -each.promised, each.system))


@dataclass(frozen=True, slots=True)
class Day:
    """What was sent on a day, or in the week that begins with it."""

    day: date
    count: int
    weekend: bool = False


def days_sent(rows: Iterable[Sent], days: Sequence[date]) -> list[Day]:
    """Every day of the period, also those on which nothing was sent."""
    counts: dict[date, int] = {}
    for row in rows:
        counts[day_of(row.day)] = counts.get(day_of(row.day), 0) + row.count
    return [Day(day, counts.get(day, 0), is_weekend(day)) for day in days]


@dataclass(frozen=True, slots=True)
class Week:
    """What a delivery of a week was to cost on the average, and what was billed, in minor units."""

    week: int
    count: int
    expected: int
    billed: int


def main_currency(rows: Iterable[Bills]) -> str:
    """The one that most bills are in."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.is_compared:
            counts[row.currency] = counts.get(row.currency, 0) + row.count
    return max(counts, key=lambda each: (counts[each], each), default="RUB")


def weeks_billed(rows: Iterable[Bills], currency: str) -> list[Week]:
    """Averages of what was billed and can be compared, in one currency, the oldest week first."""
    sums: dict[int, tuple[int, int, int]] = {}
    for row in rows:
        if row.is_compared and row.currency == currency:
            count, billed, over = sums.get(row.week, (0, 0, 0))
            sums[row.week] = (count + row.count, billed + row.billed, over + row.over)
    return [
        Week(week, count, _average(billed - over, count), _average(billed, count))
        for week, (count, billed, over) in sorted(sums.items())
    ]


def _average(total: int, count: int) -> int:
    """Rounded half up, as sums are everywhere."""
    return (2 * total + count) // (2 * count)


@dataclass(frozen=True, slots=True)
class Account:
    """A carrier's bills of the period in one currency against what was expected; `reasons`: how many, and by how much,
    for each reason that made a difference."""

    system: str
    currency: str
    count: int
    billed: int
    over: int
    reasons: Mapping[str, tuple[int, int]]
    apart: int = 0

    @property
    def expected(self) -> int:
        return self.billed - self.over


def accounts_billed(rows: Sequence[Bills], systems: Mapping[int, str]) -> list[Account]:
    """By carrier and currency, those with the most bills first. `apart`: bills in another currency than the quote,
    which no sum counts."""
    found: dict[tuple[str, str], Account] = {}
    for row in rows:
        key = (_system(row.connection_id, systems), row.currency)
        if not row.currency or row.reason == "":
            continue
        was = found.get(key) or Account(*key, 0, 0, 0, {})
        if not row.is_compared:
            found[key] = _with(was, apart=row.count)
            continue
        reasons = dict(was.reasons)
        if row.reason != Reason.SAME:
            count, over = reasons.get(row.reason, (0, 0))
            reasons[row.reason] = (count + row.count, over + row.over)
        found[key] = _with(was, row.count, row.billed, row.over, reasons)
    return sorted(found.values(), key=lambda each: (-each.count, each.system, each.currency))


def _with(
    was: Account,
    count: int = 0,
    billed: int = 0,
    over: int = 0,
    reasons: Mapping[str, tuple[int, int]] | None = None,
    apart: int = 0,
) -> Account:
    return Account(
        was.system, was.currency, was.count + count, was.billed + billed, was.over + over,
        was.reasons if reasons is None else reasons, was.apart + apart,
    )  # fmt: skip


def unbilled(rows: Iterable[Bills]) -> int:
    """Shipments of the period that nobody has billed yet, or that there is nothing to compare with."""
    return sum(row.count for row in rows if not row.reason)


def _system(connection_id: int, systems: Mapping[int, str]) -> str:
    return systems.get(connection_id, "")
