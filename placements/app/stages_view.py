"""Pipelines as the page shows them: what ships, when, with what, and where deals move. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from b24app.flows.portions import OnFailure
from b24app.flows.snapshot import CodSource
from b24app.frames.formats import Formats
from b24app.logistics.status import Status
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection, Pipeline
from b24app.systems.plugin import Manifest
from placements import extras_words
from placements.app import chain_form, stages_guess
from placements.app.choices import Choice, StageChoice, of_pairs, of_stages, stage_choice
from placements.app.measures import DEFAULTS, typed_back
from placements.extras_words import ExtraRow

#: Statuses that a pipeline may answer with a stage of its own.
MAPPED = (
    Status.CREATED,
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERED,
    Status.DELIVERY_FAILED,
    Status.RETURNING,
    Status.RETURNED,
    Status.CANCELLED,
)
#: Name of the checkbox of a further stage that ships.
MORE = "more_trigger_"


@dataclass(frozen=True, slots=True)
class OwnDefault:
    """A weight or a side: what this pipeline says, else what the portal says."""

    name: str
    typed: str
    portal: str


@dataclass(frozen=True, slots=True)
class PipelineForm:
    """`gone` names stages that are used here and that the portal no longer has. `lost` = so is the whole pipeline.
    `guessed` = nobody has saved it yet, the choices are ours. `before` and `steps` are empty where no account is a
    warehouse."""

    id: int
    name: str
    enabled: bool
    triggers: tuple[Choice, ...]
    more: tuple[Choice, ...]
    accounts: tuple[Choice, ...]
    services: tuple[Choice, ...]
    cods: tuple[Choice, ...]
    hold_s: str
    backwards: bool
    on_failure: bool
    defaults: tuple[OwnDefault, ...]
    mappings: tuple[StageChoice, ...]
    before: tuple[Choice, ...] = ()
    steps: tuple[StageChoice, ...] = ()
    extras: tuple[ExtraRow, ...] = ()
    gone: tuple[str, ...] = ()
    lost: bool = False
    guessed: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False

    @property
    def offered(self) -> bool:
        """Whether our guess is whole: a stage and an account; it is saved when the reader goes on."""
        return (
            self.guessed and any(each.chosen for each in self.triggers) and any(each.chosen for each in self.accounts)
        )

    @property
    def mapped(self) -> int:
        """How many statuses move a deal."""
        return sum(any(choice.chosen for choice in each.stages) for each in self.mappings)

    @property
    def stepped(self) -> int:
        """How many steps of a warehouse move a deal."""
        return sum(any(choice.chosen for choice in each.stages) for each in self.steps)


@dataclass(frozen=True, slots=True)
class _Values:
    """What the form's fields hold: of the stored row, or as a person typed them."""

    enabled: bool
    trigger: str
    more: frozenset[str]
    account: str
    service: str
    cod: str
    hold_s: str
    backwards: bool
    on_failure: bool
    defaults: Mapping[str, str]
    mapping: Mapping[str, str]
    before: str = ""
    steps: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[str, ...] = ()


def pipelines_known(settings: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The portal's pipelines as the installer read them: `{"id", "name", "stages": [{"id", "name", "semantics"}]}`."""
    found: Sequence[Mapping[str, Any]] = settings.get("pipelines", ())
    return found


def pipeline_data(facts: PortalFacts, category: int) -> Mapping[str, Any] | None:
    """One pipeline of the portal; one that it no longer has but that is set up here has no stages."""
    known = next((each for each in pipelines_known(facts.settings) if each["id"] == category), None)
    if known is None and facts.pipelines.get(category) and pipelines_known(facts.settings):
        return {"id": category, "name": "", "stages": [], "lost": True}
    return known


def pipeline_forms(facts: PortalFacts, systems: Mapping[str, Manifest], formats: Formats) -> tuple[PipelineForm, ...]:
    known = pipelines_known(facts.settings)
    there = {each["id"] for each in known}
    lost = [key for key, row in sorted(facts.pipelines.items()) if known and key not in there and row.enabled]
    found = [*known, *(pipeline_data(facts, category) for category in lost)]
    return tuple(pipeline_form(each, facts, systems, formats) for each in found if each is not None)


def version(facts: PortalFacts) -> str:
    """Differs as soon as the portal's pipelines, or how far their reading came, do."""
    shown = [pipelines_known(facts.settings), [(step.step, step.state) for step in facts.steps]]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def is_reading(facts: PortalFacts) -> bool:
    """Whether the portal's set-up is being read right now."""
    return any(step.is_open for step in facts.steps)


def pipeline_form(
    data: Mapping[str, Any],
    facts: PortalFacts,
    systems: Mapping[str, Manifest],
    formats: Formats,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    saved: bool = False,
) -> PipelineForm:
    """`typed` is what the person sent when something was wrong with it."""
    row = facts.pipelines.get(data["id"]) or Pipeline(
        enabled=False, trigger_stage="", status_stages={}, services={}, hold_s=0, forward_only=True
    )
    stages = data["stages"]
    values = _typed(typed, stages) if typed is not None else _stored(row, facts.settings, formats)
    guessed = typed is None and stages_guess.untouched(row)
    if guessed:
        ships = stages_guess.trigger(data, facts)
        mapping = stages_guess.mapping(stages, ships)
        values = replace(values, trigger=ships, account=stages_guess.account(facts), mapping=mapping)
    names = {**(row.settings or {}).get("stage_names", {}), **{stage["id"]: stage["name"] for stage in stages}}
    there = {stage["id"] for stage in stages}
    used = [values.trigger, *sorted(values.more), *values.mapping.values(), *values.steps.values()]
    barns = chain_form.warehouses(facts.connections, systems)
    first = [("", formats.words("chain.none")), *chain_form.offered(barns, formats)]
    open_stages = [(stage["id"], stage["name"]) for stage in stages if not stage["semantics"]]
    return PipelineForm(
        id=data["id"],
        name=data["name"] or formats.words("pipeline.lost" if data.get("lost") else "pipeline.unnamed"),
        enabled=values.enabled,
        triggers=of_stages(open_stages, values.trigger, names),
        more=tuple(Choice(value, label, value in values.more) for value, label in open_stages),
        accounts=of_pairs(((str(each.id), each.title) for each in facts.shippers), values.account),
        services=_services(values, facts.shippers, systems, formats.lang),
        cods=_cods(values.cod, facts.settings, formats),
        hold_s=values.hold_s,
        backwards=values.backwards,
        on_failure=values.on_failure,
        defaults=_defaults(values.defaults, facts.settings, formats),
        mappings=tuple(
            stage_choice(status.value, formats.words(f"status.{status.value}"), values.mapping, stages, names)
            for status in MAPPED
        ),
        before=of_pairs(first, values.before) if barns else (),
        steps=tuple(
            stage_choice(step.value, formats.words(f"chain.step.{step.value}"), values.steps, stages, names)
            for step in (chain_form.STEPS if barns else ())
        ),
        extras=extras_words.rows(facts.shippers, systems, values.extras, formats.words),
        gone=tuple(dict.fromkeys(names.get(stage) or stage for stage in used if stage and stage not in there)),
        lost=bool(data.get("lost")),
        guessed=guessed,
        errors=errors or {},
        saved=saved,
    )


def _stored(row: Pipeline, settings: Mapping[str, Any], formats: Formats) -> _Values:
    own = row.settings or {}
    source = own.get("cod_source", CodSource.NONE)
    return _Values(
        enabled=row.enabled,
        trigger=row.trigger_stage,
        more=frozenset(own.get("more_triggers", ())),
        account=str(row.connection_id or ""),
        service=str(next(iter((row.services or {}).values()), "")),
        cod=str(settings.get("cod_field", "") if source == CodSource.FIELD else source),
        hold_s=str(row.hold_s),
        backwards=row.forward_only is False,
        on_failure=own.get("on_failure") == OnFailure.FOLLOW,
        defaults={name: typed_back(value, name, formats) for name, value in own.get("defaults", {}).items()},
        mapping={status: str(stage) for status, stage in (row.status_stages or {}).items()},
        before=chain_form.value_of(own.get("before")),
        steps={step: str(stage) for step, stage in own.get("warehouse_stages", {}).items()},
        extras=tuple(own.get("extras", ())),
    )


def _typed(form: Mapping[str, str], stages: Sequence[Mapping[str, Any]]) -> _Values:
    return _Values(
        enabled=bool(form.get("enabled")),
        trigger=form.get("trigger_stage", ""),
        more=frozenset(more_triggers(form, stages)),
        account=form.get("connection_id", ""),
        service=form.get("service", ""),
        cod=form.get("cod", CodSource.NONE),
        hold_s=form.get("hold_s", "0"),
        backwards=bool(form.get("backwards")),
        on_failure=bool(form.get("on_failure")),
        defaults={name: form.get(f"default_{name}", "") for name in DEFAULTS},
        mapping={status.value: form.get(f"stage_{status.value}", "") for status in MAPPED},
        before=form.get("before", ""),
        steps={step.value: form.get(chain_form.STAGE + step.value, "") for step in chain_form.STEPS},
        extras=extras_words.read(form),
    )


def more_triggers(form: Mapping[str, str], stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Further stages that ship, as ticked; only open stages that the portal has."""
    first = form.get("trigger_stage", "")
    open_stages = [stage["id"] for stage in stages if not stage["semantics"]]
    return [stage for stage in open_stages if form.get(MORE + stage) and stage != first]


def _defaults(own: Mapping[str, str], settings: Mapping[str, Any], formats: Formats) -> tuple[OwnDefault, ...]:
    portal = settings.get("defaults", {})
    return tuple(
        OwnDefault(name, own.get(name, ""), typed_back(portal.get(name, 0), name, formats)) for name in DEFAULTS
    )


def _cods(chosen: str, settings: Mapping[str, Any], formats: Formats) -> tuple[Choice, ...]:
    """Where the cash on delivery comes from: nowhere, unpaid payments, or a field of the portal's."""
    own = [(each, formats.words(f"pipeline.cod_{each}")) for each in (CodSource.NONE, CodSource.UNPAID)]
    fields = [
        (each["name"], formats.words("pipeline.cod_field", title=each["title"]))
        for each in settings.get("money_fields", ())
    ]
    return of_pairs([*own, *fields], chosen)


def _services(
    values: _Values, accounts: Sequence[Connection], systems: Mapping[str, Manifest], lang: str
) -> tuple[Choice, ...]:
    """Services of the chosen account's system, else of the first account's."""
    account = next((each for each in accounts if str(each.id) == values.account), accounts[0] if accounts else None)
    manifest = systems.get(account.system) if account else None
    offered = manifest.services if manifest else ()
    return of_pairs(((code, title.get(lang) or code) for code, title in offered), values.service)
