"""The card of an item of a smart process: its form, its feed, and one tab for each handler bound to its detail tab.
Made, changed and deleted as a person does, through the portal's ordinary rules."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.frames import card_placement, visible_placements
from sandbox.bitrix24.rules import items
from sandbox.bitrix24.rules.rights import EDIT, may, may_add
from sandbox.bitrix24.rules.values import user_value
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor

from . import feed
from .board import DEAL, base_of, heading_of
from .card import CONTACT, goods_of, own_field, readable, tabs_of
from .forms import add_comment
from .session import signed_in

TAB = "DETAIL_TAB"


def add_routes(pages: Blueprint, portal: Portal) -> None:
    _add_reading(pages, portal)
    _add_writing(pages, portal)


def _add_reading(pages: Blueprint, portal: Portal) -> None:
    @pages.get("/crm/type/<int:kind>/details/<int:number>/")
    @signed_in
    def item_card(kind: int, number: int) -> str:
        with portal.lock:
            facts = _facts(portal, kind, number)
        return render_template("portal/item.html", **facts)

    @pages.get("/crm/type/<int:kind>/details/<int:number>/general")
    @signed_in
    def item_general(kind: int, number: int) -> str:
        with portal.lock:
            facts = _facts(portal, kind, number)
        return render_template("portal/item_general.html", **facts)

    @pages.get("/crm/type/<int:kind>/details/<int:number>/feed")
    @signed_in
    def item_feed(kind: int, number: int) -> str:
        with portal.lock:
            _item(portal, kind, number)
            found = feed.entries(portal, number, kind)
        return render_template("portal/feed.html", entries=found)


def _add_writing(pages: Blueprint, portal: Portal) -> None:
    @pages.post("/crm/type/<int:kind>/add")
    @signed_in
    def add_item(kind: int) -> Response:
        with portal.lock:
            _known(portal, kind)
            if not may_add(g.user, kind):
                raise Forbidden
            values: Row = {"title": request.form.get("title", "").strip() or None}
            if request.form.get("deal", "").isdigit() and "parentId2" in items.fields_of(portal, kind):
                values["parentId2"] = int(request.form["deal"])
            made = items.create(portal, kind, values, Actor(g.user.id))
        return redirect(f"{base_of(kind)}/details/{made['id']}/")

    @pages.post("/crm/type/<int:kind>/details/<int:number>/save")
    @signed_in
    def save_item(kind: int, number: int) -> Any:
        with portal.lock:
            item = _editable(portal, kind, number)
            try:
                done = items.change(portal, kind, item, _values(portal, kind, item), Actor(g.user.id), via="user")
            except RestError as problem:
                return {"error": problem.text}, 400
        return {"ok": done}

    @pages.post("/crm/type/<int:kind>/details/<int:number>/comment")
    @signed_in
    def item_comment(kind: int, number: int) -> Any:
        text = str(request.get_json().get("text", "")).strip()
        with portal.lock:
            _editable(portal, kind, number)
            if text:
                add_comment(portal, number, text, g.user.id, kind)
        return {"ok": bool(text)}

    @pages.post("/crm/type/<int:kind>/details/<int:number>/remove")
    @signed_in
    def remove_item(kind: int, number: int) -> Response:
        with portal.lock:
            items.delete(portal, kind, _editable(portal, kind, number), Actor(g.user.id))
        return redirect(f"{base_of(kind)}/kanban/")


def _known(portal: Portal, kind: int) -> None:
    if portal.crm.type_of(kind) is None:
        raise NotFound


def _item(portal: Portal, kind: int, number: int) -> Row:
    _known(portal, kind)
    return readable(portal, g.user, kind, number)


def _editable(portal: Portal, kind: int, number: int) -> Row:
    item = _item(portal, kind, number)
    if not may(g.user, EDIT, kind, item):
        raise Forbidden
    return item


def _facts(portal: Portal, kind: int, number: int) -> dict[str, Any]:
    item = _item(portal, kind, number)
    stages = portal.crm.stages(kind, item["categoryId"]) if "categoryId" in item else []
    heading = heading_of(portal, kind)
    fields = portal.crm.userfields.of(portal.crm.uf_entity(kind)).values()
    return {
        "item": item,
        "kind": kind,
        "base": base_of(kind),
        "heading": heading,
        "name": item["title"] or f"{heading} #{number}",
        "placement": card_placement(kind, TAB),
        "stages": stages,
        "place": next((at for at, stage in enumerate(stages) if stage.status_id == item.get("stageId")), -1),
        "editable": may(g.user, EDIT, kind, item),
        "deal": portal.crm.tables[DEAL].get(item.get("parentId2")),
        "contact": portal.crm.tables[CONTACT].get(item.get("contactId")),
        "users": [one for one in portal.users.values() if one.active],
        "own_fields": [own_field(field, item) for field in sorted(fields, key=lambda one: (one.sort, one.id))],
        "goods": goods_of(portal, kind, number),
        "entries": feed.entries(portal, number, kind),
        "tabs": tabs_of(portal, visible_placements(portal, card_placement(kind, TAB))),
    }


def _values(portal: Portal, kind: int, item: Row) -> Row:
    given = request.get_json()
    values: Row = {}
    if "title" in given:
        values["title"] = str(given["title"]).strip() or item["title"]
    for name in ("assignedById", "parentId2"):
        if name in given and name in item:
            values[name] = int(given[name]) if str(given[name]).isdigit() else None
    for name, field in portal.crm.userfields.of(portal.crm.uf_entity(kind)).items():
        # What was not touched is not written.
        if name in given and str(given[name]) != str(item.get(name) or ""):
            values[name] = user_value(portal, field, given[name], item.get(name))
    return values
