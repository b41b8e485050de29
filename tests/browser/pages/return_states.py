"""The states of a return's page as facts: mockup 08's return from its wish to its end, and what may go wrong.

Today is Thursday, 12 November 2026, 14:30 in Moscow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from b24app.flows.returns.basis import Basis, Brought
from b24app.flows.returns.counting import finished
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.requests import Sent
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.ways import Carrier, Near, Prices, offers_of
from b24app.flows.returns.window import Verdict
from b24app.flows.simulate import Priced
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.money import Money
from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Agreed, Condition, Outcome, ReturnOrigin, ReturnStage, Scan, Signed
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import EventFacts
from b24app.store.faces.deal_messages import ToldFacts
from b24app.store.faces.returns import ReturnFacts
from b24app.store.models import ActState, ErrandKind, ErrandState, MessageState, RefundKind
from b24app.store.refunds import Refund
from b24app.store.return_acts import Act, ActKind, Wanted
from b24app.store.return_errands import Errand
from b24app.store.return_journal import Moved
from b24app.store.return_labels import Label
from b24app.store.return_photos import Photo
from b24app.store.returns import Client, Decided, Kept
from b24app.store.returns_rows import CountedBy
from placements.return_scene import Scene
from placements.return_tab_view import ReturnView, return_view
from tests.browser.pages.states import MARIA, NOW, REQUEST, TRANSIT
from tests.unit.flows.returns.given import PAID, SOLD, a_return, counted, wish

S = ReturnStage
MOSCOW = ZoneInfo("Europe/Moscow")
ACCOUNT, WAREHOUSE = 3, 4
CARRIERS = {"ru": {ACCOUNT: "СДЭК", WAREHOUSE: "Склад «Северный»"}, "en": {ACCOUNT: "CDEK", WAREHOUSE: "Northern"}}
ANNA = (7, "Анна Лугова")
PRICES = {
    ACCOUNT: Prices(
        NOW, NOW, Priced(problem=Problem("offers_none", Field.SERVICE)),
        Priced((Quote("parcel", Money(41200), 3, 4),)), (Near("KZN12", "Казань, ул. Баумана, 44", 250),),
    )
}  # fmt: skip


def day(month: int, date: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, date, hour, minute, tzinfo=UTC)


_DELIVERED = day(10, 22, 9, 14)
SHIPMENT = replace(
    TRANSIT, status=Status.DELIVERED, connection_id=ACCOUNT, remote_id="r-1",
    events=(EventFacts(_DELIVERED, "4", "Вручен", Status.DELIVERED, "Казань", "", ""),),
)  # fmt: skip
BASIS = Basis(
    8061, "Плед и подушка", 7, "RUB", SOLD, PAID,
    (Brought(1, ACCOUNT, "AB-8061-1", "r-1", "1573840216", Status.DELIVERED, _DELIVERED, MARIA, None, "KZN12"),),
    NOW, 88, "Мария Северцева",
)  # fmt: skip
CASE = replace(a_return(wish(1, "2"), wish(2, "1")), number="AB-8061-R1", deal_id=8061, asked_at=day(11, 5, 7, 2))
_BACK = (
    TrackingEvent("3", "Принят на склад отправителя", Status.ACCEPTED_AT_WAREHOUSE, day(11, 7, 15, 31), "KZN12"),
    TrackingEvent("4", "Вручен", Status.DELIVERED, day(11, 11, 13, 5), "Москва"),
)
ERRAND = Errand(
    9, 1, ACCOUNT, ErrandKind.COLLECTION, 1, "AB-8061-R1", ErrandState.DONE, False, "r-9", "1574102358", "1574102358",
    Status.DELIVERED, (), OrderState("r-9", events=_BACK), None, day(11, 5, 8, 22), day(11, 11, 13, 5),
)  # fmt: skip
#: When a return comes to each stage, and by whom.
_MOVES = (
    Moved(day(11, 5, 7, 2), Actor.CUSTOMER, None, S.REQUESTED, S.REQUESTED),
    Moved(day(11, 5, 8, 20), Actor.PERSON, S.REQUESTED, S.APPROVED, S.APPROVED, *ANNA),
    Moved(day(11, 5, 8, 22), Actor.SYSTEM, S.APPROVED, S.COLLECTION_BOOKED, S.COLLECTION_BOOKED, source="cdek"),
    Moved(day(11, 7, 15, 31), Actor.SYSTEM, S.COLLECTION_BOOKED, S.IN_TRANSIT, S.IN_TRANSIT, source="cdek"),
    Moved(day(11, 11, 13, 5), Actor.SYSTEM, S.IN_TRANSIT, S.RECEIVED, S.RECEIVED, source="cdek"),
    Moved(day(11, 12, 10, 48), Actor.PERSON, S.RECEIVED, S.INSPECTED, S.INSPECTED, 9, "Илья Громыхин"),
    Moved(day(11, 12, 11, 10), Actor.PERSON, S.INSPECTED, S.REFUNDED, S.REFUNDED, *ANNA),
    Moved(day(11, 12, 11, 20), Actor.PERSON, S.REFUNDED, S.CLOSED, S.CLOSED, *ANNA),
)
WAY = Way(WayKind.POINT, ACCOUNT, "parcel", "KZN12", Money(41200), by=7, name="Анна Лугова", at=day(11, 5, 8, 21))
_COUNTED = (
    counted(1, "1"),
    counted(1, "1", Condition.DAMAGED, note="пятно у края", photos=("p1", "p2")),
    counted(2, "1", Condition.MISSING),
)
_PHOTOS = (
    Photo("p1", "image/jpeg", day(11, 12, 10, 40), 1, 9, "Илья Громыхин"),
    Photo("p2", "image/jpeg", day(11, 12, 10, 41), 1, 9, "Илья Громыхин"),
    Photo("p3", "image/jpeg", day(11, 12, 10, 42), 0, 9, "Илья Громыхин"),
)
_SCANS = tuple(Scan(f"s{n}", day(11, 12, 10, 30 + n), "4601234560021", 1, by=9, name="Илья Громыхин") for n in range(2))


def _kept(case: Any, **over: Any) -> Kept:
    kept = Kept(
        id=1, version=3, case=case, item_id=71, client=Client(88, "Мария Северцева"), decided=None, created_by=0,
        created_name="", created_at=day(11, 5, 7, 2), changed_at=day(11, 5, 7, 2),
    )  # fmt: skip
    return replace(kept, **over)


def facts(stage: ReturnStage, kept: dict[str, Any] | None = None, case: Any = CASE, **over: Any) -> ReturnFacts:
    """Of a return that came to `stage` as `_MOVES` tell."""
    case = replace(case, stage=stage, origin=case.origin if case.undelivered else ReturnOrigin.CUSTOMER)
    told = [move for move in _MOVES if move.stands.rank <= stage.rank and move.stands is not S.REFUSED]
    found = ReturnFacts(
        kept=_kept(case, **(kept or {})),
        others=(),
        basis=BASIS,
        rules=ReturnRules(),
        language="ru",
        title="Плед и подушка",
        errands=(),
        labels={},
        acts=(),
        moves=tuple(told),
        counters=tuple(CountedBy(each, 9, "Илья Громыхин", day(11, 12, 10, 48)) for each in case.counted),
        scans=(),
        photos=(),
        refunds=(),
        shipments=(SHIPMENT,),
        sent=(Sent("AB-8061-1", ACCOUNT, REQUEST, Status.DELIVERED, "r-1", "1573840216"),),
        accounts={},
        settings={},
        version="v1",
    )
    return replace(found, **over)


def act(kind: ActKind, state: ActState, problems: tuple[Problem, ...] = (), **given: Any) -> Act:
    wanted = Wanted(kind, "k", Actor.PERSON, 8061, 1, given, *ANNA)
    return Act(5, wanted, NOW - timedelta(seconds=40), state, problems)


_DECIDED = {"decided": Decided(7, "Анна Лугова", day(11, 5, 8, 20), (Verdict(1, True, "usual", 14, 14),))}
_SENT = {**_DECIDED, "way": WAY}
_RIDES = {"errands": (replace(ERRAND, state=ErrandState.LIVE, status=Status.IN_TRANSIT),)}
_LABEL = Label(4, 9, "label", is_ready=True, asked_at=day(11, 5, 8, 23), changed_at=day(11, 5, 8, 24))
_DONE = {"errands": (ERRAND,), "labels": {9: _LABEL}, "photos": _PHOTOS, "scans": _SCANS}
_CHECKED = replace(CASE, counted=_COUNTED)
_PAID = Refund("k1", RefundKind.PAID, Money(464400), day(11, 12, 11, 8), *ANNA, "на карту, платёж 118")
_LATE = replace(CASE, asked_at=day(11, 12, 7), lines=tuple(replace(line, reason="") for line in CASE.lines))
_AGAINST = replace(_LATE, override=Signed(7, "Анна Лугова", "постоянный клиент", day(11, 12, 8)))
_AGREED = replace(
    _CHECKED, outcome=Outcome.REFUND,
    agreed=Agreed(Money(500000), Signed(7, "Анна Лугова", "обещали по телефону", day(11, 12, 11))),
)  # fmt: skip
_NOT_TAKEN = replace(
    ERRAND, state=ErrandState.REFUSED, order=None, tracking_number="", order_number="", status=None,
    problems=(Problem("phone_refused", Field.PHONE, Who.MANAGER, "v2_recipient_phone_invalid", "Phone is invalid"),),
)  # fmt: skip
_BACKWARDS = replace(a_return(wish(1, "2"), wish(2, "1"), undelivered=True), number="AB-8061-R1", deal_id=8061,
                     origin=ReturnOrigin.TRACKING)  # fmt: skip
_ILLEGAL = Problem("return_move", Field.STAGE, params={"from": "requested", "to": "closed"})
_REFUSED = Moved(day(11, 12, 9), Actor.PERSON, S.REQUESTED, S.REFUSED, S.REFUSED, *ANNA, why="носили, бирок нет")

_TOLD = (
    ToldFacts(9, "return_approved", "email", "return", MessageState.FAILED, "no_mailbox", "", "m•••@example.test", "",
              day(11, 5, 8), None, again=True),
)  # fmt: skip

STATES: dict[str, ReturnFacts] = {
    "unread": facts(S.REQUESTED, basis=None),
    "requested": facts(S.REQUESTED),
    "late": facts(S.REQUESTED, case=_LATE),
    "against": facts(S.APPROVED, case=_AGAINST),
    "asked": facts(S.REQUESTED, acts=(act(ActKind.MOVE, ActState.WAITING, to="approved"),)),
    "illegal": facts(S.REQUESTED, acts=(act(ActKind.MOVE, ActState.REFUSED, (_ILLEGAL,), to="closed"),)),
    "approved": facts(S.APPROVED, _DECIDED, told=_TOLD),
    "brought": facts(S.APPROVED, {**_DECIDED, "way": Way(WayKind.BROUGHT, by=7, name="Анна Лугова", at=NOW)}),
    "not_taken": facts(S.APPROVED, _SENT, errands=(_NOT_TAKEN,)),
    "booked": facts(S.COLLECTION_BOOKED, _SENT, errands=(replace(ERRAND, state=ErrandState.LIVE, status=Status.CREATED,
                                                                 order=OrderState("r-9")),)),
    "travels": facts(S.IN_TRANSIT, _SENT, **_RIDES),
    "undelivered": facts(S.IN_TRANSIT, case=_BACKWARDS, moves=(_MOVES[3],)),
    "unsaid": facts(S.RECEIVED, case=replace(_BACKWARDS, lines=()), moves=(_MOVES[4],)),
    "received": facts(S.RECEIVED, _SENT, **_DONE),
    "counted": facts(S.INSPECTED, _SENT, case=_CHECKED, **_DONE),
    "refund": facts(S.INSPECTED, _SENT, case=replace(_CHECKED, outcome=Outcome.REFUND), **_DONE),
    "agreed": facts(S.INSPECTED, _SENT, case=_AGREED, **_DONE),
    "replacement": facts(S.INSPECTED, _SENT, case=replace(_CHECKED, outcome=Outcome.REPLACEMENT), **_DONE),
    "back": facts(S.INSPECTED, _SENT, case=replace(_CHECKED, outcome=Outcome.BACK_TO_CUSTOMER), **_DONE),
    "paid": facts(S.INSPECTED, _SENT, case=replace(_CHECKED, outcome=Outcome.REFUND, refunded=Money(464400)),
                  refunds=(_PAID,), **_DONE),
    "refunded": facts(S.REFUNDED, _SENT, case=replace(_CHECKED, outcome=Outcome.REFUND, refunded=Money(464400)),
                      refunds=(_PAID,), **_DONE),
    "closed": facts(S.CLOSED, _SENT, case=replace(_CHECKED, outcome=Outcome.REFUND, refunded=Money(464400)),
                    refunds=(_PAID,), **_DONE),
    "refused": facts(S.REFUSED, moves=(_MOVES[0], _REFUSED)),
    "problem": facts(S.RECEIVED, {**_SENT, "problems": (Problem("return_surplus", Field.ITEMS, params={
        "item": "Плед льняной", "more": "1"}),)}, case=finished(replace(CASE, counted=_COUNTED[:1])), **_DONE),
}  # fmt: skip


def scene(
    state: str, formats: Formats, mine: Collection[Right] = frozenset(Right), over: ReturnFacts | None = None
) -> Scene:
    found = over or STATES[state]
    carriers = [Carrier(ACCOUNT, "cdek", "СДЭК, договор Б-118", priced=True)]
    return Scene(
        found, formats, found.look(MOSCOW, NOW), MOSCOW, mine, CARRIERS[formats.lang],
        offers_of(found.case, found.sent, carriers, PRICES, NOW), "known", {(ACCOUNT, "parcel"): "Посылка"},
        *ANNA,
    )  # fmt: skip


def view(state: str, formats: Formats, place: str = "item") -> ReturnView:
    return return_view(scene(state, formats), place)
