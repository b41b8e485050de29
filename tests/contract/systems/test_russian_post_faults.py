"""Russian Post when it answers late, oddly or not at all: nothing is sent twice, nothing is taken for granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.model import Item, Parcel
from b24app.logistics.money import Money
from b24app.logistics.order import OrderState, is_ours
from b24app.logistics.status import Status
from b24app.systems.russian_post import feed
from b24app.systems.russian_post.papers import joined
from tests.contract.systems.russian_post_harness import RussianPostHarness, alone

if TYPE_CHECKING:
    from sandbox.world import World

ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
ANSWER = (
    '<p:answerByTicketResponse xmlns:p="http://fclient.russianpost.org/postserver" '
    'xmlns:f="http://fclient.russianpost.org">{}</p:answerByTicketResponse>'
)
CUP = Item("Чашка", "CUP-1", 1, Money.of(450), 300)
TWO = (Parcel(700, 200, 150, 100, (CUP,)), Parcel(900, 300, 200, 150, (CUP,)))


@pytest.fixture
def post(running_world: World) -> Iterator[RussianPostHarness]:
    yield from alone(running_world)


def said(call: Callable[[], object]) -> str:
    try:
        call()
    except LogisticsError as error:
        return type(error).__name__
    return ""


def answers(post: RussianPostHarness, path: str, method: str, body: Any, status: int = 200) -> None:
    """The next such call is answered so."""
    post.fault("status", path, method, status=status, body=body)


# --- creating ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"result-ids": [1]},
        {"orders": [], "result-ids": []},
        {"orders": [{"barcode": "", "order-num": "wb-1-1", "result-id": 1}]},
        {"orders": [{"order-num": "wb-1-1", "result-id": 1}]},
        {"orders": ["80123400000001"]},
        {"orders": {"barcode": "80123400000001"}},
        [1],
    ],
)
def test_an_answer_that_names_no_barcode_is_looked_up(post: RussianPostHarness, body: Any) -> None:
    answers(post, "/2.0/user/backlog", "PUT", body)
    assert said(lambda: post.port.create(post.request())) == "Uncertain"
    assert post.live("wb-1-1") == 0
    assert post.port.find("wb-1-1") is None


@pytest.mark.parametrize("action", ["break_before", "break_after"])
@pytest.mark.parametrize("step", ["/1.0/backlog/search", "/2.0/user/backlog"])
def test_two_items_survive_a_break_at_each_step(post: RussianPostHarness, action: str, step: str) -> None:
    """Before, while and after the Post does it: in the end there are exactly two items."""
    request = post.request(parcels=TWO)
    post.fault(action, step)
    assert said(lambda: post.port.create(request)) in ("Unavailable", "Uncertain")
    post.no_faults()
    done = post.deliver(request)
    assert is_ours(request, done)
    assert (post.live("wb-1-1"), len(done.tracking_number.split(","))) == (2, 2)


def test_what_searches_find_beside_is_not_ours(post: RussianPostHarness) -> None:
    """By a barcode, of a longer number, without an id."""
    made = post.make()
    assert post.port.find(made.tracking_number) is None
    assert post.port.find("wb-1-11") is None
    answers(post, "/1.0/backlog/search", "GET", [{"order-num": "wb-1-1"}, "text", None])
    assert post.port.find("wb-1-1") is None


@pytest.mark.parametrize("status", [400, 404, 407, 422])
def test_a_refused_search_proves_nothing(post: RussianPostHarness, status: int) -> None:
    answers(post, "/1.0/backlog/search", "GET", {"status": status, "message": "…"}, status)
    assert said(lambda: post.port.find("wb-1-1")) == "Unavailable"
    answers(post, "/1.0/backlog/search", "GET", {"errors": []})
    assert said(lambda: post.port.find("wb-1-1")) == "Unavailable"


# --- handing over -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["break_before", "break_after"])
@pytest.mark.parametrize(
    ("step", "method"),
    [("/1.0/user/backlog", "POST"), ("/1.0/user/shipment", "POST"), ("/1.0/batch/*/shipment", "GET"),
     ("/1.0/batch/*/checkin", "POST")],
)  # fmt: skip
def test_a_hand_over_survives_a_break_at_each_step(
    post: RussianPostHarness, action: str, step: str, method: str
) -> None:
    """Two orders, one with a label already, in a batch of its own: afterwards both are in one, checked in once."""
    orders = [post.make(f"wb-{n}-1") for n in (1, 2)]
    post.port.ask_paper("label_a6", orders[0].remote_id)
    ids, day = [order.remote_id for order in orders], post.world.clock.now().date()
    post.fault(action, step, method)
    assert said(lambda: post.port.hand_over(ids, day)) in ("Unavailable", "Uncertain")
    post.no_faults()
    done = post.port.hand_over(ids, day)
    assert (done.handed, dict(done.refused)) == (tuple(ids), {})
    assert {post.detail(order)["batch_status"] for order in orders} == {"FROZEN"}
    assert len(post.world.control.journal(system="russian_post", kind="batch.checked_in")) == 1


def test_a_hand_over_reads_no_more_than_it_must(post: RussianPostHarness) -> None:
    answers(post, "/1.0/user/shipment", "POST", {"batches": [{"batch-status": "CREATED"}, {}]})
    made = post.make()
    done = post.port.hand_over([made.remote_id], post.world.clock.now().date())
    assert done.key == ""


def test_yesterday_is_today_where_the_person_is(post: RussianPostHarness) -> None:
    """Moscow's day begins before Kaliningrad's ends; a day that is really over is refused."""
    made = post.make()
    moscow = (post.world.clock.now() + timedelta(hours=3)).date()
    assert post.port.hand_over([made.remote_id], moscow - timedelta(days=1)).handed == (made.remote_id,)
    other = post.make("wb-2-1")
    assert post.port.hand_over([other.remote_id], moscow - timedelta(days=2)).handed == ()


# --- cancelling, changing ---------------------------------------------------------------------------------------------


def test_what_is_left_of_two_items_is_cancelled_too(post: RussianPostHarness) -> None:
    made = post.port.create(post.request(parcels=TWO))
    first = made.tracking_number.split(",")[0]
    number = post.control("GET", f"orders/{first}")["id"]
    post.port._client.call("POST", "1.0/user/shipment", "test", json=[number])  # one of them alone is in a batch
    assert not post.port.read(made.remote_id).gone
    post.fault("status", "/1.0/backlog", "DELETE", status=500)
    assert said(lambda: post.port.cancel(made.remote_id)) == "Uncertain"
    assert post.live("wb-1-1") == 1
    assert post.port.cancel(made.remote_id).gone
    assert post.live("wb-1-1") == 0


def test_a_change_that_stopped_between_two_items_is_finished(post: RussianPostHarness) -> None:
    before = post.request(parcels=TWO)
    after = replace(before, comment="Звонить за час")
    made = post.port.create(before)
    second = post.control("GET", f"orders/{made.tracking_number.split(',')[1]}")["id"]
    post.fault("break_before", f"/1.0/backlog/{second}", "PUT")
    assert said(lambda: post.port.change(made.remote_id, before, after)) == "Uncertain"
    assert post.port.changed(made.remote_id, after) is None
    post.port.change(made.remote_id, before, after)
    found = post.port.changed(made.remote_id, after)
    assert found is not None
    assert found.changes
    with pytest.raises(Refused) as caught:
        post.port.change(made.remote_id, before, post.request())
    assert caught.value.problems[0].code == "change_refused"
    assert post.port.changed("wb-404-1", after).gone


# --- papers, points ---------------------------------------------------------------------------------------------------


def test_a_label_whose_batch_was_not_answered_is_asked_for_again(post: RussianPostHarness) -> None:
    made = post.make()
    post.fault("break_after", "/1.0/user/shipment", "POST")
    assert said(lambda: post.port.ask_paper("label_a6", made.remote_id)) == "Unavailable"
    batch = post.detail(made)["batch"]
    key = post.port.ask_paper("label_a6", made.remote_id).key
    assert post.detail(made)["batch"] == batch != ""
    post.port.hand_over([made.remote_id], post.world.clock.now().date())
    assert post.port.fetch_paper("label_a5", key).startswith(b"%PDF-")


def test_the_cash_form_comes_with_the_others(post: RussianPostHarness) -> None:
    made = post.port.create(post.request(cod=Money.of(450)))
    key = post.port.ask_paper("forms", made.remote_id).key
    assert b"f112pdf" in post.port.fetch_paper("forms", key)


def test_files_that_are_none_are_not_joined() -> None:
    assert joined([b"%PDF-one"]) == b"%PDF-one"
    with pytest.raises(Refused) as caught:
        joined([b"%PDF-broken", b"%PDF-too"])
    assert caught.value.problems[0].code == "paper_refused"


@pytest.mark.parametrize(
    ("answer", "want"),
    [({}, ""), ({"postal-code": ""}, ""), ([], ""), ("<html>", "Unavailable"), ({"status": 400, "message": "x"}, "")],
)
def test_an_odd_answer_about_an_office_is_no_office(post: RussianPostHarness, answer: Any, want: str) -> None:
    answers(post, "/postoffice/1.0/*", "GET", answer)
    found: list[object] = []
    assert said(lambda: found.append(post.open_anew().point("420000"))) == want
    assert found in ([], [None])


# --- tracking ---------------------------------------------------------------------------------------------------------


def pulled(port: Any, cursor: str, *orders: OrderState) -> Any:
    return port.pull(cursor, lambda: [order.tracking_number for order in orders])


def test_odd_answers_of_bulk_tracking(post: RussianPostHarness) -> None:
    """A fault, an empty envelope, no SOAP at all: the ticket is kept and asked for again."""
    made = post.make()
    cursor = pulled(post.port, "", made).cursor
    post.advance(900)
    empty = ENVELOPE.format(ANSWER.format(""))
    fault = ENVELOPE.format("<s:Fault><faultcode>s:Server</faultcode><faultstring>broken</faultstring></s:Fault>")
    for body, status in ((fault, 500), ("{}", 200), ("", 503)):
        post.fault("status", "/fc", "POST", status=status, body=body, content_type="text/xml")
        assert said(lambda: pulled(post.port, cursor, made)) == "Unavailable"
        post.no_faults()
    post.fault("status", "/fc", "POST", status=200, body=empty, content_type="text/xml")
    assert pulled(post.port, cursor, made).states == ()
    assert len(pulled(post.port, cursor, made).states) == 1


@pytest.mark.parametrize("number", [2, 16, 20])
def test_other_errors_of_a_ticket_wait(post: RussianPostHarness, number: int) -> None:
    made = post.make()
    cursor = pulled(post.port, "", made).cursor
    post.advance(900)
    body = ENVELOPE.format(ANSWER.format(f'<error ErrorTypeID="{number}" ErrorName="…"/>'))
    post.fault("status", "/fc", "POST", status=200, body=body, content_type="text/xml")
    with pytest.raises(Unavailable) as caught:
        pulled(post.port, cursor, made)
    assert (str(number) in str(caught.value), caught.value.retry_after) == (True, 900.0)


def test_items_of_one_order_are_told_together(post: RussianPostHarness) -> None:
    """One by one two items are two requests, and the order is told of when both have answered."""
    made = post.port.create(post.request(parcels=TWO))
    for barcode in made.tracking_number.split(","):
        post.control("POST", f"orders/{barcode}/status", {"code": "1/2", "where": "from"})
    single = post.open(tracking="single", tracking_daily="0")
    [state] = pulled(single, "", made).states
    assert state.tracking_number == made.tracking_number
    assert [event.status for event in state.events].count(Status.ACCEPTED_AT_WAREHOUSE) == 2
    post.fault("status", "/rtm34", "POST", status=503, body="busy")
    assert said(lambda: pulled(single, "", made)) == "Unavailable"


def test_the_cheap_way_keeps_within_its_calls(post: RussianPostHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that had no turn are first in the next; a batch without our items is forgotten."""
    monkeypatch.setattr(feed, "CHEAP_CALLS", 2)
    orders = [post.make(f"wb-{n}-1") for n in range(3)]
    day = post.world.clock.now().date()
    names = [post.port.hand_over([order.remote_id], day).key for order in orders]
    for order in orders:
        post.control("POST", f"orders/{order.number}/status", {"code": "1/2", "where": "from"})
    cheap, cursor, told = post.open(tracking=""), " ".join(names), []
    for _ in range(3):
        post.calls.records.clear()
        page = pulled(cheap, cursor, *orders)
        assert len(post.calls.records) <= 2
        cursor = page.cursor
        told.append({state.tracking_number for state in page.states})
    assert [len(each) for each in told] == [2, 2, 2]
    assert set.union(*told) == {order.tracking_number for order in orders}
    assert pulled(cheap, cursor, orders[0]).cursor.split() == [names[0]] or names[0] in cursor
    with pytest.raises(AccountProblem):
        pulled(post.open(tracking="", token="wrong"), "", orders[0])


def test_an_item_with_an_unknown_writing_of_time_is_skipped(post: RussianPostHarness) -> None:
    made = post.make()
    cursor = pulled(post.port, "", made).cursor
    post.advance(900)
    rows = "".join(
        f'<f:Operation OperTypeID="{kind}" OperCtgID="1" OperName="…" DateOper="{at}" IndexOper="101000"/>'
        for kind, at in (("1", "10.02.2026 09:00:00"), ("8", "вчера"))
    )
    facts = 'FileName="a" FileTypeID="1" FileNumber="1" DatePreparation="b"'
    item = f'<value {facts}><f:Item Barcode="{made.tracking_number}">{rows}</f:Item></value>'
    body = ENVELOPE.format(ANSWER.format(item))
    post.fault("status", "/fc", "POST", status=200, body=body, content_type="text/xml")
    page = pulled(post.port, cursor, made)
    assert ([event.code for event in page.states[0].events], page.skipped) == (["1/1"], 1)


def test_the_login_of_one_service_is_not_tried_at_another(post: RussianPostHarness) -> None:
    """Without a tracking login the account still works, by the cheap way."""
    port = post.open(tracking_login="", tracking_password="")
    assert all(step.ok for step in port.test())
    made = port.create(post.request())
    assert pulled(port, "", made).states == ()
    assert [record.label for record in post.calls.records if record.label.startswith("tracking")] == []
    with pytest.raises(Uncertain):
        post.fault("html", "/2.0/user/backlog", "PUT", status=502)
        port.create(post.request("wb-2-1"))
