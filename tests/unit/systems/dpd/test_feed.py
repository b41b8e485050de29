"""Pulling and confirming the inbox, one package at a time, whatever comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.feed import FeedPage
from b24app.logistics.order import Decision
from b24app.logistics.status import Status
from b24app.systems.dpd import feed
from b24app.systems.dpd.feed import FeedDesk
from b24app.systems.kit.checks import account_refused
from tests.unit.systems.dpd.fakes import FakeClient, desk, said

OURS, SHARED = {"client_number": "1001", "inbox": "ours"}, {"client_number": "1001", "inbox": "shared"}


def package(*events: Mapping[str, Any], doc: int = 7, complete: bool = True) -> dict[str, Any]:
    return {"docId": doc, "docDate": datetime(2026, 3, 2, 15), "resultComplete": complete, "event": list(events)}  # noqa: DTZ001


def event(number: str, order: str = "wb-1-1", parcel: str = "1-1D", **more: Any) -> dict[str, Any]:
    basic = {"clientOrderNr": order, "clientParcelNr": f"{order}-{parcel}", "dpdOrderNr": "RU1"}
    return {**basic, "eventNumber": number, "eventName": number, "eventDate": "2026-03-02T10:00:00", **more}


def pulled(answer: Any, settings: Mapping[str, str] = OURS, **more: Any) -> tuple[FeedPage, FakeClient]:
    client = FakeClient(getEvents=answer, confirm="OK", **more)
    return desk(FeedDesk, client, settings).pull("", list), client


@pytest.mark.parametrize(
    ("answer", "receipt", "more"),
    [
        (package(event("1601")), "7", False),
        (package(event("1601"), complete=False), "7", True),
        (package(event("1601"), doc=5_000_000_001), "5000000001", False),
        (package(doc=0), "", False),
        (package(doc=0, complete=False), "", False),
        (package(), "", False),  # a document without events
        (package(complete=False), "", False),
        (None, "", False),
    ],
)
def test_only_a_package_that_was_read_is_ever_to_be_confirmed(answer: Any, receipt: str, more: bool) -> None:
    page, client = pulled(answer)
    assert (page.receipt, page.more, page.cursor) == (receipt, more, "")
    assert client.asked == [("getEvents", {"maxRowCount": 500}, False)]


def test_a_page_tells_of_each_order_once() -> None:
    rows = [event("1601"), event("1601", "wb-2-1"), event("2101"), event("2101", dpdOrderNr="RU2", clientOrderNr=None)]
    page, _ = pulled(package(*rows))
    told = [(state.number, state.tracking_number, [each.code for each in state.events]) for state in page.states]
    assert told == [
        ("wb-1-1", "RU1", ["1601", "2101"]), ("wb-2-1", "RU1", ["1601"]), ("", "RU2", ["2101"]),
    ]  # fmt: skip
    assert {state.decision for state in page.states} == {Decision.ACCEPTED}


def test_an_offer_without_a_number_is_still_pending() -> None:
    page, _ = pulled(package(event("1101", dpdOrderNr=None)))
    [state] = page.states
    assert (state.decision, state.order_number, state.events[0].problem is not None) == (Decision.PENDING, "", True)


def test_of_several_parcels_their_states_are_asked_for() -> None:
    def states(body: Mapping[str, Any]) -> dict[str, Any]:
        assert body == {"clientOrderNr": "wb-1-1"}
        rows = [(f"wb-1-1-{n}-2D", f"15{n}") for n in (1, 2)]
        moment = datetime(2026, 3, 2, 13)  # noqa: DTZ001 - as zeep gives it
        return {
            "states": [
                {"clientParcelNr": ours, "dpdParcelNr": theirs, "newState": "OnRoad", "transitionTime": moment}
                for ours, theirs in rows
            ]
        }

    page, client = pulled(package(event("2101", parcel="1-2D")), getStatesByClientOrder=states)
    assert client.operations() == ["getEvents", "getStatesByClientOrder"]
    assert [(each.code, each.status) for state in page.states for each in state.events] == [
        ("2101", None), ("OnRoad", Status.IN_TRANSIT),
    ]  # fmt: skip


def test_what_cannot_be_asked_now_is_asked_with_the_package_again_but_a_fault_holds_nobody_up() -> None:
    several = package(event("2101", parcel="1-2D"))
    with pytest.raises(Unavailable):
        pulled(several, getStatesByClientOrder=Unavailable("down"))
    page, _ = pulled(several, getStatesByClientOrder=said("Что-то со странным заказом"))
    assert (page.receipt, [state.events for state in page.states][1:]) == ("7", [()])


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (said("Сервис временно недоступен"), Unavailable),
        (Unavailable("x"), Unavailable),
        (account_refused(), AccountProblem),
    ],
)
def test_a_pull_that_failed_says_so(error: Exception, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        pulled(error)


def test_confirming_names_the_document_and_does_no_harm_twice() -> None:
    client = FakeClient(confirm="OK")
    desk(FeedDesk, client, OURS).confirm("5000000001")
    assert client.asked == [("confirm", {"docId": 5_000_000_001}, False)]
    desk(FeedDesk, FakeClient(confirm=said("Документ 7 не найден или уже подтвержден")), OURS).confirm("7")
    with pytest.raises(Unavailable):
        desk(FeedDesk, FakeClient(confirm=Unavailable("down")), OURS).confirm("7")


def test_accounts_of_one_number_share_an_inbox_and_its_name_holds_no_secret() -> None:
    keys = [desk(FeedDesk, FakeClient(), {**each, "client_key": "SECRET"}).feed_key for each in (OURS, OURS, SHARED)]
    assert keys == ["1001", "1001", "1001 shared"]


# --- beside another program -------------------------------------------------------------------------------------------


def watched(cursor: str, numbers: Sequence[str], answer: Any) -> tuple[FeedPage, FakeClient]:
    client = FakeClient(getStatesByDPDOrder=answer)
    page: FeedPage = desk(FeedDesk, client, SHARED).pull(cursor, lambda: numbers)
    return page, client


def moved(body: Mapping[str, Any]) -> dict[str, Any]:
    row = {"dpdParcelNr": "15", "newState": "OnRoad", "transitionTime": datetime(2026, 3, 2, 13)}  # noqa: DTZ001
    return {"states": [row | {"dpdOrderNr": body["dpdOrderNr"]}]}


def test_orders_are_asked_for_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "READ_AT_ONCE", 2)
    numbers = ["RU3", "RU1", "RU2"]
    first, client = watched("", numbers, moved)
    assert (first.cursor, first.more, first.receipt) == ("RU2", True, "")
    assert [state.tracking_number for state in first.states] == ["RU1", "RU2"]
    assert client.operations() == ["getStatesByDPDOrder"] * 2
    last, _ = watched(first.cursor, numbers, moved)
    assert (last.cursor, last.more, [state.order_number for state in last.states]) == ("", False, ["RU3"])
    assert watched("", [], moved)[0] == FeedPage()


def test_an_order_that_nobody_scanned_tells_nothing_and_one_that_is_silent_costs_no_other() -> None:
    def some(body: Mapping[str, Any]) -> dict[str, Any]:
        if body["dpdOrderNr"] == "RU1":
            raise said("Посылки еще не поступили")
        if body["dpdOrderNr"] == "RU2":
            raise Unavailable("slow")
        return moved(body)

    page, _ = watched("", ["RU1", "RU2", "RU3"], some)
    assert [state.tracking_number for state in page.states] == ["RU3"]
    with pytest.raises(Unavailable):
        watched("", ["RU2"], some)
