"""The pure parts of 1C:TMS over our HTTP service: whole documents, states, the feed's cursor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, fingerprint
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.one_c_callbacks import parse_callback
from b24app.systems.one_c_tms.requests import Terms, build_request, build_return, parse_state
from b24app.systems.one_c_tms.tracking import Cursor, events_of, parse_changed

CUP = Item("Чашка", "CUP-1", 2, Money.of("450.10"), 300, vat_percent=22)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
REQUEST = ShipmentRequest(
    number="wb-1057-1",
    service_code="express",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария", "8900", "+79000001462", "12", "m@example.test", "ООО Ромашка", ("+79000001463",)),
    parcels=(Parcel(701, 201, 150, 99, (CUP,)), Parcel(5, 0, 0, 0)),
    address=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"),
    cod=Money.of("1150.5"),
    comment="позвонить за час",
)
TERMS = Terms("MSK-01", "CR-7", "7800000001", Sender("Иван", "+74950000001", "ООО Чашки"))


def test_a_request_is_built_whole_in_the_contracts_order() -> None:
    """Kilograms exact, a started centimetre counts, an unknown side is not told."""
    body, sender = build_request(REQUEST, TERMS)
    assert sender.phone == "+74950000001"
    assert body == {
        "externalId": "wb-1057-1", "deal": {"id": 1057}, "type": "delivery", "organization": {"inn": "7800000001"},
        "carrierRef": "CR-7", "service": {"kind": "door_door", "expedited": True}, "comment": "позвонить за час",
        "stops": [
            {"seq": 1, "operation": "pickup", "warehouseRef": "MSK-01",
             "contact": {"name": "Иван", "phone": "+74950000001"}},
            {"seq": 2, "operation": "drop",
             "address": {"text": "420111, Казань, ул. Баумана, 44/8к2, кв. 12", "postalCode": "420111",
                         "country": "RU", "city": "Казань", "comment": "доб. 12, также +79000001463"},
             "contact": {"name": "Мария", "phone": "+79000001462", "email": "m@example.test"},
             "party": {"kind": "company", "name": "ООО Ромашка"}},
        ],
        "cargo": {
            "weightKg": 0.706, "declaredValue": 900.2, "cashOnDelivery": 1150.5, "currency": "RUB",
            "packages": [
                {"no": 1, "barcode": "wb-1057-1-1", "weightKg": 0.701, "lengthCm": 21, "widthCm": 15, "heightCm": 10},
                {"no": 2, "barcode": "wb-1057-1-2", "weightKg": 0.005},
            ],
            "items": [{"line": 1, "sku": "CUP-1", "name": "Чашка", "qty": 2, "unit": "шт", "weightKg": 0.3,
                       "price": 450.1, "vatRate": 22, "packageNo": 1}],
        },
    }  # fmt: skip
    assert list(body) == [
        "externalId", "deal", "type", "organization", "carrierRef", "service", "comment", "stops", "cargo",
    ]  # fmt: skip
    one = replace(REQUEST, parcels=REQUEST.parcels[:1], declared=Money.of(5), number="x")
    cargo = build_request(one, TERMS)[0]["cargo"]
    assert (cargo["volumeM3"], cargo["declaredValue"]) == (0.00298485, 5.0)


def test_what_cannot_be_planned_is_refused_before_anything_is_sent() -> None:
    def said(request: ShipmentRequest, terms: Terms) -> str:
        with pytest.raises(Refused) as caught:
            build_request(request, terms)
        return caught.value.problems[0].code

    point = replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="1", address=None)
    assert said(point, TERMS) == "destination_missing"
    assert said(REQUEST, Terms()) == "sender_missing"
    at_home = replace(REQUEST, sender=Sender(address=read_address("Москва, Тверская, 1")))
    stop = build_request(at_home, Terms())[0]["stops"][0]
    assert stop["address"]["text"] == "Москва, Тверская, 1"
    with pytest.raises(Refused) as caught:
        build_return(REQUEST, replace(TERMS, sender=Sender()))
    assert caught.value.problems[0].code == "sender_phone"
    back = build_return(REQUEST, TERMS)
    assert [stop["operation"] for stop in back["stops"]] == ["pickup", "drop"]
    assert (back["type"], back["stops"][1]["warehouseRef"]) == ("return_collection", "MSK-01")


STATE: dict[str, Any] = {
    "id": "0a", "externalId": "wb-1057-1", "number": "ТМ00-000042", "status": "in_transit", "rawStatus": "ВПути",
    "revision": 4, "trackingNumber": "TR-42", "trackingUrl": "", "plannedDelivery": "2026-10-08T01:00:00+03:00",
    "cost": {"amount": 650.05, "currency": "RUB"},
}  # fmt: skip


def test_a_state_is_read_alike_from_json_and_from_xml() -> None:
    request = build_request(REQUEST, TERMS)[0]
    state = parse_state({**STATE, "request": request})
    assert state is not None
    assert (state.remote_id, state.number, state.decision) == ("0a", "wb-1057-1", Decision.ACCEPTED)
    assert (state.order_number, state.tracking_number) == ("ТМ00-000042", "TR-42")
    assert (state.price, state.promised) == (Money.of("650.05"), date(2026, 10, 8))
    assert state.fingerprint == fingerprint(REQUEST)
    texts = {**STATE, "cost": {"amount": "650.05", "currency": "RUB"}, "request": _texts(request)}
    assert parse_state(texts) == state
    bare = parse_state({"id": "0a", "externalId": "x", "number": "ТМ-1", "status": "cancelled", "trackingNumber": None})
    assert bare is not None
    assert (bare.cancel, bare.fingerprint, bare.tracking_number) == (Decision.ACCEPTED, "", "ТМ-1")
    assert parse_state({"id": "0a"}) is parse_state({"status": "created"}) is None


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(part) for name, part in value.items()}
    return [_texts(part) for part in value] if isinstance(value, list) else str(value)


def _event(status: str, minute: int, **more: Any) -> dict[str, Any]:
    return {"eventId": "1", "at": f"2026-10-06T14:{minute:02d}:00+03:00", "status": status, "rawStatus": "Их", **more}


def test_events_tell_what_is_wrong_and_who_can_act() -> None:
    rows = [_event("blocked", 2, comment="Ждём пропуск"), _event("created", 1), _event("delivery_failed", 3),
            _event("customs_hold", 4), {"status": "x"}, _event("", 5)]  # fmt: skip
    events = events_of(rows, {"problem": {"code": "REFUSED", "message": "Отказ"}})
    assert [(event.code, event.status) for event in events] == [
        ("created", Status.CREATED), ("blocked", None), ("delivery_failed", Status.DELIVERY_FAILED),
        ("customs_hold", Status.UNKNOWN),
    ]  # fmt: skip
    assert events[1].problem is not None
    assert (events[1].incident, events[1].problem.code, events[1].text) == (
        Incident.NOT_READY, "warehouse_blocked", "Ждём пропуск",
    )  # fmt: skip
    assert events[2].incident is Incident.OTHER
    assert events[3].problem is not None
    assert (events[3].incident, events[3].problem.their_text) == (Incident.REFUSED, "Отказ")
    strange = events_of([_event("delivery_failed", 1)], {"problem": {"code": "ALIENS", "message": "!"}})
    assert (strange[0].incident, strange[0].problem and strange[0].problem.code) == (
        Incident.UNKNOWN, "delivery_unknown",
    )  # fmt: skip
    back = events_of([_event("in_transit", 1), _event("delivered", 2)], {}, back=True)
    assert [event.status for event in back] == [Status.RETURNING, Status.RETURNED]


def _row(identifier: str, revision: int, at: str, status: str = "in_transit") -> dict[str, Any]:
    return {"id": identifier, "revision": revision, "status": status, "statusAt": at}


def test_the_feed_moves_on_by_what_it_saw_and_tells_each_revision_once() -> None:
    first = Cursor.read("", NOW)
    assert first.since == "2026-11-29T00:00:00+00:00"
    later, sooner = "2026-11-30T10:00:00+03:00", "2026-11-30T06:59:59+00:00"
    page = parse_changed(first, [_row("a", 2, later), _row("b", 1, sooner, "created"), {"id": "c"}], 0, "c+2")
    assert (page.read_again, page.more, page.skipped) == (("a",), True, 1)
    middle = Cursor.read(page.cursor, NOW)
    assert (middle.since, middle.page) == (first.since, "c+2")
    last = parse_changed(middle, [_row("d", "3", sooner)], 0, "")  # type: ignore[arg-type]  # XML tells texts
    assert (last.read_again, last.more) == (("d",), False)
    then = Cursor.read(last.cursor, NOW + timedelta(days=1))
    assert (then.since, then.page, then.seen) == (later, "", {"a": 2, "b": 1, "d": 3})
    fast = Cursor.read(last.cursor, NOW)
    assert (fast.since, fast.seen) == (NOW.isoformat(), then.seen)
    again = parse_changed(then, [_row("a", 2, later), _row("b", 2, later)], 0, "")
    assert again.read_again == ("b",)
    for odd in ("{", "[]", '{"since": "x"}', '{"until": 1}'):
        assert Cursor.read(odd, NOW) == first


def test_a_callback_is_a_hint_with_a_key_of_its_change() -> None:
    body = b'{"event": "transport_request.changed", "id": "0a", "externalId": "wb-1-1", "revision": 5}'
    [hint] = parse_callback(body)
    assert (hint.remote_id, hint.number, len(hint.key)) == ("0a", "wb-1-1", 32)
    assert parse_callback(b"\xef\xbb\xbf" + body.replace(b", ", b",")) == [hint]
    assert parse_callback(body.replace(b"5", b"6"))[0].key != hint.key
    assert parse_callback(b"[" * 100_000) == []


def test_an_admins_map_wins_over_the_contracts_list() -> None:
    rows = [_event("customs_hold", 1), _event("blocked", 2)]
    chosen = {"customs_hold": "in_transit", "blocked": "delivery_failed", "created": "packed"}
    assert [event.status for event in events_of(rows, {}, mapping=chosen)] == [
        Status.IN_TRANSIT, Status.DELIVERY_FAILED,
    ]  # fmt: skip
