"""What clients may do on the page of their parcel, and whose link the deal's field holds. A card of the section
"Fields"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from b24app.flows.client_page import CARRIERS, KEY, OURS, ClientPage
from b24app.store import portal_settings, public_ids
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from placements.app.desk import Desk
from placements.app.saving import audit

BOX = "parts/app_client_page.html"


@dataclass(frozen=True, slots=True)
class ClientPageForm:
    page: ClientPage
    saved: bool = False

    @property
    def links(self) -> tuple[str, ...]:
        return (CARRIERS, OURS)


def client_page_form(settings: Mapping[str, Any], saved: bool = False) -> ClientPageForm:
    return ClientPageForm(ClientPage.of(settings), saved)


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_client_page() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        link = request.form.get("link", "")
        wanted = ClientPage(
            change=request.form.get("change") == "yes",
            rate=request.form.get("rate") == "yes",
            link=link if link in (CARRIERS, OURS) else CARRIERS,
        )
        with session_scope(desk.parts.sessions) as session:
            portal_settings.merge(session, who.portal_id, **{KEY: wanted.to_json()})
            public_ids.of_portal(session, who.portal_id)  # an older portal has none before somebody asks for its pages
            audit(session, who, Act.CLIENT_PAGE, now, wanted.to_json())
        return desk.fragment(who, BOX, client_page=client_page_form(desk.facts(who).settings, saved=True))

    bp.post("/app/client-page")(save_client_page)
