"""The vendor's own Python SDK, `b24pysdk`, as it is, against the emulated portals and their OAuth server.

What the SDK itself cannot do (contracts/bitrix24-app.md §9.2) is held by the last tests, so that a newer version that
can is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from b24pysdk import errors
from b24pysdk.credentials import BitrixApp, BitrixToken, OAuthEventData, OAuthPlacementData
from b24pysdk.errors import oauth as oauth_errors

from sandbox.world import World
from tests.fidelity.conftest import Inbox

DEAL = 2
ADMIN, MANAGER = 1, 7
DEALS = 60


@dataclass
class Rig:
    """One portal with the app installed, and the SDK as its administrator."""

    world: World
    member: str
    app: Any
    token: Any
    client: Any

    def steer(self, path: str, **body: Any) -> Any:
        return self.world.control.post(f"/bitrix24/{self.member}/{path}", body)

    def fresh(self, user: int) -> Any:
        """The token that a frame of this person brings."""
        return BitrixToken.from_oauth_placement_data(self.placed(user), self.app)

    def placed(self, user: int, **more: Any) -> Any:
        return OAuthPlacementData.from_dict(form_of(self.steer("frame", user=user, **more)))

    def deal(self) -> int:
        return int(self.client.crm.item.list(entity_type_id=DEAL, select=["id"]).response.result["items"][0]["id"])


def form_of(frame: Mapping[str, Any]) -> dict[str, str]:
    """What the app's page is given: the query and the form."""
    return {**dict(parse_qsl(urlsplit(frame["url"]).query)), **frame["fields"]}


@pytest.fixture
def rig(vendors: World) -> Rig:
    vendors.control.post("/bitrix24/app", {"base": "http://localhost:9"})
    member = vendors.addresses["portals"][0]["member_id"]
    card = vendors.addresses["app"]
    app = BitrixApp(client_id=card["client_id"], client_secret=card["client_secret"])
    made = Rig(vendors, member, app, None, None)
    made.steer("begin-install", user=ADMIN)
    made.steer("finish-install", user=ADMIN)
    made.token = made.fresh(ADMIN)
    made.client = made.token.get_client()
    return made


# --- who, and with what --------------------------------------------------------------------------------------------


def test_a_frame_and_what_the_oauth_server_says_of_it(rig: Rig) -> None:
    placed = rig.placed(MANAGER, placement="DEFAULT")
    info = BitrixToken.from_oauth_placement_data(placed, rig.app).get_app_info().result
    assert placed.validate_against_app_info(info)
    assert (info.user_id, info.install.member_id, info.install.installed) == (MANAGER, rig.member, True)
    assert set(info.scope) == set(rig.world.addresses["app"]["scope"].split(","))


def test_a_deals_tab_knows_its_deal(rig: Rig) -> None:
    assert rig.client.placement.bind("CRM_DEAL_DETAIL_TAB", "http://localhost:9/tab", title="Доставка").result is True
    placed = rig.placed(MANAGER, placement="CRM_DEAL_DETAIL_TAB", entity_id=rig.deal())
    assert (placed.placement, placed.placement_options["ID"]) == ("CRM_DEAL_DETAIL_TAB", str(rig.deal()))


def test_a_renewed_token_replaces_the_old_one(rig: Rig) -> None:
    old = rig.token.refresh_token
    rig.token.refresh_and_set_oauth_token()
    assert rig.token.refresh_token != old
    assert rig.client.user.current().result["ID"] == str(ADMIN)
    with pytest.raises(errors.BitrixAPIError) as caught:
        rig.app.refresh_oauth_token(old)
    assert caught.value.error == "invalid_grant"


def test_an_expired_token_is_renewed_on_the_way(rig: Rig) -> None:
    rig.world.control.advance(3700)
    assert rig.client.user.current().result["ID"] == str(ADMIN)
    assert len(rig.world.journal.find(kind="oauth.refreshed")) == 1


def test_a_code_is_changed_for_tokens_once(rig: Rig) -> None:
    code = rig.steer("code", user=MANAGER)["code"]
    renewed = rig.app.get_oauth_token(code)
    assert (renewed.user_id, renewed.member_id) == (MANAGER, rig.member)
    with pytest.raises(errors.BitrixAPIError) as caught:
        rig.app.get_oauth_token(code)
    assert caught.value.error == "invalid_grant"


def test_a_portal_that_moved_is_followed(rig: Rig) -> None:
    """The SDK drops the port of the new address (§9.2), so it only gets as far as asking there."""
    rig.steer("rename")
    with pytest.raises(errors.BitrixSDKException):
        rig.token.call_method("user.current")
    assert rig.token.domain == "127.0.0.1"


# --- reading and writing --------------------------------------------------------------------------------------------


def test_deals_by_every_way_of_listing(rig: Rig) -> None:
    request = rig.client.crm.item.list(entity_type_id=DEAL, select=["id"])
    assert (request.response.next, len(request.response.result["items"])) == (50, 50)
    whole = [row["id"] for row in request.as_list().result]
    fast = [row["id"] for row in request.as_list_fast().result]
    back = [row["id"] for row in request.as_list_fast(descending=True).result]
    assert request.response.total == len(whole) >= DEALS
    assert fast == sorted(whole)
    assert back == fast[::-1]
    some = rig.token.call_list("crm.item.list", {"entityTypeId": DEAL, "filter": {"@id": fast[:3]}})["result"]
    assert sorted(row["id"] for row in some) == fast[:3]


def test_a_deal_is_read_and_changed(rig: Rig) -> None:
    number = rig.deal()
    changed = rig.client.crm.item.update(bitrix_id=number, entity_type_id=DEAL, fields={"title": "Чай & кофе=1"})
    assert changed.response.result["item"]["title"] == "Чай & кофе=1"
    read = rig.client.crm.item.get(bitrix_id=number, entity_type_id=DEAL).response.result["item"]
    assert (read["id"], read["title"]) == (number, "Чай & кофе=1")
    assert read["updatedTime"] != read["createdTime"]


def test_a_batch_keeps_its_keys_and_its_errors(rig: Rig) -> None:
    number = rig.deal()
    answer = rig.token.call_batch({
        "me": ("user.current", {}),
        "none": ("crm.item.get", {"entityTypeId": DEAL, "id": 987654}),
        "title": ("crm.item.update", {"entityTypeId": DEAL, "id": number, "fields": {"title": "A&B=C %5B 1+1"}}),
        "same": ("crm.item.get", {"entityTypeId": DEAL, "id": "$result[title][item][id]"}),
    })["result"]  # fmt: skip
    assert set(answer["result"]) == {"me", "title", "same"}
    assert answer["result_error"]["none"]["error"] == "NOT_FOUND"
    assert answer["result"]["same"]["item"]["title"] == "A&B=C %5B 1+1"


def test_many_batches(rig: Rig) -> None:
    answer = rig.token.call_batches([("crm.item.get", {"entityTypeId": DEAL, "id": rig.deal()})] * 60)["result"]
    assert len(answer["result"]) == 60
    assert not answer["result_error"]


def test_user_fields(rig: Rig) -> None:
    field = {"FIELD_NAME": "FIDELITY", "USER_TYPE_ID": "string", "EDIT_FORM_LABEL": {"ru": "Проверка"}}
    made = rig.client.crm.deal.userfield.add(field).result
    rows = {row["ID"]: row for row in rig.client.crm.deal.userfield.list().as_list().result}
    assert rows[str(made)]["FIELD_NAME"] == "UF_CRM_FIDELITY"
    number = rig.deal()
    assert rig.client.crm.item.update(bitrix_id=number, entity_type_id=DEAL, fields={"ufCrmFidelity": "да"}).response
    assert (
        rig.client.crm.item.get(bitrix_id=number, entity_type_id=DEAL).response.result["item"]["ufCrmFidelity"] == "да"
    )


def test_timeline_comments(rig: Rig) -> None:
    comment = {"ENTITY_ID": rig.deal(), "ENTITY_TYPE": "deal", "COMMENT": "Заказ [b]создан[/b]"}
    made = rig.client.crm.timeline.comment.add(comment).result
    wanted = {"ENTITY_ID": rig.deal(), "ENTITY_TYPE": "deal"}
    rows = rig.client.crm.timeline.comment.list(filter=wanted).as_list().result
    assert [row["COMMENT"] for row in rows if row["ID"] == str(made)] == ["Заказ [b]создан[/b]"]


def test_the_catalogue(rig: Rig) -> None:
    catalogs = rig.client.catalog.catalog.list().response.result["catalogs"]
    goods = next(row["iblockId"] for row in catalogs if not row["productIblockId"])
    asked = {"select": ["id", "iblockId", "name"], "filter": {"iblockId": goods}}
    whole = rig.token.call_list("catalog.product.list", asked)["result"]
    assert len(whole) == len(list(rig.token.call_list_fast("catalog.product.list", asked)["result"])) > 50
    sections = rig.token.call_list("catalog.section.list", {"filter": {"iblockId": goods}})["result"]
    assert sections


def test_bindings_are_listed_and_taken_back(rig: Rig) -> None:
    assert rig.client.event.bind("ONCRMDEALUPDATE", "http://127.0.0.1:9/events").result is True
    assert [row["event"] for row in rig.client.event.get().response.result] == ["ONCRMDEALUPDATE"]
    assert rig.client.event.unbind("ONCRMDEALUPDATE", "http://127.0.0.1:9/events").response.result == {"count": 1}
    assert rig.client.placement.bind("CRM_DEAL_DETAIL_TAB", "http://localhost:9/tab").result is True
    (bound,) = rig.client.placement.get().values
    assert (bound.placement, bound.handler) == ("CRM_DEAL_DETAIL_TAB", "http://localhost:9/tab")
    gone = rig.client.placement.unbind("CRM_DEAL_DETAIL_TAB", handler="http://localhost:9/tab").response.result
    # One for the row found and one for the row deleted (§5.1).
    assert gone == {"count": 2}


# --- what the portal sends ------------------------------------------------------------------------------------------


def test_an_event_names_its_deal_and_its_portal(rig: Rig, inbox: Inbox) -> None:
    assert rig.client.event.bind("ONCRMDEALUPDATE", inbox.url).result is True
    number = rig.deal()
    rig.steer("edit", id=number, fields={"title": "Новое"}, user=MANAGER)
    event = OAuthEventData.from_dict(with_expiry(inbox.wait(lambda body: b"ONCRMDEALUPDATE" in body)))
    assert (event.event, event.data) == ("ONCRMDEALUPDATE", {"FIELDS": {"ID": str(number)}})
    assert event.auth.member_id == rig.member
    assert BitrixToken.from_oauth_event_data(event, rig.app).get_app_info().result.user_id == MANAGER


def with_expiry(body: bytes) -> dict[str, str]:
    """An event with tokens has no `auth[expires]` in the documentation, and the SDK wants it (§9.2)."""
    form = dict(parse_qsl(body.decode()))
    if "auth[access_token]" in form:
        form.setdefault("auth[expires]", str(int(form["ts"]) + int(form["auth[expires_in]"])))
    return form


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "params", "kind", "code"),
    [
        ("crm.deal.explode", {}, errors.BitrixAPINotFound, "ERROR_METHOD_NOT_FOUND"),
        ("crm.item.get", {"entityTypeId": DEAL, "id": 987654}, errors.BitrixAPINotFound, "NOT_FOUND"),
        ("crm.item.list", {"entityTypeId": DEAL, "filter": {"colour": 1}}, errors.BitrixAPIInvalidArgValue,
         "INVALID_ARG_VALUE"),
    ],
)  # fmt: skip
def test_refusals_have_their_own_types(rig: Rig, method: str, params: dict[str, Any], kind: Any, code: str) -> None:
    with pytest.raises(kind) as caught:
        rig.token.call_method(method, params)
    assert caught.value.error == code


def test_a_manager_may_not_what_an_admin_may(rig: Rig) -> None:
    with pytest.raises(errors.BitrixAPIAccessDenied):
        rig.fresh(MANAGER).call_method(
            "placement.bind", {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": "http://a.b/t"}
        )


def test_an_unknown_token_is_refused(rig: Rig) -> None:
    stranger = BitrixToken(domain=rig.token.domain, auth_token="0" * 70, bitrix_app=rig.app)
    with pytest.raises(errors.BitrixAPIUnauthorized) as caught:
        stranger.call_method("user.current")
    assert caught.value.error == "NO_AUTH_FOUND"


def test_a_missing_scope_is_refused(rig: Rig) -> None:
    narrow = rig.steer("token", user=ADMIN, scope="placement")["access_token"]
    token = BitrixToken(domain=rig.token.domain, auth_token=narrow, bitrix_app=rig.app)
    with pytest.raises(errors.BitrixAPIError) as caught:
        token.call_method("crm.item.list", {"entityTypeId": DEAL})
    assert caught.value.error == "insufficient_scope"


@pytest.mark.parametrize(
    ("switches", "kind"),
    [
        ({"overload": True}, errors.BitrixAPIOverloadLimit),
        ({"rate_capacity": 0.5, "rate_drain": 0.01}, errors.BitrixAPIQueryLimitExceeded),
        ({"operating_limit": 0.0}, errors.BitrixAPIOperationTimeLimit),
        ({"rest_allowed": False}, errors.BitrixAPIAccessDenied),
    ],
    ids=["overload", "rate", "operating", "plan"],
)
def test_limits_have_their_own_types(rig: Rig, switches: dict[str, Any], kind: Any) -> None:
    rig.steer("settings", **switches)
    with pytest.raises(kind):
        rig.token.call_method("crm.item.list", {"entityTypeId": DEAL}, max_retries=1)


def test_after_an_uninstall_nothing_works(rig: Rig) -> None:
    rig.steer("uninstall", clean=True)
    with pytest.raises(errors.BitrixAPIUnauthorized):
        rig.token.call_method("user.current")
    with pytest.raises(errors.BitrixAPIError):
        rig.app.refresh_oauth_token(rig.token.refresh_token)


def test_wrong_keys_of_the_app(rig: Rig) -> None:
    wrong: Any = BitrixApp(client_id=rig.app.client_id, client_secret="nothing")
    with pytest.raises(errors.BitrixAPIError) as caught:
        wrong.refresh_oauth_token(rig.token.refresh_token)
    assert caught.value.error == "invalid_client"


# --- what the SDK cannot do -----------------------------------------------------------------------------------------


def test_the_sdk_does_not_read_events_as_documented(rig: Rig, inbox: Inbox) -> None:
    """`auth[expires]` missing, as the documentation shows it; and ONAPPINSTALL without `event_handler_id`."""
    assert rig.client.event.bind("ONCRMDEALUPDATE", inbox.url).result is True
    rig.steer("edit", id=rig.deal(), fields={"title": "Новое"}, user=MANAGER)
    form = with_expiry(inbox.wait(lambda body: b"ONCRMDEALUPDATE" in body))
    for name in ("auth[expires]", "event_handler_id"):
        with pytest.raises(OAuthEventData.ValidationError):
            OAuthEventData.from_dict({key: value for key, value in form.items() if key != name})


def test_the_sdk_asks_the_eastern_server_for_a_western_portal(rig: Rig) -> None:
    west = next(row for row in rig.world.addresses["portals"] if row["oauth"] == rig.world.addresses["oauth_west"])
    for step in ("begin-install", "finish-install"):
        rig.world.control.post(f"/bitrix24/{west['member_id']}/{step}", {"user": ADMIN})
    frame = rig.world.control.post(f"/bitrix24/{west['member_id']}/frame", {"user": ADMIN})
    token: Any = BitrixToken.from_oauth_placement_data(OAuthPlacementData.from_dict(form_of(frame)), rig.app)
    assert token.get_client().user.current().result["ID"] == str(ADMIN)
    with pytest.raises((errors.BitrixAPIError, oauth_errors.BitrixOAuthRequestError)):
        token.get_app_info()
