"""Orders, receipts and stock as rows of a profile tell of them; units at their borders; what we know as sources."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, TrackingEvent, fingerprint, fingerprint_of_name
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import ReceiptRequest, ReceiptStage
from b24app.systems.manhattan import orders, receipts, sources, stock
from b24app.systems.manhattan.errors import problems_of
from b24app.systems.manhattan.meanings import Meanings
from b24app.systems.manhattan.orders import Told
from b24app.systems.manhattan.parts import by_original
from b24app.systems.manhattan.profile import Said, read_profile
from b24app.systems.manhattan.sources import Terms
from b24app.systems.manhattan.vocabulary import GRAMS, MILLIMETRES, between, of_unit, to_unit

PROFILE = read_profile("")
TERMS = Terms("ACME", "MSK-01", "Europe/Moscow", "R", "live")
AT = "2026-10-06T11:05:00.000"
MOMENT = datetime(2026, 10, 6, 8, 5, tzinfo=UTC)


def state(told: Told, **chosen: str) -> Any:
    return orders.state_of("wb-1-1", told, Meanings(PROFILE, "Europe/Moscow", chosen, {"6000": "Packed"}))


def planned(raw: str, high: str = "", **more: Any) -> dict[str, Any]:
    return {"externalId": "wb-1-1", "raw": raw, "rawMax": high or raw, "changedAt": AT, **more}


def test_units_at_their_borders() -> None:
    assert [of_unit(value, GRAMS["kg"]) for value in (0.0004, 0.0005, "1.0005", "1,5", None, "-1", "x")] == [
        0, 1, 1001, 1500, 0, 0, 0,
    ]  # fmt: skip
    assert [of_unit(1, GRAMS[unit]) for unit in ("g", "lb", "oz")] == [1, 454, 28]
    assert [of_unit("1.25", MILLIMETRES[unit]) for unit in ("cm", "mm", "m", "in")] == [13, 1, 1250, 32]
    assert [to_unit(value, GRAMS["kg"]) for value in (0, 1, 1234)] == [0.0, 0.001, 1.234]
    assert to_unit(454, GRAMS["lb"]) == 1.001
    assert [between("900", "1000", "2000"), between("1000", "1000", "2000"), between("b", "a", "c")] == [
        False, True, True,
    ]  # fmt: skip


def test_an_order_before_planning_and_one_that_is_not_there() -> None:
    fresh = state(Told({"externalId": "wb-1-1", "mark": "m1", "changedAt": AT}))
    assert (fresh.decision, fresh.fingerprint, fresh.gone) == (Decision.ACCEPTED, "m1", False)
    [event] = fresh.events
    assert (event.status, event.at, event.code) == (Status.CREATED, MOMENT, "original")
    off = state(Told({"externalId": "wb-1-1", "cancelled": True, "changedAt": AT}))
    assert off.cancel is Decision.ACCEPTED
    named = state(Told({"externalId": "wb-1-1", "firstName": "Мария", "lastName": "Северцева", "changedAt": AT}))
    assert named.fingerprint == fingerprint_of_name("Мария Северцева")
    assert state(Told()).gone


def test_what_lies_packed_and_what_is_short() -> None:
    lines = [{"sku": "CUP-1", "ordered": 2, "picked": 1.0, "shipped": 0}, {"sku": "T-1", "ordered": "3", "picked": 3}]
    row = {"externalId": "wb-1-1", "weight": 1.0, "length": 30, "width": "20", "height": None, "trackingNumber": "T9",
           "packedAt": AT}  # fmt: skip
    packed = state(Told(None, [planned("6000", lines=lines)], (), [row]))
    assert packed.packed.parcels == (Parcel(1000, 300, 200, 0),)
    assert packed.packed.at == MOMENT
    assert packed.tracking_number == "T9"
    assert [(line.picked, line.short) for line in packed.lines] == [(1, 1), (3, 0)]
    status, short = packed.events
    assert (status.status, status.text) == (Status.ACCEPTED_AT_WAREHOUSE, "Packed")
    assert (short.status, short.incident, short.problem.params) == (
        None, Incident.MISSING_GOODS, {"sku": "CUP-1", "short": "1", "ordered": "2", "picked": "1"},
    )  # fmt: skip
    shipped = [{**lines[0], "shipped": 1}, {**lines[1], "shipped": 3}]
    later = state(Told(None, [planned("7200", lines=shipped, changedAt="2027-01-01T00:00:00")], (), [row])).events
    assert [event for event in later if event.problem] == [short], "one event, whatever status follows"
    picking = state(Told(None, [planned("5000", lines=lines)]))
    assert (picking.packed, len(picking.events)) == (None, 1)
    left = state(Told(None, [planned("7200", lines=lines)]))
    assert left.packed is not None
    gone = state(Told(None, [planned("9000", lines=lines)]))
    assert (gone.packed, gone.cancel) == (None, Decision.ACCEPTED)


def test_an_order_that_was_split_is_where_its_slowest_part_is() -> None:
    def part(of: int, raw: str, at: str, ordered: int, picked: int = 0, **more: Any) -> dict[str, Any]:
        lines = [{"sku": "CUP-1", "ordered": ordered, "picked": picked, "shipped": picked if raw > "7000" else 0}]
        name = "wb-1-1" if of == 1 else f"wb-1-1-P{of}"
        return {**planned(raw), "externalId": name, "changedAt": f"2026-10-06T{at}:00.000", "lines": lines, **more}

    def box(name: str, number: str) -> dict[str, Any]:
        return {"externalId": name, "weight": 1, "trackingNumber": number, "packedAt": AT}

    def minute(event: TrackingEvent) -> str:
        return f"{event.at:%H:%M}"

    original = {"externalId": "wb-1-1", "lines": [{"sku": "CUP-1", "ordered": 4}]}
    first, third = part(1, "7200", "12:00", 2, 2), part(3, "6000", "11:00", 1, 1)
    boxes = [box("wb-1-1", "MA1"), box("wb-1-1-P3", "MA3")]
    going = state(Told(original, [first, part(2, "3000", "10:00", 1), third], (), boxes))
    [main] = [event for event in going.events if event.status]
    assert (main.status, main.code, minute(main), main.reason) == (
        Status.ACCEPTED_AT_WAREHOUSE, "3000", "07:00", "max 7200",
    )  # fmt: skip
    assert (going.packed, going.cancel) == (None, None)
    assert (going.tracking_number, going.tracking_numbers) == ("MA1", ("MA1", "MA3"))
    assert [(line.sku, line.ordered, line.picked, line.shipped) for line in going.lines] == [("CUP-1", 4, 3, 2)]
    told = [event.text for event in going.events if not event.status]
    assert told == ["wb-1-1-P2: 3000", "wb-1-1-P3: 6000 Packed, MA3", "wb-1-1: 7200, MA1"]
    assert not [event for event in going.events if event.problem]

    # One of them is called off: what it held is missing, at once; the others lie packed: all that is missing.
    off = part(2, "9000", "12:30", 1, 1)
    early = state(Told(original, [first, off, {**third, "raw": "4000", "rawMax": "4000"}], (), boxes[:1]))
    [short] = [event for event in early.events if event.problem]
    assert (short.problem.params, minute(short)) == ({"sku": "CUP-1", "short": "1", "ordered": "4"}, "09:30")
    done = state(Told(original, [first, off, third], (), boxes))
    [short] = [event for event in done.events if event.problem]
    assert short.problem.params == {"sku": "CUP-1", "short": "1", "ordered": "4", "picked": "3"}
    assert len(done.packed.parcels) == 2
    assert [event.code for event in done.events if event.status] == ["6000"]
    # Its rows may be planned anew: nothing is missing then.
    again = state(Told(original, [first, off, third, part(4, "6000", "13:00", 1, 1)], (), boxes))
    assert not [event for event in again.events if event.problem]
    assert [(line.ordered, line.picked) for line in again.lines] == [(4, 4)]
    assert minute(next(event for event in again.events if event.status)) == "10:00", "when the last came there"
    nothing = state(Told(original, [part(1, "9000", "12:00", 3), off]))
    assert (nothing.cancel, nothing.packed) == (Decision.ACCEPTED, None)


def test_planned_orders_are_told_apart_by_their_original() -> None:
    rows = [{"externalId": "a-1", "of": "a-1"}, {"externalId": "a-1-P2", "of": "a-1"}, {"externalId": "b-1"},
            {"externalId": "c-1", "of": "theirs"}, {"externalId": "x"}, {"externalId": "a-1", "of": "a-1"}]  # fmt: skip
    found = by_original(rows, ["a-1", "b-1", "c-1", "d-1"])
    assert {of: [row["externalId"] for row in some] for of, some in found.items()} == {
        "a-1": ["a-1", "a-1-P2"], "b-1": ["b-1"], "c-1": ["c-1"],
    }  # fmt: skip


def test_rows_that_are_apart_and_what_stands() -> None:
    failure = {"text": "Нет на полке", "changedAt": AT}
    read = state(Told(None, [planned("4000", "6000")], [failure]))
    assert read.events[0].reason == "max 6000 Packed"
    blocked = read.events[1]
    assert (blocked.status, blocked.incident, blocked.problem.code) == (None, Incident.NOT_READY, "warehouse_blocked")
    assert blocked.problem.their_text == "Нет на полке"


def test_the_admins_meaning_of_a_status_wins() -> None:
    unknown = state(Told(None, [planned("9900")]))
    assert unknown.events[0].status is Status.UNKNOWN
    assert unknown.packed is None
    chosen = state(Told(None, [planned("9900")]), **{"9900": "delivered"})
    assert chosen.events[0].status is Status.DELIVERED
    packed = {"5400": "accepted_at_warehouse", "5500": "packed", "7200": "in_transit"}
    assert state(Told(None, [planned("6000")]), **packed).events[0].status is Status.UNKNOWN, "nobody said what it is"
    assert state(Told(None, [planned("5500")]), **packed).packed is not None
    assert state(Told(None, [planned("7200")]), **packed).packed is not None
    assert state(Told(None, [planned("5400")]), **packed).packed is None
    assert state(Told(None, [planned("3000", cancelled=True)]), **{"3000": "created"}).cancel is Decision.ACCEPTED
    meanings = Meanings(PROFILE, "UTC")
    assert [meanings.means(raw) for raw in ("1000", "4000", "6000", "7200", "9900")] == [
        "created", "accepted_at_warehouse", "packed", "in_transit", "",
    ]  # fmt: skip


def receipt(row: dict[str, Any], *received: tuple[str, Any, str]) -> Any:
    rows = [{"sku": sku, "quantity": quantity, "condition": condition} for sku, quantity, condition in received]
    known = {"externalId": "r", "raw": "1000", "lines": [{"sku": "CUP-1", "expected": 3}], **row}
    return receipts.state_of("MSK-01:r", known, rows, PROFILE, "Europe/Moscow")


def test_an_inspection_adds_up() -> None:
    done = {"receivedAt": AT, "verifiedAt": AT}
    table = {
        (("CUP-1", 3, "GOOD"),): (3, 0, 0, 0),
        (("CUP-1", 1, "GOOD"), ("CUP-1", 1, "DAMAGED")): (1, 1, 1, 0),
        (("CUP-1", 2, "DAMAGED"), ("CUP-1", 2, "GOOD")): (1, 2, 0, 1),
        (("CUP-1", 5, "DAMAGED"),): (0, 3, 0, 2),
        (): (0, 0, 3, 0),
    }
    for received, want in table.items():
        [line] = receipt(done, *received).lines
        assert (line.accepted, line.damaged, line.missing, line.surplus) == want, received
        assert line.accepted + line.damaged + line.missing == line.expected
    read = receipt(done, ("CUP-1", 3, ""), ("T-9", 1, "GOOD"))
    assert (read.stage, read.inspected_at, read.number) == (ReceiptStage.COMPLETED, MOMENT, "r")
    assert [(line.sku, line.expected, line.surplus) for line in read.lines] == [("CUP-1", 3, 0), ("T-9", 0, 1)]


def test_a_receipt_without_a_result() -> None:
    under_way = receipt({"receivedAt": AT}, ("CUP-1", 2, "GOOD"))
    assert (under_way.stage, under_way.inspected_at) == (ReceiptStage.INSPECTING, None)
    assert [(line.received, line.accepted) for line in under_way.lines] == [(2, 0)]
    odd = receipt({"receivedAt": AT, "verifiedAt": AT}, ("CUP-1", 3, "WET"))
    assert odd.inspected_at is None
    assert [(each.code, each.their_code) for each in odd.problems] == [("condition_unknown", "WET")]
    assert receipt({"raw": "5555"}).stage is ReceiptStage.UNKNOWN
    assert receipts.state_of("MSK-01:r", None, [], PROFILE, "UTC").gone
    assert receipts.parts_of(receipts.remote_id("KZN-01", "wb-r-1")) == ("KZN-01", "wb-r-1")


def test_stock_is_summed_over_places() -> None:
    rows: list[dict[str, Any]] = [
        {"sku": "A", "onHand": 45, "allocated": 2}, {"sku": "A", "onHand": "15", "allocated": 0},
        {"sku": "B", "onHand": 1, "allocated": 3}, {"sku": "C", "onHand": {"?": 0}}, {"sku": "D", "onHand": 9},
        {"sku": "E", "onHand": 5}, {"sku": "F", "onHand": 5, "available": 2},
    ]  # fmt: skip
    found = stock.lines_of("MSK-01", rows, ["A", "B", "C", "E", "F"])
    told: list[tuple[object, ...]] = [(row.sku, row.available, row.on_hand, row.reserved) for row in found]
    assert told == [
        ("A", 58, 60, 2), ("B", 0, 1, 3), ("E", 5, 5, None), ("F", 2, 5, None),
    ]  # fmt: skip


def test_what_we_know_as_sources() -> None:
    cup = Item("Чашка", "CUP-1", 2, Money.of("450.50"), 333, vat_percent=20)
    request = ShipmentRequest(
        "wb-1057-2", "pick", DeliveryKind.COURIER, Recipient("Мария Анна Северцева", "8 900", "+79000001462"),
        (Parcel(700, 0, 0, 0, (cup,)),), read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"), comment="Тихо",
    )  # fmt: skip
    now = datetime(2026, 10, 5, 9, 40, tzinfo=UTC)
    source = sources.of_shipment(request, TERMS, PROFILE, now)
    assert source["deal"] == {"id": "1057", "key": "deal-1057"}
    assert [source["recipient"][part] for part in ("firstName", "lastName")] == ["Мария", "Анна Северцева"]
    assert source["address"]["text"].startswith("420111, Казань")
    assert source["address"]["streetHouse"] == "ул. Баумана 44/8 к2, кв. 12"
    assert (source["address"]["city"], source["address"]["postalCode"]) == ("Казань", "420111")
    assert source["shipment"]["mark"] == fingerprint(request)
    assert source["shipment"]["items"] == [
        {"sku": "CUP-1", "name": "Чашка", "qty": 2, "price": 450.5, "weight": 0.666, "vat": 20}
    ]
    body = PROFILE.build("create_shipment", source).body
    assert body["OrderPlacedDateTime"] == "2026-10-05T12:40:00"
    assert body["OriginalOrderLine"][0]["OriginalOrderLineId"] == "1"
    back = ReceiptRequest("wb-r-1", (cup,), request.recipient, "wb-1057-2", expected_at=now + timedelta(days=1))
    asn = PROFILE.build("create_receipt", sources.of_receipt(back, TERMS, PROFILE, "KZN-01"))
    assert (asn.body["DestinationFacilityId"], asn.body["AsnOriginTypeId"]) == ("KZN-01", "R")
    assert asn.headers["SelectedLocation"] == "KZN-01"
    assert (asn.body["EstimatedDeliveryDate"], asn.body["BillOfLadingNumber"]) == ("2026-10-06T12:40:00", None)
    assert sources.place(None) == {}
    assert sources.deal_of("odd") == {"id": "", "key": "odd"}


@pytest.mark.parametrize(
    ("texts", "codes", "code", "field"),
    [
        (("Item CUP-9 does not exist",), ("ITM::1",), "article_unknown", Field.ITEMS),
        (("DestinationAddress.Phone is not valid",), (), "phone_refused", Field.PHONE),
        (("Unrecognized attribute Foo",), ("F::1",), "bad_request", Field.ORDER),
        (("Nobody knows",), ("Z::9",), "refused_unknown", Field.ORDER),
        ((), (), "refused_unknown", Field.ORDER),
    ],
)
def test_their_words_as_problems(texts: tuple[str, ...], codes: tuple[str, ...], code: str, field: Field) -> None:
    [problem] = problems_of(Said(texts, codes), 400)
    assert (problem.code, problem.field) == (code, field)
    assert problem.their_text == "".join(texts)
    assert problem.their_code == ("".join(codes) or ("" if texts else "HTTP 400"))
    if code == "article_unknown":
        assert problem.params == {"sku": "CUP-9"}


def test_quantities_are_exact() -> None:
    line = state(Told(None, [planned("4000", lines=[{"sku": "A", "ordered": "2.50", "picked": 0.1}])])).lines[0]
    assert (line.ordered, line.picked) == (Decimal("2.5"), Decimal("0.1"))
