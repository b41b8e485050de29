"""A deal that is picked in a warehouse before CDEK carries it: what every such scenario sets up and looks at."""

from __future__ import annotations

from typing import Any

from b24app.store import portals, shipments
from b24app.store.engine import session_scope
from tests.flows.town import Shop

DEAL = 501


def account_of(shop: Shop, system: str) -> Any:
    rows = shop.town.program.read(portals.connections, shop.id)
    return next(row for row in rows if row.system == system)


def working(shop: Shop, system: str, seconds: float = 30.0) -> Any:
    """The account, once it works."""
    shop.town.wait(lambda: account_of(shop, system).state == "ready", f"{system}'s account works", seconds)
    return account_of(shop, system)


def rows_of(shop: Shop, deal_id: int = DEAL) -> list[Any]:
    """The deal's legs."""
    found: list[Any] = shop.town.program.read(shipments.of_deals, shop.id, [deal_id])[deal_id]
    return found


def picked_first(shop: Shop, system: str, settings: dict[str, Any] | None = None) -> None:
    """Once the warehouse's account works, deals of the first pipeline are picked there before CDEK is booked, as the
    stages' page saves it; `settings` are further ones of the pipeline."""
    leg = {"connection_id": working(shop, system).id, "service": "pick", "book": "packed"}
    with session_scope(shop.town.program.parts.sessions) as session:
        pipeline = portals.pipelines(session, shop.id)[0]
        pipeline.settings = {**(pipeline.settings or {}), "before": leg, **(settings or {})}


def at_the_warehouse(shop: Shop, system: str) -> str:
    """Ship the deal and wait until the warehouse has the order, and nobody else; its number."""
    shop.move(DEAL)
    number = shop.our_number(DEAL)

    def orders() -> list[str]:
        return [row["number"] for row in shop.town.world.control.get(f"/{system}/orders")["orders"]]

    shop.town.wait(lambda: number in orders(), f"an order at {system}")
    shop.becomes(DEAL, "Передан на склад")
    assert shop.orders(DEAL) == []
    return number


def floor(shop: Shop, system: str, number: str, **step: Any) -> None:
    """Something happens on the floor, and the program looks."""
    shop.town.world.control.post(f"/{system}/orders/{number}/status", step)
    shop.town.advance(1200)
