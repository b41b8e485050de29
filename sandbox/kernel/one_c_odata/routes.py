"""The wire of the interface: who may, which answer a caller wants, and each method of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from sandbox.kernel.gate import CALL_KEY

from . import render
from .address import TABLES, Target, date_argument, parse, text_argument
from .base import Base, Key, Row
from .errors import ODataRefused
from .query import Answered, one_of, options_of, passes, rows_of
from .schema import Entity

ROOT = "/odata/standard.odata"


@dataclass(frozen=True, slots=True)
class ODataDoor:
    """Where a base is published; signing in is the application's. ``lock`` is held during a call; ``hidden()`` names
    entity sets outside of the OData composition, ``closed()`` those that the user has no rights to;
    ``unknown_fields()``: every object carries one nobody documented; ``plain_conditions()``: a `Condition` of a virtual
    table may not go through a reference."""

    base: Base
    prefix: str
    lock: AbstractContextManager[Any]
    root_url: Callable[[], str]
    hidden: Callable[[], Sequence[str]] = field(default=lambda: ())
    closed: Callable[[], Sequence[str]] = field(default=lambda: ())
    unknown_fields: Callable[[], bool] = field(default=lambda: False)
    created_status: Callable[[], int] = field(default=lambda: 201)
    plain_conditions: Callable[[], bool] = field(default=lambda: False)


def add_odata(app: Flask, door: ODataDoor) -> None:
    """Publish the base on an application, under ``<prefix>/odata/standard.odata``."""

    def answer(path: str = "") -> Response:
        as_json = _wants_json()
        try:
            with door.lock:
                status, (kind, body) = _Call(door, as_json).run(path)
        except ODataRefused as refused:
            request.environ.setdefault(CALL_KEY, {}).update(code=str(refused.code), said=str(refused))
            kind, body = render.error(refused.code, str(refused), as_json=as_json)
            status = refused.status
        return Response(body, status, {"DataServiceVersion": "3.0"}, content_type=kind)

    methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
    app.add_url_rule(f"{door.prefix}{ROOT}/", f"odata_root{door.prefix}", answer, methods=methods)
    app.add_url_rule(f"{door.prefix}{ROOT}/<path:path>", f"odata{door.prefix}", answer, methods=methods)


def _wants_json() -> bool:
    """By `$format`, else by `Accept`; without a hint it is Atom (§2.2)."""
    for part in request.query_string.decode("latin-1").split("&"):
        name, _, value = part.partition("=")
        if name in ("$format", "%24format"):
            return "json" in value
    return "application/json" in request.headers.get("Accept", "")


class _Call:
    def __init__(self, door: ODataDoor, as_json: bool) -> None:
        self._door, self._base, self._json = door, door.base, as_json
        self._meta = "nometadata" not in request.headers.get("Accept", "")
        self._options: Mapping[str, str] = {}

    def run(self, path: str) -> tuple[int, render.Body]:
        if any(ord(sign) > 127 for sign in str(request.environ["RAW_URI"])):
            # Cyrillic that nobody percent-encoded (§1.6).
            raise ODataRefused(6, path)
        if path in ("", "$metadata"):
            return self._about(path)
        posting = path.endswith("/Post")
        self._options = self._read_options(posting)
        target = parse(self._base, path.strip("/"))
        self._check(target.entity)
        request.environ.setdefault(CALL_KEY, {})["entity"] = target.entity.name
        if target.part:
            return self._section(target)
        handlers = {
            "GET": self._get,
            "POST": self._post,
            "PATCH": self._patch,
            "PUT": self._patch,
            "DELETE": self._delete,
        }
        return handlers[request.method](target)

    def _about(self, path: str) -> tuple[int, render.Body]:
        shown = [entity for entity in self._base.entities.values() if entity.name not in self._door.hidden()]
        if request.method != "GET":
            raise ODataRefused(19)
        if path:
            return 200, render.metadata(shown)
        names = [{"name": entity.name, "url": entity.name} for entity in shown]
        return 200, render.json_plain({"odata.metadata": self._address(), "value": names})

    def _read_options(self, posting: bool) -> Mapping[str, str]:
        more = ("PostingModeOperational",) if posting else ("Period", "Condition", "StartPeriod", "EndPeriod")
        try:
            return options_of(request.query_string.decode("latin-1"), more)
        except UnicodeDecodeError:
            raise ODataRefused(6) from None

    def _check(self, entity: Entity) -> None:
        if entity.name in self._door.hidden():
            raise ODataRefused(8, entity.name)
        if entity.name in self._door.closed():
            raise ODataRefused(20, entity.name)

    # --- the methods --------------------------------------------------------------------------------------------------

    def _get(self, target: Target) -> tuple[int, render.Body]:
        entity = target.entity
        if target.call in TABLES and target.key is None:
            return 200, self._rows(entity, self._table(target))
        if target.call == "$count":
            whole = rows_of(self._base, entity, self._stored(entity), {**self._options, "$inlinecount": "allpages"})
            return 200, ("text/plain;charset=utf-8", str(whole.count).encode())
        if target.call:
            raise ODataRefused(11, target.call)
        if target.key is None:
            return 200, self._rows(entity, self._stored(entity))
        return 200, self._row(
            entity, one_of(self._base, entity, self._base.read(entity.name, target.key), self._options)
        )

    def _stored(self, entity: Entity) -> list[Row]:
        if entity.kind == "accumulation":
            raise ODataRefused(0, f"{entity.name}: читаются только виртуальные таблицы")
        return list(self._base.rows[entity.name].values())

    def _table(self, target: Target) -> list[Row]:
        entity, given = target.entity, {**self._options, **target.arguments}
        arguments: dict[str, str] = {
            name: date_argument(given[name]) for name in ("Period", "StartPeriod", "EndPeriod") if name in given
        }
        condition = text_argument(given["Condition"]) if "Condition" in given else ""
        if "/" in condition and self._door.plain_conditions():
            raise ODataRefused(21, condition)
        if target.call.startswith("Slice"):
            if not entity.periodic:
                raise ODataRefused(11, f"{target.call}: регистр непериодический")
            rows = _slice(self._base, entity, arguments.get("Period", ""), last=target.call == "SliceLast")
        else:
            table = self._base.tables.get((entity.name, target.call))
            if table is None:
                raise ODataRefused(11, target.call)
            rows = list(table(arguments))
        return [row for row in rows if not condition or passes(self._base, entity, row, condition)]

    def _post(self, target: Target) -> tuple[int, render.Body]:
        entity = target.entity
        if target.key is not None:
            if target.call not in ("Post", "Unpost"):
                raise ODataRefused(11, target.call or "POST")
            row = self._base.post(entity.name, target.key, undo=target.call == "Unpost")
            return 200, self._row(entity, row)
        self._writable(target)
        row = self._base.create(entity.name, _sent())
        return self._door.created_status(), self._row(entity, row)

    def _patch(self, target: Target) -> tuple[int, render.Body]:
        key = self._writable_row(target)
        whole, version = request.method == "PUT", request.headers.get("If-Match")
        row = self._base.update(target.entity.name, key, _sent(), whole=whole, version=version)
        return 200, self._row(target.entity, row)

    def _delete(self, target: Target) -> tuple[int, render.Body]:
        self._base.delete(target.entity.name, self._writable_row(target), request.headers.get("If-Match"))
        return 204, (render.JSON, b"")

    def _writable_row(self, target: Target) -> Key:
        self._writable(target)
        if target.key is None:
            raise ODataRefused(7, ", ".join(target.entity.keys))
        return target.key

    def _writable(self, target: Target) -> None:
        if target.call or target.entity.kind == "accumulation":
            raise ODataRefused(19)
        if request.headers.get("1C_OData-DataLoadMode", "false") == "true" and not target.entity.is_object:
            raise ODataRefused(17)

    def _section(self, target: Target) -> tuple[int, render.Body]:
        """A tabular section by itself: to be read, never written (code 13)."""
        if request.method != "GET":
            raise ODataRefused(13)
        rows = [
            {"Ref_Key": row["Ref_Key"], **part}
            for row in self._base.rows[target.entity.name].values()
            for part in row[target.part]
            if target.key is None or (row["Ref_Key"], part["LineNumber"]) == target.key
        ]
        name = f"{target.entity.name}_{target.part}"
        if target.key is None:
            return 200, render.json_rows(self._address(name), rows, None, meta=self._meta)
        if not rows:
            raise ODataRefused(9)
        return 200, render.json_row(self._address(name), rows[0], meta=self._meta)

    # --- answers ------------------------------------------------------------------------------------------------------

    def _address(self, name: str = "") -> str:
        return f"{self._door.root_url()}{self._door.prefix}{ROOT}/$metadata" + (f"#{name}" if name else "")

    def _rows(self, entity: Entity, rows: list[Row]) -> render.Body:
        found: Answered = rows_of(self._base, entity, rows, self._options)
        shown = [self._with_unknown(row) for row in found.rows]
        if self._json:
            return render.json_rows(self._address(entity.name), shown, found.count, meta=self._meta)
        return render.atom_rows(entity, self._address(entity.name), shown, found.count)

    def _row(self, entity: Entity, row: Row) -> render.Body:
        shown = self._with_unknown(row)
        if self._json:
            return render.json_row(self._address(entity.name), shown, meta=self._meta)
        return render.atom_row(entity, shown)

    def _with_unknown(self, row: Row) -> Row:
        return {**row, "НеописанноеПоле": "песочница"} if self._door.unknown_fields() else row


def _slice(base: Base, entity: Entity, until: str, *, last: bool) -> list[Row]:
    """The newest (oldest) record of each combination of dimensions."""
    found: dict[tuple[str, ...], Row] = {}
    dimensions = [name for name in entity.keys if name != "Period"]
    for row in sorted(base.rows[entity.name].values(), key=lambda row: str(row["Period"]), reverse=not last):
        if not until or (str(row["Period"]) <= until) == last or row["Period"] == until:
            found[tuple(str(row[name]) for name in dimensions)] = row
    return list(found.values())


def _sent() -> dict[str, Any]:
    """The object that was sent, as JSON or as an Atom entry. Raises ODataRefused."""
    if "xml" in request.mimetype:
        raise ODataRefused(0, "тело в формате Atom песочница не принимает")
    if request.mimetype != "application/json":
        raise ODataRefused(2, "Content-Type")
    try:
        data = json.loads(request.get_data())
    except ValueError:
        raise ODataRefused(2, "тело не является JSON") from None
    if not isinstance(data, dict):
        raise ODataRefused(2, "ожидается объект")
    return data
