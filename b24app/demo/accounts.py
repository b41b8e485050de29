"""Connecting the emulated systems through our own pages, as an administrator types what each cabinet shows."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from b24app.demo.house import House
from b24app.demo.person import PageFailedError, Person
from b24app.demo.setting_up import open_app
from b24app.parts import Parts
from b24app.store import portals
from b24app.store.engine import read_scope
from b24app.store.models import ConnectionState
from b24app.systems import Manifest, discover
from b24app.systems import typed as typed_url

#: Field of our form -> what the emulator's account calls it, where the names differ.
ALIASES: Mapping[str, Mapping[str, str]] = {
    "cdek": {"account": "client_id", "secret": "client_secret"},
    "yandex_delivery": {"station": "station_id"},
    "pek": {"shipment_point": "warehouse_id"},
}
#: Field of our form -> which of the emulator's lists it is chosen from, and the name of the chosen row.
CHOSEN: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "moysklad": {"organization": ("organizations", "ООО «Ромашка»"), "store": ("stores", "MSK-01")},
}
#: Where goods leave from, for systems whose account does not say it.
SENDER = {
    "sender_address": "Москва, ул. Ленина, 10",
    "sender_company": "ООО «Ромашка»",
    "sender_name": "Иван Петров",
    "sender_phone": "+74950000000",
}
#: Where parcels are handed in, for systems whose cabinet does not say it.
OFFICES: Mapping[str, Mapping[str, str]] = {
    "cdek": {"shipment_point": "MSK5", "sender_address": ""},
    "dpd": {"shipment_point": "M11", "sender_address": ""},
}


def form_of(manifest: Manifest, account: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> dict[str, str]:
    """What is typed into the form of a connection. `about` says where the system is, if it stands at the customer's."""
    there = about or {}
    urls = {typed_url.BASE: there.get("base_url", ""), **there.get("urls", {})}
    names = ALIASES.get(manifest.code, {})
    chosen = {name: account[rows][row] for name, (rows, row) in CHOSEN.get(manifest.code, {}).items()}
    own = {**OFFICES.get(manifest.code, {}), **chosen}
    typed: dict[str, str] = {}
    for field in manifest.settings_form:
        known = account.get(names.get(field.name, field.name))
        if known is None and field.kind == typed_url.KIND:
            known = urls.get(field.name, "")
        typed[field.name] = (
            str(known) if known is not None else own.get(field.name, SENDER.get(field.name, field.default))
        )
    return typed


def mode_of(manifest: Manifest, account: Mapping[str, Any]) -> str:
    """That of the account's key, where a stand has keys of its own."""
    return str(account.get("mode") or ("test" if "test" in manifest.base_urls else "live"))


def connect(
    page: Person, code: str, account: Mapping[str, Any], title: str = "", about: Mapping[str, Any] | None = None
) -> None:
    """Save an account; its test begins by itself. Raises PageFailedError for a form that is refused."""
    manifest = discover()[code].manifest
    typed = form_of(manifest, account, about)
    form = {"title": title or manifest.title["ru"], "mode": mode_of(manifest, account), **typed}
    said = page.press(f"/app/account/{code}/0", form)
    if wrong := re.findall(r'id="e-(?:f-)?([a-z_]+)-', said):
        raise PageFailedError(f"{code} was not saved: {', '.join(wrong)} refused")


def connect_all(
    house: House, member_id: str, codes: Sequence[str], parts: Parts, seconds: float = 90.0
) -> dict[str, int]:
    """Accounts of these systems on a portal, all tested: system -> connection. Raises PageFailedError."""
    page = open_app(house.steer, member_id)
    for code in codes:
        about = house.addresses[code]
        connect(page, code, about["accounts"][0], about=about)
    end = time.monotonic() + seconds
    while missing := [code for code in codes if code not in working(parts, member_id)]:
        if time.monotonic() > end:
            raise PageFailedError(f"no working account of {', '.join(missing)} within {seconds:g} s")
        time.sleep(0.3)
    return working(parts, member_id)


def working(parts: Parts, member_id: str) -> dict[str, int]:
    """System -> the connection of the portal that has passed its test."""
    with read_scope(parts.sessions) as session:
        portal = portals.by_member(session, member_id)
        rows = portals.connections(session, portal.id) if portal is not None else []
        return {row.system: row.id for row in rows if row.state == ConnectionState.READY}
