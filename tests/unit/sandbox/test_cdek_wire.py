"""CDEK's transport: tokens, envelopes, faults, unknown fields, accounts, control, processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.control import ControlError
from sandbox.processes import ProcessWorld

from .conftest import CdekClient


def _token(cdek: CdekClient, **sent: Any) -> requests.Response:
    url = cdek.base_url + "/v2/oauth/token"
    return requests.post(url, timeout=5, **sent)


def test_a_token_comes_by_form_query_and_multipart(cdek: CdekClient) -> None:
    keys = {"grant_type": "client_credentials"} | {name: cdek.keys[name] for name in ("client_id", "client_secret")}
    files = {name: (None, value) for name, value in keys.items()}
    for sent in ({"data": keys}, {"params": keys}, {"files": files}):
        found = _token(cdek, **sent).json()
        assert found["token_type"] == "bearer"
        assert found["expires_in"] == 3599
        assert found["access_token"].count(".") == 2


def test_a_token_is_refused_for_a_wrong_pair_and_for_get(cdek: CdekClient) -> None:
    wrong = {"grant_type": "client_credentials", "client_id": cdek.keys["client_id"], "client_secret": "x"}
    answer = _token(cdek, data=wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    assert requests.get(cdek.base_url + "/v2/oauth/token", params=wrong, timeout=5).status_code == 405


def _auth_code(answer: requests.Response) -> tuple[int, str]:
    row = answer.json()["requests"][0]
    assert (row["type"], row["state"]) == ("AUTH", "INVALID")
    return answer.status_code, row["errors"][0]["code"]


def test_calls_without_or_with_an_old_token(cdek: CdekClient) -> None:
    url = cdek.base_url + "/v2/location/cities"
    assert _auth_code(requests.get(url, timeout=5)) == (401, "unauthorized")
    bad = requests.get(url, headers={"Authorization": "Bearer nonsense"}, timeout=5)
    assert _auth_code(bad) == (401, "v2_authorization_incorrect")
    assert cdek.call("GET", "/v2/location/cities", code=44).ok
    cdek.world.clock.advance(3601)
    assert _auth_code(cdek.call("GET", "/v2/location/cities")) == (401, "v2_token_expired")
    cdek.sign_in()
    cdek.world.control.post("/cdek/tokens/expire")
    assert _auth_code(cdek.call("GET", "/v2/location/cities")) == (401, "v2_token_expired")


def test_faults_speak_cdeks_words(cdek: CdekClient) -> None:
    control = cdek.world.control
    control.fault("cdek", "status", params={"status": 500}, times=1)
    broken = cdek.call("GET", "/v2/location/cities")
    assert (broken.status_code, broken.json()["error"]) == (500, "Internal Server Error")
    control.fault("cdek", "status", params={"status": 503}, times=1)
    busy = cdek.call("GET", "/v2/location/cities")
    assert (busy.status_code, busy.text) == (503, "Service Unavailable")


def test_a_fault_may_strike_one_account_only(cdek: CdekClient, other_cdek: CdekClient) -> None:
    cdek.world.control.fault("cdek", "status", match={"portal": cdek.keys["client_id"]})
    assert cdek.call("GET", "/v2/webhooks").status_code == 500
    assert other_cdek.call("GET", "/v2/webhooks").status_code == 200
    assert [row["portal"] for row in cdek.world.control.journal(kind="rest.call")[-2:]] == [
        cdek.keys["client_id"],
        other_cdek.keys["client_id"],
    ]


def test_oddities_of_cdeks_own_test_server(cdek: CdekClient) -> None:
    cdek.set(stuck_deletes=True, unrecognised_city_codes=[270])
    uuid = cdek.ready()
    cdek.call("DELETE", f"/v2/orders/{uuid}")
    cdek.world.clock.advance(3000)
    assert cdek.read(uuid)["requests"][0]["state"] == "ACCEPTED"
    assert cdek.codes(cdek.ready(cdek.door(number="N-2"))) == ["v2_recipient_location_not_recognized"]


def test_a_lost_202_leaves_an_order_behind(cdek: CdekClient) -> None:
    cdek.world.control.fault("cdek", "break_after", match={"method": "POST", "path": "/v2/orders"}, times=1)
    with pytest.raises(requests.ConnectionError):
        cdek.create()
    assert cdek.call("GET", "/v2/orders", im_number="D-100500").ok
    assert cdek.world.control.counts()["cdek"]["order.accepted"] == 1


def test_unknown_fields_appear_everywhere_when_asked_for(cdek: CdekClient) -> None:
    cdek.set(unknown_fields=True)
    found = cdek.read(cdek.ready())
    for row in (found, found["entity"], found["entity"]["recipient"], found["requests"][0]):
        assert "sandbox_unknown_field" in row


def test_an_unknown_address_is_loud(cdek: CdekClient) -> None:
    answer = cdek.call("GET", "/v2/registries", date="2026-01-01")
    assert (answer.status_code, answer.json()["path"]) == (404, "/v2/registries")
    assert cdek.world.journal.find(kind="rest.call")[-1].data["unknown"] is True


def test_control_refuses_nonsense_in_words(cdek: CdekClient) -> None:
    uuid = cdek.ready()
    for path, body in [
        ("/cdek/settings", {"colour": 1}),
        ("/cdek/settings", {"decision_min": "soon"}),
        ("/cdek/orders/none/status", {"code": "DELIVERED"}),
        (f"/cdek/orders/{uuid}/status", {"code": "FLOWN"}),
        (f"/cdek/orders/{uuid}/route", {"route": "to the moon"}),
        ("/cdek/overrides", {"match": {"colour": "*"}}),
        ("/cdek/offices/XXX", {"open": False}),
        ("/cdek/offices/MSK1", {"colour": "red"}),
    ]:
        with pytest.raises(ControlError, match="error"):
            cdek.world.control.post(path, body)


def test_processes_share_clock_faults_and_journal(tmp_path: Path) -> None:
    with ProcessWorld(tmp_path, systems=["cdek"]) as world:
        base = world.addresses["cdek"]["base_url"]
        assert world.addresses["control"] == world.control.base_url
        account = world.addresses["cdek"]["accounts"][0]
        form = {"grant_type": "client_credentials"} | {name: account[name] for name in ("client_id", "client_secret")}
        token = requests.post(base + "/v2/oauth/token", data=form, timeout=5).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        world.control.fault("cdek", "status", params={"status": 500}, times=1)
        assert requests.get(base + "/v2/webhooks", headers=headers, timeout=5).status_code == 500
        world.clock.advance(4000)
        assert requests.get(base + "/v2/webhooks", headers=headers, timeout=5).status_code == 401
        assert world.control.counts()["cdek"]["rest.call"] == 3
        assert world.control.post("/cdek/settings", {"decision_max": 9})["decision_max"] == 9
        assert "POST /v2/orders" in str(world.control.get("/coverage", format="json"))
        world.reset()
        assert world.control.counts() == {}
        assert world.control.addresses() == world.addresses
