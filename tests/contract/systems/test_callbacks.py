"""Being called back: the port Callbacks."""

from __future__ import annotations

from tests.contract.systems.harness import Harness


def test_a_callback_names_the_order_and_repeats_under_one_key(system: Harness) -> None:
    if not system.has("Callbacks"):
        return
    created = system.port.create(system.request())
    headers, body = system.callback_headers(created), system.callback_body(created)
    hints = system.port.parse(headers, body)
    assert hints[-1].remote_id == created.remote_id or hints[-1].number == "wb-1-1"
    assert hints[-1].key
    assert hints == system.port.parse(headers, body)


def test_a_callback_that_says_nothing_is_no_hint_and_no_error(system: Harness) -> None:
    if not system.has("Callbacks"):
        return
    bodies = [b"", b"{", b"[]", b"null", b"7", b'{"type":1}', b"\xff\xfe", b'{"type":"PRINT_FORM","uuid":"x"}', b"<a/>"]
    assert [system.port.parse({}, body) for body in bodies] == [[]] * len(bodies)


def test_there_is_one_subscription_of_ours_and_nobody_elses_goes(system: Harness) -> None:
    """Subscribing twice leaves one, a new secret replaces the old, a silent subscription is said; then all go."""
    if not system.has("Callbacks") or not system.subscribes:
        return
    address, other = "https://waybill.test/hooks/carrier/7", "https://someone.else.test/hook/abc"
    system.port.ensure_subscribed(other)
    for secret in ("old", "old", "new"):
        system.port.ensure_subscribed(f"{address}/{secret}")
    assert sorted(system.subscriptions()) == [other, f"{address}/new"]
    assert system.port.unsubscribe(f"{address}/another") == 1
    assert system.port.unsubscribe(f"{address}/another") == 0
    assert system.subscriptions() == [other]
