"""What only Russian Post has, over real HTTP: batches and check-in, papers after their step, quality codes, postamats,
several items an order, the public calculator's words, and three ways to track."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, Item, Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import OrderState, is_ours
from b24app.logistics.papers import PaperStage
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from b24app.systems.russian_post import feed
from tests.contract.systems.russian_post_harness import RussianPostHarness, alone

if TYPE_CHECKING:
    from sandbox.world import World

CUP = Item("Чашка", "CUP-1", 1, Money.of(450), 300)
TWO = (Parcel(700, 200, 150, 100, (CUP,)), Parcel(900, 300, 200, 150, (CUP,)))


@pytest.fixture
def post(running_world: World) -> Iterator[RussianPostHarness]:
    yield from alone(running_world)


def today(post: RussianPostHarness) -> Any:
    return post.world.clock.now().date()


def labels(post: RussianPostHarness) -> list[str]:
    return [record.label for record in post.calls.records]


def body_of(post: RussianPostHarness, state: OrderState) -> dict[str, Any]:
    found: dict[str, Any] = post.detail(state)["body"]
    return found


# --- orders -----------------------------------------------------------------------------------------------------------


def test_the_barcode_and_then_the_price_are_known_at_once(post: RussianPostHarness) -> None:
    made = post.port.create(post.request())
    assert (len(made.tracking_number), made.price) == (14, None)
    read = post.port.read(made.remote_id)
    rates = post.detail(made)["rates"]
    assert read.price == Money(rates["total"] + rates["vat"])
    assert rates["vat"] == round(rates["total"] * 0.22)
    assert read.price == post.port.quote(post.request()).price


def test_the_order_is_what_their_directory_made_of_the_address(post: RussianPostHarness) -> None:
    body = body_of(post, post.make())
    names = ("index-to", "region-to", "place-to", "street-to", "house-to", "slash-to", "corpus-to", "room-to")
    assert [body[name] for name in names[1:]] == ["Респ Татарстан", "г Казань", "ул Баумана", "44", "8", "2", "12"]
    assert 420000 <= body["index-to"] < 421000
    assert (body["surname"], body["given-name"], body["tel-address"]) == ("Северцева", "Мария", 79000001462)
    assert "unknown_fields" not in post.world.control.journal(system="russian_post", kind="rest.call")[-1]["data"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("UNDEF_02", "city_unknown"),
        ("UNDEF_04", "address_vague"),
        ("UNDEF_07", "city_unknown"),
        ("NOT_VALIDATED_HAS_AMBI", "city_ambiguous"),
        ("NOT_VALIDATED_HAS_ASSUMPTION", "address_doubtful"),
        ("NOT_VALIDATED_HAS_NEVER_BEEN_SEEN", ""),
        ("UNDEF_05", ""),
        ("OVERRIDDEN", ""),
    ],
)
def test_the_rule_to_ship(post: RussianPostHarness, word: str, code: str) -> None:
    """Quality and validation together; a flat that is not known is allowed."""
    address = read_address(f"Казань, ул. Баумана, 44 {word}")
    checked = post.port.check_address(address)
    assert (checked.problem.code if checked.problem else "") == code
    assert checked.exact is not bool(code)
    assert checked.normal.endswith("ул Баумана, 44")
    if code:
        with pytest.raises(Refused) as caught:
            post.port.create(post.request(address=address))
        assert caught.value.problems == (checked.problem,)
        assert post.accepted("wb-1-1") == 0


def test_an_address_is_cleaned_once_a_day(post: RussianPostHarness) -> None:
    """Every call counts against the account's daily number; a mobile phone needs no call at all."""
    for number in ("wb-1-1", "wb-2-1"):
        post.port.create(post.request(number))
    assert labels(post) == ["clean.address", "backlog.create", "backlog.create"]


def test_a_price_needs_no_more_than_a_city(post: RussianPostHarness) -> None:
    """What the rates of a tab are asked with: an order to it is refused, an unknown city has no price either."""
    city = post.request(address=read_address("Казань"))
    assert post.port.quote(city).price == post.port.quote(post.request()).price
    with pytest.raises(Refused) as caught:
        post.port.create(city)
    assert caught.value.problems[0].code == "address_vague"
    with pytest.raises(Refused) as caught:
        post.port.offers(post.request(address=read_address("Незнамоград")))
    assert caught.value.problems[0].code == "city_unknown"


def test_a_landline_is_held_against_their_directory(post: RussianPostHarness) -> None:
    person = post.request().recipient
    landline = replace(person, phone="+78432001122", phone_raw="8 (843) 200-11-22")
    made = post.port.create(post.request(recipient=landline))
    assert body_of(post, made)["tel-address"] == 78432001122
    wrong = replace(person, phone=None, phone_raw="200-11-22")
    with pytest.raises(Refused) as caught:
        post.port.create(post.request("wb-2-1", recipient=wrong))
    [problem] = caught.value.problems
    assert (problem.code, problem.field, problem.their_code) == ("phone_refused", Field.PHONE, "INCORRECT_DATA")


@pytest.mark.parametrize(("index", "size"), [("904001", "M"), ("904502", "M")])
def test_a_postamat_and_a_partners_point_are_addresses(post: RussianPostHarness, index: str, size: str) -> None:
    request = post.request(kind=DeliveryKind.PICKUP, point_code=index, address=None, service_code="online")
    price = post.port.quote(request).price
    made = post.port.create(request)
    body = body_of(post, made)
    assert (body["ecom-data"]["delivery-point-index"], body["dimension-type"], "index-to" in body) == (
        index,
        size,
        False,
    )
    assert body["mail-category"] == "COMBINED_WITH_DECLARED_VALUE"
    read = post.port.read(made.remote_id)
    assert (read.point_code, read.price) == (index, price)
    for service in ("parcel", "ems"):
        with pytest.raises(Refused) as caught:
            post.port.create(replace(request, number="wb-2-1", service_code=service))
        assert caught.value.problems[0].code == "service_mode"


def test_what_a_postamat_does_not_take_is_told_before(post: RussianPostHarness) -> None:
    request = post.request(kind=DeliveryKind.PICKUP, point_code="904001", address=None, service_code="online")
    heavy = replace(request.parcels[0], weight_g=15_001)
    for parcels, code in (((heavy,), "point_weight"), (TWO, "point_one_parcel")):
        with pytest.raises(Refused) as caught:
            post.port.create(replace(request, parcels=parcels))
        assert code in [problem.code for problem in caught.value.problems]
    with pytest.raises(Refused) as caught:
        post.port.create(replace(request, point_code="904999"))
    assert caught.value.problems[0].code == "point_unknown"
    assert post.accepted("wb-1-1") == 0


def test_the_public_calculator_explains_a_refusal(post: RussianPostHarness) -> None:
    """The contract's says UNDEFINED and no more."""
    post.switch(refused_types=["POSTAL_PARCEL"])
    with pytest.raises(Refused) as caught:
        post.port.quote(post.request())
    [problem] = caught.value.problems
    assert (problem.code, problem.their_code) == ("service_unavailable", "UNDEFINED")
    assert problem.their_text == "Данное направление не обслуживается"
    post.fault("status", "/v2/*", status=503)
    with pytest.raises(Refused):
        post.port.quote(post.request())
    assert "parcel" not in [quote.service_code for quote in post.port.offers(post.request())]


@pytest.mark.parametrize("percent", [20, 22])
def test_the_vat_is_theirs_to_say(post: RussianPostHarness, percent: int) -> None:
    post.switch(vat_percent=percent)
    quote = post.port.quote(post.request())
    told = {line.what: line.amount.minor for line in quote.lines if line.amount}
    assert told["vat"] == round((told["tariff"] + told["insurance"]) * percent / 100)
    assert quote.price.minor == sum(told.values())
    assert told["insurance"] == 2700
    post.switch(no_delivery_time=True)
    assert (post.port.quote(post.request()).days_min, post.port.quote(post.request()).days_max) == (None, None)


# --- several items ----------------------------------------------------------------------------------------------------


def test_two_parcels_are_two_items_of_one_number(post: RussianPostHarness) -> None:
    request = post.request(parcels=TWO, cod=Money.of("333.33"))
    made = post.port.create(request)
    first, second = made.tracking_number.split(",")
    assert made.order_number == first
    assert first in made.tracking_url
    sent = post.sent(made)
    assert (sent.cod_minor, sent.declared_minor) == (33333, 90000)
    assert is_ours(request, post.port.find("wb-1-1"))
    assert post.port.quote(request).price == post.port.read(made.remote_id).price
    form = post.port.ask_paper("label_a6", made.remote_id)
    label = post.port.fetch_paper("label_a6", form.key)
    assert label.count(b"/Type /Page\n") == 2 or label.count(b"/Page") >= 2
    for barcode in (first, second):
        post.advance(60)
        post.control("POST", f"orders/{barcode}/status", {"code": "2/1"})
        statuses = [event.status for event in post.events(made)]
        assert (Status.DELIVERED in statuses) is (barcode == second)
    assert [post.port.cancel("wb-404-1").gone, post.accepted("wb-1-1")] == [True, 2]


def test_a_creation_that_broke_off_is_none_and_is_finished(post: RussianPostHarness) -> None:
    """One of two items is refused: the other is taken back. The answer is lost: the next look finds both."""
    post.control("POST", "overrides", {"match": {"number": "wb-1-1"}, "errors": ["BARCODE_ERROR"], "times": 1})
    with pytest.raises(Refused):
        post.port.create(post.request(parcels=TWO))
    assert post.live("wb-1-1") == 0
    post.control("POST", "overrides", {"match": {"number": "wb-2-1"}, "errors": ["BARCODE_ERROR"], "times": 1})
    post.fault("break_before", "/1.0/backlog", "DELETE")
    with pytest.raises(Uncertain):
        post.port.create(post.request("wb-2-1", parcels=TWO))
    assert (post.live("wb-2-1"), post.port.find("wb-2-1")) == (1, None)
    post.port.create(post.request("wb-2-1", parcels=TWO))
    assert post.live("wb-2-1") == 2
    post.fault("break_after", "/2.0/user/backlog", "PUT")
    with pytest.raises(Uncertain):
        post.port.create(post.request("wb-3-1", parcels=TWO))
    assert is_ours(post.request("wb-3-1", parcels=TWO), post.port.find("wb-3-1"))


def test_a_group_travels_as_one_where_the_account_may(post: RussianPostHarness) -> None:
    port = post.open(mmo="yes")
    port.create(post.request(parcels=TWO))
    assert [row["in-mmo"] for row in group(post)] == [True, True]
    small = post.open(**{ours: post.world.addresses["russian_post"]["accounts"][1][theirs]
                         for ours, theirs in post.credentials.items()}, mmo="yes")  # fmt: skip
    with pytest.raises(Refused) as caught:
        small.create(post.request("wb-2-1", parcels=TWO))
    assert caught.value.problems[0].code == "extra_refused"


def group(post: RussianPostHarness) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = post.port._client.rows("1.0/backlog/by-group-name/wb-1-1", "test")
    return rows


# --- batches, check-in, papers ----------------------------------------------------------------------------------------


def test_papers_exist_after_their_step_only(post: RussianPostHarness) -> None:
    """A label puts the order into a batch, which can be left again; the list is of a batch that is checked in."""
    made = post.make()
    with pytest.raises(Refused) as caught:
        post.port.ask_paper("f103", made.remote_id)
    assert caught.value.problems[0].code == "order_not_handed_over"
    label = post.port.ask_paper("label_a6", made.remote_id)
    assert (label.stage, post.detail(made)["batch_status"]) == (PaperStage.READY, "CREATED")
    assert made.tracking_number.encode() in post.port.fetch_paper("label_a6", label.key)
    with pytest.raises(Refused):
        post.port.ask_paper("f103", made.remote_id)
    assert post.port.cancel(made.remote_id).gone
    assert post.live("wb-1-1") == 0


def test_check_in_is_the_point_of_no_return(post: RussianPostHarness) -> None:
    """Labels made batches of their own; the hand-over makes one of them. Afterwards nothing is changed or cancelled."""
    made = [post.make(f"wb-{n}-1") for n in (1, 2)]
    for state in made:
        post.port.ask_paper("label_a6", state.remote_id)
    done = post.port.hand_over([state.remote_id for state in made], today(post))
    assert {post.detail(state)["batch"] for state in made} == {done.key}
    assert post.detail(made[0])["batch_status"] == "FROZEN"
    key = post.port.ask_paper("f103", made[0].remote_id).key
    assert post.port.fetch_paper("f103", key).startswith(b"%PDF-")
    with pytest.raises(Refused) as caught:
        post.port.cancel(made[0].remote_id)
    assert (caught.value.problems[0].code, caught.value.problems[0].their_code) == (
        "too_late_to_cancel", "READONLY_STATE",
    )  # fmt: skip
    with pytest.raises(Refused) as caught:
        post.port.change(made[0].remote_id, post.request(), post.request(comment="Звонить"))
    assert caught.value.problems[0].code == "too_late_to_change"


def test_products_have_batches_of_their_own(post: RussianPostHarness) -> None:
    ids = [post.port.create(post.request(f"wb-{n}-1", service_code=service)).remote_id
           for n, service in enumerate(("parcel", "ems", "online"))]  # fmt: skip
    done = post.port.hand_over(ids, today(post))
    assert (done.handed, len(done.key.split(","))) == (tuple(ids), 2)


@pytest.mark.parametrize(
    ("switches", "settings", "code"),
    [
        ({"balance": 100}, {"balance": "online"}, "1024"),
        ({"offline_balance_forbidden": True}, {}, "OFFLINE_BALANCE_FORBIDDEN"),
    ],
)
def test_a_batch_that_is_not_taken_says_why(
    post: RussianPostHarness, switches: dict[str, Any], settings: dict[str, str], code: str
) -> None:
    post.switch(**switches)
    made = post.make()
    done = post.open(**settings).hand_over([made.remote_id], today(post))
    assert done.handed == ()
    assert [problem.their_code for problem in done.refused[made.remote_id]] == [code]
    assert post.detail(made)["batch_status"] == "CREATED"
    post.switch(balance=10_000_000, offline_balance_forbidden=False, checkin_answer="f103")
    assert post.open(**settings).hand_over([made.remote_id], today(post)).handed == (made.remote_id,)


def test_a_day_that_is_over_is_refused(post: RussianPostHarness) -> None:
    made = post.make()
    past = today(post).replace(year=today(post).year - 1)
    done = post.port.hand_over([made.remote_id], past)
    assert [problem.code for problem in done.refused[made.remote_id]] == ["date_refused"]


# --- tracking ---------------------------------------------------------------------------------------------------------


class Watch:
    """A feed, pulled as the runner does."""

    def __init__(self, post: RussianPostHarness, *orders: OrderState, **settings: str) -> None:
        self.post, self.cursor = post, ""
        self.port = post.open(**settings)
        self.numbers = [order.tracking_number for order in orders]
        self.wait_s: float | None = None

    def pull(self) -> dict[str, list[Status | None]]:
        """The next page."""
        page = self.port.pull(self.cursor, lambda: self.numbers)
        self.cursor = page.cursor
        self.wait_s = page.wait_s
        return {state.tracking_number: [event.status for event in state.events] for state in page.states}

    def told(self) -> dict[str, list[Status | None]]:
        """A ticket, and its answer when it is ready."""
        self.cursor = ""
        self.pull()
        self.post.advance(self.wait_s or 0)
        return self.pull()


def test_a_ticket_is_polled_every_quarter_of_an_hour_and_never_sooner(post: RussianPostHarness) -> None:
    post.switch(poll_seconds=900)
    made = post.make()
    post.move(made, "accepted_at_warehouse")
    watch = Watch(post, made)
    assert (watch.pull(), watch.wait_s) == ({}, 900.0)
    first = watch.cursor
    post.advance(900)
    found = {made.tracking_number: [Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE]}
    assert (watch.pull(), watch.cursor, watch.wait_s) == (found, "", 150.0)
    assert post.world.control.journal(system="russian_post", kind="ticket.early") == []
    # The page was lost before it was saved: the same ticket may not be asked again yet, and tells all later.
    watch.cursor = first
    assert (watch.pull(), watch.cursor, watch.wait_s) == ({}, first, 900.0)
    post.advance(901)
    assert watch.pull() == found
    # The next one is asked for after the rest: news are told within 20 minutes all the same.
    assert (watch.pull(), watch.cursor != first) == ({}, True)
    assert feed.READY_S + feed.REST_S < 1200


def test_tickets_hold_three_thousand_and_expire(post: RussianPostHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    assert feed.TICKET_MOST == 3000
    monkeypatch.setattr(feed, "TICKET_MOST", 2)
    post.switch(ticket_most=2)
    orders = [post.make(f"wb-{n}-1") for n in range(5)]
    watch = Watch(post, *orders)
    post.calls.records.clear()
    assert len(watch.told()) == 5
    asked = [label for label in labels(post) if label != "soap.wsdl"]
    assert asked == ["tracking.ticket"] * 3 + ["tracking.answer"] * 3
    watch.pull()
    post.advance(33 * 3600)
    assert (watch.pull(), watch.cursor) == ({}, "")
    assert len(watch.told()) == 5
    assert Watch(post).told() == {}


def test_a_ticket_that_is_not_made_is_asked_for_again(post: RussianPostHarness) -> None:
    made = post.make()
    post.switch(ticket_failures=1)
    watch = Watch(post, made)
    with pytest.raises(Unavailable):
        watch.pull()
    assert len(watch.told()) == 1


def test_a_login_without_the_right_is_the_accounts_problem(post: RussianPostHarness) -> None:
    small = post.world.addresses["russian_post"]["accounts"][1]
    keys = {name: small[name] for name in ("tracking_login", "tracking_password")}
    made = post.make()
    with pytest.raises(AccountProblem):
        Watch(post, made, **keys).pull()
    with pytest.raises(AccountProblem):
        Watch(post, made, tracking_password="wrong").pull()


def test_a_small_account_asks_one_by_one_within_its_day(post: RussianPostHarness) -> None:
    """96 pulls a day, 190 requests: two a pull, in turn."""
    orders = [post.make(f"wb-{n}-1") for n in range(5)]
    watch = Watch(post, *orders, tracking="single", tracking_daily="190")
    told = [sorted(watch.pull()) for _ in range(5)]
    assert [len(found) for found in told] == [2] * 5
    assert {number for found in told for number in found} == {order.tracking_number for order in orders}
    post.switch(track_limit=1)
    post.advance(25 * 3600)
    with pytest.raises(Unavailable) as caught:
        watch.pull()
    assert caught.value.retry_after == 3600.0
    with pytest.raises(AccountProblem):
        Watch(post, *orders, tracking="single", tracking_password="wrong").pull()


def test_single_access_tells_the_whole_history(post: RussianPostHarness) -> None:
    made = post.port.create(post.request(service_code="courier"))
    for status in ("accepted_at_warehouse", "in_transit"):
        post.move(made, status)
    for code in ("8/2", "8/15", "2/8"):
        post.advance(60)
        post.step(made, {"code": code})
    statuses = Watch(post, made, tracking="single").pull()[made.tracking_number]
    assert statuses == [
        Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY,
        Status.DELIVERED,
    ]  # fmt: skip


@pytest.mark.parametrize(("service", "status"), [("parcel", Status.READY_FOR_PICKUP), ("courier", Status.IN_TRANSIT)])
def test_arrival_is_a_call_to_come_for_an_office_only(post: RussianPostHarness, service: str, status: Status) -> None:
    """A ticket does not tell the product: it is looked up once."""
    made = post.port.create(post.request(service_code=service))
    post.step(made, {"code": "8/2"})
    watch = Watch(post, made)
    post.calls.records.clear()
    assert watch.told()[made.tracking_number][-1] is status
    assert watch.told()[made.tracking_number][-1] is status
    assert labels(post).count("shipment.search") == 1


def test_the_cheap_way_is_one_call_a_batch(post: RussianPostHarness) -> None:
    orders = [post.make(f"wb-{n}-1") for n in range(4)]
    post.port.hand_over([order.remote_id for order in orders[:3]], today(post))
    watch = Watch(post, *orders, tracking="")
    assert watch.pull() == {}
    for order in orders[:2]:
        post.control("POST", f"orders/{order.number}/status", {"code": "1/2", "where": "from"})
    post.calls.records.clear()
    found = watch.pull()
    assert found == {order.tracking_number: [Status.ACCEPTED_AT_WAREHOUSE] for order in orders[:2]}
    # One for the batch, one to see whether the last is in a batch by now.
    assert labels(post) == ["batch.shipments", "shipment.search"]
    read = watch.port.read_many([order.remote_id for order in orders])
    assert [len(state.events) for state in read] == [1, 1, 0, 0]
    post.control("POST", f"orders/{orders[0].number}/status", {"code": "1999/77"})
    assert watch.pull()[orders[0].tracking_number] == [Status.UNKNOWN]


def test_an_operation_taken_back_and_the_way_back(post: RussianPostHarness) -> None:
    undone, back = post.make("wb-1-1"), post.make("wb-2-1")
    for state, route in ((undone, "undone"), (back, "unclaimed")):
        post.control("POST", f"orders/{state.number}/route", {"route": route})
    post.advance(30 * 86400)
    watch = Watch(post, undone, back)
    watch.pull()
    post.advance(900)
    page = watch.port.pull(watch.cursor, lambda: watch.numbers)
    first, second = page.states
    assert [event.status for event in first.events].count(Status.DELIVERED) == 1
    assert [event.code for event in first.retracted] == ["2/1"]
    after = [event.status for event in second.events if event.back and event.status]
    assert set(after[:-1]) == {Status.RETURNING}
    assert after[-1] is Status.RETURNED


# --- the account ------------------------------------------------------------------------------------------------------


def test_the_phone_is_a_login_too_and_the_days_calls_end(post: RussianPostHarness) -> None:
    phone = post.account()["phone"]
    steps = list(post.open(login=phone).test())
    assert all(step.ok for step in steps)
    assert int(steps[1].facts["n"]) > 0
    post.switch(day_limit=1)
    with pytest.raises(Unavailable) as caught:
        post.port.find("wb-1-1")
    assert caught.value.retry_after == 1800.0


def test_a_change_takes_the_order_out_of_its_open_batch(post: RussianPostHarness) -> None:
    made = post.make()
    post.port.ask_paper("label_a6", made.remote_id)
    after: ShipmentRequest = post.request(comment="Звонить за час")
    assert post.port.change(made.remote_id, post.request(), after).changes
    assert post.port.changed(made.remote_id, after) is not None
    assert (post.detail(made)["batch"], body_of(post, made)["comment"]) == ("", "Звонить за час")
