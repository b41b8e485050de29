"""Boards of deals and of smart processes: stages as columns; a card is dragged, or moved by its menu, alone or with
others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.frames import visible_placements
from sandbox.bitrix24.rules.items import change
from sandbox.bitrix24.rules.rights import EDIT, READ, may
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.stages import Category, Status
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor, User

from .look import language
from .session import signed_in
from .words import word

DEAL, CONTACT, COMPANY = 2, 3, 4
TOOLBAR = "CRM_DEAL_LIST_TOOLBAR"
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Cell:
    """One card on the board."""

    id: int
    title: str
    amount: float
    currency: str
    client: str
    moved: str
    mark: str
    movable: bool


@dataclass(frozen=True, slots=True)
class Column:
    stage: Status
    cells: list[Cell]
    total: float
    count: int


def add_routes(pages: Blueprint, portal: Portal) -> None:
    @pages.get("/crm/deal/", defaults={"kind": DEAL})
    @pages.get("/crm/deal/kanban/", defaults={"kind": DEAL})
    @pages.get("/crm/type/<int:kind>/kanban/")
    @signed_in
    def board(kind: int) -> str:
        with portal.lock:
            category = _category(portal, kind)
            columns = _columns(portal, g.user, kind, category)
            buttons = _toolbar(portal) if kind == DEAL else []
        categories = list(portal.crm.categories.get(kind, {}).values())
        return render_template(
            "portal/board.html", columns=columns, category=category, categories=categories, buttons=buttons, kind=kind,
            base=base_of(kind), heading=heading_of(portal, kind),
        )  # fmt: skip

    @pages.get("/crm/deal/kanban/cells", defaults={"kind": DEAL})
    @pages.get("/crm/type/<int:kind>/kanban/cells")
    @signed_in
    def cells(kind: int) -> Response:
        with portal.lock:
            columns = _columns(portal, g.user, kind, _category(portal, kind))
        html = render_template("portal/cells.html", columns=columns, base=base_of(kind))
        answer = Response(html, mimetype="text/html")
        answer.set_etag(hashlib.sha256(html.encode()).hexdigest()[:20])
        answer.cache_control.no_cache = True
        return answer.make_conditional(request)

    @pages.post("/crm/deal/move", defaults={"kind": DEAL})
    @pages.post("/crm/type/<int:kind>/move")
    @signed_in
    def move(kind: int) -> dict[str, Any]:
        spec = request.get_json()
        refused = [_moved(portal, g.user, kind, int(number), str(spec["stage"])) for number in spec["deals"]]
        return {"refused": [words for words in refused if words]}


def base_of(kind: int) -> str:
    """Where pages of this type begin, as Bitrix24 has them (§5.2: ``URI``)."""
    return "/crm/deal" if kind == DEAL else f"/crm/type/{kind}"


def heading_of(portal: Portal, kind: int) -> str:
    """What the portal calls all of them."""
    found = portal.crm.type_of(kind)
    return found.title if found is not None else word("deals", language())


def _toolbar(portal: Portal) -> list[dict[str, str]]:
    """Buttons above the list, one for each handler bound to its toolbar; such a page gets no options (§5.2)."""
    title = portal.hub.card.title
    return [
        {"placement": TOOLBAR, "handler": row.handler, "title": row.title_in(language(), title)}
        for row in visible_placements(portal, TOOLBAR)
    ]


def _category(portal: Portal, kind: int) -> Category:
    known = portal.crm.categories.get(kind, {})
    if kind != DEAL and portal.crm.type_of(kind) is None:
        raise NotFound
    found = known.get(request.args.get("category", default=portal.crm.default_category(kind), type=int))
    if found is None:
        raise NotFound
    return found


def _columns(portal: Portal, user: User, kind: int, category: Category) -> list[Column]:
    by_stage: dict[str, list[Row]] = {}
    for item in portal.crm.tables[kind]:
        if item["categoryId"] == category.id and may(user, READ, kind, item):
            by_stage.setdefault(item["stageId"], []).append(item)
    columns = []
    for stage in portal.crm.stages(kind, category.id):
        items = sorted(by_stage.get(stage.status_id, []), key=lambda item: (item["movedTime"] or "", item["id"]))
        shown = [_cell(portal, user, kind, item) for item in reversed(items[-_SHOWN:])]
        columns.append(Column(stage, shown, sum(float(item.get("opportunity") or 0) for item in items), len(items)))
    return columns


def _cell(portal: Portal, user: User, kind: int, item: Row) -> Cell:
    return Cell(
        id=item["id"],
        title=item["title"] or f"{heading_of(portal, kind)} #{item['id']}",
        amount=item.get("opportunity") or 0,
        currency=item.get("currencyId") or "",
        client=client_name(portal, item),
        moved=item["movedTime"],
        mark=_mark(item),
        movable=may(user, EDIT, kind, item),
    )


def client_name(portal: Portal, item: Row) -> str:
    """The contact's name, else the company's."""
    contact = portal.crm.tables[CONTACT].get(item.get("contactId"))
    if contact is not None:
        return " ".join(part for part in (contact.get("name"), contact.get("lastName")) if part) or "—"
    company = portal.crm.tables[COMPANY].get(item.get("companyId"))
    return str(company["title"]) if company is not None else "—"


def _mark(item: Row) -> str:
    """What an app wrote: a tracking number or an order's, whatever it calls its fields."""
    for end in ("TRACK", "TRACKING_NUMBER", "TRACKING", "ORDER_ID"):
        for name, value in item.items():
            if name.startswith("UF_") and name.endswith(end) and value:
                return str(value)
    return ""


def _moved(portal: Portal, user: User, kind: int, item_id: int, stage: str) -> str:
    """Move as this person; "" or why not."""
    with portal.lock:
        table = portal.crm.tables.get(kind)
        item = table.get(item_id) if table is not None else None
        if item is None or not may(user, EDIT, kind, item):
            return f"{item_id}: {word('denied', language())}"
        try:
            change(portal, kind, item, {"stageId": stage}, Actor(user.id), via="user")
        except RestError as problem:
            return f"{item_id}: {problem.text}"
    return ""
