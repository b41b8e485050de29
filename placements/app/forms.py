"""The set-up form of a pipeline, by its stages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.flows.snapshot import CodSource
from b24app.frames.formats import Formats
from b24app.logistics.status import Status
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection, Pipeline
from b24app.systems.plugin import Manifest

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


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class StageChoice:
    """One status and the stage it moves a deal to."""

    status: str
    label: str
    stages: tuple[Choice, ...]


#: What goods are taken to weigh and measure when the catalogue does not say: fields of `flows.snapshot.Defaults`.
DEFAULTS = ("weight_g", "length_mm", "width_mm", "height_mm", "packaging_g")


@dataclass(frozen=True, slots=True)
class PipelineForm:
    id: int
    name: str
    enabled: bool
    triggers: tuple[Choice, ...]
    accounts: tuple[Choice, ...]
    services: tuple[Choice, ...]
    cods: tuple[Choice, ...]
    hold_s: int
    defaults: Mapping[str, int]
    mappings: tuple[StageChoice, ...]
    errors: Mapping[str, str]
    saved: bool = False


def pipeline_forms(facts: PortalFacts, systems: Mapping[str, Manifest], formats: Formats) -> tuple[PipelineForm, ...]:
    return tuple(pipeline_form(each, facts, systems, formats) for each in facts.settings.get("pipelines", ()))


def pipeline_form(
    data: Mapping[str, Any],
    facts: PortalFacts,
    systems: Mapping[str, Manifest],
    formats: Formats,
    errors: Mapping[str, str] | None = None,
    saved: bool = False,
) -> PipelineForm:
    """`data` is the pipeline as the installer read it: id, name, stages."""
    row = facts.pipelines.get(data["id"]) or Pipeline(
        enabled=False, trigger_stage="", status_stages={}, services={}, hold_s=0
    )
    stages = data["stages"]
    open_stages = [stage for stage in stages if not stage["semantics"]]
    return PipelineForm(
        id=data["id"],
        name=data["name"] or formats.words("pipeline.unnamed"),
        enabled=row.enabled,
        triggers=_choices(((stage["id"], stage["name"]) for stage in open_stages), row.trigger_stage),
        accounts=_choices(((str(each.id), each.title) for each in facts.connections), str(row.connection_id or "")),
        services=_services(row, facts.connections, systems, formats.lang),
        cods=_cods(row, facts.settings, formats),
        hold_s=row.hold_s,
        defaults={name: int((row.settings or {}).get("defaults", {}).get(name, 0)) for name in DEFAULTS},
        mappings=tuple(_mapping(status, row.status_stages or {}, stages, formats) for status in MAPPED),
        errors=errors or {},
        saved=saved,
    )


def _cods(row: Pipeline, settings: Mapping[str, Any], formats: Formats) -> tuple[Choice, ...]:
    """Where the cash on delivery comes from: nowhere, unpaid payments, or a field of the portal's."""
    source = (row.settings or {}).get("cod_source", CodSource.NONE)
    chosen = settings.get("cod_field", "") if source == CodSource.FIELD else source
    own = [(each, formats.words(f"pipeline.cod_{each}")) for each in (CodSource.NONE, CodSource.UNPAID)]
    fields = [
        (each["name"], formats.words("pipeline.cod_field", title=each["title"]))
        for each in settings.get("money_fields", ())
    ]
    return _choices([*own, *fields], str(chosen))


def _choices(pairs: Any, chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in pairs)


def _services(
    row: Pipeline, accounts: Sequence[Connection], systems: Mapping[str, Manifest], lang: str
) -> tuple[Choice, ...]:
    """Services of the chosen account's system, else of the first account's."""
    account = next((each for each in accounts if each.id == row.connection_id), accounts[0] if accounts else None)
    manifest = systems.get(account.system) if account else None
    chosen = next(iter((row.services or {}).values()), "")
    offered = manifest.services if manifest else ()
    return _choices(((code, title.get(lang) or code) for code, title in offered), str(chosen))


def _mapping(
    status: Status, chosen: Mapping[str, Any], stages: Sequence[Mapping[str, Any]], formats: Formats
) -> StageChoice:
    pairs = ((stage["id"], stage["name"]) for stage in stages)
    return StageChoice(
        status.value, formats.words(f"status.{status.value}"), _choices(pairs, str(chosen.get(status.value, "")))
    )
