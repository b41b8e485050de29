"""A simulation as its page draws it: a line a deal, with what was chosen, why, and what it would cost. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from b24app.bitrix24.own_fields import titles_of
from b24app.flows.choose import Facts
from b24app.flows.simulate import Chosen, Priced, cheapest
from b24app.frames.formats import Formats
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Problem
from b24app.store.faces.deal_facts import (
    ProblemFacts,
)
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection, Job, JobState, Rule
from b24app.store.simulations import Simulation
from b24app.systems.plugin import Manifest
from placements.app import chain_form
from placements.app.choices import Choice
from placements.app.rules_view import why_not
from placements.problem_words import ProblemView, problem_view

#: How many deals may be tried, as the form offers them.
COUNTS = ("5", "10", "20")


@dataclass(frozen=True, slots=True)
class Scene:
    """What the part is drawn from. `costs`: the reader may see them."""

    facts: PortalFacts
    rules: Sequence[Rule]
    manifests: Mapping[str, Manifest]
    formats: Formats
    costs: bool

    def service(self, connection_id: int, code: str) -> str:
        account = self.facts.account(connection_id)
        manifest = self.manifests.get(account.system) if account else None
        return manifest.service_title(code, self.formats.lang) if manifest else code


@dataclass(frozen=True, slots=True)
class Better:
    """What another service would cost; `less` is the difference, written, "" when the chosen one has no price."""

    account: str
    service: str
    price: str
    days: str
    less: str


@dataclass(frozen=True, slots=True)
class TryLine:
    """`state`: waiting | priced | none | left_alone | no_quotes | paused | broken | untested | removed | unsendable.
    `none` carries `trouble`, the system's reason. `facts` are (label, value), `misses` (rule, its reasons)."""

    deal_id: int
    title: str
    moved: str
    rule: str
    account: str
    service: str
    state: str
    price: str
    days: str
    better: Better | None
    cheapest: bool
    trouble: ProblemView | None
    problems: tuple[ProblemView, ...]
    facts: tuple[tuple[str, str], ...]
    misses: tuple[tuple[str, str], ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """One currency: `n` priced deals, what they cost, what the cheapest would, and the difference ("" = none)."""

    n: int
    chosen: str
    best: str
    less: str


@dataclass(frozen=True, slots=True)
class TryView:
    """`state`: never | choosing | pricing | done | failed | stopped. `why` a key of `rules.try.why.*`, `said` their
    words. `offs` are rules that are off, ticked when they were tried."""

    state: str
    costs: bool
    at: str
    why: str
    said: str
    counts: tuple[Choice, ...]
    offs: tuple[Choice, ...]
    lines: tuple[TryLine, ...]
    totals: tuple[Total, ...]
    priced: int
    wanted: int

    @property
    def busy(self) -> bool:
        return self.state in ("choosing", "pricing")

    @property
    def version(self) -> str:
        return hashlib.sha256(repr((self.state, self.why, self.offs, self.lines)).encode()).hexdigest()[:16]


Prices = Mapping[int, Priced]


def try_view(last: Simulation | None, scene: Scene) -> TryView:
    given = last.chosen.input if last else {}
    tried = set(given.get("also", ()))
    offs = tuple(_off(row, at, row.id in tried, scene) for at, row in enumerate(scene.rules, 1) if not row.enabled)
    count = str(given.get("count", COUNTS[-1]))
    counts = tuple(Choice(each, scene.formats.words("rules.try.deals", n=int(each)), each == count) for each in COUNTS)
    empty = TryView("never", scene.costs, "", "", "", counts, offs, (), (), 0, 0)
    if last is None:
        return empty
    why, _, said = last.chosen.why.partition("|")
    chosen = [Chosen.from_json(each) for each in last.chosen.result.get("deals", ())]
    prices = {each.deal_id: _prices(last, each.deal_id) for each in chosen}
    own = [each for each in chosen if not each.problems]
    asked = [each for each in own if each.connection_id in last.quotes]
    return TryView(
        state=_state(last, scene),
        costs=scene.costs,
        at=scene.formats.moment(last.chosen.created_at),
        why=why,
        said=said,
        counts=counts,
        offs=offs,
        lines=tuple(_line(each, prices[each.deal_id], last, scene) for each in chosen),
        totals=tuple(_totals(own, prices, scene)) if scene.costs else (),
        priced=sum(each.connection_id in prices[each.deal_id] for each in asked),
        wanted=len(asked),
    )


def _off(row: Rule, at: int, ticked: bool, scene: Scene) -> Choice:
    return Choice(str(row.id), row.title or scene.formats.words("rules.unnamed", n=at), ticked)


def _state(last: Simulation, scene: Scene) -> str:
    if last.chosen.state == JobState.FAILED:
        return "failed"
    if not last.busy(scene.formats.now):
        return "done" if _over(last) else "stopped"
    return "pricing" if last.chosen.state == JobState.DONE else "choosing"


def _over(last: Simulation) -> bool:
    return all(job.state in (JobState.DONE, JobState.FAILED) for job in (last.chosen, *last.quotes.values()))


def _prices(last: Simulation, deal_id: int) -> Prices:
    """What each account has said of the deal so far."""
    found = {key: _found(job).get(str(deal_id)) for key, job in last.quotes.items()}
    return {key: Priced.from_json(each) for key, each in found.items() if each is not None}


def _found(job: Job) -> Mapping[str, Mapping[str, object]]:
    kept: Mapping[str, Mapping[str, object]] = (job.result or job.memory).get("found", {})
    return kept


def _line(deal: Chosen, prices: Prices, last: Simulation, scene: Scene) -> TryLine:
    formats, account = scene.formats, scene.facts.account(deal.connection_id)
    own = prices.get(deal.connection_id)
    state = _stands(deal, own, last, account)
    asked = own.asked if own else None
    carrier = account.title if account else formats.words("rules.try.no_account")
    trouble = own.problem if own and state == "none" else None
    better = _better(asked, prices, scene, deal) if scene.costs else None
    return TryLine(
        deal_id=deal.deal_id,
        title=deal.title,
        moved=formats.moment(deal.moved_at) if deal.moved_at else "",
        rule=_rule_name(deal.rule_id, deal.rule, scene) if deal.rule_id else "",
        account=carrier,
        service=scene.service(deal.connection_id, deal.service),
        state=state,
        price=_money(asked, formats) if asked and scene.costs else "",
        days=_days(asked, formats) if asked else "",
        better=better,
        cheapest=scene.costs and asked is not None and better is None and _complete(last, prices),
        trouble=_words(trouble, scene, carrier, last) if trouble else None,
        problems=tuple(_words(each, scene, carrier, last) for each in deal.problems),
        facts=tuple(_facts(deal.facts, formats)),
        misses=tuple(
            (
                _rule_name(miss.rule_id, miss.title, scene),
                ", ".join(why_not(reason, formats, _currency(deal)) for reason in miss.reasons),
            )
            for miss in deal.misses
        ),
        before=chain_form.sentence(deal.before.to_json() if deal.before else None, scene.facts.connections, formats),
    )


def _rule_name(rule_id: int, title: str, scene: Scene) -> str:
    """A rule without a name is called by its place, as the list above calls it."""
    at = next((index for index, row in enumerate(scene.rules, 1) if row.id == rule_id), rule_id)
    return title or scene.formats.words("rules.unnamed", n=at)


def _stands(deal: Chosen, own: Priced | None, last: Simulation, account: Connection | None) -> str:
    if deal.problems:
        return "unsendable"
    if account is None:
        return "removed"
    if own is None:
        if deal.connection_id in last.quotes:
            return "waiting"
        return "no_quotes" if account.state == "ready" else account.state
    if own.left_alone:
        return "left_alone"
    return "priced" if own.asked else "none"


def _complete(last: Simulation, prices: Prices) -> bool:
    return set(prices) == set(last.quotes)


def _better(asked: Quote | None, prices: Prices, scene: Scene, deal: Chosen) -> Better | None:
    """The cheapest of all, if it is cheaper than what was chosen, or if that has no price."""
    best = cheapest(prices, asked.price.currency if asked else _currency(deal))
    if best is None or (asked and best.quote.price.minor >= asked.price.minor):
        return None
    account, formats = scene.facts.account(best.connection_id), scene.formats
    less = asked.price.minor - best.quote.price.minor if asked else 0
    return Better(
        account=account.title if account else formats.words("rules.try.no_account"),
        service=scene.service(best.connection_id, best.quote.service_code),
        price=_money(best.quote, formats),
        days=_days(best.quote, formats),
        less=formats.money(less, best.quote.price.currency) if less else "",
    )


def _currency(deal: Chosen) -> str:
    return deal.facts.value.currency if deal.facts.value else "RUB"


def _money(quote: Quote, formats: Formats) -> str:
    return formats.money(quote.price.minor, quote.price.currency)


def _days(quote: Quote, formats: Formats) -> str:
    least, most = quote.days_min, quote.days_max
    if most is None:
        return ""
    if least is None or least == most:
        return formats.words("rules.try.days", n=most)
    return formats.words("rules.try.days_between", low=least, n=most)


def _words(problem: Problem, scene: Scene, carrier: str, last: Simulation) -> ProblemView:
    titles = titles_of(scene.facts.roles, scene.facts.settings)
    return problem_view(ProblemFacts(problem, last.chosen.created_at, None), scene.formats, carrier, titles)


def _facts(facts: Facts, formats: Formats) -> Iterator[tuple[str, str]]:
    """What rules were asked about, as far as the deal says it."""
    t = formats.words
    unknown = t("rules.try.unknown")
    cod = unknown if facts.cod is None else t("rules.cod_yes" if facts.cod else "rules.cod_no")
    yield t("rules.f.kind"), t(f"rules.kind.{facts.kind.value}") if facts.kind else unknown
    yield t("rules.try.city"), ", ".join(filter(None, (*facts.cities[:1], facts.region))) or unknown
    yield t("rules.try.weight"), formats.weight(facts.weight_g) if facts.weight_g is not None else unknown
    yield t("rules.try.goods"), formats.money(facts.value.minor, facts.value.currency) if facts.value else unknown
    yield t("rules.f.cod"), cod


def _totals(deals: Iterable[Chosen], prices: Mapping[int, Prices], scene: Scene) -> Iterator[Total]:
    """Over the deals whose chosen service has a price, by currency; the cheapest includes the chosen one."""
    sums: dict[str, list[int]] = {}
    for deal in deals:
        own = prices[deal.deal_id].get(deal.connection_id)
        if own is None or own.asked is None:
            continue
        money = own.asked.price
        best = cheapest(prices[deal.deal_id], money.currency)
        known = sums.setdefault(money.currency, [0, 0, 0])
        known[0] += 1
        known[1] += money.minor
        known[2] += min(money.minor, best.quote.price.minor) if best else money.minor
    for currency, (n, chosen, best_sum) in sorted(sums.items()):
        less = scene.formats.money(chosen - best_sum, currency) if best_sum < chosen else ""
        yield Total(n, scene.formats.money(chosen, currency), scene.formats.money(best_sum, currency), less)
