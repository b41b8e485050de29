"""1C:TMS without our extension: names that an admin entered, half-written documents, news by number, what it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.errors import AccountProblem, Refused
from b24app.logistics.order import OrderState
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Attachment
from sandbox.world import World
from tests.contract.systems.one_c_tms_harness import ATTRIBUTES, OneCTmsODataHarness


@pytest.fixture
def tms(running_world: World) -> Iterator[OneCTmsODataHarness]:
    running_world.timers.clear()
    running_world.faults.clear()
    running_world.clock.reset()
    running_world.system("one_c_tms").reset()
    running_world.journal.clear()
    found = OneCTmsODataHarness(running_world)
    yield found
    found.close()


def documents(tms: OneCTmsODataHarness) -> list[dict[str, object]]:
    """What lies in the base, posted or not."""
    running: Any = tms.world.system("one_c_tms")
    return list(running.tms.bases["tms3"].rows["Document_ЗаданиеНаПеревозку"].values())


def test_a_half_written_document_is_completed_and_a_refused_one_leaves_nothing(tms: OneCTmsODataHarness) -> None:
    request = tms.request()
    tms.strike("break_before", tms.creating())
    assert tms.raised(lambda: tms.port.create(request)) == "Uncertain"
    assert [row["Posted"] for row in documents(tms)] == [False]
    assert tms.port.find("wb-1-1") is None
    heavier = replace(request, parcels=(replace(request.parcels[0], weight_g=900),))
    made: OrderState = tms.port.create(heavier)
    assert [(row["Posted"], row["Вес"]) for row in documents(tms)] == [(True, 0.9)]
    assert made.events[0].status is Status.CREATED
    tms.refuse(tms.request("wb-2-1"))
    with pytest.raises(Refused) as caught:
        tms.port.create(tms.request("wb-2-1"))
    assert caught.value.problems[0].their_text == "Получатель в стоп-листе"
    assert [row["НомерКИС"] for row in documents(tms)] == ["wb-1-1"]


def test_news_are_asked_for_by_number_in_one_call(tms: OneCTmsODataHarness) -> None:
    orders = [tms.make(f"wb-{n}-1") for n in range(1, 4)]
    numbers = [order.tracking_number for order in orders]
    first = tms.port.pull("", lambda: numbers)
    tms.calls.records.clear()
    assert tms.port.pull(first.cursor, lambda: numbers).read_again == ()
    assert len(tms.calls.records) == 1
    tms.move(orders[1], "in_transit")
    page = tms.port.pull(first.cursor, lambda: numbers)
    assert page.read_again == (orders[1].remote_id,)
    event = tms.port.read(orders[1].remote_id).events[-1]
    assert (event.code, event.status) == ("Отправлено", Status.IN_TRANSIT)
    assert abs((event.at - tms.world.clock.now()).total_seconds()) < 5
    assert tms.port.pull(page.cursor, list).read_again == ()


def test_the_connection_test_names_what_the_base_does_not_publish(tms: OneCTmsODataHarness) -> None:
    assert [step.ok for step in tms.port.test()] == [True] * 4

    def missing(**settings: str) -> tuple[str, str, str]:
        step = list(tms.open(**settings).test())[-1]
        assert step.problem is not None
        return step.name, step.problem.code, str(step.problem.params.get("name", ""))

    entity = "Document_ЗаданиеНаПеревозку"
    assert missing(odata_number="Ключ") == ("access", "one_c_no_object", f"{entity}.Ключ")
    assert missing(odata_entity="Document_Рейс")[2].startswith("Document_Рейс")
    more = ATTRIBUTES + "Маршрут[stops].Индекс = address.postalCode\nРейсы[stops].X = seq"
    assert missing(odata_fields=more)[2] == f"{entity}.Рейсы, {entity}_Маршрут_RowType.Индекс, {entity}_Рейсы_RowType"
    assert missing(odata_fields="Вес: cargo") == ("settings", "one_c_no_object", "Вес: cargo")
    assert missing(odata_number="") == ("settings", "account_missing", "")
    tms.switch(odata_hidden=[entity])
    assert missing()[:2] == ("access", "one_c_no_object")
    with pytest.raises(AccountProblem):
        tms.port.find("wb-1-1")


def test_statuses_of_the_base_are_offered_and_mapped(tms: OneCTmsODataHarness) -> None:
    order = tms.make()
    tms.control("POST", "orders/wb-1-1/status", {"code": "customs_hold"})
    tms.move(tms.make("wb-2-1"), "in_transit")
    offered = {option.code: option.means for option in tms.port.options("statuses")}
    assert offered == {"customs_hold": "", "Отправлено": "in_transit"}
    assert tms.port.read(order.remote_id).events[-1].status is Status.UNKNOWN
    mapped = tms.open(statuses='{"customs_hold": "in_transit"}')
    assert mapped.read(order.remote_id).events[-1].status is Status.IN_TRANSIT
    assert tms.port.options("others") == []


def test_what_such_a_base_cannot_do_is_said(tms: OneCTmsODataHarness) -> None:
    order = tms.make()
    label = Attachment("f", "label", "a.pdf", "application/pdf", b"%PDF-")
    calls: list[Callable[[], object]] = [
        lambda: tms.port.attach(order.remote_id, label),
        lambda: tms.port.fetch_document(order.remote_id, "1"),
        lambda: tms.port.create_return(tms.return_request(order, "wb-1-r1")),
        lambda: tms.open(odata_cancel="").cancel(order.remote_id),
    ]
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.problems[0].code == "one_c_by_hand"
    assert tms.port.documents(order.remote_id) == []
    assert tms.port.find_return("wb-1-r1") is None
    assert tms.accepted("wb-1-1") == 1


def test_written_only_where_posting_is_not_wanted(tms: OneCTmsODataHarness) -> None:
    port = tms.open(odata_post="no")
    made: OrderState = port.create(tms.request())
    assert [row["Posted"] for row in documents(tms)] == [False]
    assert port.find("wb-1-1").remote_id == made.remote_id
    assert port.create(tms.request()).remote_id == made.remote_id
