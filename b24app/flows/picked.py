"""What a newly read order of a warehouse changes: as `flows.track`, in a warehouse's own words and steps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from b24app.flows.chain import IN_PART, REST, SHORT
from b24app.flows.decisions import Advance, StageTarget, Text
from b24app.flows.following import follow
from b24app.flows.legs import PICKED, beside, carrier_of
from b24app.flows.picking import AT_WAREHOUSE, STEPS, Picking, Step, learnt, step_at
from b24app.flows.polling import Pace
from b24app.flows.snapshot import PipelineConfig, Role, ShipmentView
from b24app.flows.taken_back import WATCHED_FOR, advance_back, is_taken_back, may_come_back
from b24app.flows.track import advance, stage_of_name
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status

#: A warehouse that ships without a carrier of ours is not asked for ever what became of its parcels.
OVER_AFTER = WATCHED_FOR
_NOTHING = (Status.CANCELLED, Status.REJECTED)
#: Problems that goods which move on do not leave behind.
_KEPT = (f"{REST}|", f"{SHORT}|", f"{IN_PART}|", "warehouse_cancelled|")


def advance_picked(
    view: ShipmentView,
    every: Sequence[ShipmentView],
    state: OrderState,
    pipeline: PipelineConfig | None,
    now: datetime,
    pace: Pace | None = None,
) -> Advance:
    """`every`: all shipments of the deal. While a carrier's leg is alive, the deal's numbers and stage are that one's
    to say; until then they are the warehouse's."""
    carrier = carrier_of(view, every)
    booked = carrier is not None and carrier.status not in _NOTHING
    if is_taken_back(view, state):
        return advance_back(view, carrier if booked else None, state, now, pace)
    mine = _mapped(view, pipeline)
    change = follow(advance(view, state, mine, now, pace), view, beside(view, every), mine)
    was, is_now = view.picking or Picking(), learnt(view.picking or Picking(), state, change.status)
    packed = was.packed is None and is_now.packed is not None and change.status not in _NOTHING
    alone = all(each.status in _NOTHING for each in beside(view, every))
    stage = _stage(change, packed, mine) if alone else None
    done = change.status.has_left and (booked or change.status.is_final)
    done = done and not may_come_back(state, carrier, change.status_at or view.status_at, now)
    return replace(
        change,
        stage=stage if not booked or (carrier is not None and not carrier.status.has_moved) else None,
        fields={} if booked else _fields(change, view, packed or is_now.packed is not None, packed),
        texts=_texts(change, view, packed, state),
        problems=(*change.problems, *_cancelled(change, view, booked)),
        solved_keys=tuple(key for key in change.solved_keys if not key.startswith(_KEPT)),
        next_poll_at=None if done else change.next_poll_at,
        closed=change.closed or done,
    )


def ends(change: Advance, view: ShipmentView, now: datetime) -> Advance:
    """Of a warehouse that no carrier of ours follows: its goods left some days ago, and nothing more is to be told."""
    at = change.status_at or view.status_at or now
    if change.status is not Status.IN_TRANSIT or now - at < OVER_AFTER:
        return change
    return replace(change, next_poll_at=None, closed=True)


def spoken(change: Advance) -> Advance:
    """An order that a warehouse ships alone, in its own words: no carrier is said to hold it."""
    return replace(change, texts=tuple(_reworded(text) for text in change.texts), fields=_reworded_fields(change))


def _mapped(view: ShipmentView, pipeline: PipelineConfig | None) -> PipelineConfig | None:
    """The pipeline with the stages of the warehouse's steps; a pipeline without any leaves the deal where it is."""
    if pipeline is None or view.leg != PICKED:
        return pipeline
    steps = pipeline.warehouse_stages
    stages = {status: steps[step.value] for status, step in STEPS.items() if steps.get(step.value)}
    if stages.get(Status.CANCELLED):
        stages.setdefault(Status.REJECTED, stages[Status.CANCELLED])
    return replace(pipeline, status_stages=stages)


def _stage(change: Advance, packed: bool, pipeline: PipelineConfig | None) -> StageTarget | None:
    """Packed comes before shipped: of two steps in one answer the later one counts."""
    if not packed or pipeline is None or change.status.has_left:
        return change.stage
    name = pipeline.warehouse_stages.get(Step.PACKED.value)
    return stage_of_name(name, pipeline) if name else change.stage


def _fields(change: Advance, view: ShipmentView, lies_packed: bool, news: bool) -> dict[Role, object]:
    if not change.fields and not news:
        return {}
    step = step_at(change.status, lies_packed)
    mine: dict[Role, object] = {role: value for role, value in change.fields.items() if role is not Role.STATUS}
    if view.order_number and Role.ORDER_ID not in mine:
        mine[Role.ORDER_ID] = view.order_number
    return {**mine, Role.STATUS: f"{AT_WAREHOUSE}{step.value}"} if step else mine


def _reworded_fields(change: Advance) -> dict[Role, object]:
    step = STEPS.get(change.status)
    if Role.STATUS not in change.fields or step is None:
        return dict(change.fields)
    return {**change.fields, Role.STATUS: f"{AT_WAREHOUSE}{step.value}"}


def _texts(change: Advance, view: ShipmentView, packed: bool, state: OrderState) -> tuple[Text, ...]:
    texts = [_reworded(text) for text in change.texts]
    if packed:
        number = state.order_number or view.order_number or view.number
        boxes = state.packed.parcels if state.packed else ()
        weight = sum(each.weight_g for each in boxes)
        params = {"number": number, "boxes": len(boxes) or "", "weight": f"{weight / 1000:g}" if weight else ""}
        text = Text("picked.packed", params, f"{view.number}:packed")
        at = next((at for at, each in enumerate(texts) if each.key == "picked.in_transit"), len(texts))
        texts.insert(at, text)
    return tuple(texts)


def _reworded(text: Text) -> Text:
    status = text.key.removeprefix("track.")
    return replace(text, key=f"picked.{status}") if status in set(Step) else text


def _cancelled(change: Advance, view: ShipmentView, booked: bool) -> tuple[Problem, ...]:
    """The carrier is on the way for goods that the warehouse does not give."""
    if not booked or not change.changed or change.status not in _NOTHING:
        return ()
    number = view.order_number or view.number
    return (Problem("warehouse_cancelled", Field.ORDER, params={"number": number, "part": view.number}),)
