"""The job `ship_part`: some goods of a deal leave now, as a shipment of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from b24app.flows import several
from b24app.flows.case import Case, with_legs
from b24app.flows.decisions import CreateShipment, Decided, OpenProblem
from b24app.flows.portions import PartWish
from b24app.flows.simulate import impersonal
from b24app.flows.snapshot import DealSnapshot
from b24app.runners.portal import feed, judging, rounds
from b24app.runners.portal.context import Run
from b24app.runners.portal.deciding import DecisionSaver, Verdict
from b24app.runners.portal.jobs import JobStep
from b24app.runners.portal.trying import read_one
from b24app.runners.views import problem_view, shipment_view
from b24app.store import jobs
from b24app.store.engine import session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Job, JobState
from b24app.store.shipments import ChangedMeanwhileError
from b24app.wire.trace import current_trace


def ship_part(run: Run, job: Job) -> JobStep:
    """One step: the deal is read, and what follows is saved together with the job's end. Whoever serves the job again
    after a crash finds it done: one press, one shipment."""
    deal = read_one(run, int(job.input["deal_id"]))
    for left in range(rounds.SAVE_TRIES - 1, -1, -1):
        try:
            return _save(run, job, deal)
        except ChangedMeanwhileError:
            if not left:
                raise
    raise AssertionError("unreachable")


def _save(run: Run, job: Job, deal: DealSnapshot) -> JobStep:
    wake: set[LaneRef] = set()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        run.heed_switches(session)
        known = jobs.get(session, run.portal.id, job.id)
        if known is None or known.state == JobState.DONE:
            return JobStep(result=known.result if known is not None else {})
        result, wake = _decide(run, session, job, deal)
        jobs.finish(known, result, run.services.clock.now())
    for lane in wake:
        run.services.waker.wake(lane)
    return JobStep(result=result)


def _decide(run: Run, session: Session, job: Job, deal: DealSnapshot) -> tuple[dict[str, Any], set[LaneRef]]:
    deal_id, now = deal.deal_id, run.services.clock.now()
    [deal] = judging.beside(session, run, [deal])
    known = judging.know(session, run.portal.id, [deal_id])
    opened, move = known.problems[deal_id], feed.as_move(known.states.get(deal_id))
    views = [shipment_view(row, (), opened) for row in known.shipments[deal_id]]
    moves, told = (move,) if move else (), tuple(map(problem_view, opened))
    case = with_legs(Case(deal, run.pipeline(deal.category), (), told, moves, now), views)
    answer = several.part(case, PartWish.from_json(job.input["wish"]))
    decisions: tuple[Decided, ...] = answer.decisions
    if answer.problems and job.input.get("alone"):
        decisions = tuple(OpenProblem(problem, "", 0) for problem in answer.problems)
    if decisions:
        saver = DecisionSaver(session, run.portal, run.slice.lane_id, now)
        last = move.history_id if move else 0
        saver.save([Verdict(deal, case.pipeline, decisions, last, True, current_trace())])
        return _result(answer, decisions), saver.wake
    return _result(answer, decisions), set()


def _result(answer: several.PartAnswer, decisions: tuple[Decided, ...]) -> dict[str, Any]:
    if answer.problems:
        return {"problems": [impersonal(problem).to_json() for problem in answer.problems]}
    made = next((each for each in decisions if isinstance(each, CreateShipment)), None)
    return {"number": made.request.number} if made is not None else {"why": answer.why}
