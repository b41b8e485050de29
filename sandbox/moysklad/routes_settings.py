"""Addresses of what an administrator sets up: sign-in, context, metadata, states, attributes, webhooks (§2.1, 5.6, 5.7,
7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request

from .core import MoySklad
from .data.fields import DOCUMENTS, VALUES
from .errors import Refused
from .model import Base, Entity, named_id
from .rules import lists, webhooks
from .rules.view import API, collection, meta
from .wire import answer, body, caller, each, note

_KINDS = (*DOCUMENTS, "counterparty")


def add(app: Flask, sklad: MoySklad) -> None:
    for part in (_context, _metadata, _attributes, _states, _webhooks):
        part(app, sklad)


def _context(app: Flask, sklad: MoySklad) -> None:
    @app.post(f"{API}/security/token")
    def token() -> Response:
        if not g.get("by_login"):
            raise Refused(1056, "Требуется логин и пароль")
        with sklad.lock:
            fresh = (sklad.new_id() + sklad.new_id()).replace("-", "")[:40]
            sklad.tokens[caller().user.login] = fresh
            sklad.note("token.issued", caller().user.login)
            return answer(sklad, {"access_token": fresh})

    @app.get(f"{API}/context/employee")
    def employee() -> Response:
        if caller().user.is_solution:
            raise Refused(1085)
        found = caller().base.of("employee")[caller().user.employee_id]
        return answer(sklad, caller().view.entity(found))

    @app.get(f"{API}/context/application")
    def application() -> Response:
        if not caller().user.is_solution:
            raise Refused(1085)
        identifier = named_id("application", caller().user.account)
        link = {"href": f"{caller().host}{API}/entity/application/{identifier}", "type": "application",
                "mediaType": "application/json"}  # fmt: skip
        return answer(sklad, {"meta": link, "id": identifier, "name": "Waybill", "accountId": caller().base.id})


def _kind(kind: str) -> str:
    if kind not in _KINDS:
        note(unknown=True)
        raise Refused(1005, kind)
    return kind


def _metadata(app: Flask, sklad: MoySklad) -> None:
    @app.get(f"{API}/entity/<kind>/metadata")
    def metadata(kind: str) -> Response:
        base, root = caller().base, f"{caller().host}{API}/entity/{_kind(kind)}/metadata"
        fields = base.of(f"{kind}.attributes")
        found: dict[str, Any] = {"meta": {"href": root, "mediaType": "application/json"}}
        if fields:
            link = collection(caller().host, f"/entity/{kind}/metadata/attributes", "attributemetadata", len(fields))
            found["attributes"] = {"meta": link}
        if states := base.of(f"{kind}.states"):
            found["states"] = [_state(base, kind, row) for row in states.values()]
        return answer(sklad, found | {"createShared": False})

    @app.get(f"{API}/entity/<kind>/metadata/<any(embeddedtemplate, customtemplate):forms>")
    def print_forms(kind: str, forms: str) -> Response:
        from .routes import page

        rows = list(caller().base.of(f"{_kind(kind)}.{forms}").values())

        def show(row: Entity) -> Any:
            link = meta(caller().host, forms, row.id, kind)
            link.pop("metadataHref")
            return {"meta": link, "id": row.id, "name": row.name, "type": "entity",
                    "content": f"{caller().host}{API}/download-template/{row.id}"}  # fmt: skip

        found = lists.page_of(kind, request.args)
        return page(sklad, f"/entity/{kind}/metadata/{forms}", forms, rows, show, found)


# --- custom fields ----------------------------------------------------------------------------------------------------


def _attributes(app: Flask, sklad: MoySklad) -> None:
    @app.get(f"{API}/entity/<kind>/metadata/attributes")
    def read_attributes(kind: str) -> Response:
        from .routes import page

        rows = list(caller().base.of(f"{_kind(kind)}.attributes").values())
        found = lists.page_of(kind, request.args)
        path = f"/entity/{kind}/metadata/attributes"
        return page(sklad, path, "attributemetadata", rows, lambda row: _attribute(kind, row), found)

    @app.post(f"{API}/entity/<kind>/metadata/attributes")
    def make_attributes(kind: str) -> Response:
        _kind(kind)
        data = body()
        with sklad.lock:
            if not caller().user.admin:
                raise Refused(14010)
            if not isinstance(data, list):
                return answer(sklad, _attribute(kind, _make_attribute(sklad, kind, data)))
            return each(sklad, data, lambda row: _attribute(kind, _make_attribute(sklad, kind, row)))

    @app.delete(f"{API}/entity/<kind>/metadata/attributes/<identifier>")
    def drop_attribute(kind: str, identifier: str) -> Response:
        with sklad.lock:
            if not caller().user.admin:
                raise Refused(14010)
            if caller().base.of(f"{_kind(kind)}.attributes").pop(identifier, None) is None:
                raise Refused(1021, "attributemetadata", identifier)
            return Response(b"", 200)


def _make_attribute(sklad: MoySklad, kind: str, data: Any) -> Entity:
    if not isinstance(data, dict):
        raise Refused(2001)
    if strange := set(data) - {"name", "type", "required", "description", "show"}:
        raise Refused(1007, min(strange), parameter=min(strange))
    for name in ("name", "type"):
        if not data.get(name):
            raise Refused(3000, name)
    if data["type"] not in VALUES:
        raise Refused(3005, "type", data["type"], ", ".join(VALUES))
    known = caller().base.of(f"{kind}.attributes")
    if any(row.name == data["name"] for row in known.values()):
        raise Refused(3006, "name")
    made = Entity("attributemetadata", sklad.new_id(), caller().base.id, sklad.time(), sklad.time(),
                  {"required": False, "show": True, **data})  # fmt: skip
    known[made.id] = made
    return made


def _attribute(kind: str, row: Entity) -> dict[str, Any]:
    link = meta(caller().host, "attributemetadata", row.id, kind)
    link.pop("metadataHref")
    return {"meta": link, "id": row.id, **row.data}


# --- states -----------------------------------------------------------------------------------------------------------


def _states(app: Flask, sklad: MoySklad) -> None:
    @app.post(f"{API}/entity/<kind>/metadata/states")
    def make_state(kind: str) -> Response:
        data = body()
        with sklad.lock:
            base = _admin(kind)
            rows = [_make_state(sklad, base, kind, row) for row in (data if isinstance(data, list) else [data])]
            shown = [_state(base, kind, row) for row in rows]
            return answer(sklad, shown if isinstance(data, list) else shown[0])

    @app.get(f"{API}/entity/<kind>/metadata/states/<identifier>")
    def read_state(kind: str, identifier: str) -> Response:
        base = caller().base
        found = base.of(f"{_kind(kind)}.states").get(identifier)
        if found is None:
            raise Refused(1021, "state", identifier)
        return answer(sklad, _state(base, kind, found))

    @app.delete(f"{API}/entity/<kind>/metadata/states/<identifier>")
    def drop_state(kind: str, identifier: str) -> Response:
        with sklad.lock:
            base = _admin(kind)
            if any(row.ref("state") == identifier for row in base.of(kind).values()):
                raise Refused(1028)
            if base.of(f"{kind}.states").pop(identifier, None) is None:
                raise Refused(1021, "state", identifier)
            return Response(b"", 200)


def _admin(kind: str) -> Base:
    if not caller().user.admin:
        raise Refused(1017)
    _kind(kind)
    return caller().base


def _make_state(sklad: MoySklad, base: Base, kind: str, data: Any) -> Entity:
    if not isinstance(data, dict):
        raise Refused(2001)
    for name in ("name", "color", "stateType"):
        if name not in data:
            raise Refused(3000, name)
    if data["stateType"] not in ("Regular", "Successful", "Unsuccessful"):
        raise Refused(3005, "stateType", data["stateType"], "Regular, Successful, Unsuccessful")
    values = {name: data[name] for name in ("name", "color", "stateType")} | {"entityType": kind}
    made = Entity("state", sklad.new_id(), base.id, sklad.time(), sklad.time(), values)
    base.of(f"{kind}.states")[made.id] = made
    return made


def _state(base: Base, kind: str, row: Entity) -> dict[str, Any]:
    return {"meta": meta(caller().host, "state", row.id, kind), "id": row.id, "accountId": base.id, **row.data}


# --- webhooks ---------------------------------------------------------------------------------------------------------


def _webhooks(app: Flask, sklad: MoySklad) -> None:
    _subscriptions(app, sklad, "webhook", webhooks.subscribe)
    _subscriptions(app, sklad, "webhookstock", webhooks.subscribe_stock)


def _subscriptions(app: Flask, sklad: MoySklad, kind: str, make: Callable[..., Entity]) -> None:
    def shown(row: Entity) -> dict[str, Any]:
        return webhooks.shown(caller().host, row)

    def read_all() -> Response:
        from .routes import page

        found = lists.page_of(kind, request.args)
        return page(sklad, f"/entity/{kind}", kind, list(caller().base.of(kind).values()), shown, found)

    def kept(data: Any) -> dict[str, Any]:
        """Made, or changed where it has its meta (§5.1)."""
        old = None
        if isinstance(data, dict) and "meta" in data:
            old = caller().base.of(kind)[caller().reader.reference("meta", data, (kind,)).id]
        return shown(make(sklad, caller().base, caller().user, data, old))

    def subscribe() -> Response:
        data = body()
        with sklad.lock:
            return each(sklad, data, kept) if isinstance(data, list) else answer(sklad, kept(data))

    def change(identifier: str) -> Response:
        data = body()
        with sklad.lock:
            old = caller().base.of(kind).get(identifier)
            if old is None:
                raise Refused(1021, kind, identifier)
            return answer(sklad, shown(make(sklad, caller().base, caller().user, data, old)))

    def unsubscribe(identifier: str) -> Response:
        with sklad.lock:
            webhooks.unsubscribe(sklad, caller().base, caller().user, kind, identifier)
            return Response(b"", 200)

    path = f"{API}/entity/{kind}"
    one = f"{path}/<identifier>"
    ways = ((path, "GET", read_all), (path, "POST", subscribe), (one, "PUT", change), (one, "DELETE", unsubscribe))
    for where, verb, act in ways:
        app.add_url_rule(where, f"{kind}.{act.__name__}", act, methods=[verb])
