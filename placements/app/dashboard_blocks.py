"""Blocks of the dashboard: of each its numbers as rows, and the chart that is drawn of exactly these. Page, chart and
file say the same. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from b24app.flows import buckets
from b24app.flows.buckets import Period
from b24app.flows.costs import Reason
from b24app.flows.dashboard import (
    GOAL,
    Account,
    Day,
    Figures,
    accounts_billed,
    days_sent,
    main_currency,
    shares,
    weeks_billed,
)
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.money import DIGITS, Money
from placements.charts import Bar, Chart, Column, Line, bars, columns, lines

#: A period of more days is shown by weeks.
MOST_DAYS = 62
_PERCENT = f"{NBSP}%"
_MINUTE = 60
_HALF, _MOST = 50, 95


@dataclass(frozen=True, slots=True)
class Percent:
    value: Decimal


Cell = str | int | Decimal | Money | date | Percent
Head = tuple[tuple[str, bool], ...]
Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """`head`: (key of the `dash.head.*` words, is a number); `sub`: what is counted, as written; `chart` None = there
    is nothing to draw."""

    code: str
    title: str
    sub: str
    head: Head
    rows: Rows
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Drawer:
    """What all blocks are made with. `systems` of accounts; `carrier`: what people call a system."""

    figures: Figures
    period: Period
    systems: Mapping[int, str]
    carrier: Callable[[str], str]
    formats: Formats

    def blocks(self) -> tuple[Block, ...]:
        return (self.on_time(), self.prices(), self.days(), self.seconds())

    def name(self, system: str) -> str:
        return self.carrier(system) if system else self.formats.words("dash.no_carrier")

    def on_time(self) -> Block:
        t, found = self.formats.words, shares(self.figures.on_time)
        drawn = [
            Bar(self.name(each.system), each.percent, f"{each.percent}{_PERCENT}", self._pieces(each.promised))
            for each in found
        ]
        said = ", ".join(f"{bar.name}{NBSP}{bar.value}" for bar in drawn)
        total = sum(each.promised for each in found)
        return Block(
            "on_time",
            t("dash.on_time.title"),
            t("dash.on_time.sub", n=total, count=self._count(total), goal=GOAL) if found else "",
            (("carrier", False), ("on_time", True), ("promised", True), ("kept", True)),
            tuple((self.name(each.system), Percent(Decimal(each.percent)), each.promised, each.kept) for each in found),
            bars(drawn, t("dash.on_time.sentence", said=said, goal=GOAL), GOAL, _PERCENT) if found else None,
        )

    def prices(self) -> Block:
        """Averages of a delivery by weeks: expected and billed."""
        t, currency = self.formats.words, main_currency(self.figures.bills)
        found = weeks_billed(self.figures.bills, currency)
        head = (("week", False), ("count", True), ("expected", True), ("billed", True))
        rows = tuple(
            (buckets.monday_of(each.week), each.count, Money(each.expected, currency), Money(each.billed, currency))
            for each in found
        )
        chart = None
        if found:
            first, last = found[0], found[-1]
            drawn = [
                self._line("billed", [each.billed for each in found], currency),
                self._line("expected", [each.expected for each in found], currency),
            ]
            sentence = t(
                "dash.prices.sentence",
                billed=self._money(first.billed, currency), billed_now=self._money(last.billed, currency),
                expected=self._money(first.expected, currency), expected_now=self._money(last.expected, currency),
            )  # fmt: skip
            names = [self.formats.short_day(buckets.monday_of(each.week)) for each in found]
            chart = lines(drawn, names, sentence, lambda value: self._round(self._minor(value, currency), currency))
        return Block("prices", self._dearer(found), t("dash.prices.sub") if found else "", head, rows, chart)

    def _line(self, code: str, sums: Sequence[int], currency: str) -> Line:
        points = [float(Money(each, currency).amount) for each in sums]
        return Line(self.formats.words(f"dash.prices.{code}"), points, self._round(sums[-1], currency))

    def _dearer(self, found: Sequence[object]) -> str:
        over = sum(row.over for row in self.figures.bills if row.is_compared)
        key = "over" if over > 0 else "under" if over < 0 else "title"
        key = key if found else "alone"
        return self.formats.words(f"dash.prices.{key}")

    def days(self) -> Block:
        t, days = self.formats.words, days_sent(self.figures.sent, self.period.days)
        by_weeks = len(days) > MOST_DAYS
        head, rows, drawn = self._weeks(days) if by_weeks else self._days(days)
        sizes = [int(each.size) for each in drawn]
        sentence = t(
            "dash.days.sentence", total=self._count(sum(sizes)),
            since=self.formats.weekday(self.period.since), until=self.formats.weekday(self.period.until),
            least=self._count(min(sizes, default=0)), most=self._count(max(sizes, default=0)),
        )  # fmt: skip
        chart = columns(_valued(drawn), sentence, self._axis) if self.figures.shipped else None
        return Block("days", t("dash.days.title"), t("dash.days.weeks") if by_weeks else "", head, rows, chart)

    def _days(self, days: Sequence[Day]) -> tuple[Head, Rows, list[Column]]:
        rows: Rows = tuple((each.day, self._kind(each.weekend), each.count) for each in days)
        drawn = [Column(str(each.day.day), each.count, "grey" if each.weekend else "") for each in days]
        return (("day", False), ("kind", False), ("sent", True)), rows, drawn

    def _weeks(self, days: Sequence[Day]) -> tuple[Head, Rows, list[Column]]:
        counts = {buckets.monday_of(week): [0, 0] for week in self.period.weeks}
        for each in days:
            monday = buckets.monday_of(buckets.week_of(buckets.number_of(each.day)))
            counts[monday][each.weekend] += each.count
        rows: Rows = tuple((monday, *found, sum(found)) for monday, found in counts.items())
        drawn = [Column(self.formats.short_day(monday), sum(found)) for monday, found in counts.items()]
        return (("week", False), ("working", True), ("weekend", True), ("sent", True)), rows, drawn

    def seconds(self) -> Block:
        """How long it takes from the deal's move to its number."""
        t, took = self.formats.words, self.figures.seconds
        bins, total = buckets.bins_of(took), sum(took.values())
        half, most = buckets.percentile(took, _HALF), buckets.percentile(took, _MOST)
        head = (("took", False), ("count", True), ("share", True))
        minutes = bool(bins) and bins[0].high is not None and bins[0].high >= _MINUTE
        rows = tuple((self._bin(each, minutes), each.count, Percent(_part(each.count, total))) for each in bins)
        chart = None
        if bins and half is not None and most is not None:
            drawn = [Column(self._bin(each, minutes), float(_part(each.count, total))) for each in bins]
            width = bins[0].high or 1
            middle = (
                min(half / width + (0.5 / width if half % width == 0 else 0), len(bins)),
                t("dash.seconds.half", time=self._time(half)),
            )
            sentence = t("dash.seconds.sentence", half=self._time(half), most=self._time(most))
            chart = columns(drawn, sentence, lambda value: f"{self._axis(value)}{_PERCENT}", middle, whole=False)
        sub = t("dash.seconds.minutes" if minutes else "dash.seconds.sub") if bins else ""
        return Block("seconds", t("dash.seconds.title"), sub, head, rows, chart)

    def bills(self) -> tuple[Block, tuple[Account, ...]]:
        """Quotes and bills by carrier; the accounts that its rows are of."""
        found = tuple(accounts_billed(self.figures.bills, self.systems))
        rows = tuple(
            (self.name(each.system), each.count, Money(each.expected, each.currency), Money(each.billed, each.currency),
             Money(each.over, each.currency), self.why(each))
            for each in found
        )  # fmt: skip
        head = (
            ("carrier", False), ("count", True), ("expected", True), ("billed", True), ("over", True), ("why", False),
        )  # fmt: skip
        return Block("bills", self.formats.words("dash.bills.title"), "", head, rows, None), found

    def why(self, of: Account) -> str:
        """Reasons that made a difference, the largest sum first, in words."""
        t = self.formats.words
        reasons = sorted(of.reasons.items(), key=lambda each: -abs(each[1][1]))
        said = [
            t(f"dash.why.{reason}", n=count, sum=signed(over, of.currency, self.formats))
            for reason, (count, over) in reasons
        ]
        if of.apart:
            said.append(t(f"dash.why.{Reason.CURRENCY.value}", n=of.apart))
        return "; ".join(said) or t("dash.why.same")

    # --- writing ------------------------------------------------------------------------------------------------------

    def _bin(self, each: buckets.Bin, minutes: bool) -> str:
        part = _MINUTE if minutes else 1
        low = each.low // part
        return f"{low}+" if each.high is None else f"{low}–{each.high // part}"

    def _time(self, seconds: int) -> str:
        minutes, rest = divmod(seconds, _MINUTE)
        t = self.formats.words
        if not minutes:
            return t("dash.time.seconds", n=seconds)
        return t("dash.time.minutes", m=minutes, s=rest) if rest else t("dash.time.whole", m=minutes)

    def _kind(self, weekend: bool) -> str:
        return self.formats.words("dash.days.weekend" if weekend else "dash.days.working")

    def _pieces(self, n: int) -> str:
        return self.formats.words("dash.pieces", n=self._count(n))

    def _count(self, n: int) -> str:
        return self.formats.count(Decimal(n))

    def _axis(self, value: int | float) -> str:
        return self.formats.count(Decimal(str(value)))

    def _money(self, minor: int, currency: str) -> str:
        return self.formats.money(minor, currency)

    def _round(self, minor: int, currency: str) -> str:
        """In whole units, for a chart."""
        digits = DIGITS.get(currency, 2)
        whole = round(Decimal(minor).scaleb(-digits)) * 10**digits
        return self.formats.money(whole, currency).replace(",00" if self.formats.lang == "ru" else ".00", "")

    def _minor(self, value: int | float, currency: str) -> int:
        return round(Decimal(str(value)).scaleb(DIGITS.get(currency, 2)))


def signed(minor: int, currency: str, formats: Formats) -> str:
    return f"+{formats.money(minor, currency)}" if minor > 0 else formats.money(minor, currency)


def text_of(cell: Cell, formats: Formats) -> str:
    """A cell as the page writes it."""
    if isinstance(cell, Percent):
        return f"{formats.count(cell.value)}{_PERCENT}"
    if isinstance(cell, Money):
        return formats.money(cell.minor, cell.currency)
    if isinstance(cell, date):
        return formats.short_day(cell)
    return formats.count(Decimal(cell)) if isinstance(cell, int | Decimal) else cell


def _part(count: int, total: int) -> Decimal:
    return (Decimal(count) * 100 / total).quantize(Decimal("0.1")) if total else Decimal(0)


def _valued(drawn: Sequence[Column]) -> list[Column]:
    """The largest and the last one have their values over them."""
    largest = max(range(len(drawn)), key=lambda n: drawn[n].size, default=-1)
    shown = {largest, len(drawn) - 1}
    return [
        Column(each.name, each.size, each.tone, str(each.size) if n in shown and each.size else "")
        for n, each in enumerate(drawn)
    ]
