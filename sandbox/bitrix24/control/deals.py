"""Moving, editing, making and reading deals and items by control, as a person or as a robot."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from sandbox.bitrix24.rules import clicks, items, product_rows
from sandbox.bitrix24.rules.fields_in import read_fields
from sandbox.bitrix24.rules.shown import Shower
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row

from .given import actor, body, number, portal_of

_MAX_COPIES = 20_000


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    _add_changes(app, portals)
    _add_birth(app, portals)
    _add_reading(app, portals)


def _add_changes(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/move")
    def move(member_id: str) -> dict[str, Any]:
        """Move a list of deals at once: ``{"deals": [ids], "stage", "category"?, "user"?: id or null (robot)}``."""
        portal, spec = portal_of(portals, member_id), body("deals", "stage", "category", "user", "entity_type_id")
        kind, who = number(spec, "entity_type_id", 2), actor(portal, spec)
        values: Row = {"stageId": str(spec.get("stage") or "")}
        if "category" in spec:
            values["categoryId"] = number(spec, "category")
        with portal.lock:
            found = [item_of(portal, kind, one) for one in spec.get("deals") or ()]
            moved = [item["id"] for item in found if items.change(portal, kind, item, values, who, via="control")]
        return {"moved": moved}

    @app.post("/<member_id>/edit")
    def edit(member_id: str) -> dict[str, Any]:
        """``{"id", "fields": camelCase or UF_ names, "entity_type_id"?: 2, "user"?: id or null (robot)}``."""
        portal, spec = portal_of(portals, member_id), body("id", "fields", "entity_type_id", "user")
        kind, fields = number(spec, "entity_type_id", 2), dict(spec.get("fields") or {})
        with portal.lock:
            item = item_of(portal, kind, spec.get("id"))
            original = {name: value for name, value in fields.items() if name.startswith("UF_")}
            values = read_fields(portal, kind, fields, item)
            values |= read_fields(portal, kind, original, item, original=True)
            changed = items.change(portal, kind, item, values, actor(portal, spec), via="control")
            return {"changed": changed, "item": Shower(portal, kind, None).whole(item)}

    @app.post("/<member_id>/delete")
    def delete(member_id: str) -> dict[str, Any]:
        portal, spec = portal_of(portals, member_id), body("id", "entity_type_id", "user")
        kind = number(spec, "entity_type_id", 2)
        with portal.lock:
            items.delete(portal, kind, item_of(portal, kind, spec.get("id")), actor(portal, spec))
        return {"deleted": spec["id"]}

    @app.post("/<member_id>/press")
    def press(member_id: str) -> dict[str, Any]:
        """Press a button of a configurable activity: ``{"activity", "button", "user"?}``."""
        portal, spec = portal_of(portals, member_id), body("activity", "button", "user")
        user = number(spec, "user", portal.admin().id)
        return {"data": clicks.press(portal, number(spec, "activity"), str(spec.get("button", "")), user)}


def _add_birth(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/deals")
    def add(member_id: str) -> dict[str, Any]:
        """``{"copy_of": deal ids, "count", "stage"?, "category"?, "keep"?: [UF names], "quiet"?, "user"?}`` -> new ids.

        Copies take turns over ``copy_of``; they start at the pipeline's first stage unless ``stage`` says otherwise.
        """
        portal = portal_of(portals, member_id)
        spec = body("copy_of", "count", "stage", "category", "quiet", "user", "title")
        count = number(spec, "count", 1)
        if not 0 < count <= _MAX_COPIES:
            raise ValueError(f"count must be between 1 and {_MAX_COPIES}")
        with portal.lock:
            return {"ids": _copies(portal, spec, count)}

    @app.post("/<member_id>/items")
    def add_item(member_id: str) -> dict[str, Any]:
        """An item of a smart process made in its form, or by a robot: ``{"entity_type_id", "fields"?: camelCase or UF_
        names, "rows"?: product rows, "user"?: id or null (robot)}`` -> its id."""
        portal, spec = portal_of(portals, member_id), body("entity_type_id", "fields", "rows", "user")
        kind, fields = number(spec, "entity_type_id"), dict(spec.get("fields") or {})
        if portal.crm.type_of(kind) is None:
            raise ValueError(f"{kind} is no smart process")
        with portal.lock:
            original = {name: value for name, value in fields.items() if name.startswith("UF_")}
            values = read_fields(portal, kind, fields, {}) | read_fields(portal, kind, original, {}, original=True)
            who = actor(portal, spec)
            made = items.create(portal, kind, values, who)["id"]
            if spec.get("rows"):
                product_rows.replace(portal, kind, made, list(spec["rows"]))
                product_rows.saved(portal, kind, made, who)
            return {"id": made}

    @app.post("/<member_id>/rows")
    def rows(member_id: str) -> dict[str, Any]:
        """Replace the product rows of a deal or an item: ``{"id", "rows": [...], "entity_type_id"?, "user"?}``."""
        portal, spec = portal_of(portals, member_id), body("id", "rows", "entity_type_id", "user")
        kind = number(spec, "entity_type_id", 2)
        with portal.lock:
            item = item_of(portal, kind, spec.get("id"))
            stored = product_rows.replace(portal, kind, item["id"], list(spec.get("rows") or ()))
            product_rows.saved(portal, kind, item["id"], actor(portal, spec))
            return {"rows": [product_rows.shown(row) for row in stored]}


def _copies(portal: Portal, spec: Mapping[str, Any], count: int) -> list[int]:
    sources = [item_of(portal, 2, one) for one in spec.get("copy_of") or ()]
    if not sources:
        raise ValueError("copy_of must list at least one deal")
    return [_copy(portal, sources[index % len(sources)], spec, index) for index in range(count)]


_NOT_COPIED = ("id", "stageId", "stageSemanticId", "movedTime", "movedBy", "closed", "createdTime", "updatedTime")


def _copy(portal: Portal, source: Row, spec: Mapping[str, Any], index: int) -> int:
    values = {key: copy.copy(value) for key, value in source.items() if key not in _NOT_COPIED and key[:1] != "_"}
    if "title" in spec:
        values["title"] = f"{spec['title']} {index + 1}"
    if "category" in spec:
        values["categoryId"] = number(spec, "category")
    if "stage" in spec:
        values["stageId"] = str(spec["stage"])
    quiet = bool(spec.get("quiet", True))
    created = items.create(portal, 2, values, actor(portal, spec), quiet=quiet)["id"]
    rows = portal.crm.product_rows.of((2, source["id"]))
    product_rows.replace(portal, 2, created, [product_rows.shown(row) for row in rows])
    return int(created)


def _add_reading(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/deal/<int:number>")
    def deal(member_id: str, number: int) -> dict[str, Any]:
        """All there is about a deal: item, rows, stage history, comments, log messages, activities."""
        portal = portal_of(portals, member_id)
        with portal.lock:
            return whole(portal, 2, number)

    @app.get("/<member_id>/item/<int:kind>/<int:number>")
    def item(member_id: str, kind: int, number: int) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return whole(portal, kind, number)

    @app.get("/<member_id>/deals")
    def deals(member_id: str) -> dict[str, Any]:
        """Deals with original field names, ``?stage=`` narrows."""
        portal = portal_of(portals, member_id)
        stage = request.args.get("stage")
        with portal.lock:
            shower = Shower(portal, 2, None, original=True)
            rows = [row for row in portal.crm.tables[2] if stage in (None, row["stageId"])]
            return {"deals": [shower.whole(row) for row in rows]}

    @app.get("/<member_id>/notices")
    def notices(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return {"notices": [dict(row) for row in portal.notices.table]}


def item_of(portal: Portal, kind: int, number_of_item: Any) -> Row:
    """The item; ValueError if there is none."""
    table = portal.crm.tables.get(kind)
    found = table.get(number_of_item) if table is not None else None
    if found is None:
        raise ValueError(f"no item {number_of_item} of type {kind}")
    return found


def whole(portal: Portal, kind: int, number_of_item: int) -> dict[str, Any]:
    owner = (kind, number_of_item)
    item = item_of(portal, kind, number_of_item)
    timeline = portal.timeline
    return {
        "item": Shower(portal, kind, None, original=True).whole(item),
        "rows": [product_rows.shown(row) for row in portal.crm.product_rows.of(owner)],
        "history": [product_rows.shown(row) for row in portal.crm.history_of(kind).table.of(number_of_item)],
        "comments": [product_rows.shown(row) for row in timeline.comments.of(owner)],
        "log_messages": [product_rows.shown(row) for row in timeline.log_messages.of(owner)],
        "activities": [product_rows.shown(row) for row in timeline.activities.of(owner)],
    }
