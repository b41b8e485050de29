"""OData V2: the delivery services and the orders they refer to (§3, §5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, request

from . import metadata, odata
from .core import Sap
from .errors import Refused
from .model import Delivery
from .rules import deliveries, functions
from .rules.rows import rows
from .schema import Entity, Function, Service, services
from .shown import V2, Row
from .values import literal, read, write
from .wire import guard_write, hand_out, note, user, verb, wants_json

_KINDS = {"API_OUTBOUND_DELIVERY_SRV": "J", "API_CUSTOMER_RETURNS_DELIVERY_SRV": "T"}
_JSON, _ATOM = "application/json;charset=utf-8", "application/atom+xml;charset=utf-8"
_WARNING = {"code": "VL/170", "message": "Delivery date was moved to the next working day", "severity": "warning",
            "details": []}  # fmt: skip


def add(app: Flask, sap: Sap) -> None:
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "MERGE", "DELETE"]

    @app.route("/sap/opu/odata/sap/<service>/", methods=methods, defaults={"rest": ""})
    @app.route("/sap/opu/odata/sap/<service>", methods=methods, defaults={"rest": ""})
    @app.route("/sap/opu/odata/sap/<service>/<path:rest>", methods=methods)
    def call_v2(service: str, rest: str) -> Response:
        with sap.lock:
            found = _service(sap, service)
            guard_write(sap, found.name)
            return hand_out(sap, _Call(sap, found, f"{sap.base_url}/sap/opu/odata/sap/{service}").answer(rest))


def _service(sap: Sap, text: str) -> Service:
    """``NAME;v=0002`` (also ``;v=2``); without a version it is the first. Raises Refused."""
    name, _, version = text.partition(";v=")
    wanted = f"{int(version):04d}" if version.isdigit() else "0001"
    g.service = name, wanted
    found = services(newer=sap.switches.newer).get(name)
    if found is None or found.path or name in sap.switches.unregistered or (found.version or "0001") != wanted:
        note(unknown=True)
        raise Refused("/IWFND/MED/170", name=name, version=wanted)
    return found


class _Call:
    """One call of one service."""

    def __init__(self, sap: Sap, service: Service, root: str) -> None:
        self.sap, self.service, self.root = sap, service, root
        self.kind = _KINDS.get(service.name, "")
        switches = sap.switches
        self.writer = V2(service, root, self._behind, self._etag, zeros=switches.trailing_zeros,
                         extra=switches.unknown_fields)  # fmt: skip

    # --- finding out what is asked for --------------------------------------------------------------------------------

    def answer(self, rest: str) -> Response:
        if not rest:
            names = list(self.service.entities)
            return Response(json.dumps({"d": {"EntitySets": names}}), content_type=_JSON)
        if rest == "$metadata":
            text = metadata.v2(self.service, filterable=self.sap.switches.filterable)
            return Response(text, content_type="application/xml;charset=utf-8")
        if rest == "$batch":
            raise Refused("/IWBEP/CM_MGW_RT/030", name=rest)
        name, *further = rest.split("/")
        name, predicate = odata.segment(name)
        if name in self.service.functions and predicate is None and not further:
            return self._function(self.service.functions[name])
        entity = self.service.entities.get(name)
        if entity is None:
            raise Refused("/IWBEP/CM_MGW_RT/020", name=name)
        if verb() not in ("GET", "HEAD"):
            if further:
                raise Refused("/IWBEP/CM_MGW_RT/021", verb=verb(), name=rest)
            return self._write(entity, predicate)
        return self._read(entity, predicate, further)

    def _read(self, entity: Entity, predicate: str | None, further: list[str]) -> Response:
        if "direct" not in entity.flags:
            # §9.5: only behind a navigation.
            raise Refused("/IWBEP/CM_MGW_RT/020", name=entity.name)
        wanted = odata.options(request.args)
        if wanted.filter and not self.sap.switches.filters:
            raise Refused("/IWBEP/CM_MGW_RT/026", name=wanted.filter.split()[0])
        if predicate is None:
            return self._list(entity, rows(self.sap, entity), wanted, further)
        row = self._one(entity, predicate)
        if not further:
            note(key=row.get("BillOfLading") or next(iter(row.values())))
            return self._entry(entity, row, wanted)
        return self._along(entity, row, further, wanted)

    def _along(self, entity: Entity, row: Row, further: list[str], wanted: odata.Options) -> Response:
        """Behind a navigation of one row."""
        road = entity.navigations.get(further[0])
        if road is None:
            raise Refused("/IWBEP/CM_MGW_RT/020", name=further[0])
        target, found = self.service.entities[road.target], self._behind(entity, row, road.name)
        if road.many:
            return self._list(target, found, wanted, further[1:])
        if not found:
            raise Refused("/IWBEP/CM_MGW_RT/020", name=road.name)
        return self._along(target, found[0], further[1:], wanted) if further[1:] else self._entry(
            target, found[0], wanted)  # fmt: skip

    def _one(self, entity: Entity, predicate: str) -> Row:
        key = odata.key_of(entity.keys, predicate, entity.name)
        found = next((row for row in rows(self.sap, entity) if odata.same(row, key)), None)
        if found is None:
            raise Refused("VL/055", status=404, delivery=next(iter(key.values())))
        return found

    def _behind(self, entity: Entity, row: Row, name: str) -> list[Row]:
        road = entity.navigations[name]
        target = self.service.entities[road.target]
        pairs = road.on or (("AddressID", "AddressID"),)
        found = rows(self.sap, target)
        if "PartnerFunction" in target.properties and "PartnerFunction" in entity.properties:
            pairs = (*pairs, ("PartnerFunction", "PartnerFunction"))
        return [each for each in found if all(each[there] == row[here] for here, there in pairs)]

    def _etag(self, entity: Entity, row: Row) -> str:
        return f"W/\"'{row['DeliveryVersion']}'\"" if entity.guarded and "DeliveryVersion" in row else ""

    # --- answers ------------------------------------------------------------------------------------------------------

    def _list(self, entity: Entity, found: list[Row], wanted: odata.Options, further: list[str]) -> Response:
        chosen = odata.choose(found, entity, wanted)
        if further == ["$count"]:
            return Response(str(len(chosen)), content_type="text/plain")
        if further:
            raise Refused("/IWBEP/CM_MGW_RT/020", name=further[0])
        rest = chosen[wanted.skip :]
        most = min(wanted.top if wanted.top is not None else len(rest), self.sap.switches.page_rows)
        page = rest[:most]
        if not wants_json():
            return Response(self.writer.atom_feed(entity, page), content_type=_ATOM)
        body: Row = {"results": [self.writer.entry(entity, row, wanted.expand, wanted.select) for row in page]}
        if wanted.count:
            body["__count"] = str(len(chosen))
        if len(rest) > most and (wanted.top is None or wanted.top > most):
            query = {name: value for name, value in request.args.items() if name not in ("$skip", "$skiptoken")}
            body["__next"] = f"{self.root}/{entity.name}?{urlencode(query | {'$skiptoken': wanted.skip + most})}"
        return Response(json.dumps({"d": body}, ensure_ascii=False), content_type=_JSON)

    def _entry(self, entity: Entity, row: Row, wanted: odata.Options, status: int = 200) -> Response:
        etag = self._etag(entity, row)
        headers = {"ETag": etag} if etag else {}
        if not wants_json():
            return Response(self.writer.atom_entry(entity, row), status, headers, content_type=_ATOM)
        body = {"d": self.writer.entry(entity, row, wanted.expand, wanted.select)}
        return Response(json.dumps(body, ensure_ascii=False), status, headers, content_type=_JSON)

    # --- writes -------------------------------------------------------------------------------------------------------

    def _write(self, entity: Entity, predicate: str | None) -> Response:
        sent = verb()
        if sent == "POST" and predicate is None:
            return self._create(entity)
        flag = {"PATCH": "update", "MERGE": "update", "PUT": "update", "DELETE": "delete"}.get(sent, "")
        if predicate is None or flag not in entity.flags or not self.kind or sent == "PUT":
            raise Refused("/IWBEP/CM_MGW_RT/021", verb=sent, name=entity.name)
        row = self._one(entity, predicate)
        delivery = self.sap.deliveries[row["DeliveryDocument"]]
        deliveries.guard(self.sap, delivery, request.headers.get("If-Match"))
        if sent == "DELETE":
            self._delete(entity, delivery)
        else:
            self._patch(entity, row, delivery, _body())
        note(key=delivery.mark or delivery.number)
        return Response(status=204)

    def _patch(self, entity: Entity, row: Row, delivery: Delivery, body: Mapping[str, Any]) -> None:
        if entity.name.endswith("DeliveryHeader"):
            deliveries.patch_header(self.sap, delivery, entity, body)
        elif entity.name.endswith("Address2"):
            deliveries.patch_address(self.sap, delivery, entity, body)
        else:
            line = delivery.line(row["DeliveryDocumentItem"])
            assert line is not None  # noqa: S101 - the row was made of it
            deliveries.patch_item(self.sap, delivery, line, entity, body)

    def _delete(self, entity: Entity, delivery: Delivery) -> None:
        if not entity.name.endswith("DeliveryHeader"):
            raise Refused("/IWBEP/CM_MGW_RT/030", name=f"DELETE {entity.name}")
        deliveries.delete(self.sap, delivery)

    def _create(self, entity: Entity) -> Response:
        if "create" not in entity.flags or not self.kind:
            raise Refused("/IWBEP/CM_MGW_RT/021", verb="POST", name=entity.name)
        items = self.service.entities[entity.navigations["to_DeliveryDocumentItem"].target]
        made = deliveries.create(self.sap, user(), self.kind, entity, items, _body())
        note(key=made.mark or made.number)
        row = self._one(entity, f"'{made.number}'")
        response = self._entry(entity, row, odata.Options(expand=("to_DeliveryDocumentItem",)), 201)
        response.headers["Location"] = self.writer.uri(entity, row)
        if self.sap.switches.warnings:
            response.headers["sap-message"] = json.dumps(_WARNING)
        return response

    # --- function imports ---------------------------------------------------------------------------------------------

    def _function(self, function: Function) -> Response:
        if verb() != "POST":
            raise Refused("/IWBEP/CM_MGW_RT/021", verb=verb(), name=function.name)
        arguments = {}
        for found in function.parameters:
            given = request.args.get(found.name)
            if given is None:
                raise Refused("/IWBEP/CM_MGW_RT/028", found.name, name=found.name)
            try:
                value = literal(given)
                if found.type == "String":
                    read(found, value)
                elif isinstance(value, str):
                    raise ValueError(given)  # noqa: TRY301 - as a literal that is none
            except ValueError:
                raise Refused("/IWBEP/CM_MGW_RT/027", found.name, name=found.name, value=given) from None
            arguments[found.name] = value
        note(function=function.name, key=str(arguments["DeliveryDocument"]))
        report = functions.call(self.sap, self.service, function.name, arguments, request.headers.get("If-Match"))
        if not wants_json():
            raise Refused("/IWBEP/CM_MGW_RT/030", name=f"{function.name} in Atom")
        kinds = self.service.complexes[function.result]
        meta = {"type": f"{self.service.namespace}.{function.result}"}
        body = [{"__metadata": meta} | {key: _plain(kinds[key], row[key]) for key in kinds} for row in report]
        return Response(json.dumps({"d": {"results": body}}, ensure_ascii=False), content_type=_JSON)


def _plain(found: Any, value: Any) -> Any:
    return "0" if found.type == "Decimal" and value == "" else value if isinstance(value, str) else write(found, value)


def _body() -> Mapping[str, Any]:
    """Raises Refused: no JSON object."""
    try:
        body = json.loads(request.get_data() or b"null")
    except ValueError:
        body = None
    if request.mimetype != "application/json" or not isinstance(body, dict):
        raise Refused("/IWBEP/CM_MGW_RT/029")
    return body.get("d", body) if isinstance(body.get("d"), dict) else body
