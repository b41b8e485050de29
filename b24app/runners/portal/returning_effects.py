"""What a saved change of a return sets going (`flows.returns.effects`), as rows beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from b24app.flows.messages.moments import Moment, of_stage
from b24app.flows.returns.effects import Effect
from b24app.flows.returns.requests import receipt_request, return_request
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.ways import warehouse_of
from b24app.flows.snapshot import RETURNED, Defaults, Role
from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import Refused
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Return, ReturnStage
from b24app.logistics.warehouse import ReceiptRequest
from b24app.runners import tell
from b24app.runners.portal import returning_telling
from b24app.runners.portal.returning_reading import sent_of
from b24app.runners.portal.returning_scene import Scene
from b24app.runners.portal.returning_words import Words
from b24app.store import refunds, return_errands, return_sums, triggers
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, ErrandKind, GoodsReturn, RefundKind
from b24app.store.refunds import Refund
from b24app.store.returns import Kept


class LostError(Exception):
    """Somebody else wrote to the return meanwhile: look again."""


# --- what systems are asked -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asking:
    """What accounts are to be asked once the return is saved. `refused`: the act cannot be; `left_out`: it can, but a
    person has to see to this."""

    collection: tuple[int, ReturnRequest] | None = None
    receipt: tuple[int, ReceiptRequest] | None = None
    refused: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()


def asking(scene: Scene, case: Return, way: Way | None, return_id: int, effects: Sequence[Effect]) -> Asking:
    """Before anything is saved: a carrier that cannot be asked is the act's refusal."""
    collection: tuple[int, ReturnRequest] | None = None
    receipt: tuple[int, ReceiptRequest] | None = None
    left_out: tuple[Problem, ...] = ()
    sent = sent_of(scene.rows)
    defaults = Defaults.from_json((scene.run.portal.settings or {}).get("defaults", {}))
    if Effect.BOOK_COLLECTION in effects and way is not None:
        number = _number(scene, return_id, ErrandKind.COLLECTION, case)
        try:
            request = return_request(case, scene.basis, way, number, sent, defaults)
        except Refused as error:
            return Asking(refused=tuple(error.problems))
        collection = (way.connection_id, request)
    account = warehouse(scene)
    if Effect.EXPECT_RECEIPT in effects and account is not None:
        number = _number(scene, return_id, ErrandKind.RECEIPT, case)
        track = way.tracking if way is not None else ""
        try:
            reason = _reason(scene, case)
            expected = receipt_request(
                case, scene.basis, number, tracking=track, sent=sent, connection_id=account.id, reason=reason,
                defaults=defaults,
            )  # fmt: skip
        except Refused as error:
            left_out = tuple(error.problems)
        else:
            receipt = (account.id, expected)
    elif Effect.EXPECT_RECEIPT in effects:
        left_out = (Problem("return_warehouse_unclear", Field.ACCOUNT, Who.ADMIN),)
    return Asking(collection, receipt, left_out=left_out)


def _number(scene: Scene, return_id: int, kind: ErrandKind, case: Return) -> str:
    return return_errands.next_number(scene.session, return_id, kind, case.number)


def _reason(scene: Scene, case: Return) -> str:
    codes = dict.fromkeys(line.reason for line in case.lines if line.reason)
    return "; ".join(scene.rules.reason(code, scene.run.portal.language) for code in codes)


def warehouse(scene: Scene) -> Connection | None:
    """Where goods that come back are expected; None = nobody says where."""
    ready = {each.id: each for each in scene.warehouses}
    return ready.get(warehouse_of(scene.rules, sent_of(scene.rows), ready))


# --- carrying out -----------------------------------------------------------------------------------------------------


@dataclass
class Effects:
    """`wake` are the lanes to wake after the commit. `kept` is the return as it is saved."""

    scene: Scene
    kept: Kept
    words: Words
    asking: Asking
    shipment: str = ""
    wake: set[LaneRef] = field(default_factory=set)

    def carry_out(self, effects: Sequence[Effect]) -> None:
        """In their order. Raises LostError."""
        for effect in effects:
            step = _STEPS.get(effect)
            if step is not None:
                step(self)
        for problem in self.asking.left_out:
            self.words.problem(problem)

    def book(self) -> None:
        if self.asking.collection is not None:
            self._begin(ErrandKind.COLLECTION, *self.asking.collection)

    def expect(self) -> None:
        if self.asking.receipt is not None:
            self._begin(ErrandKind.RECEIPT, *self.asking.receipt)
        elif self.kept.case.stage is ReturnStage.RECEIVED:
            self.words.bell("count")

    def _begin(self, kind: ErrandKind, account: int, request: ReturnRequest | ReceiptRequest) -> None:
        scene = self.scene
        lane = return_errands.begin(
            scene.session, scene.run.portal.id, self.kept.id, account, kind, request, now=scene.now,
            trace_id=scene.trace_id,
        )  # fmt: skip
        self.wake.add(lane)

    def cancel_collection(self) -> None:
        way = self.kept.way
        if not self._call_off(ErrandKind.COLLECTION) and way is not None and way.kind is WayKind.BY_HAND:
            self.words.entry("call_off_by_hand")

    def cancel_receipt(self) -> None:
        self._call_off(ErrandKind.RECEIPT)

    def _call_off(self, kind: ErrandKind) -> bool:
        """Those that ran before this act."""
        scene = self.scene
        mine = [each for each in scene.errands.get(self.kept.id, ()) if each.kind is kind and each.is_open]
        for errand in mine:
            lane = return_errands.call_off(scene.session, scene.run.portal.id, errand.id, scene.now)
            self.wake |= {lane} if lane is not None else set()
        return bool(mine)

    def label(self) -> None:
        """Once for each number that the carrier gave; before that there is nothing to tell."""
        way = self.kept.way
        for errand in self.scene.errands.get(self.kept.id, ()):
            code = errand.order_number or errand.tracking_number
            if errand.kind is ErrandKind.COLLECTION and errand.is_open and code:
                self._fire_label(f"{errand.id}.{code}")
                if self._told(Moment.RETURN_LABEL, f"{errand.id}.{code}"[:40]):
                    continue
                point = way.point_code if way is not None else ""
                self.words.to_client("label", f"label.{errand.id}.{code}"[:40], code=code, point=point)

    def _fire_label(self, part: str) -> None:
        scene, portal = self.scene, self.scene.run.portal
        row = scene.session.get_one(GoodsReturn, self.kept.id)
        how = (Moment.RETURN_LABEL, row, scene.now, scene.trace_id)
        lane = triggers.of_return(scene.session, portal, *how, part=part)
        self.wake |= {lane} if lane is not None else set()

    def received(self) -> None:
        """The client hears that the goods have arrived; nothing stands ready for a manager to send."""
        if self.kept.case.stage is ReturnStage.RECEIVED:
            self._told(Moment.RETURN_RECEIVED)

    def _told(self, moment: Moment | None, part: str = "") -> bool:
        """Whether a message goes to the client."""
        if moment is None or not returning_telling.goes(self.scene, moment):
            return False
        lane = returning_telling.note(self.scene, self.kept, moment, part)
        self.wake |= {lane} if lane is not None else set()
        return True

    def propose(self) -> None:
        """To a person: nobody is paid by us. The same sum is not proposed twice in a row."""
        scene, line = self.scene, self.scene.looked(self.kept, self.kept.case).line
        if line is None or not line.left:
            return
        former = [each for each in self._refunds() if each.kind is RefundKind.PROPOSED]
        if former and former[-1].amount == line.left:
            return
        proposed = Refund(f"proposed:{scene.act.id}", RefundKind.PROPOSED, line.left, scene.now)
        self._add(proposed)
        self.words.bell("refund", amount=line.left)

    def _refunds(self) -> tuple[Refund, ...]:
        return refunds.of_return(self.scene.session, self.scene.run.portal.id, self.kept.id)

    def _add(self, refund: Refund) -> None:
        written = refunds.add(self.scene.session, self.scene.run.portal.id, self.kept, refund, self.scene.now)
        if not written.done:
            raise LostError
        self.kept = written.kept

    def paid(self, refund: Refund) -> None:
        self._add(refund)

    def money(self) -> None:
        """The deal's own fields for it, and those of its invoice, where the portal has any and the sums are others than
        before."""
        scene, case = self.scene, self.kept.case
        mapped = [role for role in RETURNED if scene.run.names.api(role)]
        before = sums_of(scene.turn.cases)
        after = sums_of([*scene.others(case.number), case])
        if before == after or self.words.is_gone:
            return
        marker = f"{case.number}:{scene.act.id}:{self.kept.version}"
        if return_sums.chosen(scene.run.portal.settings):
            told = (scene.run.portal.id, case.deal_id, after, marker, scene.now, scene.trace_id)
            self.wake.add(return_sums.tell(scene.session, *told))
        if mapped:
            fields = {role: after[role] if after is not None else None for role in mapped}
            self.words.things.append(tell.update(case.deal_id, marker, fields))

    def tell_client(self) -> None:
        case, wanted = self.kept.case, self.scene.act.wanted
        if wanted.actor.value != "customer" and not self._told(of_stage(case.stage)):
            self.words.to_client(case.stage.value, refunded=case.refunded, why=wanted.given.get("why"))


def sums_of(cases: Sequence[Return]) -> dict[Role, Money] | None:
    """What is owed for all returns of a deal that are inspected, and what of it went back; None = for nothing yet."""
    counted = [case for case in cases if case.stage.is_counted and case.settled is not None]
    owed = [case.settled.owed for case in counted if case.settled is not None and case.is_paid]
    paid = [case.refunded for case in counted if case.refunded is not None]
    currencies = {money.currency for money in (*owed, *paid)}
    if len(currencies) != 1:
        return None
    currency = currencies.pop()
    return {
        Role.RETURN_OWED: Money(sum(money.minor for money in owed), currency),
        Role.RETURN_PAID: Money(sum(money.minor for money in paid), currency),
    }


_STEPS: Mapping[Effect, Callable[[Effects], None]] = {
    Effect.ASK_DECISION: lambda mine: mine.words.bell("decide"),
    Effect.TELL_CUSTOMER: Effects.tell_client,
    Effect.BOOK_COLLECTION: Effects.book,
    Effect.SEND_LABEL: Effects.label,
    Effect.CANCEL_COLLECTION: Effects.cancel_collection,
    Effect.EXPECT_RECEIPT: Effects.expect,
    Effect.CANCEL_RECEIPT: Effects.cancel_receipt,
    Effect.ASK_COUNT: lambda mine: mine.words.bell("count"),
    Effect.ASK_OUTCOME: lambda mine: mine.words.bell("outcome"),
    Effect.PROPOSE_REFUND: Effects.propose,
    Effect.WRITE_OFF: lambda mine: mine.words.entry("written_off", goods=mine.words.goods),
    Effect.SHIP_BACK: lambda mine: mine.words.entry("sent_back", shipment=mine.shipment),
}
