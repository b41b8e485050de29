"""The deal's field for the link holds the carrier's page, or ours where the portal's administrator chose so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.flows.client_page import OURS, ClientPage
from b24app.flows.snapshot import Role
from b24app.frames.client_links import ClientLinks
from b24app.settings import Settings
from b24app.store.models import Portal, Shipment

#: An order that has one of these is one that a client can follow.
_FOLLOWED = (Role.ORDER_ID, Role.TRACKING, Role.LINK)


def in_fields(fields: Mapping[Role, Any], portal: Portal, row: Shipment, settings: Settings) -> Mapping[Role, Any]:
    """The fields as they go to the deal. A portal without pages for clients, and a carrier's number that is not there
    yet, change nothing."""
    if not portal.public_id or not any(role in fields for role in _FOLLOWED):
        return fields
    if ClientPage.of(portal.settings).link != OURS:
        return fields
    keys = [key.get_secret_value() for key in settings.signing_keys]
    links = ClientLinks(settings.public_url, portal.public_id, portal.id, keys)
    return {**fields, Role.LINK: links.track(row.id)}
