"""The port `Messages`, gateway by gateway: a message is taken once under our number, and what became of it is told."""

from __future__ import annotations

import pytest

from b24app.logistics import ports
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.messages import Messages, SmsStatus
from b24app.logistics.ports import CallbackHint
from b24app.logistics.problem import Who
from b24app.systems import discover
from tests.contract.messages.conftest import GATEWAYS
from tests.contract.messages.gateway import PHONE, TEXT, Gateway
from tests.contract.systems.parts import SILENT

RAISED = {"refused": Refused, "account": AccountProblem, "unavailable": Unavailable, "uncertain": Uncertain}


def test_each_gateway_is_driven() -> None:
    kinds = {code: plugin.manifest.kind for code, plugin in discover().items()}
    assert {code for code, kind in kinds.items() if kind == "messages"} == set(GATEWAYS)


def test_it_is_a_gateway_and_nothing_else(gateway: Gateway) -> None:
    assert gateway.has("Messages")
    assert isinstance(gateway.port, Messages)
    assert gateway.manifest.kind == "messages"
    assert {"Orders", "Quotes", "Offers", "PickupPoints"}.isdisjoint(gateway.manifest.ports)
    assert not isinstance(gateway.port, ports.Orders)


def test_a_message_is_taken_and_followed_to_its_end(gateway: Gateway) -> None:
    state = gateway.port.send_text(gateway.message())
    assert (state.number, state.status) == (41, SmsStatus.ACCEPTED)
    assert state.remote_id
    [taken] = gateway.accepted()
    assert (taken["phone"], taken["text"]) == (PHONE[1:], TEXT)
    assert state.segments == taken["parts"] == 1
    assert state.price is not None
    assert state.price.minor > 0
    for status in (SmsStatus.SENT, SmsStatus.DELIVERED):
        gateway.bring(status)
        told = gateway.port.text_state(41, PHONE)
        assert (told.status, told.number) == (status, 41)


def test_a_long_text_says_what_it_costs(gateway: Gateway) -> None:
    state = gateway.port.send_text(gateway.message(text="Я" * 140))
    assert state.segments == 3


@pytest.mark.parametrize("status", [SmsStatus.UNDELIVERED, SmsStatus.REFUSED])
def test_an_end_without_success_says_why(gateway: Gateway, status: SmsStatus) -> None:
    gateway.port.send_text(gateway.message())
    gateway.bring(status)
    told = gateway.port.text_state(41, PHONE)
    assert (told.status, told.status.is_final) == (status, True)
    assert told.their_code
    assert told.their_text


def test_a_status_that_nobody_documented_is_kept_as_it_came(gateway: Gateway) -> None:
    gateway.port.send_text(gateway.message())
    gateway.control("POST", "orders/41/status", gateway.strange)
    told = gateway.port.text_state(41, PHONE)
    assert (told.status, told.status.is_final) == (SmsStatus.UNKNOWN, False)
    assert told.their_code


def test_a_number_that_was_never_sent_is_unknown(gateway: Gateway) -> None:
    gateway.port.send_text(gateway.message())
    assert gateway.port.text_state(42, PHONE) is None
    assert gateway.port.text_state(41, "+79000001463") is None


def test_a_lost_answer_is_looked_up_and_not_repeated(gateway: Gateway) -> None:
    gateway.strike("break_after", gateway.sending)
    assert gateway.raised(lambda: gateway.port.send_text(gateway.message())) == "Uncertain"
    assert gateway.port.text_state(41, PHONE).status is SmsStatus.ACCEPTED
    assert len(gateway.accepted()) == 1


def test_what_never_arrived_may_be_sent_again(gateway: Gateway) -> None:
    gateway.strike("break_before", gateway.sending)
    assert gateway.raised(lambda: gateway.port.send_text(gateway.message())) in ("Uncertain", "Unavailable")
    assert gateway.port.text_state(41, PHONE) is None
    gateway.port.send_text(gateway.message())
    assert len(gateway.accepted()) == 1


def test_every_error_shape_of_sending_means_what_it_says(gateway: Gateway) -> None:
    for shape in gateway.shapes:
        body = {"body": shape.body, "headers": {"Content-Type": shape.kind, **shape.headers}}
        gateway.strike("status", gateway.sending, status=shape.status, **body)
        with pytest.raises(RAISED[shape.want]) as caught:
            gateway.port.send_text(gateway.message())
        found = caught.value
        if isinstance(found, AccountProblem):
            assert (found.problem.their_code, found.problem.who) == (shape.code, Who.ADMIN), shape.name
        if isinstance(found, Refused):
            [problem] = found.problems
            assert (problem.their_code or "", bool(problem.their_text)) == (shape.code or "0", True), shape.name
            assert shape.names in (None, problem.field), shape.name
        gateway.no_faults()
    assert gateway.accepted() == []


def test_a_silent_gateway_proves_nothing(gateway: Gateway) -> None:
    gateway.port.send_text(gateway.message())
    asked = gateway.raised_by(SILENT, gateway.asking, lambda: gateway.port.text_state(41, PHONE))
    assert set(asked.values()) == {"Unavailable"}
    for body in ("{}", "[]", '{"status": null}', '"nothing"'):
        gateway.strike("status", gateway.asking, status=200, body=body, headers={"Content-Type": "application/json"})
        assert gateway.raised(lambda: gateway.port.text_state(41, PHONE)) == "Unavailable", body
        gateway.no_faults()
    sent = gateway.raised_by(SILENT, gateway.sending, lambda: gateway.port.send_text(gateway.message(42)))
    assert set(sent.values()) <= {"Uncertain", "Unavailable"}
    assert sent["html {'status': 200}"] == "Uncertain"


def test_refusals_of_the_real_thing(gateway: Gateway) -> None:
    port = gateway.port
    assert gateway.raised(lambda: port.send_text(gateway.message(phone=gateway.bad_phone))) == "Refused"
    assert gateway.raised(lambda: port.send_text(gateway.message(text=" "))) == "Refused"
    assert gateway.raised(lambda: port.send_text(gateway.message(text="Я" * 1001))) == "Refused"
    stranger = gateway.open(**gateway.stranger)
    assert gateway.raised(lambda: stranger.send_text(gateway.message())) == "Refused"
    assert gateway.accepted() == []


def test_without_money_or_key_the_account_is_the_problem(gateway: Gateway) -> None:
    name, value, _ = gateway.wrong_keys[0]
    for port in (gateway.open(**gateway.poor), gateway.open(**{name: value})):
        with pytest.raises(AccountProblem) as caught:
            port.send_text(gateway.message())
        assert caught.value.problem.who is Who.ADMIN
        assert gateway.told(f"{caught.value} {caught.value.problem}") == []
    with pytest.raises(AccountProblem):
        gateway.open(**{name: value}).text_state(41, PHONE)
    assert gateway.accepted() == []


def test_the_connection_test_goes_step_by_step(gateway: Gateway) -> None:
    names = list(gateway.manifest.test_steps)
    assert [(step.name, step.ok) for step in gateway.port.test()] == [(name, True) for name in names]
    wrong = [({name: value}, step) for name, value, step in gateway.wrong_keys]
    for settings, failed in [*wrong, (gateway.poor, "balance")]:
        steps = list(gateway.open(**settings).test())
        before = [(name, True) for name in names[: names.index(failed)]]
        assert [(step.name, step.ok) for step in steps] == [*before, (failed, False)]
        problem = steps[-1].problem
        assert problem is not None
        assert problem.who is Who.ADMIN
    gateway.fault("status", "*", times=None, status=503)
    silent = list(gateway.port.test())
    assert silent[-1].problem is not None
    assert silent[-1].problem.code == "system_silent"
    assert gateway.accepted() == []


def test_a_callback_names_its_message_and_rubbish_names_nothing(gateway: Gateway) -> None:
    [hint] = gateway.port.parse({}, gateway.callback(41))
    assert isinstance(hint, CallbackHint)
    assert "41" in (hint.remote_id, hint.number)
    assert not hint.checked
    again = gateway.port.parse({}, gateway.callback(41))[0]
    assert again.key == hint.key
    for rubbish in (
        b"",
        b"{}",
        b"id=x&status=1",
        b"\xff\xfe",
        b"id=" + b"9" * 40 + b"&status=1",
        b"&".join([b"a=b"] * 99),
    ):
        assert gateway.port.parse({}, rubbish) == []


def test_secrets_and_people_never_reach_the_log(gateway: Gateway) -> None:
    gateway.port.send_text(gateway.message())
    gateway.port.text_state(41, PHONE)
    gateway.raised(lambda: gateway.port.send_text(gateway.message(42, phone=gateway.bad_phone)))
    logged = "\n".join(f"{each.url} {each.sent} {each.got} {each.why} {each.label}" for each in gateway.calls.records)
    assert logged
    assert gateway.told(logged) == []
    assert "ждёт в пункте" not in logged
