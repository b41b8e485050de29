"""Reading circuits, budgets and execution time changes nothing; what is shown of a payload names nobody."""

from datetime import UTC, datetime

import pytest

from b24app.clock import FixedClock
from b24app.wire.budget import Budgets, Rate
from b24app.wire.calls import RemoteKey
from b24app.wire.circuit import Circuits
from b24app.wire.gauges import Gauges
from b24app.wire.ledger import OperatingLedger
from b24app.wire.mask import veiled
from b24app.wire.shared import Shared, connect


@pytest.fixture(params=["redis", "alone"])
def shared(request: pytest.FixtureRequest) -> Shared:
    return Shared(connect(request.getfixturevalue("redis_url")) if request.param == "redis" else None)


def test_a_gauge_shows_what_is_used_and_costs_nothing(shared: Shared) -> None:
    clock, budgets = FixedClock(), Budgets(shared)
    gauges = Gauges(Circuits(clock, shared), budgets, OperatingLedger(clock, shared))
    budget = budgets.portal("m", Rate(50, 0.001))
    for _ in range(3):
        assert budget.take(people=True).granted
    for _ in range(5):
        gauge = gauges.portal("m", 50, 0.001)
    assert (round(gauge.used), gauge.size, gauge.left_alone_since) == (3, 50, None)
    budgets.pace(RemoteKey("cdek", "1"), 50, 8).take(people=False)
    assert gauges.account("cdek", 1, 50, 8).used <= 1


def test_an_open_circuit_is_seen_since_its_first_failure_and_no_trial_is_spent(shared: Shared) -> None:
    clock = FixedClock()
    circuits = Circuits(clock, shared)
    gauges = Gauges(circuits, Budgets(shared), OperatingLedger(clock, shared))
    began = clock.now()
    for _ in range(5):
        circuits.note("cdek:1", alive=False)
        clock.advance(1)
    assert gauges.account("cdek", 1, 50, 8).left_alone_since == datetime.fromtimestamp(began.timestamp(), UTC)
    clock.advance(10)
    gauges.account("cdek", 1, 50, 8)
    circuits.check("cdek:1")  # the trial is still there for a real call
    circuits.note("cdek:1", alive=True)
    assert gauges.account("cdek", 1, 50, 8).left_alone_since is None


def test_other_processes_see_a_method_that_has_used_much_of_its_time(redis_url: str) -> None:
    clock, shared = FixedClock(), Shared(connect(redis_url))
    ledger = OperatingLedger(clock, shared)
    ledger.note("m", "crm.item.list", 240, 300)
    ledger.note("m", "crm.item.get", 3, 300)
    ledger.note("m", "crm.item.update", 470, 300)
    seen = OperatingLedger(clock, shared).peek("m")
    blocked = clock.now().timestamp() + 300
    assert [(each.method, each.used_s, each.blocked_until) for each in seen] == [
        ("crm.item.update", 470, blocked),
        ("crm.item.list", 240, 0),
    ]
    clock.advance(301)
    assert OperatingLedger(clock, shared).peek("m") == []


def test_a_payload_is_shown_without_the_person_in_it() -> None:
    payload = {
        "number": "LH-1049-1",
        "recipient": {"name": "Пётр Вересаев", "phone": "+79001112262"},
        "address": {"raw": "г. Казань, ул. Баумана, д. 12"},
        "clientKey": "very-secret",
        "parcels": [{"weight_g": 6200, "comment": None}],
        "text": "звонить 8 900 111-22-62",
    }
    shown = dict(veiled(payload))
    text = shown.pop("text")
    assert shown == {
        "number": "LH-1049-1",
        "recipient.name": "П••• В•••••••",
        "recipient.phone": "+7900•••••62",
        "address.raw": "г. Казань, ул. Б••••••, д. ••",
        "clientKey": "••••••••",
        "parcels.0.weight_g": "6200",
    }
    assert not any(sign.isdigit() for sign in text)
