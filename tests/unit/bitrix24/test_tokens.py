"""Whose token, and one refresher at a time."""

from collections.abc import Callable

import pytest
import responses

from b24app.bitrix24.errors import NoToken
from b24app.bitrix24.oauth import OAuthRefused, OAuthServer
from b24app.bitrix24.tokens import Refresher, UserTokens
from b24app.wire.errors import NotSent, OutcomeUnknown
from tests.unit.bitrix24.conftest import MEMBER, OAUTH, World, refusal, stored, token_reply

Mock = responses.RequestsMock
Build = Callable[..., World]
TOKEN_URL = f"{OAUTH}/oauth/token/"
SERVER = f"{OAUTH}/rest/"


def test_a_dead_token_falls_back_to_the_pool(build: Build, mocked: Mock) -> None:
    portal = build(stored(1, "one", valid_s=0), stored(2, "two"))
    mocked.post(TOKEN_URL, **refusal("invalid_grant"))
    assert portal.tokens.current().value == "two"
    assert portal.store.broken == {1: "invalid_grant: "}
    assert portal.tokens.current().value == "two"
    assert len(mocked.calls) == 1


def test_nobody_left(build: Build, mocked: Mock) -> None:
    portal = build(stored(valid_s=0))
    mocked.post(TOKEN_URL, **refusal("INVALID_GRANT"))
    with pytest.raises(NoToken) as caught:
        portal.tokens.current()
    assert caught.value.code == "none"


@pytest.mark.parametrize("code", ["PAYMENT_REQUIRED", "invalid_client"])
def test_refusals_that_are_not_the_tokens_fault_keep_it(build: Build, mocked: Mock, code: str) -> None:
    portal = build(stored(valid_s=0))
    mocked.post(TOKEN_URL, **refusal(code, 401))
    with pytest.raises(NoToken) as caught:
        portal.tokens.current()
    assert (caught.value.code, portal.store.broken, portal.store.leases) == (code.lower(), {}, {})


@pytest.mark.parametrize(
    "answer", [{"status": 503}, {"status": 500, "body": "<html>"}, {"body": "<html>"}, {"json": {}}]
)
def test_trouble_of_the_oauth_server_keeps_the_token(build: Build, mocked: Mock, answer: dict[str, object]) -> None:
    portal = build(stored(valid_s=0))
    mocked.post(TOKEN_URL, **answer)
    with pytest.raises(NotSent) as caught:
        portal.tokens.current()
    assert not isinstance(caught.value, NoToken)
    assert (portal.store.broken, portal.store.leases, portal.store.rows[1].version) == ({}, {}, 1)


def test_a_rotation_by_somebody_else_is_taken(build: Build, mocked: Mock) -> None:
    """The refused refresh token was the old one: the other process saved the new one in the meantime."""
    portal = build(stored(valid_s=0))
    old = portal.store.rows[1]
    mocked.add_callback(responses.POST, TOKEN_URL, lambda _: _rotate_and_refuse(portal))
    assert portal.tokens.current().value == "theirs"
    assert old.version == 1


def _rotate_and_refuse(portal: World) -> tuple[int, dict[str, str], str]:
    from dataclasses import replace

    row = portal.store.rows[1]
    portal.store.rows[1] = replace(row, access="theirs", version=2)
    return 400, {}, '{"error": "invalid_grant"}'


def test_a_lease_that_nobody_gives_back_ends_the_wait(build: Build) -> None:
    portal = build(stored(valid_s=0))
    portal.store.leases[1] = "somebody"
    with pytest.raises(NotSent) as caught:
        portal.tokens.current()
    assert (caught.value.retry_after, 5 < sum(portal.slept) < 7) == (1.0, True)


def test_one_person(build: Build, mocked: Mock) -> None:
    portal = build(stored(1, "one"), stored(2, "two", valid_s=0))
    refresher = Refresher(portal.store, portal.services.oauth, portal.clock)
    mocked.post(TOKEN_URL, json=token_reply(9))
    assert UserTokens(portal.store, refresher, 7, 1, SERVER).current().value == "one"
    assert UserTokens(portal.store, refresher, 7, 2, SERVER).current().value == "access-9"
    with pytest.raises(NoToken):
        UserTokens(portal.store, refresher, 7, 3, SERVER).current()


def oauth(portal: World) -> OAuthServer:
    return portal.services.oauth


def test_get_is_used_only_where_post_is_not_taken(portal: World, mocked: Mock) -> None:
    mocked.post(TOKEN_URL, status=405, body="")
    mocked.get(TOKEN_URL, json=token_reply(3))
    fresh = oauth(portal).refresh(SERVER, "old")
    assert (fresh.access, fresh.refresh, fresh.user_id, fresh.scope) == (
        "access-3",
        "refresh-3",
        7,
        ("crm", "placement"),
    )
    assert not any("s3cret" in entry.url + entry.sent for entry in portal.records)


def test_a_reply_without_expires_in_counts_an_hour(portal: World, mocked: Mock) -> None:
    reply = token_reply()
    del reply["expires_in"]
    mocked.post(TOKEN_URL, json=reply)
    assert (oauth(portal).refresh(SERVER, "old").expires_at - portal.clock.now()).total_seconds() == 3600


def test_a_payment_error_may_come_with_status_200(portal: World, mocked: Mock) -> None:
    mocked.post(TOKEN_URL, **refusal("PAYMENT_REQUIRED", 200))
    with pytest.raises(OAuthRefused) as caught:
        oauth(portal).refresh(SERVER, "old")
    assert (caught.value.code, caught.value.grant_dead) == ("payment_required", False)


@pytest.mark.parametrize(
    "host", ["https://oauth.evil.example/rest/", "http://oauth.bitrix24.tech/rest/", "", "nonsense"]
)
def test_the_secret_goes_to_known_hosts_only(portal: World, host: str) -> None:
    assert not oauth(portal).allowed(host)
    with pytest.raises(OAuthRefused):
        oauth(portal).refresh(host, "old")
    with pytest.raises(OAuthRefused):
        oauth(portal).app_info(host, "token")
    assert portal.records == []


def test_app_info(portal: World, mocked: Mock) -> None:
    install = {
        "installed": True, "version": 3, "status": "S", "scope": "crm,placement", "member_id": MEMBER,
        "domain": "sklad-demo.bitrix24.ru", "client_endpoint": "https://sklad-demo.bitrix24.ru/rest/",
    }  # fmt: skip
    result = {
        "client_id": "app.1",
        "scope": "crm",
        "expires": "2026-11-23T13:00:00+03:00",
        "user_id": 7,
        "install": install,
    }
    mocked.post("https://oauth.bitrix.info/rest/app.info", json={"result": result})
    info = oauth(portal).app_info("https://oauth.bitrix.info/rest/", "tok")
    assert (info.client_id, info.member_id, info.version, info.installed) == ("app.1", MEMBER, "3", True)
    assert info.expires_at is not None
    assert info.expires_at.isoformat() == "2026-11-23T10:00:00+00:00"
    assert "tok" not in (mocked.calls[0].request.url or "")


def test_app_info_of_a_token_nobody_knows(portal: World, mocked: Mock) -> None:
    mocked.post(f"{OAUTH}/rest/app.info", **refusal("NO_AUTH_FOUND", 401))
    with pytest.raises(OAuthRefused) as caught:
        oauth(portal).app_info(SERVER, "tok")
    assert caught.value.code == "no_auth_found"


@pytest.mark.parametrize(
    ("answer", "error"),
    [({"status": 502, "body": "<html>"}, OutcomeUnknown), ({"status": 500, "json": {}}, NotSent)],
)
def test_app_info_while_the_server_is_ill(
    portal: World, mocked: Mock, answer: dict[str, object], error: type[Exception]
) -> None:
    mocked.post(f"{OAUTH}/rest/app.info", **answer)
    with pytest.raises(error):
        oauth(portal).app_info(SERVER, "tok")
