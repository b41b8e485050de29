"""The robot «Get delivery prices»: asks the deal's accounts as the tab's panel of rates does, and gives the offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from b24app.flows.rates import SILENT, Answer
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.portal.robot_scene import RefusedError, Robot, Scene, Values
from b24app.store import choice_told, rates
from b24app.store.models import Connection, JobState
from b24app.words import money_text, say

#: After so long the answers that there are have to do: a silent carrier holds up no workflow.
PATIENCE = SILENT + timedelta(seconds=5)
#: A portal that does not let the deal be read for so long is not waited for.
UNREAD = timedelta(minutes=10)
MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """What one account offers."""

    account: Connection
    quote: Quote

    @property
    def cheapness(self) -> tuple[int, int]:
        return self.quote.price.minor, self.days

    @property
    def speed(self) -> tuple[int, int]:
        return self.days, self.quote.price.minor

    @property
    def days(self) -> int:
        """At most; one that says nothing of days comes last."""
        known = self.quote.days_max if self.quote.days_max is not None else self.quote.days_min
        return known if known is not None else 10**6


def begin(scene: Scene) -> None:
    scene.named(scene.given("carrier"))
    ask(scene)


def ask(scene: Scene) -> None:
    """The deal is read and its accounts are asked; who asks while that goes on waits for the same answers."""
    known = rates.of_deal(scene.session, scene.portal.id, scene.deal_id)
    if not known.reading(scene.now):
        scene.wake.add(
            rates.ask(
                scene.session, scene.portal.id, scene.deal_id, asked_by=0, now=scene.now, trace=scene.trace_id
            )
        )  # fmt: skip
    scene.memory["asked_at"] = scene.now.isoformat()


def look(scene: Scene) -> Values | None:
    found = offers(scene, scene.named(scene.given("carrier")), scene.given("kind"))
    return None if found is None else results(scene, found)


def offers(scene: Scene, accounts: Sequence[Connection], kind: str = "") -> list[Offer] | None:
    """What these accounts offer for the deal, the cheapest first; None while they are being asked. Raises RefusedError
    when nothing is offered, with why."""
    known = rates.of_deal(scene.session, scene.portal.id, scene.deal_id)
    waited = scene.now - datetime.fromisoformat(scene.memory["asked_at"])
    if known.job is not None and known.job.state == JobState.FAILED:
        raise RefusedError(Problem("robot_deal_unread", Field.NONE, Who.ADMIN))
    if known.facts is None or (known.job is not None and known.job.state in (JobState.WAITING, JobState.RUNNING)):
        if waited < UNREAD:
            return None
        raise RefusedError(Problem("robot_deal_unread", Field.NONE, Who.ADMIN))
    if known.facts.problems:
        raise RefusedError(*known.facts.problems)
    if kind and known.facts.kind is not None and kind != known.facts.kind.value:
        raise RefusedError(Problem("robot_kind", Field.TYPE))
    asked = [(account, known.answers[account.id]) for account in accounts if account.id in known.answers]
    if any(answer.is_open for _, answer in asked) and waited < PATIENCE:
        return None
    found = [Offer(account, quote) for account, answer in asked for quote in _quotes(answer)]
    if not found:
        raise RefusedError(*_why(asked))
    return sorted(found, key=lambda offer: offer.cheapness)


def _quotes(answer: Answer) -> Sequence[Quote]:
    return answer.current.offers if answer.current is not None else ()


def _why(asked: Sequence[tuple[Connection, Answer]]) -> list[Problem]:
    said = [answer.current.problem for _, answer in asked if answer.current is not None and answer.current.problem]
    return said[:3] or [Problem("robot_no_prices", Field.SERVICE)]


def results(scene: Scene, found: Sequence[Offer]) -> Values:
    best, fastest = found[0], min(found, key=lambda offer: offer.speed)
    quote = best.quote
    client = choice_told.client_price(scene.session, scene.portal, scene.deal_id, quote.price)
    return {
        "price": str(quote.price.amount),
        "client_price": str(client.price.amount),
        "currency": quote.price.currency,
        "carrier": scene.carrier(best.account.system),
        "account": str(best.account.id),
        "service": scene.service(best.account, quote.service_code),
        "service_code": quote.service_code,
        "days": days_text(quote),
        "cheapest": line(scene, best),
        "fastest": line(scene, fastest),
        "list": "\n".join(line(scene, offer) for offer in found[:MOST_LINES]),
    }


def line(scene: Scene, offer: Offer) -> str:
    """`СДЭК, Посылка склад-дверь: 350,00 ₽, 2–3 дн.`"""
    what = f"{scene.carrier(offer.account.system)}, {scene.service(offer.account, offer.quote.service_code)}"
    days = days_text(offer.quote)
    price = money_text(offer.quote.price, scene.lang)
    return say(
        "robot.offer", scene.lang, what=what, price=price, days=say("robot.days", scene.lang, days=days) if days else ""
    )


def days_text(quote: Quote) -> str:
    """`3`, `2–3`; "" where the carrier does not say."""
    least, most = quote.days_min, quote.days_max
    if least is None or most is None or least == most:
        known = most if most is not None else least
        return "" if known is None else str(known)
    return f"{least}–{most}"


RESULTS = ("price", "currency", "carrier", "account", "service", "service_code", "days", "cheapest", "fastest", "list")
ROBOT = Robot(begin, look, RESULTS, "robot.log_quote")
