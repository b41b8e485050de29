"""A fault run of returns: a robot begins one of every delivered deal while everything breaks, managers choose how they
travel, CDEK brings them back, MoySklad inspects them, people pay; judged by the sandbox's journal."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import requests
from sqlalchemy import func, select

from b24app.bitrix24.smart_process import field_name
from b24app.demo.accounts import connect_all
from b24app.demo.house import House
from b24app.demo.person import PageFailedError
from b24app.demo.returners import Automation, Desk
from b24app.demo.setting_up import set_up
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.way import WayKind
from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status
from b24app.store import portals, return_errands, return_process, returns, shipments
from b24app.store.engine import read_scope
from b24app.store.models import ErrandKind, ErrandState, OutboxRow
from b24app.store.return_errands import Errand
from b24app.store.returns import Kept
from install.wanted_returns import FIELDS
from tests.faults.driven import LOOK_S, Driven, Orders, Say, Verdict, deployed
from tests.faults.havoc import Havoc
from tests.faults.journal import RETURN_KINDS
from tests.faults.judge import Finding
from tests.faults.judge_returns import ReturnCase, ReturnEvidence, judge_returns
from tests.faults.run import MANAGER
from tests.faults.scale import Scale

S = ReturnStage
SYSTEMS = ("bitrix24", "cdek", "moysklad", "tiles")
ARTICLE, PIECES = "KM-GR-H", 2
#: The emulated carrier's pauses; how long the deals may take to be delivered in peace.
STEP_S, DELIVERED_S, FINISH_S = 0.5, 400.0, 120.0
#: Off the price of a piece that comes back damaged: the usual rule of a portal.
LESS = Decimal("0.2")


@dataclass
class _Return:
    """What its people have done so far, by deal."""

    deal_id: int
    workflow: str = ""
    done: set[str] = field(default_factory=set)


def run_returns(scale: Scale, orders: Orders, var: Path, say: Say) -> Verdict:
    """Raises what the deployment raises when it cannot even be started."""
    with deployed(scale, orders, var, SYSTEMS) as house:
        return ReturnRun(house, scale, orders, say).run()


class ReturnRun(Driven):
    """People work through our pages; a page that fails is pressed again."""

    def __init__(self, house: House, scale: Scale, orders: Orders, say: Say) -> None:
        super().__init__(house, scale, orders, say, RETURN_KINDS)
        self._robots = Automation(house.steer, self._base)
        self._rng = random.Random(orders.seed)
        self._returns: dict[int, _Return] = {}
        self._prices: dict[int, int] = {}
        self._account = 0

    # --- before ------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Deals that are shipped and delivered in peace."""
        steer = self._house.steer
        carrier = {"unique_numbers": self._orders.unique_numbers, "decision_min": 0.1, "decision_max": 0.3}
        steer("POST", "/cdek/settings", {**carrier, "step_seconds": STEP_S, "seed": self._orders.seed})
        steer("POST", "/cdek/overrides", {"match": {}, "route": "door"})
        trigger = set_up(steer, self._member, self._house.addresses["cdek"]["accounts"][0]).triggers[0]
        accounts = connect_all(self._house, self._member, ["moysklad"], self._parts)
        self._account = accounts["cdek"]
        ids = list(steer("POST", f"{self._base}/bulk", {"count": self._scale.deals})["deals"])
        product = int(steer("GET", f"{self._base}/goods/{ARTICLE}")["id"])
        for at, deal_id in enumerate(ids):
            # Halves that do not come out even, so that a kopeck lost would show.
            self._prices[deal_id] = 100_001 + 2 * at
            price = str(Decimal(self._prices[deal_id]) / 100)
            row = {"productId": product, "price": price, "quantity": PIECES}
            steer("POST", f"{self._base}/rows", {"id": deal_id, "rows": [row]})
        self._returns = {deal_id: _Return(deal_id) for deal_id in ids}
        self._waiting = list(ids)
        time.sleep(2 * LOOK_S)
        steer("POST", f"{self._base}/move", {"deals": ids, "stage": trigger, "user": MANAGER})
        self._await(self._all_delivered, DELIVERED_S, "the deals were not delivered in peace")
        # Calls of the carrier and of the warehouse, and the portal's batches.
        self._break(("cdek", {}), ("moysklad", {}), ("bitrix24", {"path": "/rest/*batch*"}))

    def _all_delivered(self) -> bool:
        with read_scope(self._parts.sessions) as session:
            portal = portals.by_member(session, self._member)
            rows = shipments.of_deals(session, portal.id, list(self._returns)) if portal is not None else {}
        return all(found and found[-1].status == Status.DELIVERED for found in rows.values())

    # --- havoc -------------------------------------------------------------------------------------------------------

    def _burst(self) -> Havoc:
        """People go about their work in a thread of their own: a page that hangs must not stop what befalls it."""
        began = time.monotonic()
        havoc = Havoc(self._house, self._scale, self._orders.seed)
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(self._people)
            while time.monotonic() - began < self._scale.burst_s:
                havoc.step()
                self._begin_some()
                if work.done():
                    work.result()
                    if havoc.over and self._complete():
                        break
                    work = pool.submit(self._people)
                time.sleep(0.05)
        work.result()
        self._seconds["havoc"] = time.monotonic() - began
        return havoc

    def _begin_some(self) -> None:
        """The portal's automation reaches the next deals."""
        now = time.monotonic()
        if self._waiting and now >= self._next_wave:
            wave, self._waiting = self._waiting[: self._scale.wave], self._waiting[self._scale.wave :]
            for deal_id in wave:
                self._returns[deal_id].workflow = self._robots.start(deal_id)
            self._next_wave = now + self._scale.wave_s

    def _people(self) -> None:
        """Everybody does what is to be done now. A page that fails is left for the next look, with the same key."""
        time.sleep(LOOK_S)
        kept, errands, lost = self._known()
        for mine in self._returns.values():
            if mine.workflow and mine.deal_id not in kept and mine.workflow in lost:
                self._send_again(mine)
            elif mine.deal_id in kept:
                try:
                    self._person(mine, kept[mine.deal_id], errands.get(kept[mine.deal_id].id, []))
                except (requests.RequestException, PageFailedError) as error:
                    self._say(f"  deal {mine.deal_id}: {error}")
        self._journal.read()
        stages = [each.case.stage.value for each in kept.values()]
        self._say(f"  begun {len(kept)}: {', '.join(f'{stages.count(each)} {each}' for each in sorted(set(stages)))}")

    def _known(self) -> tuple[dict[int, Kept], dict[int, list[Errand]], set[str]]:
        """By deal, and by return; and the workflows whose POST nobody took."""
        with read_scope(self._parts.sessions) as session:
            portal = portals.by_member(session, self._member)
            if portal is None:
                return {}, {}, set()
            rows = returns.of_deals(session, portal.id, list(self._returns))
            kept = {deal_id: found[0] for deal_id, found in rows.items() if found}
            errands = return_errands.of_returns(session, portal.id, [each.id for each in kept.values()])
        path = f"/journal?system=bitrix24&kind=robot.sent&portal={self._member}"
        sent = self._house.steer("GET", path)["entries"]
        taken = {row["key"] for row in sent if row["data"]["status"] == 200}
        return kept, errands, {row["key"] for row in sent} - taken

    def _send_again(self, mine: _Return) -> None:
        """Its queue server found nobody: pages die too, and such a workflow would wait for ever (§7.2 names no second
        try). Here it is given one, so that what follows is tried for every deal."""
        self._house.steer("POST", f"{self._base}/workflow/{mine.workflow}/send-again", {})

    def _person(self, mine: _Return, kept: Kept, errands: list[Errand]) -> None:
        """The next thing that a person does about it, once (a press that is repeated has the same key)."""
        stage = kept.case.stage
        if stage is S.APPROVED and kept.way is None:
            self._desk(kept).choose(WayKind.COURIER, self._account, key=f"way-{kept.id:08}")
        receipt = next((each for each in errands if each.kind is ErrandKind.RECEIPT), None)
        arrived = stage in (S.IN_TRANSIT, S.RECEIVED)
        if arrived and receipt is not None and receipt.state is ErrandState.LIVE and "inspected" not in mine.done:
            lines = [{"sku": ARTICLE, "accepted": PIECES - 1, "damaged": 1}]
            self._house.steer("POST", f"/moysklad/receipts/{receipt.number}/inspect", {"lines": lines})
            mine.done.add("inspected")
        settled = kept.case.settled
        if stage is S.INSPECTED and settled is not None:
            desk = self._desk(kept)
            desk.press("outcome", outcome="refund", key=f"end-{kept.id:08}")
            desk.press("paid", sum=str(settled.owed.amount), note="", key=f"paid-{kept.id:08}")
        if stage is S.REFUNDED:
            self._desk(kept).press("move", to=S.CLOSED.value, key=f"close-{kept.id:08}")

    def _desk(self, kept: Kept) -> Desk:
        return Desk.open(self._house.steer, self._base, kept.case.deal_id, kept.id)

    # --- afterwards --------------------------------------------------------------------------------------------------

    def _settle(self, havoc: Havoc) -> None:
        began = time.monotonic()
        self._heal()
        while self._waiting:
            self._begin_some()
            time.sleep(0.05)
        havoc.heal()
        for seconds in self._scale.nights_s:
            self._await_end()
            complete = self._complete()
            self._night(seconds)
            if complete:
                break
        self._await_end()
        self._finish()
        self._seconds["settling"] = time.monotonic() - began

    def _finish(self) -> None:
        """Until nothing is left to be written to the portal. This only says when to look, never what is found."""
        end = time.monotonic() + FINISH_S
        while time.monotonic() < end:
            with read_scope(self._parts.sessions) as session:
                if not session.scalar(select(func.count(OutboxRow.next_try_at))):
                    return
            self._await_silence()

    def _await_end(self) -> None:
        """Until every return is closed, or nothing has happened for a while: then somebody waits for a later hour."""
        last = time.monotonic()
        while not self._complete() and not self._is_silent(last, 2 * self._scale.patience_s):
            self._house.supervisor.tick()
            before = self._said()
            self._people()
            last = time.monotonic() if self._said() != before else last

    def _said(self) -> int:
        return sum(len(self._journal.of(kind)) for _, kind in (*RETURN_KINDS, ("", "stage.moved")))

    def _complete(self) -> bool:
        kept, _, _ = self._known()
        closed = [each for each in kept.values() if each.case.stage is S.CLOSED and each.item_id is not None]
        return len(closed) == len(self._returns) and len(self._journal.of("robot.answered")) >= len(self._returns)

    # --- evidence ----------------------------------------------------------------------------------------------------

    def _judged(self) -> list[Finding]:
        return judge_returns(self._case(), self._evidence())

    def _process(self) -> ReturnProcess:
        with read_scope(self._parts.sessions) as session:
            portal = portals.by_member(session, self._member)
        process = return_process.Kept.of(portal.settings).process if portal is not None else None
        if process is None:
            raise RuntimeError("the portal has no smart process for returns")
        return process

    def _case(self) -> ReturnCase:
        process = self._process()
        fields = {each.value: field_name(process.type, code) for each, (code, *_) in FIELDS.items()}
        owed = {deal_id: _owed(price) for deal_id, price in self._prices.items()}
        return ReturnCase(frozenset(self._returns), owed, process.entity, process.stages[S.CLOSED], fields)

    def _evidence(self) -> ReturnEvidence:
        self._journal.read()
        rows = self._journal.of
        entity = self._process().entity
        added = [row for row in rows("item.added") if row["data"]["entity_type_id"] == entity]
        path = f"{self._base}/item/{entity}"
        items = [self._house.steer("GET", f"{path}/{row['key']}")["item"] for row in added]
        workflows: dict[int, Mapping[str, str]] = {
            mine.deal_id: self._robots.answer(mine.workflow) or {} for mine in self._returns.values()
        }
        ordered = [row for row in rows("order.accepted") if "-R" in str(row["key"])]
        return ReturnEvidence(
            turned_round=rows("order.return_created"),
            ordered=[{**row, "key": str(row["key"]).replace("-R", "-")} for row in ordered],
            receipts=[{**row, "key": str(row["key"]).replace("-R", "-")} for row in rows("receipt.accepted")],
            added=added,
            moved=rows("stage.moved"),
            timeline=rows("timeline.added"),
            answered=rows("robot.answered"),
            items=items,
            workflows=workflows,
        )

    def _counted(self, havoc: Havoc) -> dict[str, int]:
        broken = self._broken()
        return {
            **havoc.struck,
            "carrier_calls_broken": broken.count("cdek"),
            "warehouse_calls_broken": broken.count("moysklad"),
            "batches_broken": broken.count("bitrix24"),
        }


def _owed(price: int) -> Decimal:
    """Two pieces of this price (kopecks): one as new, one damaged, rounded once for the pieces found alike."""
    damaged = (Decimal(price) * (1 - LESS)).quantize(Decimal(1), "ROUND_HALF_UP")
    return (Decimal(price) + damaged) / 100
