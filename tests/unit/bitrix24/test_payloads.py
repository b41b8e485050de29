"""Frames, also those that lack half of their keys."""

import pytest

from b24app.bitrix24.payloads import frame_post

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
