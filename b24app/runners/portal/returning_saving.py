"""What an act comes to is saved: the return, its journal, what was asked of systems, what is told. All of it belongs to
the transaction in which the act is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from b24app.flows.messages.moments import of_stage
from b24app.flows.returns.effects import Actor, Effect
from b24app.logistics.problem import Problem
from b24app.logistics.returning import ReturnStage
from b24app.runners.portal import returning_shipping
from b24app.runners.portal.return_item import GONE
from b24app.runners.portal.returning_beginning import Begun
from b24app.runners.portal.returning_effects import Asking, Effects, LostError, asking
from b24app.runners.portal.returning_scene import Change, Scene, moved
from b24app.runners.portal.returning_shipping import Shipping
from b24app.runners.portal.returning_words import Words
from b24app.store import outbox, return_items, return_journal, returns, returns_found, triggers
from b24app.store.lanes import LaneRef
from b24app.store.models import GoodsReturn, RefundKind
from b24app.store.refunds import Refund
from b24app.store.return_journal import Moved
from b24app.store.returns import Kept, Written

S = ReturnStage
SHIPS = (Effect.SHIP_REPLACEMENT, Effect.SHIP_BACK)
#: `Wanted.source` of what was done to the item in the CRM: whoever did it is not on a page of ours that shows why not.
CRM = "crm"


@dataclass
class Saver:
    """Saves what one act comes to. `problems` are why it was refused; `wake` are the lanes to wake after the commit."""

    scene: Scene
    people: bool
    problems: tuple[Problem, ...] = ()
    wake: set[LaneRef] = field(default_factory=set)

    # --- a new one ---------------------------------------------------------------------------------------------------

    def begin(self, begun: Begun) -> Kept | None:
        """None = none begins. Raises LostError."""
        scene, case = self.scene, begun.case
        if case is None:
            self.problems = begun.refused
            return None
        wanted = scene.act.wanted
        kept = returns.begin(
            scene.session, scene.turn, case, by=wanted.by, name=wanted.name, now=scene.now, item_id=begun.item_id,
            client=begun.client, tracking=begun.tracking,
        )  # fmt: skip
        kept = self._kept(kept, Change(case, open=begun.open, way=begun.way, decided=begun.decided))
        self._journal(kept, None, begun.wanted, begun.open if case.stage is not begun.wanted else (), begun.why)
        asked = asking(scene, case, begun.way, kept.id, begun.effects)
        words = Words(scene, case)
        words.entry(f"moved.{S.REQUESTED}" if case.stage is S.REQUESTED else "began", goods=words.goods)
        if case.stage is not S.REQUESTED:
            words.entry(f"moved.{case.stage}", who=wanted.name)
            self._fire(kept)
        if wanted.actor is Actor.SYSTEM:
            words.bell("began", goods=words.goods)
        self._heard(words, begun.open)
        return self._follow(kept, begun.effects, asked, Shipping(), words)

    # --- one that is there -------------------------------------------------------------------------------------------

    def change(self, kept: Kept, change: Change) -> Kept:
        """The return as it stands then. Raises LostError, ChangedMeanwhileError."""
        asked = asking(self.scene, change.case, change.way or kept.way, kept.id, change.effects)
        ships = next((each for each in change.effects if each in SHIPS), None)
        shipping = returning_shipping.plan(self.scene, change.case, ships) if ships is not None else Shipping()
        refused = change.refused or asked.refused or shipping.problems
        if refused:
            return self._refuse(kept, change, refused)
        if shipping.number:
            change = replace(change, replacement=shipping.number)
        was = kept.case.stage
        kept = self._kept(kept, self._left_out(kept, change, asked))
        words = Words(self.scene, kept.case)
        if change.wanted is not None:
            self._journal(kept, was, change.wanted, (), change.why)
        if kept.case.stage is not was:
            self._say(words, kept, change, shipping)
            self._fire(kept)
        self._heard(words, change.open or ())
        kept = self._follow(kept, change.effects, asked, shipping, words, change, was)
        return self._then(kept, change.then) if change.then is not None else kept

    def _then(self, kept: Kept, to: ReturnStage) -> Kept:
        """What follows of itself, unless something speaks against it."""
        after = moved(self.scene, kept, kept.case, to)
        return kept if after.refused else self.change(kept, after)

    def _refuse(self, kept: Kept, change: Change, refused: tuple[Problem, ...]) -> Kept:
        """Nothing happens; where nobody is there who reads why, it stays with the return until it goes on."""
        self.problems = refused
        if change.wanted is not None:
            self._journal(kept, kept.case.stage, change.wanted, refused, change.why)
        if not self._unattended:
            return kept
        open_ = _once((*kept.problems, *refused))
        kept = self._kept(kept, Change(kept.case, open=open_, tracking=change.tracking))
        words = Words(self.scene, kept.case)
        if self.scene.act.wanted.source != CRM:  # there the item says why, to whoever moved it
            self._heard(words, refused)
        return self._follow(kept, (), Asking(), Shipping(), words, was=kept.case.stage)

    @property
    def _unattended(self) -> bool:
        wanted = self.scene.act.wanted
        return wanted.actor in (Actor.SYSTEM, Actor.AUTOMATION) or wanted.source == CRM

    # --- rows --------------------------------------------------------------------------------------------------------

    def _kept(self, kept: Kept, change: Change) -> Kept:
        scene, wanted = self.scene, self.scene.act.wanted
        for code in change.tracking:
            returns_found.track(scene.session, scene.run.portal.id, kept.id, code)
        if change.open is not None:
            change = replace(change, open=_once((*self._of_item(kept), *change.open)))
        if _says_nothing(kept, change):
            return kept
        written: Written = returns.save(
            scene.session, scene.run.portal.id, kept, change.case, by=wanted.by, name=change.counter or wanted.name,
            now=scene.now, decided=change.decided, way=change.way, problems=change.open,
            replacement=change.replacement, turn=scene.turn,
        )  # fmt: skip
        if not written.done:
            raise LostError
        return written.kept

    def _of_item(self, kept: Kept) -> tuple[Problem, ...]:
        """That its item was deleted stays true until there is another one, wherever the return goes."""
        told = tuple(each for each in kept.problems if each.code == GONE)
        gone = told and return_items.seen(self.scene.session, self.scene.run.portal.id, [kept.id])[kept.id].gone
        return told if gone else ()

    def _left_out(self, kept: Kept, change: Change, asked: Asking) -> Change:
        if not asked.left_out:
            return change
        found = (*(change.open if change.open is not None else kept.problems), *asked.left_out)
        return replace(change, open=_once(found))

    def _journal(
        self, kept: Kept, was: ReturnStage | None, to: ReturnStage, problems: Sequence[Problem], why: str
    ) -> None:
        wanted, now = self.scene.act.wanted, self.scene.now
        row = Moved(
            now, wanted.actor, was, to, kept.case.stage, wanted.by, wanted.name, wanted.source, why, tuple(problems)
        )
        return_journal.add(self.scene.session, self.scene.run.portal.id, kept.id, row)

    def _say(self, words: Words, kept: Kept, change: Change, shipping: Shipping) -> None:
        case, name = kept.case, self.scene.act.wanted.name
        owed = case.settled.owed if case.settled is not None and case.is_paid else None
        words.entry(
            f"moved.{case.stage}", who=name, why=change.why, owed=owed, refunded=case.refunded,
            shipment=shipping.number or kept.replacement, goods=words.goods,
        )  # fmt: skip

    def _fire(self, kept: Kept) -> None:
        """The portal's automation may wait for this stage."""
        scene, moment = self.scene, of_stage(kept.case.stage)
        row = scene.session.get_one(GoodsReturn, kept.id)
        lane = triggers.of_return(scene.session, scene.run.portal, moment, row, scene.now, scene.trace_id)
        self.wake |= {lane} if lane is not None else set()

    def _heard(self, words: Words, problems: Sequence[Problem]) -> None:
        """The responsible hears what nobody who is there is told."""
        if self._unattended or self.scene.act.wanted.actor is Actor.CUSTOMER:
            for problem in problems:
                words.problem(problem)

    def _follow(
        self,
        kept: Kept,
        effects: Sequence[Effect],
        asked: Asking,
        shipping: Shipping,
        words: Words,
        change: Change | None = None,
        was: ReturnStage | None = None,
    ) -> Kept:
        """Everything that goes with the saved return, its item in the CRM included."""
        scene = self.scene
        doing = Effects(scene, kept, words, asked, shipping.number)
        if change is not None and change.paid is not None:
            wanted = scene.act.wanted
            paid = Refund(
                f"act:{scene.act.id}", RefundKind.PAID, change.paid, scene.now, wanted.by, wanted.name, change.why
            )
            doing.paid(paid)
        doing.carry_out(effects)
        doing.money()
        if kept.case.stage is not was:
            doing.received()
        self.wake |= doing.wake | returning_shipping.save(scene, shipping)
        now, trace_id = scene.now, scene.trace_id
        if words.things:
            outbox.add(scene.session, scene.run.portal.id, words.things, now=now, trace_id=trace_id)
        why = f"act{scene.act.id}" if self.problems else ""
        portal = scene.run.portal
        return_items.queue(scene.session, portal, doing.kept, now=now, trace_id=trace_id, people=self.people, why=why)
        return doing.kept


def _once(found: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple({each.key: each for each in found}.values())


def _says_nothing(kept: Kept, change: Change) -> bool:
    """Old news, told again: nobody has to look at the return anew."""
    rows = (change.way, change.decided, change.replacement)
    same_open = change.open is None or change.open == kept.problems
    return change.case == kept.case and same_open and not any(each is not None for each in rows)
