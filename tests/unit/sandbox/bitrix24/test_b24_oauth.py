"""The two OAuth servers (contracts/bitrix24-app.md §2, §8.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.card import CLIENT_ID, CLIENT_SECRET
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import Client, install

KEYS = {
    "access_token", "expires", "expires_in", "scope", "domain", "server_endpoint", "status", "client_endpoint",
    "member_id", "user_id", "refresh_token",
}  # fmt: skip


def pair(world: World, portal: Portal, **more: Any) -> dict[str, Any]:
    if portal.app.install is None:
        install(portal)
    found: dict[str, Any] = world.control.post(f"/bitrix24/{portal.member_id}/token", more)
    return found


def renew(world: World, refresh: str, server: str = "oauth", verb: str = "POST", **more: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    form |= {"refresh_token": refresh} | more
    url = world.addresses[server] + "/oauth/token/"
    if verb == "GET":
        return requests.get(url, params=form, timeout=10)
    return requests.post(url, data=form, timeout=10)


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_refresh_answers_eleven_keys_and_kills_the_old_token(world: World, portals: list[Portal], verb: str) -> None:
    old = pair(world, portals[0], user=7)
    answer = renew(world, old["refresh_token"], verb=verb)
    fresh = answer.json()
    assert answer.status_code == 200
    assert set(fresh) == KEYS
    assert fresh["domain"] == world.addresses["oauth"].removeprefix("http://")
    assert fresh["client_endpoint"] == f"{portals[0].base_url}/rest/"
    assert (fresh["expires_in"], fresh["user_id"], fresh["member_id"]) == (3600, 7, portals[0].member_id)
    again = renew(world, old["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert renew(world, fresh["refresh_token"]).status_code == 200
    assert len(world.journal.find(kind="oauth.refreshed", portal=portals[0].member_id)) == 2


def test_a_refresh_token_lives_180_days(world: World, portals: list[Portal]) -> None:
    old = pair(world, portals[0])
    world.clock.advance(180 * 86400 + 1)
    assert renew(world, old["refresh_token"]).json()["error"] == "invalid_grant"


def test_each_refusal_has_its_code(world: World, portals: list[Portal]) -> None:
    token = pair(world, portals[0])["refresh_token"]
    url = world.addresses["oauth"] + "/oauth/token/"
    assert renew(world, token, client_secret="wrong").json()["error"] == "invalid_client"
    assert renew(world, "").json()["error"] == "invalid_request"
    assert renew(world, token, grant_type="password").json()["error"] == "invalid_request"
    assert requests.post(url, json={"grant_type": "refresh_token"}, timeout=5).json()["error"] == "invalid_request"
    foreign = pair(world, portals[0], client_id="app.other.1")
    assert renew(world, foreign["refresh_token"]).json()["error"] == "wrong_client"
    # The other region's server knows nothing of it.
    assert renew(world, token, server="oauth_west").json()["error"] == "invalid_grant"


def test_a_west_portal_has_the_other_server(world: World, portals: list[Portal]) -> None:
    west = portals[3]
    token = pair(world, west)["refresh_token"]
    assert west.server_endpoint == world.addresses["oauth_west"] + "/rest/"
    assert renew(world, token).json()["error"] == "invalid_grant"
    assert renew(world, token, server="oauth_west").json()["server_endpoint"] == west.server_endpoint


def test_a_blocked_or_removed_app_gets_no_tokens(world: World, portals: list[Portal]) -> None:
    token = pair(world, portals[0])["refresh_token"]
    world.control.post(f"/bitrix24/{portals[0].member_id}/licence", {"blocked": True})
    blocked = renew(world, token)
    assert (blocked.status_code, blocked.json()["error"]) == (401, "PAYMENT_REQUIRED")
    world.control.post(f"/bitrix24/{portals[0].member_id}/licence", {"blocked": False})
    lifecycle.uninstall(portals[0], clean=False)
    gone = renew(world, token)
    assert (gone.status_code, gone.json()["error"]) == (401, "NOT_INSTALLED")
    portals[0].deleted = True
    assert renew(world, token).status_code == 404


def test_a_code_works_once_and_for_thirty_seconds(world: World, portals: list[Portal]) -> None:
    install(portals[0])

    def exchange(code: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        return requests.get(world.addresses["oauth"] + "/oauth/token/", params=form | {"code": code}, timeout=5)

    path = f"/bitrix24/{portals[0].member_id}/code"
    code = world.control.post(path, {"user": 7})["code"]
    assert exchange(code).json()["user_id"] == 7
    assert exchange(code).json()["error"] == "invalid_grant"
    late = world.control.post(path)["code"]
    world.clock.advance(31)
    assert exchange(late).json()["error"] == "invalid_grant"


def test_authorize_sends_the_browser_back_with_a_code(world: World, portals: list[Portal]) -> None:
    install(portals[0])
    query = {"client_id": CLIENT_ID, "state": "abc"}
    answer = requests.get(f"{portals[0].base_url}/oauth/authorize/", params=query, timeout=5, allow_redirects=False)
    target = answer.headers["Location"]
    assert answer.status_code == 302
    assert "state=abc" in target
    assert f"member_id={portals[0].member_id}" in target
    wrong = requests.get(f"{portals[0].base_url}/oauth/authorize/", params={"client_id": "x"}, timeout=5)
    assert wrong.status_code == 400


@pytest.mark.parametrize("path", ["/rest/app.info", "/rest/app.info/"])
def test_app_info_proves_a_token(world: World, portals: list[Portal], path: str) -> None:
    token = pair(world, portals[0], user=7)["access_token"]
    got = requests.get(world.addresses["oauth"] + path, params={"auth": token}, timeout=5).json()["result"]
    posted = requests.post(world.addresses["oauth"] + path, json={"auth": token}, timeout=5).json()["result"]
    assert got == posted
    assert (got["client_id"], got["user_id"]) == (CLIENT_ID, 7)
    assert got["install"]["member_id"] == portals[0].member_id
    assert got["install"]["domain"] == portals[0].domain
    assert got["install"]["installed"] is True


def test_app_info_refuses_what_it_does_not_know(world: World, portals: list[Portal]) -> None:
    token = pair(world, portals[0])["access_token"]

    def info(text: str, server: str = "oauth") -> tuple[int, str]:
        answer = requests.get(world.addresses[server] + "/rest/app.info", params={"auth": text}, timeout=5)
        return answer.status_code, answer.json()["error"]

    assert info("nonsense") == (401, "NO_AUTH_FOUND")
    assert info(token, "oauth_west") == (401, "NO_AUTH_FOUND")
    world.clock.advance(3601)
    assert info(token) == (401, "expired_token")
    fresh = pair(world, portals[0])["access_token"]
    lifecycle.uninstall(portals[0], clean=True)
    assert info(fresh) == (401, "NOT_INSTALLED")


def test_ban_errors_and_grace_by_control(world: World, portals: list[Portal]) -> None:
    token = pair(world, portals[0])["refresh_token"]
    world.control.post("/bitrix24/oauth", {"server_error": 503})
    assert renew(world, token).status_code == 503
    world.control.post("/bitrix24/oauth", {"server_error": 0, "banned": True})
    assert renew(world, token).status_code == 403
    world.control.post("/bitrix24/oauth", {"banned": False, "refresh_grace": 60.0})
    assert [renew(world, token).status_code for _ in range(2)] == [200, 200]
    world.clock.advance(61)
    assert renew(world, token).status_code == 400


def test_a_reply_may_lack_expires(world: World, portals: list[Portal]) -> None:
    token = pair(world, portals[0])["refresh_token"]
    path = f"/bitrix24/{portals[0].member_id}/settings"
    world.control.post(path, {"token_reply_omit": ["expires", "user_id"]})
    assert set(renew(world, token).json()) == KEYS - {"expires", "user_id"}


def test_refreshed_tokens_work_at_the_portal(
    world: World, portals: list[Portal], client_of: Callable[..., Client]
) -> None:
    client = client_of(portals[0], 7)
    client.token = renew(world, pair(world, portals[0], user=7)["refresh_token"]).json()["access_token"]
    assert client.call("profile")["ID"] == "7"
