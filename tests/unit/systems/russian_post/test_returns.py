"""A separate return as it is asked for, and what the Post's answers mean for one."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.systems.russian_post.returns import barcode_in, barcodes_of, build_separate, is_whole, state_of

START = {"address-type": "DEFAULT", "index": "420000", "place": "г Казань", "region": "Респ Татарстан"}


def request(*prices: int, declared: Money | None = None) -> ReturnRequest:
    items = tuple(Item(f"Чашка {n}", f"C-{n}", 1, Money(price), 300) for n, price in enumerate(prices))
    parcels = (Parcel(700, 0, 0, 0, items),)
    client = Recipient("Мария Северцева", "", "+79000001462")
    shipment = ShipmentRequest("wb-1-1", "parcel", DeliveryKind.COURIER, client, parcels, declared=declared)
    return ReturnRequest("wb-1-r1", shipment)


@pytest.mark.parametrize(
    ("prices", "declared", "want"),
    [((), None, None), ((0,), None, None), ((1,), None, 1), ((33333, 33334), None, 66667), ((45000,), Money(0), None),
     ((45000,), Money(50_000_000), 50_000_000)],
)  # fmt: skip
def test_goods_that_have_a_price_are_insured_in_kopecks(
    prices: tuple[int, ...], declared: Money | None, want: int | None
) -> None:
    body = build_separate(request(*prices, declared=declared), START, "101000", "ООО Ромашка")
    assert body.get("insr-value") == want
    assert (body["order-num"], body["sender-name"], body["recipient-name"], body["address-from"]) == (
        "wb-1-r1", "Мария Северцева", "ООО Ромашка", START,
    )  # fmt: skip


@pytest.mark.parametrize(("masses", "want"), [([700], True), ([699], False), ([700, 1], False), ([], False)])
def test_all_of_an_order_comes_back_in_its_own_boxes(masses: list[int], want: bool) -> None:
    assert is_whole([{"mass": mass} for mass in masses], request(1).shipment) is want


def test_what_an_answer_means() -> None:
    assert barcode_in({"return-barcode": "80123400000018"}, "x") == "80123400000018"
    with pytest.raises(Refused) as caught:
        barcode_in({"errors": [{"code": "EASY_RETURN_DISABLED", "description": "Не доступен"}]}, "x")
    assert (caught.value.problems[0].code, caught.value.problems[0].their_text) == ("return_contract", "Не доступен")
    odd: tuple[Any, ...] = ({}, None, 7, {"return-barcode": ""})
    for data in odd:
        with pytest.raises(Uncertain):
            barcode_in(data, "x")
    four = state_of("r:", ["80123400000018"] * 4)
    assert (len(four.remote_id), len(barcodes_of(four.remote_id))) == (61, 4)
