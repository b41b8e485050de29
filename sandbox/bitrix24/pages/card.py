"""The deal's card: its own tab, and one tab for each handler bound to CRM_DEAL_DETAIL_TAB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template
from werkzeug.exceptions import Forbidden, NotFound

from sandbox.bitrix24.frames import visible_placements
from sandbox.bitrix24.rules.rights import EDIT, READ, may
from sandbox.bitrix24.state.install import Placement
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.userfields import UserField
from sandbox.bitrix24.state.users import User

from . import feed
from .look import language
from .session import signed_in

DEAL, CONTACT, COMPANY = 2, 3, 4
TAB = "CRM_DEAL_DETAIL_TAB"


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the app: the frame is opened when it is first chosen."""

    number: int
    title: str
    handler: str


@dataclass(frozen=True, slots=True)
class Goods:
    """A product row with what the catalogue knows about the product."""

    name: str
    price: float
    quantity: float
    sum: float
    weight: Any
    size: str


@dataclass(frozen=True, slots=True)
class OwnField:
    """A user field as the card shows it. ``value`` is stored form; ``options`` are (value, text) of a list. ``app``:
    its type is the app's, which draws it in a frame."""

    name: str
    label: str
    kind: str
    value: Any
    options: list[tuple[str, str]]
    app: bool = False


def add_routes(pages: Blueprint, portal: Portal) -> None:
    @pages.get("/crm/deal/details/<int:deal_id>/")
    @signed_in
    def deal_card(deal_id: int) -> str:
        with portal.lock:
            facts = _facts(portal, g.user, deal_id)
        return render_template("portal/card.html", **facts)

    @pages.get("/crm/deal/details/<int:deal_id>/general")
    @signed_in
    def general(deal_id: int) -> str:
        with portal.lock:
            facts = _facts(portal, g.user, deal_id)
        return render_template("portal/general.html", **facts)

    @pages.get("/crm/deal/details/<int:deal_id>/feed")
    @signed_in
    def deal_feed(deal_id: int) -> str:
        with portal.lock:
            readable(portal, g.user, DEAL, deal_id)
            found = feed.entries(portal, deal_id)
        return render_template("portal/feed.html", entries=found)

    @pages.get("/bell")
    @signed_in
    def bell() -> str:
        with portal.lock:
            found = feed.notices(portal, g.user.id)
            feed.mark_seen(portal, g.user.id)
        return render_template("portal/bell.html", notices=found)

    @pages.get("/bell/count")
    @signed_in
    def bell_count() -> dict[str, int]:
        with portal.lock:
            return {"unread": sum(1 for notice in feed.notices(portal, g.user.id) if not notice.seen)}


def readable(portal: Portal, user: User, entity_type_id: int, number: int) -> Row:
    """The item, if this person may read it; otherwise a page that says no."""
    item = portal.crm.tables[entity_type_id].get(number)
    if item is None:
        raise NotFound
    if not may(user, READ, entity_type_id, item):
        raise Forbidden
    return item


def _facts(portal: Portal, user: User, deal_id: int) -> dict[str, Any]:
    deal = readable(portal, user, DEAL, deal_id)
    stages = portal.crm.stages(DEAL, deal["categoryId"])
    return {
        "deal": deal,
        "stages": stages,
        "place": next((at for at, stage in enumerate(stages) if stage.status_id == deal["stageId"]), -1),
        "editable": may(user, EDIT, DEAL, deal),
        "contact": portal.crm.tables[CONTACT].get(deal["contactId"]),
        "company": portal.crm.tables[COMPANY].get(deal["companyId"]),
        "users": [one for one in portal.users.values() if one.active],
        "own_fields": [own_field(field, deal) for field in _userfields(portal)],
        "goods": goods_of(portal, DEAL, deal_id),
        "entries": feed.entries(portal, deal_id),
        "tabs": tabs_of(portal, visible_placements(portal, TAB)),
    }


def _userfields(portal: Portal) -> list[UserField]:
    fields = portal.crm.userfields.of(portal.crm.uf_entity(DEAL)).values()
    return sorted(fields, key=lambda field: (field.sort, field.id))


def own_field(field: UserField, item: Row) -> OwnField:
    options = [(str(row["id"]), str(row["value"])) for row in field.enum]
    app = field.kind.startswith("rest_")
    return OwnField(field.name, field.label(language()), field.kind, item.get(field.name), options, app)


def goods_of(portal: Portal, kind: int, number: int) -> list[Goods]:
    return [_goods(portal, row) for row in portal.crm.product_rows.of((kind, number))]


def _goods(portal: Portal, row: Row) -> Goods:
    product = portal.catalog.products.get(row["productId"]) or {}
    sides = [product.get(name) for name in ("length", "width", "height")]
    size = " × ".join(f"{side:g}" for side in sides if side) if all(sides) else ""
    total = float(row["price"]) * float(row["quantity"])
    return Goods(row["productName"], row["price"], row["quantity"], total, product.get("weight"), size)


def tabs_of(portal: Portal, placements: list[Placement]) -> list[Tab]:
    title = portal.hub.card.title
    return [Tab(number, row.title_in(language(), title), row.handler) for number, row in enumerate(placements, start=1)]
