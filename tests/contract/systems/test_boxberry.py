"""What only Boxberry has, over real HTTP: names for codes, errors inside HTTP 200, tokens in links, a balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, InPart, Left, OrderState
from b24app.logistics.papers import PDF
from b24app.logistics.status import Incident, Status
from b24app.systems.boxberry.tracking import unpacked
from tests.contract.systems.boxberry_harness import API, BLOCKED, BoxberryHarness
from tests.contract.systems.parts import Where

if TYPE_CHECKING:
    from sandbox.world import World

CANCEL, SEND = Where(API, "GET", "CancelOrder"), Where(API, "GET", "ParselSend&")


@pytest.fixture
def box(world: World) -> Iterator[BoxberryHarness]:
    harness = BoxberryHarness(world)
    yield harness
    harness.close()
    world.control.clear_faults()


def act(box: BoxberryHarness, *states: OrderState) -> Any:
    return box.port.hand_over([state.remote_id for state in states], box.world.clock.now().date() + timedelta(days=1))


def statuses(box: BoxberryHarness, state: OrderState) -> list[Status]:
    return [event.status for event in box.port.read(state.remote_id).events if event.status]


def told(box: BoxberryHarness, state: OrderState) -> dict[str, Any]:
    return dict(box.port._rows([state.remote_id])[state.remote_id])


# --- one intent, one order --------------------------------------------------------------------------------------------


def test_a_taken_number_is_looked_up_and_what_is_ours_is_adopted(box: BoxberryHarness) -> None:
    """Before, during and after the remote applied the call: one order in the end, whoever asks again without a look."""
    request = box.request()
    for action in ("break_before", "break_after", "status"):
        box.strike(action, box.creating(), status=502)
        assert box.raised(lambda: box.port.create(request)) == "Uncertain"
        box.no_faults()
    again = box.port.create(request)
    assert (again.decision, again.remote_id) == (Decision.ACCEPTED, "wb-1-1")
    assert box.accepted("wb-1-1") == 1


def test_a_number_that_somebody_elses_order_has_is_taken(box: BoxberryHarness) -> None:
    box.make()
    stranger = box.request(recipient=Recipient("Другой Человек", "", "+79000001470"))
    with pytest.raises(Refused) as caught:
        box.port.create(stranger)
    assert caught.value.problems[0].code == "number_taken"


def test_a_deleted_order_may_keep_its_number(box: BoxberryHarness) -> None:
    """The contract does not say: taken sends the next number, free takes the same."""
    box.port.cancel(box.make().remote_id)
    assert box.port.find("wb-1-1") is None
    with pytest.raises(Refused) as caught:
        box.port.create(box.request())
    assert caught.value.problems[0].code == "number_taken"
    box.switch(cancelled_number="free")
    assert box.port.create(box.request()).decision is Decision.ACCEPTED


@pytest.mark.parametrize("nothing", ["empty", "error"])
def test_nothing_found_is_a_list_or_a_text(box: BoxberryHarness, nothing: str) -> None:
    box.switch(nothing_found=nothing)
    assert box.port.find("wb-404-1") is None
    assert box.port.read("wb-404-1").gone
    assert box.port.cancel("wb-404-1").gone


@pytest.mark.parametrize("shape", ["err", "list", "err_message", "error_message"])
def test_every_method_is_understood_in_every_shape(box: BoxberryHarness, shape: str) -> None:
    box.switch(error_shape=shape, nothing_found="error")
    assert box.port.find("wb-404-1") is None
    assert box.port.point("no-such-point") is None
    with pytest.raises(Refused) as caught:
        box.port.create(box.request(recipient=Recipient("А", "12345", None)))
    assert caught.value.problems[0].code == "phone_refused"
    state = box.make()
    act(box, state)
    box.move(state, "delivered")
    with pytest.raises(Refused) as caught:
        box.port.change(state.remote_id, box.request(), box.request(recipient=Recipient("Пётр", "", "+79000001463")))
    assert caught.value.problems[0].code == "too_late_to_change"
    with pytest.raises(AccountProblem):
        box.open(token="0" * 32).find("wb-1-1")


@pytest.mark.parametrize("answer", ["error", "429", "empty"])
def test_above_their_limit_nothing_is_lost(box: BoxberryHarness, answer: str) -> None:
    """What is answered there is unknown: a text and HTTP 429 say that nothing was done, an empty body says nothing."""
    box.port.city(read_address("Казань"))
    box.switch(rate_limit=1, rate_answer=answer)
    box.advance(2)
    box.port.find("wb-1-1")
    assert box.raised(lambda: box.port.find("wb-1-1")) == "Unavailable"
    assert box.raised(lambda: box.port.create(box.request())) == ("Uncertain" if answer == "empty" else "Unavailable")
    assert box.accepted("wb-1-1") == 0


def test_a_blocked_account_stops_at_once_and_goes_on_when_it_is_free(box: BoxberryHarness) -> None:
    box.port.city(read_address("Казань"))
    token = box.account()["token"]
    box.control("POST", f"accounts/{token}", {"blocked": True})
    with pytest.raises(AccountProblem) as caught:
        box.port.create(box.request())
    assert caught.value.problem.their_text == BLOCKED
    steps = list(box.port.test())
    assert [(step.name, step.ok) for step in steps] == [("settings", True), ("sign_in", False)]
    box.control("POST", f"accounts/{token}", {"blocked": False})
    assert box.port.create(box.request()).decision is Decision.ACCEPTED


def test_a_text_that_the_connection_test_cannot_read_is_about_the_token(box: BoxberryHarness) -> None:
    """Nothing else can be wrong with a list that needs no parameters, whatever the real words are."""
    box.switch(wrong_token_text="Что-то пошло не так")
    *_, last = list(box.open(token="0" * 32).test())
    assert (last.name, last.problem.code, last.problem.their_text) == (
        "sign_in",
        "account_refused",
        "Что-то пошло не так",
    )


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_what_boxberry_changed_on_its_own_is_told(box: BoxberryHarness) -> None:
    state = box.port.create(box.request(declared=Money.of("0.01")))
    assert [(each.code, each.their_text) for each in state.warnings] == [
        ("warning_unknown", "Объявленная стоимость изменена на 5 руб.")
    ]
    assert told(box, state)["declared_cost"] == "5"


def test_money_and_boxes_are_theirs_to_the_kopeck_and_gram(box: BoxberryHarness) -> None:
    boxes = (Parcel(5, 11, 11, 11, box.request().parcels[0].items), Parcel(30_000, 1200, 800, 500))
    row = told(box, box.port.create(box.request(parcels=boxes, cod=Money.of("899.99"))))
    assert row["payment_amount"] == "899.99"
    assert [(each["weight"], each["x"], each["y"], each["z"]) for each in row["boxes_data"]] == [
        (5, 2, 2, 2), (30_000, 80, 50, 120),
    ]  # fmt: skip
    assert sum(round(each["price"] * 100) * each["quantity"] for each in row["products"]) == 89_999


def test_namesakes_reach_the_courier_of_the_right_one(box: BoxberryHarness) -> None:
    state = box.port.create(box.request(address=read_address("Московская область, г. Королёв, ул. Мира, 1")))
    assert told(box, state)["courier_delivery"]["city"] == "Королёв"
    with pytest.raises(Refused) as caught:
        box.port.create(box.request("wb-2-1", address=read_address("Королёв, ул. Мира, 1")))
    assert caught.value.problems[0].code == "city_ambiguous"
    with pytest.raises(Refused) as caught:
        box.port.create(box.request("wb-2-1", address=read_address("Норильск, ул. Мира, 1")))
    assert caught.value.problems[0].code in ("city_unknown", "delivery_not_served")
    assert box.accepted("wb-2-1") == 0


def test_a_point_refuses_what_it_does_not_take_before_anything_is_sent(box: BoxberryHarness) -> None:
    request = box.point_request()
    codes = {}
    for change, asked in (
        ({"OnlyPrepaidOrders": "Yes"}, replace(request, cod=Money.of(1))),
        ({"LoadLimit": 1}, replace(request, parcels=(Parcel(1001, 0, 0, 0),))),
    ):
        described = box.port._client.get("PointsDescription", code=request.point_code).data
        renamed = (
            {"PrepaidOrdersOnly": "1", **described}
            if "LoadLimit" in change
            else {**described, "PrepaidOrdersOnly": "1"}
        )
        renamed["LoadLimit"] = str(change.get("LoadLimit", described["LoadLimit"]))
        box.strike("status", Where(API, "GET", "PointsDescription"), status=200, body=renamed)
        with pytest.raises(Refused) as caught:
            box.open_anew().create(asked)
        box.no_faults()
        codes[next(iter(change))] = caught.value.problems[0].code
    assert codes == {"OnlyPrepaidOrders": "point_no_cod", "LoadLimit": "point_weight"}
    box.control("POST", f"points/{request.point_code}", {"open": False})
    with pytest.raises(Refused) as caught:
        box.open_anew().create(request)
    assert caught.value.problems[0].code == "point_unknown"
    assert box.accepted(request.number) == 0


def test_the_document_shown_is_the_document_sent(box: BoxberryHarness) -> None:
    request = box.request()
    shown = box.port.preview(request)
    box.port.create(request)
    assert shown.url.endswith("/json.php")
    assert shown.body["sdata"] == box.control("GET", "orders/wb-1-1")["sdata"]


# --- acts, recall, papers ---------------------------------------------------------------------------------------------


def test_deleted_before_its_act_called_back_after_it_and_too_late_once_it_moved(box: BoxberryHarness) -> None:
    one, two, three = (box.make(f"wb-{n}-1") for n in (1, 2, 3))
    assert box.port.cancel(one.remote_id).gone
    act(box, two, three)
    back = box.port.cancel(two.remote_id)
    assert (back.gone, back.cancel) == (False, Decision.ACCEPTED)
    read = box.port.read(two.remote_id)
    assert (read.cancel, read.events[-1].status, read.events[-1].incident) == (
        Decision.ACCEPTED, Status.CANCELLED, Incident.SENDER_REQUEST,
    )  # fmt: skip
    assert box.port.cancel(two.remote_id).cancel is Decision.ACCEPTED
    assert box.returned("wb-2-1") == 1
    box.move(three, "accepted_at_warehouse")
    with pytest.raises(Refused) as caught:
        box.port.cancel(three.remote_id)
    assert caught.value.problems[0].code == "too_late_to_cancel"


@pytest.mark.parametrize("acted", [False, True])
def test_a_lost_answer_of_a_cancellation_is_settled_by_asking_again(box: BoxberryHarness, acted: bool) -> None:
    state = box.make()
    if acted:
        act(box, state)
    for action in ("break_before", "break_after"):
        box.strike(action, CANCEL)
        assert box.raised(lambda: box.port.cancel(state.remote_id)) == "Uncertain"
        box.no_faults()
    assert box.port.cancel(state.remote_id).cancel is Decision.ACCEPTED
    assert (box.live("wb-1-1"), box.returned("wb-1-1")) == ((1, 1) if acted else (0, 0))


def test_what_was_handed_over_changes_by_other_methods(box: BoxberryHarness) -> None:
    state, before = box.make(), box.request()
    act(box, state)
    box.move(state, "in_transit")
    after = box.request(recipient=Recipient("Пётр", "", "+79000001463"), address=read_address("Москва, ул. Мира, 7"))
    assert box.port.change(state.remote_id, before, after).changes[-1].decision is Decision.ACCEPTED
    assert box.port.changed(state.remote_id, after) is not None
    assert told(box, state)["courier_delivery"]["city"] == "Москва"
    point = box.point_request().point_code
    to_point = replace(after, kind=DeliveryKind.PICKUP, address=None, point_code=point)
    box.port.change(state.remote_id, after, to_point)
    assert told(box, state)["pickup_point"]["pickup_point_code"] == point
    with pytest.raises(Refused) as caught:
        box.port.change(state.remote_id, to_point, replace(to_point, cod=Money.of(100)))
    assert caught.value.problems[0].code == "too_late_to_change"


def test_an_act_of_orders_that_are_partly_in_one(box: BoxberryHarness) -> None:
    one, two = box.make("wb-1-1"), box.make("wb-2-1")
    first = act(box, one)
    both = act(box, one, two)
    assert both.handed == ("wb-1-1", "wb-2-1")
    assert both.key not in ("", first.key)
    assert act(box, one).key == first.key
    box.advance(73 * 3600)
    late = act(box, one, two)
    assert (late.handed, late.key, dict(late.refused)) == (("wb-1-1", "wb-2-1"), "", {})


def test_one_that_an_act_does_not_take_spoils_no_other(box: BoxberryHarness) -> None:
    one, two = box.make("wb-1-1"), box.make("wb-2-1")
    words = f"Не все из перечисленных посылок можно поместить в акт: ({one.tracking_number})"
    box.strike("status", SEND, status=200, body={"err": words})
    done = act(box, one, two)
    assert done.handed == ("wb-2-1",)
    assert [problem.code for problem in done.refused["wb-1-1"]] == ["order_not_ready"]
    assert box.control("GET", "orders/wb-1-1")["act"] == ""
    assert box.control("GET", "orders/wb-2-1")["act"] == done.key


def test_more_than_a_query_holds_make_several_acts(box: BoxberryHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("b24app.systems.boxberry.desk.MOST_IN_ACT", 2)
    states = [box.make(f"wb-{n}-1") for n in range(1, 4)]
    done = act(box, *states)
    assert done.handed == tuple(state.remote_id for state in states)
    assert len(set(done.key.split(","))) == 2
    assert act(box, *states).key == done.key


def test_a_lost_act_is_told_by_the_list_of_those_in_none(box: BoxberryHarness) -> None:
    state = box.make()
    for action in ("break_before", "break_after"):
        box.strike(action, SEND)
        with pytest.raises(Uncertain):
            act(box, state)
        box.no_faults()
    assert act(box, state).handed == ("wb-1-1",)
    assert len(box.world.control.journal(system="boxberry", kind="act.made")) == 1


def test_the_token_in_a_label_link_stays_on_the_server(box: BoxberryHarness) -> None:
    """The link is never followed nor kept: only the number of the file, asked for at our own address."""
    state = box.make()
    foreign = {
        "label": "http://evil.example/parcel-files/barcodes?parcel_id=" + state.tracking_number[3:] + "&token=stolen"
    }
    box.strike("status", Where(API, "GET", "ParselCheck"), status=200, body=foreign)
    paper = box.port.ask_paper("label", state.remote_id)
    assert paper.key == state.tracking_number[3:]
    assert box.port.fetch_paper("label", paper.key).startswith(PDF)
    links = [record.url for record in box.calls.records if record.label.startswith("files.")]
    assert links == [f"{box.base_url()}/parcel-files/barcodes?…"]
    box.switch(label_seconds=1.0)
    box.advance(60)
    assert box.raised(lambda: box.port.fetch_paper("label", paper.key)) == "Refused"


def test_an_act_has_a_paper_once_it_is_made(box: BoxberryHarness) -> None:
    state = box.make()
    with pytest.raises(Refused) as caught:
        box.port.ask_paper("act", state.remote_id)
    assert caught.value.problems[0].code == "paper_refused"
    made = act(box, state)
    assert box.port.ask_paper("act", state.remote_id).key == made.key


# --- following --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wording", "dates"), [("short", "space"), ("long", "iso"), ("long", "slash")])
def test_both_generations_of_names_and_all_dates_tell_the_same(box: BoxberryHarness, wording: str, dates: str) -> None:
    box.switch(wording=wording, date_format=dates)
    request = box.point_request("wb-1-1")
    state = box.port.create(request)
    box.control("POST", "orders/wb-1-1/route", {"route": "returned"})
    box.advance(86400)
    assert statuses(box, state) == [
        *[Status.CREATED] * 2, Status.ACCEPTED_AT_WAREHOUSE, *[Status.IN_TRANSIT] * 3, Status.READY_FOR_PICKUP,
        *[Status.RETURNING] * 3, Status.RETURNED,
    ]  # fmt: skip


def test_a_visit_that_was_postponed_and_a_line_that_came_twice(box: BoxberryHarness) -> None:
    box.switch(wording="long")
    state, other = box.make("wb-1-1"), box.make("wb-2-1")
    box.control("POST", "orders/wb-1-1/route", {"route": "second_attempt"})
    box.control("POST", "orders/wb-2-1/route", {"route": "doubled"})
    box.advance(86400)
    assert statuses(box, state)[-4:] == [
        Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED, Status.OUT_FOR_DELIVERY, Status.DELIVERED,
    ]  # fmt: skip
    failed = next(event for event in box.port.read("wb-1-1").events if event.status is Status.DELIVERY_FAILED)
    assert (failed.incident, failed.problem) == (Incident.RESCHEDULED, None)
    events = box.port.read(other.remote_id).events
    assert len({event.key for event in events}) == len(events)


def test_a_part_that_was_handed_out_is_asked_for_once_the_order_was(box: BoxberryHarness) -> None:
    """Whatever the account is set to: the buyer may have chosen it."""
    plain = box.open(issue="1")
    state = plain.create(box.request(extras=("partial",)))
    box.calls.records.clear()
    plain.read(state.remote_id)
    assert box.calls.labels() == ["ParcelInfo", "ListStatuses"]
    box.control("POST", "orders/wb-1-1/route", {"route": "partial"})
    box.advance(86400)
    read = plain.read(state.remote_id)
    assert (read.events[-1].incident, read.in_part) == (Incident.PARTIAL, plain.read_many(["wb-1-1"])[0].in_part)


def test_what_was_left_and_what_was_collected_for_the_rest_is_told(box: BoxberryHarness) -> None:
    tea, cup = Item("Чай", "TEA", 3, Money.of(100), 100), Item("Кружка", "CUP", 1, Money.of(250), 300)
    asked = box.request(cod=Money.of("600.50"), parcels=(Parcel(800, 200, 150, 100, (tea, cup)),))
    box.open(issue="2").create(asked)
    box.control("POST", "orders/wb-1-1/status", {"code": "Выдано", "partial": True, "left": {"TEA": 2}})
    part = InPart((Left(Decimal(2), "TEA", "Чай"),), Money.of("400.50"))
    assert box.open(issue="2").read("wb-1-1").in_part == part


def test_an_order_that_only_has_a_history_left_is_not_gone(box: BoxberryHarness) -> None:
    """Nobody says how long `ParcelInfo` shows what was handed out."""
    state = box.make()
    box.move(state, "delivered")
    box.strike("status", Where(API, "POST", "ParcelInfo"), status=200, body=[])
    read = box.port.read(state.remote_id)
    assert (read.gone, read.events[-1].status) == (False, Status.DELIVERED)


def test_other_orders_than_asked_for_are_no_answer(box: BoxberryHarness) -> None:
    box.make()
    row = told(box, box.make("wb-2-1"))
    box.strike("status", Where(API, "POST", "ParcelInfo"), status=200, body=[row])
    with pytest.raises(Unavailable):
        box.port.find("wb-1-1")


def test_the_balance_costs_one_call_and_names_what_changed(box: BoxberryHarness) -> None:
    """Of many orders under way only those are read whose name is another one, and those that dropped out."""
    orders = [box.make(f"wb-{n}-1") for n in range(1, 6)]
    page = box.port.pull("", list)
    assert page.read_again == ()
    assert set(unpacked(page.cursor)) == {state.number for state in orders}
    box.move(orders[0], "in_transit")
    box.move(orders[1], "delivered")
    box.port.cancel(orders[2].remote_id)
    box.calls.records.clear()
    again = box.port.pull(page.cursor, list)
    assert box.calls.labels() == ["OrdersBalance"]
    assert sorted(again.read_again) == ["wb-1-1", "wb-2-1", "wb-3-1"]
    assert box.port.pull(again.cursor, list).read_again == ()
    assert box.port.read("wb-3-1").gone
    # Lost with its cursor, the whole balance is news once; what has only been created is none.
    assert box.port.pull("", list).read_again == ("wb-1-1",)
    assert box.port.feed_key not in ("", box.settings["token"])
    assert box.open(token="0" * 32).feed_key != box.port.feed_key


def test_all_points_are_listed_those_for_prepaid_orders_and_lockers_too(box: BoxberryHarness) -> None:
    found = box.port.points(0).points
    assert {point.takes.kind for point in found} == {"office", "locker"}
    assert {point.takes.cod for point in found} == {True, False}
    assert {point.code[0] for point in found} >= {"0"}  # leading zeros survive
    box.switch(work_schedule=True)
    assert all(point.hours.week for point in box.port.points(0).points)


@pytest.mark.parametrize("body", [[], {"err": "Нет"}, [{"err": "Нет"}], "", '[{"Code": "1"'])
def test_a_list_that_is_none_never_empties_the_map(box: BoxberryHarness, body: Any) -> None:
    answer = {"status": 200, "body": body, "content_type": "application/json"}
    box.strike("status", Where(API, "GET", "ListPoints"), **answer)
    with pytest.raises(Unavailable):
        box.port.points(0)
    box.no_faults()
    box.strike("status", Where(API, "GET", "ListPoints"), status=200, body={"err": BLOCKED})
    with pytest.raises(AccountProblem):
        box.port.points(0)
