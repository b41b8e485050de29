"""Robots of the app and their answers (crm §7.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.bitrix24.errors import RestError, platform_denied
from sandbox.bitrix24.events import automation
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.automation import ANSWERED, WAITS, Robot
from sandbox.bitrix24.wire import items_of, pairs_of, to_int

from .events import check_handler

_CODE = re.compile(r"[A-Za-z0-9._-]+\Z")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_TYPES = frozenset(("bool", "date", "datetime", "double", "int", "file", "select", "string", "text", "user"))
_DOCUMENTS = {
    "CCrmDocumentLead": re.compile(r"LEAD\Z"),
    "CCrmDocumentDeal": re.compile(r"DEAL\Z"),
    "CCrmDocumentContact": re.compile(r"CONTACT\Z"),
    "CCrmDocumentCompany": re.compile(r"COMPANY\Z"),
    r"Bitrix\Crm\Integration\BizProc\Document\Quote": re.compile(r"QUOTE\Z"),
    r"Bitrix\Crm\Integration\BizProc\Document\SmartInvoice": re.compile(r"SMART_INVOICE\Z"),
    r"Bitrix\Crm\Integration\BizProc\Document\Dynamic": re.compile(r"DYNAMIC_\d+\Z"),
}
_EDITIONS = ("b24", "box")


def _wrong(text: str) -> RestError:
    return RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", text)


def _open(call: Call) -> None:
    """The pages give these refusals HTTP 400, unlike the platform's own 403."""
    if not call.identity.app_context:
        raise RestError("ACCESS_DENIED", "Application context required")
    if not call.user.admin:
        raise RestError("ACCESS_DENIED", "Access denied!")


def _code(call: Call) -> str:
    code = str(call.any_case("CODE") or "")
    if not code:
        raise _wrong("Empty activity code!")
    if not _CODE.match(code):
        raise _wrong("Wrong activity code!")
    return code


@method("bizproc.robot.add", scope="bizproc")
def add(call: Call) -> Any:
    _open(call)
    given = {str(key).upper(): value for key, value in call.params.items()}
    if not set(given) - {"AUTH"}:
        raise _wrong("Empty data!")
    code, handler = _code(call), str(given.get("HANDLER") or "")
    check_on_domain(call, handler)
    if not given.get("NAME"):
        raise _wrong("Empty activity NAME!")
    check_placement(call, given)
    robots = call.portal.app.robots
    fields = _read(given)
    if code in robots:
        raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Automation rule already installed!")
    robots[code] = Robot(code, handler, given["NAME"], **fields)
    return True


@method("bizproc.robot.update", scope="bizproc")
def update(call: Call) -> Any:
    _open(call)
    code = _code(call)
    found = call.portal.app.robots.get(code)
    if found is None:
        raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Automation Rule not found!")
    given = {key.upper(): value for key, value in call.opt_map("FIELDS").items()}
    if not set(given) & {"HANDLER", "NAME", *_READERS}:
        raise _wrong("No fields to update")
    if "HANDLER" in given:
        check_on_domain(call, str(given["HANDLER"] or ""))
    if "NAME" in given and not given["NAME"]:
        raise _wrong("Empty activity NAME!")
    check_placement(call, given)
    for name, value in _read(given).items():
        setattr(found, name, value)
    found.handler = str(given.get("HANDLER", found.handler))
    found.name = given.get("NAME", found.name)
    return True


@method("bizproc.robot.delete", scope="bizproc")
def delete(call: Call) -> Any:
    _open(call)
    if call.portal.app.robots.pop(_code(call), None) is None:
        raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Robot not found!")
    return True


@method("bizproc.robot.list", scope="bizproc")
def robot_list(call: Call) -> Any:
    _open(call)
    return list(call.portal.app.robots)


def check_on_domain(call: Call, handler: str) -> None:
    """http or https, and on the application's own domain."""
    check_handler(call.portal, handler)
    card = call.portal.hub.card.app_url
    if card and urlsplit(card).hostname != urlsplit(handler).hostname:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given, checked."""
    found: dict[str, Any] = {}
    for key, (name, reader) in _READERS.items():
        if key in given:
            found[name] = reader(given[key])
    return found


def _properties(value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict | list):
        raise _wrong("Wrong properties array!")
    found: dict[str, dict[str, Any]] = {}
    for key, spec in pairs_of(value):
        if not isinstance(spec, dict):
            raise _wrong("Wrong properties array!")
        if not _KEY.match(key):
            raise _wrong(f"Wrong property key {key}!")
        one = {str(name).upper(): part for name, part in spec.items()}
        if not one.get("NAME"):
            raise _wrong(f"Empty property NAME {key}!")
        if str(one.get("TYPE", "string")) not in _TYPES:
            # The documentation lists the types and no answer to another one.
            raise _wrong("Wrong properties array!")
        found[key] = one
    return found


def _document_type(value: Any) -> list[str]:
    parts = [str(each) for each in items_of(value)]
    if len(parts) != 3 or not _is_document(parts):
        raise _wrong("Wrong activity DOCUMENT_TYPE!")
    return parts


def _is_document(parts: list[str]) -> bool:
    """A document type in full or partial form."""
    if not parts or parts[0] != "crm" or len(parts) > 3:
        return False
    if len(parts) == 1:
        return True
    kind = _DOCUMENTS.get(parts[1])
    return kind is not None and (len(parts) == 2 or kind.match(parts[2]) is not None)


def _filter(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not {str(key).upper() for key in value} <= {"INCLUDE", "EXCLUDE"}:
        raise _wrong("Wrong activity FILTER!")
    found: dict[str, Any] = {}
    for key, rules in value.items():
        found[str(key).upper()] = kept = items_of(rules)
        for rule in kept:
            fits = rule in _EDITIONS if isinstance(rule, str) else _is_document([str(each) for each in items_of(rule)])
            if not fits:
                raise _wrong("Wrong activity FILTER!")
    return found


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "DESCRIPTION": ("description", lambda value: value),
    "AUTH_USER_ID": ("auth_user", lambda value: to_int(value) or 0),
    "USE_SUBSCRIPTION": ("subscription", lambda value: str(value or "")),
    "PROPERTIES": ("properties", _properties),
    "RETURN_PROPERTIES": ("returns", _properties),
    "DOCUMENT_TYPE": ("document_type", _document_type),
    "FILTER": ("filter", _filter),
    "USE_PLACEMENT": ("use_placement", lambda value: str(value or "N")),
    "PLACEMENT_HANDLER": ("placement_handler", lambda value: str(value or "")),
}


def check_placement(call: Call, given: Mapping[str, Any]) -> None:
    """A page of the app's own takes the scope for pages, and an address on its domain."""
    if given.get("USE_PLACEMENT") != "Y":
        return
    if "placement" not in call.identity.scopes:
        raise RestError(
            "insufficient_scope", "The request requires higher privileges than provided by the access token"
        )
    check_on_domain(call, str(given.get("PLACEMENT_HANDLER") or ""))


@method("bizproc.event.send", scope="bizproc")
def send(call: Call) -> Any:
    """Any user; the token opens it once, and none other."""
    run = call.portal.app.runs.get(str(call.any_case("EVENT_TOKEN") or ""))
    if run is None or run.state != WAITS:
        raise platform_denied()
    robot = call.portal.app.robots.get(run.code)
    known = {key.lower(): key for key in (robot.returns if robot is not None else {})}
    values = call.opt_map("RETURN_VALUES")
    run.values = {known[key.lower()]: value for key, value in values.items() if key.lower() in known}
    run.log.append(str(call.any_case("LOG_MESSAGE") or ""))
    run.state = ANSWERED
    call.portal.note("robot.answered", run.workflow, code=run.code, values=run.values)
    automation.answered(call.portal, run)
    return True


@method("bizproc.activity.log", scope="bizproc")
def log(call: Call) -> Any:
    """A line in the workflow's log; it goes on waiting."""
    run = call.portal.app.runs.get(str(call.any_case("EVENT_TOKEN") or ""))
    if run is None or run.state != WAITS:
        raise platform_denied()
    if not call.any_case("LOG_MESSAGE"):
        raise RestError("ERROR_EMPTY_LOG_MESSAGE", "Empty log message!")
    run.log.append(str(call.any_case("LOG_MESSAGE")))
    return True
