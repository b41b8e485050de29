"""``event.*`` and ``events`` (contract bitrix24-app §4.1, §4.4)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.bitrix24.errors import RestError, platform_denied
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.install import Handler
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.wire import to_int

_CRM = [
    *(f"ONCRM{kind}{what}" for kind in ("DEAL", "CONTACT", "COMPANY", "LEAD", "QUOTE", "ACTIVITY", "TIMELINECOMMENT",
                                         "DYNAMICITEM", "TYPE", "REQUISITE", "CURRENCY", "DEALUSERFIELD",
                                         "DOCUMENTGENERATORDOCUMENT", "DEALRECURRING")
      for what in ("ADD", "UPDATE", "DELETE")),
    "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALUSERFIELDSETENUMVALUES", "ONCRMTIMELINEITEMACTION", "ONCRMADDRESSREGISTER",
    "ONCRMADDRESSUNREGISTER", "ONCRMDEALRECURRINGEXPOSE",
]  # fmt: skip
_SALE = (
    "ONSALEORDERSAVED", "ONSALEBEFOREORDERDELETE", "ONORDERENTITYSAVED", "ONORDERDELETED", "ONSHIPMENTENTITYSAVED",
    "ONSHIPMENTDELETED", "ONPAYMENTENTITYSAVED", "ONPAYMENTDELETED", "ONPROPERTYVALUEENTITYSAVED",
    "ONPROPERTYVALUEDELETED",
)  # fmt: skip
_CATALOG = [
    f"CATALOG.{kind}.ON.{what}" for kind in ("PRODUCT", "PRICE", "MEASURE", "ROUNDING")
    for what in ("ADD", "UPDATE", "DELETE")
]  # fmt: skip
BASIC = (
    "ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE", "ONAPPPAYMENT", "ONAPPMETHODCONFIRM", "ONAPPTEST",
    "ONOFFLINEEVENT",
)  # fmt: skip
BY_SCOPE: dict[str, tuple[str, ...]] = {
    "": BASIC,
    "crm": tuple(_CRM),
    "sale": _SALE,
    "catalog": tuple(_CATALOG),
    "user": ("ONUSERADD",),
}
_TYPED = re.compile(r"ONCRMDYNAMICITEM(?:ADD|UPDATE|DELETE)_(\d+)\Z")


def known_event(call: Call, name: str) -> bool:
    """Whether the event exists for this token's scopes."""
    typed = _TYPED.match(name)
    if typed:
        return "crm" in call.identity.scopes and name in _typed(call.portal)
    return any(name in names for scope, names in BY_SCOPE.items() if not scope or scope in call.identity.scopes)


def _typed(portal: Portal) -> list[str]:
    """Events of each smart process (crm §6.3), where this portal has them."""
    kinds = portal.crm.types.values() if portal.switches.typed_item_events else ()
    return [f"ONCRMDYNAMICITEM{what}_{kind.entity_type_id}" for kind in kinds for what in ("ADD", "UPDATE", "DELETE")]


def check_handler(portal: Portal, url: str) -> None:
    """http or https, and a host with a dot unless the portal allows local ones (§4.1)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")
    host = parts.hostname or ""
    if not host or ("." not in host and not portal.switches.allow_local_handlers):
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


@method("event.bind", app=True)
def bind(call: Call) -> Any:
    portal = call.portal
    event = str(call.any_case("event") or "").upper()
    offline = str(call.any_case("event_type") or "online").lower() == "offline"
    if not event:
        raise RestError("ERROR_ARGUMENT", "Argument 'EVENT' is null or empty", argument="EVENT")
    if not known_event(call, event):
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    handler = "" if offline else _handler(call)
    row = Handler(
        0, event, handler, _auth_type(call, offline), offline, _connector(call), dict(call.opt_map("options"))
    )
    _check_offline(call, row)
    if any(_same(row, known) for known in portal.app.handlers):
        raise RestError("ERROR_CORE", "Unable to set event handler: Handler already binded")
    row.id = next(portal.app.ids)
    portal.app.handlers.append(row)
    return True


def _handler(call: Call) -> str:
    handler = str(call.any_case("handler") or "")
    if not handler:
        raise RestError("ERROR_ARGUMENT", "Argument 'HANDLER' is null or empty", argument="HANDLER")
    check_handler(call.portal, handler)
    return handler


def _auth_type(call: Call, offline: bool) -> int:
    asked = to_int(call.any_case("auth_type"))
    if call.user.admin:
        return asked or 0
    if offline or asked not in (None, 0, call.user.id):
        raise platform_denied("Access denied! Admin permissions required")
    return call.user.id


def _connector(call: Call) -> str:
    return str(call.any_case("auth_connector") or "")


def _check_offline(call: Call, row: Handler) -> None:
    if row.connector and not call.portal.switches.auth_connector:
        text = "This feature is not enabled for the current license: auth_connector"
        raise RestError("WRONG_LICENSE", text, 403)


def _same(one: Handler, other: Handler) -> bool:
    return (one.event, one.handler, one.auth_type, one.offline, one.connector) == (
        other.event,
        other.handler,
        other.auth_type,
        other.offline,
        other.connector,
    )


@method("event.unbind", app=True)
def unbind(call: Call) -> Any:
    event = str(call.any_case("event") or "").upper()
    offline = str(call.any_case("event_type") or "online").lower() == "offline"
    if not event:
        raise RestError("ERROR_ARGUMENT", "Argument 'EVENT' is null or empty", argument="EVENT")
    handler = str(call.any_case("handler") or "")
    if not offline and not handler:
        raise RestError("ERROR_ARGUMENT", "Argument 'HANDLER' is null or empty", argument="HANDLER")
    app = call.portal.app
    gone = [row for row in app.handlers if row.event == event and _chosen(call, row, handler, offline)]
    app.handlers = [row for row in app.handlers if row not in gone]
    return {"count": len(gone)}


def _chosen(call: Call, row: Handler, handler: str, offline: bool) -> bool:
    if row.offline != offline:
        return False
    if offline:
        return row.connector == _connector(call)
    asked = to_int(call.any_case("auth_type"))
    if not call.user.admin:
        asked = call.user.id
    return row.handler == handler and (asked is None or row.auth_type == asked)


@method("event.get", app=True)
def get(call: Call) -> Any:
    out: list[dict[str, Any]] = []
    for row in call.portal.app.handlers:
        if not call.user.admin and row.auth_type != call.user.id:
            continue
        if row.offline:
            out.append({"event": row.event, "connector_id": row.connector, "offline": 1})
        else:
            auth_type = str(row.auth_type)
            out.append({"event": row.event, "handler": row.handler, "auth_type": auth_type, "offline": 0})
    return out


@method("events", app=True)
def events(call: Call) -> Any:
    scope = call.any_case("SCOPE")
    full = str(call.any_case("FULL") or "") in ("true", "True", "1", "Y")
    if scope is not None:
        return [*BY_SCOPE.get(str(scope), ()), *(_typed(call.portal) if scope == "crm" else ())]
    granted = [name for name in BY_SCOPE if full or not name or name in call.identity.scopes]
    typed = _typed(call.portal) if "crm" in granted else []
    return [*(event for name in granted for event in BY_SCOPE[name]), *typed]


@method("event.test", app=True)
def test(call: Call) -> Any:
    call.portal.emit("ONAPPTEST", {"QUERY": call.params}, call.actor)
    return 1
