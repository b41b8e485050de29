"""Accepting and cancelling a transport request (§6.4, §6.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.kernel.one_c_http import base_url, note_key, user
from sandbox.kernel.one_c_http_errors import Refused, check_references, check_revision, ordered
from sandbox.kernel.one_c_http_shapes import CANCEL, Complaint, Said, complaint

from .core import OneCTms, facts_of
from .data.base import CARRIERS, ORGANIZATIONS, WAREHOUSES
from .data.statuses import CANCELLABLE
from .model import Event, Request
from .shapes import TRANSPORT_REQUEST
from .view import created

if TYPE_CHECKING:
    from sandbox.kernel.one_c_http import HttpService

Row = Mapping[str, Any]


def one(tms: OneCTms, identifier: str) -> Request:
    """Of the signed-in user's infobase. Raises Refused 404."""
    found = tms.requests.get(identifier)
    if found is None or found.base != user().base:
        raise Refused("NOT_FOUND", "Заявка не найдена")
    note_key(found.external_id)
    return found


def of_number(tms: OneCTms, external_id: str) -> Request:
    """Raises Refused 404."""
    note_key(external_id)
    found = tms.of_number(user().base, external_id)
    if found is None:
        raise Refused("NOT_FOUND", "Заявка не найдена")
    return found


def create(tms: OneCTms, service: HttpService, body: Row) -> Said:
    """201, or 202 when 1C takes longer. Raises Refused."""
    note_key(str(body.get("externalId") or ""))
    service.check(TRANSPORT_REQUEST, body, *_complaints(body))
    base, external_id = user().base, str(body["externalId"])
    with tms.lock:
        known = tms.of_number(base, external_id)
        if known is not None:
            raise Refused("ALREADY_EXISTS", details={"id": known.id, "status": known.status})
        if (base, external_id) in tms.pending:
            raise Refused("LOCKED", "Заявка с этим идентификатором еще создается")
        _check_references(body)
        wanted = tms.override_for(facts_of(body), "errors")
        if wanted is not None:
            raise ordered(wanted.errors[0])
        wait = tms.decision_delay()
        if wait > 0:
            tms.pending.add((base, external_id))
            tms.after(wait, partial(_accept_later, tms, base, body))
            return Said({"externalId": external_id, "accepted": True}, 202)
        found = _accept(tms, base, body)
    return Said(created(service, found), 201, {"Location": f"{base_url()}/v1/transport-requests/{found.id}"})


def _accept_later(tms: OneCTms, base: str, body: Row) -> None:
    _accept(tms, base, body)


def _accept(tms: OneCTms, base: str, body: Row) -> Request:
    number, now = next(tms.numbers), tms.time()
    stops = [stop for stop in body["stops"] if stop["operation"] == "drop"]
    until = (stops[-1].get("window") or {}).get("to") if stops else None
    found = Request(
        f"0a000100-0000-4000-8000-{number:012d}", base, f"ТМ00-{number:06d}", body, now, now,
        events=[Event(str(next(tms.event_ids)), now, "created")],
        planned=str(until or tms.service.wire_time(now + 3 * 86_400)),
    )  # fmt: skip
    tms.pending.discard((base, found.external_id))
    tms.accepted(found)
    return found


def _complaints(body: Row) -> Iterator[Complaint]:
    """What a shape cannot say: two stops, where and whom to call (§6.4)."""
    stops = body.get("stops")
    if not isinstance(stops, list):
        return
    if len(stops) < 2:
        yield complaint("stops", "min_items", "Нужно не меньше двух остановок")
    if not any(isinstance(stop, dict) and stop.get("operation") == "drop" for stop in stops):
        yield complaint("stops", "required", "Нет остановки выгрузки")
    for at, stop in enumerate(stops):
        if not isinstance(stop, dict):
            continue
        if not stop.get("address") and not stop.get("warehouseRef"):
            yield complaint(f"stops[{at}].address", "required", "Укажите адрес или склад")
        contact = stop.get("contact")
        if stop.get("operation") == "drop" and not (isinstance(contact, dict) and contact.get("phone")):
            yield complaint(f"stops[{at}].contact.phone", "required", "Укажите телефон получателя")
    seqs = [stop.get("seq") for stop in stops if isinstance(stop, dict)]
    if len(set(map(str, seqs))) != len(seqs):
        yield complaint("stops", "unique", "Номера остановок повторяются")


def _check_references(body: Row) -> None:
    """Raises Refused 422 UNKNOWN_REFERENCE."""
    strange = []
    for at, stop in enumerate(body["stops"]):
        if stop.get("warehouseRef") and stop["warehouseRef"] not in WAREHOUSES:
            strange.append((f"stops[{at}].warehouseRef", f"Склад не найден: {stop['warehouseRef']}"))
    if body.get("carrierRef") and body["carrierRef"] not in CARRIERS:
        strange.append(("carrierRef", f"Перевозчик не найден: {body['carrierRef']}"))
    inn = (body.get("organization") or {}).get("inn")
    if inn and inn not in ORGANIZATIONS:
        strange.append(("organization.inn", f"Организация с ИНН {inn} не найдена"))
    check_references(strange)


def cancel(tms: OneCTms, service: HttpService, found: Request, body: Row) -> None:
    """Until it is on its way (§6.7). Raises Refused 409, 422."""
    service.check(CANCEL, body)
    if found.status == "cancelled":
        return
    check_revision(body.get("expectedRevision"), found.revision, "Заявка изменена", found.status)
    status = found.before if found.status == "blocked" else found.status
    if status not in CANCELLABLE:
        raise Refused("STATE_CONFLICT", "Заявку уже нельзя отменить", details={"status": found.status})
    tms.set_status(found, "cancelled", comment=str(body.get("comment") or ""))
    tms.note("order.cancelled", found.external_id, id=found.id, reason=body["reasonCode"])
