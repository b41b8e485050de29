"""What comes back of the chains' and the carriers' deals: a return ordered at a carrier (or arranged by hand where it
has no such call), expected and inspected in each warehouse, its money settled; and parcels that nobody took, which come
back by themselves and are counted by a clerk with a phone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from b24app.demo.chains import ARTICLE, BARNS, PIECES, Chains, Linked
from b24app.demo.house import House
from b24app.demo.returners import Automation, Desk
from b24app.demo.six import Six
from b24app.demo.teller import STEP_S, Say
from b24app.flows.returns.way import WayKind
from b24app.logistics.returning import ReturnOrigin, ReturnStage
from b24app.parts import Parts
from b24app.store import portals, return_errands, returns
from b24app.store.engine import read_scope
from b24app.store.models import ErrandKind, ErrandState, Portal
from b24app.store.return_errands import Errand
from b24app.store.return_process import Kept as Process
from b24app.store.returns import Kept
from b24app.systems import discover

S = ReturnStage
WAIT_S, STEPS = 90.0, 120
HEAD = ("return", "begun by", "comes back by", "counted by", "stage", "as new/damaged", "owed", "")


@dataclass
class Comeback:
    """One return: who began it, how it travels, who counts it, where it has to end, and what became of it."""

    deal_id: int
    begun: str
    carrier: str
    counter: str
    wanted: ReturnStage
    way: WayKind
    warehouse: str = ""
    connection_id: int = 0
    kept: Kept | None = None
    errands: tuple[Errand, ...] = ()
    item_stage: str = ""

    @property
    def stage(self) -> str:
        return self.kept.case.stage.value if self.kept is not None else "–"

    def counted(self, condition: str) -> Decimal:
        found = self.kept.case.counted if self.kept is not None else ()
        return sum((each.quantity for each in found if each.condition == condition), Decimal(0))

    @property
    def wrong(self) -> str:
        """What is not as it should be; empty = everything is."""
        kept = self.kept
        if kept is None:
            return "NO RETURN"
        orders = [each for each in self.errands if each.kind is ErrandKind.COLLECTION and each.remote_id]
        receipts = [each for each in self.errands if each.kind is ErrandKind.RECEIPT and each.remote_id]
        asked = sum((line.asked for line in kept.case.lines), Decimal(0))
        found = sum((each.quantity for each in kept.case.counted), Decimal(0))
        checks = {
            f"EXPECTED {self.wanted}": kept.case.stage is self.wanted,
            "NO ORDER AT THE CARRIER": len(orders) == (1 if self.way.is_ordered else 0),
            "NO RECEIPT IN THE WAREHOUSE": len(receipts) == (1 if self.warehouse else 0),
            "NOT ALL COUNTED": asked > 0 and found == (asked if self.wanted.is_counted else 0),
            "NO ITEM IN THE PORTAL": kept.item_id is not None,
            f"ITEM IN {self.item_stage}": self.item_stage == self.wanted,
        }
        return next((said for said, holds in checks.items() if not holds), "")


class Returns:
    """Tells it on the portals of the carriers and of the chains, once all their parcels have come to their ends."""

    def __init__(self, house: House, say: Say, six: Six, chains: Chains) -> None:
        self._house, self._say, self._six, self._chains = house, say, six, chains
        self._parts = Parts.open(house.settings())
        self.stories: list[Comeback] = []

    def tell(self) -> bool:
        """Whether all of it came as it should."""
        self._begin()
        self._travel()
        self._count()
        self._settle()
        self._look()
        self._say(draw(self.stories))
        good = sum(not story.wrong for story in self.stories)
        self._say(f"{good} of {len(self.stories)} returns ended as they should.")
        return good == len(self.stories)

    # --- beginning ----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """The portal's automation begins one of a deal of each warehouse; those that nobody took have begun already."""
        self._say("Clients want to send goods back: a robot of the portal begins their returns…")
        self.stories = [*self._wanted_back(), *self._not_taken()]
        self._order_in_sap()
        robots = Automation(self._house.steer, self._chains.base)
        runs = {story.deal_id: robots.start(story.deal_id) for story in self._of(self._chains)}
        if not self._wait(lambda: all(robots.answer(run) for run in runs.values())):
            self._say("  a workflow of the portal got no answer")
        self._wait(lambda: all(story.kept for story in self._looked()))
        for story in self._of(self._chains):
            if story.kept is not None and story.kept.case.stage is not S.APPROVED:
                said = ", ".join(each.code for each in story.kept.problems)
                self._say(f"  the return of deal {story.deal_id} was not approved: {said}")

    def _order_in_sap(self) -> None:
        """Sales entered the returns there first, as everything else."""
        for story in self._chains.stories.values():
            if isinstance(story, Linked) and story.barn == "sap_ewm" and story.outcome == "delivered":
                self._house.steer("POST", "/sap_ewm/returns_orders", {"of": story.ours})

    def _wanted_back(self) -> list[Comeback]:
        found: list[Comeback] = []
        accounts = {code: number for number, code in self._chains.systems.items()}
        for deal_id, story in self._chains.stories.items():
            if not isinstance(story, Linked) or story.outcome != "delivered":
                continue
            carrier = BARNS[story.barn].carrier
            takes_back = "Returns" in discover()[carrier].manifest.ports
            way = WayKind.COURIER if takes_back else WayKind.BY_HAND
            name = discover()[story.barn].manifest.title["en"]
            account = accounts[carrier] if takes_back else 0
            found.append(
                Comeback(deal_id, "a robot", carrier, name, S.CLOSED, way, story.barn, account)
            )  # fmt: skip
        return found

    def _not_taken(self) -> list[Comeback]:
        """CDEK's parcel is counted to its end; the others wait for somebody to count them."""
        found = []
        for deal_id, story in self._six.stories.items():
            if story.outcome == "returned":
                system = getattr(story, "system", "")
                mine = system == "cdek"
                wanted = S.CLOSED if mine else S.RECEIVED
                counter = "a clerk's phone" if mine else "nobody yet"
                found.append(Comeback(deal_id, "its tracking", system, counter, wanted, WayKind.OWN))
        return found

    # --- on the way ---------------------------------------------------------------------------------------------------

    def _travel(self) -> None:
        """A manager chooses how each travels; carriers bring them back, the emulated world's clock runs ahead."""
        self._say("Managers choose how the goods travel back…")
        for story in self._of(self._chains):
            if story.kept is not None:
                hand = {"carrier": "Boxberry", "tracking": f"BACK-{story.deal_id}"} if not story.connection_id else {}
                self._desk(story).choose(story.way, story.connection_id, **hand)
        self._wait(lambda: all(self._is_expected(story) for story in self._looked() if story.warehouse))
        for _ in range(STEPS):
            open_ = [story for story in self._looked() if story.way.is_ordered and not self._has_come(story)]
            if not open_:
                break
            # Keys of accounts live for an hour: two leaps within one call would refuse also the fresh one.
            self._house.steer("POST", "/clock", {"advance": STEP_S / 2})
            time.sleep(1.0)
        for story in self._of(self._chains):
            if story.way is WayKind.BY_HAND:
                for stage in (S.IN_TRANSIT, S.RECEIVED):
                    self._move(story, stage)

    def _is_expected(self, story: Comeback) -> bool:
        """The carrier has the order and the warehouse the receipt."""
        done = (ErrandState.LIVE, ErrandState.DONE)
        kinds = {each.kind for each in story.errands if each.state in done}
        return ErrandKind.RECEIPT in kinds and (ErrandKind.COLLECTION in kinds or not story.way.is_ordered)

    @staticmethod
    def _has_come(story: Comeback) -> bool:
        return story.kept is None or story.kept.case.stage.rank >= S.RECEIVED.rank

    # --- counting -----------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        """Warehouses inspect what came: one piece as new, one damaged. A clerk scans the parcel that nobody took."""
        self._say("Warehouses and a clerk count what came…")
        lines = [{"sku": ARTICLE, "accepted": PIECES - 1, "damaged": 1}]
        for story in self._of(self._chains):
            receipt = next((each for each in story.errands if each.kind is ErrandKind.RECEIPT), None)
            if receipt is not None:
                path = f"/{story.warehouse}/receipts/{receipt.number}/inspect"
                self._house.steer("POST", path, {"lines": lines})
        for story in self._of(self._six):
            if story.wanted is S.CLOSED and story.kept is not None:
                phone, kept = self._desk(story).phone(), story.kept
                phone.scan(kept.id, [(line.row, int(line.asked), "as_new") for line in kept.case.lines])
                phone.finish(kept.id)

        def counted() -> bool:
            ends = [story for story in self._looked() if story.wanted is S.CLOSED and story.kept is not None]
            return all(story.kept and story.kept.case.stage.is_counted for story in ends)

        for _ in range(STEPS):
            if self._wait(counted, 3.0):
                return
            self._house.steer("POST", "/clock", {"advance": STEP_S / 2})

    def _settle(self) -> None:
        """A person pays what is owed and says so; then the return is closed."""
        self._say("Money is settled…")
        ends = [story for story in self._looked() if story.wanted is S.CLOSED and story.kept is not None]
        for story in ends:
            settled = story.kept.case.settled if story.kept is not None else None
            self._desk(story).press("outcome", outcome="refund")
            if settled is not None and settled.owed.minor:
                self._desk(story).press("paid", sum=str(settled.owed.amount), note="Demo")
            else:
                self._move(story, S.REFUNDED)
        self._wait(lambda: all(story.stage == S.REFUNDED for story in self._looked(ends)))
        for story in ends:
            self._move(story, S.CLOSED)
        self._wait(lambda: all(not story.wrong for story in self._looked()))

    # --- small --------------------------------------------------------------------------------------------------------

    def _move(self, story: Comeback, to: ReturnStage) -> None:
        if story.kept is None:
            return
        self._desk(story).press("move", to=to.value)
        self._wait(lambda: self._looked([story])[0].stage == to, 20.0)

    def _desk(self, story: Comeback) -> Desk:
        teller = self._teller(story)
        number = story.kept.id if story.kept is not None else 0
        return Desk.open(self._house.steer, teller.base, story.deal_id, number)

    def _teller(self, story: Comeback) -> Six | Chains:
        return self._chains if story.deal_id in self._chains.stories and story.warehouse else self._six

    def _of(self, teller: Six | Chains) -> list[Comeback]:
        return [story for story in self._looked() if self._teller(story) is teller]

    def _looked(self, some: Sequence[Comeback] = ()) -> list[Comeback]:
        """These stories (all, unless some are named), as our store has them now."""
        self._look()
        return list(some or self.stories)

    def _look(self) -> None:
        for teller in (self._six, self._chains):
            mine = [story for story in self.stories if self._teller(story) is teller]
            with read_scope(self._parts.sessions) as session:
                portal = portals.by_member(session, teller.member)
                if portal is None:
                    continue
                found = returns.of_deals(session, portal.id, [story.deal_id for story in mine])
                asked = return_errands.of_returns(
                    session, portal.id, [kept.id for rows in found.values() for kept in rows]
                )
            for story in mine:
                rows = found[story.deal_id]
                # Two of them would be one too many.
                story.kept = rows[0] if len(rows) == 1 else None
                story.errands = tuple(asked[story.kept.id]) if story.kept is not None else ()
                self._item(teller, portal, story)

    def _item(self, teller: Six | Chains, portal: Portal, story: Comeback) -> None:
        """Where its item stands in the portal, as our word for that stage."""
        process = Process.of(portal.settings).process
        if process is None or story.kept is None or story.kept.item_id is None:
            return
        shown = self._house.steer("GET", f"{teller.base}/item/{process.entity}/{story.kept.item_id}")["item"]
        meant = {stage: meaning.value for meaning, stage in process.stages.items()}
        story.item_stage = meant.get(str(shown["stageId"]), str(shown["stageId"]))

    @staticmethod
    def _wait(until: Callable[[], Any], seconds: float = WAIT_S) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until():
                return True
            time.sleep(0.3)
        return False


def draw(stories: Sequence[Comeback]) -> str:
    rows = [HEAD, *(_row(story) for story in stories)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["", lines[0], "  ".join("-" * width for width in widths), *lines[1:], ""])


def _row(story: Comeback) -> tuple[str, ...]:
    kept = story.kept
    titles: Mapping[str, str] = {code: plugin.manifest.title["en"] for code, plugin in discover().items()}
    settled = kept.case.settled if kept is not None else None
    by = {WayKind.OWN: "undelivered", WayKind.BY_HAND: "by hand"}.get(story.way, "return order")
    owed = f"{settled.owed.amount} {settled.owed.currency}" if settled is not None else "–"
    begun = story.begun
    if kept is not None and (story.begun == "its tracking") is not (kept.case.origin is ReturnOrigin.TRACKING):
        begun = f"{kept.case.origin.value}?"
    return (
        kept.case.number if kept is not None else f"deal {story.deal_id}",
        begun,
        f"{titles.get(story.carrier, story.carrier)}, {by}",
        story.counter,
        story.stage,
        f"{story.counted('as_new'):f}/{story.counted('damaged'):f}",
        owed,
        story.wrong or "as it should",
    )
