"""One fault run: ship deals while everything breaks, let it settle, judge by the sandbox's journal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from b24app.demo.house import ONE_CARRIER, House
from b24app.demo.setting_up import STAGES, TRIGGER, set_up
from sandbox.bitrix24.data import portal_data
from tests.faults.driven import LOOK_S, Driven, Orders, Say, Verdict, deployed
from tests.faults.havoc import Havoc
from tests.faults.judge import TRACK, Case, Evidence, Finding, judge
from tests.faults.scale import Scale

MANAGER = 7
#: The carrier's statuses after "created"; each is one more timeline entry.
ROUTE = ("RECEIVED_AT_SHIPMENT_WAREHOUSE", "SENT_TO_RECIPIENT_CITY", "ACCEPTED_AT_PICK_UP_POINT", "DELIVERED")
ENTRIES = 1 + len(ROUTE)


def run(scale: Scale, orders: Orders, var: Path, say: Say) -> Verdict:
    """Raises what the deployment raises when it cannot even be started."""
    with deployed(scale, orders, var, ONE_CARRIER) as house:
        return FaultRun(house, scale, orders, say).run()


class FaultRun(Driven):
    """Orders of one carrier."""

    def __init__(
        self, house: House, scale: Scale, orders: Orders, say: Say, more: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(house, scale, orders, say, more)
        self._deals: list[int] = []
        self._looked = 0.0

    # --- before ------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        steer = self._house.steer
        page = set_up(steer, self._member, self._house.addresses["cdek"]["accounts"][0])
        self._trigger = page.triggers[0]
        self._deals = list(steer("POST", f"{self._base}/bulk", {"count": self._scale.deals})["deals"])
        self._waiting = list(self._deals)
        time.sleep(2 * LOOK_S)  # the pipelines' start is read from the history: moves must come after it
        self._steer_carrier()
        self._break_calls()

    def _steer_carrier(self) -> None:
        scale, steer = self._scale, self._house.steer
        settings = {
            "unique_numbers": self._orders.unique_numbers,
            "lookup_delay": scale.lookup_delay_s,
            "decision_min": 0.5,
            "decision_max": 3.0,
            "webhook_retry_seconds": scale.webhook_retry_s,
            "webhook_double": scale.share,
            "webhook_drop": scale.share,
            "seed": self._orders.seed,
        }
        steer("POST", "/cdek/settings", settings)
        route = [{"code": code, "seconds": pause} for code, pause in zip(ROUTE, scale.route_s, strict=True)]
        steer("POST", "/cdek/overrides", {"match": {}, "route": route})

    def _break_calls(self) -> None:
        """Every kind of carrier call, and the portal's batches."""
        self._break(("cdek", {}), ("bitrix24", {"path": "/rest/*batch*"}))

    # --- havoc -------------------------------------------------------------------------------------------------------

    def _burst(self) -> Havoc:
        """Until every deal has its number and every stop is over, or the time is."""
        began = time.monotonic()
        havoc = Havoc(self._house, self._scale, self._orders.seed)
        while time.monotonic() - began < self._scale.burst_s:
            havoc.step()
            self._move_some()
            if self._look() and havoc.over and self._numbered() == len(self._deals):
                break
            time.sleep(0.05)
        self._seconds["havoc"] = time.monotonic() - began
        return havoc

    def _move_some(self) -> None:
        now = time.monotonic()
        if self._waiting and now >= self._next_wave:
            wave, self._waiting = self._waiting[: self._scale.wave], self._waiting[self._scale.wave :]
            body = {"deals": wave, "stage": self._trigger, "user": MANAGER}
            self._house.steer("POST", f"{self._base}/move", body)
            self._next_wave = now + self._scale.wave_s

    def _look(self) -> bool:
        """Read the journal now and then; whether it was read."""
        now = time.monotonic()
        if now - self._looked < LOOK_S:
            return False
        self._journal.read()
        self._looked = time.monotonic()
        self._tell()
        return True

    def _tell(self) -> None:
        moved = len(self._deals) - len(self._waiting)
        accepted, entries = len(self._journal.of("order.accepted")), len(self._journal.of("timeline.added"))
        line = f"  moved {moved}, accepted {accepted}, numbers on deals {self._numbered()}, timeline entries {entries}"
        self._say(line)

    def _numbered(self) -> int:
        return len({row["key"] for row in self._journal.of("deal.updated") if row["data"]["fields"].get(TRACK)})

    # --- afterwards --------------------------------------------------------------------------------------------------

    def _settle(self, havoc: Havoc) -> None:
        """Heal, wait for the rest, and let time pass at least once more: what was done twice would be done by then."""
        began = time.monotonic()
        self._heal()
        self._house.steer("POST", "/cdek/settings", {"webhook_drop": 0.0})
        while self._waiting:
            self._move_some()
            time.sleep(0.05)
        havoc.heal()
        for seconds in self._scale.nights_s:
            self._await_end()
            complete = self._complete()
            self._night(seconds)
            if complete:
                break
        self._seconds["settling"] = time.monotonic() - began

    def _await_end(self) -> None:
        """Until everything is told, or nothing has happened for the scale's patience and nobody has anything to do."""
        last = time.monotonic()
        while not self._complete() and not self._is_silent(last, self._scale.patience_s):
            time.sleep(LOOK_S)
            self._house.supervisor.tick()
            if self._journal.read():
                last = time.monotonic()
        self._tell()

    def _complete(self) -> bool:
        entries = len(self._journal.of("timeline.added")) >= ENTRIES * len(self._deals)
        return entries and self._numbered() == len(self._deals)

    # --- evidence ----------------------------------------------------------------------------------------------------

    def _judged(self) -> list[Finding]:
        return judge(self._case(), self._evidence())

    def _case(self) -> Case:
        by_name = {stage.name: stage.status_id for stage in portal_data(0).stages if stage.category_id == 0}
        way = (TRIGGER, *(STAGES[status] for status in ("in_transit", "ready_for_pickup", "delivered")))
        return Case(frozenset(self._deals), ENTRIES, tuple(by_name[name] for name in way))

    def _evidence(self) -> Evidence:
        self._journal.read()
        rows = self._journal.of
        shown = {int(deal["id"]): deal for deal in self._house.steer("GET", f"{self._base}/deals")["deals"]}
        return Evidence(
            rows("order.accepted"),
            rows("order.decided"),
            rows("timeline.added"),
            rows("deal.updated"),
            rows("stage.moved"),
            shown,
        )

    def _counted(self, havoc: Havoc) -> dict[str, int]:
        counts, broken = self._house.steer("GET", "/journal/counts"), self._broken()
        return {
            **havoc.struck,
            "carrier_calls_broken": broken.count("cdek"),
            "batches_broken": broken.count("bitrix24"),
            "events_dropped": counts["bitrix24"].get("event.dropped", 0),
            "callbacks_dropped": counts["cdek"].get("webhook.dropped", 0),
        }
