"""``sale.delivery.request.*`` (crm §9.7): what the app tells of a delivery request; scope ``delivery``."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.shop import Request
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

from .sale_handlers import open_shop

_TAGS = frozenset(("phone",))


def refused(code: str, text: str = "") -> RestError:
    return RestError(code, text or code.replace("_", " ").capitalize())


def _request(call: Call) -> Request:
    open_shop(call)
    shop = call.portal.shop
    if not call.any_case("DELIVERY_ID"):
        raise refused("DELIVERY_ID_NOT_SPECIFIED")
    service = shop.services.get(to_int(call.any_case("DELIVERY_ID")) or 0)
    handler = shop.handler_of(service["REST_CODE"]) if service else None
    if service is None or handler is None or handler.client != call.identity.client:
        raise refused("DELIVERY_NOT_FOUND", "Delivery service has not been found")
    if not call.any_case("REQUEST_ID"):
        raise refused("REQUEST_ID_NOT_SPECIFIED")
    found = shop.requests.get((service["id"], str(call.any_case("REQUEST_ID"))))
    if found is None:
        raise refused("REQUEST_NOT_FOUND", "Delivery request has not been found")
    return found


@method("sale.delivery.request.update", scope="delivery")
def update(call: Call) -> Any:
    found = _request(call)
    finalize, overwrite = call.any_case("FINALIZE"), call.any_case("OVERWRITE_PROPERTIES")
    if finalize not in (None, "Y", "N"):
        raise refused("UNEXPECTED_REQUEST_FINALIZE_INDICATOR_VALUE")
    if overwrite not in (None, "Y", "N"):
        raise refused("UNEXPECTED_OVERWRITE_PROPERTIES_VALUE")
    status, properties = _status(call), _properties(call)
    if status is None and properties is None and finalize != "Y":
        raise refused("EMPTY_UPDATE_PAYLOAD")
    if status is not None:
        found.status = status
    if properties is not None:
        found.properties = properties if overwrite == "Y" else [*found.properties, *properties]
    found.finalized = found.finalized or finalize == "Y"
    call.portal.note(
        "store.request.updated", found.request_id, delivery=found.delivery_id, status=found.status,
        properties=found.properties, finalized=found.finalized,
    )  # fmt: skip
    return True


def _status(call: Call) -> Row | None:
    given = call.any_case("STATUS")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise refused("STATUS_UNEXPECTED_FORMAT")
    if not given.get("TEXT"):
        raise refused("STATUS_TEXT_NOT_SPECIFIED")
    if given.get("SEMANTIC") not in ("process", "success"):
        raise refused("STATUS_SEMANTIC_NOT_SPECIFIED")
    return {"TEXT": str(given["TEXT"]), "SEMANTIC": str(given["SEMANTIC"])}


def _properties(call: Call) -> list[Row] | None:
    given = call.any_case("PROPERTIES")
    if given is None:
        return None
    if not isinstance(given, list | dict):
        raise refused("PROPERTIES_UNEXPECTED_FORMAT")
    found = []
    for each in items_of(given):
        if not isinstance(each, dict) or not each.get("NAME") or each.get("VALUE") in (None, ""):
            raise refused("PROPERTY_VALUE_UNEXPECTED_FORMAT")
        tags = each.get("TAGS") or []
        if not isinstance(tags, list | dict):
            raise refused("PROPERTY_VALUE_TAGS_UNEXPECTED_FORMAT")
        if not set(map(str, items_of(tags))) <= _TAGS:
            raise refused("PROPERTY_VALUE_TAG_UNEXPECTED_FORMAT")
        found.append({"NAME": str(each["NAME"]), "VALUE": str(each["VALUE"]), "TAGS": items_of(tags)})
    return found


@method("sale.delivery.request.sendmessage", scope="delivery", note="kept with the request; nobody is written to")
def sendmessage(call: Call) -> Any:
    found = _request(call)
    addressee = call.any_case("ADDRESSEE")
    if not addressee:
        raise refused("ADDRESSEE_IS_NOT_SPECIFIED")
    if addressee not in ("MANAGER", "RECIPIENT"):
        raise refused("ADDRESSEE_UNEXPECTED_VALUE")
    message = call.any_case("MESSAGE")
    if not isinstance(message, dict) or not (message.get("SUBJECT") or message.get("BODY")):
        raise refused("MESSAGE_NOT_SPECIFIED")
    status = message.get("STATUS")
    if status is not None:
        if not isinstance(status, dict) or not status.get("MESSAGE"):
            raise refused("MESSAGE_STATUS_NOT_SPECIFIED")
        if not status.get("SEMANTIC"):
            raise refused("MESSAGE_STATUS_SEMANTIC_NOT_SPECIFIED")
        if status["SEMANTIC"] not in ("success", "process", "error"):
            raise refused("UNEXPECTED_MESSAGE_STATUS_SEMANTIC")
    if not any(number in call.portal.shop.shipments.rows for number in found.shipments):
        raise refused("REQUEST_SHIPMENT_NOT_FOUND")
    found.messages.append({"ADDRESSEE": addressee, "MESSAGE": message})
    return True


@method("sale.delivery.request.delete", scope="delivery")
def delete(call: Call) -> Any:
    found = _request(call)
    del call.portal.shop.requests[found.delivery_id, found.request_id]
    call.portal.note("store.request.deleted", found.request_id, delivery=found.delivery_id)
    return True
