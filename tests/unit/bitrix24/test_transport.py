"""One portal: tokens, limits, renames, pages that are no answers."""

import json
import time
from collections.abc import Callable

import pytest
import responses

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.bitrix24.tokens import GivenToken
from b24app.wire.errors import NotSent, OutcomeUnknown, Why
from tests.unit.bitrix24.conftest import MEMBER, OAUTH, REST, World, ok, refusal, sent, stored, token_reply

Mock = responses.RequestsMock
TOKEN_URL = f"{OAUTH}/oauth/token/"


def deal(number: int) -> Command:
    return Command(f"d{number}", "crm.item.get", {"entityTypeId": 2, "id": number})


def test_a_call(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "crm.item.get", **ok({"item": {"id": 5}}, total=1, next=50, time={"operating": 0.1}))
    got = portal.client.call("crm.item.get", {"id": 5, "flag": True})
    assert (got.result, got.total, got.next) == ({"item": {"id": 5}}, 1, 50)
    assert sent(mocked) == {"id": 5, "flag": "Y", "auth": "access-1"}
    assert "access-1" not in (mocked.calls[0].request.url or "")
    assert portal.records[0].label == "crm.item.get"


def test_an_answer_without_time_is_fine(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "profile", **ok([]))
    assert portal.client.call("profile").result == []


def test_a_batch_says_for_every_command_what_became_of_it(portal: World, mocked: Mock) -> None:
    body = {
        "result": {"d1": {"item": {"id": 1}}, "d3": None},
        "result_error": {"d2": {"error": "NOT_FOUND", "error_description": "Item not found"}},
        "result_total": [], "result_next": [], "result_time": [],
    }  # fmt: skip
    mocked.post(REST + "batch", **ok(body))
    answer = portal.client.batch([deal(1), deal(2), deal(3), deal(4)])
    assert answer.results == {"d1": {"item": {"id": 1}}, "d3": None}
    assert {key: error.kind for key, error in answer.errors.items()} == {"d2": Kind.NOT_FOUND, "d4": Kind.NOT_RUN}
    with pytest.raises(RestError):
        answer.get("d2")
    assert sent(mocked)["halt"] == 0
    assert sent(mocked)["cmd"]["d1"] == "crm.item.get?entityTypeId=2&id=1"
    assert portal.records[0].label == "batch: crm.item.get×4"


def test_a_batch_with_nothing_but_errors(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "batch", **ok({"result": [], "result_error": {"d1": {"error": "X"}}, "result_time": []}))
    assert portal.client.batch([deal(1)]).errors["d1"].code == "X"


@pytest.mark.parametrize("commands", [[], [deal(n) for n in range(51)], [deal(1), deal(1)]])
def test_batches_that_cannot_be_are_refused(portal: World, commands: list[Command]) -> None:
    with pytest.raises(ValueError, match="batch"):
        portal.client.batch(commands)


def test_many_reads_take_as_few_batches_as_possible(portal: World, mocked: Mock) -> None:
    def answer(request: object) -> tuple[int, dict[str, str], str]:
        commands = json.loads(request.body)["cmd"]  # type: ignore[attr-defined]
        return 200, {}, json.dumps({"result": {"result": dict.fromkeys(commands, True), "result_error": []}})

    mocked.add_callback(responses.POST, REST + "batch", answer)
    assert len(portal.client.read_all([deal(n) for n in range(120)]).results) == 120
    assert len(mocked.calls) == 3


@pytest.mark.parametrize("code", ["expired_token", "invalid_token"])
def test_a_token_that_ran_out_is_refreshed_and_the_call_replayed_once(portal: World, mocked: Mock, code: str) -> None:
    mocked.post(REST + "profile", **refusal(code, 401))
    mocked.post(TOKEN_URL, json=token_reply())
    mocked.post(REST + "profile", **ok({"ID": "7"}))
    assert portal.client.call("profile").result == {"ID": "7"}
    assert sent(mocked)["auth"] == "access-2"
    form = str(mocked.calls[1].request.body)
    assert "refresh_token=refresh-1" in form
    assert "client_secret=s3cret" in form
    assert "?" not in (mocked.calls[1].request.url or "")
    assert portal.store.rows[1].version == 2
    assert not any("s3cret" in entry.sent + entry.url for entry in portal.records)


def test_a_second_refusal_of_the_token_is_final(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "profile", **refusal("expired_token", 401))
    mocked.post(TOKEN_URL, json=token_reply())
    with pytest.raises(RestError) as caught:
        portal.client.call("profile")
    assert (caught.value.token, len(mocked.calls)) == (True, 3)


def test_a_token_about_to_end_is_refreshed_before(build: Callable[..., World], mocked: Mock) -> None:
    mocked.post(TOKEN_URL, json=token_reply())
    mocked.post(REST + "profile", **ok(True))
    build(stored(valid_s=30)).client.call("profile")
    assert sent(mocked)["auth"] == "access-2"


def test_a_pages_token_is_never_refreshed(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "profile", **refusal("expired_token", 401))
    with pytest.raises(NoToken):
        portal.client.with_tokens(GivenToken("frame")).call("profile")
    assert sent(mocked)["auth"] == "frame"


def test_a_full_bucket_is_an_error_with_a_wait(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "profile", **refusal("QUERY_LIMIT_EXCEEDED", 503))
    with pytest.raises(RestError) as caught:
        portal.client.call("profile")
    assert (caught.value.rate, caught.value.retry_after) == (True, 0.5)
    with pytest.raises(NotSent) as held:
        portal.client.call("profile")
    assert (held.value.why, len(mocked.calls)) == (Why.BUDGET, 1)


def test_a_person_waits_for_the_bucket(portal: World, mocked: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal.services.http, "_sleep", time.sleep)
    mocked.post(REST + "profile", **refusal("QUERY_LIMIT_EXCEEDED", 503))
    mocked.post(REST + "profile", **ok(True))
    assert portal.client.call("profile", people=True).result is True
    assert len(mocked.calls) == 2


def test_execution_time_blocks_only_its_method(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "crm.item.list", **refusal("OPERATION_TIME_LIMIT", 429))
    mocked.post(REST + "profile", **ok(True))
    with pytest.raises(RestError) as caught:
        portal.client.call("crm.item.list")
    assert caught.value.retry_after == 10
    with pytest.raises(NotSent) as held:
        portal.client.call("crm.item.list")
    assert held.value.retry_after == pytest.approx(10)
    portal.client.call("profile")


def test_a_batch_holds_back_only_the_blocked_commands(portal: World, mocked: Mock) -> None:
    time = {"operating": 479, "operating_reset_at": 1_000_120, "finish": 1_000_000}
    mocked.post(REST + "batch", **ok({"result": {"u": True}, "result_error": [], "result_time": {"u": time}}))
    mocked.post(REST + "batch", **ok({"result": {"d1": 1}, "result_error": [], "result_time": []}))
    portal.client.batch([Command("u", "crm.item.update")])
    answer = portal.client.batch([Command("u", "crm.item.update"), deal(1)])
    assert list(sent(mocked)["cmd"]) == ["d1"]
    assert (answer.results, answer.errors["u"].operating) == ({"d1": 1}, True)
    assert answer.errors["u"].retry_after == pytest.approx(120)
    assert portal.client.batch([Command("u", "crm.item.update")]).errors["u"].operating
    assert len(mocked.calls) == 2
    portal.clock.advance(121)
    mocked.post(REST + "batch", **ok({"result": {"u": True}, "result_error": []}))
    assert portal.client.batch([Command("u", "crm.item.update")]).results


def test_a_refusal_for_execution_time_inside_a_batch(portal: World, mocked: Mock) -> None:
    refused = {"u": {"error": "OPERATION_TIME_LIMIT", "error_description": ""}}
    mocked.post(REST + "batch", **ok({"result": [], "result_error": refused}))
    assert portal.client.batch([Command("u", "crm.item.update")]).errors["u"].retry_after == 10


def test_an_html_page_leaves_the_outcome_unknown(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "crm.item.update", body="<html>502</html>", status=502)
    with pytest.raises(OutcomeUnknown) as caught:
        portal.client.call("crm.item.update")
    assert caught.value.why is Why.BAD_ANSWER


def test_an_html_page_below_500_is_a_refusal(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "profile", body="<html>blocked</html>", status=403)
    with pytest.raises(RestError) as caught:
        portal.client.call("profile")
    assert caught.value.retryable


@pytest.mark.parametrize("body", ["[]", '"text"', "{}"])
def test_json_that_is_no_envelope(portal: World, mocked: Mock, body: str) -> None:
    mocked.post(REST + "profile", body=body)
    with pytest.raises(OutcomeUnknown):
        portal.client.call("profile")


def test_an_error_with_status_200_is_an_error(portal: World, mocked: Mock) -> None:
    mocked.post(REST + "placement.bind", **refusal("ERROR_PLACEMENT_MAX_COUNT", 200))
    with pytest.raises(RestError):
        portal.client.call("placement.bind")


def app_info(domain: str, member_id: str = MEMBER) -> dict[str, object]:
    install = {
        "installed": True,
        "member_id": member_id,
        "domain": domain,
        "client_endpoint": f"https://{domain}/rest/",
    }
    return {"result": {"client_id": "app.1", "user_id": 7, "install": install}}


def test_a_renamed_portal_is_followed_once_it_is_confirmed(portal: World, mocked: Mock) -> None:
    new = "https://new-name.bitrix24.ru/rest/"
    mocked.post(REST + "crm.item.update", status=302, headers={"Location": f"{new}crm.item.update"})
    mocked.post(f"{OAUTH}/rest/app.info", json=app_info("new-name.bitrix24.ru"))
    mocked.post(new + "crm.item.update", **ok(True))
    portal.client.call("crm.item.update", {"id": 5})
    assert sent(mocked) == {"id": 5, "auth": "access-1"}
    assert portal.moved == [(7, new)]
    assert portal.client.address.client_endpoint == new


@pytest.mark.parametrize(
    ("location", "info"),
    [
        ("https://evil.example/rest/profile", app_info("sklad-demo.bitrix24.ru")),
        ("https://other.bitrix24.ru/rest/profile", app_info("other.bitrix24.ru", member_id="another")),
    ],
)
def test_no_token_goes_to_an_address_nobody_confirms(
    portal: World, mocked: Mock, location: str, info: dict[str, object]
) -> None:
    mocked.post(REST + "profile", status=302, headers={"Location": location})
    mocked.post(f"{OAUTH}/rest/app.info", json=info)
    with pytest.raises(RestError) as caught:
        portal.client.call("profile")
    assert (caught.value.code, portal.moved) == ("PORTAL_MOVED", [])


@pytest.mark.parametrize("location", ["/auth/", "", REST + "login", "http://sklad-demo2.bitrix24.ru/rest/profile"])
def test_a_redirect_that_is_no_rename(portal: World, mocked: Mock, location: str) -> None:
    mocked.post(REST + "profile", status=302, headers={"Location": location})
    with pytest.raises(OutcomeUnknown):
        portal.client.call("profile")


def test_a_lost_connection_is_tried_again_for_reads_only(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def lost(call: object) -> None:
        calls.append("sent")
        raise OutcomeUnknown(Why.RESET)

    monkeypatch.setattr(portal.services.http, "send", lost)
    with pytest.raises(OutcomeUnknown):
        portal.client.call("crm.item.update")
    assert len(calls) == 1
    with pytest.raises(OutcomeUnknown):
        portal.client.call("crm.item.get", safe=True)
    assert len(calls) == 3


def test_too_late_is_too_late(portal: World) -> None:
    with pytest.raises(NotSent) as caught:
        portal.client.batch([deal(1)], send_by=portal.clock.monotonic())
    assert caught.value.why is Why.DEADLINE
