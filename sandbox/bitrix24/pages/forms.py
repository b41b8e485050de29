"""What a person writes in the card: fields, contact, comments. Everything goes through the portal's ordinary rules."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.rules.items import change
from sandbox.bitrix24.rules.rights import EDIT, may
from sandbox.bitrix24.rules.values import multifield, user_value
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor

from .card import COMPANY, CONTACT, DEAL, readable
from .session import signed_in

_KINDS = {"contact": CONTACT, "company": COMPANY}


def add_routes(pages: Blueprint, portal: Portal) -> None:
    @pages.post("/crm/deal/details/<int:deal_id>/save")
    @signed_in
    def save_deal(deal_id: int) -> Any:
        with portal.lock:
            deal = _editable(portal, DEAL, deal_id)
            return _applied(portal, DEAL, deal, _deal_values(portal, deal))

    @pages.post("/crm/deal/details/<int:deal_id>/comment")
    @signed_in
    def comment(deal_id: int) -> Any:
        text = str(request.get_json().get("text", "")).strip()
        with portal.lock:
            _editable(portal, DEAL, deal_id)
            if text:
                add_comment(portal, deal_id, text, g.user.id)
        return {"ok": bool(text)}

    @pages.get("/crm/<any(contact, company):kind>/details/<int:number>/")
    @signed_in
    def client_card(kind: str, number: int) -> str:
        with portal.lock:
            client = readable(portal, g.user, _KINDS[kind], number)
        return render_template("portal/client.html", client=client, kind=kind, back=request.args.get("back", "/"))

    @pages.post("/crm/<any(contact, company):kind>/details/<int:number>/")
    @signed_in
    def save_client(kind: str, number: int) -> Response:
        with portal.lock:
            client = _editable(portal, _KINDS[kind], number)
            change(portal, _KINDS[kind], client, _client_values(portal, client), Actor(g.user.id), via="user")
        back = request.form.get("back", "/")
        return redirect(back if back.startswith("/") and not back.startswith("//") else "/")


def add_comment(portal: Portal, number_of: int, text: str, author: int, kind: int = DEAL) -> int:
    """A comment of a person in the feed of a deal, or of an item of another type."""
    row: Row = {"text": text, "author": author, "created": portal.now(), "files": []}
    number = portal.timeline.comments.add_to((kind, number_of), row)
    facts = {"entity_type_id": kind, "id": number, "type": "comment", "text": text, "by": author, "files": 0}
    portal.note("timeline.added", number_of, **facts)
    portal.emit("ONCRMTIMELINECOMMENTADD", {"FIELDS": {"ID": str(number)}}, Actor(author))
    return number


def _editable(portal: Portal, entity_type_id: int, number: int) -> Row:
    item = readable(portal, g.user, entity_type_id, number)
    if not may(g.user, EDIT, entity_type_id, item):
        raise Forbidden
    return item


def _applied(portal: Portal, entity_type_id: int, item: Row, values: Row) -> Any:
    try:
        return {"ok": change(portal, entity_type_id, item, values, Actor(g.user.id), via="user")}
    except RestError as problem:
        return {"error": problem.text}, 400


def _deal_values(portal: Portal, deal: Row) -> Row:
    given = request.get_json()
    values: Row = {}
    if "title" in given:
        values["title"] = str(given["title"]).strip() or deal["title"]
    if str(given.get("assignedById", "")).isdigit():
        values["assignedById"] = int(given["assignedById"])
    if "comments" in given:
        values["comments"] = given["comments"] or None
    for name, field in portal.crm.userfields.of(portal.crm.uf_entity(DEAL)).items():
        # What was not touched is not written: an address that is only echoed would lose its id (crm §2.4).
        if name in given and str(given[name]) != str(deal.get(name) or ""):
            values[name] = user_value(portal, field, given[name], deal.get(name))
    return values


def _client_values(portal: Portal, client: Row) -> Row:
    values: Row = {name: request.form.get(name, "").strip() or None for name in ("name", "lastName", "title")}
    values = {name: value for name, value in values.items() if name in client}
    given: dict[str, Any] = {}
    for row in client.get("fm") or []:
        given[str(row["id"])] = {"typeId": row["typeId"], "value": request.form.get(f"fm{row['id']}", row["value"])}
    if fresh := request.form.get("phone", "").strip():
        given["n0"] = {"typeId": "PHONE", "valueType": "MOBILE", "value": fresh}
    values["fm"] = multifield(portal, client.get("fm") or [], given)
    if "hasPhone" in client:
        values["hasPhone"] = "Y" if any(row["typeId"] == "PHONE" for row in values["fm"]) else "N"
    return values
