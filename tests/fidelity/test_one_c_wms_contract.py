"""Our plug-in and the emulated 1C:WMS keep to our published contract with 1C, its objects closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from b24app.logistics.errors import Refused
from sandbox.world import World
from tests.contract.systems.one_c_wms_harness import OneCWmsHarness
from tests.fidelity.one_c_openapi import complaints, operation_of
from tests.fidelity.recorder import Exchange, second_door
from tests.fidelity.test_one_c_contract import LABEL


class Recorded(OneCWmsHarness):
    """Our plug-in, at the recorded door."""

    code, name = "one_c_wms", ""
    door = ""

    def base_url(self) -> str:
        return self.door


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["one_c_wms"]) as found:
        yield found


@pytest.fixture
def calls(world: World) -> Iterator[list[Exchange]]:
    with second_door(world, "one_c_wms") as (url, exchanges):
        Recorded.door = f"{url}/wms"
        yield exchanges


def test_our_plug_in_and_the_emulated_1c_keep_to_the_contract(world: World, calls: list[Exchange]) -> None:
    with closing(Recorded(world)) as wms:
        _whole_life(wms)
    assert [words for call in calls for words in complaints(call)] == []
    used = {operation_of(call.method, call.path)["operationId"] for call in calls}
    assert used == {
        "health", "warehouses", "stock", "createOrder", "findOrder", "readOrder", "readOrders", "cancelOrder",
        "orderAttach", "orderDocuments", "orderContent", "createReceipt", "findReceipt", "readReceipt",
        "cancelReceipt", "inspection", "receiptContent",
    }  # fmt: skip
    assert {call.status for call in calls} >= {200, 201, 202, 401, 403, 404, 409, 422, 503}


def _whole_life(wms: Recorded) -> None:
    list(wms.port.test())
    order = wms.make()
    wms.raised(lambda: wms.port.find("wb-404-1"))
    wms.pack(order, short=1)
    wms.port.read(order.remote_id)
    assert [state.gone for state in wms.port.read_many([order.remote_id, wms.no_such_order()])] == [False, True]
    wms.port.attach(order.remote_id, LABEL)
    wms.add_document("wb-1-1")
    for filed in wms.port.documents(order.remote_id):
        wms.port.fetch_document(order.remote_id, filed.key)
    wms.raised(lambda: wms.port.cancel(order.remote_id))
    wms.port.cancel(wms.make("wb-2-1").remote_id)
    wms.port.stock(["CUP-1", wms.unheard_of])
    _returns(wms)
    with pytest.raises(Refused):
        wms.port.create(wms.refused_request())
    wms.raised(lambda: wms.open(password="wrong").find("wb-1-1"))
    wms.raised(lambda: wms.open(login="кладовщик").warehouses())
    wms.switch(decision_min=60.0, decision_max=60.0)
    wms.raised(lambda: wms.port.create(wms.request("wb-3-1")))
    wms.switch(decision_min=0.0, decision_max=0.0, maintenance=True)
    wms.raised(lambda: wms.port.find("wb-1-1"))
    wms.switch(maintenance=False)


def _returns(wms: Recorded) -> None:
    made = wms.port.expect(wms.receipt_request())
    wms.port.find_receipt("wb-r-1")
    wms.inspect("wb-r-1", [{"sku": "CUP-1", "accepted": 1, "damaged": 1, "missing": 0, "surplus": 1}])
    [line] = wms.port.read_receipt(made.remote_id).lines
    wms.port.photo(made.remote_id, line.findings[0].photos[0])
    wms.port.cancel_receipt(wms.port.expect(wms.receipt_request("wb-r-2")).remote_id)
