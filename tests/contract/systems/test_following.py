"""Following orders and being called back: Tracking, Callbacks, sign-in."""

from __future__ import annotations

import pytest

from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.problem import Who
from b24app.logistics.status import Incident, Status
from b24app.systems import discover
from tests.contract.systems.harness import Harness


def test_statuses_come_in_our_words_with_theirs_beside(system: Harness) -> None:
    settled = system.settle(system.port.create(system.request()))
    for status in ("accepted_at_warehouse", "in_transit", "out_for_delivery", "delivered"):
        system.move(settled, status)
    events = system.port.read(settled.remote_id).events
    statuses = [event.status for event in events if event.status]
    assert statuses[-4:] == [
        Status.ACCEPTED_AT_WAREHOUSE,
        Status.IN_TRANSIT,
        Status.OUT_FOR_DELIVERY,
        Status.DELIVERED,
    ]
    assert all(event.code and event.text for event in events)


def test_a_failed_attempt_carries_its_reason_and_a_problem(system: Harness) -> None:
    settled = system.settle(system.port.create(system.request()))
    system.move(settled, "delivery_failed")
    event = system.port.read(settled.remote_id).events[-1]
    assert event.status is Status.DELIVERY_FAILED
    assert event.incident is Incident.NO_ANSWER
    assert event.problem is not None
    assert event.problem.who is Who.MANAGER


def test_a_parcel_that_goes_back_is_followed_home(system: Harness) -> None:
    settled = system.settle(system.port.create(system.request()))
    for status in ("accepted_at_warehouse", "not_delivered"):
        system.move(settled, status)
    state = system.port.read(settled.remote_id)
    assert [event.status for event in state.events if event.status][-1] is Status.RETURNING
    assert state.return_ids
    back = system.port.read(state.return_ids[0])
    system.move(back, "delivered")
    last = system.port.read(settled.remote_id).events[-1]
    assert last.status is Status.RETURNED
    assert last.back


def test_many_are_read_at_once_and_one_silent_answer_spoils_nothing(system: Harness) -> None:
    first = system.port.create(system.request("wb-1-1"))
    second = system.port.create(system.request("wb-2-1"))
    assert [state.number for state in system.port.read_many([first.remote_id, second.remote_id])] == [
        "wb-1-1",
        "wb-2-1",
    ]
    system.fault("status", f"*{first.remote_id}*", "GET", status=500)
    read = system.port.read_many([first.remote_id, second.remote_id])
    assert [state.remote_id for state in read] == [second.remote_id]


def test_a_callback_names_the_order_and_repeats_under_one_key(system: Harness) -> None:
    created = system.port.create(system.request())
    hints = system.port.parse({}, system.callback_body(created))
    assert hints[-1].remote_id == created.remote_id
    assert hints[-1].number == "wb-1-1"
    assert hints == system.port.parse({}, system.callback_body(created))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"type":1}', b"\xff\xfe", b'{"type":"PRINT_FORM","uuid":"x"}'])
def test_a_callback_that_says_nothing_is_no_hint_and_no_error(system: Harness, body: bytes) -> None:
    assert system.port.parse({}, body) == []


def test_subscribing_twice_leaves_one_and_a_new_secret_replaces_the_old(system: Harness) -> None:
    address = "https://waybill.test/hooks/carrier/7"
    system.port.ensure_subscribed("https://someone.else.test/hook/abc")
    system.port.ensure_subscribed(f"{address}/old")
    system.port.ensure_subscribed(f"{address}/old")
    system.port.ensure_subscribed(f"{address}/new")
    assert sorted(system.subscriptions()) == ["https://someone.else.test/hook/abc", f"{address}/new"]


def test_unsubscribing_takes_all_of_ours_and_nobody_elses(system: Harness) -> None:
    address = "https://waybill.test/hooks/carrier/7"
    system.port.ensure_subscribed("https://someone.else.test/hook/abc")
    system.port.ensure_subscribed(f"{address}/secret")
    assert system.port.unsubscribe(f"{address}/another") == 1
    assert system.port.unsubscribe(f"{address}/another") == 0
    assert system.subscriptions() == ["https://someone.else.test/hook/abc"]


def test_signing_out_forgets_the_token(system: Harness) -> None:
    system.port.find("wb-1-1")
    system.port.sign_out()
    system.calls.records.clear()
    system.port.find("wb-1-1")
    assert system.calls.labels() == ["oauth.token", "orders.find"]


def test_an_expired_token_is_renewed_once_and_the_call_repeated(system: Harness) -> None:
    system.port.find("wb-1-1")
    system.expire_tokens()
    system.calls.records.clear()
    assert system.port.find("wb-1-1") is None
    assert system.calls.labels() == ["orders.find", "oauth.token", "orders.find"]


def test_a_token_serves_many_calls(system: Harness) -> None:
    for _ in range(3):
        system.port.find("wb-1-1")
    assert system.calls.labels().count("oauth.token") == 1


def test_wrong_keys_are_an_account_problem_for_the_admin(system: Harness) -> None:
    stranger = system.open(secret="wrong")
    with pytest.raises(AccountProblem) as caught:
        stranger.find("wb-1-1")
    assert caught.value.problem.who is Who.ADMIN
    assert caught.value.problem.their_code


def test_a_silent_sign_in_is_unavailable_not_a_wrong_account(system: Harness) -> None:
    system.fault("status", "*oauth/token*", "POST", status=500)
    with pytest.raises(Unavailable):
        system.port.find("wb-1-1")


def test_the_connection_test_goes_step_by_step(system: Harness) -> None:
    good = list(system.port.test())
    assert [(step.name, step.ok) for step in good] == [
        (name, True) for name in discover()[system.code].manifest.test_steps
    ]
    bad = list(system.open(secret="wrong").test())
    assert [step.ok for step in bad][-1] is False
    assert bad[-1].problem is not None


def test_secrets_never_reach_the_log(system: Harness) -> None:
    system.settle(system.port.create(system.request()))
    secrets = [system.settings["secret"], "89000001462", "+79000001462", "Северцева"]
    logged = " ".join(f"{record.url} {record.sent} {record.got}" for record in system.calls.records)
    assert [secret for secret in secrets if secret in logged] == []
