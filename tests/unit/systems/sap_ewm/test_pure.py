"""Deliveries, their state, stock and inspections: the pure parts, whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Item, Parcel
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.picking import Packed, PickedLine
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import Finding, InspectedLine, ReceiptStage, StockLine
from b24app.systems.sap_ewm import orders, receipts, stock, tracking
from b24app.systems.sap_ewm.errors import Said, SapSays, read_error
from b24app.systems.sap_ewm.odata import BOXES, ITEMS, metadata
from b24app.systems.sap_ewm.vocabulary import OUTBOUND, RETURNS, zone_of
from b24app.wire.http import Answer

Row = dict[str, Any]
SITE = tracking.Site(zone_of("UTC"))
DAY = datetime(2026, 10, 5, tzinfo=UTC)
MARK = "0123456789abcdef01234567"


def item(number: str = "10", **changes: Any) -> Row:
    return {
        "DeliveryDocument": "80000123", "DeliveryDocumentItem": number, "DeliveryDocumentItemText": "Чай",
        "Material": "TEA-500", "ActualDeliveryQuantity": "2", "OriginalDeliveryQuantity": "2.000",
        "PickingStatus": "A", "ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": number,
        "DeliveryQuantityUnit": "PC", **changes,
    }  # fmt: skip


def header(*items: Row, **changes: Any) -> Row:
    return {
        "DeliveryDocument": "0080000123", "BillOfLading": "wb-1-1", "DeliveryDocumentBySupplier": MARK,
        "CreatedByUser": "WAYBILL", "CreationDate": DAY, "CreationTime": "PT12H40M05S", "LastChangeDate": DAY,
        "ActualGoodsMovementDate": None, "ActualGoodsMovementTime": "PT00H00M00S", "ProofOfDeliveryDate": None,
        "ConfirmationTime": "PT00H00M00S", "DeliveryBlockReason": "", "TotalBlockStatus": "",
        "OverallPickingStatus": "A", "OverallPackingStatus": "", "OverallGoodsMovementStatus": "A",
        "OverallProofOfDeliveryStatus": "",
        "etag": "W/\"'0001'\"", ITEMS: list(items) or [item()], BOXES: [], **changes,
    }  # fmt: skip


def box(**changes: Any) -> Row:
    return {
        "GrossWeight": "0.9", "WeightUnit": "KG", "HandlingUnitLength": "30", "HandlingUnitWidth": "20.0",
        "HandlingUnitHeight": "15", "HandlingUnitUoMDimension": "CM", **changes,
    }  # fmt: skip


def there(order: str = "70000567", number: str = "10", **changes: Any) -> Row:
    return {
        "EWMOutboundDeliveryOrder": order, "SalesOrder": "0000004711", "SalesOrderItem": f"0000{number}",
        "ProductQuantity": 2, "PlannedPickingStatus": "1", "PickingStatus": "1", **changes,
    }  # fmt: skip


# --- where a delivery is ----------------------------------------------------------------------------------------------


def test_a_new_delivery_is_told_whole() -> None:
    at = datetime(2026, 10, 5, 12, 40, 5, tzinfo=UTC)
    assert tracking.state_of(header(), None, SITE) == OrderState(
        remote_id="80000123", number="wb-1-1", decision=Decision.ACCEPTED, order_number="80000123",
        events=(TrackingEvent("created", "Delivery created", Status.CREATED, at),), fingerprint=MARK,
        lines=(PickedLine("TEA-500", Decimal(2), name="Чай"),), issued=False,
    )  # fmt: skip


def test_what_left_is_packed_measured_and_dated() -> None:
    row = header(
        item(PickingStatus="C", ActualDeliveryQuantity="1"), OverallGoodsMovementStatus="C", OverallPickingStatus="C",
        ActualGoodsMovementDate=datetime(2026, 10, 6, tzinfo=UTC), ActualGoodsMovementTime="PT06H00M00S",
        **{BOXES: [box()]},
    )  # fmt: skip
    state = tracking.state_of(row, None, SITE)
    assert state.packed == Packed(parcels=(Parcel(900, 300, 200, 150),))
    assert state.lines == (PickedLine("TEA-500", Decimal(2), Decimal(1), Decimal(1), "Чай"),)
    assert [(event.code, event.status, f"{event.at:%d %H:%M}") for event in state.events] == [
        ("created", Status.CREATED, "05 12:40"),
        ("short:TEA-500", None, "05 12:40"),
        ("picking", Status.ACCEPTED_AT_WAREHOUSE, "06 00:00"),
        ("issued", Status.IN_TRANSIT, "06 06:00"),
    ]


@pytest.mark.parametrize(
    ("digits", "begun", "picked"),
    [(("1", "1"), False, 0), (("0", "0"), False, 0), (("9", "1"), True, 0), (("9", "2"), True, 0),
     (("9", "7"), True, 0), (("9", "9"), True, 2)],
)  # fmt: skip
def test_ewms_digits(digits: tuple[str, str], begun: bool, picked: int) -> None:
    """Anything but not relevant, not started and completed is in process (§6.2)."""
    row = there(PlannedPickingStatus=digits[0], PickingStatus=digits[1])
    state = tracking.state_of(header(), {"10": row}, SITE)
    assert any(event.status is Status.ACCEPTED_AT_WAREHOUSE for event in state.events) is begun
    assert [line.picked for line in state.lines] == [picked]
    assert state.packed is None


def test_ewm_counts_in_another_unit_and_nothing_is_short() -> None:
    row = there(PlannedPickingStatus="9", PickingStatus="9", ProductQuantity=1, QuantityUnit="CAR")
    state = tracking.state_of(header(), {"10": row}, SITE)
    assert [(int(line.picked), int(line.short)) for line in state.lines] == [(2, 0)]
    short = tracking.state_of(header(), {"10": row | {"QuantityUnit": "PC"}}, SITE)
    assert [(int(line.picked), int(line.short)) for line in short.lines] == [(1, 1)]


def test_a_shortage_is_one_event_an_article_once_all_its_rows_are_picked() -> None:
    def told(*items: Row, **changes: Any) -> list[TrackingEvent]:
        return [event for event in tracking.state_of(header(*items, **changes), None, SITE).events if event.incident]

    lacks, more = item(PickingStatus="C", ActualDeliveryQuantity="1"), item("20", PickingStatus="C")
    assert told(lacks, item("20", PickingStatus="B")) == []
    assert told(lacks, more | {"ActualDeliveryQuantity": "3"}) == []
    [event] = told(lacks, more | {"ActualDeliveryQuantity": "0"})
    assert event.problem is not None
    assert (event.problem.params["short"], event.problem.params["ordered"]) == ("3", "4")
    next_day = datetime(2026, 10, 7, tzinfo=UTC)
    assert told(lacks, more, LastChangeDate=next_day) == told(lacks, more), "one event, whatever changes later"


@pytest.mark.parametrize(
    ("letter", "begun", "picked"), [("", False, 0), ("A", False, 0), ("B", True, 0), ("C", True, 2)]
)
def test_les_letters_of_picking(letter: str, begun: bool, picked: int) -> None:
    state = tracking.state_of(header(item(PickingStatus=letter)), None, SITE)
    assert any(event.status is Status.ACCEPTED_AT_WAREHOUSE for event in state.events) is begun
    assert [line.picked for line in state.lines] == [picked]


@pytest.mark.parametrize(
    ("when", "changes", "packed"),
    [
        ("boxes", {}, False),
        ("boxes", {BOXES: [{**box()}]}, True),
        ("boxes", {"OverallPackingStatus": "C"}, True),
        ("picked", {}, True),
    ],
)
def test_what_packed_is_the_connection_says(when: str, changes: Row, packed: bool) -> None:
    site = tracking.Site(SITE.zone, when)
    done = tracking.state_of(header(item(PickingStatus="C"), **changes), None, site)
    assert (done.packed is not None) is packed
    half = header(item("10", PickingStatus="C"), item("20", PickingStatus="B"), **changes)
    assert tracking.state_of(half, None, site).packed is None


def test_a_box_that_nobody_measured_is_of_unknown_size() -> None:
    empty = box(GrossWeight="0.000", WeightUnit="", HandlingUnitLength=None, HandlingUnitUoMDimension=None)
    packed = tracking.state_of(header(item(PickingStatus="C"), **{BOXES: [empty, box()]}), None, SITE).packed
    assert packed == Packed(parcels=(Parcel(0, 0, 0, 0), Parcel(900, 300, 200, 150)))


def test_a_proof_of_delivery_has_its_own_moment() -> None:
    gone = {"OverallGoodsMovementStatus": "C", "ActualGoodsMovementDate": DAY, "ActualGoodsMovementTime": "PT15H00M00S"}
    for letter, status in (("B", Status.OUT_FOR_DELIVERY), ("C", Status.DELIVERED)):
        proof = {"ProofOfDeliveryDate": DAY, "ConfirmationTime": "PT18H30M00S", "OverallProofOfDeliveryStatus": letter}
        last = tracking.state_of(header(**gone, **proof), None, SITE).events[-1]
        assert (last.status, f"{last.at:%H:%M}") == (status, "18:30")
    early = tracking.state_of(header(**gone, OverallProofOfDeliveryStatus="C"), None, SITE).events[-1]
    assert (early.status, f"{early.at:%H:%M}") == (Status.DELIVERED, "15:00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DeliveryBlockReason": "01"}, "DeliveryBlockReason=01"),
        ({"TotalBlockStatus": "C"}, "TotalBlockStatus=C"),
        ({"TotalBlockStatus": "A"}, ""),
    ],
)
def test_blocks(changes: Row, code: str) -> None:
    events = tracking.state_of(header(**changes), None, SITE).events
    assert [event.code for event in events if event.incident is Incident.NOT_READY] == ([code] if code else [])


def test_a_letter_that_nobody_documented_is_unknown() -> None:
    last = tracking.state_of(header(OverallGoodsMovementStatus="K"), None, SITE).events[-1]
    assert (last.status, last.code) == (Status.UNKNOWN, "OverallGoodsMovementStatus=K")


def test_a_mark_of_somebody_elses_is_no_fingerprint() -> None:
    assert tracking.state_of(header(DeliveryDocumentBySupplier="LS-77"), None, SITE).fingerprint == ""


def test_ewms_rows_are_joined_by_the_order_where_that_is_certain() -> None:
    row = header(item("10"), item("20"))
    whole = [there(number="10"), there(number="20")]
    assert tracking.of_delivery(row, whole) == {"10": whole[0], "20": whole[1]}
    assert tracking.of_delivery(row, whole[:1]) is None
    assert tracking.of_delivery(row, [there(number="10", SalesOrder="4712"), there(number="20")]) is None
    other = [there("70000568", "10", ProductQuantity=5), there("70000568", "20", ProductQuantity=5)]
    assert tracking.of_delivery(row, [*whole, *other]) == {"10": whole[0], "20": whole[1]}
    twin = [there("70000569", "10"), there("70000569", "20")]
    assert tracking.of_delivery(row, [*whole, *twin]) is None


# --- creation ---------------------------------------------------------------------------------------------------------

ROWS = [orders.OrderRow("10", "TEA-500", "PC", Decimal(3)), orders.OrderRow("20", "CUP-1", "PC", Decimal(1)),
        orders.OrderRow("30", "TEA-500", "PC", Decimal(4))]  # fmt: skip


def goods(sku: str, quantity: int) -> Item:
    return Item("Товар", sku, quantity, Money.of(1), 100)


def test_only_creatable_properties_are_sent() -> None:
    wanted = orders.choose([goods("TEA-500", 5), goods("cup-1", 1)], ROWS)
    assert orders.build_items("4711", wanted) == [
        {"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "10", "ActualDeliveryQuantity": "3",
         "DeliveryQuantityUnit": "PC"},
        {"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "30", "ActualDeliveryQuantity": "2",
         "DeliveryQuantityUnit": "PC"},
        {"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "20", "ActualDeliveryQuantity": "1",
         "DeliveryQuantityUnit": "PC"},
    ]  # fmt: skip


def test_more_than_the_order_holds_is_asked_of_the_last_row_so_that_sap_says_no() -> None:
    assert [(each.row.number, each.quantity) for each in orders.choose([goods("TEA-500", 9)], ROWS)] == [
        ("10", Decimal(3)),
        ("30", Decimal(6)),
    ]


def test_what_other_deliveries_took_is_not_asked_for_again() -> None:
    there = [header(item("10", ActualDeliveryQuantity="2.000")), header(item("10", ActualDeliveryQuantity="1"))]
    rows = [{"SalesOrderItem": "000010", "Material": "TEA-500", "RequestedQuantity": "3"},
            {"SalesOrderItem": "30", "Material": "TEA-500", "RequestedQuantity": "4.000"},
            {"Material": "X"}]  # fmt: skip
    found = orders.order_rows(rows, "SalesOrderItem", there)
    assert [(row.number, row.open) for row in found] == [("10", Decimal(0)), ("30", Decimal(4))]
    assert [each.row.number for each in orders.choose([goods("TEA-500", 2)], found)] == ["30"]


def test_without_goods_there_is_nothing_to_ship() -> None:
    with pytest.raises(Refused) as caught:
        orders.choose([], ROWS)
    assert caught.value.problems[0].code == "items_missing"


def test_rows_by_their_place() -> None:
    wanted = orders.by_position([goods("", 2), goods("CUP-1", 1)])
    assert orders.build_items("4711", wanted) == [
        {"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "10", "ActualDeliveryQuantity": "2"},
        {"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "20", "ActualDeliveryQuantity": "1"},
    ]


def test_every_article_that_the_order_lacks_is_named() -> None:
    with pytest.raises(Refused) as caught:
        orders.choose([goods("X-1", 1), goods("", 1), goods("CUP-1", 1)], ROWS)
    assert [problem.params for problem in caught.value.problems] == [{"sku": "X-1"}, {"sku": "Товар"}]


def test_what_a_lost_answer_left_is_known_by_rows_user_and_no_mark() -> None:
    wanted = orders.choose([goods("TEA-500", 2)], ROWS[:1])
    lost = header(BillOfLading="", DeliveryDocumentBySupplier="")
    assert orders.half_made([lost], wanted, "waybill") is lost
    assert orders.half_made([lost], wanted, "BATCH") is None
    assert orders.half_made([lost], wanted, "") is lost
    other = orders.choose([goods("TEA-500", 2)], ROWS[2:])  # of another row of the same article
    assert orders.half_made([lost], other, "") is lost
    assert orders.half_made([lost], orders.by_position([goods("", 2)]), "") is lost
    for odd in (header(), header(BillOfLading="", OverallGoodsMovementStatus="C"),
                header(item(ActualDeliveryQuantity="1"), BillOfLading="")):  # fmt: skip
        assert orders.half_made([odd], wanted, "") is None
    assert orders.ours([lost, header()], "wb-1-1") is not None
    assert orders.ours([header()], "wb-1-11") is None


# --- stock, inspections, errors, metadata -----------------------------------------------------------------------------


def test_stock_is_summed_over_bins_in_our_spelling() -> None:
    rows = [
        {"EWMWarehouse": "MSK1", "Product": "TEA-500", "AvailableEWMStockQty": 2, "EWMStockQuantityBaseUnit": "PC"},
        {"EWMWarehouse": "MSK1", "Product": "TEA-500", "AvailableEWMStockQty": 0.5, "EWMStockQuantityBaseUnit": "PC"},
        {"EWMWarehouse": "KZN1", "Product": "OTHER", "AvailableEWMStockQty": 9},
        {"EWMWarehouse": "MSK1", "Product": "ROPE", "AvailableEWMStockQty": 7, "EWMStockQuantityBaseUnit": "M"},
    ]
    assert stock.parse_stock(rows, None, ["tea-500"]) == [StockLine("tea-500", "MSK1", Decimal("2.5"))]
    assert stock.parse_stock(rows, None, ["ROPE"]) == [StockLine("ROPE", "MSK1", Decimal(7), unit="M")]
    lying = [
        {"EWMWarehouse": place, "Product": "TEA-500", "EWMStockQuantityInBaseUnit": 4} for place in ("MSK1", "KZN1")
    ]
    assert stock.parse_stock(rows, lying, ["tea-500"]) == [
        StockLine("tea-500", "MSK1", Decimal("2.5"), Decimal(4), Decimal("1.5")),
        StockLine("tea-500", "KZN1", Decimal(0), Decimal(4), Decimal(4)),
    ]
    assert stock.build_filter(["a", "b"], ["MSK1"], ["F2"]) == (
        "(EWMWarehouse eq 'MSK1') and (Product eq 'A' or Product eq 'B') and (EWMStockType eq 'F2')"
    )
    assert stock.unknown(["a", "b"], [{"Product": "A"}]) == ("b",)


def part(kind: str, quantity: float, number: str = "10") -> Row:
    return {
        "EWMStockType": kind, "EWMStockQuantityInBaseUnit": quantity, "EWMStockReferenceDocumentItem": f"0000{number}",
    }  # fmt: skip


def put_away(status: str = "9") -> Row:
    return {"PutawayStatus": status, "EWMDelivLastChangeUTCDateTime": "2026-10-07T08:00:00Z"}


def judged(*parts: Row, items: tuple[Row, ...] = (put_away(),)) -> Any:
    row = header(OverallGoodsMovementStatus="C")
    return receipts.with_findings(row, items, parts, ("F2",), ("B6",))


def test_an_inspection_is_read_from_where_the_goods_lie() -> None:
    state = judged(part("F2", 2), part("B6", 1), part("F2", 7, "20"))
    assert (state.stage, state.inspected_at) == (ReceiptStage.COMPLETED, datetime(2026, 10, 7, 8, tzinfo=UTC))
    assert state.lines == (
        InspectedLine(
            "TEA-500", Decimal(2), Decimal(1), Decimal(1), Decimal(0), Decimal(1), Decimal(3),
            (Finding(Decimal(2), "good"), Finding(Decimal(1), "damaged", "B6")),
        ),
    )  # fmt: skip
    assert judged().lines[0].missing == 2


def test_it_is_not_over_while_something_waits() -> None:
    for state in (judged(part("Q4", 1), part("F2", 1)), judged(part("F2", 2), items=(put_away("1"),)),
                  judged(part("F2", 2), items=())):  # fmt: skip
        assert (state.stage, state.inspected_at, state.lines[0].accepted) == (ReceiptStage.INSPECTING, None, 0)
    with pytest.raises(Unavailable):
        judged(part("F2", 2), items=({"PutawayStatus": "9"},))


def test_errors_of_both_generations_are_read() -> None:
    v2 = {"error": {"code": "VL/302", "message": {"lang": "en", "value": "No"}}}
    v4 = {"error": {"code": "/SCWM/ODATA_API/040", "message": "No", "details": []}}
    assert read_error(Answer(400, {}, json.dumps(v2).encode(), 0)) == Said(400, "VL/302", "No")
    assert read_error(Answer(400, {}, json.dumps(v4).encode(), 0)) == Said(400, "/SCWM/ODATA_API/040", "No")
    for body in (b"<html>", b"7", b"{}", b'{"error": "x"}'):
        assert read_error(Answer(400, {}, body, 0)) is None
    assert isinstance(SapSays(Said(412, "X", ""), "l").refusal(), Unavailable)
    assert isinstance(SapSays(Said(400, "MC/601", ""), "l").refusal(), Unavailable)
    assert isinstance(SapSays(Said(400, "X", ""), "l").refusal(), Refused)


def test_the_excerpt_of_the_metadata_is_of_a_service_and_a_release() -> None:
    assert b"A_HandlingUnitHeaderDelivery" in metadata(OUTBOUND, newer=True)
    assert b"A_HandlingUnitHeaderDelivery" not in metadata(OUTBOUND, newer=False)
    assert b'Name="A_ReturnsDeliveryItem"' in metadata(RETURNS, newer=False)
