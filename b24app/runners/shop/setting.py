"""Everything about a portal that an answer to its store is made of, read together and kept for a few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from b24app.bitrix24.shop_calls import Services as StoreServices
from b24app.flows.pricing import PriceRules
from b24app.flows.shop import ShopRules
from b24app.flows.snapshot import PipelineConfig
from b24app.runners.portal.rating import tells_prices
from b24app.runners.services import Services
from b24app.runners.views import draft_config, rule_view
from b24app.store import origins, portals, rules
from b24app.store.models import Connection, Pipeline, Portal
from b24app.store.origins import Senders
from b24app.store.shop import Standing


@dataclass(frozen=True, slots=True)
class Setting:
    """`accounts` work and tell prices, pipelines in `shipping` are on."""

    portal: Portal
    rules: ShopRules
    services: StoreServices
    pipeline: PipelineConfig
    prices: PriceRules
    accounts: Mapping[int, Connection]
    senders: Senders
    shipping: frozenset[int]


def read_setting(session: Session, services: Services, portal_id: int) -> Setting:
    """Raises NoResultFound."""
    portal = portals.get(session, portal_id)
    shop, standing = ShopRules.of(portal.settings), Standing.of(portal.settings)
    places = origins.senders(session, portal_id)
    pipelines = portals.pipelines(session, portal_id)
    row = pipelines.get(shop.category) or _blank(portal_id, shop.category)
    found_rules = [
        rule_view(each, places.of(each.connection_id)) for each in rules.in_order(session, portal_id) if each.enabled
    ]
    sender = places.of(row.connection_id)
    config = draft_config(portal, row, services.settings.history_age_s, sender, found_rules)
    accounts = portals.connections(session, portal_id)
    return Setting(
        portal=portal,
        rules=shop,
        services=StoreServices(
            {int(each): kind for each, kind in standing.services.items()},
            {int(each): code for each, code in standing.properties.items()},
        ),
        pipeline=config,
        prices=PriceRules.of(portal.settings),
        accounts={each.id: each for each in accounts if tells_prices(services, each)},
        senders=places,
        shipping=frozenset(category for category, each in pipelines.items() if each.enabled),
    )


def _blank(portal_id: int, category: int) -> Pipeline:
    return Pipeline(
        portal_id=portal_id, category_id=category, enabled=False, trigger_stage="", services={}, hold_s=0,
        status_stages={}, forward_only=True, settings={},
    )  # fmt: skip
