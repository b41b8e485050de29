"""The portal's REST transport: who may call, in which form, how often (contracts/bitrix24-app.md §3, §8.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.bitrix24 import lifecycle, seeding
from sandbox.bitrix24.rest.known import KNOWN
from sandbox.bitrix24.rest.registry import METHODS
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import Client

Make = Callable[..., Client]


def test_every_way_to_send_a_token(client: Client, portal: Portal) -> None:
    url = f"{portal.base_url}/rest/profile"
    bearer = {"Authorization": f"Bearer {client.token}"}
    for answer in (
        requests.get(url, params={"auth": client.token}, timeout=5),
        requests.get(url + ".json", params={"access_token": client.token}, timeout=5),
        requests.post(url, data={"auth": client.token}, timeout=5),
        requests.post(url, json={"auth": client.token}, timeout=5),
        requests.post(url, headers=bearer, timeout=5),
        requests.post(url, files={"auth": (None, client.token)}, timeout=5),
        requests.post(url.replace("profile", "PROFILE"), json={"auth": client.token}, timeout=5),
    ):
        assert answer.json()["result"]["ID"] == "1"


def test_the_body_wins_over_the_query(client: Client, portal: Portal) -> None:
    url = f"{portal.base_url}/rest/method.get"
    answer = requests.post(url, params={"name": "no.such"}, json={"auth": client.token, "name": "profile"}, timeout=5)
    assert answer.json()["result"] == {"isExisting": True, "isAvailable": True}


def test_malformed_json_has_no_parameters(client: Client, portal: Portal) -> None:
    url = f"{portal.base_url}/rest/crm.item.get"
    headers = {"Content-Type": "application/json"}
    answer = requests.post(url, params={"auth": client.token}, data=b"{oops", headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "100")
    # JSON without its content type is no JSON either.
    text = {"Content-Type": "text/plain"}
    answer = requests.post(
        url, params={"auth": client.token}, data=b'{"entityTypeId":2,"id":1}', headers=text, timeout=5
    )
    assert answer.json()["error"] == "100"


def test_an_unknown_method_comes_before_the_token(portal: Portal) -> None:
    answer = requests.post(f"{portal.base_url}/rest/crm.itme.get", timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (404, "ERROR_METHOD_NOT_FOUND")
    answer = requests.post(f"{portal.base_url}/rest/crm.item.get", timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (401, "NO_AUTH_FOUND")


def test_a_real_method_that_is_not_emulated_is_refused_loudly(client: Client) -> None:
    status, code, text = client.refused("telephony.externalCall.register")
    assert (status, code) == (501, "SANDBOX_NOT_IMPLEMENTED")
    assert "telephony.externalCall.register" in text


def test_a_token_of_another_portal_is_unknown(client: Client, portals: list[Portal], client_of: Make) -> None:
    other = client_of(portals[1])
    other.token = client.token
    assert other.refused("profile")[:2] == (401, "NO_AUTH_FOUND")


def test_a_token_expires_and_does_not_slide(client: Client, world: World) -> None:
    world.clock.advance(3500)
    client.call("profile")
    world.clock.advance(101)
    assert client.refused("profile") == (401, "expired_token", "The access token provided has expired.")


@pytest.mark.parametrize(("errors", "status"), [("docs", 403), ("core", 401)])
def test_missing_scopes(client: Client, portal: Portal, world: World, errors: str, status: int) -> None:
    portal.switches.auth_errors = errors
    world.control.post(f"/bitrix24/{portal.member_id}/scopes", {"scopes": ["crm"]})
    assert client.refused("placement.get")[:2] == (status, "insufficient_scope")
    assert client.call("scope") == ["crm"]
    found = client.batch({"a": "placement.get"})
    assert found["result_error"]["a"] == {"error": "insufficient_scope", "error_description": ""}


def test_portal_wide_refusals(client: Client, portal: Portal) -> None:
    portal.switches.overload = True
    assert client.refused("profile")[:2] == (503, "OVERLOAD_LIMIT")
    portal.switches.overload, portal.switches.rest_allowed = False, False
    assert client.refused("profile")[:2] == (403, "ACCESS_DENIED")
    portal.switches.rest_allowed = True
    portal.app.licence.blocked = True
    assert client.refused("profile")[:2] == (401, "PAYMENT_REQUIRED")
    portal.app.licence.blocked = False
    portal.users[1].app_access = False
    assert client.refused("profile")[:2] == (403, "user_access_error")
    portal.users[1].app_access = True
    lifecycle.dismiss(portal, 1)
    assert client.refused("profile") == (401, "authorization_error", "Unable to authorize user")
    portal.deleted = True
    assert client.refused("profile")[:2] == (500, "PORTAL_DELETED")


def test_a_dismissed_installer_may_leave_a_system_user(client: Client, portal: Portal) -> None:
    lifecycle.dismiss(portal, 1, keep_integrations=True)
    assert client.call("profile")["NAME"] == "Waybill"
    assert [row["ID"] for row in client.call("user.get")] == ["7", "9", "12"]


def test_uninstalling_kills_every_token_at_once(client: Client, portal: Portal) -> None:
    lifecycle.uninstall(portal, clean=False)
    assert client.refused("profile")[:2] == (401, "ERROR_OAUTH")
    lifecycle.begin_install(portal, 1)
    assert client.refused("profile")[:2] == (401, "ERROR_OAUTH")


def test_webhooks_reach_the_crm_and_no_application_method(world: World, portal: Portal) -> None:
    base = world.control.post(f"/bitrix24/{portal.member_id}/webhook", {"user": 1})["url"]
    assert requests.get(base + "crm.category.list.json?entityTypeId=2", timeout=5).status_code == 200
    for method in ("event.get", "placement.get", "app.option.get"):
        answer = requests.get(base + method, timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (403, "WRONG_AUTH_TYPE")
    answer = requests.get(base.replace("/1/", "/7/") + "profile", timeout=5)
    assert answer.status_code == 401


def test_the_rate_bucket_is_the_portals_and_the_callers(client: Client, portals: list[Portal], client_of: Make) -> None:
    portal, other = portals[0], client_of(portals[1])
    for one in (portal, portals[1]):
        one.switches.rate_limit = True
    client.portal.limits.bucket("127.0.0.1").level = 0.0
    answers = [client.raw("profile") for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert 5 <= len(refused) <= 10
    assert refused[0].json() == {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
    assert "Retry-After" not in refused[0].headers
    assert other.raw("profile").status_code == 200
    # Ten seconds drain twenty requests.
    client.world.clock.advance(10)
    assert [client.raw("profile").status_code for _ in range(10)] == [200] * 10


def test_enterprise_and_box_limits(portals: list[Portal], world: World) -> None:
    world.reset()
    enterprise, box = portals[2].switches, portals[4].switches
    assert (enterprise.rate_limit, enterprise.rate_capacity, enterprise.rate_drain) == (True, 250.0, 5.0)
    assert (box.rate_limit, box.operating_mode, box.old_frame) == (False, "none", True)


def test_operating_time_blocks_one_method_only(client: Client, portal: Portal) -> None:
    portal.switches.update({"operating_limit": 1.0, "operating_cost": {"user.current": 0.6}})
    envelopes = [client.page("user.current") for _ in range(2)]
    assert envelopes[1]["time"]["operating"] == pytest.approx(1.2, abs=0.05)
    assert envelopes[1]["time"]["operating_reset_at"] > envelopes[1]["time"]["start"] + 500
    text = "Method is blocked due to operation time limit."
    assert client.refused("user.current") == (429, "OPERATION_TIME_LIMIT", text)
    assert client.call("profile")["ID"] == "1"
    found = client.batch({"a": "user.current", "b": "profile"})
    assert found["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert found["result"]["b"]["ID"] == "1"
    client.world.clock.advance(601)
    assert client.call("user.current")["ID"] == "1"


def test_a_batch_may_be_charged_as_batch(client: Client, portal: Portal) -> None:
    portal.switches.update({"operating_mode": "batch", "operating_limit": 1.0, "operating_cost": {"user.current": 0.6}})
    client.batch({"a": "user.current", "b": "user.current"})
    assert client.refused("batch", cmd={"a": "profile"})[:2] == (429, "OPERATION_TIME_LIMIT")
    assert client.call("user.current")["ID"] == "1"


def test_the_time_block(client: Client, portal: Portal) -> None:
    block = client.page("profile")["time"]
    assert set(block) == {
        "start", "finish", "duration", "processing", "date_start", "date_finish", "operating_reset_at", "operating",
    }  # fmt: skip
    assert block["date_start"].endswith("+03:00")
    assert block["finish"] >= block["start"]
    portal.switches.operating_mode = "none"
    assert "operating" not in client.page("profile")["time"]


def test_a_renamed_portal_redirects_from_its_old_address(client: Client, portal: Portal, world: World) -> None:
    old = portal.base_url
    renamed = world.control.post(f"/bitrix24/{portal.member_id}/rename")
    moved = requests.post(f"{old}/rest/profile?x=1", json={"auth": client.token}, timeout=5, allow_redirects=False)
    assert moved.status_code == 302
    assert moved.headers["Location"] == renamed["base_url"] + "/rest/profile?x=1"
    assert renamed["domain"] == portal.domain
    assert client.call("profile")["ID"] == "1"
    assert world.control.get("/addresses")["portals"][0]["base_url"] == renamed["base_url"]


def test_browsers_may_call_from_anywhere(portal: Portal, client: Client) -> None:
    preflight = requests.options(f"{portal.base_url}/rest/profile", timeout=5)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Headers"] == "origin, content-type, accept"
    answer = client.raw("profile")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_faults_speak_the_portals_words(client: Client, portal: Portal, world: World) -> None:
    world.control.fault("bitrix24", "status", match={"portal": portal.member_id}, params={"status": 503}, times=1)
    assert client.refused("profile")[:2] == (503, "QUERY_LIMIT_EXCEEDED")
    world.control.fault("bitrix24", "html", match={"portal": portal.member_id}, times=1)
    answer = client.raw("profile")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    deal = seeding.add_deal(portal, "A")
    world.control.fault("bitrix24", "break_after", match={"path": "/rest/crm.item.update*"}, times=1)
    with pytest.raises(requests.ConnectionError):
        client.raw("crm.item.update", entityTypeId=2, id=deal, fields={"title": "B"})
    assert client.call("crm.item.get", entityTypeId=2, id=deal)["item"]["title"] == "B"


def test_every_call_is_one_journal_row(client: Client, portal: Portal, world: World) -> None:
    client.batch({"a": "profile", "b": "no.such"})
    client.refused("crm.item.get")
    first, second = world.journal.find(kind="rest.call", portal=portal.member_id)[-2:]
    assert first.key == "batch"
    assert first.data["commands"] == ["profile", "no.such"]
    assert first.data["errors"]["b"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert (second.key, second.data["status"], second.data["error"]) == ("crm.item.get", "400", "100")
    assert second.data["user"] == 1


def test_app_info_and_friends(client: Client, manager: Client, portals: list[Portal], client_of: Make) -> None:
    info = client.call("app.info")
    assert (info["ID"], info["INSTALLED"], info["LICENSE"], info["LICENSE_FAMILY"]) == (17, True, "ru_pro100", "pro")
    box = client_of(portals[4]).call("app.info")
    assert box["LICENSE"] == "ru_selfhosted"
    assert "LICENSE_TYPE" not in box
    assert (client.call("user.admin"), manager.call("user.admin")) == (True, False)
    assert manager.call("profile")["ADMIN"] is False
    assert client.call("server.time").endswith("+03:00")
    assert client.call("feature.get", CODE="rest_offline_extended") == {"value": "Y"}
    assert "crm.item.list" in client.call("methods")
    assert "sale" in client.call("scope", full="true")
    assert client.call("user.access", ACCESS=["U7", "G5"]) is True
    assert manager.call("user.access", ACCESS=["U8"]) is False


def test_user_brief_hides_mail_and_phone(manager: Client, client_of: Make, portal: Portal) -> None:
    brief = manager.call("user.current")
    assert (brief["ID"], brief["NAME"]) == ("7", "Пётр")
    assert not {"EMAIL", "WORK_PHONE", "PERSONAL_MOBILE"} & set(brief)
    found = manager.call("user.get", FILTER={"ID": ["7", "9"]})
    assert [row["ID"] for row in found] == ["7", "9"]


def test_options(client: Client, manager: Client) -> None:
    assert client.call("app.option.get") == []
    assert client.call("app.option.set", options={"a": "1"}) is True
    assert manager.call("app.option.get", option="a") == "1"
    assert manager.refused("app.option.set", options={"a": "2"})[:2] == (403, "ACCESS_DENIED")
    manager.call("user.option.set", options={"mine": "x"})
    assert (manager.call("user.option.get"), client.call("user.option.get")) == ({"mine": "x"}, [])


def test_coverage_tells_works_from_refused(world: World) -> None:
    rows: list[dict[str, Any]] = world.control.get("/coverage", format="json")["bitrix24"]
    states = {row["name"]: row["state"] for row in rows}
    assert states["crm.item.update"] == "works"
    assert states["telephony.externalCall.register"] == "refused (501)"
    assert "deprecated" in next(row["note"] for row in rows if row["name"] == "crm.deal.get")


def test_every_emulated_method_is_documented_with_its_scope(world: World) -> None:
    # event.test is in the contract (§4.1), but has no page of its own.
    undocumented = [row.name for key, row in METHODS.items() if key not in KNOWN]
    assert undocumented == ["event.test"]
    for key, row in METHODS.items():
        scopes = set(KNOWN[key].scopes) - {"basic"} if key in KNOWN else set()
        assert not row.scopes or scopes & set(row.scopes), row.name
        assert key not in KNOWN or row.name == KNOWN[key].name


def test_rest_v3_is_refused_loudly(client: Client, portal: Portal) -> None:
    answer = requests.post(f"{portal.base_url}/rest/api/tasks.task.add", json={"auth": client.token}, timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "SANDBOX_NOT_IMPLEMENTED")
