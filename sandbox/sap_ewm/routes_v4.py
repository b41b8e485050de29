"""OData V4: EWM's services (§6.2)."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from flask import Flask, Response, request

from . import metadata, odata
from .core import Sap
from .errors import Refused
from .rules import ewm
from .schema import Entity, Service, services
from .shown import Row, v4_entry
from .wire import guard_write, hand_out, note, verb

_JSON = "application/json;charset=utf-8"


def add(app: Flask, sap: Sap) -> None:
    root = "/sap/opu/odata4/sap/<group>/srvd_a2x/sap/<name>/0001"
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

    @app.route(f"{root}/", methods=methods, defaults={"rest": ""})
    @app.route(root, methods=methods, defaults={"rest": ""})
    @app.route(f"{root}/<path:rest>", methods=methods)
    def call_v4(group: str, name: str, rest: str) -> Response:
        with sap.lock:
            service = _service(sap, group, name)
            guard_write(sap, group)
            return hand_out(sap, _answer(sap, service, rest))


def _service(sap: Sap, group: str, name: str) -> Service:
    """Raises Refused: no such group, not published (§2)."""
    found = services(newer=sap.switches.newer).get(group)
    if found is None or found.path != name or group in sap.switches.unregistered or not sap.switches.ewm:
        note(unknown=True)
        raise Refused("/IWFND/MED/170", status=404, name=group, version="0001")
    return found


def _answer(sap: Sap, service: Service, rest: str) -> Response:
    if not rest:
        sets = [{"name": name, "kind": "EntitySet", "url": name} for name in service.entities]
        return Response(json.dumps({"@odata.context": "$metadata", "value": sets}), content_type=_JSON)
    if rest == "$metadata":
        actions = {name: ewm.ACTIONS[name] for name in service.entities if name in ewm.ACTIONS}
        return Response(metadata.v4(service, ewm.keys(sap), actions), content_type="application/xml;charset=utf-8")
    if rest == "$batch":
        raise Refused("/IWBEP/CM_MGW_RT/030", name=rest)
    first, _, further = rest.partition("/")
    name, predicate = odata.segment(first)
    entity = service.entities.get(name)
    if entity is None:
        raise Refused("/IWBEP/CM_MGW_RT/020", name=name)
    if further:
        return _action(sap, entity, predicate, further)
    if verb() not in ("GET", "HEAD"):
        raise Refused("SADL_ENTITY_RUNTIME/011", verb=verb(), name=name)
    return _list(sap, entity) if predicate is None else _one(sap, entity, predicate)


def _etag(sap: Sap, entity: Entity, row: Row) -> str:
    if entity.name not in ewm.KINDS:
        return ""
    key = {name: str(row[name]) for name in entity.keys if name.startswith(("EWMOut", "EWMIn"))}
    return ewm.etag(ewm.delivery_of(sap, entity.name, key))


def _list(sap: Sap, entity: Entity) -> Response:
    wanted = odata.options(request.args)
    if wanted.expand:
        raise Refused("/IWBEP/CM_MGW_RT/024", name=wanted.expand[0])
    chosen = odata.choose(ewm.rows(sap, entity), entity, wanted, v4=True)
    rest = chosen[wanted.skip :]
    most = min(wanted.top if wanted.top is not None else len(rest), sap.switches.page_rows)
    extra = sap.switches.unknown_fields
    found = [v4_entry(entity, row, _etag(sap, entity, row), wanted.select, extra=extra) for row in rest[:most]]
    body: Row = {"@odata.context": f"$metadata#{entity.name}", "@odata.metadataEtag": 'W/"20261001120000"'}
    if wanted.count:
        body["@odata.count"] = len(chosen)
    body["value"] = found
    if len(rest) > most and (wanted.top is None or wanted.top > most):
        query = {name: value for name, value in request.args.items() if name not in ("$skip", "$skiptoken")}
        body["@odata.nextLink"] = f"{entity.name}?{urlencode(query | {'$skiptoken': wanted.skip + most})}"
    return Response(json.dumps(body, ensure_ascii=False), content_type=_JSON)


def _keys(sap: Sap, entity: Entity) -> list[str]:
    return ewm.keys(sap).get(entity.name, entity.keys)


def _one(sap: Sap, entity: Entity, predicate: str) -> Response:
    if "direct" not in entity.flags:
        raise Refused("/IWBEP/CM_MGW_RT/020", name=entity.name)
    key = odata.key_of(_keys(sap, entity), predicate, entity.name)
    wanted = odata.options(request.args)
    if entity.name in ewm.KINDS:
        delivery = ewm.delivery_of(sap, entity.name, key)
        # Numbers may come with leading zeros, and are shown without.
        key |= {name: delivery.ewm_order for name in key if name in ("EWMOutboundDeliveryOrder", "EWMInboundDelivery")}
    found = next((row for row in ewm.rows(sap, entity) if odata.same(row, _plain(key))), None)
    if found is None:
        raise Refused("/SCWM/ODATA_API/040", status=404, order=predicate, words="does not exist")
    etag = _etag(sap, entity, found)
    body = {"@odata.context": f"$metadata#{entity.name}/$entity"}
    body |= v4_entry(entity, found, etag, wanted.select, extra=sap.switches.unknown_fields)
    return Response(json.dumps(body, ensure_ascii=False), headers={"ETag": etag} if etag else {}, content_type=_JSON)


def _plain(key: Row) -> Row:
    """Item numbers too."""
    return {name: value.lstrip("0") if name.endswith("Item") else value for name, value in key.items()}


def _action(sap: Sap, entity: Entity, predicate: str | None, further: str) -> Response:
    space, _, action = further.rpartition(".")
    if predicate is None or space not in ("SAP__self", f"com.sap.gateway.srvd_a2x.{entity.name}"):
        raise Refused("/IWBEP/CM_MGW_RT/020", name=further)
    if verb() != "POST":
        raise Refused("SADL_ENTITY_RUNTIME/011", verb=verb(), name=action)
    if entity.name not in ewm.KINDS:
        raise Refused("/IWBEP/CM_MGW_RT/020", name=action)
    delivery = ewm.delivery_of(sap, entity.name, odata.key_of(_keys(sap, entity), predicate, entity.name))
    note(key=delivery.mark or delivery.number, function=action)
    ewm.act(sap, entity.name, delivery, action, request.headers.get("If-Match"))
    return Response(status=204)
