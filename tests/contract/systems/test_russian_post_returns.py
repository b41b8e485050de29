"""Russian Post's returns beyond the suite: one of each item, separate ones, their labels, how they are called off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from b24app.clock import FixedClock
from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.order import OrderState
from b24app.logistics.status import Status
from tests.contract.systems.russian_post_harness import RussianPostHarness, alone
from tests.contract.systems.test_returns import delivered
from tests.contract.systems.test_russian_post import TWO

if TYPE_CHECKING:
    from sandbox.world import World

NUMBER = "wb-1-1"


@pytest.fixture
def post(running_world: World) -> Iterator[RussianPostHarness]:
    yield from alone(running_world)


def two_delivered(post: RussianPostHarness) -> OrderState:
    """An order of two items, both given out."""
    made: OrderState = post.port.create(post.request(NUMBER, parcels=TWO))
    post.hand_over(made)
    for barcode in made.tracking_number.split(","):
        for code in ("1/2", "8/1", "2/1"):
            post.control("POST", f"orders/{barcode}/status", {"code": code})
    return made


def back_of(post: RussianPostHarness, state: OrderState, number: str = "wb-1-r1", **more: Any) -> ReturnRequest:
    return ReturnRequest(number, post.request(state.number, **more), state.remote_id)


def refused(call: Any) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.problems[0].code


def test_an_item_has_one_return_whoever_asks(post: RussianPostHarness) -> None:
    """Two items, two barcodes, one label; a part stands behind the first item; what has not left does not come back."""
    early = post.make("wb-2-1")
    assert refused(lambda: post.port.create_return(back_of(post, early))) == "return_not_sent"
    there = two_delivered(post)
    whole = post.port.create_return(back_of(post, there, parcels=TWO))
    first, second = whole.tracking_number.split(",")
    assert (whole.remote_id, post.returned("")) == (f"r:{first},{second}", 2)
    assert post.port.create_return(back_of(post, there, parcels=TWO)) == whole
    assert post.port.create_return(back_of(post, there, "wb-1-r2", parcels=TWO[1:])).remote_id == f"r:{first}"
    for form in ("label_a6", "label_a5"):
        assert post.port.fetch_paper(form, post.port.ask_paper(form, whole.remote_id).key).startswith(b"%PDF-")
    assert refused(lambda: post.port.ask_paper("f103", whole.remote_id)) == "paper_refused"
    # Where the item does not name it, the service says that there is one, or gives the same again.
    post.switch(returns_named=False)
    assert refused(lambda: post.port.create_return(back_of(post, there, parcels=TWO))) == "return_unnamed"
    post.switch(return_again="same")
    assert post.port.create_return(back_of(post, there, parcels=TWO)) == whole
    assert post.returned("") == 2
    assert refused(lambda: post.port.cancel(whole.remote_id)) == "order_unknown"
    assert post.port.read(NUMBER).tracking_number == there.tracking_number
    stranger = replace(back_of(post, there), of_remote_id="wb-404-1")
    assert refused(lambda: post.port.create_return(stranger)) == "order_unknown"
    post.switch(no_return_types=["POSTAL_PARCEL"])
    assert refused(lambda: post.port.create_return(back_of(post, delivered(post, "wb-5-1")))) == "return_service"


def test_where_it_is_is_read_by_its_own_barcode(post: RussianPostHarness) -> None:
    made = post.port.create_return(back_of(post, delivered(post)))
    post.clock = ours = FixedClock(post.clock.now())

    def told(**settings: str) -> list[Status | None]:
        port = post.open(**settings)
        assert all(event.back for event in port.read_return(made.remote_id).events)
        return [event.status for event in port.read_return(made.remote_id).events]

    assert told() == [Status.CREATED]
    for code in ("1/2", "8/2", "2/1"):
        post.control("POST", f"orders/{made.tracking_number}/status", {"code": code})
    # Asked for one by one, as seldom as the account's number of calls wants it; by Otpravka alone nobody tells.
    assert told() == [Status.CREATED]
    ours.advance(6 * 3600)
    assert told() == [Status.CREATED, Status.RETURNING, Status.RETURNING, Status.RETURNED]
    assert told(tracking="") == []
    post.switch(returns_searched=True)
    assert told(tracking="") == [Status.RETURNED]
    assert post.port.read(NUMBER).order_number != made.order_number
    assert post.port.read_return("100000001").gone


def test_a_separate_one_has_our_number_and_can_be_deleted(post: RussianPostHarness) -> None:
    port = post.open(separate_returns="yes")
    office = post.point_request().point_code
    asked = ReturnRequest("wb-7-r1", post.request("wb-7-1", sender=Sender(company="ООО Ромашка")))
    made = port.create_return(asked)
    at_office = replace(asked, number="wb-7-r2", point_code=office or "", shipment=replace(
        asked.shipment, kind=DeliveryKind.PICKUP, address=None, point_code=office, sender=None))  # fmt: skip
    port.create_return(at_office)
    by_address, by_office = (row["data"] for row in post.world.control.journal(kind="return.accepted"))
    assert (by_address["recipient"], by_address["sender"], by_address["insr_value"]) == (
        "ООО Ромашка", "Мария Северцева", 90000,
    )  # fmt: skip
    assert (by_office["recipient"], by_office["index_from"], by_office["index_to"]) == ("ООО Ромашка", office, "101000")
    assert port.find_return("wb-7-r1") is None
    assert refused(lambda: port.create_return(replace(asked, again=True))) == "return_unclear"
    post.switch(returns_searched=True)
    assert port.find_return("wb-7-r1") == made
    # Deleted, twice, whatever a good answer looks like; not once it has been handed in.
    assert port.cancel(made.remote_id).gone
    post.switch(return_delete_answer="empty")
    assert port.cancel(port.find_return("wb-7-r2").remote_id).gone
    assert port.cancel(made.remote_id).gone
    moved = port.create_return(replace(asked, number="wb-7-r3"))
    post.control("POST", f"orders/{moved.tracking_number}/status", {"code": "1/2"})
    assert refused(lambda: port.cancel(moved.remote_id)) == "too_late_to_cancel"


def test_an_account_without_the_right_is_told_so(post: RussianPostHarness) -> None:
    small = post.world.addresses["russian_post"]["accounts"][1]
    keys = {ours: small[theirs] for ours, theirs in post.credentials.items()}
    port = post.open(**keys, separate_returns="yes")
    assert refused(lambda: port.create_return(ReturnRequest("wb-7-r1", post.request("wb-7-1")))) == "return_contract"
