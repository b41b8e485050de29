"""The report on kept promises as the app's page draws it: who came when they had promised, by carrier, lane and week.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from b24app.flows.forecast import Risk
from b24app.flows.promises import Kept, Report
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.regions import region_name
from b24app.store.promises import AtRisk
from placements.charts import Bar, Chart, Column, bars, columns
from placements.chips import Chip

#: The usual period ends today and is so long; a longer one is not drawn.
USUAL = timedelta(days=55)
LONGEST = timedelta(days=366)
#: Of a hundred promises so many are to be kept.
GOAL = 90
MOST_BARS, MOST_ROWS, MOST_AT_RISK = 8, 50, 12
#: Weeks of a chart at the most; the table has all.
MOST_WEEKS = 26
#: Columns with their counts over them: of more they would touch.
MOST_TOLD = 9


@dataclass(frozen=True, slots=True)
class Filter:
    """Both days included. `system` "" = all carriers. `wrong`: a key of the `promises.wrong.*` words; then the period
    is the usual one."""

    since: date
    until: date
    system: str = ""
    wrong: str = ""

    def told(self) -> dict[str, str]:
        """As `read_filter` reads it."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat(), "system": self.system}


def read_filter(form: Mapping[str, str], today: date) -> Filter:
    usual, system = Filter(today - USUAL, today), form.get("system", "")[:32]
    if not form.get("since") and not form.get("until"):
        return Filter(usual.since, usual.until, system)
    try:
        since, until = date.fromisoformat(form.get("since", "")), date.fromisoformat(form.get("until", ""))
    except ValueError:
        return Filter(usual.since, usual.until, system, "date")
    wrong = "order" if until < since else "long" if until - since > LONGEST else ""
    return Filter(usual.since, usual.until, system, wrong) if wrong else Filter(since, until, system)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. `share` as percent beside counts, never alone."""

    name: str
    n: str
    in_time: str
    share: str
    late: str
    mean_late: str
    days: str


@dataclass(frozen=True, slots=True)
class Block:
    """One grouping: `code` system | lane | week. `left_out` rows are in the file only."""

    code: str
    chart: Chart | None
    rows: tuple[Row, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Danger:
    """A parcel under way that will or may be late."""

    deal_id: int
    title: str
    chip: Chip
    text: str


@dataclass(frozen=True, slots=True)
class PromisesView:
    chosen: Filter
    carriers: tuple[tuple[str, str], ...]
    whole: Row
    coming: int
    lost: int
    blocks: tuple[Block, ...]
    danger: tuple[Danger, ...]
    danger_more: int
    empty: bool
    more: bool


Carrier = Callable[[str], str]


def promises_view(
    report: Report,
    chosen: Filter,
    systems: Sequence[str],
    danger: Sequence[AtRisk],
    carrier: Carrier,
    formats: Formats,
    more: bool = False,
) -> PromisesView:
    """`systems`: carriers of the portal, for the filter; `carrier`: what people call a system."""
    t, whole = formats.words, report.whole
    names = sorted((carrier(each), each) for each in systems)
    shown = [_danger(each, carrier, formats) for each in danger[:MOST_AT_RISK]]
    return PromisesView(
        chosen=chosen,
        carriers=tuple((code, name) for name, code in names),
        whole=row_of(t("promises.all"), whole, formats),
        coming=whole.coming,
        lost=whole.lost,
        blocks=tuple(_blocks(report, carrier, formats)) if whole.n else (),
        danger=tuple(shown),
        danger_more=max(0, len(danger) - len(shown)),
        empty=not whole.n,
        more=more,
    )


def _blocks(report: Report, carrier: Carrier, formats: Formats) -> list[Block]:
    t = formats.words
    systems = [
        Named(carrier(system), carrier(system), t("promises.of", n=kept.n), kept) for system, kept in report.systems
    ]
    lanes = [_lane(key, kept, carrier, formats) for key, kept in report.lanes]
    found = [_bars("system", systems, formats)]
    if len(lanes) > 1:
        found.append(_bars("lane", lanes, formats))
    if len(report.weeks) > 1:
        found.append(_weeks(report.weeks, formats))
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """A group: `name` in tables, `short` at its bar, which is narrow, with a `note`."""

    name: str
    short: str
    note: str
    kept: Kept


def _lane(key: tuple[str, str, str], kept: Kept, carrier: Carrier, formats: Formats) -> Named:
    system, origin, to = key
    unknown = formats.words("promises.somewhere")
    begin, end = (region_name(each, formats.lang) or unknown for each in (origin, to))
    note = formats.words("promises.lane_note", origin=begin, carrier=carrier(system), n=kept.n)
    return Named(lane_name(key, carrier, formats), f"→ {end}", note, kept)


def lane_name(key: tuple[str, str, str], carrier: Carrier, formats: Formats) -> str:
    """`Москва → Татарстан, СДЭК`: the way first, because names are cut at their end."""
    system, origin, to = key
    unknown = formats.words("promises.somewhere")
    names = [region_name(each, formats.lang) or unknown for each in (origin, to)]
    return formats.words("promises.lane", origin=names[0], to=names[1], carrier=carrier(system))


def _bars(code: str, groups: Sequence[Named], formats: Formats) -> Block:
    t = formats.words
    first = groups[:MOST_BARS]
    drawn = [Bar(each.short, _percent(each.kept), f"{_percent(each.kept)}{NBSP}%", each.note) for each in first]
    said = ", ".join(f"{each.name} {_share(each.kept, formats)}" for each in first)
    sentence = t(f"promises.sentence.{code}", said=said, goal=GOAL)
    rows = tuple(row_of(each.name, each.kept, formats) for each in groups[:MOST_ROWS])
    return Block(code, bars(drawn, sentence, GOAL, f"{NBSP}%"), rows, max(0, len(groups) - MOST_ROWS))


def _weeks(weeks: Sequence[tuple[date, Kept]], formats: Formats) -> Block:
    t = formats.words
    drawn = [
        Column(
            formats.short_day(monday),
            _percent(kept),
            "amber" if kept.n and _percent(kept) < GOAL else "",
            f"{kept.in_time}/{kept.n}" if kept.n and len(weeks) <= MOST_TOLD else "",
        )
        for monday, kept in weeks[-MOST_WEEKS:]
    ]
    told = [(monday, kept) for monday, kept in weeks if kept.n]
    said = ", ".join(f"{formats.short_day(monday)} {_percent(kept)}{NBSP}%" for monday, kept in told[-MOST_WEEKS:])
    chart = columns(drawn, t("promises.sentence.week", said=said), lambda value: f"{value}{NBSP}%")
    rows = tuple(row_of(formats.short_day(monday), kept, formats) for monday, kept in weeks)
    return Block("week", chart, rows)


def tenths(value: int) -> Decimal:
    return Decimal(value) / 10


def _percent(kept: Kept) -> int:
    return round(100 * kept.share)


def _share(kept: Kept, formats: Formats) -> str:
    """`94 %, 1 204 из 1 281`."""
    return formats.words("promises.share", percent=_percent(kept), kept=kept.in_time, n=kept.n)


def row_of(name: str, kept: Kept, formats: Formats) -> Row:
    t = formats.words
    mean = t("promises.days_mean", days=formats.count(tenths(kept.mean_late))) if kept.mean_late is not None else ""
    spread = ""
    if kept.low is not None:
        spread = t("promises.spread", low=kept.low, high=kept.high, most=kept.most)
    share = f"{_percent(kept)}{NBSP}%" if kept.n else ""
    return Row(name, str(kept.n), str(kept.in_time), share, str(kept.late), mean, spread)


def _danger(each: AtRisk, carrier: Carrier, formats: Formats) -> Danger:
    t = formats.words
    if each.risk is Risk.LATE:
        chip = Chip("amber", "clock", t("deals.chip.late", n=each.late_by))
    else:
        chip = Chip("grey", "clock", t("promises.may_be_late"))
    words = [f"{carrier(each.system)} {each.number}"]
    if each.promised is not None:
        words.append(t("promises.promised", day=formats.day(each.promised)))
    if each.expected is not None:
        words.append(t("promises.expected", day=formats.day(each.expected)))
    if each.place:
        day = formats.day(each.news) if each.news is not None else ""
        words.append(t("promises.seen", place=each.place, day=day) if day else each.place)
    return Danger(each.deal_id, each.title, chip, ", ".join(words))
