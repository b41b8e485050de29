"""What the page around a frame asks its portal for: the frame's form, fresh keys, options, the end of installation."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, g, request
from werkzeug.exceptions import NotFound

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.frames import FIELD_TYPE, Frame, FrameRefusedError, deal_options, field_options, open_frame
from sandbox.bitrix24.rules.rights import EDIT, READ, may
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row

from .board import TOOLBAR
from .card import TAB
from .designer import DIALOG, options_of
from .frames import Frames, Opened
from .look import language
from .session import signed_in
from .words import word

# Commands and events of a placement's own (§5.3); DEFAULT has none.
INTERFACES: dict[str, dict[str, list[str]]] = {
    TAB: {"command": ["reloadData"], "event": []},
    TOOLBAR: {"command": ["reloadData"], "event": []},
    FIELD_TYPE: {"command": ["setValue", "getValue"], "event": []},
    DIALOG: {"command": ["setPropertyValue"], "event": []},
}
#: Tabs of items of smart processes have the interface of a deal's.
_ITEM_TAB = re.compile(r"CRM_DYNAMIC_(\d+)_DETAIL_TAB")
_NOTHING: dict[str, list[str]] = {"command": [], "event": []}


def add_routes(pages: Blueprint, portal: Portal, frames: Frames) -> None:
    _add_opening(pages, portal, frames)
    _add_life(pages, portal, frames)
    _add_stores(pages, portal, frames)


def _mine(frames: Frames) -> Opened:
    """The frame that the request speaks for; 404 unless this person opened it."""
    found = frames.find(str(request.get_json().get("sid", "")), g.user.id)
    if found is None:
        raise NotFound
    return found


def _add_opening(pages: Blueprint, portal: Portal, frames: Frames) -> None:
    @pages.post("/parent/open")
    @signed_in
    def open_() -> Any:
        spec = request.get_json()
        try:
            frame = _opened(portal, spec)
        except FrameRefusedError as problem:
            return {"error": str(problem)}, 409
        frames.remember(frame, g.user.id)
        portal.note("frame.opened", frame.placement, user=g.user.id, sid=frame.sid)
        known = TAB if _ITEM_TAB.fullmatch(frame.placement) else frame.placement
        interface = INTERFACES.get(known, _NOTHING)
        return frame.as_json() | {"init": _init_data(portal, frame), "interface": interface}

    @pages.post("/parent/check")
    @signed_in
    def check() -> Any:
        refusal = frames.check(_mine(frames).frame)
        return {"refused": word(refusal.key, language(), value=refusal.value) if refusal else ""}


def _add_life(pages: Blueprint, portal: Portal, frames: Frames) -> None:
    @pages.post("/parent/refresh")
    @signed_in
    def refresh() -> Any:
        _mine(frames)
        install = portal.app.install
        if install is None or portal.app.licence.blocked or not g.user.app_access:
            return {"error": word("refresh_failed", language())}, 409
        client_id = portal.hub.card.client_id
        token = portal.hub.tokens.issue(client_id, portal.member_id, g.user.id, install.scope, install.generation)
        return {"AUTH_ID": token.access, "REFRESH_ID": token.refresh, "AUTH_EXPIRES": "3600"}

    @pages.post("/parent/finish")
    @signed_in
    def finish() -> Any:
        _mine(frames)
        try:
            return {"finished": lifecycle.finish_install(portal, g.user.id)}
        except lifecycle.LifecycleError as problem:
            return {"error": str(problem)}, 409


def _add_stores(pages: Blueprint, portal: Portal, frames: Frames) -> None:
    @pages.post("/parent/option")
    @signed_in
    def option() -> Any:
        _mine(frames)
        spec = request.get_json()
        return _set_option(portal, str(spec.get("store")), str(spec.get("name", "")), spec.get("value"))

    @pages.get("/parent/users")
    @signed_in
    def users() -> dict[str, Any]:
        people = [user for user in portal.users.values() if user.active and not user.external_auth]
        rows = [
            {"id": str(user.id), "name": user.full_name, "photo": "", "position": user.position, "url": "",
             "sub": False, "sup": False}
            for user in people
        ]  # fmt: skip
        return {"users": rows}


def _opened(portal: Portal, spec: dict[str, Any]) -> Frame:
    placement = str(spec.get("placement", "DEFAULT"))
    options = dict(spec.get("options") or {})
    if placement == DIALOG:
        return _robot(portal, spec)
    own = _ITEM_TAB.fullmatch(placement)
    if own is not None:
        kind, item_id = int(own[1]), int(spec.get("deal", 0))
        table = portal.crm.tables.get(kind)
        item = table.get(item_id) if table is not None else None
        if item is None or not may(g.user, READ, kind, item):
            raise FrameRefusedError(word("denied", language()))
        options = deal_options(kind, item_id)
    elif placement in (TAB, FIELD_TYPE):
        number = int(spec.get("deal", 0))
        deal = portal.crm.tables[2].get(number)
        if deal is None or not may(g.user, READ, 2, deal):
            raise FrameRefusedError(word("denied", language()))
        options = deal_options(2, number) if placement == TAB else _field(portal, spec, deal)
    return open_frame(portal, g.user.id, placement, options, handler=spec.get("handler"))


def _robot(portal: Portal, spec: dict[str, Any]) -> Frame:
    """The app's page for the fields of its robot, which stand in the form around it."""
    found = options_of(portal, str(spec.get("robot", "")), dict(spec.get("values") or {}))
    if found is None:
        raise FrameRefusedError("У робота нет своей страницы")
    address, options = found
    return open_frame(portal, g.user.id, DIALOG, options, page=address)


def _field(portal: Portal, spec: dict[str, Any], deal: Row) -> dict[str, Any]:
    """The field of this name, for looking, or for editing by who may."""
    field = portal.crm.userfields.of(portal.crm.uf_entity(2)).get(str(spec.get("field", "")))
    if field is None:
        raise FrameRefusedError("Поле не найдено")
    mode = "edit" if spec.get("mode") == "edit" and may(g.user, EDIT, 2, deal) else "view"
    return field_options(field, deal["id"], deal.get(field.name), mode)


def _init_data(portal: Portal, frame: Frame) -> dict[str, Any]:
    """The answer to ``getInitData``; empty maps are ``[]`` as PHP writes them."""
    token = frame.token
    return {
        "LANG": g.user.language,
        "DOMAIN": portal.domain,
        "PROTOCOL": 1 if portal.base_url.startswith("https") else 0,
        "PATH": "/rest",
        "AUTH_ID": token.access if token else "",
        "REFRESH_ID": token.refresh if token else "",
        "AUTH_EXPIRES": "3600" if token else "",
        "MEMBER_ID": portal.member_id,
        "FIRST_RUN": frame.first_run,
        "IS_ADMIN": g.user.admin,
        "INSTALL": frame.install,
        "USER_OPTIONS": portal.app.user_options.get(g.user.id) or [],
        "APP_OPTIONS": portal.app.app_options or [],
        "PLACEMENT": frame.placement,
        "PLACEMENT_OPTIONS": frame.options or {},
    }


def _set_option(portal: Portal, store: str, name: str, value: Any) -> Any:
    with portal.lock:
        if store == "app":
            if not g.user.admin:
                return {"error": "admin only"}, 403
            portal.app.app_options[name] = value
            return {"options": portal.app.app_options}
        portal.app.user_options.setdefault(g.user.id, {})[name] = value
        return {"options": portal.app.user_options[g.user.id]}
