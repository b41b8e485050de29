"""MoySklad's addresses of objects: lists, reading, creating, changing, deleting, templates, rows (§5.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from . import routes_more, routes_settings
from .core import MoySklad
from .data.fields import DOCUMENTS, ELSEWHERE, WRITTEN
from .errors import Refused
from .model import Entity
from .rules import lists, templates
from .rules.reading import live
from .rules.saving import find_live
from .rules.view import API, collection
from .wire import answer, body, caller, each, guard, note

_BROKEN = {"meta": {"type": "store"}, "name": None}


def create_app(sklad: MoySklad) -> Flask:
    """The WSGI application of ``api.moysklad.ru``; temporary links and public pages are under it too."""
    app = Flask("sandbox.moysklad")
    app.url_map.strict_slashes = False
    guard(app, sklad)
    for add in (routes_more.add, routes_settings.add, _collections, _mass, _single, _removal, _rows):
        add(app, sklad)
    return app


def written(kind: str) -> str:
    """Raises Refused for a type that cannot be written, or is none."""
    if kind in WRITTEN:
        return kind
    if lists.is_listed(kind) or kind in ELSEWHERE:
        # Real, and not part of this sandbox: loud for whoever reads the journal.
        note(unknown=True)
        raise Refused(1039, request.method)
    raise Refused(1005, kind)


def page(
    sklad: MoySklad, path: str, kind: str, rows: list[Any], show: Callable[[Any], Any], found: lists.Page
) -> Response:
    """The envelope of a list (§3)."""
    link = collection(caller().host, path, kind, len(rows), found.limit, found.offset)
    for name, offset in (("nextHref", found.offset + found.limit), ("previousHref", found.offset - found.limit)):
        if 0 <= offset < len(rows):
            link[name] = f"{caller().host}{API}{path}?limit={found.limit}&offset={offset}"
    employee = {"href": f"{caller().host}{API}/context/employee", "type": "employee", "mediaType": "application/json",
                "metadataHref": f"{caller().host}{API}/entity/employee/metadata"}  # fmt: skip
    shown = [show(row) for row in rows[found.offset : found.offset + found.limit]]
    return answer(sklad, {"context": {"employee": {"meta": employee}}, "meta": link, "rows": shown})


def _collections(app: Flask, sklad: MoySklad) -> None:
    @app.get(f"{API}/entity/<kind>")
    def read_list(kind: str) -> Response:
        if not lists.is_listed(kind):
            written(kind)
        found = lists.page_of(kind, request.args)
        known = {"limit", "offset", "filter", "order", "search", "expand", "fields"}
        if strange := set(request.args) - known:
            raise Refused(1040, parameter=min(strange))
        with sklad.lock:
            base = caller().base
            wanted = lists.Filter(caller().reader, kind, ";".join(request.args.getlist("filter")))
            rows = [row for row in base.of(kind).values() if wanted(row)]
            if "search" in request.args:
                rows = lists.searched(base, rows, request.args["search"])
            rows = lists.ordered(kind, rows, request.args.get("order", ""))
            if kind == "store" and sklad.switches.broken_points:
                shown: list[Entity | None] = [*[None] * sklad.switches.broken_points, *rows]
                return page(sklad, f"/entity/{kind}", kind, shown, lambda row: _shown(row, found), found)
            return page(sklad, f"/entity/{kind}", kind, rows, lambda row: _shown(row, found), found)

    @app.get(f"{API}/entity/assortment")
    def assortment() -> Response:
        found = lists.page_of("product", request.args)
        text = ";".join(request.args.getlist("filter"))
        with sklad.lock:
            rows = []
            for kind in ("product", "variant", "bundle", "service"):
                mine = text.replace("article=", "code=") if kind in ("variant", "service") else text
                wanted = lists.Filter(caller().reader, kind, mine)
                rows += [row for row in caller().base.of(kind).values() if wanted(row)]
            if "search" in request.args:
                rows = lists.searched(caller().base, rows, request.args["search"])
            return page(sklad, "/entity/assortment", "assortment", rows, lambda row: _shown(row, found), found)


def _shown(row: Entity | None, found: lists.Page) -> Any:
    return _BROKEN if row is None else caller().view.entity(row, found.expand, stocks=found.stocks)


def _one(kind: str, data: Any) -> Entity:
    """Make an object, or change the one that its meta names."""
    if not isinstance(data, dict):
        raise Refused(2001)
    if "meta" in data:
        return caller().saver.update(_named(kind, data), data)
    if kind == "customerorder":
        note(number=str(data.get("name", "")))
    return caller().saver.create(kind, data)


def _mass(app: Flask, sklad: MoySklad) -> None:
    @app.post(f"{API}/entity/<kind>")
    def create(kind: str) -> Response:
        written(kind)
        data, tree = body(), lists.page_of(kind, request.args, single=True).expand
        if data is None:
            raise Refused(2005)
        with sklad.lock:
            if isinstance(data, list):
                return each(sklad, data, lambda row: caller().view.entity(_one(kind, row), tree))
            return answer(sklad, caller().view.entity(_one(kind, data), tree))

    @app.post(f"{API}/entity/<kind>/delete")
    def delete_many(kind: str) -> Response:
        written(kind)
        rows = body()
        if not isinstance(rows, list):
            raise Refused(2005)

        def gone(row: Any) -> dict[str, str]:
            found = _named(kind, row)
            caller().saver.delete(found)
            return {"info": f"Сущность '{kind}' с UUID: {found.id} успешно удалена"}

        with sklad.lock:
            return each(sklad, rows, gone)


def _named(kind: str, row: Any) -> Entity:
    identifier = caller().reader.reference("meta", row, (kind,)).id
    return live(caller().base, kind, identifier)


def _moved(kind: str, identifier: str) -> Response | None:
    """§3: the id that the web page shows leads to the API's."""
    rows = caller().base.of(kind)
    found = next((row for row in rows.values() if row.ui_id == identifier.lower()), None)
    if identifier.lower() in rows or found is None:
        return None
    return Response(b"", 308, {"Location": f"{caller().host}{API}/entity/{kind}/{found.id}"})


def _single(app: Flask, sklad: MoySklad) -> None:
    @app.get(f"{API}/entity/<kind>/<identifier>")
    def read(kind: str, identifier: str) -> Response:
        if not lists.is_listed(kind):
            written(kind)
        with sklad.lock:
            if (elsewhere := _moved(kind, identifier)) is not None:
                return elsewhere
            found = lists.page_of(kind, request.args, single=True)
            row = find_live(caller().base, kind, identifier)
            return answer(sklad, caller().view.entity(row, found.expand, stocks=found.stocks))

    @app.put(f"{API}/entity/<kind>/<identifier>")
    def change(kind: str, identifier: str) -> Response:
        written(kind)
        data = body()
        with sklad.lock:
            if (elsewhere := _moved(kind, identifier)) is not None:
                return elsewhere
            if not isinstance(data, dict):
                raise Refused(2009)
            tree = lists.page_of(kind, request.args, single=True).expand
            row = caller().saver.update(live(caller().base, kind, identifier), data)
            return answer(sklad, caller().view.entity(row, tree))


def _removal(app: Flask, sklad: MoySklad) -> None:
    @app.delete(f"{API}/entity/<kind>/<identifier>")
    def delete(kind: str, identifier: str) -> Response:
        with sklad.lock:
            caller().saver.delete(find_live(caller().base, written(kind), identifier))
            return Response(b"", 200)

    @app.post(f"{API}/entity/<kind>/<identifier>/trash")
    def trash(kind: str, identifier: str) -> Response:
        with sklad.lock:
            caller().saver.delete(live(caller().base, written(kind), identifier), trash=True)
            return Response(b"", 200)

    @app.delete(f"{API}/entity/<kind>/syncid/<identifier>")
    def delete_by_sync(kind: str, identifier: str) -> Response:
        with sklad.lock:
            rows = caller().base.of(written(kind)).values()
            found = next((row for row in rows if row.get("syncId") == identifier.lower()), None)
            if found is None:
                raise Refused(1021, kind, identifier)
            caller().saver.delete(found)
            return Response(b"", 200)


def _rows(app: Flask, sklad: MoySklad) -> None:
    @app.put(f"{API}/entity/<kind>/new")
    def new(kind: str) -> Response:
        if written(kind) not in DOCUMENTS:
            raise Refused(1039, "PUT")
        data = body()
        with sklad.lock:
            return answer(sklad, templates.template(sklad, caller().reader, caller().user, kind, data))

    @app.get(f"{API}/entity/<kind>/<identifier>/positions")
    def positions(kind: str, identifier: str) -> Response:
        found = lists.page_of(f"{kind}position", request.args)
        with sklad.lock:
            document = find_live(caller().base, written(kind), identifier)
            rows = caller().view.rows(document, found.expand, stocks=found.stocks)
            path = f"/entity/{kind}/{document.id}/positions"
            return page(sklad, path, f"{kind}position", rows, lambda row: row, found)

    @app.post(f"{API}/entity/<kind>/<identifier>/positions")
    def add_positions(kind: str, identifier: str) -> Response:
        data = body()
        with sklad.lock:
            document = live(caller().base, written(kind), identifier)
            fresh = [caller().saver.row(document, row) for row in (data if isinstance(data, list) else [data])]
            caller().saver.with_rows(document, [*document.positions, *fresh])
            shown = {row["id"]: row for row in caller().view.rows(document)}
            return answer(sklad, [shown[row.id] for row in fresh])

    @app.put(f"{API}/entity/<kind>/<identifier>/positions/<row_id>")
    def change_position(kind: str, identifier: str, row_id: str) -> Response:
        data = body()
        with sklad.lock:
            document = live(caller().base, written(kind), identifier)
            old = _position(document, row_id)
            fresh = caller().saver.row(document, {**data, "id": old.id})
            caller().saver.with_rows(document, [fresh if row is old else row for row in document.positions])
            return answer(sklad, next(row for row in caller().view.rows(document) if row["id"] == old.id))

    @app.delete(f"{API}/entity/<kind>/<identifier>/positions/<row_id>")
    def delete_position(kind: str, identifier: str, row_id: str) -> Response:
        with sklad.lock:
            document = live(caller().base, written(kind), identifier)
            gone = _position(document, row_id)
            caller().saver.with_rows(document, [row for row in document.positions if row is not gone])
            return Response(b"", 200)


def _position(document: Entity, row_id: str) -> Entity:
    found = next((row for row in document.positions if row.id == row_id.lower()), None)
    if found is None:
        raise Refused(1021, f"{document.type}position", row_id)
    return found
