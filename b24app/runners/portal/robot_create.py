"""The robot «Create shipment»: what the tab's buttons «ship now» and «book» leave, and its answer when the order has
its number or was refused."""

from __future__ import annotations

from b24app.bitrix24.robots import BY_RULE, FASTEST
from b24app.flows.portions import may_ship
from b24app.flows.rates import Choice
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.runners.portal import robot_quote
from b24app.runners.portal.robot_quote import Offer
from b24app.runners.portal.robot_scene import RefusedError, Robot, Scene, Values, is_placed
from b24app.store import choice_told, deals, decisions, rates, robot_wishes, shipments
from b24app.store.models import InboxKind, Shipment

_PRICES, _SHIP = "prices", "ship"


def begin(scene: Scene) -> None:
    """A deal that has its order already is told that one: nothing is ordered twice."""
    if not may_ship(shipments.pieces(scene.owned())):
        scene.memory["step"] = _SHIP
        return
    if _chosen_by_rule(scene):
        _ship(scene)
        return
    scene.named(scene.given("account"))
    robot_quote.ask(scene)
    scene.memory["step"] = _PRICES


def _chosen_by_rule(scene: Scene) -> bool:
    how = scene.given("how") or BY_RULE
    return how == BY_RULE and not scene.given("account") and not scene.given("service")


def look(scene: Scene) -> Values | None:
    if scene.memory["step"] == _PRICES:
        found = robot_quote.offers(scene, scene.named(scene.given("account")))
        if found is None:
            return None
        _choose(scene, _pick(scene, found))
        _ship(scene)
        return None
    if robot_wishes.is_waiting(scene.session, scene.portal.id, InboxKind.SHIP_NOW, scene.deal_id):
        return None
    rows = scene.speaking()
    last = rows[-1] if rows else None
    if last is not None and is_placed(last):
        return _results(scene, last)
    if last is not None and Status(last.status).is_live:
        return None
    raise RefusedError(*(scene.refusals() or [_untold(scene)]))


def _untold(scene: Scene) -> Problem:
    """Nothing was ordered, and no problem says why: the pipeline is off, or the deal is gone."""
    state = deals.states(scene.session, scene.portal.id, [scene.deal_id]).get(scene.deal_id)
    return Problem("robot_not_shipped", Field.STAGE, Who.ADMIN, params={"why": state.note if state is not None else ""})


def _pick(scene: Scene, found: list[Offer]) -> Offer:
    service = scene.given("service")
    fits = [
        each for each in found if not service or scene.service_code(each.account, service) == each.quote.service_code
    ]
    if not fits:
        raise RefusedError(Problem("robot_service", Field.SERVICE, params={"service": service[:100]}))
    return min(fits, key=lambda each: each.speed) if scene.given("how") == FASTEST else fits[0]


def _choose(scene: Scene, offer: Offer) -> None:
    """As a person who takes this offer in the tab."""
    session, portal, deal_id = scene.session, scene.portal, scene.deal_id
    facts = rates.of_deal(session, portal.id, deal_id).facts
    if facts is None or facts.kind is None:
        raise RefusedError(Problem("robot_deal_unread", Field.NONE, Who.ADMIN))
    choice = Choice(offer.account.id, offer.quote.service_code, facts.kind, scene.now, quote=offer.quote)
    decisions.choose(session, portal.id, deal_id, choice, scene.now)
    words = f"{scene.carrier(offer.account.system)}, {scene.service(offer.account, offer.quote.service_code)}"
    scene.wake |= set(choice_told.tell(session, portal, deal_id, offer.quote.price, words, scene.now, scene.trace_id))


def _ship(scene: Scene) -> None:
    scene.memory["step"] = _SHIP
    scene.wake.add(
        robot_wishes.ask(
            scene.session, scene.portal.id, InboxKind.SHIP_NOW, scene.deal_id, scene.key, scene.now, scene.trace_id
        )
    )


def _results(scene: Scene, row: Shipment) -> Values:
    price = f"{row.price_minor / 100:.2f}" if row.price_minor is not None else ""
    return {
        "number": row.order_number or row.number,
        "track": row.tracking_number or "",
        "link": row.tracking_url or "",
        "price": price,
        "status": scene.status(row),
        "status_code": row.status,
    }


RESULTS = ("number", "track", "link", "price", "status", "status_code")
ROBOT = Robot(begin, look, RESULTS, "robot.log_create")
