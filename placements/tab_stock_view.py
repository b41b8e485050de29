"""What lies in the warehouses as the tab draws it: row by row of the deal, account by account. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from b24app.flows.stock import FRESH, NOTHING, Level, Lying, Shelf, Standing, judge
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.problem import Problem
from b24app.store.faces.deal_facts import ProblemFacts
from b24app.store.models import Connection, ConnectionState, JobState
from b24app.store.stock import Known, own_warehouse
from placements.pace import version_of
from placements.problem_words import ProblemView, problem_view

#: How often the page asks, in milliseconds: while an answer is awaited, and while only a silent one may still come.
OFTEN_MS, SELDOM_MS = 300, 2500
#: More warehouses of a row are counted, not listed.
MOST_PLACES = 4
_LOOKS = {
    Level.ENOUGH: ("green", "check-circle"),
    Level.SHORT: ("amber", "alert"),
    Level.NONE: ("red", "ban"),
    Level.UNKNOWN: ("grey", "question"),
    Level.UNNAMED: ("grey", "question"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What the panel is drawn from. `carrier`: a system's name for people by its code; `titles`: what the portal calls
    its own fields, by role."""

    known: Known
    accounts: Sequence[Connection]
    carrier: Callable[[str], str]
    formats: Formats
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One warehouse of a row. `own`: the account ships from it."""

    title: str
    amount: str
    own: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the deal; `tone` empty = nothing is known yet. `more`: how many warehouses are not listed."""

    name: str
    sku: str
    need: str
    tone: str
    icon: str
    word: str
    note: str
    places: tuple[PlaceView, ...]
    more: str
    enough: bool = False


@dataclass(frozen=True, slots=True)
class ShelfView:
    """One account. `state`: waiting | ready | out. `said`: how the rows stand and as of when, `stale`: that is some
    time ago; `busy`: it is being asked again; `text`, `problem`: why it does not say anything (new). On a phone, rows
    of which there is enough are folded under `said`, so that what lacks, and the prices below, are met at once."""

    id: int
    title: str
    state: str
    said: str = ""
    stale: bool = False
    busy: bool = False
    rows: tuple[RowView, ...] = ()
    text: str = ""
    problem: ProblemView | None = None

    @property
    def folds(self) -> bool:
        """Some rows have enough."""
        return any(row.enough for row in self.rows)

    @property
    def fine(self) -> bool:
        """All of them do."""
        return all(row.enough for row in self.rows)


@dataclass(frozen=True, slots=True)
class Panel:
    """`state`: reading | failed | empty | ready. `bones`: rows of the deal, as far as they are known. `ask_ms` 0 =
    nothing is to come."""

    state: str
    text: str
    bones: int
    shelves: tuple[ShelfView, ...]
    busy: bool
    ask_ms: int = 0
    version: str = ""

    @property
    def said(self) -> str:
        """All of it for who does not see it."""
        return " ".join(f"{each.title}: {each.said or each.text}." for each in self.shelves if each.said or each.text)


def panel(scene: Scene) -> Panel:
    """Everything of one moment, with a version that changes when any of it does."""
    shown = _panel(scene)
    ask_ms = _ask_ms(scene)
    return replace(shown, ask_ms=ask_ms, version=version_of(shown, ask_ms, (OFTEN_MS, SELDOM_MS)))


def _panel(scene: Scene) -> Panel:
    known, now, t = scene.known, scene.formats.now, scene.formats.words
    reading, failed = known.reading(now), known.job is not None and known.job.state == JobState.FAILED
    bones = min(max(len(known.needs or ()), 1), 6)
    if known.needs is None or (failed and not reading):
        if failed:
            said = known.job.why.partition("|")[2] if known.job else ""
            return Panel("failed", said or t("stock.why_failed"), bones, (), False)
        lost = known.asked_at is not None and not reading
        return Panel("failed" if lost else "reading", t("stock.why_failed") if lost else "", bones, (), not lost)
    named = [need for need in known.needs if need.sku]
    if not named:
        key = "stock.unnamed_all" if known.needs else "stock.no_goods"
        return Panel("empty", t(key), bones, (), reading)
    shelves = tuple(_shelf(scene, account) for account in scene.accounts)
    busy = known.reading(now, again=True) or any(each.busy for each in shelves)
    return Panel("ready", "", bones, shelves, busy)


def _shelf(scene: Scene, account: Connection) -> ShelfView:
    known, now, t = scene.known, scene.formats.now, scene.formats.words
    look, own = known.looks.get(account.id), own_warehouse(account)
    standings = [judge(need, known.shelves.get((account.id, need.sku)), own) for need in known.needs or ()]
    heard = [each.shelf for each in standings if each.shelf is not None]
    view = ShelfView(account.id, account.title, "out")
    if account.state != ConnectionState.READY:
        return replace(view, text=_stopped(scene, account))
    busy = look is None or look.awaited(now)
    if not heard and busy:
        return replace(view, state="waiting", busy=True, text=t("stock.counting", account=account.title))
    if heard:
        rows = tuple(_row(each, own, scene.formats) for each in standings)
        said, stale = _when(standings, heard, now, scene.formats)
        view = replace(view, state="ready", rows=rows, said=said, stale=stale)
    problem = look.problem if look is not None else None
    if problem is not None and problem.code != "system_silent":
        view = replace(view, problem=_problem(scene, problem, account))
    elif problem is not None or (look is not None and look.is_open and not busy):
        view = replace(view, text=t("stock.silent", account=account.title))
    return replace(view, busy=busy)


def _when(standings: Sequence[Standing], heard: Sequence[Shelf], now: datetime, formats: Formats) -> tuple[str, bool]:
    """How many rows the warehouses have, as of the oldest of what they said; and whether that is some time ago."""
    enough = sum(each.level is Level.ENOUGH for each in standings)
    oldest = min(heard, key=lambda each: each.read_at)
    stale = now - oldest.read_at >= FRESH
    key = "stock.said_stale" if stale else "stock.said"
    return formats.words(key, n=enough, all=len(standings), at=formats.moment(oldest.at)), stale


def _stopped(scene: Scene, account: Connection) -> str:
    formats = scene.formats
    if account.state != ConnectionState.PAUSED:
        return formats.words("stock.broken")
    since = formats.moment(account.paused_at) if account.paused_at else ""
    quoted = formats.quote(account.pause_reason) if account.pause_reason else ""
    return " ".join(filter(None, [formats.words("stock.paused", since=since), quoted, account.paused_by]))


def _problem(scene: Scene, found: Problem, account: Connection) -> ProblemView:
    return problem_view(
        ProblemFacts(found, scene.formats.now, None), scene.formats, scene.carrier(account.system), scene.titles
    )


# --- rows -------------------------------------------------------------------------------------------------------------


def _row(standing: Standing, own: str, formats: Formats) -> RowView:
    need, level, t = standing.need, standing.level, formats.words
    tone, icon = _LOOKS[level] if level else ("", "")
    places = _places(standing.shelf, own) if standing.shelf and level is not Level.UNKNOWN else []
    listed = places[:MOST_PLACES]
    return RowView(
        name=need.name,
        sku=need.sku,
        need=formats.count(need.quantity),
        tone=tone,
        icon=icon,
        word=t(f"stock.level.{level.value}") if level else t("stock.level.not_heard"),
        note=_note(standing, formats),
        places=tuple(
            PlaceView(each.title, _amount(each, formats), bool(own) and each.warehouse == own) for each in listed
        ),
        more=t("stock.more", n=len(places) - len(listed)) if len(places) > len(listed) else "",
        enough=level is Level.ENOUGH,
    )


def _places(shelf: Shelf, own: str) -> list[Lying]:
    """The account's own first, then those with most; of many those without anything are left out."""
    found = sorted(shelf.lying, key=lambda each: (each.warehouse != own, -each.available, each.title))
    if len(found) <= MOST_PLACES:
        return found
    return [each for each in found if each.available > 0 or each.warehouse == own] or found[:1]


def _amount(lying: Lying, formats: Formats) -> str:
    """Less than nothing (promised twice) is nothing."""
    count = formats.count(max(lying.available, NOTHING))
    return f"{count}{NBSP}{lying.unit}" if lying.unit else count


def _note(standing: Standing, formats: Formats) -> str:
    return " ".join(_notes(standing, formats))


def _notes(standing: Standing, formats: Formats) -> Iterator[str]:
    t, level = formats.words, standing.level
    if level is Level.UNKNOWN:
        yield t("stock.note.unknown")
    elif level is Level.UNNAMED:
        yield t("stock.note.unnamed")
    if standing.elsewhere:
        yield t("stock.note.elsewhere", place=formats.quote(standing.elsewhere))
    elif standing.together:
        yield t("stock.note.together")
    if level in (Level.SHORT, Level.NONE) and standing.shelf is not None:
        expected = sum((each.expected or NOTHING for each in standing.shelf.lying), NOTHING)
        if expected > 0:
            yield t("stock.note.expected", n=formats.count(expected))


def _ask_ms(scene: Scene) -> int:
    """Asked often while somebody answers, seldom while a silent one may, and once when what is shown gets old."""
    now, known = scene.formats.now, scene.known
    looks = [look for account in scene.accounts if (look := known.looks.get(account.id))]
    if known.reading(now) or any(look.awaited(now) for look in looks):
        return OFTEN_MS
    if any(look.may_come(now) for look in looks):
        return SELDOM_MS
    ends = [each.read_at + FRESH - now for each in known.shelves.values() if now - each.read_at < FRESH]
    return int(min(ends) / timedelta(milliseconds=1)) + 500 if ends else 0
