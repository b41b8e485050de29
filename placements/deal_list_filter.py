"""What the list of deals is narrowed to: read from a form, offered as choices, said to the portal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from b24app.bitrix24.deal_pages import DealQuery
from b24app.frames.formats import Formats
from b24app.store.models import Pipeline
from b24app.store.portals import triggers_of

#: Deals of one press, and so of one selection.
MOST = 500
PAGE = 50
_LONGEST = 100


class State(StrEnum):
    """`waiting`: stands where deals ship and has no order; `ready`: of those, without a problem; `urgent`: somebody has
    to do something today; `to_hand`: its order is being made, or waits to be handed over; `moving`: its parcel is on
    the way; `stored`: it lies at a point; `late`: it will be late, or may be."""

    WAITING = "waiting"
    READY = "ready"
    URGENT = "urgent"
    PROBLEM = "problem"
    TO_HAND = "to_hand"
    SHIPPED = "shipped"
    MOVING = "moving"
    STORED = "stored"
    LATE = "late"
    ALL = "all"


#: How far back a deal may have been moved, in days before today; "" = any time.
MOVED = {"": None, "today": 0, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class Filter:
    """`pipeline` None = all; `stage` "" = as the state says; `by` 0 = everybody; `page` from 1."""

    pipeline: int | None = None
    stage: str = ""
    moved: str = ""
    by: int = 0
    state: State = State.WAITING
    text: str = ""
    page: int = 1

    @property
    def narrowed(self) -> int:
        """How many choices differ from the usual ones, for the button that opens them on a phone."""
        chosen = (self.pipeline is not None, self.stage, self.moved, self.by, self.text)
        return sum(map(bool, chosen)) + (self.state is not State.WAITING)

    def fields(self) -> list[tuple[str, str]]:
        """As a form sends it, without the page."""
        pipeline = "" if self.pipeline is None else str(self.pipeline)
        return [("pipeline", pipeline), ("stage", self.stage), ("moved", self.moved), ("by", str(self.by)),
                ("state", self.state.value), ("q", self.text)]  # fmt: skip


def read_filter(form: Mapping[str, str]) -> Filter:
    """What a form asks for; a value that nobody offered counts as none."""
    state, moved = form.get("state", ""), form.get("moved", "")
    pipeline = form.get("pipeline", "")
    return Filter(
        pipeline=int(pipeline) if _is_number(pipeline) else None,
        stage=form.get("stage", "")[:64],
        moved=moved if moved in MOVED else "",
        by=int(form["by"]) if _is_number(form.get("by", "")) else 0,
        state=State(state) if state in set(State) else State.WAITING,
        text=form.get("q", "").strip()[:_LONGEST],
        page=max(1, int(form["page"])) if _is_number(form.get("page", "")) else 1,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


@dataclass(frozen=True, slots=True)
class Places:
    """Where deals ship. `triggers`: stages by pipeline that is on."""

    triggers: Mapping[int, tuple[str, ...]]

    def stages(self, pipeline: int | None) -> tuple[str, ...]:
        found = self.triggers if pipeline is None else {pipeline: self.triggers.get(pipeline, ())}
        return tuple(stage for stages in found.values() for stage in stages)


def places_of(pipelines: Mapping[int, Pipeline]) -> Places:
    return Places({key: tuple(triggers_of(row)) for key, row in pipelines.items() if row.enabled})


@dataclass(frozen=True, slots=True)
class Known:
    """Deals by how our store knows them: with an order although they stand where deals ship; with an open problem;
    those that the chosen state is about."""

    done: tuple[int, ...] = ()
    problems: tuple[int, ...] = ()
    these: tuple[int, ...] = ()


def query_of(chosen: Filter, places: Places, known: Known, formats: Formats) -> DealQuery:
    """What the portal is asked for. The portal knows stages, our store knows orders: ids carry that over."""
    waits = chosen.state in (State.WAITING, State.READY)
    stages = (chosen.stage,) if chosen.stage else places.stages(chosen.pipeline) if waits else ()
    ids = None if waits or chosen.state is State.ALL else known.these
    if waits and not stages:
        ids = ()
    without = {State.WAITING: known.done, State.READY: (*known.done, *known.problems)}.get(chosen.state, ())
    return DealQuery(
        category=chosen.pipeline,
        stages=stages,
        ids=ids,
        without=tuple(dict.fromkeys(without)),
        text=chosen.text,
        moved_since=_since(chosen.moved, formats),
        responsible=chosen.by,
        newest=not waits,
    )


def _since(moved: str, formats: Formats) -> datetime | None:
    """The beginning of a day by the reader's clock."""
    days = MOVED.get(moved)
    if days is None:
        return None
    return datetime.combine(formats.today - timedelta(days=days), time(), formats.zone).astimezone(UTC)


# --- choices --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class StageGroup:
    """The stages of one pipeline."""

    label: str
    stages: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class FilterView:
    pipelines: tuple[Choice, ...]
    stages: tuple[StageGroup, ...]
    people: tuple[Choice, ...]
    states: tuple[Choice, ...]
    moved: tuple[Choice, ...]
    text: str


def filter_view(
    chosen: Filter, settings: Mapping[str, Any], people: Mapping[int, str], me: int, formats: Formats
) -> FilterView:
    """`settings` of the portal name its pipelines and stages as they were last read; `people` whom our pages met."""
    t = formats.words
    known: Sequence[Mapping[str, Any]] = settings.get("pipelines", ())
    pipelines = [("", t("deals.all_pipelines"))]
    pipelines += [(str(each["id"]), each["name"] or t("pipeline.unnamed")) for each in known]
    mine = [each for each in known if chosen.pipeline is None or each["id"] == chosen.pipeline]
    others = sorted((name, user) for user, name in people.items() if user != me and name)
    responsible = [
        ("0", t("deals.everybody")),
        (str(me), t("deals.mine")),
        *((str(user), name) for name, user in others),
    ]
    return FilterView(
        pipelines=_choices(pipelines, "" if chosen.pipeline is None else str(chosen.pipeline)),
        stages=tuple(_group(each, chosen.stage, t("pipeline.unnamed")) for each in mine),
        people=_choices(responsible, str(chosen.by)),
        states=_choices([(each.value, t(f"deals.state.{each.value}")) for each in State], chosen.state.value),
        moved=_choices([(each, t(f"deals.moved.{each or 'any'}")) for each in MOVED], chosen.moved),
        text=chosen.text,
    )


def _group(pipeline: Mapping[str, Any], chosen: str, unnamed: str) -> StageGroup:
    stages = [(stage["id"], stage["name"]) for stage in pipeline["stages"]]
    return StageGroup(pipeline["name"] or unnamed, _choices(stages, chosen))


def _choices(rows: Sequence[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in rows)
