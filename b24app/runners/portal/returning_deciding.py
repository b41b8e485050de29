"""What people, robots and the client want of a return that is there (`store.return_acts.ActKind`), as changes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from b24app.flows.returns import moves
from b24app.flows.returns.effects import Effect
from b24app.flows.returns.quantities import Wish, lines_of, rooms_of
from b24app.flows.returns.way import Way
from b24app.logistics.jsonable import load
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Agreed, DeliveryCost, Outcome, Return, ReturnStage, Signed
from b24app.runners.portal import returning_counting
from b24app.runners.portal.returning_scene import Change, Scene, moved, settled
from b24app.store.models import ConnectionState
from b24app.store.return_acts import ActKind
from b24app.store.returns import Kept

S = ReturnStage
Decide = Callable[[Scene, Kept], Change]
#: Where the rows of a return may still be others.
_OPEN = (S.REQUESTED, S.APPROVED)
#: Where they may be said at all: of what comes back by itself nobody may have told what it is.
_UNSAID = (*_OPEN, S.IN_TRANSIT, S.RECEIVED)
#: Where it may still be chosen how it ends, and how its goods travel.
_UNDECIDED = (S.REQUESTED, S.APPROVED, S.COLLECTION_BOOKED, S.IN_TRANSIT, S.RECEIVED, S.INSPECTED)
_TO_TRAVEL = (S.REQUESTED, S.APPROVED, S.COLLECTION_BOOKED, S.IN_TRANSIT)


def decide(scene: Scene, kept: Kept) -> Change:
    """Raises KeyError, TypeError, ValueError for an act that says nothing of the kind it is of."""
    return _BY_KIND[scene.act.wanted.kind](scene, kept)


def _given(scene: Scene) -> Mapping[str, Any]:
    return scene.act.wanted.given


def _no(case: Return, code: str, field: Field = Field.STAGE, who: Who = Who.MANAGER, **params: Any) -> Change:
    return Change(case, refused=(Problem(code, field, who, params=params),))


def _signed(scene: Scene) -> Signed:
    wanted = scene.act.wanted
    return Signed(wanted.by, wanted.name, str(_given(scene).get("why") or "").strip(), scene.now)


# --- moves ------------------------------------------------------------------------------------------------------------


def _move(scene: Scene, kept: Kept) -> Change:
    to, why = ReturnStage(_given(scene)["to"]), str(_given(scene).get("why") or "")
    return moved(scene, kept, kept.case, to, why=why)


def _override(scene: Scene, kept: Kept) -> Change:
    signed = _signed(scene)
    if not signed.is_valid:
        return _no(kept.case, "return_override_unsigned", Field.DATE)
    return Change(replace(kept.case, override=signed), open=(), why=signed.why)


def _note(scene: Scene, kept: Kept) -> Change:
    return Change(kept.case, wanted=kept.case.stage, why=str(_given(scene)["text"]))


# --- how it ends ------------------------------------------------------------------------------------------------------


def _outcome(scene: Scene, kept: Kept) -> Change:
    given, case = _given(scene), kept.case
    if case.stage not in _UNDECIDED:
        return _no(case, "return_ended")
    outcome = Outcome(given["outcome"]) if given.get("outcome") else case.outcome
    delivery = DeliveryCost(given["delivery"]) if given.get("delivery") else case.delivery
    if kept.replacement and outcome is not Outcome.REPLACEMENT and scene.running(kept).replaced:
        return _no(case, "return_replaced_already", Field.ITEMS)
    return _anew(scene, kept, replace(case, outcome=outcome, delivery=delivery))


def _agree(scene: Scene, kept: Kept) -> Change:
    given, case = _given(scene), kept.case
    if case.stage not in _UNDECIDED:
        return _no(case, "return_ended")
    if given.get("minor") is None:
        return _anew(scene, kept, replace(case, agreed=None))
    amount = Money(int(given["minor"]), str(given.get("currency") or scene.basis.currency))
    wished = replace(case, agreed=Agreed(amount, _signed(scene)))
    looked = scene.looked(kept, wished)
    wrong = [each for each in (looked.line.problems if looked.line else ()) if each.code.startswith("return_agreed")]
    if amount.currency != scene.basis.currency:
        wrong.append(Problem("return_currency", Field.ITEMS))
    if wrong:
        return Change(case, refused=tuple(wrong))
    return _anew(scene, kept, wished)


def _anew(scene: Scene, kept: Kept, case: Return) -> Change:
    """What is owed is worked out once more where it was worked out already."""
    if case.stage is not S.INSPECTED:
        return Change(case)
    looked = scene.looked(kept, case)
    after, found = settled(case, looked)
    effects = (Effect.PROPOSE_REFUND,) if after.is_paid and looked.facts.left else ()
    return Change(after, effects=effects, open=found)


def _paid(scene: Scene, kept: Kept) -> Change:
    """A person paid, and says so: never more than is left, and a slip is put right by a sum below nothing."""
    given, case = _given(scene), kept.case
    amount = Money(int(given["minor"]), str(given.get("currency") or scene.basis.currency))
    left = scene.looked(kept, case).facts.left
    if case.stage is not S.INSPECTED:
        return _no(case, "return_ended" if case.stage.is_counted else "return_sum_missing")
    if not case.is_paid:
        return _no(case, "return_other_outcome")
    if left is None:
        return _no(case, "return_sum_missing")
    if amount.currency != left.currency:
        return _no(case, "return_currency", Field.ITEMS)
    before = case.refunded or Money(0, left.currency)
    if not amount or amount.minor > left.minor or before.minor + amount.minor < 0:
        return _no(case, "return_paid_wrong", Field.ITEMS, paid=amount, left=left)
    then = S.REFUNDED if amount == left else None
    return Change(case, paid=amount, then=then, why=str(given.get("note") or ""))


def _replace(scene: Scene, kept: Kept) -> Change:
    """New goods leave now; `number` = a person has sent them otherwise, under this number, or the client's own back."""
    case, by_hand = kept.case, str(_given(scene).get("number") or "").strip()[:64]
    if case.outcome is Outcome.BACK_TO_CUSTOMER and by_hand:
        return _sent(moved(scene, kept, case, S.CLOSED), by_hand)
    problem = moves.may_replace_now(case, scene.rules.replace_first, scene.looked(kept, case).facts)
    if problem is not None:
        return Change(case, refused=(problem,))
    if case.stage is S.INSPECTED:
        change = moved(scene, kept, case, S.REPLACED)
    else:
        change = Change(case, effects=(Effect.SHIP_REPLACEMENT,), open=())
    return _sent(change, by_hand) if by_hand else change


def _sent(change: Change, number: str) -> Change:
    """By a person: we send nothing."""
    effects = tuple(each for each in change.effects if each not in (Effect.SHIP_REPLACEMENT, Effect.SHIP_BACK))
    return change if change.refused else replace(change, effects=effects, replacement=number)


# --- what comes back, and how -----------------------------------------------------------------------------------------


def _lines(scene: Scene, kept: Kept) -> Change:
    """Until they travel; and once nobody but a person can say what does (a parcel that was collected in part)."""
    case = kept.case
    if case.stage not in (_OPEN if case.lines else _UNSAID):
        return _no(case, "return_lines_fixed", Field.ITEMS)
    wishes = load(tuple[Wish, ...], _given(scene)["wishes"])
    lines, problems = lines_of(wishes, rooms_of(scene.basis.sold, scene.others(case.number)))
    if problems:
        return Change(case, refused=tuple(problems))
    after = replace(case, lines=lines)
    if case.stage is S.APPROVED:
        obstacles = scene.looked(kept, after).judged.problems
        if obstacles:
            return Change(case, refused=obstacles)
    return Change(after, open=())


def _way(scene: Scene, kept: Kept) -> Change:
    """What was chosen; `book`: and it is to be ordered now. Another way than the one that is ordered takes its place:
    that one is called off."""
    given, case, wanted = _given(scene), kept.case, scene.act.wanted
    way = replace(Way.from_json(given["way"]), by=wanted.by, name=wanted.name, at=scene.now)
    if case.stage not in _TO_TRAVEL:
        return _no(case, "return_way_late", Field.SERVICE)
    if way.kind.is_ordered and not _works(scene, way.connection_id):
        return _no(case, "return_account_off", Field.ACCOUNT, Who.ADMIN)
    tracking = (way.tracking,) if way.tracking else ()
    running = scene.running(kept)
    if case.stage is S.COLLECTION_BOOKED and given.get("book"):
        called_off = (Effect.CANCEL_COLLECTION,) if running.booked else ()
        book = (Effect.BOOK_COLLECTION,) if way.kind.is_ordered else ()
        return Change(case, effects=(*called_off, *book), open=(), way=way, tracking=tracking)
    if not given.get("book"):
        return Change(case, way=way, tracking=tracking)
    return replace(moved(scene, kept, case, S.COLLECTION_BOOKED, way=way), way=way, tracking=tracking)


def _works(scene: Scene, connection_id: int) -> bool:
    return any(each.id == connection_id and each.state == ConnectionState.READY for each in scene.accounts)


_BY_KIND: Mapping[ActKind, Decide] = {
    ActKind.MOVE: _move,
    ActKind.OVERRIDE: _override,
    ActKind.NOTE: _note,
    ActKind.OUTCOME: _outcome,
    ActKind.AGREE: _agree,
    ActKind.PAID: _paid,
    ActKind.REPLACE: _replace,
    ActKind.LINES: _lines,
    ActKind.WAY: _way,
    ActKind.COUNT: returning_counting.count,
    ActKind.ERRAND: returning_counting.told,
}
