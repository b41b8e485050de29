"""Our delivery service in the portal's online store: handler, service with its profiles, properties that a buyer fills,
an insurance (contracts/bitrix24-crm.md §9.1). Only where an administrator switched it on; switched off, it goes.

Each number is kept before the next thing is made, and looked for before it is made again. A portal that refuses (it has
no store, its plan) goes without: that is told, and tried again each day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.shop_calls import HANDLER, KEY
from b24app.flows.shop import ShopRules
from b24app.store import portal_settings, portals, shop_doors
from b24app.store import shop as kept_shop
from b24app.store.shop import Standing
from install import wanted_shop
from install.steps.catalogue import Ground, Read
from install.wanted_shop import Service

_HANDLERS, _SERVICES = Read("sale.delivery.handler.list"), Read("sale.delivery.getlist")
_PEOPLE, _GROUPS = Read("sale.persontype.list"), Read("sale.propertygroup.list")
_PROPERTIES = Read("sale.shipmentproperty.list", {"filter": {"@code": list(wanted_shop.PROPERTIES)}})
_RELATIONS = Read("sale.propertyRelation.list", {"filter": {"entityType": "D"}})
#: Refusals of our key, not of the store.
_OF_THE_KEY = frozenset({Kind.TOKEN, Kind.TOKEN_DEAD, Kind.CONFIRM})


def reads(ground: Ground) -> list[Read]:
    rules, standing = ground.save(lambda session: _known(session, ground.portal_id))
    wanted = has(Feature.STORE, ground.granted) and (rules.on or standing.is_there)
    return [_HANDLERS, _SERVICES] if wanted else []


def run(ground: Ground) -> None:
    if not has(Feature.STORE, ground.granted):
        return
    rules, standing = ground.save(lambda session: _known(session, ground.portal_id))
    if not rules.on and not standing.handler:
        return
    try:
        standing = _there(ground, rules, standing) if rules.on else _gone(ground, standing)
    except RestError as error:
        if error.retryable or error.portal_wide or error.kind in _OF_THE_KEY:
            raise
        ground.skipped.append(error.text or error.code)
        standing = ground.save(lambda session: _known(session, ground.portal_id))[1]
    _keep(ground, replace(standing, looked_at=ground.now()))


def _known(session: Session, portal_id: int) -> tuple[ShopRules, Standing]:
    settings = portals.get(session, portal_id).settings
    return ShopRules.of(settings), Standing.of(settings)


def _keep(ground: Ground, standing: Standing) -> Standing:
    told = standing.to_json()
    ground.save(lambda session: portal_settings.merge(session, ground.portal_id, **{kept_shop.KEY: told}))
    return standing


def _there(ground: Ground, rules: ShopRules, standing: Standing) -> Standing:
    secret, key = ground.save(lambda session: shop_doors.ensure(session, ground.portal_id, ground.now()))
    standing = _keep(ground, _handler(ground, secret, standing))
    service = _service(ground, rules, key, standing)
    standing = _keep(ground, replace(standing, parent=service.id, services=service.kinds))
    extras = [Read("sale.delivery.extra.service.get", {"DELIVERY_ID": each}) for each in service.profiles]
    config = Read("sale.delivery.config.get", {"ID": service.id})
    people, groups, properties, config_now, *own = ground.get_all([_PEOPLE, _GROUPS, _PROPERTIES, config, *extras])
    writes = wanted_shop.mend_service(service, rules, ground.lang)
    if not wanted_shop.key_is(config_now, key):
        told = {"ID": service.id, "CONFIG": [{"CODE": KEY, "VALUE": key}]}
        writes.append(Command("cf", "sale.delivery.config.update", told))
    for profile, listed in zip(service.profiles, own, strict=True):
        writes += wanted_shop.mend_extras(profile, listed, rules, ground.lang)
    missing = wanted_shop.missing_properties(properties, people, groups, ground.lang)
    now = ground.do_then([*writes, *missing], _PROPERTIES) if writes or missing else properties
    found = wanted_shop.properties_there(now)
    standing = _keep(ground, replace(standing, properties=found))
    relations = wanted_shop.missing_relations(ground.get(_RELATIONS), found, service.profiles)
    if relations:
        ground.do(relations)
    return standing


def _handler(ground: Ground, secret: str, standing: Standing) -> Standing:
    wanted = wanted_shop.handler(ground.store_url, secret, ground.lang)
    there = wanted_shop.handler_there(ground.get(_HANDLERS), wanted)
    if there is None:
        answer = ground.do([Command("h", "sale.delivery.handler.add", {"CODE": HANDLER, **wanted})])
        return replace(standing, handler=number(answer.get("h")) or 0)
    if not there.same:
        ground.do([Command("h", "sale.delivery.handler.update", {"ID": there.id, **wanted})])
    return replace(standing, handler=there.id)


def _service(ground: Ground, rules: ShopRules, key: str, standing: Standing) -> Service:
    there = wanted_shop.service_there(ground.get(_SERVICES), standing.parent)
    if there is not None:
        return there
    config = [{"CODE": KEY, "VALUE": key}]
    fields = {"REST_CODE": HANDLER, **wanted_shop.service_fields(rules, ground.lang), "CONFIG": config}
    answer = ground.do([Command("s", "sale.delivery.add", fields)])
    made: dict[str, Any] = as_map(answer.get("s"))
    parent = as_map(made.get("parent"))
    rows = [{**parent, "PARENT_ID": None}, *made.get("profiles", ())]
    found = wanted_shop.service_there(rows, number(parent.get("ID")) or 0)
    if found is None:
        raise RestError("", "the store answered without the service that it made", "sale.delivery.add")
    return found


def _gone(ground: Ground, standing: Standing) -> Standing:
    """The service goes, then its handler. One that orders hold on to is switched off instead: buyers see it no more,
    and the handler stays for what was ordered."""
    there = wanted_shop.service_there(ground.get(_SERVICES), standing.parent)
    if there is not None:
        answer = ground.client.batch([Command("d", "sale.delivery.delete", {"ID": there.id})])
        if "d" in answer.errors:
            off = [there.id, *there.profiles]
            told = [
                Command(f"o{at}", "sale.delivery.update", {"ID": each, "ACTIVE": "N"}) for at, each in enumerate(off)
            ]
            ground.do(told)
            return standing
        ground.done.append("sale.delivery.delete")
    handler = wanted_shop.handler_there(ground.get(_HANDLERS), wanted_shop.handler(ground.store_url, "", ground.lang))
    if handler is not None:
        ground.do([Command("h", "sale.delivery.handler.delete", {"ID": handler.id})])
    return Standing()
