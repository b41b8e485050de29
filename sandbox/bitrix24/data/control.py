"""Control of the data: what deals must come to, and the manager's part of the story (mounted at ``/bitrix24``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Flask, abort, request

from sandbox.bitrix24.state.portal import Portal

from .portals import carrier_overrides, portal_data
from .seeding import apply_fix, expected_of, fill_wish, fill_wishes, seed


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    """Add the routes for every portal by its member_id."""

    def portal_of(member_id: str) -> Portal:
        return portals.get(member_id) or abort(404, f"no such portal: {member_id}")

    @app.get("/<member_id>/expected")
    def expectations(member_id: str) -> dict[str, Any]:
        """Every seeded deal with its outcome, and what the carrier has to be told (``POST /cdek/overrides``)."""
        portal = portal_of(member_id)
        rows = [asdict(row) | {"moves": row.moves} for row in expected_of(portal).values()]
        return {"deals": rows, "overrides": carrier_overrides(portal.spec.number - 1)}

    @app.get("/<member_id>/goods/<article>")
    def goods(member_id: str, article: str) -> dict[str, Any]:
        """``{"id", "name"}`` of the catalogue's product or offer with this article."""
        known = portal_data(portal_of(member_id).spec.number - 1).products
        found = next((each for each in known if each.sku == article), None) or abort(404, f"no such goods: {article}")
        return {"id": found.id, "name": found.name}

    @app.post("/<member_id>/wishes")
    def wishes(member_id: str) -> dict[str, Any]:
        """Fill the app's fields as managers would: ``{"deals": [ids]}``, all deals without it."""
        portal = portal_of(member_id)
        chosen = (request.get_json(silent=True) or {}).get("deals")
        return {"written": fill_wishes(portal, chosen)}

    @app.post("/<member_id>/wish")
    def wish(member_id: str) -> dict[str, Any]:
        """Type into one deal: ``{"deal": id, "kind"?, "address"?, "point"?, "phone"?, "name"?: the recipient's}``."""
        spec = dict(request.get_json())
        given = {name: str(value) for name, value in spec.items() if name != "deal"}
        return {"written": fill_wish(portal_of(member_id), int(spec["deal"]), given)}

    @app.post("/<member_id>/bulk")
    def bulk(member_id: str) -> dict[str, Any]:
        """Add ``{"count": n}`` ordinary deals, ready to be moved; with the app's fields filled, if they exist."""
        portal = portal_of(member_id)
        return {"deals": seed(portal, {"bulk": int(request.get_json()["count"])})["bulk"]}

    @app.post("/<member_id>/fix")
    def fix(member_id: str) -> dict[str, Any]:
        """Do what a manager does about ``{"deal": id}``'s problem."""
        portal = portal_of(member_id)
        return {"changed": apply_fix(portal, int(request.get_json()["deal"]))}
