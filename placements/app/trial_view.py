"""A dry run as its page shows it: what would happen, why, every value with its source, what stands in the way. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.flows.trial import Outcome, Standing, Trial
from b24app.frames.formats import Formats
from b24app.logistics.problem import Field, Who
from b24app.store.faces.deal_facts import (
    ProblemFacts,
)
from b24app.store.models import Job, JobState
from placements.app import chain_form
from placements.app.rules_view import why_not
from placements.app.stages_saving import lacking_of
from placements.app.trial_lines import LineView, Scene, line_groups
from placements.problem_words import ProblemView, problem_view

#: Where an administrator mends a problem of this field.
MENDED_IN = {
    Field.ACCOUNT: "connections",
    Field.SENDER: "origins",
    Field.SERVICE: "stages",
    Field.COD: "stages",
    Field.DECLARED: "stages",
    Field.WEIGHT: "defaults",
    Field.SIZE: "defaults",
}
#: After so long a person is told that somebody does not answer.
SLOW_S = 60


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem and where it is mended: in the deal (`section` ""), or in a section of the set-up."""

    problem: ProblemView
    section: str


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether this deal's pipeline can be switched on: `state` on | ready | the field that it lacks."""

    category: int
    name: str
    stage: str
    state: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """`state`: none | waiting | asking | failed | done. `verdict` of a finished one: good | missing | problems |
    silent; `notes` are keys of the `trial.note.*` words with their values."""

    state: str
    version: str = ""
    job: int = 0
    deal: int = 0
    title: str = ""
    slow: bool = False
    failed: str = ""
    said: str = ""
    verdict: str = ""
    at: str = ""
    carrier: str = ""
    service: str = ""
    way: str = ""
    first: str = ""
    misses: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, Mapping[str, str]], ...] = ()
    missing: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    groups: tuple[tuple[str, tuple[LineView, ...]], ...] = ()
    guesses: int = 0
    verb: str = ""
    url: str = ""
    body: str = ""
    switch: Switch | None = None

    @property
    def busy(self) -> bool:
        return self.state in ("waiting", "asking")


def result_view(job: Job | None, scene: Scene) -> ResultView:
    if job is None:
        return ResultView("none")
    busy = job.state in (JobState.WAITING, JobState.RUNNING)
    state = ("asking" if job.state == JobState.RUNNING else "waiting") if busy else str(job.state)
    slow = busy and (scene.formats.now - job.created_at).total_seconds() > SLOW_S
    basic: dict[str, Any] = {
        "state": state,
        "version": f"{job.id}-{state}-{slow}",
        "job": job.id,
        "deal": int(job.input.get("deal_id", 0)),
        "slow": slow,
    }
    if job.state == JobState.FAILED:
        why, _, said = job.why.partition("|")
        return ResultView(**basic, failed=why, said=said)
    if busy:
        return ResultView(**basic)
    return _done(job, Outcome.from_json(job.result), scene, basic)


def _done(job: Job, outcome: Outcome, scene: Scene, basic: Mapping[str, Any]) -> ResultView:
    trial, formats = outcome.trial, scene.formats
    ended = job.finished_at or job.created_at
    carrier = scene.carrier(trial.connection_id) or formats.words("trial.carrier")
    groups = line_groups(outcome, scene)
    call = outcome.outgoing
    code = next((str(line.value) for line in trial.told if line.form == "service"), "")
    return ResultView(
        **basic,
        title=trial.title,
        verdict=_verdict(outcome),
        at=formats.moment(ended),
        carrier=carrier,
        service=scene.service(trial.connection_id, code) if code else "",
        said=outcome.silent,
        way=_way(trial, formats),
        first=_first(trial, scene),
        misses=tuple(
            (miss.title or formats.words("rules.unnamed", n=miss.rule_id), _reasons(miss.reasons, formats))
            for miss in trial.misses
        ),
        notes=tuple(_notes(trial, scene)),
        missing=tuple(each.value for each in trial.missing),
        troubles=tuple(_trouble(ProblemFacts(each, ended, None), carrier, scene) for each in outcome.problems),
        groups=groups,
        guesses=sum(line.guess for _, lines in groups for line in lines),
        verb=call.verb if call else "",
        url=call.url if call else "",
        body=json.dumps(call.body, ensure_ascii=False, indent=2) if call else "",
        switch=_switch(trial, scene) if outcome.good else None,
    )


def _verdict(outcome: Outcome) -> str:
    if outcome.problems:
        return "problems"
    if outcome.trial.missing:
        return "missing"
    return "silent" if outcome.silent else "good"


def _way(trial: Trial, formats: Formats) -> str:
    """Why this carrier and service."""
    if trial.rule_id:
        return formats.words("trial.by_rule", title=formats.quote(trial.rule))
    return formats.words("trial.by_pipeline_after" if trial.misses else "trial.by_pipeline")


def _first(trial: Trial, scene: Scene) -> str:
    """The warehouse that the goods would go through before the carrier."""
    before = trial.before.to_json() if trial.before else None
    return chain_form.sentence(before, scene.facts.connections, scene.formats)


def _reasons(reasons: Any, formats: Formats) -> str:
    return ", ".join(why_not(reason, formats) for reason in reasons)


def _notes(trial: Trial, scene: Scene) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What is so with the deal whatever would be sent."""
    row = scene.facts.pipelines.get(trial.category)
    stage = scene.stage(trial.category, row.trigger_stage) if row and row.trigger_stage else ""
    quoted = {"stage": scene.formats.quote(stage)}
    if trial.shipped:
        live = "shipped" if trial.shipped.status.is_live else "finished"
        yield live, {"number": trial.shipped.number, "status": scene.formats.words(f"status.{trial.shipped.status}")}
    if trial.standing is not Standing.OPEN:
        yield (trial.standing.value, quoted) if stage else (f"{trial.standing.value}_plain", {})


def _trouble(facts: ProblemFacts, carrier: str, scene: Scene) -> Trouble:
    problem = facts.problem
    section = MENDED_IN.get(problem.field, "stages") if problem.who is Who.ADMIN else ""
    return Trouble(problem_view(facts, scene.formats, carrier, scene.titles), section)


def _switch(trial: Trial, scene: Scene) -> Switch:
    row = scene.facts.pipelines.get(trial.category)
    lacks = lacking_of(scene.facts, trial.category)
    state = "on" if row is not None and row.enabled else next(iter(lacks), "ready")
    stage = scene.stage(trial.category, row.trigger_stage) if row else ""
    formats = scene.formats
    name = scene.pipeline(trial.category)["name"] or formats.words("pipeline.unnamed")
    return Switch(trial.category, formats.quote(name), formats.quote(stage), state)
