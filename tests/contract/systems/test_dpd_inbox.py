"""DPD's one inbox under the real runner and database: a worker that dies at any step, and two workers that meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet

from b24app.clock import FixedClock
from b24app.logistics.order import OrderState
from b24app.runners.connection.feeding import HELD, Feeding
from b24app.store import feeds, portals, shipments
from b24app.store.engine import Sessions, make_engine, make_sessions, read_scope, session_scope
from b24app.store.models import ConnectionState, InboxRow, PortalState
from tests.contract.systems.dpd_harness import DpdHarness

if TYPE_CHECKING:
    from sandbox.world import World

WAY = ("1601", "1802", "2101", "2202", "2301", "3304")


class KilledError(BaseException):
    """The process is gone: nothing after this line happens, not even tidying up."""


class Office:
    """A portal whose account at DPD has orders under way, and workers that pull its inbox."""

    def __init__(self, sessions: Sessions, dpd: DpdHarness) -> None:
        self.sessions, self.dpd, self.clock = sessions, dpd, FixedClock()
        self.orders = [dpd.make(f"wb-{n}-1") for n in (1, 2)]
        with session_scope(sessions) as session:
            portal = portals.remember(
                session, "north", now=self.clock.now(), application_token="t", state=PortalState.ACTIVE
            )
            row = portals.add_connection(session, portal.id, "dpd", "DPD", "live", {}, self.clock.now())
            row.state = ConnectionState.READY
            session.flush()
            self.portal, self.account = portal, row
            for n, order in enumerate(self.orders, 1):
                made = shipments.create(
                    session, portal, n, 1, row.id, status="created", request={}, now=self.clock.now()
                )
                made.number, made.remote_id = order.number, order.remote_id

    def pull(self, port: Any) -> None:
        """One slice of the account's lane, as far as its feed goes."""
        services: Any = SimpleNamespace(
            clock=self.clock,
            sessions=self.sessions,
            plugins={"dpd": self.dpd.plugin},
            waker=SimpleNamespace(wake=lambda _: None),
        )
        owner: Any = SimpleNamespace(connection=self.account, portal=self.portal)
        slice_: Any = SimpleNamespace(people=False, check=lambda _: None)
        with ThreadPoolExecutor(1) as pool:
            feeding = Feeding(services, slice_, owner, port, pool)
            feeding.load()
            feeding.begin(1)
        with suppress(KilledError):
            feeding.land()

    def later(self, seconds: float = 0) -> None:
        """Past the pause between two pulls, if nothing else is said."""
        track = self.dpd.manifest.track
        assert track is not None
        self.clock.advance(seconds or track.feed_s + 1)

    def saved(self) -> dict[str, list[str]]:
        """Codes of the events that the program has, by our number, each once."""
        found: dict[str, dict[str, None]] = {order.number: {} for order in self.orders}
        with read_scope(self.sessions) as session:
            for row in session.query(InboxRow).filter_by(kind="feed").order_by(InboxRow.id):
                state = OrderState.from_json(row.payload["state"])
                found[state.number] |= {event.code: None for event in state.events}
        return {number: list(codes) for number, codes in found.items()}

    def everything(self) -> dict[str, list[str]]:
        """What DPD told of its orders, as its own record has it."""
        return {
            order.number: [event["eventNumber"] for event in self.dpd.detail(order)["events"]] for order in self.orders
        }

    def unconfirmed(self) -> int:
        boxes = self.dpd.control("GET", "inbox")["inboxes"]
        return sum(box["waiting"] + box["package"] for box in boxes if box["kind"] == "events")


@pytest.fixture
def office(world: World, sqlite_database_url: str) -> Iterator[Office]:
    engine = make_engine(sqlite_database_url, [Fernet.generate_key().decode()])
    harness = DpdHarness(world)
    yield Office(make_sessions(engine), harness)
    harness.close()
    engine.dispose()


def test_what_dpd_tells_is_saved_and_then_confirmed(office: Office) -> None:
    for code in WAY:
        for order in office.orders:
            office.dpd.step(order, {"code": code})
    office.pull(office.dpd.port)
    assert office.saved() == office.everything()
    assert office.unconfirmed() == 0


Kill = Callable[["Office", pytest.MonkeyPatch], Any]


def before_it_is_saved(office: Office, patch: pytest.MonkeyPatch) -> Any:
    patch.setattr(feeds, "tell", killed)
    return office.dpd.port


def before_it_is_confirmed(office: Office, patch: pytest.MonkeyPatch) -> Any:
    port = office.dpd.open()
    port.confirm = killed
    return port


def after_it_is_confirmed(office: Office, patch: pytest.MonkeyPatch) -> Any:
    port = office.dpd.open()
    confirm = port.confirm

    def confirmed(receipt: str) -> None:
        confirm(receipt)
        raise KilledError

    port.confirm = confirmed
    return port


def while_dpd_answers(office: Office, patch: pytest.MonkeyPatch) -> Any:
    """The answer to the confirmation is lost after DPD did it."""
    office.dpd.strike("break_after", office.dpd.at("confirm"))
    return office.dpd.port


def killed(*_: object, **__: object) -> None:
    raise KilledError


@pytest.mark.parametrize("kill", [before_it_is_saved, before_it_is_confirmed, after_it_is_confirmed, while_dpd_answers])
def test_a_worker_that_dies_loses_no_status(office: Office, kill: Kill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after the death the parcels move on; another worker takes over once the dead one's hold is over."""
    first, second = office.orders
    office.dpd.step(first, {"code": "1601"})
    with monkeypatch.context() as patch:
        patch.setattr(feeds, "release", lambda *_, **__: None)  # a dead process lets go of nothing
        office.pull(kill(office, patch))
    office.dpd.step(second, {"code": "1601"})
    office.pull(office.dpd.open())  # somebody else holds it, as far as anybody knows
    office.later(HELD.total_seconds() + 1)
    office.dpd.step(first, {"code": "2101"})
    for _ in range(2):
        office.pull(office.dpd.open())
        office.later()
    assert office.saved() == office.everything()
    assert office.unconfirmed() == 0


def test_a_worker_that_was_taken_over_confirms_nothing_that_others_did_not_save(office: Office) -> None:
    """It pulled, slept longer than its hold, and comes back after another one has saved, confirmed and pulled on."""
    first, second = office.orders
    slow = office.dpd.open()
    pull = slow.pull

    def slept(cursor: str, watched: Any) -> Any:
        page = pull(cursor, watched)
        office.later(HELD.total_seconds() + 1)
        office.pull(office.dpd.open())
        office.dpd.step(first, {"code": "1601"})
        office.dpd.step(second, {"code": "1601"})
        assert office.dpd.open().pull("", list).receipt  # a third one holds the next package, unsaved
        return page

    slow.pull = slept
    office.pull(slow)
    assert office.unconfirmed() == 2
    office.later()
    office.pull(office.dpd.open())
    assert office.saved() == office.everything()
    assert office.unconfirmed() == 0


def test_two_workers_at_once(office: Office) -> None:
    """Both keep trying while the parcels move: one at a time has the inbox, and between them nothing is lost."""

    def work() -> None:
        port = office.dpd.open()
        for _ in range(6):
            office.pull(port)
            office.later(600)

    with ThreadPoolExecutor(2) as workers:
        running = [workers.submit(work) for _ in range(2)]
        for code in WAY:
            for order in office.orders:
                office.dpd.step(order, {"code": code})
        for each in running:
            each.result()
    office.later()
    office.pull(office.dpd.port)
    assert office.saved() == office.everything()
    assert office.unconfirmed() == 0
