"""CDEK's webhooks are unsigned: a secret in the address, and the order is read again before it is believed."""

from __future__ import annotations

import requests

from tests.flows.town import Shop

DEAL, STRANGER = 501, "72753031-1111-4222-8333-444455556666"


def test_doubled_and_shuffled_webhooks_tell_each_status_once(shop: Shop) -> None:
    shop.town.carrier(webhook_double=1.0, webhook_shuffle=1.0, webhook_trailing_space=True, webhook_wild=True)
    shop.ship(DEAL)
    shop.shipped(DEAL)
    for code in ("RECEIVED_AT_SHIPMENT_WAREHOUSE", "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", "TAKEN_BY_COURIER"):
        shop.happens(DEAL, code)
        shop.town.advance(2)
    shop.becomes(DEAL, "У курьера")
    shop.town.advance(10)
    shop.town.calm(1.5)
    texts = shop.comments(DEAL)
    for word in ("создал заказ", "принята на складе", "в пути", "у курьера"):
        assert len([text for text in texts if word in text]) == 1
    assert len(texts) == 4


def test_a_webhook_is_only_a_hint(shop: Shop) -> None:
    """What it claims is not believed: the order is read, and says otherwise. Orders of others are ignored."""
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    order, before = shop.order(DEAL), shop.comments(DEAL)
    for uuid, number in ((order["uuid"], order["number"]), (STRANGER, "somebody-else-1")):
        attributes = {"code": "DELIVERED", "status_code": "4", "number": number, "is_return": False}
        push = {"type": "ORDER_STATUS", "uuid": uuid, "attributes": attributes}
        shop.town.program.steer("POST", "/cdek/webhooks/send", push)
    shop.town.wait(lambda: len(shop.town.journal("webhook.sent", key="somebody-else-1")) == 1, "the stranger's push")
    shop.town.calm(1.5)
    assert shop.status(DEAL) == "Заказ создан"
    assert shop.comments(DEAL) == before
    reads = [row for row in shop.town.journal("rest.call") if STRANGER in str(row)]
    assert reads == []


def test_without_the_secret_nobody_is_heard(shop: Shop) -> None:
    shop.town.wait(lambda: shop.town.program.steer("GET", "/cdek/webhooks")["webhooks"], "the subscription")
    [good] = {row["url"] for row in shop.town.program.steer("GET", "/cdek/webhooks")["webhooks"]}
    address, _, secret = good.rpartition("/")
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    calls = len(shop.town.journal("rest.call"))
    body = {"type": "ORDER_STATUS", "uuid": shop.order(DEAL)["uuid"], "attributes": {"code": "DELIVERED"}}
    wrong = ("x" * len(secret), secret[:-1], secret.swapcase())
    for bad in wrong:
        requests.post(f"{address}/{bad}", json=body, timeout=10)
    shop.town.calm()
    assert len(shop.town.journal("rest.call")) == calls
    requests.post(good, json=body, timeout=10)
    shop.town.wait(lambda: len(shop.town.journal("rest.call")) > calls, "a reading after the right secret")


def test_a_dropped_subscription_is_made_again(shop: Shop) -> None:
    cdek = shop.town.world.system("cdek").cdek
    with cdek.lock:
        cdek.subscriptions.clear()
    shop.town.advance(13 * 3600)
    shop.ship(DEAL)
    shop.town.wait(lambda: shop.town.program.steer("GET", "/cdek/webhooks")["webhooks"], "a new subscription")
    shop.shipped(DEAL)
    shop.happens(DEAL, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    shop.becomes(DEAL, "Принят на складе")


def test_subscriptions_are_kept_without_any_deal(shop: Shop) -> None:
    """An idle account looks after them too: a day of our silence makes CDEK drop them."""
    cdek = shop.town.world.system("cdek").cdek
    with cdek.lock:
        cdek.subscriptions.clear()
    shop.town.advance(13 * 3600)
    shop.town.wait(lambda: shop.town.program.steer("GET", "/cdek/webhooks")["webhooks"], "a new subscription")
