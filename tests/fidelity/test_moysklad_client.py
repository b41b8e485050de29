"""A published client of MoySklad (`moysklad` of npm) against the emulated one: filters, templates, files, errors."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.world import World

SCRIPT = Path(__file__).parent / "moysklad_npm.js"
Told = dict[str, Any]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """What the client made of each answer."""
    with World(systems=["moysklad"]) as world:
        world.control.post("/moysklad/settings", {"rate_units": 10_000})
        found = world.addresses["moysklad"]
        account = found["accounts"][0]
        endpoint = found["base_url"].removesuffix("/remap/1.2").replace("http://", "https://")
        command = ["node", str(SCRIPT), endpoint, account["login"], account["password"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        yield json.loads(done.stdout)


def test_an_order_is_made_once_and_found_by_the_clients_filters(told: Told) -> None:
    order = told["order"]
    assert (order["name"], order["sum"], told["again"]["id"]) == ("npm-1", 90000, order["id"])
    assert told["moment"] == "2026-10-05T09:40:00.000Z"
    [found] = told["found"]["rows"]
    assert (found["id"], found["state"]["name"]) == (order["id"], "Новый")
    assert found["positions"]["rows"][0]["assortment"]["article"] == told["goods"]["article"] == "CUP-1"
    assert told["changed"]["description"] == "x"


def test_a_shipment_is_made_from_its_template(told: Told) -> None:
    assert told["template"]["positions"]["rows"][0]["quantity"] == 2
    demand = told["demand"]
    assert demand["customerOrder"]["meta"]["href"] == told["order"]["meta"]["href"]
    assert (demand["shippingDocumentNumber"], demand["applicable"]) == ("1105000", True)
    assert told["files"][0]["filename"] == "label.pdf"
    assert told["printed"] == {"status": 303, "begins": "%PDF-"}
    assert {row["freeStock"] for row in told["stock"]} == {48, 30}


def test_errors_are_the_clients_own(told: Told) -> None:
    missing, mass, nobody = told["missing"], told["mass"], told["nobody"]
    assert (missing["error"], missing["code"], missing["status"]) == ("MoyskladApiError", 3000, 412)
    assert (mass["error"], mass["errorsIndexes"][0][0], mass["code"]) == ("MoyskladCollectionError", 0, 3000)
    assert (nobody["error"], nobody["code"], nobody["status"]) == ("MoyskladApiError", 1021, 404)
    assert told["deleted"] is None or "error" not in told["deleted"]
