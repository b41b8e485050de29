"""What a portal POSTs into a frame: the form of §1.5, for the app page, the installer, placements and field types."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox.bitrix24.oauth.tokens import Token
from sandbox.bitrix24.state.fields import entity_name
from sandbox.bitrix24.state.install import Install, Placement
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.userfields import UserField
from sandbox.bitrix24.state.users import User

FIELD_TYPE = "USERFIELD_TYPE"


class FrameRefusedError(ValueError):
    """The portal shows its own message instead of the app's frame; the text is that message."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One rendering: POST ``fields`` as a form to ``url`` with the iframe named ``name`` as its target."""

    url: str
    fields: dict[str, str]
    sid: str
    name: str
    placement: str
    options: dict[str, Any]
    token: Token | None
    install: bool
    first_run: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "fields": self.fields,
            "sid": self.sid,
            "name": self.name,
            "placement": self.placement,
            "options": self.options,
            "install": self.install,
        }


def open_frame(
    portal: Portal,
    user_id: int,
    placement: str = "DEFAULT",
    options: dict[str, Any] | None = None,
    *,
    handler: str | None = None,
    page: str = "",
) -> Frame:
    """Build the frame that ``user_id`` gets. ``handler`` chooses among several of one placement; ``page`` is the
    address of what is no placement of its own: a robot's page.

    Raises FrameRefusedError where a person would see the portal's own message: no access, licence, not installed.
    """
    with portal.lock:
        user = portal.users.get(user_id)
        install = portal.app.install
        if user is None or not user.active:
            raise FrameRefusedError("Пользователь не найден")
        if install is None:
            raise FrameRefusedError("Приложение не установлено")
        if portal.app.licence.blocked:
            raise FrameRefusedError("Срок действия подписки закончился")
        if not user.app_access and placement != FIELD_TYPE:
            raise FrameRefusedError("Нет доступа к приложению")
        address = page or _address(portal, user, install, placement, options or {}, handler)
        return _frame(portal, user, install, address, placement, options or {})


def deal_options(entity_type_id: int, item_id: int, *, toolbar: bool = False) -> dict[str, Any]:
    """PLACEMENT_OPTIONS of a card's tab or menu: the id as a string, and the page's address (§5.2, §5.4)."""
    kind = {2: "deal", 3: "contact", 4: "company", 1: "lead"}.get(entity_type_id)
    page = f"/crm/{kind}/details/{item_id}/" if kind else f"/crm/type/{entity_type_id}/details/{item_id}/"
    uri = f"{page}?any=details%2F{item_id}%2F&IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER"
    key = "ENTITY_ID" if toolbar and kind is None else "ID"
    return {key: str(item_id), "URI": uri}


def field_options(field: UserField, item_id: int, value: Any, mode: str) -> dict[str, Any]:
    """PLACEMENT_OPTIONS of a field whose type is the app's (§5.6). ``USER_TYPE_ID`` is for this side alone: it says
    whose handler is called, and is not sent."""
    return {
        "USER_TYPE_ID": field.kind.rpartition("_")[2],
        "MODE": mode,
        "ENTITY_ID": field.entity_id,
        "FIELD_NAME": field.name,
        "ENTITY_VALUE_ID": str(item_id),
        "VALUE": value,
        "MULTIPLE": "Y" if field.multiple else "N",
        "MANDATORY": "Y" if field.mandatory else "N",
        "XML_ID": field.xml_id,
        "ENTITY_DATA": {"entityTypeId": 2, "entityId": str(item_id), "module": "crm"},
    }


def card_placement(entity_type_id: int, place: str) -> str:
    """``CRM_DEAL_DETAIL_TAB``, ``CRM_DYNAMIC_1042_DETAIL_TAB``."""
    return f"CRM_{entity_name(entity_type_id)}_{place}"


def visible_placements(portal: Portal, code: str) -> list[Placement]:
    """Handlers shown at ``code``: none until the installation is finished (§5.5)."""
    with portal.lock:
        return [row for row in portal.app.placements if row.placement == code] if portal.app.running else []


def _address(
    portal: Portal, user: User, install: Install, placement: str, options: dict[str, Any], handler: str | None
) -> str:
    card = portal.hub.card
    if not install.finished:
        if not user.admin:
            raise FrameRefusedError("Установка приложения не завершена. Обратитесь к администратору портала")
        return card.installer_url or card.app_url
    if placement == "DEFAULT":
        return card.app_url
    if placement == FIELD_TYPE:
        kind = portal.app.field_types.get(str(options.get("USER_TYPE_ID", "")))
        if kind is None:
            raise FrameRefusedError("Тип поля не найден")
        return kind.handler
    rows = [row for row in portal.app.placements if row.placement == placement]
    found = next((row for row in rows if handler in (None, row.handler)), None)
    if found is None:
        raise FrameRefusedError("Обработчик встройки не найден")
    return found.handler


def _frame(
    portal: Portal, user: User, install: Install, address: str, placement: str, options: dict[str, Any]
) -> Frame:
    if not address:
        raise FrameRefusedError("В карточке приложения не указан адрес")
    sid = secrets.token_hex(16)
    token = None
    if user.app_access:
        token = portal.hub.tokens.issue(
            portal.hub.card.client_id, portal.member_id, user.id, install.scope, install.generation
        )
    protocol = "1" if portal.base_url.startswith("https") else "0"
    query = urlencode({"DOMAIN": portal.domain, "PROTOCOL": protocol, "LANG": user.language, "APP_SID": sid})
    url = f"{address}{'&' if '?' in address else '?'}{query}"
    # While not installed an admin gets the installer whatever was opened (§1.4).
    shown = placement if install.finished else "DEFAULT"
    first_run = user.id not in install.opened_by
    install.opened_by.add(user.id)
    fields = _fields(portal, install, token, shown, options)
    name = f"{portal.domain}|{protocol}|{sid}"
    return Frame(url, fields, sid, name, shown, options, token, not install.finished, first_run)


def _fields(
    portal: Portal, install: Install, token: Token | None, placement: str, options: dict[str, Any]
) -> dict[str, str]:
    fields = {
        "AUTH_ID": token.access if token else "",
        "AUTH_EXPIRES": "3600" if token else "",
        "REFRESH_ID": token.refresh if token else "",
    }
    if not portal.switches.old_frame:
        fields |= {
            "SERVER_ENDPOINT": portal.server_endpoint,
            "APPLICATION_TOKEN": install.application_token,
            "APPLICATION_SCOPE": install.scope,
        }
    fields |= {"member_id": portal.member_id, "status": install.status, "PLACEMENT": placement}
    shown = {key: value for key, value in options.items() if key != "USER_TYPE_ID"}
    if shown:
        fields["PLACEMENT_OPTIONS"] = json.dumps(shown, separators=(",", ":")).replace("/", "\\/")
    return fields
