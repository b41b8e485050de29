"""What arrived of a return: counted by people and clerks' scans, or told by the carrier and the warehouse that were
asked (`store.return_errands`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from b24app.flows.returns import scans
from b24app.flows.returns.counting import finished, inspected, surplus, uncounted
from b24app.flows.returns.effects import Effect
from b24app.flows.returns.starts import stage_of
from b24app.logistics.jsonable import load
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Condition, Counted, Return, ReturnStage
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptStage, ReceiptState
from b24app.runners.portal.returning_scene import Change, Scene, moved
from b24app.store import return_errands, return_photos, return_scans
from b24app.store.models import ErrandKind, ErrandState
from b24app.store.return_errands import Errand
from b24app.store.returns import Kept

S = ReturnStage
#: The system did not do what it was asked.
_FAILED = (ErrandState.REFUSED, ErrandState.DEAD)
_OFF = (Problem("return_collection_off", Field.ORDER, Who.CARRIER),)
_LOST = Problem("return_parcel_lost", Field.ORDER)
_ARRIVED = (ReceiptStage.ARRIVED, ReceiptStage.INSPECTING, ReceiptStage.COMPLETED)


# --- a person counts --------------------------------------------------------------------------------------------------


def count(scene: Scene, kept: Kept) -> Change:
    """What was counted by hand, or by the scans that are kept. `finished`: that is all, the rest is missing; until then
    the goods are here, but not inspected."""
    given, case = scene.act.wanted.given, kept.case
    if case.stage.is_counted or case.stage is S.REFUSED:
        return Change(case, refused=(Problem("return_ended", Field.STAGE),))
    told = given.get("counted")
    found = load(tuple[Counted, ...], told) if told is not None else _scanned(scene, kept)
    rows = {line.row for line in case.lines}
    wrong = [each for each in found if each.row not in rows or not each.quantity.is_finite() or each.quantity <= 0]
    if wrong:
        problems = (Problem("return_row_unknown", Field.ITEMS, params={"row": each.row}) for each in wrong)
        return Change(case, refused=tuple({problem.key: problem for problem in problems}.values()))
    counted = replace(case, counted=found)
    if given.get("finished"):
        return moved(scene, kept, finished(counted), S.INSPECTED)
    if case.stage is S.RECEIVED:
        return Change(counted, open=tuple(surplus(counted)))
    arrived = moved(scene, kept, counted, S.RECEIVED)
    return replace(arrived, effects=())  # nobody has to be asked to count what is being counted


def _scanned(scene: Scene, kept: Kept) -> tuple[Counted, ...]:
    """With the pictures of each row, at what is damaged of it before anything else."""
    portal_id = scene.run.portal.id
    found = scans.counted_of(return_scans.of_return(scene.session, portal_id, kept.id))
    photos = return_photos.of_return(scene.session, portal_id, kept.id)
    shown: dict[int, int] = {}
    for at, each in enumerate(found):
        if each.row not in shown or each.condition is Condition.DAMAGED:
            shown[each.row] = at
    return tuple(
        replace(each, photos=tuple(photo.key for photo in photos if photo.row == each.row))
        if shown[each.row] == at
        else each
        for at, each in enumerate(found)
    )


# --- a system tells ---------------------------------------------------------------------------------------------------


def told(scene: Scene, kept: Kept) -> Change:
    """A carrier or a warehouse tells of what it was asked for this return."""
    errand = return_errands.get(scene.session, scene.run.portal.id, int(scene.act.wanted.given["errand"]))
    if errand is None or errand.return_id != kept.id:
        return Change(kept.case)
    return _collected(scene, kept, errand) if errand.kind is ErrandKind.COLLECTION else _received(scene, kept, errand)


def _collected(scene: Scene, kept: Kept, errand: Errand) -> Change:
    codes = tuple(code for code in (errand.tracking_number, errand.order_number) if code)
    if errand.state in (*_FAILED, ErrandState.CANCELLED):
        return replace(_not_collected(scene, kept, errand), tracking=codes)
    if errand.status is Status.LOST:
        return Change(kept.case, open=_and(kept.problems, [_LOST]), tracking=codes)
    # A return order of its own ends as delivered: to us.
    to = S.RECEIVED if errand.status is Status.DELIVERED else stage_of(errand.status) if errand.status else None
    change = moved(scene, kept, kept.case, to) if to is not None else Change(kept.case)
    if errand.problems and not change.refused:  # it could not be called off, or the carrier warns
        change = replace(change, open=_and(change.open or kept.problems, errand.problems))
    label = (Effect.SEND_LABEL,) if codes and kept.case.stage in (S.APPROVED, S.COLLECTION_BOOKED) else ()
    return replace(change, effects=(*change.effects, *label), tracking=codes)


def _not_collected(scene: Scene, kept: Kept, errand: Errand) -> Change:
    """Nobody comes for the goods: another way has to be chosen, unless that is what was wanted."""
    found = errand.problems
    way = kept.way
    meant = way is not None and way.kind.is_ordered and way.connection_id == errand.connection_id
    if kept.case.stage is not S.COLLECTION_BOOKED or scene.running(kept).booked or not meant:
        return Change(kept.case, open=_and(kept.problems, found) if found else None)
    return replace(moved(scene, kept, kept.case, S.APPROVED), open=found or _OFF)


def _received(scene: Scene, kept: Kept, errand: Errand) -> Change:
    case, receipt = kept.case, errand.receipt
    if errand.state in _FAILED:
        asks = (Effect.ASK_COUNT,) if case.stage is S.RECEIVED else ()
        return Change(case, open=_and(kept.problems, errand.problems), effects=asks)
    if receipt is None or case.stage.is_counted:
        return Change(case)
    if receipt.inspected_at is not None:
        return _inspected(scene, kept, receipt)
    return moved(scene, kept, case, S.RECEIVED) if receipt.stage in _ARRIVED else Change(case)


def _inspected(scene: Scene, kept: Kept, receipt: ReceiptState) -> Change:
    """What the warehouse left out is still to be counted by a person."""
    counted, strange = inspected(kept.case, receipt.lines)
    rest = uncounted(counted)
    change = moved(scene, kept, counted, S.RECEIVED if rest else S.INSPECTED)
    if change.refused:
        return change
    asks = (Effect.ASK_COUNT,) if rest and Effect.ASK_COUNT not in change.effects else ()
    found = {each.key: each for each in (*(change.open or ()), *strange, *_left_out(counted, rest))}
    effects = (*change.effects, *asks)
    return replace(change, effects=effects, open=tuple(found.values()), counter=receipt.inspector)


def _left_out(case: Return, rest: object) -> list[Problem]:
    return [Problem("return_uncounted", Field.ITEMS)] if rest and case.lines else []


def _and(known: Sequence[Problem], found: Sequence[Problem]) -> tuple[Problem, ...]:
    """These beside those that are open already."""
    return tuple({each.key: each for each in (*known, *found)}.values())
