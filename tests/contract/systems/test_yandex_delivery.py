"""What only Yandex.Delivery has, over real HTTP: two APIs as one system. Offers and claims within their minutes,
versions, the journal, what a cancellation costs, one order whatever breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.changes import Slot
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, fingerprint, is_ours
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.yandex_delivery import express
from b24app.systems.yandex_delivery.claims import PREFIX, token_of
from tests.contract.systems.parts import Where
from tests.contract.systems.yandex_delivery_harness import PLATFORM, YandexHarness

if TYPE_CHECKING:
    from sandbox.world import World

CARGO = "/b2b/cargo/integration/v2"
CREATE, ACCEPT, CANCEL = (Where(f"{CARGO}/claims/{name}") for name in ("create", "accept", "cancel"))


@pytest.fixture
def yandex(running_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[YandexHarness]:
    monkeypatch.setattr(express, "PAUSES_S", (0.05,) * 6)
    world = running_world
    world.timers.clear()
    world.faults.clear()
    world.clock.reset()
    world.system("yandex_delivery").reset()
    world.journal.clear()
    harness = YandexHarness(world)
    yield harness
    harness.close()
    world.faults.clear()


def riding() -> list[str]:
    """Some courier is on the way: only then is the journal asked."""
    return ["0" * 32]


def ride(yandex: YandexHarness, number: str = "wb-1-1", **changes: Any) -> ShipmentRequest:
    return yandex.request(number, service_code="express", **changes)


def claims(yandex: YandexHarness) -> list[dict[str, Any]]:
    rows = yandex.control("GET", "orders")["orders"]
    return [row for row in rows if row["api"] == "express"]


def accepted(yandex: YandexHarness, number: str = "wb-1-1") -> int:
    """How many couriers were ordered."""
    return yandex.accepted(number)


def statuses(state: OrderState) -> list[Status | None]:
    return [event.status for event in state.events]


# --- express: orders -------------------------------------------------------------------------------------------------


def test_a_claim_is_made_estimated_and_accepted_at_once(yandex: YandexHarness) -> None:
    request = ride(yandex)
    made = yandex.port.create(request)
    assert (made.decision, made.remote_id.startswith(PREFIX), made.number) == (Decision.ACCEPTED, True, "wb-1-1")
    assert made.price is not None and made.price.minor > 20_000
    assert [row["status"] for row in claims(yandex)] == ["accepted"]
    found = yandex.port.find("wb-1-1")
    assert found.remote_id == made.remote_id
    assert found.fingerprint == fingerprint(request)
    assert not is_ours(replace(request, recipient=replace(request.recipient, name="Другой Человек")), found)
    sent = yandex.detail(made)["whole"]
    assert [item["weight"] for item in sent["items"]] == [0.7]
    assert sent["items"][0]["size"] == {"length": 0.2, "width": 0.15, "height": 0.1}
    assert sent["items"][0]["cost_value"] == "900.00"
    assert [point["type"] for point in sent["route_points"]] == ["source", "destination", "return"]
    assert sent["route_points"][1]["address"] == {"fullname": "Казань, ул. Баумана, 44/8к2", "sflat": "12"}


def test_longitude_comes_first(yandex: YandexHarness) -> None:
    made = yandex.port.create(ride(yandex, address=read_address("Казань, ул. Баумана, 44", lat=55.79, lon=49.11)))
    place = yandex.detail(made)["whole"]["route_points"][1]["address"]
    assert place["coordinates"] == [49.11, 55.79]


def test_the_price_is_that_of_the_offer(yandex: YandexHarness) -> None:
    request = ride(yandex)
    quote = yandex.port.quote(request)
    assert (quote.service_code, quote.days_max) == ("express", 0)
    assert [(line.what, line.within) for line in quote.lines] == [("tariff", False), ("vat", True)]
    offers = {offer.service_code: offer for offer in yandex.port.offers(yandex.request())}
    assert set(offers) == {"other_day", "express"}
    assert offers["express"] == quote
    assert yandex.port.create(request).price == quote.price


def test_an_offer_that_ran_out_is_taken_anew(yandex: YandexHarness) -> None:
    yandex.switch(payload_seconds=0.0)
    assert yandex.raised(lambda: yandex.port.create(ride(yandex))) == "Unavailable"
    assert claims(yandex) == []
    yandex.switch(payload_seconds=120.0)
    assert yandex.port.create(ride(yandex)).decision is Decision.ACCEPTED


def test_a_claim_that_is_accepted_too_late_dies_and_another_one_is_made(yandex: YandexHarness) -> None:
    """§B4: within ten minutes; the attempt itself kills the claim, and its token gives only the dead one then."""
    for late in ("failed", "offer_expired"):
        number = f"wb-{late[:1]}-1"
        yandex.switch(late_accept=late)
        yandex.strike("break_before", ACCEPT)
        assert yandex.raised(lambda: yandex.port.create(ride(yandex, number))) == "Uncertain"  # noqa: B023
        yandex.advance(601)
        assert yandex.port.find(number) is None
        made = yandex.port.create(ride(yandex, number))
        assert made.decision is Decision.ACCEPTED
        rows = [row["status"] for row in claims(yandex) if row["number"] == number]
        assert sorted(rows) == ["accepted", "failed"]
        assert accepted(yandex, number) == 1
        assert yandex.port.find(number).remote_id == made.remote_id


def test_a_claim_that_nobody_can_ride_is_refused_with_its_reason(yandex: YandexHarness) -> None:
    nowhere = read_address("Незнамоград, ул. Баумана, 5")
    far = read_address("Москва, Тверская улица, 1")
    for address, code in ((nowhere, "address_unknown"), (far, "service_unavailable")):
        with pytest.raises(Refused) as caught:
            yandex.port.create(ride(yandex, address=address))
        problem = caught.value.problems[0]
        assert (problem.code, problem.field, problem.who) == (code, Field.ADDRESS, Who.MANAGER)
    yandex.control("POST", "overrides", {"match": {"number": "wb-1-1"}, "errors": ["invalid_point_phone"]})
    with pytest.raises(Refused) as caught:
        yandex.port.create(ride(yandex))
    assert [(each.code, each.their_code) for each in caught.value.problems] == [
        ("phone_refused", "invalid_point_phone")
    ]
    assert yandex.port.find("wb-1-1") is None
    assert accepted(yandex) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cod": Money.of(900)}, "cod_not_allowed"),
        ({"kind": DeliveryKind.PICKUP, "address": None, "point_code": "x"}, "service_mode"),
    ],
)
def test_what_express_cannot_do_is_said_before_anything_is_asked(
    yandex: YandexHarness, changes: dict[str, Any], code: str
) -> None:
    request = ride(yandex, **changes)
    for call in (yandex.port.create, yandex.port.quote, yandex.port.preview):
        with pytest.raises(Refused) as caught:
            call(request)
        assert caught.value.problems[0].code == code
    assert yandex.calls.records == []


def test_without_its_own_token_there_is_no_express(yandex: YandexHarness) -> None:
    plain = yandex.open(express_token="")
    with pytest.raises(Refused) as caught:
        plain.create(ride(yandex))
    assert caught.value.problems[0].code == "service_contract"
    assert [offer.service_code for offer in plain.offers(yandex.request())] == ["other_day"]
    assert plain.find("wb-1-1") is None
    assert (plain.pull("c", riding).states, plain.pull("c", riding).cursor) == ((), "c")
    assert [step.ok for step in plain.test()] == [True] * 4


# --- express: one live order whatever breaks -------------------------------------------------------------------------


@pytest.mark.parametrize("where", [CREATE, ACCEPT], ids=["create", "accept"])
@pytest.mark.parametrize(
    ("action", "params"),
    [("break_before", {}), ("break_after", {}), ("status", {"status": 500}), ("html", {"status": 200})],
)
def test_one_courier_whatever_is_lost(yandex: YandexHarness, where: Where, action: str, params: dict[str, Any]) -> None:
    request = ride(yandex)
    yandex.strike(action, where, **params)
    assert yandex.raised(lambda: yandex.port.create(request)) == "Uncertain"
    assert yandex.deliver(request).decision is Decision.ACCEPTED
    assert yandex.deliver(request).decision is Decision.ACCEPTED
    assert yandex.port.create(request).decision is Decision.ACCEPTED
    assert (accepted(yandex), len(claims(yandex))) == (1, 1)


def test_a_claim_that_is_estimated_for_long_is_met_again(yandex: YandexHarness) -> None:
    """Nothing exists for the courier until it is accepted: the next try completes it."""
    yandex.decide_after(600)
    assert yandex.raised(lambda: yandex.port.create(ride(yandex))) == "Unavailable"
    assert yandex.port.find("wb-1-1") is None
    yandex.advance(601)
    assert yandex.port.create(ride(yandex)).decision is Decision.ACCEPTED
    assert (accepted(yandex), len(claims(yandex))) == (1, 1)


def test_two_that_try_at_once_make_one(yandex: YandexHarness) -> None:
    """The second finds the claim accepted between its look and its own acceptance."""
    first = yandex.port.create(ride(yandex))
    assert yandex.port.create(ride(yandex)).remote_id == first.remote_id
    assert (accepted(yandex), len(claims(yandex))) == (1, 1)


def test_a_version_that_moved_is_read_again(yandex: YandexHarness) -> None:
    """Somebody edits the claim in the cabinet; its version is then 2 (§B4, the complaint about a hard-coded 1)."""
    for words in ("old_version", "state_mismatch"):
        number = f"wb-{words[:1]}-1"
        yandex.switch(version_words=words)
        claim = yandex.port.preview(ride(yandex, number)).body
        made = post(yandex, "claims/create", claim, request_id=token_of(number, 1))
        yandex.advance(1)
        edited = post(yandex, "claims/edit", {**claim, "comment": "ворота"}, claim_id=made["id"], version="1")
        assert edited["version"] == 2
        yandex.advance(1)
        assert yandex.port.create(ride(yandex, number)).decision is Decision.ACCEPTED
        assert accepted(yandex, number) == 1
        cancelled = yandex.port.cancel(f"{PREFIX}{made['id']}")
        assert cancelled.cancel is Decision.ACCEPTED


def post(yandex: YandexHarness, path: str, body: Any, **params: str) -> dict[str, Any]:
    """As the cabinet would."""
    reply = yandex.port._claims._api.write(path, "cabinet", body, params)
    assert reply.ok, reply.words
    return dict(reply.row)


# --- express: following and calling off ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "end"),
    [
        ("delivered", Status.DELIVERED),
        ("returned", Status.RETURNED),
        ("cancelled", Status.CANCELLED),
        ("lost", Status.REJECTED),
        ("express_not_found", Status.REJECTED),
        ("unknown_code", Status.UNKNOWN),
    ],
)
def test_the_journal_tells_the_whole_way(yandex: YandexHarness, route: str, end: Status) -> None:
    made = yandex.port.create(ride(yandex))
    page = yandex.port.pull("", riding)
    yandex.control("POST", f"orders/{made.order_number}/route", {"route": route})
    yandex.advance(86400)
    told = yandex.port.pull(page.cursor, riding)
    events = [state.events[0] for state in told.states if state.remote_id == made.remote_id]
    assert events[-1].status is end
    assert (told.skipped, told.more) == (0, False)
    assert yandex.port.pull(told.cursor, riding).states == ()
    read = yandex.port.read(made.remote_id)
    assert read.events[-1].key == events[-1].key
    assert yandex.port.read_many([made.remote_id])[0].events == read.events
    if end is Status.REJECTED:
        assert events[-1].problem is not None
        assert events[-1].problem.code == "order_invalid"


def test_a_lost_cursor_starts_from_the_beginning_and_the_journal_is_the_accounts(yandex: YandexHarness) -> None:
    made = yandex.port.create(ride(yandex))
    assert {state.remote_id for state in yandex.port.pull("nonsense", riding).states} == {made.remote_id}
    assert yandex.port.feed_key == yandex.open(station="other").feed_key
    assert yandex.port.feed_key != yandex.open(express_token="another").feed_key
    yandex.switch(unknown_fields=True)
    assert yandex.port.pull("", riding).states


def test_the_clients_page_is_there_while_the_courier_rides(yandex: YandexHarness) -> None:
    made = yandex.port.create(ride(yandex))
    assert yandex.port.read(made.remote_id).tracking_url == ""
    yandex.step(made, {"code": "performer_found"})
    read = yandex.port.read(made.remote_id)
    assert made.order_number in read.tracking_url
    yandex.step(made, {"code": "delivered_finish"})
    done = yandex.port.read(made.remote_id)
    assert (done.tracking_url, statuses(done)) == ("", [Status.DELIVERED])


@pytest.mark.parametrize(
    ("status", "free"),
    [("performer_found", True), ("pickup_arrived", False), ("pickuped", False), ("delivered_finish", False)],
)
def test_a_ride_is_called_off_while_that_is_free(yandex: YandexHarness, status: str, free: bool) -> None:
    """What it costs is asked first; a fee is never promised for a person."""
    made = yandex.port.create(ride(yandex))
    yandex.step(made, {"code": status})
    if free:
        assert yandex.port.cancel(made.remote_id).cancel is Decision.ACCEPTED
        assert yandex.port.cancel(made.remote_id).cancel is Decision.ACCEPTED
        assert yandex.port.read(made.remote_id).cancel is Decision.ACCEPTED
        return
    with pytest.raises(Refused) as caught:
        yandex.port.cancel(made.remote_id)
    problem = caught.value.problems[0]
    assert problem.code == "too_late_to_cancel"
    assert problem.their_text == ("183.00 RUB" if status == "pickup_arrived" else "")
    assert "claims.cancel" not in yandex.calls.labels()


def test_a_fee_that_came_between_is_not_paid(yandex: YandexHarness) -> None:
    """The courier arrives between the two calls (§B7)."""
    made = yandex.port.create(ride(yandex))
    words = {"code": "free_cancel_is_unavailable", "message": "Free cancel is unavailable"}
    yandex.strike("status", CANCEL, status=409, body=words)
    with pytest.raises(Refused) as caught:
        yandex.port.cancel(made.remote_id)
    assert caught.value.problems[0].code == "too_late_to_cancel"
    yandex.strike("break_after", CANCEL)
    with pytest.raises(Uncertain):
        yandex.port.cancel(made.remote_id)
    assert yandex.port.cancel(made.remote_id).cancel is Decision.ACCEPTED
    assert yandex.port.cancel(f"{PREFIX}{'0' * 32}").gone


def test_a_claim_has_no_papers_and_is_not_changed(yandex: YandexHarness) -> None:
    made, day = yandex.port.create(ride(yandex)), Slot(yandex.world.clock.now().date())
    for call in (
        lambda: yandex.port.ask_paper("label", made.remote_id),
        lambda: yandex.port.change(made.remote_id, ride(yandex), ride(yandex, comment="x")),
        lambda: yandex.port.bring_on(made.remote_id, day),
    ):
        assert yandex.raised(call) == "Refused"
    assert (yandex.port.slots(made.remote_id), yandex.port.brought_on(made.remote_id, day)) == ((), None)


# --- other day -------------------------------------------------------------------------------------------------------


def test_both_services_are_read_together(yandex: YandexHarness) -> None:
    first, second = yandex.make("wb-1-1"), yandex.port.create(ride(yandex, "wb-2-1"))
    asked = [second.remote_id, first.remote_id]
    yandex.calls.records.clear()
    assert [state.remote_id for state in yandex.port.read_many(asked)] == asked
    assert sorted(yandex.calls.labels()) == ["claims.bulk", "requests.info"]
    yandex.strike("status", Where(f"{PLATFORM}/requests/info"), status=500)
    assert [state.remote_id for state in yandex.port.read_many(asked)] == [second.remote_id]


def test_the_history_is_asked_for_where_the_newest_state_says_too_little(yandex: YandexHarness) -> None:
    made = yandex.make()
    yandex.move(made, "out_for_delivery")
    yandex.advance(1)
    yandex.step(made, {"code": "DELIVERY_UPDATED_BY_RECIPIENT", "reason": "CLIENT_REQUEST"})
    [read] = yandex.port.read_many([made.remote_id])
    assert statuses(read)[-2:] == [Status.OUT_FOR_DELIVERY, None]
    assert read.events[-1].incident is Incident.RESCHEDULED
    yandex.calls.records.clear()
    for _ in range(3):
        assert yandex.port.read_many([made.remote_id]) == [read]
    assert yandex.calls.labels() == ["requests.info"] * 3, "once, while nothing new is told"
    yandex.step(made, {"code": "CANCELLED", "reason": "USER_CHANGED_MIND"})
    [read] = yandex.port.read_many([made.remote_id])
    assert read.events[-1].status is Status.RETURNING
    assert (read.events[-1].problem or Problemless).code == "delivery_refused"
    yandex.step(made, {"code": "RETURN_READY_FOR_PICKUP"})
    event = yandex.port.read(made.remote_id).events[-1]
    assert (event.status, (event.problem or Problemless).code) == (Status.RETURNING, "return_ready")


class Problemless:
    code = ""


def test_codes_that_repeat_in_the_wrong_order_are_all_kept(yandex: YandexHarness) -> None:
    made = yandex.make()
    yandex.control("POST", f"orders/{made.number}/route", {"route": "late_draft"})
    yandex.advance(86400)
    events = yandex.port.read(made.remote_id).events
    codes = [event.code for event in events]
    assert codes.count("DELIVERY_PROCESSING_STARTED") == 3
    assert codes.index("RETURN_PREPARING") < len(codes) - 1 - codes[::-1].index("DRAFT")
    assert events[-1].status is Status.RETURNED


def test_an_offer_is_confirmed_within_its_minutes(yandex: YandexHarness) -> None:
    yandex.switch(offer_seconds=0.0)
    assert yandex.raised(lambda: yandex.port.create(yandex.request())) == "Unavailable"
    assert yandex.accepted("wb-1-1") == 0
    yandex.switch(offer_seconds=600.0)
    assert yandex.make().decision is Decision.ACCEPTED


def test_the_price_of_an_order_is_told_by_its_offer_alone(yandex: YandexHarness) -> None:
    created = yandex.port.create(yandex.request())
    assert created.price is not None
    assert created.price == yandex.port.quote(yandex.request()).price
    assert yandex.port.read(created.remote_id).price is None


def test_a_door_that_wants_its_window_named_gets_one(yandex: YandexHarness) -> None:
    yandex.switch(interval_required=True)
    assert yandex.make().decision is Decision.ACCEPTED
    assert "offers.info" in yandex.calls.labels()


def test_a_taken_number_is_adopted_only_when_it_is_this_order(yandex: YandexHarness) -> None:
    made = yandex.make()
    assert yandex.port.create(yandex.request()).remote_id == made.remote_id
    other = yandex.request(recipient=replace(yandex.request().recipient, name="Другой Человек"))
    with pytest.raises(Refused) as caught:
        yandex.port.create(other)
    assert caught.value.problems[0].code == "number_taken"
    assert yandex.accepted("wb-1-1") == 1


def test_an_order_that_is_not_confirmed_by_the_sorting_centre_is_refused(yandex: YandexHarness) -> None:
    override = {"match": {"number": "wb-1-1"}, "errors": ["VALIDATING_ERROR", "нет графика отгрузки"]}
    yandex.control("POST", "overrides", override)
    state = yandex.settle(yandex.port.create(yandex.request()))
    [problem] = state.problems
    assert (state.decision, problem.code, problem.their_text) == (
        Decision.REFUSED,
        "order_invalid",
        "нет графика отгрузки",
    )
    assert yandex.port.ask_paper("label", state.remote_id).problems == (problem,)


def test_a_point_that_closed_or_does_not_suit_is_known_before(yandex: YandexHarness) -> None:
    rows = [row for page in (yandex.port.points(0),) for row in page.points]
    partner = next(row for row in rows if row.takes.cod is False and row.takes.kind == "office")
    request = yandex.request(kind=DeliveryKind.PICKUP, address=None, point_code=partner.code, cod=Money.of(900))
    assert problems_of(yandex, request) == ["point_no_cod"]
    assert problems_of(yandex, replace(request, point_code="nothing", cod=None)) == ["point_unknown"]
    yandex.control("POST", f"points/{partner.code}", {"open": False})
    assert problems_of(yandex, replace(request, cod=None)) == ["point_closed"]


def problems_of(yandex: YandexHarness, request: ShipmentRequest) -> list[str]:
    with pytest.raises(Refused) as caught:
        yandex.port.create(request)
    return [problem.code for problem in caught.value.problems]


def test_a_blocked_client_waits_and_is_no_wrong_account(yandex: YandexHarness) -> None:
    yandex.switch(blocked_html=True)
    calls: list[Callable[[], object]] = [
        lambda: yandex.port.find("wb-1-1"),
        lambda: yandex.port.create(yandex.request()),
    ]
    for call in calls:
        with pytest.raises(Unavailable) as caught:
            call()
        assert caught.value.retry_after == 60.0


def test_an_edit_waits_for_the_one_before(yandex: YandexHarness) -> None:
    made, before = yandex.make(), yandex.request()
    yandex.switch(edit_seconds=600.0)
    edit = {"request_id": made.remote_id, "recipient_info": {"first_name": "Анна", "phone": "+79000001463"}}
    assert yandex.port._api.write("request/edit", "cabinet", edit).ok
    after = replace(before, recipient=replace(before.recipient, name="Пётр Северцев"))
    assert yandex.raised(lambda: yandex.port.change(made.remote_id, before, after)) == "Unavailable"


def test_a_door_becomes_a_point(yandex: YandexHarness) -> None:
    made, before = yandex.make(), yandex.request()
    after = replace(yandex.point_request("wb-1-1"), number=before.number)
    state = yandex.port.change(made.remote_id, before, after)
    assert state.changes[-1].decision is Decision.ACCEPTED
    found = yandex.port.find("wb-1-1")
    assert found.point_code == after.point_code


# --- the account -----------------------------------------------------------------------------------------------------


def test_a_new_password_ends_both_tokens_until_the_new_ones_are_entered(yandex: YandexHarness) -> None:
    """§A1: there is no expiry, but a changed password; nobody but an admin can mend that."""
    yandex.make()
    fresh = yandex.control("POST", "tokens/expire", {})["accounts"][0]
    calls: list[Callable[[], object]] = [
        lambda: yandex.port.find("wb-1-1"),
        lambda: yandex.port.create(ride(yandex, "wb-2-1")),
        lambda: yandex.port.pull("", riding),
        lambda: yandex.port.read_many(["r-udp", f"{PREFIX}{'0' * 32}"]),
        lambda: yandex.port.points(0),
        lambda: yandex.port.ask_paper("label", "r-udp"),
    ]
    for call in calls:
        assert yandex.raised(call) == "AccountProblem"
    again = yandex.open(token=fresh["token"], express_token=fresh["express_token"])
    assert again.find("wb-1-1") is not None
    assert again.pull("", riding).states == ()


def test_each_api_takes_only_its_own_token(yandex: YandexHarness) -> None:
    swapped = yandex.open(token=yandex.settings["express_token"], express_token=yandex.settings["token"])
    assert yandex.raised(lambda: swapped.find("wb-1-1")) == "AccountProblem"
    assert yandex.raised(lambda: swapped.pull("", riding)) == "AccountProblem"
    last = list(swapped.test())[-1]
    assert (last.name, last.ok) == ("sign_in", False)


def test_the_sender_of_express_is_looked_for_last_and_softly(yandex: YandexHarness) -> None:
    """Without him orders wait, but the account works."""
    for setting in ("sender_address", "sender_phone", "sender_email"):
        step = list(yandex.open(**{setting: ""}).test())[-1]
        assert (step.name, step.ok, step.soft) == ("sender", False, True), setting
        assert step.problem is not None
        assert step.problem.code == "sender_missing"
    step = list(yandex.open(sender_address="Незнамоград, 1").test())[-1]
    assert step.problem is not None
    assert step.problem.code == "sender_city_unknown"
    [*_, call, sender] = list(yandex.port.test())
    assert (call.facts["currency"], int(call.facts["minor"]) > 10_000) == ("RUB", True)
    assert "Казань" in sender.said


def test_a_warehouse_without_money_on_the_balance(yandex: YandexHarness) -> None:
    """§A12: `No dropoff available` hides three causes; the admin looks at them."""
    account = yandex.world.addresses["yandex_delivery"]["accounts"][2]
    broke = yandex.open(token=account["token"], station=account["station_id"], express_token="")
    with pytest.raises(Refused) as caught:
        broke.create(yandex.request())
    problem = caught.value.problems[0]
    assert (problem.code, problem.who, problem.their_text) == ("dropoff_refused", Who.ADMIN, "No dropoff available")


def test_a_point_where_parcels_are_handed_in_may_be_the_start(yandex: YandexHarness) -> None:
    point = next(row for row in yandex.port.points(0).points if row.code == "e1139f6d-e34f-47a9-a55f-31f032a861a6")
    own = yandex.open(station=point.code)
    assert own.quote(yandex.request()).price == yandex.port.quote(yandex.request()).price
    big = replace(yandex.request().parcels[0], length_mm=1600)
    with pytest.raises(Refused) as caught:
        own.create(yandex.request(parcels=(big,)))
    assert caught.value.problems[0].code == "too_big_for_service"


# --- odd answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("claims/search", {"claims": None}, "Unavailable"),
        ("claims/search", [], "Unavailable"),
        ("claims/journal", [], "Unavailable"),
        ("claims/info", {"id": ""}, "Unavailable"),
        ("claims/cancel-info", {}, "Refused"),
        ("claims/cancel", [], "Uncertain"),
        ("claims/accept", {}, "Uncertain"),
        ("claims/create", {"id": ""}, "Uncertain"),
        ("claims/create", [], "Uncertain"),
        ("offers/calculate", {"offers": [{}]}, "Refused"),
        ("offers/calculate", {}, "Unavailable"),
    ],
)
def test_an_odd_answer_is_no_proof_of_anything(yandex: YandexHarness, path: str, body: Any, said: str) -> None:
    known = yandex.port.create(ride(yandex)).remote_id
    calls: dict[str, Callable[[], object]] = {
        "claims/search": lambda: yandex.port.find("wb-2-1"),
        "claims/journal": lambda: yandex.port.pull("", riding),
        "claims/info": lambda: yandex.port.read(known),
        "claims/cancel-info": lambda: yandex.port.cancel(known),
        "claims/cancel": lambda: yandex.port.cancel(known),
        "claims/create": lambda: yandex.port.create(ride(yandex, "wb-2-1")),
        "claims/accept": lambda: yandex.port.create(ride(yandex, "wb-2-1")),
        "offers/calculate": lambda: yandex.port.create(ride(yandex, "wb-2-1")),
    }
    yandex.strike("status", Where(f"{CARGO}/{path}"), status=200, body=body)
    assert yandex.raised(calls[path]) == said
    assert (accepted(yandex), accepted(yandex, "wb-2-1")) == (1, 0)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("offers/create", {"offers": []}, "Refused"),
        ("offers/create", {"offers": [{"offer_details": {}}]}, "Refused"),
        ("offers/create", [], "Refused"),
        ("offers/confirm", {"request_id": ""}, "Uncertain"),
        ("offers/confirm", [], "Uncertain"),
    ],
)
def test_an_offer_without_sense_makes_no_order(yandex: YandexHarness, path: str, body: Any, said: str) -> None:
    yandex.strike("status", Where(f"{PLATFORM}/{path}"), status=200, body=body)
    assert yandex.raised(lambda: yandex.port.create(yandex.request())) == said
    assert yandex.accepted("wb-1-1") == 0
    assert yandex.make().decision is Decision.ACCEPTED


def test_a_cancellation_that_yandex_refuses_inside_a_good_answer(yandex: YandexHarness) -> None:
    """§A10: HTTP 200 with `ERROR` is a refusal, `SUCCESS` of a repeated one is none."""
    made = yandex.make()
    path = Where(f"{PLATFORM}/request/cancel")
    body = {"status": "ERROR", "reason": "cancel_not_available", "description": "поздно"}
    yandex.strike("status", path, status=200, body=body)
    with pytest.raises(Refused) as caught:
        yandex.port.cancel(made.remote_id)
    problem = caught.value.problems[0]
    assert (problem.code, problem.their_code, problem.their_text) == (
        "cancel_refused",
        "cancel_not_available",
        "поздно",
    )
    yandex.strike("status", path, status=200, body={"status": "SUCCESS", "reason": "already_cancelled"})
    assert yandex.port.cancel(made.remote_id).cancel is Decision.PENDING


# --- many at once, and money -----------------------------------------------------------------------------------------


def test_a_hundred_orders_are_one_call(yandex: YandexHarness) -> None:
    made, ridden = yandex.make(), yandex.port.create(ride(yandex, "wb-2-1"))
    strangers = [f"{n:032x}-udp" for n in range(150)] + [f"{PREFIX}{n:032x}" for n in range(150)]
    yandex.calls.records.clear()
    read = yandex.port.read_many([made.remote_id, *strangers, ridden.remote_id])
    assert [state.remote_id for state in read] == [made.remote_id, ridden.remote_id]
    assert sorted(yandex.calls.labels()) == ["claims.bulk"] * 2 + ["requests.info"] * 2


def test_one_silent_api_does_not_hide_the_prices_of_the_other(yandex: YandexHarness) -> None:
    request = yandex.request()
    for path, left in ((f"{CARGO}/offers/calculate", "other_day"), (f"{PLATFORM}/pricing-calculator", "express")):
        yandex.strike("status", Where(path), status=503)
        assert [quote.service_code for quote in yandex.port.offers(request)] == [left]
        yandex.no_faults()
    yandex.strike("status", Where("*"), None, status=503)
    assert yandex.raised(lambda: yandex.port.offers(request)) == "Unavailable"
    yandex.no_faults()
    nowhere = yandex.request(address=read_address("Незнамоград, ул. Баумана, 5"))
    with pytest.raises(Refused) as caught:
        yandex.port.offers(nowhere)
    assert caught.value.problems[0].code == "address_unknown"
    yandex.switch(no_slots=True)
    assert [quote.service_code for quote in yandex.port.offers(request)] == ["express"]
    assert yandex.open(express_token="").offers(request) == []


def test_cash_at_a_point_is_asked_for_as_the_account_wants_it(yandex: YandexHarness) -> None:
    """`postpay` instead of a card (§A4); what is collected is exact, the delivery's part too."""
    raw = yandex.port._api.ask("pickup-points/list", "cabinet", {"payment_method": "postpay"}).row["points"]
    point = next(row["id"] for row in raw if row["type"] == "pickup_point")
    account = yandex.open(on_receipt="postpay", vat="22", inn="7700000000")
    request = yandex.request(kind=DeliveryKind.PICKUP, address=None, point_code=point, cod=Money(123457))
    body = yandex.detail(yandex.settle(account.create(request)))["whole"]["request"]
    assert body["billing_info"] == {"payment_method": "postpay", "delivery_cost": 33457}
    assert [item["billing_details"] for item in body["items"]] == [
        {"inn": "7700000000", "nds": 22, "unit_price": 45000, "assessed_unit_price": 45000}
    ]
    assert yandex.sent(yandex.port.find("wb-1-1")).cod_minor == 123457


def test_two_boxes_are_one_claim(yandex: YandexHarness) -> None:
    [box] = yandex.request().parcels
    request = ride(yandex, parcels=(box, replace(box, weight_g=2345, length_mm=255)), declared=Money(100001))
    made = yandex.port.create(request)
    items = yandex.detail(made)["whole"]["items"]
    assert [(item["weight"], item["size"]["length"]) for item in items] == [(0.7, 0.2), (2.345, 0.255)]
    assert sum(round(float(item["cost_value"]) * 100) for item in items) == 100001
    assert is_ours(request, yandex.port.find("wb-1-1"))
