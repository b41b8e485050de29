"""The store's three addresses: the secret lets in, what cannot be read or stored is said so."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from b24app.hooks.counters import HookCounters
from b24app.hooks.shop import MAX_BYTES, shop_hooks
from b24app.store.shop_doors import Door

SECRET = "a" * 48
REGISTRY = CollectorRegistry()
COUNTERS = HookCounters(REGISTRY)


class Shop:
    """Answers by what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.broken = False

    def door(self, secret: str) -> Door | None:
        return Door(7, "key") if secret == SECRET else None

    def calculate(self, door: Door, body: Any, began: float) -> Any:
        return self._answer("calculate", body)

    def create(self, door: Door, body: Any) -> Any:
        return self._answer("create", body)

    def cancel(self, door: Door, body: Any) -> Any:
        return self._answer("cancel", body)

    def _answer(self, act: str, body: Any) -> Any:
        if self.broken:
            raise OperationalError("x", {}, Exception())
        self.asked.append((act, body))
        return {"SUCCESS": "Y", "ACT": act}


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def client(shop: Shop) -> FlaskClient:
    app = Flask("hooks")
    app.register_blueprint(shop_hooks(shop, COUNTERS))
    return app.test_client()


@pytest.mark.parametrize("act", ["calculate", "create", "cancel"])
def test_each_act_has_its_address(client: FlaskClient, shop: Shop, act: str) -> None:
    answer = client.post(f"/b24/delivery/{SECRET}/{act}", json={"A": 1})
    assert (answer.status_code, answer.json) == (200, {"SUCCESS": "Y", "ACT": act})
    assert shop.asked == [(act, {"A": 1})]
    assert client.head(f"/b24/delivery/{SECRET}/{act}").status_code == 200


@pytest.mark.parametrize("secret", ["b" * 48, "x", SECRET + "a", "a" * 5000])
def test_another_secret_is_not_found(client: FlaskClient, shop: Shop, secret: str) -> None:
    assert client.post(f"/b24/delivery/{secret}/create", json={}).status_code == 404
    assert shop.asked == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json(client: FlaskClient, shop: Shop, body: bytes) -> None:
    assert client.post(f"/b24/delivery/{SECRET}/create", data=body).status_code == 400
    assert shop.asked == []


def test_too_much(client: FlaskClient) -> None:
    assert client.post(f"/b24/delivery/{SECRET}/create", data=b" " * (MAX_BYTES + 1)).status_code == 413


def test_what_could_not_be_stored_was_not_taken(client: FlaskClient, shop: Shop) -> None:
    shop.broken = True
    assert client.post(f"/b24/delivery/{SECRET}/create", json={}).status_code == 503
    labels = {"hook": "shop", "outcome": "not_stored"}
    assert REGISTRY.get_sample_value("waybill_hook_requests_total", labels) == 1
