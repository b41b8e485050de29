"""The transport part of the service (§6.4-§6.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.kernel import one_c_http_documents as documents
from sandbox.kernel.one_c_http import HttpService, moment_in, user
from sandbox.kernel.one_c_http_shapes import CANCEL, Said

from . import rules, view
from .core import OneCTms
from .data.base import CAPABILITIES, INFOBASE, USERS
from .shapes import EVENTS, REQUEST_STATE, REQUEST_STATES, TRANSPORT_REQUEST

ONE = "/v1/transport-requests/<identifier>"


def create_service(tms: OneCTms) -> HttpService:
    """The service with its WSGI application (``app``)."""
    service = HttpService(tms, USERS, INFOBASE, CAPABILITIES)
    _requests(tms, service)

    def owner_of(identifier: str) -> tuple[str, str]:
        found = rules.one(tms, identifier)
        return found.id, found.external_id

    documents.add_routes(service, ONE, owner_of)
    return service


def _requests(tms: OneCTms, service: HttpService) -> None:
    @service.post("/v1/transport-requests", TRANSPORT_REQUEST, REQUEST_STATE)
    def create(body: Mapping[str, Any]) -> Said:
        return rules.create(tms, service, body)

    @service.get("/v1/transport-requests", REQUEST_STATES)
    def changed() -> Mapping[str, Any]:
        since = moment_in("changedSince") or 0.0
        with tms.lock:
            mine = [found for found in tms.requests.values() if found.base == user().base and found.changed >= since]
            mine.sort(key=lambda found: (found.changed, found.id))
            keys = {found.id: f"{found.changed:017.6f}|{found.id}" for found in mine}
            return service.page([view.short(service, found) for found in mine], lambda row: keys[row["id"]])

    @service.get("/v1/transport-requests/by-external-id/<external_id>", REQUEST_STATE)
    def read_ours(external_id: str) -> Mapping[str, Any]:
        with tms.lock:
            return view.full(service, rules.of_number(tms, external_id))

    @service.get(ONE, REQUEST_STATE)
    def read(identifier: str) -> Mapping[str, Any]:
        with tms.lock:
            return view.full(service, rules.one(tms, identifier))

    @service.get(f"{ONE}/events", EVENTS)
    def events(identifier: str) -> Mapping[str, Any]:
        after = moment_in("after") or 0.0
        with tms.lock:
            found = [event for event in rules.one(tms, identifier).events if event.at >= after]
            rows = [view.event(service, event) for event in found]
            return service.page(rows, lambda row: f"{int(row['eventId']):012d}")

    @service.post(f"{ONE}/cancel", CANCEL, REQUEST_STATE)
    def cancel(body: Mapping[str, Any], identifier: str) -> Mapping[str, Any]:
        with tms.lock:
            found = rules.one(tms, identifier)
            rules.cancel(tms, service, found, body)
            return view.full(service, found)
