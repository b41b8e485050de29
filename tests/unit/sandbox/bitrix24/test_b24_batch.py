"""``batch`` (contracts/bitrix24-app.md §3.4, bitrix24-crm.md §13)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import requests

from sandbox.bitrix24 import seeding
from sandbox.bitrix24.state.portal import Portal

from .conftest import Client


@pytest.fixture
def deal(portal: Portal) -> int:
    contacts = [seeding.add_contact(portal, "Ольга", "Синицына", phones=["+79170000001"]) for _ in range(2)]
    return seeding.add_deal(portal, "Сделка", contactIds=contacts)


def test_empty_maps_are_lists(client: Client) -> None:
    found = client.batch({"me": "profile"})
    assert found["result"]["me"]["ID"] == "1"
    assert (found["result_error"], found["result_total"], found["result_next"]) == ([], [], [])
    assert set(found["result_time"]["me"]) >= {"start", "finish", "duration", "processing"}
    assert client.batch([]) == {key: [] for key in found}


def test_commands_in_a_list_answer_in_a_list(client: Client) -> None:
    found = client.batch(["profile", "user.admin"])
    assert [found["result"][0]["ID"], found["result"][1]] == ["1", True]
    # With a hole the keys show.
    assert client.batch(["no.such", "user.admin"])["result"] == {"1": True}


def test_errors_are_each_commands_own(client: Client) -> None:
    found = client.batch({"bad": "crm.item.get?entityTypeId=2&id=9999", "good": "user.admin"})
    assert found["result_error"]["bad"]["error"] == "NOT_FOUND"
    assert found["result"] == {"good": True}


@pytest.mark.parametrize(
    ("halt", "ran"), [(1, False), ("1", False), ("False", False), (0, True), ("0", True), ("", True)]
)
def test_halt_stops_at_the_first_failure(client: Client, halt: Any, ran: bool) -> None:
    found = client.batch({"bad": "no.such", "after": "user.admin"}, halt)
    assert ("after" in found["result"]) is ran


def test_the_fifty_first_command_is_refused_alone(client: Client) -> None:
    found = client.batch({f"k{index}": "user.admin" for index in range(52)})
    assert len(found["result"]) == 50
    assert {row["error"] for row in found["result_error"].values()} == {"ERROR_BATCH_LENGTH_EXCEEDED"}
    assert sorted(found["result_error"]) == ["k50", "k51"]


def test_a_batch_in_a_batch_is_forbidden(client: Client) -> None:
    found = client.batch({"inner": "batch?cmd[a]=profile", "up": "disk.folder.upload", "n": None, "ok": "profile"})
    assert found["result_error"]["inner"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert set(found["result"]) == {"ok"}


def test_a_whole_reference_takes_any_type(client: Client, deal: int) -> None:
    found = client.batch(
        {
            "deal": f"crm.item.get?entityTypeId=2&id={deal}",
            "one": "crm.item.get?entityTypeId=3&id=$result[deal][item][contactId]",
            "all": "crm.item.list?entityTypeId=3&filter[@id]=$result[deal][item][contactIds]",
            "total": "crm.item.list?entityTypeId=3&filter[id]=$total[all]",
        }
    )
    assert found["result"]["one"]["item"]["name"] == "Ольга"
    assert len(found["result"]["all"]["items"]) == 2
    assert found["result"]["total"]["items"][0]["id"] == 2
    assert found["result_total"]["all"] == 2


def test_inside_a_text_only_strings_are_put_in(client: Client, deal: int) -> None:
    found = client.batch(
        {
            "deal": f"crm.item.get?entityTypeId=2&id={deal}",
            "text": f"crm.item.update?entityTypeId=2&id={deal}&fields[comments]=Из $result[deal][item][title] тут",
            "number": f"crm.item.update?entityTypeId=2&id={deal}&fields[additionalInfo]=N $result[deal][item][id] x",
            "glued": f"crm.item.update?entityTypeId=2&id={deal}&fields[sourceDescription]=$result[deal][item][title],x",
        }
    )
    item = found["result"]["glued"]["item"]
    assert item["comments"] == "Из Сделка тут"
    assert item["additionalInfo"] == "N $result[deal][item][id] x"
    # Only white space ends a reference: the glued tail is swallowed.
    assert item["sourceDescription"] == "Сделка"


def test_a_missing_step_gives_the_last_container(client: Client, deal: int) -> None:
    found = client.batch(
        {
            "deal": f"crm.item.get?entityTypeId=2&id={deal}",
            "far": "crm.item.list?entityTypeId=3&filter[@id]=$result[deal][item][contactIds][7]",
            "null": "crm.item.get?entityTypeId=2&id=$result[deal][item][leadId]",
            "none": "crm.item.get?entityTypeId=2&id=$result[nobody][x]",
        }
    )
    assert len(found["result"]["far"]["items"]) == 2
    assert {found["result_error"][key]["error"] for key in ("null", "none")} == {"100"}


def test_values_must_be_encoded_once(client: Client, deal: int) -> None:
    address = "Казань, Баумана 5 & 7 #2 + 100%"
    plain = client.batch({"a": f"crm.item.update?entityTypeId=2&id={deal}&fields[comments]={address}"})
    assert plain["result"]["a"]["item"]["comments"] == "Казань, Баумана 5 "
    encoded = client.batch({"a": f"crm.item.update?entityTypeId=2&id={deal}&fields[comments]={quote(address)}"})
    assert encoded["result"]["a"]["item"]["comments"] == address


def test_the_word_false_is_true(client: Client, deal: int) -> None:
    found = client.batch({"a": f"crm.item.update?entityTypeId=2&id={deal}&fields[comments]=False"})
    assert found["result"]["a"]["item"]["comments"] == "False"


def test_the_owner_keys_of_rows_must_be_encoded(client: Client, deal: int) -> None:
    found = client.batch(
        {
            "plain": f"crm.item.productrow.list?filter[=ownerType]=D&filter[=ownerId]={deal}",
            "good": f"crm.item.productrow.list?filter[%3DownerType]=D&filter[%3DownerId]={deal}",
        }
    )
    assert found["result_error"]["plain"]["error"] == "REQUIRED_ARG_MISSING"
    assert found["result"]["good"] == {"productRows": []}


def test_a_form_encodes_a_command_twice(client: Client, portal: Portal, deal: int) -> None:
    command = f"crm.item.update?entityTypeId=2&id={deal}&fields[comments]={quote('a & b')}"
    form = {"auth": client.token, "halt": "0", "cmd[x]": command}
    answer = requests.post(f"{portal.base_url}/rest/batch", data=form, timeout=5).json()
    assert answer["result"]["result"]["x"]["item"]["comments"] == "a & b"


def test_one_batch_is_one_request(client: Client, portal: Portal) -> None:
    portal.switches.rate_limit = True
    client.batch({f"k{index}": "user.admin" for index in range(50)})
    assert portal.limits.bucket("127.0.0.1").level <= 1.0
