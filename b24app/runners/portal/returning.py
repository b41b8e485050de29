"""Serves what is wanted of returns and what systems tell of them (`store.return_acts`), one act a transaction: the
return, its journal, the act's result, what follows and the end of the row are saved together, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from b24app.flows.returns.basis import Basis
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.portal import returning_beginning as beginning
from b24app.runners.portal import returning_reading as reading
from b24app.runners.portal.context import Run
from b24app.runners.portal.returning_beginning import Begun
from b24app.runners.portal.returning_deciding import decide
from b24app.runners.portal.returning_effects import LostError
from b24app.runners.portal.returning_reading import Answer
from b24app.runners.portal.returning_saving import Saver
from b24app.runners.portal.returning_scene import Change, Scene, open_scene
from b24app.store import inbox, portals, product_barcodes, return_acts, return_basis, returns, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import ActState, InboxKind
from b24app.store.return_acts import Act, ActKind
from b24app.store.returns import Kept
from b24app.store.shipments import ChangedMeanwhileError

#: Acts that are looked at in one go: their deals are one reading.
AT_ONCE = 40
SAVE_TRIES = 4
#: They need nothing that the portal would have to be asked for, where the deal was read before.
_NEED_NO_READING = (ActKind.NOTE, ActKind.ERRAND)
_UNCLEAR = Begun(refused=(Problem("return_act_unclear", Field.NONE, Who.WAYBILL),))
_log = structlog.get_logger("waybill.returns")
T = TypeVar("T")


def do(run: Run) -> bool:
    """Serve the acts that are due; False when there are none."""
    with read_scope(run.services.sessions) as session:
        rows = run.slice.claim_inbox(session, (InboxKind.RETURN,), AT_ONCE)
        acts = {row.key: _act(session, run, row) for row in rows}
        deals = {key: _deal_of(session, run, act) for key, act in acts.items() if act is not None}
        known = return_basis.of_deals(session, run.portal.id, list(deals.values()))
        if rows:  # whoever set other rules a moment ago is judged by them
            run.portal = portals.get(session, run.portal.id)
    if not rows:
        return False
    asked = {deals[key] for key, act in acts.items() if act is not None and _needs_reading(act, deals[key], known)}
    answers = reading.read(run, asked - {0})
    for row in sorted(rows, key=lambda each: not each.people):
        if run.slice.time_left() <= 0 or run.gives_way():
            return True
        _serve(run, row, answers)
    return True


def _act(session: Session, run: Run, row: Claimed) -> Act | None:
    return return_acts.get(session, run.portal.id, int(row.key)) if row.key.isdigit() else None


def _deal_of(session: Session, run: Run, act: Act) -> int:
    """The return's own deal, whatever the act says; 0 = there is no such return."""
    wanted = act.wanted
    if wanted.return_id is None:
        return wanted.deal_id
    kept = returns.get(session, run.portal.id, wanted.return_id)
    return kept.case.deal_id if kept is not None else 0


def _needs_reading(act: Act, deal_id: int, known: Mapping[int, Basis]) -> bool:
    return act.state is ActState.WAITING and not (act.wanted.kind in _NEED_NO_READING and deal_id in known)


def _serve(run: Run, row: Claimed, answers: Mapping[int, Answer]) -> None:
    """Who writes to the return at the same moment (a clerk's scan) is seen by the next try."""
    for left in range(SAVE_TRIES - 1, -1, -1):
        try:
            wake = _carry_out(run, row, answers)
            break
        except (LostError, ChangedMeanwhileError):
            if not left:
                raise
    for lane in wake:
        run.services.waker.wake(lane)


def _carry_out(run: Run, row: Claimed, answers: Mapping[int, Answer]) -> set[LaneRef]:
    now, wake = run.services.clock.now(), set[LaneRef]()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        run.heed_switches(session)
        act = _act(session, run, row)
        if act is not None and act.state is ActState.WAITING:
            return_id, problems, wake = _decided(run, session, act, row, answers)
            return_acts.finish(session, run.portal.id, act.id, now, return_id, problems)
        inbox.close(session, run.slice, row.ids, now)
    return wake


def _decided(
    run: Run, session: Session, act: Act, row: Claimed, answers: Mapping[int, Answer]
) -> tuple[int | None, tuple[Problem, ...], set[LaneRef]]:
    """The return that it was about, why it was refused, and the lanes to wake."""
    deal_id = _deal_of(session, run, act)
    if not deal_id:
        return None, (Problem("return_unknown", Field.NUMBER),), set()
    found = _scene(run, session, act, row, deal_id, answers.get(deal_id))
    if isinstance(found, Problem):
        return act.wanted.return_id, (found,), set()
    saver = Saver(found, row.people)
    kept = _come_to(found, saver)
    return (kept.id if kept is not None else act.wanted.return_id), saver.problems, saver.wake


def _scene(run: Run, session: Session, act: Act, row: Claimed, deal_id: int, answer: Answer | None) -> Scene | Problem:
    """Under the deal's turn; a Problem when nobody can say what its returns are judged by."""
    turn = returns.take_turn(session, run.portal, deal_id)
    rows = shipments.of_deals(session, run.portal.id, [deal_id])[deal_id]
    now, deal = run.services.clock.now(), None
    if isinstance(answer, reading.Seen):
        deal = answer.deal
        barcodes = product_barcodes.of_rows(session, run.portal.id, deal.rows)
        basis = reading.basis(answer, rows, now, barcodes)
        return_basis.keep(session, run.portal.id, basis)
    else:
        begins = act.wanted.kind in (ActKind.BEGIN, ActKind.READ)
        kept = return_basis.of_deals(session, run.portal.id, [deal_id]).get(deal_id)
        if kept is None or (begins and answer is not None):
            unread = answer if isinstance(answer, Problem) else None
            return unread or Problem("return_deal_unreadable", Field.NONE, Who.ADMIN)
        basis = kept
    why = (answer,) if isinstance(answer, Problem) else ()
    return open_scene(run, session, act, turn, basis, deal, why, rows, now, row.trace_id)


def _come_to(scene: Scene, saver: Saver) -> Kept | None:
    wanted = scene.act.wanted
    if wanted.kind is ActKind.READ:
        return None
    if wanted.kind is ActKind.BEGIN:
        return beginning.there_is(scene) or saver.begin(_understood(scene, beginning.begin) or _UNCLEAR)
    if wanted.kind is ActKind.TRACKED:
        return _tracked(scene, saver)
    kept = next((each for each in scene.turn.returns if each.id == wanted.return_id), None)
    if kept is None:
        saver.problems = (Problem("return_unknown", Field.NUMBER),)
        return None
    change = _understood(scene, lambda known: decide(known, kept))
    return saver.change(kept, change or Change(kept.case, refused=_UNCLEAR.refused))


def _understood(scene: Scene, what: Callable[[Scene], T]) -> T | None:
    """None for an act that does not say what its kind says (`ActKind`): no repeat mends it, so it is refused."""
    try:
        return what(scene)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        _log.warning("return_act_unclear", act=scene.act.id, kind=scene.act.wanted.kind, why=type(error).__name__)
        return None


def _tracked(scene: Scene, saver: Saver) -> Kept | None:
    found = beginning.tracked(scene)
    if found is None or isinstance(found, Begun):
        return saver.begin(found) if found is not None else None
    kept, change = found
    return saver.change(kept, change)
