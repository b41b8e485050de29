"""The life of orders at ApiShip, over real HTTP: webhooks, long histories, returns, half-mended orders, who sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import AccountProblem, Refused
from b24app.logistics.model import Item, Parcel, Sender
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, is_ours
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.apiship import tracking
from sandbox.kernel.server import serve
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


def refusal(call: Any) -> tuple[str, Field, Who]:
    with pytest.raises(Refused) as caught:
        call()
    [problem] = caught.value.problems
    return problem.code, problem.field, problem.who


# --- news -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("full", [False, True])
def test_a_webhook_is_a_hint_and_the_order_is_read(apiship: ApiShipHarness, full: bool) -> None:
    """Short or long, once or twice: it names the order; what happened is asked for."""
    bodies: list[bytes] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b""]

    server = serve(app)
    try:
        apiship.switch(webhook_full=full, webhook_double=1.0)
        apiship.port.ensure_subscribed(f"{server.base_url}/hooks/carrier/7/secret")
        made = apiship.make()
        apiship.step(made, {"code": "onPointIn"})
        apiship.wait_for(lambda: len(bodies), lambda n: n >= 6)
    finally:
        server.stop()
    hints = [hint for body in bodies for hint in apiship.port.parse({}, body)]
    assert {(hint.remote_id, hint.number) for hint in hints} == {(made.remote_id, "wb-1-1")}
    assert len({hint.key for hint in hints}) == (3 if full else 1)
    assert all(("status" in json.loads(body)) is full for body in bodies)
    assert apiship.port.read(hints[0].remote_id).events[-1].status is Status.ACCEPTED_AT_WAREHOUSE


def test_a_history_longer_than_a_page_is_read_whole(apiship: ApiShipHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "PAGE", 10)
    made = apiship.make()
    for n in range(10):
        apiship.advance(60)
        apiship.step(made, {"code": ("onWay", "onPointOut")[n % 2]})
    apiship.calls.records.clear()
    events = apiship.port.read(made.remote_id).events
    assert apiship.calls.labels() == ["orders.read", "orders.history", "orders.history"]
    assert len(events) == 12
    assert [event.code for event in events[:3]] == ["uploading", "uploaded", "onWay"]


def test_what_apiship_does_not_recognise_leaves_the_status_as_it_was(apiship: ApiShipHarness) -> None:
    made = apiship.make()
    apiship.control("POST", "orders/wb-1-1/route", {"route": "unrecognised"})
    apiship.advance(7 * 86_400)
    events = apiship.port.read(made.remote_id).events
    assert [(event.code, event.status) for event in events if event.status is None] == [
        ("unknown", None), ("notApplicable", None),
    ]  # fmt: skip
    assert events[-1].status is Status.DELIVERED


def test_a_part_of_the_goods_is_delivered(apiship: ApiShipHarness) -> None:
    made = apiship.make()
    apiship.control("POST", "orders/wb-1-1/route", {"route": "partial"})
    apiship.advance(7 * 86_400)
    read = apiship.port.read(made.remote_id)
    last = read.events[-1]
    assert (last.code, last.status, last.incident) == ("partialReturn", Status.DELIVERED, Incident.PARTIAL)
    # Half of each row was taken; reading many reads this one whole, and the feed asks for that.
    assert read.in_part is not None
    assert apiship.port.read_many([made.remote_id])[0].in_part == read.in_part
    page = apiship.port.pull("", list)
    assert (page.states, page.read_again) == ((), (made.remote_id,))


def test_many_are_read_in_hundreds_and_a_strangers_order_is_left_out(apiship: ApiShipHarness) -> None:
    mine = apiship.make()
    other = apiship.account_number(1)
    apiship.calls.records.clear()
    asked = [str(100 + n) for n in range(150)]
    found = apiship.port.read_many([*asked, other, mine.remote_id])
    assert apiship.calls.labels() == ["orders.statuses", "orders.statuses"]
    assert [state.remote_id for state in found if not state.gone] == [mine.remote_id]
    assert other not in {state.remote_id for state in found}
    assert len(found) == 151
    with pytest.raises(AccountProblem) as caught:
        apiship.port.read(other)
    assert caught.value.problem.code == "order_foreign"


# --- one intent, one live order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["PUT", "POST"])
@pytest.mark.parametrize("action", ["break_before", "break_after"])
def test_an_order_that_is_half_mended_is_mended_by_the_next_create(
    apiship: ApiShipHarness, step: str, action: str
) -> None:
    """Stopped before or after the change, before or after it was sent again."""
    refused = apiship.settle(apiship.port.create(apiship.refused_request()))
    request = apiship.request("wb-77-1")
    path = f"/v1/orders/{refused.remote_id}" + ("" if step == "PUT" else "/resend")
    apiship.fault(action, path, step)
    assert apiship.raised(lambda: apiship.port.create(request)) == "Uncertain"
    settled = apiship.settle(apiship.deliver(request))
    assert (settled.remote_id, settled.decision) == (refused.remote_id, Decision.ACCEPTED)
    assert (apiship.accepted("wb-77-1"), apiship.live("wb-77-1")) == (1, 1)
    assert is_ours(request, apiship.port.find("wb-77-1"))


def test_a_number_is_free_again_after_a_cancellation(apiship: ApiShipHarness) -> None:
    first = apiship.make()
    apiship.port.cancel(first.remote_id)
    found = apiship.port.find("wb-1-1")
    assert (found.remote_id, found.cancel) == (first.remote_id, Decision.ACCEPTED)
    second = apiship.settle(apiship.port.create(apiship.request()))
    assert second.remote_id != first.remote_id
    assert apiship.port.find("wb-1-1").remote_id == second.remote_id
    assert apiship.live("wb-1-1") == 1


def test_a_calculator_that_fails_sends_no_order(apiship: ApiShipHarness) -> None:
    for action, status in [("status", 500), ("break_after", 0), ("status", 429)]:
        apiship.fault(action, "/v1/calculator", status=status)
        assert apiship.raised(lambda: apiship.port.create(apiship.request())) == "Unavailable"
    assert apiship.accepted("wb-1-1") == 0


def test_money_is_rubles_alone(apiship: ApiShipHarness) -> None:
    item = Item("Чашка", "CUP-1", 1, Money.of(9000, "KZT"), 300)
    tenge = apiship.request(parcels=(Parcel(700, 200, 150, 100, (item,)),))
    assert refusal(lambda: apiship.port.create(tenge)) == ("currency_refused", Field.ITEMS, Who.ADMIN)
    assert refusal(lambda: apiship.port.quote(apiship.request(cod=Money.of(9000, "KZT"))))[0] == "currency_refused"
    assert apiship.accepted("wb-1-1") == 0


def test_nothing_declared_is_not_the_goods_worth(apiship: ApiShipHarness) -> None:
    apiship.port.create(apiship.request(declared=Money(0)))
    assert sent(apiship)["cost"]["assessedCost"] == 0
    assert apiship.port.quote(apiship.request(declared=Money(0))).lines[0].what == "tariff"
    assert len(apiship.port.quote(apiship.request(declared=Money(0))).lines) == 1


# --- both ends --------------------------------------------------------------------------------------------------------


def test_the_portals_sender_wins_and_a_drop_off_point_stands_in_for_an_address(apiship: ApiShipHarness) -> None:
    given = Sender("Кладовщик", "+79000000002", "ООО Склад", address=read_address("Самара, ул. Мира, 5"))
    apiship.port.create(apiship.request(sender=given))
    sender = sent(apiship)["sender"]
    assert (sender["contactName"], sender["phone"], sender["city"]) == ("Кладовщик", "+79000000002", "Самара")
    bare = apiship.open(sender_address="")
    bare.create(apiship.request("wb-2-1"))
    assert sent(apiship, "wb-2-1")["sender"]["addressString"] == apiship.port.point("1001").address
    nobody = apiship.open(sender_address="", drop_points="")
    assert refusal(lambda: nobody.create(apiship.request("wb-3-1"))) == ("sender_missing", Field.SENDER, Who.ADMIN)
    silent = apiship.open(sender_phone="")
    assert refusal(lambda: silent.create(apiship.request("wb-4-1"))) == ("sender_phone", Field.SENDER, Who.ADMIN)
    lost = apiship.open(drop_points="77")
    assert refusal(lambda: lost.create(apiship.request("wb-5-1"))) == ("sender_point_unknown", Field.SENDER, Who.ADMIN)
    [last] = [step for step in lost.test() if not step.ok]
    assert (last.name, last.problem.code) == ("sender", "sender_point_unknown")
    [soft] = [step for step in nobody.test() if not step.ok]
    assert (soft.problem.code, soft.soft) == ("sender_missing", True)


def test_the_name_that_apiship_knows_is_found_among_several(apiship: ApiShipHarness) -> None:
    address = replace(read_address("Казань, ул. Баумана, 44"), city_names=("Баумана", "Казань"))
    apiship.port.create(apiship.request(address=address))
    assert sent(apiship)["recipient"]["city"] == "Казань"
    unknown = replace(address, city_names=("Баумана", "Зелёная", "Улица", "Казань"))
    assert refusal(lambda: apiship.port.create(apiship.request("wb-2-1", address=unknown)))[:2] == (
        "city_unknown", Field.ADDRESS,
    )  # fmt: skip
    nameless = replace(address, city_names=())
    apiship.port.create(apiship.request("wb-3-1", address=nameless))
    assert "city" not in sent(apiship, "wb-3-1")["recipient"]


def test_a_service_that_nobody_has_is_the_admins(apiship: ApiShipHarness) -> None:
    for service in ("parcel", "no-such", ""):
        call = lambda: apiship.port.quote(apiship.request(service_code=service))  # noqa: B023, E731
        assert refusal(call) == ("service_unknown", Field.SERVICE, Who.ADMIN)
    assert refusal(lambda: apiship.port.quote(apiship.request(service_code="999")))[0] == "service_unavailable"


# --- returns, account -------------------------------------------------------------------------------------------------


def test_returns_are_refused_by_carriers_that_take_none(apiship: ApiShipHarness) -> None:
    made = apiship.settle(apiship.port.create(apiship.request(service_code="dpd")))
    apiship.move(made, "delivered")
    assert refusal(lambda: apiship.port.create_return(apiship.return_request(made, "r-1")))[1] is Field.SERVICE
    early = apiship.settle(apiship.port.create(apiship.request("wb-2-1")))
    with pytest.raises(Refused):
        apiship.port.create_return(apiship.return_request(early, "r-2"))
    of_nobody = replace(apiship.return_request(early, "r-3"), of_remote_id="")
    assert refusal(lambda: apiship.port.create_return(of_nobody))[0] == "order_unknown"
    assert [apiship.returned(number) for number in ("r-1", "r-2", "r-3")] == [0, 0, 0]


def test_a_return_is_followed_home(apiship: ApiShipHarness) -> None:
    made = apiship.make()
    apiship.move(made, "delivered")
    back = apiship.port.create_return(apiship.return_request(made, "r-1"))
    for code in ("onPointIn", "onWay", "delivered"):
        apiship.advance(60)
        apiship.control("POST", f"orders/{back.remote_id}/status", {"code": code})
    told = [event.status for event in apiship.port.read_return(back.remote_id).events]
    assert told[-3:] == [Status.RETURNING, Status.RETURNING, Status.RETURNED]


def test_a_token_of_the_cabinet_is_never_renewed(apiship: ApiShipHarness) -> None:
    token = apiship.account()["token"]
    port = apiship.open(login="", password="", token=token)
    apiship.expire_tokens()
    assert port.find("wb-1-1") is None
    assert [step.ok for step in port.test()] == [True] * 4
    steps = list(apiship.open(login="", password="", token="").test())
    assert [(step.name, step.problem.code) for step in steps] == [("settings", "account_missing")]
    wrong = list(apiship.open(login="", password="", token="wrong").test())
    assert [(step.name, step.ok) for step in wrong] == [("settings", True), ("sign_in", False)]
    assert "oauth.token" not in apiship.calls.labels()
