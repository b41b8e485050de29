"""What a newly read order changes: status (only forward), history, fields, stage, timeline and problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from b24app.flows.decisions import Advance, StageTarget, Text
from b24app.flows.polling import Pace, is_over, next_poll
from b24app.flows.snapshot import PipelineConfig, Role, ShipmentView
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status

#: A fresh order may not be readable at once (cdek.md §6.5): until then "unknown to the system" means nothing.
VISIBLE_AFTER = timedelta(minutes=2)
NUMBER_TAKEN = "number_taken"


@dataclass(frozen=True, slots=True)
class _Step:
    """One status change on the way; `event` None = the change follows from the decision, not from an event."""

    status: Status
    at: datetime
    event: TrackingEvent | None = None


def advance(
    view: ShipmentView, state: OrderState, pipeline: PipelineConfig | None, now: datetime, pace: Pace | None = None
) -> Advance:
    """Compare what we have with what the system shows. The same state twice changes nothing the second time."""
    if state.gone:
        return _gone(view, pipeline, now)
    if state.decision is Decision.REFUSED and not view.status.has_moved:
        return _refused(view, state, pipeline, now)
    if state.decision is Decision.PENDING and view.status.rank < Status.CREATED.rank:
        return _pending(view, now)
    return _accepted(view, state, pipeline, now, pace)


# --- undecided, refused, vanished ------------------------------------------------------------------------------------


def _pending(view: ShipmentView, now: datetime) -> Advance:
    status = Status.SUBMITTING if view.status is Status.DRAFT else view.status
    return Advance(status, changed=status is not view.status, next_poll_at=next_poll(status, view, now))


def _refused(view: ShipmentView, state: OrderState, pipeline: PipelineConfig | None, now: datetime) -> Advance:
    if not Status.REJECTED.may_follow(view.status):
        return Advance(view.status, changed=False, closed=True)
    problems = state.problems or (Problem("refused", Field.ORDER, Who.CARRIER),)
    taken = any(problem.code == NUMBER_TAKEN for problem in problems)
    first = problems[0]
    step = _Step(Status.REJECTED, now)
    return Advance(
        Status.REJECTED,
        changed=True,
        remote_code=first.their_code,
        remote_text=first.their_text,
        status_at=now,
        events_new=_new_events(view, state.events),
        fields=_fields(view, state, Status.REJECTED),
        stage=_stage([step], pipeline),
        texts=()
        if taken
        else (Text("track.rejected", {"number": view.number}, f"{view.number}:rejected:{_brief(view)}"),),
        problems=() if taken else problems,
        closed=True,
        duplicate_number=taken,
    )


def _brief(view: ShipmentView) -> str:
    """Tells one attempt of the same number from the next."""
    return view.input_hash[:8] or str(view.n)


def _gone(view: ShipmentView, pipeline: PipelineConfig | None, now: datetime) -> Advance:
    """Deleted at the system: by our own cancellation, or by somebody in its cabinet."""
    fresh = view.accepted_at is not None and now - view.accepted_at < VISIBLE_AFTER
    if fresh and view.status is Status.SUBMITTING:
        return Advance(view.status, changed=False, next_poll_at=next_poll(view.status, view, now))
    if view.status.has_moved or not Status.CANCELLED.may_follow(view.status):
        return Advance(view.status, changed=False, closed=True)
    step = _Step(Status.CANCELLED, now)
    return Advance(
        Status.CANCELLED,
        changed=True,
        status_at=now,
        fields={Role.STATUS: Status.CANCELLED},
        stage=_stage([step], pipeline),
        texts=(_text(view, step, view.order_number),),
        solved_keys=view.problem_keys,
        closed=True,
    )


# --- an accepted order and its way -----------------------------------------------------------------------------------


def _accepted(
    view: ShipmentView, state: OrderState, pipeline: PipelineConfig | None, now: datetime, pace: Pace | None
) -> Advance:
    fresh = _new_events(view, state.events)
    steps = _walk(view, state, now)
    status = steps[-1].status if steps else view.status
    at = steps[-1].at if steps else view.status_at
    problems = _new_problems(view, state, fresh, accepted=bool(steps) and view.status.rank < Status.CREATED.rank)
    newest = _newest(state.events)
    return Advance(
        status,
        changed=bool(steps),
        incident=_incident(view, steps, fresh, status),
        remote_code=newest.code if newest else "",
        remote_text=newest.text if newest else "",
        status_at=at,
        events_new=fresh,
        fields=_fields(view, state, status) if steps or _numbers_changed(view, state) else {},
        stage=_stage(steps, pipeline),
        texts=tuple(_text(view, step, state.order_number or view.order_number) for step in steps),
        problems=problems,
        solved_keys=_solved(view, steps, problems),
        unknown_codes=tuple(sorted({event.code for event in fresh if event.status is Status.UNKNOWN})),
        unknown_reasons=tuple(sorted({each.reason for each in fresh if each.incident is Incident.UNKNOWN})),
        next_poll_at=next_poll(status, view, now, at, pace),
        closed=is_over(status, at, now),
    )


def _new_events(view: ShipmentView, events: Iterable[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """Oldest first, each once: the same (code, time, place) is the same event however often it is told."""
    return _once(events, set(view.seen))


def _once(events: Iterable[TrackingEvent], known: set[str]) -> tuple[TrackingEvent, ...]:
    fresh: dict[str, TrackingEvent] = {}
    for event in sorted(events, key=lambda event: event.at):
        if event.key not in known:
            fresh.setdefault(event.key, event)
    return tuple(fresh.values())


def _walk(view: ShipmentView, state: OrderState, now: datetime) -> list[_Step]:
    """The status changes since what we have, in time order. A late event that would lead back stays in the history."""
    status, at = _start(view, state)
    steps: list[_Step] = []
    if status.rank < Status.CREATED.rank:
        events = _in_time(_once(state.events, set()))
        created = next((event for event in events if event.status is Status.CREATED), None)
        status, at = Status.CREATED, created.at if created else (view.status_at or now)
        steps.append(_Step(status, at, created))
    else:
        # What was seen has had its say: two attempts of one second must not take turns at every reading.
        events = _in_time(_new_events(view, state.events))
    for event in events:
        if event.status is not None and _leads_on(event, status, at):
            status, at = event.status, event.at
            steps.append(_Step(status, at, event))
    return [] if steps and steps[-1].status is view.status and view.status.is_final else steps


def _start(view: ShipmentView, state: OrderState) -> tuple[Status, datetime | None]:
    """Usually what we have; but when the system took back the very event that ended the way, start over."""
    took_back = any(event.status is view.status and event.at == view.status_at for event in state.retracted)
    if view.status.is_final and took_back:
        return Status.SUBMITTING, None
    return view.status, view.status_at


def _in_time(events: Iterable[TrackingEvent]) -> list[TrackingEvent]:
    """By time; of equal times, the one that is further along comes last."""
    return sorted(events, key=lambda event: (event.at, event.status.rank if event.status else 0))


def _leads_on(event: TrackingEvent, status: Status, at: datetime | None) -> bool:
    if event.status is None or not event.status.may_follow(status):
        return False
    return event.status.rank > status.rank or at is None or event.at >= at


def _newest(events: Iterable[TrackingEvent]) -> TrackingEvent | None:
    told = [event for event in _in_time(events) if event.status is not None]
    return told[-1] if told else None


# --- what follows from the steps -------------------------------------------------------------------------------------


def _incident(view: ShipmentView, steps: list[_Step], fresh: tuple[TrackingEvent, ...], status: Status) -> str:
    """The newest reason; it lasts until the parcel moves on."""
    newest = next((event.incident for event in reversed(fresh) if event.incident), None)
    if newest is not None and (status is not Status.DELIVERED or newest is Incident.PARTIAL):
        return newest.value
    return "" if steps else view.incident


def _new_problems(
    view: ShipmentView, state: OrderState, fresh: tuple[TrackingEvent, ...], accepted: bool
) -> tuple[Problem, ...]:
    """Of new events, and what the system changed on its own, told when it accepts the order."""
    told = [event.problem for event in fresh if event.problem]
    found = [*(state.warnings if accepted else ()), *told]
    unique = {problem.key: problem for problem in found if problem.key not in view.problem_keys}
    return tuple(unique.values())


def _solved(view: ShipmentView, steps: list[_Step], problems: tuple[Problem, ...]) -> tuple[str, ...]:
    """A parcel that moves on has left its problems behind; one that failed again has not."""
    if not steps or steps[-1].status is Status.DELIVERY_FAILED:
        return ()
    still = {problem.key for problem in problems}
    return tuple(key for key in view.problem_keys if key not in still)


def _numbers_changed(view: ShipmentView, state: OrderState) -> bool:
    pairs = (
        (state.order_number, view.order_number),
        (state.tracking_number, view.tracking_number),
        (state.tracking_url, view.tracking_url),
        (state.price, view.price),
    )
    return any(new and new != old for new, old in pairs)


def _fields(view: ShipmentView, state: OrderState, status: Status) -> dict[Role, Any]:
    values: dict[Role, Any] = {
        Role.ORDER_ID: state.order_number or view.order_number,
        Role.TRACKING: ", ".join(state.tracking_numbers) or state.tracking_number or view.tracking_number,
        Role.LINK: state.tracking_url or view.tracking_url,
        Role.PRICE: state.price or view.price,
        Role.STATUS: status,
    }
    return {role: value for role, value in values.items() if value}


def _stage(steps: list[_Step], pipeline: PipelineConfig | None) -> StageTarget | None:
    """The stage of the last mapped status on the way."""
    if pipeline is None:
        return None
    mapped = [step.status for step in steps if step.status in pipeline.status_stages]
    return stage_of(mapped[-1], pipeline) if mapped else None


def stage_of(status: Status, pipeline: PipelineConfig) -> StageTarget | None:
    """Where a deal of this status belongs, and from where it may go there; None = the pipeline does not say."""
    stage = pipeline.status_stages.get(status)
    return stage_of_name(stage, pipeline) if stage is not None else None


def stage_of_name(stage: str, pipeline: PipelineConfig) -> StageTarget:
    """This stage, and from where a deal may go there."""
    may_leave = _stages_before if pipeline.forward_only else _stages_open
    return StageTarget(stage, may_leave(stage, pipeline))


def _stages_before(stage: str, pipeline: PipelineConfig) -> tuple[str, ...]:
    order = pipeline.stage_order
    if stage in order:
        return order[: order.index(stage)]
    ours = [*pipeline.triggers, *pipeline.warehouse_stages.values(), *pipeline.status_stages.values()]
    return tuple(dict.fromkeys(name for name in ours if name != stage))


def _stages_open(stage: str, pipeline: PipelineConfig) -> tuple[str, ...]:
    """Moves back are allowed: from any stage of the pipeline but those of lost deals, which stay lost."""
    return tuple(name for name in pipeline.stage_order if name != stage and name not in pipeline.lost_stages)


def _text(view: ShipmentView, step: _Step, order_number: str) -> Text:
    """One entry a change; the marker holds what makes the change unique, so a repeated computation repeats it."""
    event = step.event
    params = {
        "number": order_number or view.number,
        "their_text": event.text if event else "",
        "place": event.place if event else "",
        "at": step.at,
        "incident": event.incident if event else None,
    }
    again = "" if step.status in (Status.CREATED, Status.CANCELLED) else f":{step.at.astimezone(UTC):%y%m%d%H%M%S}"
    return Text(f"track.{step.status.value}", params, f"{view.number}:{step.status.value}{again}")
