"""Everything one slice of a portal's lane works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from b24app.bitrix24.catalogue import CatalogueMemory, CatalogueReader
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.fields import names_of
from b24app.bitrix24.goods import Units
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.reading import DealReader
from b24app.bitrix24.transport import PortalClient
from b24app.flows.snapshot import CatalogueSize, CodSource, PipelineConfig, Source
from b24app.lanes.slices import Slice
from b24app.runners.services import Services
from b24app.runners.views import draft_config, pipeline_config, rule_view
from b24app.store import lanes, origins, portals, rules
from b24app.store.engine import read_scope
from b24app.store.models import Pipeline, Portal


@dataclass
class Pace:
    """When this process last read a portal's hints, read items of its returns and sent it a batch (readings of the
    clock): what comes in a crowd is served together, whichever slice it falls into. `trigger_s`: how long the portal
    takes over a trigger."""

    last_read: float = float("-inf")
    last_items: float = float("-inf")
    last_batch: float = float("-inf")
    trigger_s: float = 2.0


@dataclass
class Run:
    """`client` speaks with the portal's own token. `pipelines` are those that are on, `configured` also those that
    could be switched on. `given`: what each account gives beside carrying. `items_told`: the changed items of returns
    that came with a sweep of deals, not served yet."""

    slice: Slice
    services: Services
    portal: Portal
    pipelines: dict[int, PipelineConfig]
    rows: dict[int, Pipeline]
    client: PortalClient
    names: FieldNames
    reader: DealReader
    pace: Pace
    configured: dict[int, PipelineConfig]
    catalogue: CatalogueReader | None
    given: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    items_told: BatchAnswer | None = None

    @property
    def people(self) -> bool:
        return self.slice.people

    def gives_way(self) -> bool:
        """Whether a person's row came in meanwhile: then this slice ends early, for the next one is the person's."""
        if self.people or self.slice.failures:
            return False
        with read_scope(self.services.sessions) as session:
            return lanes.people_wait(session, self.slice.lane_id, self.services.clock.now())

    def heed_switches(self, session: Session) -> None:
        """A pipeline that was switched off since this slice began ships nothing more, from now on."""
        rows = portals.pipelines(session, self.portal.id)
        self.pipelines = {key: each for key, each in self.pipelines.items() if key in rows and rows[key].enabled}

    def pipeline(self, category: int | None) -> PipelineConfig | None:
        return self.pipelines.get(category) if category is not None else None


def open_run(slice_: Slice, services: Services, memory: CatalogueMemory, pace: Pace) -> Run:
    """Read the portal's set-up; no remote call."""
    with read_scope(services.sessions) as session:
        portal = portals.get(session, slice_.portal_id)
        rows = portals.pipelines(session, portal.id)
        roles = portals.field_map(session, portal.id)
        places = origins.senders(session, portal.id)
        found_rules = rules.in_order(session, portal.id)
        given = _given(services, portals.systems_of(session, portal.id))
    in_order = [rule_view(row, places.of(row.connection_id)) for row in found_rules if row.enabled]
    age = services.settings.history_age_s
    found = {
        key: pipeline_config(portal, row, age, places.of(row.connection_id), in_order) for key, row in rows.items()
    }
    configured = {key: replace(config, extras_of=given) for key, config in found.items() if config is not None}
    pipelines = {key: config for key, config in configured.items() if config.enabled}
    names = names_of(roles, portal.settings or {})
    client = services.open_portal(portal)
    units = Units(**portal.settings.get("units", {}))
    defaults = _section_defaults(portal.settings.get("section_defaults", {}))
    # Without the scope for it the catalogue is not asked: weights are the portal's defaults.
    weighs = has(Feature.WEIGHTS, portal.scopes)
    catalogue = CatalogueReader(client, memory, units, defaults) if weighs else None
    payments = any(config.cod_source is CodSource.UNPAID for config in pipelines.values())
    reader = DealReader(client, names, catalogue, payments)
    return Run(slice_, services, portal, pipelines, rows, client, names, reader, pace, configured, catalogue, given)


def draft(run: Run, category: int) -> PipelineConfig:
    """How this pipeline ships, or would: one that nobody has set up yet has no account and no stage that ships."""
    found = run.configured.get(category)
    if found is not None:
        return found
    row = run.rows.get(category) or Pipeline(
        portal_id=run.portal.id, category_id=category, enabled=False, trigger_stage="", services={}, hold_s=0,
        status_stages={}, forward_only=True, settings={},
    )  # fmt: skip
    with read_scope(run.services.sessions) as session:
        places = origins.senders(session, run.portal.id)
        rows = rules.in_order(session, run.portal.id)
    in_order = [rule_view(each, places.of(each.connection_id)) for each in rows if each.enabled]
    age = run.services.settings.history_age_s
    config = draft_config(run.portal, row, age, places.of(row.connection_id), in_order)
    return replace(config, extras_of=run.given)


def _given(services: Services, systems: Mapping[int, tuple[str, str]]) -> dict[int, tuple[str, ...]]:
    """What each account gives beside carrying."""
    plugins = services.plugins
    return {account: plugins[code].manifest.extras for account, (code, _) in systems.items() if code in plugins}


def _section_defaults(settings: Mapping[str, Mapping[str, float]]) -> dict[int, CatalogueSize]:
    """`{"47": {"weight_g": 500}}` as the settings keep it."""
    return {int(section): CatalogueSize(Source.SECTION, **sizes) for section, sizes in settings.items()}
