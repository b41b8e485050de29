"""Calls at a system: what is looked up before, and whose order it is when our number is taken."""

from __future__ import annotations

from dataclasses import dataclass, field

from b24app.clock import FixedClock
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, fingerprint
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.tasks import CREATE, FOLLOW, REFUSED_IDS, Task, carry_out

REQUEST = ShipmentRequest(
    "wb-1-1",
    "parcel",
    DeliveryKind.COURIER,
    Recipient("Мария Северцева", "+79000001462", "+79000001462"),
    (Parcel(700, 1, 1, 1),),
)
OURS = OrderState("old", "wb-1-1", Decision.ACCEPTED, fingerprint=fingerprint(REQUEST))
TAKEN = OrderState("new", "wb-1-1", Decision.REFUSED, problems=(Problem("number_taken", Field.NUMBER, Who.WAYBILL),))


@dataclass
class System:
    """Ports of a system that answers what it is told and writes down what it is asked."""

    found: OrderState | None = None
    shown: OrderState | None = None
    asked: list[str] = field(default_factory=list)

    def find(self, number: str) -> OrderState | None:
        self.asked.append(f"find {number}")
        return self.found

    def create(self, request: ShipmentRequest) -> OrderState:
        self.asked.append(f"create {request.number}")
        return OrderState("new", request.number, Decision.PENDING)

    def read(self, remote_id: str) -> OrderState:
        self.asked.append(f"read {remote_id}")
        assert self.shown is not None
        return self.shown


def _task(kind: str, *, fresh: bool = False, attempts: int = 0, refused: tuple[str, ...] = ()) -> Task:
    limit = FixedClock().monotonic() + 5
    payload = REQUEST.to_json() | {REFUSED_IDS: list(refused)}
    return Task(kind, 1, 42, "wb-1-1", "t", "new", 7, attempts, payload=payload, send_by=limit, fresh=fresh)


def test_nothing_is_looked_up_for_a_row_that_never_left() -> None:
    system = System(found=OURS)
    landed = carry_out(system, _task(CREATE, fresh=True), FixedClock())
    assert system.asked == ["create wb-1-1"]
    assert landed.state is not None
    assert not landed.adopted


def test_a_row_that_may_have_left_is_looked_up_and_never_repeated_blindly() -> None:
    system = System(found=OURS)
    landed = carry_out(system, _task(CREATE), FixedClock())
    assert system.asked == ["find wb-1-1"]
    assert landed.adopted
    assert landed.state == OURS


def test_a_number_of_somebody_elses_order_is_refused() -> None:
    system = System(found=OrderState("old", "wb-1-1", Decision.ACCEPTED, fingerprint="another"))
    landed = carry_out(system, _task(CREATE), FixedClock())
    assert isinstance(landed.error, Refused)
    assert system.asked == ["find wb-1-1"]


def test_an_order_refused_for_our_own_older_one_is_that_one() -> None:
    system = System(found=OURS, shown=TAKEN)
    landed = carry_out(system, _task(FOLLOW), FixedClock())
    assert system.asked == ["read new", "find wb-1-1"]
    assert landed.adopted
    assert landed.state == OURS


def test_an_order_refused_for_a_strangers_number_stays_refused() -> None:
    system = System(found=OrderState("old", "wb-1-1", Decision.ACCEPTED, fingerprint="another"), shown=TAKEN)
    landed = carry_out(system, _task(FOLLOW), FixedClock())
    assert not landed.adopted
    assert landed.state == TAKEN


def test_a_refusal_whose_answer_was_lost_is_the_answer() -> None:
    """The system took the request and refused the order later, but we never heard of either: a second request would be
    a second accepted creation."""
    system = System(found=TAKEN)
    landed = carry_out(system, _task(CREATE, attempts=1), FixedClock())
    assert system.asked == ["find wb-1-1"]
    assert landed.adopted
    assert landed.state is not None
    assert landed.state.decision is Decision.REFUSED


def test_an_order_refused_before_the_fix_is_no_answer_to_the_next_try() -> None:
    system = System(found=TAKEN)
    carry_out(system, _task(CREATE, attempts=1, refused=("new",)), FixedClock())
    assert system.asked == ["find wb-1-1", "create wb-1-1"]
