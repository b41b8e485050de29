"""A published client of DPD (`dpd` of npm, over node-soap) against the emulated one: it reads our WSDLs and answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.world import World

SCRIPT = Path(__file__).parent / "dpd_npm.js"
Told = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["dpd"]) as found:
        yield found


@pytest.fixture(scope="module")
def told(world: World) -> Told:
    """What the client made of each answer."""
    found = world.addresses["dpd"]
    account = found["accounts"][0]
    host = found["base_url"].removeprefix("http://")
    command = ["node", str(SCRIPT), host, account["client_number"], account["client_key"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    result: Told = json.loads(done.stdout)
    return result


def test_points_and_terminals_are_read_with_their_types(told: Told) -> None:
    shops = told["shops"]["parcelShop"]
    assert [shop["address"]["cityName"] for shop in shops] == ["Саратов"] * 5
    assert all(isinstance(shop["schedule"], list) for shop in shops)
    limits = [shop["limits"] for shop in shops if shop.get("limits")]
    assert {type(limit[name]) for limit in limits for name in limit} <= {int, float}
    assert "M11" in {terminal["terminalCode"] for terminal in told["terminals"]["terminal"]}
    assert told["storage"] == {"terminal": [{"terminalCode": "M11", "services": [{"serviceCode": "PCL", "days": 10}]}]}


def test_a_list_of_one_is_a_list_because_the_schema_says_so(told: Told) -> None:
    [shop] = told["lone"]["parcelShop"]
    assert shop["address"]["cityName"] == "Псков"


def test_prices_are_numbers_of_roubles_and_days(told: Told) -> None:
    for name in ("cost", "parcels"):
        services = {row["serviceCode"]: row for row in told[name]}
        assert {"PCL", "CSM", "ECN"} <= set(services)
        assert all(100 < row["cost"] < 10_000 and 0 < row["days"] < 15 for row in services.values())
        assert services["PCL"]["serviceName"] == "DPD OPTIMUM"


def test_a_fault_carries_the_candidates_in_its_detail(told: Told) -> None:
    words, _, detail = told["ambiguous"]["error"].partition(": {")
    assert words == "S:Server: Неоднозначно задан населенный пункт"
    fault = json.loads("{" + detail)["ServiceCostFault2"]
    assert [row["regionName"] for row in fault["deliveryDups"]] == ["Кировская область", "Калужская область"]
    assert fault["code"] == "too-many-rows"


def test_elements_out_of_the_schemas_order_are_refused(told: Told) -> None:
    assert "Не заполнено обязательное поле getServiceCost2/request/pickup" in told["misplaced"]["error"]


def test_what_the_client_does_wrong_is_refused_as_the_contract_says(told: Told, world: World) -> None:
    """Keys straight in the wrapper, where a `request` belongs (§2: the most common mistake)."""
    assert "unexpected element 'auth' in getStatesByClient" in told["states"]["error"]
    calls = [entry.data for entry in world.journal.find(kind="rest.call")]
    assert {call["operation"] for call in calls if call.get("operation")} >= {"getParcelShops", "getServiceCost2"}
