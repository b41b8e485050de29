"""What a legal move of a return sets going, as data: whoever saves the move carries it out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Outcome, Return, ReturnStage

S = ReturnStage


class Actor(StrEnum):
    """Who moves it: a person (in our tab or in the CRM), the client on the public page, a logistics system that tells
    a fact, a robot or a business process of the portal."""

    PERSON = "person"
    CUSTOMER = "customer"
    SYSTEM = "system"
    AUTOMATION = "automation"


class Effect(StrEnum):
    """What a move sets going. `send_label` and `expect_receipt` wait for what they need (the carrier's label, a
    number); `propose_refund` proposes: nobody is paid by us."""

    ASK_DECISION = "ask_decision"
    TELL_CUSTOMER = "tell_customer"
    OFFER_COLLECTION = "offer_collection"
    BOOK_COLLECTION = "book_collection"
    SEND_LABEL = "send_label"
    CANCEL_COLLECTION = "cancel_collection"
    EXPECT_RECEIPT = "expect_receipt"
    CANCEL_RECEIPT = "cancel_receipt"
    ASK_COUNT = "ask_count"
    ASK_OUTCOME = "ask_outcome"
    PROPOSE_REFUND = "propose_refund"
    NOTE_REFUND = "note_refund"
    SHIP_REPLACEMENT = "ship_replacement"
    SHIP_BACK = "ship_back"
    WRITE_OFF = "write_off"


@dataclass(frozen=True, slots=True)
class Facts(Jsonable):
    """What is known beside the return. `chosen`: it is settled how the goods travel; `booked`: that is ordered (also by
    hand, where a carrier has no returns); `has_warehouse`: a system can expect them, `expected`: it does. `left` is the
    money line's (None = nothing was worked out). `replaced`: the new goods are sent. `obstacles` speak against
    approving it (`window.judge`, `quantities.check`) or opening it again (`quantities.still_fits`)."""

    chosen: bool = False
    booked: bool = False
    has_warehouse: bool = False
    expected: bool = False
    left: Money | None = None
    replaced: bool = False
    obstacles: tuple[Problem, ...] = ()


def effects_of(case: Return, at: ReturnStage | None, to: ReturnStage, actor: Actor, facts: Facts) -> tuple[Effect, ...]:
    """In the order in which they are carried out."""
    expects = (Effect.EXPECT_RECEIPT,) if facts.has_warehouse and not facts.expected else ()
    if to is S.REQUESTED:
        return (Effect.ASK_DECISION,)
    if to is S.APPROVED:
        called_off = at is S.COLLECTION_BOOKED and facts.booked and actor is not Actor.SYSTEM
        return (Effect.CANCEL_COLLECTION, Effect.OFFER_COLLECTION) if called_off else _approved(at)
    if to is S.COLLECTION_BOOKED:
        book = () if facts.booked else (Effect.BOOK_COLLECTION,)
        return (*book, Effect.SEND_LABEL, *expects)
    if to is S.IN_TRANSIT:
        return expects
    if to is S.RECEIVED:
        return expects if facts.has_warehouse and at is not S.INSPECTED else (Effect.ASK_COUNT,)
    if to is S.INSPECTED:
        return _inspected(case, facts)
    if to is S.REFUSED:
        return _refused(facts)
    return _ended(case, to, facts)


def _approved(at: ReturnStage | None) -> tuple[Effect, ...]:
    """The client hears once that it was approved."""
    return (Effect.OFFER_COLLECTION,) if at is S.COLLECTION_BOOKED else (Effect.TELL_CUSTOMER, Effect.OFFER_COLLECTION)


def _inspected(case: Return, facts: Facts) -> tuple[Effect, ...]:
    asks = (Effect.ASK_OUTCOME,) if case.outcome is None else ()
    return (*asks, Effect.PROPOSE_REFUND) if case.is_paid and facts.left else asks


def _refused(facts: Facts) -> tuple[Effect, ...]:
    collection = (Effect.CANCEL_COLLECTION,) if facts.booked else ()
    receipt = (Effect.CANCEL_RECEIPT,) if facts.expected else ()
    return (*collection, *receipt, Effect.TELL_CUSTOMER)


def _ended(case: Return, to: ReturnStage, facts: Facts) -> tuple[Effect, ...]:
    if to is S.REFUNDED:
        return (Effect.NOTE_REFUND, Effect.TELL_CUSTOMER)
    if to is S.REPLACED:
        ship = () if facts.replaced else (Effect.SHIP_REPLACEMENT,)
        return (*ship, Effect.TELL_CUSTOMER)
    last = {Outcome.BACK_TO_CUSTOMER: Effect.SHIP_BACK, Outcome.WRITE_OFF: Effect.WRITE_OFF}
    return (last[case.outcome],) if case.outcome in last else ()
