"""``sale.delivery.handler.*`` (crm §9.2): scope ``delivery``, a CRM administrator inside the app."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sandbox.bitrix24.errors import RestError, platform_denied
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.shop import Handler
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

_TYPES = frozenset(("STRING", "Y/N", "NUMBER", "ENUM", "DATE", "LOCATION"))
_URLS = ("CALCULATE_URL", "CREATE_DELIVERY_REQUEST_URL", "CANCEL_DELIVERY_REQUEST_URL", "DELETE_DELIVERY_REQUEST_URL")


def failed(text: str) -> RestError:
    return RestError("ERROR_CHECK_FAILURE", text)


def open_shop(call: Call) -> None:
    """The page's own ACCESS_DENIED: HTTP 403."""
    if not call.identity.app_context or not call.user.admin:
        raise platform_denied()


def owned(call: Call, found: Handler | None) -> Handler:
    """A handler of this app; another app's is refused."""
    if found is None:
        raise RestError("ERROR_HANDLER_NOT_FOUND", "Handler has not been found")
    if found.client != call.identity.client:
        raise platform_denied()
    return found


def need(call: Call, *names: str) -> None:
    for name in names:
        if call.any_case(name) in (None, ""):
            raise failed(f"Parameter {name} is not defined")


@method("sale.delivery.handler.add", scope="delivery")
def add(call: Call) -> Any:
    open_shop(call)
    need(call, "CODE", "NAME", "SETTINGS", "PROFILES")
    code, shop = str(call.any_case("CODE")), call.portal.shop
    row = _read(call, {})
    if shop.handler_of(code) is not None:
        raise RestError("ERROR_HANDLER_ALREADY_EXIST", "Handler already exists!")
    return shop.add_handler(code, call.identity.client, row)


@method("sale.delivery.handler.update", scope="delivery")
def update(call: Call) -> Any:
    open_shop(call)
    need(call, "ID")
    shop = call.portal.shop
    found = owned(call, shop.handlers.get(to_int(call.any_case("ID")) or 0))
    row = _read(call, found.row)
    code = str(call.any_case("CODE") or found.code)
    other = shop.handler_of(code)
    if other is not None and other is not found:
        raise RestError("ERROR_HANDLER_ALREADY_EXIST", "Handler already exists!")
    found.code, found.row = code, row
    return True


@method("sale.delivery.handler.delete", scope="delivery")
def delete(call: Call) -> Any:
    open_shop(call)
    need(call, "ID")
    shop = call.portal.shop
    found = owned(call, shop.handlers.get(to_int(call.any_case("ID")) or 0))
    if any(row["REST_CODE"] == found.code for row in shop.services):
        # Not documented; a handler under a service that stands would leave the service without its addresses.
        raise RestError("ERROR_HANDLER_DELETE", "There are delivery services of this handler")
    del shop.handlers[found.id]
    return True


@method("sale.delivery.handler.list", scope="delivery")
def handler_list(call: Call) -> Any:
    open_shop(call)
    return [
        {"ID": str(each.id), "CODE": each.code, **each.row, "SORT": str(each.row["SORT"])}
        for each in call.portal.shop.handlers.values()
        if each.client == call.identity.client
    ]


def _read(call: Call, before: Row) -> Row:
    row: Row = {"NAME": "", "SORT": 100, "DESCRIPTION": "", "SETTINGS": {}, "PROFILES": []} | before
    for name in ("NAME", "DESCRIPTION"):
        if call.any_case(name) is not None:
            row[name] = str(call.any_case(name))
    if (sort := to_int(call.any_case("SORT"))) is not None:
        row["SORT"] = sort
    if call.any_case("SETTINGS") is not None:
        row["SETTINGS"] = _settings(call)
    if call.any_case("PROFILES") is not None:
        row["PROFILES"] = _profiles(call)
    return row


def _settings(call: Call) -> Row:
    given = call.opt_map("SETTINGS")
    if not given.get("CALCULATE_URL"):
        raise failed("Parameter SETTINGS[CALCULATE_URL] is not defined")
    found: Row = {}
    for name in _URLS:
        if given.get(name):
            address = urlsplit(str(given[name]))
            if address.scheme not in ("http", "https") or not address.hostname:
                raise failed(f"Parameter SETTINGS[{name}] is not valid")
            found[name] = str(given[name])
    tracking = str(given.get("HAS_CALLBACK_TRACKING_SUPPORT") or "N")
    if tracking not in ("Y", "N"):
        raise failed("Parameter SETTINGS[HAS_CALLBACK_TRACKING_SUPPORT] is not valid")
    found["HAS_CALLBACK_TRACKING_SUPPORT"] = tracking
    config = items_of(given.get("CONFIG"))
    if not config:
        raise failed("Parameter SETTINGS[CONFIG] is not defined")
    found["CONFIG"] = [_config(each) for each in config]
    return found


def _config(given: Any) -> Row:
    row = dict(given) if isinstance(given, dict) else {}
    for name in ("TYPE", "CODE", "NAME"):
        if not row.get(name):
            raise failed(f"Parameter SETTINGS[CONFIG][{name}] is not defined")
    if row["TYPE"] not in _TYPES:
        raise failed("Parameter SETTINGS[CONFIG][TYPE] is not valid")
    if row["TYPE"] == "ENUM" and not row.get("OPTIONS"):
        raise failed("Parameter SETTINGS[CONFIG][OPTIONS] is not defined")
    return {name: row[name] for name in ("TYPE", "CODE", "NAME", "OPTIONS") if name in row}


def _profiles(call: Call) -> list[Row]:
    given = items_of(call.any_case("PROFILES"))
    if not given:
        raise failed("Parameter PROFILES is not defined")
    found = []
    for each in given:
        row = dict(each) if isinstance(each, dict) else {}
        for name in ("NAME", "CODE"):
            if not row.get(name):
                raise failed(f"Parameter PROFILES[{name}] is not defined")
        found.append(
            {"NAME": str(row["NAME"]), "CODE": str(row["CODE"]), "DESCRIPTION": str(row.get("DESCRIPTION") or "")}
        )
    return found
