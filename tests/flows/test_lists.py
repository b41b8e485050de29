"""What only the system itself can offer: asked once the account works, in its lane, again where it was silent, and
whenever an administrator wants it."""

from __future__ import annotations

from typing import Any

from b24app.demo.accounts import connect
from b24app.store import portals
from tests.flows.town import Shop

LISTS = {"organization", "store", "returns_store", "order_states", "demand_states", "boxes_field"}


def kept(shop: Shop) -> dict[str, Any]:
    """What is known of MoySklad's lists."""
    portal = shop.town.program.read(portals.by_member, shop.member)
    rows = shop.town.program.read(portals.connections, portal.id)
    mine = next(row.id for row in rows if row.system == "moysklad")
    return {"id": mine, **portal.settings.get("lists", {}).get(str(mine), {})}


def whole(shop: Shop) -> bool:
    known = kept(shop)
    return all("options" in known.get(name, {}) and "problem" not in known[name] for name in LISTS)


def test_lists_come_by_themselves_and_what_was_refused_for_haste_comes_later(shop: Shop) -> None:
    page, world = shop.app(), shop.town.world
    about = world.addresses["moysklad"]
    where = {"method": "GET", "path": "*metadata*"}
    world.control.fault("moysklad", "status", match=where, params={"status": 429, "body": {"errors": []}}, times=2)
    connect(page, "moysklad", about["accounts"][0], about=about)
    shop.town.program.wait(lambda: whole(shop), "all of MoySklad's lists", 30)
    titles = {each["title"] for each in kept(shop)["organization"]["options"]}
    assert titles == set(about["accounts"][0]["organizations"])
    meanings = {each["title"]: each["means"] for each in kept(shop)["order_states"]["options"]}
    assert meanings["Собран"] == "packed"
    before = kept(shop)["store"]["at"]
    page.press(f"/app/account/{kept(shop)['id']}/lists")
    shop.town.program.wait(lambda: kept(shop)["store"]["at"] > before and whole(shop), "the lists anew", 30)
