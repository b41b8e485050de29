"""What only ApiShip has, over real HTTP: tariffs behind a carrier's name, silent carriers, an order that is mended and
sent again, a feed in pages, links that end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.errors import AccountProblem, Refused
from b24app.logistics.model import DeliveryKind
from b24app.logistics.order import Decision
from b24app.logistics.points import LOCKER, PointPage
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from b24app.systems.apiship import tracking
from tests.contract.systems.apiship_harness import ApiShipHarness

if TYPE_CHECKING:
    from sandbox.world import World


@pytest.fixture
def apiship(world: World) -> Iterator[ApiShipHarness]:
    harness = ApiShipHarness(world)
    yield harness
    harness.close()
    harness.no_faults()


def sent(apiship: ApiShipHarness, number: str = "wb-1-1") -> Any:
    return apiship.control("GET", f"orders/{number}")["body"]


# --- one adapter, many carriers ---------------------------------------------------------------------------------------


def test_a_carrier_is_a_service_and_its_cheapest_tariff_goes(apiship: ApiShipHarness) -> None:
    """From the drop-off point where there is one, else a courier collects; a number is a tariff, literally."""
    ways = {}
    for n, service in enumerate(("cdek", "boxberry", "dpd", "pecom", "11", "31")):
        apiship.port.create(apiship.request(f"wb-{n}-1", service_code=service))
        order = sent(apiship, f"wb-{n}-1")["order"]
        ways[service] = (order["providerKey"], order["tariffId"], order["pickupType"], order.get("pointInId"))
        if service == "dpd":
            apiship.switch(closed_providers=[])
        if service == "pecom":
            # 11 is CDEK's from the door: it does not go from the drop-off point.
            apiship.settings = {**apiship.settings, "drop_points": ""}
            apiship.port = apiship.open()
    assert ways == {
        "cdek": ("cdek", 9, 2, 1001),
        "boxberry": ("boxberry", 21, 2, 1002),
        "dpd": ("dpd", 31, 1, None),
        "pecom": ("pecom", 70, 1, None),
        "11": ("cdek", 11, 1, None),
        "31": ("dpd", 31, 1, None),
    }


def test_prices_of_all_carriers_come_in_one_call(apiship: ApiShipHarness) -> None:
    apiship.port.point("1001")
    apiship.port.offers(apiship.request())
    apiship.calls.records.clear()
    offers = apiship.port.offers(apiship.request())
    assert apiship.calls.labels() == ["calculator"]
    assert [quote.service_code for quote in offers] == ["cdek", "boxberry", "dpd", "pecom"]
    literal = apiship.port.offers(apiship.request(service_code="31"))
    assert [quote.service_code for quote in literal] == ["cdek", "boxberry", "dpd", "pecom", "31"]
    assert literal[-1] == apiship.port.quote(apiship.request(service_code="31"))


def test_any_carrier_is_the_cheapest_or_the_points_own(apiship: ApiShipHarness) -> None:
    request = apiship.request(service_code="any")
    offers = {quote.service_code: quote for quote in apiship.port.offers(request)}
    best = min((quote for code, quote in offers.items() if code != "any"), key=lambda quote: quote.price.minor)
    assert (offers["any"].price, offers["any"]) == (best.price, apiship.port.quote(request))
    apiship.port.create(request)
    assert sent(apiship)["order"]["providerKey"] == best.service_code
    points = apiship.port.points(0).points
    for n, title in enumerate(("Boxberry", "5Post", "СДЭК")):
        point = next(p for p in points if p.name.startswith(title) and p.city == "Казань" and p.takes.kind != LOCKER)
        there = replace(request, number=f"wb-{n}-2", kind=DeliveryKind.PICKUP, point_code=point.code, address=None)
        if title != "5Post":  # which has no courier, and no drop-off point is named
            apiship.port.create(there)
            assert sent(apiship, there.number)["order"]["pointOutId"] == int(point.code)
        else:
            with pytest.raises(Refused):
                apiship.port.create(there)


def test_a_carrier_that_tells_no_fees_is_priced_without_them(apiship: ApiShipHarness) -> None:
    port = apiship.open(drop_points="1001,1002,1004")
    quote = port.quote(apiship.request(service_code="rupost"))
    assert [(line.what, line.amount is None) for line in quote.lines] == [("tariff", False), ("insurance", True)]


def test_a_silent_carrier_is_asked_once_more_before_it_counts_as_absent(apiship: ApiShipHarness) -> None:
    apiship.switch(slow_providers={"cdek": 6_000})
    assert apiship.port.quote(apiship.request()).price.minor > 0
    assert apiship.calls.labels().count("calculator") == 2
    assert "cdek" not in {quote.service_code for quote in apiship.port.offers(apiship.request())}
    apiship.switch(slow_providers={}, closed_providers=["cdek"])
    with pytest.raises(Refused) as caught:
        apiship.port.create(apiship.request())
    assert (caught.value.problems[0].code, caught.value.problems[0].field) == ("service_unavailable", Field.SERVICE)
    assert apiship.accepted("wb-1-1") == 0


def test_an_empty_balance_is_the_admins(apiship: ApiShipHarness) -> None:
    apiship.switch(balance_empty=True)
    with pytest.raises(Refused) as caught:
        apiship.port.quote(apiship.request())
    assert (caught.value.problems[0].code, caught.value.problems[0].their_code) == ("account_contract", "060001")


def test_which_contract_of_a_carrier_is_told(apiship: ApiShipHarness) -> None:
    apiship.open(connections="cdek=11101, dpd = 11103").create(apiship.request())
    assert sent(apiship)["order"]["providerConnectId"] == "11101"
    with pytest.raises(Refused) as caught:
        apiship.open(connections="cdek=22202").create(apiship.request("wb-2-1"))
    assert caught.value.problems[0].code == "service_wrong"


# --- points -----------------------------------------------------------------------------------------------------------


def test_a_point_goes_with_its_own_carrier_alone(apiship: ApiShipHarness) -> None:
    request = apiship.point_request()
    point = apiship.port.point(request.point_code)
    assert apiship.settle(apiship.port.create(request)).point_code == request.point_code
    body = sent(apiship, "wb-3-1")
    assert (body["order"]["tariffId"], body["order"]["deliveryType"]) == (10, 2)
    assert body["recipient"]["addressString"] == point.address
    with pytest.raises(Refused) as caught:
        apiship.port.create(replace(request, number="wb-4-1", service_code="dpd"))
    assert (caught.value.problems[0].code, caught.value.problems[0].field) == ("point_unknown", Field.POINT)
    assert [quote.service_code for quote in apiship.port.offers(request)] == ["cdek"]


def test_a_locker_gets_a_lockers_tariff_and_one_parcel(apiship: ApiShipHarness) -> None:
    points = [point for page in range(2) for point in apiship.port.points(page).points]
    locker = next(p for p in points if p.takes.kind == LOCKER and p.city == "Москва" and p.name.startswith("СДЭК"))
    request = apiship.request(kind=DeliveryKind.PICKUP, point_code=locker.code, address=None)
    apiship.port.create(request)
    assert sent(apiship)["order"]["tariffId"] == 13
    with pytest.raises(Refused) as caught:
        apiship.port.create(replace(request, number="wb-2-1", parcels=request.parcels * 2))
    assert caught.value.problems[0].code == "point_one_parcel"


def test_a_long_list_of_points_is_read_page_by_page_and_broken_ones_are_counted(apiship: ApiShipHarness) -> None:
    apiship.switch(extra_points=1200, broken_points=3)
    pages: list[PointPage] = []
    page = 0
    while not pages or pages[-1].more:
        pages.append(apiship.port.points(page))
        page += 1
    codes = [point.code for each in pages for point in each.points]
    assert (len(pages), len(codes) == len(set(codes)), sum(each.skipped for each in pages)) == (4, True, 3)
    assert all(point.takes.hands_out for each in pages for point in each.points)
    assert apiship.port.point("99") is None
    assert apiship.port.point("MSK5") is None


# --- refused, mended, sent again --------------------------------------------------------------------------------------


def test_an_order_that_the_carrier_refused_is_mended_and_sent_again(apiship: ApiShipHarness) -> None:
    refused = apiship.settle(apiship.port.create(apiship.refused_request()))
    assert (refused.decision, refused.problems[0].code) == (Decision.REFUSED, "name_refused")
    again = apiship.port.create(apiship.request("wb-77-1"))
    assert again.remote_id == refused.remote_id
    settled = apiship.settle(again)
    assert (settled.decision, settled.problems) == (Decision.ACCEPTED, ())
    assert apiship.accepted("wb-77-1") == 1
    assert [row["key"] for row in apiship.world.control.journal(system="apiship", kind="order.resent")] == ["wb-77-1"]


def test_a_number_of_somebody_elses_order_is_taken(apiship: ApiShipHarness) -> None:
    request = apiship.request()
    apiship.port.create(replace(request, recipient=replace(request.recipient, name="Другой Человек")))
    with pytest.raises(Refused) as caught:
        apiship.port.create(request)
    assert caught.value.problems[0].code == "number_taken"
    assert apiship.live("wb-1-1") == 1


def test_an_order_that_cannot_be_seen_yet_is_looked_for_again(apiship: ApiShipHarness) -> None:
    """Between a lost answer and the look-up: the number is taken, nothing shows: never a second order."""
    apiship.port.create(apiship.request())
    apiship.switch(lookup_delay=600.0)
    assert apiship.port.find("wb-1-1") is None
    assert apiship.raised(lambda: apiship.port.create(apiship.request())) == "Uncertain"
    apiship.advance(601)
    assert apiship.settle(apiship.deliver(apiship.request())).decision is Decision.ACCEPTED
    assert (apiship.accepted("wb-1-1"), apiship.live("wb-1-1")) == (1, 1)


def test_a_carrier_without_cancellation_says_so(apiship: ApiShipHarness) -> None:
    port = apiship.open(drop_points="1001,1004")
    made = apiship.settle(port.create(apiship.request(service_code="rupost")))
    with pytest.raises(Refused) as caught:
        port.cancel(made.remote_id)
    assert (caught.value.problems[0].code, caught.value.problems[0].their_code) == ("cancel_refused", "040306")


# --- changes, papers --------------------------------------------------------------------------------------------------


def test_an_order_is_changed_whole_and_a_lost_answer_is_seen(apiship: ApiShipHarness) -> None:
    before = apiship.request()
    made = apiship.settle(apiship.port.create(before))
    after = replace(before, recipient=replace(before.recipient, phone="+79000001463"), comment="Позвонить")
    apiship.fault("break_after", f"/v1/orders/{made.remote_id}", "PUT")
    assert apiship.raised(lambda: apiship.port.change(made.remote_id, before, after)) == "Uncertain"
    seen = apiship.port.changed(made.remote_id, after)
    assert seen.changes[-1].decision is Decision.ACCEPTED
    assert apiship.port.changed(made.remote_id, replace(after, comment="Не звонить")) is None
    assert apiship.port.changed("1", after).gone
    assert (sent(apiship)["recipient"]["phone"], sent(apiship)["order"]["description"]) == ("+79000001463", "Позвонить")
    point = replace(apiship.point_request("wb-1-1"), comment="")
    assert apiship.port.change(made.remote_id, after, point).changes[-1].decision is Decision.ACCEPTED
    assert apiship.port.changed(made.remote_id, point) is not None
    apiship.move(made, "accepted_at_warehouse")
    with pytest.raises(Refused) as caught:
        apiship.port.change(made.remote_id, point, after)
    assert caught.value.problems[0].code == "too_late_to_change"


def test_a_change_keeps_the_carrier_and_for_words_alone_the_tariff(apiship: ApiShipHarness) -> None:
    best = min(apiship.port.offers(apiship.request()), key=lambda quote: quote.price.minor)
    before = apiship.request(service_code="cdek" if best.service_code != "cdek" else "boxberry")
    assert before.address is not None
    made = apiship.settle(apiship.port.create(before))
    taken = sent(apiship)["order"]
    # Since it was made, "any" could have become another carrier: the cheapest of all is not this one.
    any_one = replace(before, service_code="any")
    for after in (
        replace(any_one, comment="Позвонить"),
        replace(any_one, address=replace(before.address, text="г Казань, ул Баумана, д 7")),
    ):
        apiship.port.change(made.remote_id, any_one, after)
        now = sent(apiship)["order"]
        assert (now["providerKey"], now["tariffId"]) == (taken["providerKey"], taken["tariffId"])
        assert apiship.port.changed(made.remote_id, after) is not None
    with pytest.raises(Refused):
        apiship.port.change("1", any_one, after)


def test_labels_and_acts_outlive_their_links(apiship: ApiShipHarness) -> None:
    made = apiship.settle(apiship.port.create(apiship.request()))
    for form in ("label", "act"):
        paper = apiship.port.ask_paper(form, made.remote_id)
        assert len(paper.key) <= 64
        apiship.advance(2 * 86_400)
        assert apiship.port.read_paper(form, paper.key).stage.value == "ready"
        assert apiship.port.fetch_paper(form, paper.key).startswith(b"%PDF-")
    apiship.decide_after(600)
    raw = apiship.port.create(apiship.request("wb-2-1"))
    with pytest.raises(Refused) as caught:
        apiship.port.ask_paper("label", raw.remote_id)
    assert caught.value.problems[0].code == "paper_refused"
    assert caught.value.problems[0].their_text


# --- the feed ---------------------------------------------------------------------------------------------------------


def drain(apiship: ApiShipHarness, cursor: str = "") -> tuple[list[Any], str, int]:
    """All states that are told, the cursor after them, the calls it took."""
    states: list[Any] = []
    apiship.calls.records.clear()
    while True:
        page = apiship.port.pull(cursor, list)
        states += page.states
        cursor = page.cursor
        if not page.more:
            return states, cursor, len(apiship.calls.records)


def test_the_feed_tells_of_every_change_in_few_calls_and_twice_at_most(
    apiship: ApiShipHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "PAGE", 10)
    made = [apiship.port.create(apiship.request(f"wb-{n}-1")) for n in range(12)]
    apiship.advance(30)
    states, cursor, calls = drain(apiship)
    assert (len({state.remote_id for state in states}), calls) == (12, 2)
    assert {state.decision for state in states} == {Decision.ACCEPTED}
    assert {event.status for event in states[0].events} == {Status.SUBMITTING, Status.CREATED}
    apiship.advance(600)
    apiship.step(made[7], {"code": "onPointIn"})
    apiship.step(made[7], {"code": "onWay"})
    apiship.port.find("wb-7-1")
    states, cursor, calls = drain(apiship, cursor)
    [news] = [state for state in states if state.events[-1].code == "onWay"]
    assert (news.remote_id, news.number, calls) == (made[7].remote_id, "wb-7-1", 1 + (len(states) > 10))
    assert [event.code for event in news.events][-2:] == ["onPointIn", "onWay"]
    apiship.advance(600)
    assert {state.number for state in drain(apiship, cursor)[0]} <= {"wb-7-1"}


def test_accounts_of_one_login_share_a_feed_and_its_name_tells_no_secret(apiship: ApiShipHarness) -> None:
    token = apiship.account()["token"]
    assert apiship.port.feed_key == apiship.open(password="other").feed_key == "shop"
    named = apiship.open(login="", password="", token=token)
    assert not any(part in named.feed_key for part in (token, token[-6:], token[:6]))
    assert named.find("wb-1-1") is None
    named.sign_out()
    with pytest.raises(AccountProblem):
        apiship.open(login="", password="", token="wrong").find("wb-1-1")


def test_either_address_of_the_login_serves(apiship: ApiShipHarness) -> None:
    for paths in ("users", "plain"):
        apiship.switch(login_paths=paths)
        apiship.port.sign_out()
        assert apiship.port.find("wb-1-1") is None
