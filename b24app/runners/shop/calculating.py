"""What a delivery costs, for a buyer who waits: the best that is known when the time is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows import extras
from b24app.flows.compose import Composed, compose
from b24app.flows.destination import read_address_field
from b24app.flows.rates import in_the_way, price_key, price_request
from b24app.flows.shop import (
    ANY_POINT,
    Basket,
    By,
    Chosen,
    Offers,
    Told,
    deal_of,
    in_order,
    is_settled,
    lane_of,
    pipeline_of,
    told,
)
from b24app.flows.simulate import BY_HOUSE, Priced
from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.logistics.extras import LACKS
from b24app.logistics.model import Address, ShipmentRequest
from b24app.logistics.points import Needs
from b24app.runners.connection.rating import prices
from b24app.runners.services import Services
from b24app.runners.shop.flights import Flight, Flights
from b24app.runners.shop.setting import Setting
from b24app.store import points_near, shop_prices
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Connection
from b24app.store.shop_prices import Asked
from b24app.wire.trace import current_trace, tracing

#: From the request's first moment: carriers are waited for so long. The answer then takes what is left of 0.9 s.
WAIT_S = 0.6
#: The account that the rules ship with has so long before others are asked too, so many at a time: where it answers
#: nobody else's calls are spent.
HEDGE_S, HEDGES = 0.35, 2


@dataclass(frozen=True, slots=True)
class _Question:
    """What one account is asked."""

    request: ShipmentRequest
    asked: Asked


class Calculator:
    """Shared by all threads of a process."""

    def __init__(self, services: Services, flights: Flights | None = None) -> None:
        self._services = services
        self._flights = flights or Flights()

    def told(self, setting: Setting, basket: Basket, began: float) -> Told:
        """`began`: the reading of `time.monotonic` at which the request came."""
        given = {each.id: self._services.plugins[each.system].manifest.extras for each in setting.accounts.values()}
        pipeline = replace(pipeline_of(setting.pipeline, basket.wish), extras_of=given)
        deal = deal_of(basket)
        composed = compose(deal, pipeline)
        problems = in_the_way(composed)
        if setting.rules.by is By.RULES:  # who would ship it does not give what was ticked
            problems += [each for each in composed.problems if each.code.startswith(LACKS)]
        if problems:
            return Told(problem=problems[0])
        chosen = Chosen(composed.connection_id, composed.parts.service)
        now = self._services.clock.now()
        with read_scope(self._services.sessions) as session:
            questions = self._questions(session, setting, basket, deal, pipeline, composed)
            offers = self._known(session, setting, questions, now)
        self._ask(setting, chosen, questions, offers, began)
        before = self._before(setting, chosen, questions, offers, now)
        return told(setting.rules, chosen, Offers(offers, before), setting.prices, basket.worth)

    def _before(
        self,
        setting: Setting,
        chosen: Chosen,
        questions: Mapping[int, _Question],
        offers: Mapping[int, Priced],
        now: datetime,
    ) -> dict[int, Priced]:
        """What accounts that say nothing now said before; nothing where it would not be told."""
        cheapest = setting.rules.by is By.CHEAPEST and any(map(_has_price, offers.values()))
        if cheapest or is_settled(setting.rules, chosen, offers):
            return {}
        silent = {account: each.asked for account, each in questions.items() if not _has_price(offers.get(account))}
        with read_scope(self._services.sessions) as session:
            return shop_prices.before(session, setting.portal.id, silent, now)

    def _questions(
        self,
        session: Session,
        setting: Setting,
        basket: Basket,
        deal: DealSnapshot,
        pipeline: PipelineConfig,
        composed: Composed,
    ) -> dict[int, _Question]:
        found: dict[int, _Question] = {}
        where = read_address_field(basket.wish.address, setting.pipeline.country)
        for account in setting.accounts.values():
            wanted = extras.beside(deal, pipeline, account.id)
            if wanted is None:
                continue
            mine = replace(composed, extras=wanted)
            by_house = bool(self._services.plugins[account.system].manifest.limits.get(BY_HOUSE))
            request = price_request(mine, setting.senders.of(account.id), by_house)
            if request is not None and request.point_code == ANY_POINT:
                request = _to_the_nearest(session, account, request, where)
            if request is not None:
                found[account.id] = _Question(request, Asked(price_key(request), lane_of(request)))
        return found

    def _known(
        self, session: Session, setting: Setting, questions: Mapping[int, _Question], now: datetime
    ) -> dict[int, Priced]:
        found = {
            account: priced
            for account, each in questions.items()
            if (priced := self._flights.known((account, each.asked.key))) is not None
        }
        left = {account: each.asked for account, each in questions.items() if account not in found}
        return found | shop_prices.good(session, setting.portal.id, left, now)

    def _ask(
        self,
        setting: Setting,
        chosen: Chosen,
        questions: Mapping[int, _Question],
        offers: dict[int, Priced],
        began: float,
    ) -> None:
        """Fills `offers` as answers come. Where an account has no room for one call more, the next landing makes some;
        one that lets others wait for too long just now is asked, and not waited for."""
        by_rules = setting.rules.by is By.RULES
        left = in_order(chosen, [each for each in questions if each not in offers])
        calls = {each: self._call(setting, setting.accounts[each], questions[each]) for each in left}
        flying: dict[int, Flight] = {}

        def begin(accounts: Sequence[int]) -> None:
            """Beside the chosen one few at a time: the next when one came back without a price."""
            for account in accounts:
                others = sum(each != chosen.connection_id and not one.done.is_set() for each, one in flying.items())
                if by_rules and account != chosen.connection_id and others >= HEDGES:
                    return
                if account not in flying:
                    flight = self._flights.ask((account, questions[account].asked.key), calls[account])
                    if flight is not None:
                        flying[account] = flight

        def go_on(accounts: Sequence[int]) -> bool:
            for account, flight in flying.items():
                if flight.priced is not None:
                    offers[account] = flight.priced
            over = {account for account, flight in flying.items() if flight.done.is_set()}
            awaited = set(accounts) - over - self._flights.slow(accounts)
            if is_settled(setting.rules, chosen, offers):
                return False
            if by_rules and chosen.connection_id not in awaited and any(map(_has_price, offers.values())):
                return False
            begin(accounts)
            return bool(awaited)

        first = [each for each in left if each == chosen.connection_id] if by_rules else []
        self._flights.wait(lambda: go_on(first), began + HEDGE_S)
        self._flights.wait(lambda: go_on(left), began + WAIT_S)
        go_on(())

    def _call(self, setting: Setting, account: Connection, question: _Question) -> Callable[[], Priced]:
        services, trace, portal_id = self._services, current_trace(), setting.portal.id
        codes = tuple(code for code, _ in services.plugins[account.system].manifest.services)

        def call() -> Priced:
            with tracing(trace):
                priced = prices(services.open_system(account), codes, question.request)
                if _has_price(priced):
                    with session_scope(services.sessions) as session:
                        now = services.clock.now()
                        shop_prices.keep(session, portal_id, account.id, question.asked, priced, now)
            return priced

        return call


def _to_the_nearest(
    session: Session, account: Connection, request: ShipmentRequest, where: Address | None
) -> ShipmentRequest | None:
    """Where the buyer has not named a point yet, the nearest one of the account's system tells the price; None where
    nobody knows one."""
    if where is None:
        return None
    near = points_near.handing_out(session, account.system, account.mode, where, Needs.of(request), 1)
    return replace(request, point_code=near[0].code) if near else None


def _has_price(priced: Priced | None) -> bool:
    return priced is not None and bool(priced.offers)
