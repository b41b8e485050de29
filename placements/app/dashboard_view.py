"""The dashboard as its templates draw it: what it is narrowed to, today's work as tiles, what comes first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from b24app import words
from b24app.flows import buckets
from b24app.flows.buckets import Period
from b24app.flows.dashboard import Account, Figures, Work, unbilled
from b24app.flows.returns.storage import days_left
from b24app.flows.urgency import Urgent, Why
from b24app.frames.formats import NBSP, Formats
from b24app.store.models import Connection
from placements.app.dashboard_blocks import signed
from placements.chips import Chip

#: Periods that may be chosen, in weeks up to today; beside them this month and the last one.
WEEKS = {"2w": 2, "8w": 8, "13w": 13, "52w": 52}
USUAL = "8w"
MONTHS = ("month", "last")
PERIODS = (*WEEKS, *MONTHS)
#: Of what comes first so many are shown at once.
SHOWN = 5
_LONGEST = 32
_CHIPS = {
    Why.ENDING: ("red", "clock"),
    Why.FAILED: ("red", "alert"),
    Why.LATE: ("amber", "clock"),
    Why.PROBLEM: ("red", "ban"),
    Why.WAITING: ("amber", "hourglass"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """`system` "" = all carriers."""

    period: str = USUAL
    system: str = ""

    def query(self) -> str:
        return urlencode({"period": self.period, "system": self.system})


def read_filter(form: Mapping[str, str]) -> Filter:
    """A value that nobody offered counts as none."""
    period = form.get("period", "")
    return Filter(period if period in PERIODS else USUAL, form.get("system", "")[:_LONGEST])


def period_of(code: str, today: date, zone: ZoneInfo) -> Period:
    """By the portal's clock; weeks begin on Mondays."""
    if code in WEEKS:
        week = buckets.week_of(buckets.number_of(today))
        return Period(buckets.monday_of(week - WEEKS[code] + 1), today, zone)
    first = today.replace(day=1)
    if code == "month":
        return Period(first, today, zone)
    last = first - timedelta(days=1)
    return Period(last.replace(day=1), last, zone)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    periods: tuple[Choice, ...]
    systems: tuple[Choice, ...]


def choices(chosen: Filter, accounts: Sequence[Connection], carrier: Callable[[str], str], formats: Formats) -> Choices:
    t = formats.words
    systems = sorted({row.system for row in accounts}, key=carrier)
    named = [("", t("dash.all_carriers")), *((each, carrier(each)) for each in systems)]
    return Choices(
        tuple(Choice(each, t(f"dash.period.{each}"), each == chosen.period) for each in PERIODS),
        tuple(Choice(value, label, value == chosen.system) for value, label in named),
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """`leads` is the section that lists it, narrowed to that; `count` is `n` as written."""

    code: str
    icon: str
    label: str
    count: str
    note: str
    leads: str
    n: int
    urgent: bool = False


def tiles(work: Work, urgent: Sequence[Urgent], formats: Formats) -> tuple[Tile, ...]:
    late = sum(each.why is Why.LATE for each in urgent)
    found = (
        ("person", "alert", len(urgent), "late", late, "deals?state=urgent"),
        ("send", "box", work.to_send, "numbered", work.numbered, "deals?state=to_hand"),
        ("moving", "truck", work.moving, "in_time", work.moving - work.late, "deals?state=moving"),
        ("stored", "pin", work.stored, "ending", work.ending, "deals?state=stored"),
        ("returns", "undo", work.returns, "returns_wait", work.returns_wait, "returns?state=open"),
    )
    return tuple(
        Tile(
            code,
            icon,
            formats.words(f"dash.tile.{code}"),
            _count(count, formats),
            _note(note, of, formats),
            leads,
            count,
            urgent=code == "person" and bool(count),
        )
        for code, icon, count, note, of, leads in found
    )


def _note(key: str, n: int, formats: Formats) -> str:
    """None has words of its own: a nought is read as a mistake."""
    return formats.words(f"dash.tile.{key if n else 'no_' + key}", n=n, count=_count(n, formats))


def _count(n: int, formats: Formats) -> str:
    return formats.count(Decimal(n))


@dataclass(frozen=True, slots=True)
class UrgentRow:
    chip: Chip
    deal_id: int
    title: str
    text: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class UrgentView:
    """`more` rows are behind a fold."""

    rows: tuple[UrgentRow, ...]
    more: tuple[UrgentRow, ...]
    total: int


def urgent_view(urgent: Sequence[Urgent], carrier: Callable[[str], str], formats: Formats) -> UrgentView:
    rows = tuple(_urgent(each, carrier, formats) for each in urgent)
    return UrgentView(rows[:SHOWN], rows[SHOWN:], len(rows))


def _urgent(each: Urgent, carrier: Callable[[str], str], formats: Formats) -> UrgentRow:
    t, (tone, icon) = formats.words, _CHIPS[each.why]
    title = f"{each.deal_id}, {each.title}" if each.title else t("app.deal_n", n=each.deal_id)
    name = carrier(each.system) if each.system else ""
    label, text, quote = t(f"dash.urgent.{each.why.value}"), "", ""
    if each.why is Why.ENDING and each.due is not None:
        left = days_left(each.due, formats.now, formats.zone)
        label = t("dash.urgent.ended") if left < 0 else label
        text = t("dash.urgent.ending_text", number=each.number, day=formats.day(each.due), carrier=name)
    elif each.why is Why.FAILED:
        why = words.say(f"incident.{each.incident}", formats.lang) if each.incident else ""
        key = "failed_why" if why else "failed_text"
        text = t(f"dash.urgent.{key}", number=each.number, carrier=name, why=why[:1].upper() + why[1:])
    elif each.why is Why.LATE:
        label = t("dash.urgent.late_days", n=each.days) if each.days else label
        text = _late(each, name, formats)
    elif each.problem is not None:
        text = words.say(f"problem.{each.problem.code}", formats.lang, **{"carrier": name, **each.problem.params})
        quote = each.problem.their_text
    elif words.has(f"reason.{each.reason}"):
        text = words.say(f"reason.{each.reason}", formats.lang)
    return UrgentRow(Chip(tone, icon, label), each.deal_id, title, text, quote)


def _late(each: Urgent, carrier: str, formats: Formats) -> str:
    """What was promised, what is expected, where it was seen last; what nobody knows is not said."""
    t, told = formats.words, {"number": each.number, "carrier": carrier}
    key = "late_both" if each.promised and each.expected else "late_promised" if each.promised else "late_text"
    days = {
        name: formats.weekday(day) for name, day in (("promised", each.promised), ("expected", each.expected)) if day
    }
    said = t(f"dash.urgent.{key}", **told, **days)
    return f"{said}. {t('dash.urgent.seen', place=each.place)}" if each.place else said


@dataclass(frozen=True, slots=True)
class Summary:
    """A period in a few numbers."""

    rows: tuple[tuple[str, str], ...]
    unbilled: str


_ARRIVED, _LEFT = frozenset({"delivered"}), frozenset({"sent", "delivered", "undelivered", "maybe", "failed"})


def summary(figures: Figures, accounts: Sequence[Account], formats: Formats) -> Summary:
    """`accounts`: bills of the period against what was expected."""
    t = formats.words
    left = sum(each.count for each in figures.told if each.state in _LEFT)
    arrived = sum(each.count for each in figures.told if each.state in _ARRIVED)
    stars = sum(figures.stars.values())
    rows = [(t("dash.sum.shipped"), _count(figures.shipped, formats))]
    if over := _over(accounts, formats):
        rows.append((t("dash.sum.over"), over))
    if left:
        share = f"{arrived * 100 // left}{NBSP}%"
        rows.append((t("dash.sum.told"), t("dash.sum.told_of", percent=share, n=_count(left, formats))))
    if stars:
        mean = Decimal(sum(star * count for star, count in figures.stars.items())) / stars
        said = formats.count(mean.quantize(Decimal("0.1")))
        rows.append((t("dash.sum.stars"), t("dash.sum.stars_of", mean=said, n=_count(stars, formats))))
    waits = unbilled(figures.bills)
    return Summary(tuple(rows), t("dash.bills.unbilled", n=waits, count=_count(waits, formats)) if waits else "")


def _over(accounts: Sequence[Account], formats: Formats) -> str:
    """Sums of different currencies are never added up."""
    sums: dict[str, int] = {}
    for each in accounts:
        if each.count:
            sums[each.currency] = sums.get(each.currency, 0) + each.over
    return " ".join(signed(minor, currency, formats) for currency, minor in sums.items())
