"""The delivery as an invoice: is a chosen rate written as one. A card of the section "Fields"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from b24app.store import portal_settings
from b24app.store.audit import Act
from b24app.store.delivery_invoices import SETTING, is_on
from b24app.store.engine import session_scope
from placements.app.desk import Desk
from placements.app.saving import audit

BOX = "parts/app_delivery_invoice.html"


@dataclass(frozen=True, slots=True)
class InvoiceForm:
    """The switch, and whether it was saved just now."""

    on: bool
    saved: bool = False


def invoice_form(settings: Mapping[str, Any], saved: bool = False) -> InvoiceForm:
    return InvoiceForm(is_on(settings), saved)


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_invoice() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        wanted = {"on": request.form.get("on") == "yes"}
        with session_scope(desk.parts.sessions) as session:
            portal_settings.merge(session, who.portal_id, **{SETTING: wanted})
            audit(session, who, Act.DELIVERY_INVOICE, now, wanted)
        return desk.fragment(who, BOX, invoice=invoice_form(desk.facts(who).settings, saved=True))

    bp.post("/app/delivery-invoice")(save_invoice)
