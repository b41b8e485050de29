"""What a call for a return means for its errand: where it stands, when it is looked at again, what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.flows.polling import Pace
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptStage, ReceiptState
from b24app.runners.connection.errand_outcomes import BY_HAND, Came, Deed, Terms, columns, deed_of, status_of
from b24app.store.models import ErrandKind, ErrandState
from b24app.store.return_errands import Errand

NOW = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)
TERMS = Terms(NOW, 0.5, 8, pace=Pace(86400.0))
S = ErrandState
PROBLEM = Problem("weight_refused", Field.WEIGHT, Who.CARRIER, "W1", "вес")
MADE = OrderState("uuid", "R-1", Decision.PENDING)
THERE = replace(MADE, decision=Decision.ACCEPTED, order_number="1100", tracking_number="1100")


def errand(state: ErrandState = S.WAITING, **more: Any) -> Errand:
    usual: dict[str, Any] = {
        "id": 1, "return_id": 1, "connection_id": 1, "kind": ErrandKind.COLLECTION, "n": 1, "number": "R-1",
        "state": state, "wants_cancel": False, "remote_id": "", "order_number": "", "tracking_number": "",
        "status": None, "problems": (), "order": None, "receipt": None, "created_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    return Errand(**usual | more)


def live(**more: Any) -> Errand:
    return errand(S.LIVE, **{"remote_id": "uuid", "order": THERE, "status": Status.CREATED, **more})


def code(values: dict[str, Any]) -> list[str]:
    return [each["code"] for each in values["problems"]]


@pytest.mark.parametrize(
    ("given", "deed"),
    [
        (errand(), Deed.SEND),
        (errand(S.UNCERTAIN), Deed.SEND),
        (errand(S.UNCERTAIN, wants_cancel=True), Deed.DROP),
        (errand(S.WAITING, wants_cancel=True), Deed.DROP),
        (live(), Deed.FOLLOW),
        (live(wants_cancel=True), Deed.CANCEL),
        (live(wants_cancel=True, order=replace(THERE, cancel=Decision.PENDING)), Deed.FOLLOW),
    ],
)
def test_what_is_done_next(given: Errand, deed: Deed) -> None:
    assert deed_of(given) is deed


def test_an_order_is_followed_until_it_is_decided_and_then_at_least_every_hour() -> None:
    made = columns(errand(), Deed.SEND, Came(order=MADE), 1, TERMS)
    assert (made["state"], made["remote_id"], made["status"]) == (S.LIVE, "uuid", "submitting")
    assert made["next_try_at"] - NOW <= timedelta(seconds=1)
    there = columns(live(order=MADE, status=Status.SUBMITTING), Deed.FOLLOW, Came(order=THERE), 1, TERMS)
    assert (there["state"], there["status"], there["order_number"]) == (S.LIVE, "created", "1100")
    assert there["next_try_at"] - NOW == timedelta(hours=1)


def test_a_refusal_ends_it_with_its_problems() -> None:
    at_once = columns(errand(), Deed.SEND, Came(error=Refused([PROBLEM])), 1, TERMS)
    later = replace(MADE, decision=Decision.REFUSED, problems=(PROBLEM,))
    decided = columns(live(order=MADE, status=Status.SUBMITTING), Deed.FOLLOW, Came(order=later), 1, TERMS)
    for values in (at_once, decided):
        assert (values["state"], code(values), values["next_try_at"]) == (S.REFUSED, ["weight_refused"], None)
    nameless = columns(errand(), Deed.SEND, Came(order=replace(later, problems=())), 1, TERMS)
    assert code(nameless) == ["refused"]


@pytest.mark.parametrize(
    ("error", "state"),
    [(Uncertain("lost"), S.UNCERTAIN), (Unavailable("503"), S.WAITING), (AccountProblem(PROBLEM), S.WAITING)],
)
def test_what_settles_nothing_is_tried_again(error: LogisticsError, state: ErrandState) -> None:
    values = columns(errand(), Deed.SEND, Came(error=error), 1, TERMS)
    assert (values["state"], values["next_try_at"] > NOW) == (state, True)
    unclear = columns(errand(S.UNCERTAIN), Deed.SEND, Came(error=error), 2, TERMS)
    assert unclear["state"] is S.UNCERTAIN


def test_it_is_given_up_after_many_tries_but_never_while_nobody_knows() -> None:
    values = columns(errand(), Deed.SEND, Came(error=Unavailable("503")), 8, TERMS)
    assert (values["state"], code(values)) == (S.DEAD, ["carrier_silent"])
    assert columns(errand(), Deed.SEND, Came(error=Uncertain("lost")), 80, TERMS)["state"] is S.UNCERTAIN
    unclear = columns(errand(S.UNCERTAIN), Deed.SEND, Came(error=Unavailable("503")), 80, TERMS)
    assert (unclear["state"], unclear["next_try_at"] > NOW) == (S.UNCERTAIN, True)
    follow = columns(live(), Deed.FOLLOW, Came(error=Unavailable("503", 900.0)), 80, TERMS)
    assert (follow["state"], follow["next_try_at"] - NOW >= timedelta(seconds=900)) == (S.LIVE, True)


def test_the_way_back_only_goes_on() -> None:
    def event(status: Status, minutes: int) -> TrackingEvent:
        return TrackingEvent(status.value, "", status, NOW + timedelta(minutes=minutes), back=True)

    events = (event(Status.RETURNING, 2), event(Status.CREATED, 1), event(Status.UNKNOWN, 3))
    assert status_of(None, replace(THERE, events=events)) is Status.RETURNING
    assert status_of(Status.RETURNING, replace(THERE, events=events[1:])) is Status.RETURNING
    done = replace(THERE, events=(*events, event(Status.RETURNED, 9)))
    values = columns(live(status=Status.RETURNING), Deed.FOLLOW, Came(order=done), 1, TERMS)
    assert (values["status"], values["state"]) == ("returned", S.LIVE)
    late = replace(TERMS, now=NOW + timedelta(hours=25))
    # … whatever else was told of it meanwhile.
    over = columns(
        live(status=Status.RETURNED, changed_at=NOW + timedelta(hours=20)), Deed.FOLLOW, Came(order=done), 1, late
    )
    assert over["state"] is S.DONE


def test_calling_off() -> None:
    wanted = live(wants_cancel=True)
    taken = OrderState("uuid", "R-1", Decision.ACCEPTED, cancel=Decision.PENDING)
    pending = columns(wanted, Deed.CANCEL, Came(order=taken), 2, TERMS)
    assert (pending["state"], pending["answer"]["order_number"], pending["answer"]["cancel"]) == (
        S.LIVE, "1100", "pending",
    )  # fmt: skip
    asked = live(wants_cancel=True, order=replace(THERE, cancel=Decision.PENDING))
    still = columns(asked, Deed.FOLLOW, Came(order=THERE), 2, TERMS)
    assert (still["answer"]["cancel"], still["next_try_at"] - NOW) == ("pending", timedelta(seconds=3))
    for done in (replace(THERE, cancel=Decision.ACCEPTED), OrderState("uuid", gone=True)):
        values = columns(asked, Deed.FOLLOW, Came(order=done), 2, TERMS)
        assert (values["state"], code(values)) == (S.CANCELLED, [])
    late = columns(asked, Deed.FOLLOW, Came(order=replace(THERE, cancel=Decision.REFUSED)), 2, TERMS)
    assert (late["state"], late["wants_cancel"], code(late)) == (S.LIVE, False, ["cancel_refused"])
    at_once = columns(wanted, Deed.CANCEL, Came(error=Refused([PROBLEM])), 2, TERMS)
    assert (at_once["state"], at_once["wants_cancel"], code(at_once)) == (S.LIVE, False, ["cancel_refused"])
    by_hand = columns(wanted, Deed.CANCEL, Came(error=Refused([BY_HAND])), 2, TERMS)
    assert code(by_hand) == ["return_cancel_by_hand"]
    # That it could not be called off is still said after the next look.
    kept = columns(live(problems=(BY_HAND,)), Deed.FOLLOW, Came(order=THERE), 2, TERMS)
    assert code(kept) == ["return_cancel_by_hand"]


def test_what_never_got_there_is_over_when_it_is_dropped() -> None:
    lost = errand(S.UNCERTAIN, wants_cancel=True)
    assert columns(lost, Deed.DROP, Came(absent=True), 2, TERMS)["state"] is S.CANCELLED
    unclear = columns(lost, Deed.DROP, Came(error=Unavailable("503")), 2, TERMS)
    assert unclear["state"] is S.UNCERTAIN


def test_an_order_that_somebody_deleted_there_is_a_problem() -> None:
    old = live(changed_at=NOW - timedelta(hours=1))
    values = columns(old, Deed.FOLLOW, Came(order=OrderState("uuid", gone=True)), 1, TERMS)
    assert (values["state"], code(values)) == (S.CANCELLED, ["return_order_gone"])
    fresh = live(order=MADE, status=Status.SUBMITTING)
    assert columns(fresh, Deed.FOLLOW, Came(order=OrderState("uuid", gone=True)), 1, TERMS)["state"] is S.LIVE


def test_a_receipt_is_followed_until_its_inspection() -> None:
    receipt = ReceiptState("r-1", "R-1", "00-17")
    asked = errand(kind=ErrandKind.RECEIPT)
    expected = columns(asked, Deed.SEND, Came(receipt=receipt), 1, TERMS)
    assert (expected["state"], expected["remote_id"], expected["order_number"]) == (S.LIVE, "r-1", "00-17")
    mine = errand(S.LIVE, kind=ErrandKind.RECEIPT, receipt=receipt, remote_id="r-1")
    strange = replace(receipt, stage=ReceiptStage.COMPLETED, problems=(PROBLEM,))
    waits = columns(mine, Deed.FOLLOW, Came(receipt=strange), 1, TERMS)
    assert (waits["state"], code(waits)) == (S.LIVE, ["weight_refused"])
    done = columns(mine, Deed.FOLLOW, Came(receipt=replace(strange, problems=(), inspected_at=NOW)), 1, TERMS)
    assert (done["state"], done["next_try_at"]) == (S.DONE, None)
    off = columns(mine, Deed.FOLLOW, Came(receipt=replace(receipt, stage=ReceiptStage.CANCELLED)), 1, TERMS)
    assert (off["state"], code(off)) == (S.CANCELLED, ["return_order_gone"])
    wanted = replace(mine, wants_cancel=True)
    unseen = columns(wanted, Deed.CANCEL, Came(receipt=receipt), 2, TERMS)
    assert (unseen["state"], unseen["wants_cancel"]) == (S.LIVE, True)
    assert columns(wanted, Deed.CANCEL, Came(receipt=replace(receipt, gone=True)), 2, TERMS)["state"] is S.CANCELLED


def test_a_call_always_brings_something() -> None:
    with pytest.raises(ValueError, match="nothing at all"):
        columns(errand(), Deed.SEND, Came(), 1, TERMS)
