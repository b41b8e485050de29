"""The API host: the generic verbs over the table of entities, the metadata, and asynchronous messages."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from .core import Manhattan
from .entities import ENTITIES, Entity
from .errors import Refused, refuse
from .rules import messages
from .rules.query import read_search
from .wire import answer, body, handle_errors, known_facility, note, scope, sign_in


def create_app(wm: Manhattan) -> Flask:
    """The WSGI application of `https://{env}.sce.manh.com`."""
    app = Flask("sandbox.manhattan")
    handle_errors(app, wm)

    @app.before_request
    def begin() -> Response | None:
        wm.settle()
        if request.url_rule is None:
            return None
        refused = sign_in(wm)
        if refused is None:
            note(client=scope().account.username)
        return refused

    for add in (_verbs, _by_key, _bulk, _inventory, _metadata, _messages):
        add(app, wm)
    return app


def _entity(component: str, again: str, name: str) -> Entity:
    """Raises Refused 404."""
    found = ENTITIES.get((component, name)) if component == again else None
    if found is None:
        note(unknown=True)
        raise refuse("FWCORE::404", f"/{component}/api/{again}/{name}")
    return found


def _verbs(app: Flask, wm: Manhattan) -> None:
    @app.post("/<component>/api/<again>/<name>/search")
    def search(component: str, again: str, name: str) -> Response:
        return _found(wm, _entity(component, again, name), body())

    @app.get("/<component>/api/<again>/<name>")
    def listed(component: str, again: str, name: str) -> Response:
        wanted = {key: value for key, value in request.args.items() if key.lower() in ("query", "size", "page")}
        return _found(wm, _entity(component, again, name), wanted)

    @app.post("/<component>/api/<again>/<name>/save")
    def save(component: str, again: str, name: str) -> Response:
        entity, data = _entity(component, again, name), body()
        note(key=str(data.get(entity.key) or ""))
        if entity.save is None:
            raise refuse("FWCORE::405", "save")
        with wm.lock:
            saved = entity.save(wm, scope(), data)
            row = _shown(wm, entity, saved)
        left_out = getattr(saved, "left_out", [])
        if not left_out:
            return answer(wm, [row] if wm.switches.save_data == "array" else row)
        said = [message for record in left_out for message in record["Messages"]]
        found = {**row, "FailedRecords": left_out}
        return answer(wm, found, messages=said, success=wm.switches.bulk_success)


def _found(wm: Manhattan, entity: Entity, data: dict[str, Any]) -> Response:
    with wm.lock:
        rows = list(entity.rows(wm, scope())) if entity.whole or known_facility() else []
        known = set(entity.attributes) or {name for row in rows for name in row}
        if entity.names_original and not wm.switches.names_original:
            known -= {"OriginalOrderId"}
        wanted = read_search(data, known, wm.switches.in_quotes)
        shown, total = wanted.of(rows)
        return answer(wm, shown, total=total, page=(wanted.page, wanted.size))


def _shown(wm: Manhattan, entity: Entity, found: Any) -> Any:
    return entity.show(wm, found) if entity.show is not None else None


def _by_key(app: Flask, wm: Manhattan) -> None:
    def keyed(component: str, again: str, name: str, key: str) -> Entity:
        entity = _entity(component, again, name)
        if key != entity.key[0].lower() + entity.key[1:]:
            raise refuse("FWCORE::404", key)
        return entity

    @app.get("/<component>/api/<again>/<name>/<key>/<value>")
    def read(component: str, again: str, name: str, key: str, value: str) -> Response:
        entity = keyed(component, again, name, key)
        with wm.lock:
            rows = list(entity.rows(wm, scope())) if entity.whole or known_facility() else []
            row = next((row for row in rows if row.get(entity.key) == value), None)
            if row is None:
                raise refuse("FWCORE::404", f"{entity.title} {value}")
            return answer(wm, row)

    @app.put("/<component>/api/<again>/<name>/<key>/<value>")
    def change(component: str, again: str, name: str, key: str, value: str) -> Response:
        entity, data = keyed(component, again, name, key), body()
        note(key=value)
        if entity.change is None:
            raise refuse("FWCORE::405", "PUT")
        with wm.lock:
            return answer(wm, _shown(wm, entity, entity.change(wm, scope(), value, data)))


def _bulk(app: Flask, wm: Manhattan) -> None:
    """HTTP 200 with failures inside (§2, §7.4)."""

    def rows_of() -> list[dict[str, Any]]:
        rows = body().get("Data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise refuse("FWCORE::REQUIRED", "Data")
        return rows

    def each(entity: Entity, action: Any) -> Response:
        failed: list[dict[str, Any]] = []
        said: list[dict[str, Any]] = []
        for row in rows_of():
            try:
                with wm.lock:
                    left_out = getattr(action(wm, scope(), row), "left_out", [])
                failed += left_out
                said += [message for record in left_out for message in record["Messages"]]
            except Refused as refused:
                failed.append({entity.key: row.get(entity.key), "Messages": refused.messages})
                said += refused.messages
        success = not failed or wm.switches.bulk_success
        return answer(wm, {"FailedRecords": failed}, messages=said, success=success)

    @app.post("/<component>/api/<again>/<name>/bulkImport")
    def bulk_import(component: str, again: str, name: str) -> Response:
        entity = _entity(component, again, name)
        if entity.save is None:
            raise refuse("FWCORE::405", "bulkImport")
        return each(entity, entity.save)

    @app.post("/<component>/api/<again>/<name>/bulkDelete")
    def bulk_delete(component: str, again: str, name: str) -> Response:
        entity = _entity(component, again, name)
        if entity.delete is None:
            raise refuse("FWCORE::405", "bulkDelete")
        return each(entity, entity.delete)


def _inventory(app: Flask, wm: Manhattan) -> None:
    @app.post("/dcinventory/api/dcinventory/inventory/inventorysearch")
    def by_location() -> Response:
        """§3.4: the same rows, asked for by where they lie; of the places' own attributes only `LocationId` is here."""
        data = body()
        inner = data.get("LocationQuery")
        if not isinstance(inner, dict):
            raise refuse("FWCORE::REQUIRED", "LocationQuery")
        wanted = {name: value for name, value in data.items() if name != "LocationQuery"}
        return _found(wm, ENTITIES["dcinventory", "inventory"], {**wanted, **inner})


def _metadata(app: Flask, wm: Manhattan) -> None:
    @app.get("/<component>/api/fwcore/metadata/<title>")
    def metadata(component: str, title: str) -> Response:
        found = next((row for row in ENTITIES.values() if (row.component, row.title) == (component, title)), None)
        if found is None:
            raise refuse("FWCORE::404", title)
        return answer(wm, {"Entity": title, "Attributes": [{"Name": name} for name in found.attributes]})

    @app.get("/<component>/api/fwcore/entities/metadata")
    def entities(component: str) -> Response:
        rows = [{"Entity": row.title} for row in ENTITIES.values() if row.component == component]
        if not rows:
            raise refuse("FWCORE::404", component)
        return answer(wm, rows, total=len(rows))


def _messages(app: Flask, wm: Manhattan) -> None:
    @app.post("/xint/api/async/outbound/send")
    def send() -> Response:
        with wm.lock:
            return answer(wm, messages.send(wm, scope(), request.args.get("messageType", ""), body()))
