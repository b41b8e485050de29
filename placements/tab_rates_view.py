"""The tab's prices as the template draws them: cards carrier by carrier, who has none and why, what is picked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from b24app.flows.best import best
from b24app.flows.forecast import Forecast
from b24app.flows.rates import LIFE, LOST, Choice
from b24app.flows.risks import Place
from b24app.logistics.model import DeliveryKind
from b24app.logistics.ports import Quote
from b24app.store.choice_told import price_of
from b24app.store.models import Connection, JobState
from placements.pace import version_of
from placements.problem_words import ProblemView
from placements.tab_rates_booking import BookingView, booking_view
from placements.tab_rates_outs import QUICK, Out, Scene, is_awaited, offers_of, outs_of
from placements.tab_rates_parts import Line, days_words, lines_of, logo, span_words, tags_of, terms
from placements.tab_rates_promise import best_tag, record_words
from placements.tab_rates_risks import RiskList, arrival, risk_list

#: How often the page asks, in milliseconds: while prices are awaited, and while only a silent one may still come.
OFTEN_MS, SELDOM_MS = 150, 2500


@dataclass(frozen=True, slots=True)
class Tag:
    tone: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    """One offer. `value` names it (`<account>:<service>`), `shown` are the terms on its button. `stale`: the time of an
    old price; `asking`: it is being asked again. `off`: why it cannot be ordered from here; `record`: how parcels
    of this account to there really went; `client`: what the client pays, where that is another sum."""

    value: str
    account: str
    service: str
    mark: str
    tags: tuple[Tag, ...]
    when: str
    dates: str
    price: str
    shown: str
    stale: str
    asking: bool
    until: str
    lines: tuple[Line, ...]
    picked: bool
    off: str
    record: str = ""
    client: str = ""

    @property
    def id(self) -> str:
        return "rate-" + "".join(sign if sign.isalnum() else "-" for sign in self.value)


@dataclass(frozen=True, slots=True)
class Waiting:
    account: str
    mark: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`state`: reading | failed | problems | nobody | ready. `pick` is what the person themselves picked on the page:
    what we picked for them may change while prices come in. `ask_ms` 0 = nothing is to come. `mark` is the choice that
    it shows."""

    state: str
    place: str
    status: str
    order: str
    pick: str
    cards: tuple[Card, ...]
    waiting: tuple[Waiting, ...]
    outs: tuple[Out, ...]
    picked: Card | None
    chosen: str
    booking: BookingView | None
    problems: tuple[ProblemView, ...]
    said: str
    cod: str
    may_ship: bool
    costs: bool
    guessed: bool
    risks: RiskList | None = None
    ask_ms: int = 0
    version: str = ""
    mark: str = ""


def panel(scene: Scene) -> Panel:
    """Everything of one moment, with a version that changes when any of it does."""
    shown = _panel(scene)
    ask_ms = _ask_ms(scene, shown)
    return replace(shown, ask_ms=ask_ms, version=version_of(shown, ask_ms, (OFTEN_MS, SELDOM_MS)))


def _panel(scene: Scene) -> Panel:
    known, t = scene.known, scene.formats.words
    asked = [each for each in scene.accounts if each.id in known.answers and not scene.lacks(each)]
    offers = [(each, quote) for each in asked for quote in offers_of(known.answers[each.id])]
    cards = _cards(scene, offers)
    picked = next((card for card in cards if card.picked), None)
    facts = known.facts
    waiting = [each for each in asked if is_awaited(known.answers[each.id], scene.formats.now)]
    return Panel(
        state=_state(scene, bool(asked)),
        place=facts.place if facts else "",
        status=_status(scene, asked, waiting),
        order=scene.order,
        pick=scene.pick,
        cards=tuple(cards),
        waiting=tuple(Waiting(each.title, logo(each.title)) for each in waiting),
        outs=tuple(outs_of(scene)),
        picked=picked,
        chosen=_chosen(scene),
        booking=_booking(scene),
        problems=tuple(scene.problem(each) for each in facts.problems) if facts else (),
        said=(known.job.why.partition("|")[2] or t("rates.why_failed")) if known.job and known.job.why else "",
        cod=scene.formats.money(facts.cod.minor, facts.cod.currency) if facts and facts.cod else "",
        may_ship=scene.may_ship,
        costs=scene.costs,
        guessed=bool(facts and facts.guessed),
        risks=_risks(scene, offers, picked),
        mark=known.choice.mark if known.choice else "",
    )


def _state(scene: Scene, asked: bool) -> str:
    known = scene.known
    if known.reading(scene.formats.now) and not asked:
        return "reading"
    if known.job is not None and known.job.state == JobState.FAILED:
        return "failed"
    if known.facts is not None and known.facts.problems:
        return "problems"
    if known.facts is None:
        return "failed" if known.job is not None else "reading"
    return "ready" if asked or list(outs_of(scene)) else "nobody"


def _status(scene: Scene, asked: Sequence[Connection], waiting: Sequence[Connection]) -> str:
    answers = [scene.known.answers[each.id] for each in asked]
    if not answers:
        return ""
    came = sum(not answer.is_open or bool(offers_of(answer)) for answer in answers)
    t = scene.formats.words
    said = t("rates.came", n=came, all=len(answers))
    return f"{said}, {t('rates.awaited', n=len(waiting))}" if waiting else said


# --- offers ----------------------------------------------------------------------------------------------------------


def _cards(scene: Scene, offers: Sequence[tuple[Connection, Quote]]) -> list[Card]:
    to_have = [offer for offer in offers if scene.takes_orders(offer[0])]
    tags = {**tags_of(to_have, scene.known.facts, scene.formats, scene.costs)}
    found = best([(_value(*offer), offer[1]) for offer in to_have], _records(scene, to_have))
    if found is not None:
        tags[found.value] = (
            best_tag(found, to_have[0][1].price.currency, scene.formats, scene.costs),
            *tags.get(found.value, ()),
        )
    key = _quickly if scene.order == QUICK else _cheaply
    cards = [_card(scene, *offer, tags.get(_value(*offer), ())) for offer in sorted(offers, key=key)]
    at = _picked(scene, cards)
    return [replace(card, picked=card.value == at) for card in cards]


def _records(scene: Scene, offers: Sequence[tuple[Connection, Quote]]) -> dict[str, Forecast]:
    """By offer: how parcels of its account to there went."""
    known = scene.records
    return {_value(account, quote): known[account.id] for account, quote in offers if account.id in known}


def _value(account: Connection, quote: Quote) -> str:
    return f"{account.id}:{quote.service_code}"


def _cheaply(offer: tuple[Connection, Quote]) -> tuple[int, int, int]:
    return offer[1].price.minor, offer[1].days_max or 999, offer[0].id


def _quickly(offer: tuple[Connection, Quote]) -> tuple[int, int, int]:
    return offer[1].days_max or 999, offer[1].price.minor, offer[0].id


def _picked(scene: Scene, cards: Sequence[Card]) -> str:
    """What the person has chosen on the page, else what is kept for the deal, else what a rule would ship, else the
    first that can be ordered."""
    there = {card.value for card in cards if not card.off}
    choice, facts = scene.known.choice, scene.known.facts
    wanted = [
        scene.pick,
        f"{choice.connection_id}:{choice.service}" if choice else "",
        f"{facts.connection_id}:{facts.service}" if facts else "",
    ]
    first = next((card.value for card in cards if not card.off), "")
    return next((each for each in wanted if each in there), first)


def _card(scene: Scene, account: Connection, quote: Quote, tags: Sequence[tuple[str, str, str]]) -> Card:
    formats, answer = scene.formats, scene.known.answers[account.id]
    manifest = scene.manifests.get(account.system)
    service = manifest.service_title(quote.service_code, formats.lang) if manifest else quote.service_code
    at = answer.priced_at or formats.now
    old = formats.now - at >= LIFE or answer.is_open or bool(answer.priced.problem)
    return Card(
        value=_value(account, quote),
        account=account.title,
        service=formats.quote(service),
        mark=logo(account.title),
        tags=tuple(Tag(*each) for each in tags),
        when=days_words(quote, formats),
        dates=span_words(quote, formats),
        price=formats.money(quote.price.minor, quote.price.currency) if scene.costs else "",
        shown=terms(quote) if scene.costs else "",
        stale=formats.moment(at) if old else "",
        asking=answer.is_open,
        until="" if old else formats.time(at + LIFE),
        lines=tuple(lines_of(quote, formats)) if scene.costs else (),
        picked=False,
        record=record_words(scene.records.get(account.id), formats),
        off="" if scene.takes_orders(account) else formats.words("rates.only_price"),
        client=_client(scene, quote) if scene.costs else "",
    )


def _client(scene: Scene, quote: Quote) -> str:
    paid = price_of(scene.prices, scene.known.facts, quote.price).price
    if paid == quote.price:
        return ""
    return scene.formats.words("price.client", price=scene.formats.money(paid.minor, paid.currency))


def _risks(scene: Scene, offers: Sequence[tuple[Connection, Quote]], picked: Card | None) -> RiskList | None:
    """Of the picked offer; None while there is none."""
    facts = scene.known.facts
    found = next((offer for offer in offers if picked is not None and _value(*offer) == picked.value), None)
    if facts is None or facts.cargo is None or found is None:
        return None
    account, quote = found
    manifest = scene.manifests.get(account.system)
    place = None
    if facts.kind is DeliveryKind.PICKUP and account.id in scene.places:
        days = arrival(quote, scene.formats.today)
        place = Place(facts.place, scene.places[account.id], days)
    carrier = manifest.title.get(scene.formats.lang, account.title) if manifest else account.title
    limits = manifest.limits if manifest else {}
    return risk_list(facts.cargo, limits, quote.service_code, place, carrier, scene.formats)


# --- what was decided ------------------------------------------------------------------------------------------------


def _named(scene: Scene, connection_id: int, service: str) -> str:
    account = next((each for each in scene.accounts if each.id == connection_id), None)
    if account is None:
        return scene.formats.words("rates.gone_account")
    manifest = scene.manifests.get(account.system)
    title = manifest.service_title(service, scene.formats.lang) if manifest else service
    return f"{account.title}, {scene.formats.quote(title)}"


def _chosen(scene: Scene) -> str:
    choice: Choice | None = scene.known.choice
    if choice is None:
        return ""
    what = _named(scene, choice.connection_id, choice.service)
    return scene.formats.words("rates.chosen", what=what, name=choice.name, at=scene.formats.moment(choice.at))


def _booking(scene: Scene) -> BookingView | None:
    booking = scene.known.booking
    if booking is None:
        return None
    account = next((each for each in scene.accounts if each.id == booking.connection_id), None)
    what = _named(scene, booking.connection_id, booking.service)
    return booking_view(booking, what, scene.formats, scene.costs, lambda found: scene.problem(found, account))


def _ask_ms(scene: Scene, shown: Panel) -> int:
    now, known = scene.formats.now, scene.known
    if known.reading(now) or shown.waiting or (known.booking and known.booking.waits(now)):
        return OFTEN_MS
    answers = known.answers.values()
    if any(answer.is_open and now - answer.asked_at < LOST for answer in answers):
        return SELDOM_MS
    ends = [answer.priced_at + LIFE - now for answer in answers if answer.priced_at and now - answer.priced_at < LIFE]
    return int(min(ends) / timedelta(milliseconds=1)) + 500 if ends else 0
