"""What the tab's prices are drawn from, and the accounts that have none, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from b24app.flows.forecast import Forecast
from b24app.flows.pricing import PriceRules
from b24app.flows.rates import LOST, SILENT, Answer
from b24app.frames.formats import Formats
from b24app.logistics.points import PickupPoint
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Problem
from b24app.store.faces.deal_facts import (
    ProblemFacts,
)
from b24app.store.models import Connection, ConnectionState
from b24app.store.rates import Known
from b24app.systems.plugin import Manifest
from placements.problem_words import ProblemView, problem_view
from placements.tab_rates_parts import logo

#: By which the offers are sorted.
CHEAP, QUICK = "cheap", "quick"
ORDERS = (CHEAP, QUICK)
#: How exactly a silence is told, in seconds.
STEP_S = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """What the panel is drawn from. `pick` is the radio the person has chosen on the page ("" = none yet).
    `places`: the deal's pickup point as each account's system lists it, None = not listed; an account whose list we do
    not have is missing. `records`: how each account's parcels to there really went. `demanded`: what a person chose
    beside carrying."""

    known: Known
    accounts: Sequence[Connection]
    manifests: Mapping[str, Manifest]
    formats: Formats
    titles: Mapping[str, str]
    pick: str = ""
    order: str = CHEAP
    may_ship: bool = True
    costs: bool = True
    places: Mapping[int, PickupPoint | None] = field(default_factory=dict)
    records: Mapping[int, Forecast] = field(default_factory=dict)
    prices: PriceRules = field(default_factory=PriceRules)
    demanded: tuple[str, ...] = ()

    def lacks(self, account: Connection) -> list[str]:
        """What somebody chose beside carrying and the account does not give: it does not carry this deal."""
        manifest = self.manifests.get(account.system)
        return [each for each in self.demanded if manifest is None or each not in manifest.extras]

    def takes_orders(self, account: Connection) -> bool:
        """Some systems only tell prices."""
        manifest = self.manifests.get(account.system)
        return manifest is not None and "Orders" in manifest.ports

    def problem(self, found: Problem, account: Connection | None = None) -> ProblemView:
        title = self.manifests[account.system].title if account and account.system in self.manifests else {}
        carrier = title.get(self.formats.lang, "") if title else self.formats.words("rates.carrier")
        facts = ProblemFacts(found, self.formats.now, None)
        return problem_view(facts, self.formats, carrier, self.titles)


@dataclass(frozen=True, slots=True)
class Out:
    """An account without a price. `again` = the account that may be asked again, 0 = asking makes no sense."""

    account: str
    mark: str
    icon: str
    tone: str
    state: str
    text: str
    problem: ProblemView | None = None
    again: int = 0


def offers_of(answer: Answer) -> tuple[Quote, ...]:
    """What is known about exactly this deal."""
    return answer.current.offers if answer.current else ()


def is_awaited(answer: Answer, now: datetime) -> bool:
    """Whether a first price of the account may come any moment."""
    return answer.is_open and not offers_of(answer) and now - answer.asked_at < SILENT


def outs_of(scene: Scene) -> Iterator[Out]:
    """Accounts without a price, in the order in which they were connected."""
    for account in scene.accounts:
        manifest = scene.manifests.get(account.system)
        if manifest is None or "Quotes" not in manifest.ports:
            continue
        answer = scene.known.answers.get(account.id)
        if account.state != ConnectionState.READY:
            yield _stopped(scene, account)
        elif lacking := scene.lacks(account):
            names = ", ".join(scene.formats.words(f"extras.{each}") for each in lacking)
            yield _out(scene, account, "ban", "muted", "no_extra", what=names)
        elif answer is not None and not offers_of(answer) and not is_awaited(answer, scene.formats.now):
            yield _without(scene, account, answer)


def _out(scene: Scene, account: Connection, icon: str, tone: str, key: str, again: int = 0, **params: object) -> Out:
    t = scene.formats.words
    state, text = t(f"rates.out.{key}", **params), t(f"rates.out.{key}_text", **params)
    return Out(account.title, logo(account.title), icon, tone, state, text, again=again)


def _stopped(scene: Scene, account: Connection) -> Out:
    if account.state != ConnectionState.PAUSED:
        return _out(scene, account, "ban", "muted", "broken")
    since = scene.formats.moment(account.paused_at) if account.paused_at else ""
    quoted = scene.formats.quote(account.pause_reason) if account.pause_reason else ""
    out = _out(scene, account, "pause", "muted", "paused", since=since)
    return replace(out, text=" ".join(filter(None, [quoted, account.paused_by])) or out.text)


def _without(scene: Scene, account: Connection, answer: Answer) -> Out:
    now = scene.formats.now
    if answer.is_open:
        lost = now - answer.asked_at >= LOST
        seconds = int((now - answer.asked_at) / timedelta(seconds=STEP_S)) * STEP_S
        key = "lost" if lost else "silent"
        return _out(scene, account, "hourglass", "amber", key, account.id, n=seconds)
    priced = answer.priced
    if priced.left_alone:
        return _out(scene, account, "pause", "amber", "rest", account.id)
    if priced.problem is None:
        return _out(scene, account, "ban", "muted", "none")
    if priced.problem.code == "system_silent":
        return _out(scene, account, "hourglass", "amber", "mute", account.id)
    out = _out(scene, account, "ban", "muted", "cannot")
    return replace(out, problem=scene.problem(priced.problem, account), text="")
