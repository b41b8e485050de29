"""What only 1C:TMS has: work that takes longer, keys, documents both ways, both formats, an odd infobase."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from b24app.logistics.changes import Part
from b24app.logistics.errors import Refused
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import Attachment
from sandbox.world import World
from tests.contract.systems.one_c_tms_harness import OneCTmsHarness, OneCTmsXmlHarness

LABEL = Attachment("file-88", "label", "Этикетка.pdf", "application/pdf", b"%PDF-1.4 label")


@pytest.fixture(params=[OneCTmsHarness, OneCTmsXmlHarness], ids=["json", "xml"])
def tms(request: pytest.FixtureRequest, running_world: World) -> Iterator[OneCTmsHarness]:
    running_world.timers.clear()
    running_world.faults.clear()
    running_world.clock.reset()
    running_world.system("one_c_tms").reset()
    running_world.journal.clear()
    found = request.param(running_world)
    yield found
    found.close()


def test_a_request_that_takes_longer_is_read_by_our_number(tms: OneCTmsHarness) -> None:
    tms.switch(decision_min=600, decision_max=600)
    made: OrderState = tms.port.create(tms.request())
    assert made.decision is Decision.PENDING
    assert tms.port.read(made.remote_id) == OrderState(made.remote_id, "wb-1-1")
    assert tms.raised(lambda: tms.port.cancel(made.remote_id)) == "Unavailable"
    tms.advance(601)
    read = tms.port.read(made.remote_id)
    assert (read.decision, read.remote_id, read.events[0].status) == (
        Decision.ACCEPTED, made.remote_id, Status.CREATED,
    )  # fmt: skip
    assert tms.port.documents(made.remote_id) == []
    assert tms.port.cancel(made.remote_id).cancel is Decision.ACCEPTED
    assert tms.accepted("wb-1-1") == 1


def test_the_same_request_twice_is_answered_from_its_key(tms: OneCTmsHarness) -> None:
    first = tms.port.create(tms.request())
    assert tms.port.create(tms.request()).remote_id == first.remote_id
    sent = [row.data for row in tms.world.journal.find(kind="rest.call") if row.data["method"] == "POST"]
    assert [(row["status"], row.get("replayed", False)) for row in sent] == [("201", False), ("201", True)]
    with pytest.raises(Refused) as caught:
        tms.port.create(tms.changed_request(Part.RECIPIENT, tms.request()))
    assert caught.value.problems[0].code == "number_taken"
    assert tms.accepted("wb-1-1") == 1


def test_documents_go_both_ways_once_whatever_is_lost(tms: OneCTmsHarness) -> None:
    order = tms.make()
    where = tms.at("filed", order.remote_id)
    for action, params in (("break_after", {}), ("status", {"status": 500}), ("html", {"status": 200})):
        tms.strike(action, where, **params)
        assert tms.raised(lambda: tms.port.attach(order.remote_id, LABEL)) == "Unavailable"
        tms.no_faults()
    filed = tms.port.attach(order.remote_id, LABEL)
    assert tms.port.attach(order.remote_id, LABEL).key == filed.key
    tms.add_document("wb-1-1")
    shown = tms.port.documents(order.remote_id)
    assert [(one.kind, one.ours) for one in shown] == [("label", "file-88"), ("waybill", "")]
    assert shown[0].key == filed.key
    assert tms.port.fetch_document(order.remote_id, filed.key) == LABEL.content
    assert tms.port.fetch_document(order.remote_id, shown[1].key).startswith(b"%PDF-")
    with pytest.raises(Refused) as caught:
        tms.port.fetch_document(order.remote_id, tms.no_such_order())
    assert caught.value.problems[0].their_code == "NOT_FOUND"
    assert len(tms.world.journal.find(kind="document.accepted", key="file-88")) == 1
    # A late document is news.
    page = tms.port.pull("", list)
    assert page.read_again == (order.remote_id,)
    assert tms.port.pull(page.cursor, list).read_again == ()


def test_an_odd_infobase_is_still_understood(tms: OneCTmsHarness) -> None:
    tms.switch(json_bom=True, xml_crlf=True, unknown_fields=True)
    order = tms.make()
    tms.control("POST", "orders/wb-1-1/route", {"route": "blocked"})
    tms.advance(3 * 3600)
    event = tms.port.read(order.remote_id).events[-1]
    assert (event.code, event.status, event.incident) == ("blocked", None, Incident.NOT_READY)
    tms.switch(locked=1)
    assert tms.raised(lambda: tms.port.cancel(order.remote_id)) == "Unavailable"
    assert tms.port.cancel(order.remote_id).cancel is Decision.ACCEPTED


def test_a_service_that_is_not_published_is_said_and_proves_nothing(tms: OneCTmsHarness) -> None:
    order = tms.make()
    tms.switch(unpublished=True)
    steps = list(tms.port.test())
    assert [step.name for step in steps] == ["settings", "sign_in"]
    assert steps[-1].problem is not None
    assert steps[-1].problem.code == "one_c_no_service"
    assert tms.raised(lambda: tms.port.find("wb-1-1")) == "Unavailable"
    assert tms.raised(lambda: tms.port.create(tms.request("wb-2-1"))) == "Unavailable"
    tms.switch(unpublished=False, maintenance=True)
    assert tms.raised(lambda: tms.port.read(order.remote_id)) == "Unavailable"
    assert [step.ok for step in tms.port.test()] == [True, True, False]


def test_a_long_list_of_changes_is_read_to_its_end(tms: OneCTmsHarness) -> None:
    order = tms.make()
    tms.move(order, "in_transit")
    tms.strike("status", tms.at("feed"), status=200, body={"items": [None, {"id": 1}], "nextCursor": "Ww"})
    page = tms.port.pull("", list)
    assert (page.more, page.skipped, page.read_again) == (True, 2, ())
    tms.no_faults()
    assert tms.port.pull("", list).read_again == (order.remote_id,)


def test_a_person_types_our_address_and_nothing_is_pretended(tms: OneCTmsHarness) -> None:
    with pytest.raises(Refused) as caught:
        tms.port.ensure_subscribed("https://waybill.test/hooks/carrier/7/secret")
    assert caught.value.problems[0].code == "callback_by_hand"
    assert tms.port.unsubscribe("https://waybill.test/hooks/carrier/7/secret") == 0
