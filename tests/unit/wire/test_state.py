"""Circuits, the ledger of execution time, carriers' tokens: shared by processes, sane without Redis."""

import threading

import pytest
from cryptography.fernet import Fernet, InvalidToken

from b24app.clock import FixedClock
from b24app.wire.circuit import Circuits
from b24app.wire.errors import NotSent, Why
from b24app.wire.ledger import OperatingLedger
from b24app.wire.shared import Shared, connect
from b24app.wire.tokens import SharedTokens

SHARED = ["redis", "alone"]


@pytest.fixture(params=SHARED)
def shared(request: pytest.FixtureRequest) -> Shared:
    return Shared(connect(request.getfixturevalue("redis_url")) if request.param == "redis" else None)


def open_after(circuits: Circuits, failures: int) -> bool:
    for _ in range(failures):
        circuits.note("a", alive=False)
    try:
        circuits.check("a")
    except NotSent as error:
        assert error.why is Why.CIRCUIT
        return True
    return False


def test_a_circuit_opens_after_failures_in_a_row(shared: Shared) -> None:
    circuits = Circuits(FixedClock(), shared)
    assert not open_after(circuits, 4)
    circuits.note("a", alive=True)
    assert not open_after(circuits, 4)
    assert open_after(circuits, 1)
    circuits.check("b")


def test_one_call_tries_and_the_pause_grows(shared: Shared) -> None:
    clock = FixedClock()
    circuits = Circuits(clock, shared, pause_s=5)
    assert open_after(circuits, 5)
    clock.advance(5.1)
    circuits.check("a")
    with pytest.raises(NotSent):
        circuits.check("a")
    circuits.note("a", alive=False)
    with pytest.raises(NotSent) as caught:
        circuits.check("a")
    assert caught.value.retry_after == pytest.approx(10, abs=0.2)
    clock.advance(10.1)
    circuits.check("a")
    circuits.note("a", alive=True)
    circuits.check("a")
    circuits.check("a")


def test_a_circuit_is_seen_by_another_process_after_one_failure(redis_url: str) -> None:
    clock = FixedClock()
    one, other = (Circuits(clock, Shared(connect(redis_url))) for _ in range(2))
    assert open_after(one, 5)
    assert open_after(other, 1)


def test_a_method_near_its_limit_is_left_alone(shared: Shared) -> None:
    clock = FixedClock()
    ledger = OperatingLedger(clock, shared, limit_s=480)
    ledger.note("p", "crm.item.update", 400, 120)
    assert ledger.wait("p", ["crm.item.update"]) == 0
    ledger.note("p", "crm.item.update", 470, 120)
    assert ledger.wait("p", ["crm.item.list", "CRM.item.update"]) == pytest.approx(120)
    assert ledger.wait("p", ["crm.item.list"]) == 0
    assert ledger.wait("q", ["crm.item.update"]) == 0
    clock.advance(121)
    assert ledger.wait("p", ["crm.item.update"]) == 0


def test_refusals_without_an_end_wait_longer_and_longer(shared: Shared) -> None:
    clock = FixedClock()
    ledger = OperatingLedger(clock, shared)
    assert [ledger.refused("p", "m") for _ in range(8)] == [10, 20, 40, 80, 160, 320, 600, 600]
    ledger.note("p", "m", 10, 60)
    assert ledger.refused("p", "m") == 10
    assert ledger.refused("p", "m", 33) == 33


def test_a_block_is_seen_by_another_process(redis_url: str) -> None:
    clock = FixedClock()
    one, other = (OperatingLedger(clock, Shared(connect(redis_url))) for _ in range(2))
    assert other.wait("p", ["m"]) == 0
    one.refused("p", "m", 50)
    clock.advance(1)
    assert other.wait("p", ["m"]) == pytest.approx(49, abs=0.1)


def tokens(clock: FixedClock, shared: Shared, key: bytes) -> SharedTokens:
    return SharedTokens(clock, shared, Fernet(key), InvalidToken)


def test_tokens_expire_by_the_clock_and_can_be_dropped(shared: Shared) -> None:
    clock = FixedClock()
    cache = tokens(clock, shared, Fernet.generate_key())
    assert cache.get("a") is None
    cache.set("a", "secret", 60)
    assert cache.get("a") == "secret"
    clock.advance(61)
    assert cache.get("a") is None
    cache.set("a", "second", 60)
    cache.drop("a")
    assert cache.get("a") is None


def test_tokens_are_shared_and_sealed(redis_url: str) -> None:
    clock, key, client = FixedClock(), Fernet.generate_key(), connect(redis_url)
    one, other = (tokens(clock, Shared(client), key) for _ in range(2))
    one.set("account", "secret", 60)
    assert other.get("account") == "secret"
    assert all(b"secret" not in (client.get(name) or b"") and b"account" not in name for name in client.scan_iter())
    assert tokens(clock, Shared(client), Fernet.generate_key()).get("account") is None
    other.drop("account")
    assert one.get("account") is None


def test_one_renewal_at_a_time(shared: Shared) -> None:
    clock, key = FixedClock(), Fernet.generate_key()
    cache = tokens(clock, shared, key)
    inside, most = [0], [0]

    def renew() -> None:
        with cache.lock("a") as held:
            assert held
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1

    threads = [threading.Thread(target=renew) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert most == [1]


def test_a_lock_of_another_process_is_waited_for_but_not_for_ever(redis_url: str) -> None:
    clock, key = FixedClock(), Fernet.generate_key()
    slept: list[float] = []
    shared = Shared(connect(redis_url))
    holder = tokens(clock, shared, key)
    waiter = SharedTokens(clock, shared, Fernet(key), InvalidToken, sleep=slept.append)
    with holder.lock("a") as held:
        assert held
        with waiter.lock("a") as got:
            assert not got
    assert sum(slept) == pytest.approx(10, abs=0.1)
    with waiter.lock("a") as got:
        assert got
