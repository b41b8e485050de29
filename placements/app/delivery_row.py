"""The delivery among the deal's products: is a chosen rate written there as a row, and of which product. A card of the
section "Fields"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from b24app.store import portal_settings
from b24app.store.audit import Act
from b24app.store.delivery_rows import SETTING, Wanted
from b24app.store.engine import session_scope
from placements.app.desk import Desk
from placements.app.saving import audit

BOX = "parts/app_delivery_row.html"
#: An id of the catalogue has no more digits.
LONGEST = 12


@dataclass(frozen=True, slots=True)
class RowForm:
    """`product` as it was typed; `wrong`: it is no id."""

    on: bool
    product: str
    wrong: bool = False
    saved: bool = False


def row_form(settings: Mapping[str, Any], saved: bool = False) -> RowForm:
    wanted = Wanted.of(settings)
    return RowForm(wanted.on, str(wanted.product or ""), saved=saved)


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_row() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        on, typed = request.form.get("on") == "yes", request.form.get("product", "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST):
            return desk.fragment(who, BOX, row=RowForm(on, typed[:LONGEST], wrong=True))
        wanted = {"on": on, "product": int(typed or 0)}
        with session_scope(desk.parts.sessions) as session:
            portal_settings.merge(session, who.portal_id, **{SETTING: wanted})
            audit(session, who, Act.DELIVERY_ROW, now, wanted)
        return desk.fragment(who, BOX, row=row_form(desk.facts(who).settings, saved=True))

    bp.post("/app/delivery-row")(save_row)
