"""Frames and events, also those that lack half of their keys."""

from urllib.parse import parse_qsl

import pytest

from b24app.bitrix24.payloads import event_post, frame_post, php_tree

QUERY = {"DOMAIN": "Sklad-Demo.bitrix24.ru", "PROTOCOL": "1", "LANG": "ru", "APP_SID": "0f3a"}
FORM = {
    "AUTH_ID": "11aa", "AUTH_EXPIRES": "3600", "REFRESH_ID": "99ff", "member_id": "da39", "status": "S",
    "SERVER_ENDPOINT": "https://oauth.bitrix24.tech/rest/", "APPLICATION_TOKEN": "5d41",
    "PLACEMENT": "CRM_DEAL_DETAIL_TAB", "APPLICATION_SCOPE": "crm,placement",
    "PLACEMENT_OPTIONS": '{"ID":"8061","URI":"\\/crm\\/deal\\/details\\/8061\\/"}',
}  # fmt: skip


def test_a_deal_tab() -> None:
    post = frame_post(QUERY, FORM)
    assert (post.domain, post.client_endpoint) == ("sklad-demo.bitrix24.ru", "https://sklad-demo.bitrix24.ru/rest/")
    assert (post.entity_id, post.placement, post.scope) == (8061, "CRM_DEAL_DETAIL_TAB", ("crm", "placement"))


@pytest.mark.parametrize("options", ["", "{broken", "[]", '{"ID":""}', '{"ID":"0"}', '{"ID":"8061 or 1"}'])
def test_a_frame_that_names_no_entity(options: str) -> None:
    assert frame_post(QUERY, {**FORM, "PLACEMENT_OPTIONS": options}).entity_id is None


def test_an_old_box_portal_leaves_things_out() -> None:
    post = frame_post({"DOMAIN": "box.example:8080", "PROTOCOL": "0"}, {"AUTH_ID": "a", "member_id": "m"})
    assert (post.server_endpoint, post.application_token, post.scope, post.placement) == ("", "", (), "DEFAULT")
    assert (post.client_endpoint, post.auth_expires_s) == ("http://box.example:8080/rest/", 3600)


def test_an_event() -> None:
    raw = (
        "event=OnCrmDealUpdate&event_handler_id=185&data%5BFIELDS%5D%5BID%5D=8061&ts=1789000050"
        "&auth%5Bmember_id%5D=da39&auth%5Bapplication_token%5D=5d41&auth%5Baccess_token%5D=cc33"
    )
    post = event_post(parse_qsl(raw))
    assert (post.name, post.entity_id, post.member_id, post.application_token, post.sent_at) == (
        "ONCRMDEALUPDATE", 8061, "da39", "5d41", 1789000050,
    )  # fmt: skip
    assert "cc33" not in repr(post)


def test_an_event_with_nothing() -> None:
    post = event_post([])
    assert (post.name, post.member_id, post.entity_id, post.data) == ("", "", None, {})


def test_php_brackets() -> None:
    pairs = [("a[]", "1"), ("a[]", "2"), ("b[x][y]", "3"), ("b[x]", "4"), ("b[x][z]", "5"), ("c", "6"), ("c", "7")]
    assert php_tree(pairs) == {"a": {"0": "1", "1": "2"}, "b": {"x": {"z": "5"}}, "c": "7"}
    assert php_tree([("a" + "[b]" * 50, "deep")]) == {}
