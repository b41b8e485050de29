"""The report on returns as the app's page draws it: sums, bars with a sentence, tables, pictures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from b24app.flows.returns.report import Group, Line, Report, Sum
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.money import Money
from placements.return_words import reason_name

#: The usual period ends today and is so long.
USUAL = timedelta(days=90)
LONGEST = timedelta(days=366 * 3)
#: Bars of a chart; what has less is one bar together. Rows of a table; the file has all.
MOST_BARS, MOST_ROWS, MOST_PICTURES = 7, 50, 12
_CUT_WIDE, _CUT_PHONE = 20, 34
#: Ends of a chart's scale, in percent.
_SCALES = (10, 20, 40, 60, 80, 100)
#: Where bars of a chart begin and how wide they may be, in its own units: at a desk, on a phone.
_WIDE, _PHONE = (176, 320), (0, 248)
_NAME_OF_NONE = "returns_report.none."


@dataclass(frozen=True, slots=True)
class Dates:
    """Both days included. `wrong`: a key of the `returns_report.wrong.*` words; then it is the usual period."""

    since: date
    until: date
    wrong: str = ""

    def moments(self, formats: Formats) -> tuple[datetime, datetime]:
        """By the reader's clock."""
        begin = datetime.combine(self.since, time(), formats.zone)
        end = datetime.combine(self.until + timedelta(days=1), time(), formats.zone)
        return begin.astimezone(UTC), end.astimezone(UTC)


def read_dates(form: Mapping[str, str], today: date) -> Dates:
    usual = Dates(today - USUAL, today)
    if not form.get("since") and not form.get("until"):
        return usual
    try:
        since, until = date.fromisoformat(form.get("since", "")), date.fromisoformat(form.get("until", ""))
    except ValueError:
        return Dates(usual.since, usual.until, "date")
    if until < since:
        return Dates(usual.since, usual.until, "order")
    if until - since > LONGEST:
        return Dates(usual.since, usual.until, "long")
    return Dates(since, until)


@dataclass(frozen=True, slots=True)
class Bar:
    """`wide` and `phone` are lengths in the charts' own units, `y` its place from above."""

    name: str
    short: str
    pieces: str
    percent: str
    wide: int
    phone: int
    n: int


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    returns: str
    pieces: str
    percent: str
    spoilt: str
    refunded: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`sentence` says what the bars show; `scale`: (percent, place at a desk, place on a phone)."""

    group: str
    bars: tuple[Bar, ...]
    sentence: str
    scale: tuple[tuple[int, int, int], ...]
    rows: tuple[Row, ...]
    left_out: int

    @property
    def height(self) -> int:
        return 36 * len(self.bars) + 32

    @property
    def phone_height(self) -> int:
        return 52 * len(self.bars) + 32


@dataclass(frozen=True, slots=True)
class Picture:
    """Of damaged goods. `n` of them have one line."""

    return_id: int
    number: str
    key: str
    what: str
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class ReportView:
    dates: Dates
    returns: str
    refused: int
    pieces: str
    spoilt: str
    refunded: str
    charts: tuple[Chart, ...]
    pictures: tuple[Picture, ...]
    empty: bool
    more: bool


def report_view(
    report: Report,
    dates: Dates,
    rules: ReturnRules,
    carrier: Callable[[str], str],
    formats: Formats,
    more: bool = False,
    pictures: bool = True,
) -> ReportView:
    """`carrier`: what people call a system."""
    named = namer(rules, carrier, formats)
    currency = report.lines[-1].worth.currency if report.lines else "RUB"
    return ReportView(
        dates=dates,
        returns=formats.count(Decimal(report.returns)),
        refused=report.refused,
        pieces=formats.count(report.pieces),
        spoilt=formats.count(report.spoilt),
        refunded=money_text(report.refunded, currency, formats),
        charts=tuple(_chart(group, report, currency, named, formats) for group in Group),
        pictures=tuple(_pictures(report.lines, rules, formats)) if pictures else (),
        empty=not report.returns and not report.refused,
        more=more,
    )


def namer(rules: ReturnRules, carrier: Callable[[str], str], formats: Formats) -> Callable[[Group, Sum], str]:
    def named(group: Group, each: Sum) -> str:
        if group is Group.PRODUCT:
            return each.name
        said = reason_name(each.key, rules, formats) if group is Group.REASON else carrier(each.key) if each.key else ""
        return said or formats.words(_NAME_OF_NONE + group.value)

    return named


def money_text(sums: Iterable[Money], currency: str, formats: Formats) -> str:
    """Of several currencies each; nothing is nothing of the usual one."""
    return " + ".join(formats.money(each.minor, each.currency) for each in sums) or formats.money(0, currency)


def percent_text(part: Decimal, whole: Decimal, formats: Formats) -> str:
    return f"{formats.count(percent_of(part, whole).quantize(Decimal(1)))}{NBSP}%"


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    return part * 100 / whole if whole else Decimal(0)


def _chart(group: Group, report: Report, currency: str, named: Callable[[Group, Sum], str], formats: Formats) -> Chart:
    sums, whole = report.sums[group], report.pieces
    shown = [(named(group, each), each.pieces) for each in sums[:MOST_BARS]]
    rest = sum((each.pieces for each in sums[MOST_BARS:]), Decimal(0))
    if rest:
        shown.append((formats.words("returns_report.rest"), rest))
    longest = max((percent_of(pieces, whole) for _, pieces in shown), default=Decimal(0))
    end = next((scale for scale in _SCALES if longest <= scale), _SCALES[-1])
    bars = tuple(_bar(n, name, pieces, whole, end, formats) for n, (name, pieces) in enumerate(shown))
    said = ", ".join(f"{bar.name}{NBSP}{bar.percent}" for bar in bars)
    return Chart(
        group=group.value,
        bars=bars,
        sentence=formats.words(f"returns_report.sentence.{group.value}", said=said),
        scale=tuple((at, _place(at, end, _WIDE), _place(at, end, _PHONE)) for at in (0, end // 2, end)),
        rows=tuple(_row(named(group, each), each, whole, currency, formats) for each in sums[:MOST_ROWS]),
        left_out=max(0, len(sums) - MOST_ROWS),
    )


def _place(percent: Decimal | int, end: int, room: tuple[int, int]) -> int:
    begin, width = room
    return begin + round(width * percent / end)


def _bar(n: int, name: str, pieces: Decimal, whole: Decimal, end: int, formats: Formats) -> Bar:
    percent = percent_of(pieces, whole)
    return Bar(
        name=_cut(name, _CUT_PHONE),
        short=_cut(name, _CUT_WIDE),
        pieces=formats.words("returns_report.pieces", n=formats.count(pieces)),
        percent=percent_text(pieces, whole, formats),
        wide=max(2, _place(percent, end, _WIDE) - _WIDE[0]),
        phone=max(2, _place(percent, end, _PHONE) - _PHONE[0]),
        n=n,
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _row(name: str, each: Sum, whole: Decimal, currency: str, formats: Formats) -> Row:
    return Row(
        name=name,
        returns=formats.count(Decimal(each.returns)),
        pieces=formats.count(each.pieces),
        percent=percent_text(each.pieces, whole, formats),
        spoilt=formats.count(each.spoilt),
        refunded=money_text(each.refunded, currency, formats),
    )


def _pictures(lines: Sequence[Line], rules: ReturnRules, formats: Formats) -> list[Picture]:
    """The newest of what came back damaged."""
    found: list[Picture] = []
    for line in reversed(lines):
        for n, key in enumerate(line.photos, 1):
            reason = reason_name(line.reason, rules, formats)
            found.append(Picture(line.of.id, line.of.case.number, key, line.sold.title, reason, n))
            if len(found) == MOST_PICTURES:
                return found
    return found
