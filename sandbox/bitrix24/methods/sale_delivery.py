"""``sale.delivery.*`` and its extra services (crm §9.3, §9.4): scope ``delivery``, a CRM administrator in the app."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from sandbox.bitrix24.errors import RestError, platform_denied
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import chosen, matches, ordered
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.shop import number
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

from .sale_handlers import failed, need, open_shop

_SHOWN = ("ID", "PARENT_ID", "NAME", "ACTIVE", "DESCRIPTION", "SORT", "CURRENCY", "LOGOTYPE")


def service(call: Call, name: str = "ID") -> Row:
    """The service of this app; another app's is refused."""
    open_shop(call)
    need(call, name)
    shop = call.portal.shop
    found = shop.services.get(to_int(call.any_case(name)) or 0)
    if found is None:
        raise RestError("ERROR_DELIVERY_NOT_FOUND", "Delivery service has not been found")
    handler = shop.handler_of(found["REST_CODE"])
    if handler is None or handler.client != call.identity.client:
        raise platform_denied()
    return found


def shown(row: Row) -> Row:
    return {name: row["id"] if name == "ID" else row[name] for name in _SHOWN}


@method("sale.delivery.add", scope="delivery")
def add(call: Call) -> Any:
    open_shop(call)
    need(call, "REST_CODE", "NAME", "CURRENCY")
    shop = call.portal.shop
    handler = shop.handler_of(str(call.any_case("REST_CODE")))
    if handler is None or handler.client != call.identity.client:
        raise RestError("ERROR_HANDLER_NOT_FOUND", "Handler has not been found")
    config = _config(call, {each["CODE"] for each in handler.row["SETTINGS"]["CONFIG"]})
    base: Row = {"ACTIVE": "Y", "DESCRIPTION": "", "SORT": 100, "LOGOTYPE": None, "REST_CODE": handler.code} | _fields(
        call
    )
    parent = {**base, "PARENT_ID": None, "PROFILE": "", "CONFIG": config}
    shop.services.add(parent)
    profiles = []
    for each in handler.row["PROFILES"]:
        child = {
            **base, "PARENT_ID": parent["id"], "PROFILE": each["CODE"], "NAME": each["NAME"],
            "DESCRIPTION": each["DESCRIPTION"], "LOGOTYPE": None, "CONFIG": [],
        }  # fmt: skip
        shop.services.add(child)
        profiles.append(shown(child))
    return {"parent": shown(parent), "profiles": profiles}


@method("sale.delivery.update", scope="delivery")
def update(call: Call) -> Any:
    """Flat fields only: a `FIELDS` map changes nothing, and the answer is `true` all the same."""
    service(call).update(_fields(call))
    return True


@method("sale.delivery.delete", scope="delivery")
def delete(call: Call) -> Any:
    found, shop = service(call), call.portal.shop
    if any(
        row["deliveryId"] in {found["id"], *(one["id"] for one in shop.children(found["id"]))} for row in shop.shipments
    ):
        raise RestError("ERROR_DELIVERY_DELETE", "There are shipments with this delivery service")
    for each in [*shop.children(found["id"]), found]:
        shop.services.remove(each["id"])
        for extra in shop.extras_of(each["id"]):
            shop.extras.remove(extra["id"])
    return True


@method("sale.delivery.getlist", scope="delivery")
def getlist(call: Call) -> Any:
    """All of the portal's delivery services, other people's too."""
    open_shop(call)
    rows = [shown(row) for row in call.portal.shop.services]
    rows = [row for row in rows if matches(row, call.opt_map("FILTER"))]
    select = [str(each) for each in items_of(call.any_case("SELECT"))]
    return [chosen(row, select) for row in ordered(rows, call.opt_map("ORDER"), "ID")]


@method("sale.delivery.config.get", scope="delivery")
def config_get(call: Call) -> Any:
    return service(call)["CONFIG"]


@method("sale.delivery.config.update", scope="delivery")
def config_update(call: Call) -> Any:
    found = service(call)
    need(call, "CONFIG")
    handler = call.portal.shop.handler_of(found["REST_CODE"])
    known = {each["CODE"] for each in handler.row["SETTINGS"]["CONFIG"]} if handler else set()
    values = {row["CODE"]: row for row in [*found["CONFIG"], *_config(call, known)]}
    found["CONFIG"] = list(values.values())
    return True


def _fields(call: Call) -> Row:
    found: Row = {}
    for name in ("NAME", "CURRENCY", "DESCRIPTION"):
        if call.any_case(name) is not None:
            found[name] = str(call.any_case(name))
    if found.get("NAME") == "" or found.get("CURRENCY") == "":
        raise failed("Parameter NAME is not defined")
    if (sort := to_int(call.any_case("SORT"))) is not None:
        found["SORT"] = sort
    if (active := call.any_case("ACTIVE")) is not None:
        found["ACTIVE"] = "Y" if active == "Y" else "N"
    if logo := call.any_case("LOGOTYPE"):
        try:
            base64.b64decode(str(logo), validate=True)
        except binascii.Error as problem:
            raise failed("Parameter LOGOTYPE is not valid") from problem
        found["LOGOTYPE"] = 973
    return found


def _config(call: Call, known: set[str]) -> list[Row]:
    found = []
    for each in items_of(call.any_case("CONFIG")):
        row = dict(each) if isinstance(each, dict) else {}
        if not row.get("CODE") or "VALUE" not in row:
            raise failed("Parameter CONFIG is not valid")
        if row["CODE"] in known:
            found.append({"CODE": str(row["CODE"]), "VALUE": row["VALUE"]})
    return found


# --- extra services ---------------------------------------------------------------------------------------------------


@method("sale.delivery.extra.service.add", scope="delivery")
def extra_add(call: Call) -> Any:
    found = service(call, "DELIVERY_ID")
    need(call, "TYPE", "NAME")
    row: Row = {
        "DELIVERY_ID": found["id"], "TYPE": str(call.any_case("TYPE")), "ACTIVE": "N", "CODE": "", "SORT": 100,
        "DESCRIPTION": "", "PRICE": 0, "ITEMS": [],
    }  # fmt: skip
    row |= _extra(call, row["TYPE"])
    if row["TYPE"] not in ("enum", "checkbox", "quantity"):
        raise failed("Parameter TYPE is not valid")
    if row["TYPE"] == "enum" and not row["ITEMS"]:
        raise failed("Parameter ITEMS is not defined")
    return call.portal.shop.extras.add(row)


@method("sale.delivery.extra.service.update", scope="delivery")
def extra_update(call: Call) -> Any:
    row = _extra_row(call)
    row.update(_extra(call, row["TYPE"]))
    return True


@method("sale.delivery.extra.service.delete", scope="delivery")
def extra_delete(call: Call) -> Any:
    call.portal.shop.extras.remove(_extra_row(call)["id"])
    return True


@method("sale.delivery.extra.service.get", scope="delivery")
def extra_get(call: Call) -> Any:
    found = service(call, "DELIVERY_ID")
    rows = []
    for row in call.portal.shop.extras_of(found["id"]):
        out = {"ID": str(row["id"]), **{name: row[name] for name in ("CODE", "NAME", "DESCRIPTION", "ACTIVE", "TYPE")}}
        out["SORT"] = str(row["SORT"])
        # As the page's sample shows it: the codes of a list's items are told as null.
        own = (
            {"ITEMS": [{**item, "CODE": None} for item in row["ITEMS"]]}
            if row["TYPE"] == "enum"
            else {"PRICE": row["PRICE"]}
        )
        rows.append(out | own)
    return rows


def _extra_row(call: Call) -> Row:
    open_shop(call)
    need(call, "ID")
    found = call.portal.shop.extras.get(to_int(call.any_case("ID")) or 0)
    if found is None:
        raise RestError("ERROR_EXTRA_SERVICE_NOT_FOUND", "Extra service has not been found")
    return found


def _extra(call: Call, kind: str) -> Row:
    found: Row = {}
    for name in ("NAME", "CODE", "DESCRIPTION"):
        if call.any_case(name) is not None:
            found[name] = str(call.any_case(name))
    if (active := call.any_case("ACTIVE")) is not None:
        found["ACTIVE"] = "Y" if active == "Y" else "N"
    if (sort := to_int(call.any_case("SORT"))) is not None:
        found["SORT"] = sort
    if (price := call.any_case("PRICE")) is not None and kind != "enum":
        found["PRICE"] = number(price)
    if (items := call.any_case("ITEMS")) is not None:
        found["ITEMS"] = [dict(each) for each in items_of(items)]
        if any(not each.get("TITLE") or not each.get("CODE") for each in found["ITEMS"]):
            raise failed("Parameter ITEMS is not valid")
    return found
