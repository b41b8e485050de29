"""Questions to carriers that shoppers wait for: one at a time for equal ones, few at a time for one account.

A carrier that hangs costs threads, and only so many: an account has `MOST_OF_ONE` of them, all together `MOST`. While
one of its calls is older than `SLOW_S` the account gets no more than `MOST_OF_SLOW`, and nobody waits for it: the
answer, when it comes, serves those who ask later. Nobody waits at the end of the process for any of them.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import structlog

from b24app.flows.simulate import Priced

MOST_OF_ONE, MOST_OF_SLOW, MOST = 16, 4, 64
SLOW_S = 0.5
#: Answers that a process keeps for who asks the same again, and how long (at most `flows.rates.LIFE`).
KEPT, KEPT_S = 4000, 300.0
#: After an account that gave no prices nobody asks it the same again at once.
NO_PRICE_S = 10.0
Key = tuple[int, str]
_log = structlog.get_logger("waybill.shop")


@dataclass
class Flight:
    """One call under way. `priced` is there once `done` is set."""

    account: int
    began: float
    done: threading.Event = field(default_factory=threading.Event)
    priced: Priced | None = None


class Flights:
    """Thread-safe; one a process. `now` is a reading of a clock that only goes forwards."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._landed = threading.Condition(self._lock)
        self._under_way: dict[Key, Flight] = {}
        self._kept: OrderedDict[Key, tuple[float, Priced]] = OrderedDict()

    def known(self, key: Key) -> Priced | None:
        """An answer that this process has not forgotten yet."""
        with self._lock:
            found = self._kept.get(key)
            return found[1] if found is not None and found[0] > self._now() else None

    def ask(self, key: Key, call: Callable[[], Priced]) -> Flight | None:
        """The call that is under way about exactly this, or a new one; None while there is no room for one."""
        account = key[0]
        with self._lock:
            found = self._under_way.get(key)
            if found is not None:
                return found
            mine = sum(flight.account == account for flight in self._under_way.values())
            room = MOST_OF_SLOW if self.slow([account]) else MOST_OF_ONE
            if mine >= room or len(self._under_way) >= MOST:
                return None
            flight = self._under_way[key] = Flight(account, self._now())
        threading.Thread(target=self._fly, args=(key, flight, call), name="shop-price", daemon=True).start()
        return flight

    def slow(self, accounts: Collection[int]) -> set[int]:
        """Those of the accounts that let somebody wait for too long just now."""
        late = self._now() - SLOW_S
        with self._lock:
            return {each.account for each in self._under_way.values() if each.began < late} & set(accounts)

    def wait(self, go_on: Callable[[], bool], until: float) -> None:
        """Asks `go_on` at once and after each landing, whoever's it is (it may begin calls that there was no room for);
        returns when it says no, or at `until`."""
        with self._landed:
            while go_on():
                time_left = until - self._now()
                if time_left <= 0:
                    return
                self._landed.wait(time_left)

    def _fly(self, key: Key, flight: Flight, call: Callable[[], Priced]) -> None:
        try:
            flight.priced = call()
        except Exception as error:  # noqa: BLE001 - the last one who can tell of it; the buyer gets another price
            _log.error("shop_price_failed", connection=key[0], exc_info=error)
        finally:
            with self._landed:
                self._under_way.pop(key, None)
                if flight.priced is not None:
                    self._keep(key, flight.priced)
                flight.done.set()
                self._landed.notify_all()

    def _keep(self, key: Key, priced: Priced) -> None:
        good = bool(priced.offers) and priced.problem is None
        self._kept[key] = (self._now() + (KEPT_S if good else NO_PRICE_S), priced)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
