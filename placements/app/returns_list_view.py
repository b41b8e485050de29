"""The list of returns as the app's page draws it: what it is narrowed to, its rows, counts and pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import Way
from b24app.frames.formats import Formats
from b24app.logistics.returning import ReturnStage
from b24app.store.faces.return_list import OPEN, PAGE, WAITS, Listed, Wanted
from b24app.store.models import Connection, ErrandKind
from b24app.store.return_errands import Errand
from b24app.store.returns import Kept
from placements.chips import Chip
from placements.return_words import owed_of, problem_text, reasons_of, stage_chip, stage_name, what_of

#: What the list is narrowed to by its stage: those under way, all, or one stage.
UNDER_WAY, ALL = "open", "all"
_LONGEST = 128
_NUMBER = 12


@dataclass(frozen=True, slots=True)
class Filter:
    """As a form sends it. `state`: `open`, `all`, or a stage; `page` from 1."""

    state: str = UNDER_WAY
    waits: str = ""
    reason: str = ""
    account: int = 0
    text: str = ""
    page: int = 1

    def fields(self) -> list[tuple[str, str]]:
        return [("state", self.state), ("waits", self.waits), ("reason", self.reason),
                ("account", str(self.account or "")), ("q", self.text)]  # fmt: skip

    @property
    def narrowed(self) -> int:
        """How many choices differ from the usual ones."""
        return sum(map(bool, (self.waits, self.reason, self.account, self.text))) + (self.state != UNDER_WAY)

    @property
    def stages(self) -> tuple[ReturnStage, ...]:
        if self.state == ALL:
            return ()
        return OPEN if self.state == UNDER_WAY else (ReturnStage(self.state),)

    def wanted(self, me: int, deals: tuple[int, ...] | None) -> Wanted:
        mine = me if self.waits == "me" else 0
        return Wanted(self.stages, bool(self.waits), mine, self.reason, self.account, self.text, deals)


def read_filter(form: Mapping[str, str]) -> Filter:
    """A value that nobody offered counts as none."""
    state, waits = form.get("state", ""), form.get("waits", "")
    return Filter(
        state=state if state in {ALL, *(each.value for each in ReturnStage)} else UNDER_WAY,
        waits=waits if waits in ("me", "all") else "",
        reason=form.get("reason", "")[:64],
        account=_number(form.get("account", "")),
        text=form.get("q", "").strip()[:_LONGEST],
        page=max(1, _number(form.get("page", ""))),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _NUMBER else 0


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    waits: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    accounts: tuple[Choice, ...]


def choices(chosen: Filter, rules: ReturnRules, accounts: Sequence[Connection], formats: Formats) -> Choices:
    t = formats.words
    waits = [("", "any"), ("me", "me"), ("all", "all")]
    return Choices(
        waits=tuple(Choice(value, t(f"returns_list.waits.{key}"), value == chosen.waits) for value, key in waits),
        reasons=(
            Choice("", t("returns_list.any_reason"), not chosen.reason),
            *(Choice(each.code, each.name(formats.lang), each.code == chosen.reason) for each in rules.reasons),
        ),
        accounts=(
            Choice("", t("returns_list.any_account"), not chosen.account),
            *(Choice(str(row.id), row.title, row.id == chosen.account) for row in accounts),
        ),
    )


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """`waits`: how long it stands where it is; `long`: so long that somebody should look. `carrier` brings it back."""

    id: int
    number: str
    deal: int
    title: str
    client: str
    what: str
    reasons: str
    carrier: str
    tracking: str
    owed: str
    left: str
    guess: bool
    chip: Chip
    waits: str
    long: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """`states`: the stages with their counts. `more`: deals were left out, because they are too many to ask for."""

    rows: tuple[ReturnRow, ...]
    states: tuple[Choice, ...]
    filter: Filter
    total: int
    more: bool

    @property
    def first(self) -> int:
        return (self.filter.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.filter.page - 1) * PAGE + len(self.rows)


#: So many days at one place, and a person should look.
_LONG_DAYS = 3


def list_view(
    listed: Listed,
    counts: Mapping[ReturnStage, int],
    chosen: Filter,
    rules: ReturnRules,
    accounts: Mapping[int, str],
    formats: Formats,
    more: bool = False,
) -> ListView:
    """`accounts`: titles by id, the removed ones too."""
    total = sum(counts[stage] for stage in chosen.stages or tuple(ReturnStage))
    rows = tuple(_row(each, listed, rules, accounts, formats) for each in listed.rows)
    return ListView(rows, _states(counts, chosen, formats), chosen, total, more)


def _states(counts: Mapping[ReturnStage, int], chosen: Filter, formats: Formats) -> tuple[Choice, ...]:
    """Stages without a return are not offered, but the one that is chosen is."""
    t = formats.words
    groups = [(UNDER_WAY, t("returns_list.open"), sum(counts[stage] for stage in OPEN))]
    groups += [(stage.value, stage_name(stage, formats), counts[stage]) for stage in ReturnStage]
    groups += [(ALL, t("returns_list.all"), sum(counts.values()))]
    return tuple(
        Choice(value, label, value == chosen.state, count)
        for value, label, count in groups
        if count or value == chosen.state or value in (UNDER_WAY, ALL)
    )


def _row(kept: Kept, listed: Listed, rules: ReturnRules, accounts: Mapping[int, str], formats: Formats) -> ReturnRow:
    case = kept.case
    deal, basis = listed.deals.get(case.deal_id, ()), listed.bases.get(case.deal_id)
    owed, left, guess = owed_of(kept, deal, basis, rules)
    since = listed.since.get(kept.id, kept.created_at)
    days = (formats.today - since.astimezone(formats.zone).date()).days
    carrier, tracking = carried(kept.way, listed.errands.get(kept.id, ()), accounts, formats)
    return ReturnRow(
        id=kept.id,
        number=case.number,
        deal=case.deal_id,
        title=listed.titles.get(case.deal_id, "") or (basis.title if basis is not None else ""),
        client=kept.client.name if kept.client is not None else "",
        what=what_of(case, formats),
        reasons=", ".join(reasons_of(case.lines, rules, formats)),
        carrier=carrier,
        tracking=tracking,
        owed=formats.money(owed.minor, owed.currency) if owed is not None else "",
        left=formats.money(left.minor, left.currency) if left is not None and left.minor and not guess else "",
        guess=guess,
        chip=stage_chip(case.stage, formats),
        waits="" if case.stage.is_final else formats.words("returns_list.days", n=days) if days > 0 else "",
        long=days >= _LONG_DAYS and case.stage in WAITS,
        problems=tuple(problem_text(each, formats.lang) for each in kept.problems),
    )


def carried(
    way: Way | None, errands: Sequence[Errand], accounts: Mapping[int, str], formats: Formats
) -> tuple[str, str]:
    """Who brings it back, and under which number."""
    order = next((each for each in reversed(errands) if each.kind is ErrandKind.COLLECTION), None)
    if order is not None:
        return accounts.get(order.connection_id, ""), order.tracking_number or order.order_number
    if way is None:
        return "", ""
    said = accounts.get(way.connection_id, "") or way.carrier or formats.words(f"returns_list.way.{way.kind.value}")
    return said, way.tracking
