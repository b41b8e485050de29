"""The transport against a portal that behaves as portals do when they are at their worst."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from b24app.bitrix24 import deals, feed
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.oauth import OAuthRefused
from b24app.bitrix24.reading import DealReader
from b24app.wire.budget import Rate
from b24app.wire.errors import NotSent, OutcomeUnknown, Why
from sandbox.bitrix24 import lifecycle
from tests.contract.bitrix24.conftest import Rig

Rigs = Callable[..., Rig]
NASTY = 'Казань, ул. Баумана 5 & 7 #12, 50% + кв. 3 = «дом»; 100% [x] "y" <z> \\ \' ` ~'


def profile(key: str = "me") -> Command:
    return Command(key, "profile")


def in_threads(count: int, act: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("rigs", ["sqlite", "postgres"], indirect=True)
def test_ten_threads_with_a_token_that_ran_out_refresh_it_once(rig: Rig) -> None:
    rig.world.control.advance(3700)
    outcomes: list[object] = []

    def ask(_: int) -> None:
        client = rig.client.with_tokens(rig.source())
        outcomes.append(client.call("profile").result["ID"])

    in_threads(10, ask)
    assert [str(each) for each in outcomes] == ["1"] * 10
    assert [entry.label for entry in rig.records.entries].count("oauth.token") == 1
    refreshed = rig.world.control.journal(system="bitrix24", kind="oauth.refreshed")
    assert len(refreshed) == 1


def test_a_refused_token_is_refreshed_and_the_call_replayed_once(rig: Rig) -> None:
    rig.world.control.advance(3700)
    assert rig.client.batch([profile()]).get("me")["ADMIN"] is True
    assert [entry.status for entry in rig.records.entries] == [401, 200, 200]
    assert rig.client.batch([profile()]).get("me")
    assert len(rig.records.entries) == 4


def test_an_uninstalled_app_is_told_apart(rig: Rig) -> None:
    lifecycle.uninstall(rig.portal, clean=False)
    with pytest.raises(RestError) as caught:
        rig.client.call("profile")
    assert caught.value.kind is Kind.BLOCKED
    token = rig.source().current()
    with pytest.raises(OAuthRefused):
        rig.services.oauth.app_info(rig.client.address.oauth_endpoint, token.value)


def test_a_dead_refresh_token_asks_for_an_administrator(rig: Rig) -> None:
    used = rig.source().current()
    rig.services.oauth.refresh(rig.client.address.oauth_endpoint, used.stored.refresh if used.stored else "")
    rig.world.control.advance(3700)
    with pytest.raises(NoToken):
        rig.client.call("profile")
    with pytest.raises(NoToken):
        rig.client.call("profile")
    assert [entry.status for entry in rig.records.entries] == [200, 401, 400]


def test_work_goes_on_with_another_administrator_when_one_is_dismissed(rig: Rig) -> None:
    rig.portal.users[7].admin = True
    rig.keep_token(7)
    lifecycle.dismiss(rig.portal, 1)
    assert rig.client.call("profile").result["ID"] == "7"
    assert rig.client.call("profile").result["ID"] == "7"
    assert [entry.status for entry in rig.records.entries] == [401, 200, 200]


def test_the_last_administrator_is_dismissed(rig: Rig) -> None:
    lifecycle.dismiss(rig.portal, 1)
    with pytest.raises(RestError) as caught:
        rig.client.call("profile")
    assert caught.value.kind is Kind.TOKEN_DEAD
    with pytest.raises(NoToken):
        rig.client.call("profile")


def test_whose_token_it_is(rig: Rig) -> None:
    info = rig.services.oauth.app_info(rig.client.address.oauth_endpoint, rig.source().current().value)
    assert (info.member_id, info.user_id, info.installed) == (rig.portal.member_id, 1, True)
    assert info.client_id == rig.world.addresses["app"]["client_id"]


def test_a_western_portal_uses_its_own_oauth_server(rigs: Rigs) -> None:
    rig = rigs(3)
    rig.world.control.advance(3700)
    assert rig.client.call("profile").result["ID"]


def test_a_box_portal_without_operating_keys(rigs: Rigs) -> None:
    rig = rigs(4)
    assert rig.client.call("profile").result["ID"]


def test_a_storm_of_calls_keeps_the_rate_and_loses_none(rigs: Rigs) -> None:
    """Five workers at once, each waiting as it is told: the portal never has to refuse."""
    rig = rigs(rate=Rate(20, 10))
    rig.switch(rate_capacity=20, rate_drain=10)
    done: list[int] = []

    def work(_: int) -> None:
        client = rig.client.with_tokens(rig.source())
        finished = 0
        while finished < 8:
            try:
                client.call("profile")
                finished += 1
            except NotSent as held:
                time.sleep(held.retry_after or 0.1)
        done.append(finished)

    began = time.monotonic()
    in_threads(5, work)
    assert sum(done) == 40
    assert time.monotonic() - began >= (40 - 16) / 10 * 0.8
    assert Counter(entry.status for entry in rig.records.entries if entry.outcome == "answered") == {200: 40}


def test_503_from_a_bucket_that_others_fill_loses_no_call(rigs: Rigs) -> None:
    """Another application on our address spends from the same bucket: refusals come, and every call gets through."""
    rig = rigs(rate=Rate(50, 10))
    rig.switch(rate_capacity=5, rate_drain=10)
    finished = 0
    while finished < 30:
        try:
            rig.client.call("profile")
            finished += 1
        except RestError as refused:
            assert refused.rate
            time.sleep(refused.retry_after or 0.1)
        except NotSent as held:
            time.sleep(held.retry_after or 0.1)
    statuses = Counter(entry.status for entry in rig.records.entries if entry.outcome == "answered")
    assert statuses[200] == 30
    assert 0 < statuses[503] <= 30


def test_execution_time_stops_a_method_before_the_portal_does(rig: Rig) -> None:
    rig.switch(operating_cost={"crm.item.list": 120.0})
    commands = [deals.list_deals("d", rig.deal_ids(1), FieldNames({})), profile()]
    for _ in range(4):
        assert not rig.client.batch(commands).errors
    answer = rig.client.batch(commands)
    assert answer.errors["d"].operating
    assert 0 < (answer.errors["d"].retry_after or 0) <= 600
    assert answer.get("me")
    assert not any("OPERATION_TIME_LIMIT" in entry.got for entry in rig.records.entries)


def test_execution_time_may_be_charged_to_the_batch_itself(rig: Rig) -> None:
    rig.switch(operating_mode="batch", operating_cost={"batch": 200.0})
    for _ in range(3):
        rig.client.batch([profile()])
    with pytest.raises(NotSent) as held:
        rig.client.batch([profile()])
    assert 0 < (held.value.retry_after or 0) <= 600
    assert rig.client.call("profile").result


def test_execution_time_refused_by_the_portal(rig: Rig) -> None:
    rig.world.control.fault("bitrix24", "status", match={"path": "*profile*"}, params={"status": 429}, times=1)
    with pytest.raises(RestError) as caught:
        rig.client.call("profile")
    assert (caught.value.operating, caught.value.retry_after) == (True, 10)
    with pytest.raises(NotSent):
        rig.client.call("profile")


def test_a_renamed_portal_is_followed(rig: Rig) -> None:
    new = lifecycle.rename(rig.portal)
    deal = rig.deal_ids(1)[0]
    rig.client.batch([deals.update_deal("u", deal, {"title": "after the move"})])
    assert rig.portal.crm.tables[2].get(deal)["title"] == "after the move"
    assert rig.book.moves == [f"{new}/rest/"]
    assert [entry.status for entry in rig.records.entries] == [302, 200, 200]
    rig.client.call("profile")
    assert len(rig.records.entries) == 4


@pytest.mark.parametrize("status", [502, 504])
def test_an_html_page_for_a_write_is_an_unknown_outcome(rig: Rig, status: int) -> None:
    rig.world.control.fault("bitrix24", "html", params={"status": status}, times=1)
    with pytest.raises(OutcomeUnknown) as caught:
        rig.client.call("profile")
    assert caught.value.why is Why.BAD_ANSWER
    assert rig.client.call("profile").result


def test_a_write_that_was_applied_before_the_connection_broke(rig: Rig) -> None:
    deal = rig.deal_ids(1)[0]
    rig.world.control.fault("bitrix24", "break_after", match={"path": "*batch*"}, times=1)
    with pytest.raises(OutcomeUnknown):
        rig.client.batch([feed.add_comment("c", ("deal", deal), "Заказ создан", "m1")])
    listed = rig.client.batch([feed.list_comments("l", ("deal", deal))], safe=True).get("l")
    found = feed.found_markers(listed, ["m1", "m2"])
    assert list(found) == ["m1"]


def test_a_write_whose_connection_broke_before(rig: Rig) -> None:
    deal = rig.deal_ids(1)[0]
    rig.world.control.fault("bitrix24", "break_before", match={"path": "*batch*"}, times=1)
    with pytest.raises(OutcomeUnknown):
        rig.client.batch([feed.add_comment("c", ("deal", deal), "Заказ создан", "m1")])
    assert feed.found_markers(rig.client.batch([feed.list_comments("l", ("deal", deal))]).get("l"), ["m1"]) == {}


def test_a_read_is_repeated_once_when_its_connection_broke(rig: Rig) -> None:
    rig.world.control.fault("bitrix24", "break_after", match={"path": "*batch*"}, times=1)
    assert rig.client.batch([profile()], safe=True).get("me")
    assert [entry.outcome for entry in rig.records.entries] == ["unknown", "answered"]


def test_one_bad_command_does_not_harm_the_others(rig: Rig) -> None:
    first, second = rig.deal_ids(2)
    commands = [
        deals.update_deal("u1", first, {"title": "first"}),
        deals.update_deal("bad", 99999999, {"title": "nobody"}),
        deals.update_deal("u2", second, {"title": "second"}),
        Command("unknown", "crm.no.such.method"),
    ]
    answer = rig.client.batch(commands)
    assert sorted(answer.results) == ["u1", "u2"]
    assert {key: error.kind for key, error in answer.errors.items()} == {
        "bad": Kind.NOT_FOUND, "unknown": Kind.METHOD,
    }  # fmt: skip
    assert [rig.portal.crm.tables[2].get(each)["title"] for each in (first, second)] == ["first", "second"]


def test_with_halt_the_rest_is_not_run(rig: Rig) -> None:
    deal = rig.deal_ids(1)[0]
    answer = rig.client.batch(
        [profile("a"), deals.update_deal("b", 99999999, {"title": "x"}), deals.update_deal("c", deal, {"title": "c"})],
        halt=True,
    )
    assert (list(answer.results), answer.errors["c"].kind) == (["a"], Kind.NOT_RUN)
    assert rig.portal.crm.tables[2].get(deal)["title"] != "c"


def test_more_than_50_reads_are_more_than_one_call(rig: Rig) -> None:
    answer = rig.client.read_all([profile(f"p{number}") for number in range(110)])
    assert (len(answer.results), len(rig.records.entries)) == (110, 3)
    with pytest.raises(ValueError, match="51"):
        rig.client.batch([profile(f"p{number}") for number in range(51)])


def test_special_characters_survive_a_batch(rig: Rig) -> None:
    deal = rig.deal_ids(1)[0]
    assert not rig.client.batch([deals.update_deal("u", deal, {"title": NASTY, "comments": f"a\n{NASTY}\tb"})]).errors
    row = rig.portal.crm.tables[2].get(deal)
    assert (row["title"], row["comments"]) == (NASTY, f"a\n{NASTY}\tb")
    shown = DealReader(rig.client, FieldNames({})).glance([deal])[deal]
    assert shown.title == NASTY


def test_nothing_secret_or_personal_is_logged(rig: Rig) -> None:
    deal = rig.deal_ids(1)[0]
    rig.world.control.advance(3700)
    rig.client.batch([deals.update_deal("u", deal, {"title": "Синицына Ольга +7 917 000-00-01"})])
    rig.client.call("crm.item.list", {"entityTypeId": 3, "select": ["*"]})
    token = rig.source().current()
    everything = "".join(entry.url + entry.sent + entry.got + entry.why for entry in rig.records.entries)
    for secret in (token.value, rig.world.addresses["app"]["client_secret"], "Синицына", "917 000"):
        assert secret not in everything
    assert f"id={deal}" in everything


def test_every_portal_has_its_own_budget(rigs: Rigs) -> None:
    one, other = rigs(0, rate=Rate(5, 0.1)), rigs(1, rate=Rate(5, 0.1))
    for _ in range(4):
        one.client.call("profile")
    with pytest.raises(NotSent):
        one.client.call("profile")
    assert other.client.call("profile").result


def test_a_token_of_one_portal_opens_no_other(rigs: Rigs) -> None:
    one, other = rigs(0), rigs(1)
    with pytest.raises(RestError) as caught:
        other.client.with_tokens(one.source()).call("profile")
    assert caught.value.kind is Kind.TOKEN_DEAD
