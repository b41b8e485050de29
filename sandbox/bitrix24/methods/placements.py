"""``placement.*`` and ``userfieldtype.*`` (contract bitrix24-app §5.1, §5.2, §5.6)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.install import FieldType, Placement
from sandbox.bitrix24.wire import to_int

from .events import check_handler

_TYPES = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "SMART_INVOICE")
_PLACES = (
    "DETAIL_TAB", "DETAIL_ACTIVITY", "DETAIL_TOOLBAR", "LIST_MENU", "LIST_TOOLBAR", "DOCUMENTGENERATOR_BUTTON",
)  # fmt: skip
_TIMELINE = ("LEAD", "DEAL", "QUOTE", "SMART_INVOICE")
_CRM_CODES = frozenset(
    [f"CRM_{kind}_{place}" for kind in _TYPES for place in _PLACES]
    + [f"CRM_{kind}_ACTIVITY_TIMELINE_MENU" for kind in _TIMELINE]
    + [f"CRM_{kind}_ROBOT_DESIGNER_TOOLBAR" for kind in ("LEAD", "DEAL", "SMART_INVOICE")]
    + ["CRM_ACTIVITY_LIST_MENU", "CRM_ORDER_DETAIL_TAB", "CRM_ORDER_DETAIL_ACTIVITY", "CRM_ORDER_LIST_TOOLBAR",
       "CRM_FUNNELS_TOOLBAR", "CRM_SMART_INVOICE_FUNNELS_TOOLBAR", "CRM_DETAIL_SEARCH", "CRM_REQUISITE_AUTOCOMPLETE",
       "CRM_BANK_DETAIL_AUTOCOMPLETE", "CRM_ANALYTICS_MENU", "CRM_ANALYTICS_TOOLBAR"]
)  # fmt: skip
_BASIC_CODES = frozenset(
    ("LEFT_MENU", "REST_APP_URI", "PAGE_BACKGROUND_WORKER", "USER_PROFILE_MENU", "USER_PROFILE_TOOLBAR", "CALL_CARD",
     "IM_CONTEXT_MENU", "IM_NAVIGATION", "IM_TEXTAREA", "IM_SIDEBAR", "IMMOBILE_CONTEXT_MENU", "TASK_VIEW_TAB",
     "TASK_VIEW_SIDEBAR", "TASK_VIEW_TOP_PANEL", "CALENDAR_GRIDVIEW", "CONTACT_CENTER", "SETTING_CONNECTOR",
     "USERFIELD_TYPE", "BI_ANALYTICS_MENU")
)  # fmt: skip
_DYNAMIC = re.compile(
    r"CRM_DYNAMIC_(\d+)_(DETAIL_TAB|DETAIL_ACTIVITY|DETAIL_TOOLBAR|LIST_MENU|LIST_TOOLBAR|ACTIVITY_TIMELINE_MENU"
    r"|DOCUMENTGENERATOR_BUTTON|ROBOT_DESIGNER_TOOLBAR|FUNNELS_TOOLBAR)\Z"
)
_SINGLE = frozenset(("REST_APP_URI", "PAGE_BACKGROUND_WORKER"))
_ACTIVITY_OPTIONS = ("useBuiltInInterface", "newUserNotificationTitle", "newUserNotificationText")
_FIELD_TYPE = re.compile(r"[a-z0-9]+\Z")


def _error(call: Call, code: str, text: str, **extra: Any) -> RestError:
    """The docs put HTTP 200 beside these codes, the core answers 400 (§5.1)."""
    return RestError(code, text, 200 if call.portal.switches.placement_errors == "docs" else 400, **extra)


def _text(call: Call, name: str, status: int = 0) -> str:
    value = call.any_case(name)
    if not isinstance(value, str) or not value:
        text = f"Argument '{name}' is null or empty"
        if status:
            raise RestError("ERROR_ARGUMENT", text, status, argument=name)
        raise _error(call, "ERROR_ARGUMENT", text, argument=name)
    return value


def _exists(call: Call, code: str) -> bool:
    if code in _BASIC_CODES:
        return code != "USERFIELD_TYPE"
    if "crm" not in call.identity.scopes:
        return False
    typed = _DYNAMIC.match(code)
    return code in _CRM_CODES or (typed is not None and int(typed.group(1)) in call.portal.crm.tables)


@method("placement.bind", scope="placement", admin=True, app=True)
def bind(call: Call) -> Any:
    code = _text(call, "PLACEMENT").upper()
    handler = _text(call, "HANDLER")
    if not _exists(call, code):
        raise RestError("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    check_handler(call.portal, handler)
    user_id = to_int(call.any_case("USER_ID")) or 0
    if user_id and code != "PAGE_BACKGROUND_WORKER":
        raise _error(call, "ERROR_PLACEMENT_USER_MODE", "User mode is not available for this placement")
    rows = [row for row in call.portal.app.placements if row.placement == code]
    if any(row.handler == handler and row.user_id == user_id for row in rows):
        raise RestError("ERROR_CORE", "Unable to set placement handler: Handler already binded")
    if rows and code in _SINGLE:
        raise _error(call, "ERROR_PLACEMENT_MAX_COUNT", "Placement max count")
    options = call.opt_map("OPTIONS")
    if code == "PAGE_BACKGROUND_WORKER" and not options.get("errorHandlerUrl"):
        return {"error": "EMPTY_ERROR_HANDLER_URL", "error_description": "Option errorHandlerUrl is required"}
    call.portal.app.placements.append(_row(call, code, handler, options, user_id))
    return True


def _row(call: Call, code: str, handler: str, options: dict[str, Any], user_id: int) -> Placement:
    known = (
        _ACTIVITY_OPTIONS if code.endswith("_DETAIL_ACTIVITY") else ("errorHandlerUrl", "extranet", "context", "role")
    )
    languages: dict[str, dict[str, str]] = {}
    for language, texts in call.opt_map("LANG_ALL").items():
        given = texts if isinstance(texts, dict) else {}
        languages[language] = {name: str(given.get(name) or "") for name in ("TITLE", "DESCRIPTION", "GROUP_NAME")}
    title, description, group = (
        "" if languages else str(call.any_case(name) or "") for name in ("TITLE", "DESCRIPTION", "GROUP_NAME")
    )
    kept = {name: value for name, value in options.items() if name in known}
    number = next(call.portal.app.ids)
    return Placement(number, code, handler, title, description, group, languages, kept, user_id)


@method("placement.unbind", scope="placement", admin=True, app=True)
def unbind(call: Call) -> Any:
    code = _text(call, "PLACEMENT", 400).upper()
    handler = call.any_case("HANDLER")
    app = call.portal.app
    gone = [row for row in app.placements if row.placement == code and handler in (None, "", row.handler)]
    app.placements = [row for row in app.placements if row not in gone]
    # §5.1: one for each row found and one for each row deleted.
    return {"count": 2 * len(gone)}


@method("placement.get", scope="placement", admin=True, app=True)
def get(call: Call) -> Any:
    return [
        {
            "placement": row.placement,
            "userId": row.user_id,
            "handler": row.handler,
            "options": row.options or [],
            "title": row.title or next((texts["TITLE"] for texts in row.lang_all.values()), ""),
            "description": row.description,
            "langAll": row.lang_all or [],
        }
        for row in call.portal.app.placements
    ]


@method("placement.list", scope="placement", app=True)
def placement_list(call: Call) -> Any:
    scope = call.any_case("SCOPE")
    out = [] if scope not in (None, "") else sorted(_BASIC_CODES)
    if scope in (None, "", "crm") and "crm" in call.identity.scopes:
        out += sorted(_CRM_CODES)
        for kind in call.portal.crm.types.values():
            out += [f"CRM_DYNAMIC_{kind.entity_type_id}_{place}" for place in _PLACES]
    return out


@method("userfieldtype.add", scope="placement", admin=True, app=True)
def type_add(call: Call) -> Any:
    code, handler = _text(call, "USER_TYPE_ID", 400), _text(call, "HANDLER", 400)
    if not _FIELD_TYPE.match(code):
        raise RestError("ERROR_ARGUMENT", "Argument 'USER_TYPE_ID' is wrong", argument="USER_TYPE_ID")
    check_handler(call.portal, handler)
    _check_domain(call, handler)
    known = call.portal.app.field_types
    if code in known or any(row.handler == handler for row in known.values()):
        raise RestError("ERROR_CORE", "Unable to set placement handler: Handler already binded")
    title, description = str(call.any_case("TITLE") or ""), str(call.any_case("DESCRIPTION") or "")
    known[code] = FieldType(code, handler, title, description, call.opt_map("OPTIONS"))
    return True


def _check_domain(call: Call, handler: str) -> None:
    card = call.portal.hub.card.app_url
    if card and urlsplit(card).hostname != urlsplit(handler).hostname:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Handler must be on the application's domain")


def _field_type(call: Call) -> FieldType:
    found = call.portal.app.field_types.get(_text(call, "USER_TYPE_ID", 400))
    if found is None:
        raise RestError("ERROR_NOT_FOUND", "User type not found")
    return found


@method("userfieldtype.update", scope="placement", admin=True, app=True)
def type_update(call: Call) -> Any:
    found = _field_type(call)
    if handler := call.any_case("HANDLER"):
        check_handler(call.portal, str(handler))
        found.handler = str(handler)
    found.title = str(call.any_case("TITLE") or found.title)
    found.description = str(call.any_case("DESCRIPTION") or found.description)
    found.options = call.opt_map("OPTIONS") or found.options
    return True


@method("userfieldtype.list", scope="placement", admin=True, app=True)
def type_list(call: Call) -> Any:
    return [
        {
            "USER_TYPE_ID": row.user_type_id,
            "HANDLER": row.handler,
            "TITLE": row.title,
            "DESCRIPTION": row.description,
            "OPTIONS": row.options or [],
        }
        for row in call.portal.app.field_types.values()
    ]


@method("userfieldtype.delete", scope="placement", admin=True, app=True)
def type_delete(call: Call) -> Any:
    found = _field_type(call)
    del call.portal.app.field_types[found.user_type_id]
    return True
