"""Installation, frames, updates, uninstalling, and control over them (contracts/bitrix24-app.md §1, §8.4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.bitrix24 import lifecycle, seeding
from sandbox.bitrix24.frames import FrameRefusedError, open_frame, visible_placements
from sandbox.bitrix24.state.portal import Portal
from sandbox.control import ControlError
from sandbox.world import World

from .conftest import App, Client

Make = Callable[..., Client]
LATE = {"SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE"}


def path(portal: Portal, what: str) -> str:
    return f"/bitrix24/{portal.member_id}/{what}"


def test_an_admin_opens_the_installer(portals: list[Portal], world: World, app: App) -> None:
    portal = portals[0]
    answer = world.control.post(path(portal, "install"), {"user": 1})
    assert (answer["status"], answer["body"]) == (200, "<p>installer</p>")
    frame = app.frames[0]
    query = {name: values[0] for name, values in parse_qs(frame["query"]).items()}
    assert frame["path"] == "/install"
    assert (query["DOMAIN"], query["PROTOCOL"], query["LANG"], len(query["APP_SID"])) == (portal.domain, "0", "ru", 32)
    form = frame["form"]
    assert set(form) == LATE | {"AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "member_id", "status", "PLACEMENT"}
    assert (form["member_id"], form["status"], form["PLACEMENT"]) == (portal.member_id, "S", "DEFAULT")
    assert form["SERVER_ENDPOINT"] == world.addresses["oauth"] + "/rest/"
    state = world.control.get(f"/bitrix24/{portal.member_id}")
    assert (state["installing"], state["installed"]) == (True, False)
    # The token works before the installation is finished.
    assert Client(world, portal, form["AUTH_ID"]).call("app.info")["INSTALLED"] is False


def test_an_old_box_sends_fewer_fields(portals: list[Portal], world: World, app: App) -> None:
    world.control.post(path(portals[4], "settings"), {"old_frame": True})
    world.control.post(path(portals[4], "install"))
    assert not LATE & set(app.frames[0]["form"])


def test_while_not_installed_everything_leads_to_the_installer(portals: list[Portal], app: App, world: World) -> None:
    portal = portals[0]
    lifecycle.begin_install(portal, 1)
    token = world.control.post(path(portal, "token"))["access_token"]
    tab = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": f"{app.base}/tab"}
    Client(world, portal, token).call("placement.bind", tab)
    assert visible_placements(portal, "CRM_DEAL_DETAIL_TAB") == []
    frame = open_frame(portal, 1, "CRM_DEAL_DETAIL_TAB", {"ID": "5"})
    assert (urlsplit(frame.url).path, frame.fields["PLACEMENT"], frame.install) == ("/install", "DEFAULT", True)
    with pytest.raises(FrameRefusedError, match="не завершена"):
        open_frame(portal, 7)
    lifecycle.finish_install(portal, 1)
    assert [row.handler for row in visible_placements(portal, "CRM_DEAL_DETAIL_TAB")] == [f"{app.base}/tab"]


def test_a_deal_tab(client: Client, portal: Portal, world: World, app: App) -> None:
    deal = seeding.add_deal(portal, "Сделка")
    client.call("placement.bind", PLACEMENT="CRM_DEAL_DETAIL_TAB", HANDLER=f"{app.base}/tab?own=1")
    frame = world.control.post(path(portal, "frame"), {"placement": "DETAIL_TAB", "entity_id": deal, "user": 7})
    assert frame["url"].startswith(f"{app.base}/tab?own=1&DOMAIN=")
    assert frame["name"] == f"{portal.domain}|0|{frame['sid']}"
    raw = frame["fields"]["PLACEMENT_OPTIONS"]
    assert json.loads(raw) == {
        "ID": str(deal),
        "URI": f"/crm/deal/details/{deal}/?any=details%2F{deal}%2F&IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER",
    }
    assert "\\/crm\\/deal" in raw
    assert Client(world, portal, frame["fields"]["AUTH_ID"]).call("profile")["ID"] == "7"
    opened = world.control.post(path(portal, "frame"), {"placement": "DETAIL_TAB", "entity_id": deal, "open": True})
    assert (opened["status"], app.frames[0]["form"]["PLACEMENT"]) == (200, "CRM_DEAL_DETAIL_TAB")


def test_a_field_type_frame(client: Client, portal: Portal, app: App) -> None:
    client.call("userfieldtype.add", USER_TYPE_ID="pvz", HANDLER=f"{app.base}/pvz")
    portal.users[7].app_access = False
    options = {"USER_TYPE_ID": "pvz", "MODE": "edit", "ENTITY_VALUE_ID": "0"}
    frame = open_frame(portal, 7, "USERFIELD_TYPE", options)
    # A user without access to the app gets an empty token in this frame.
    assert (urlsplit(frame.url).path, frame.fields["AUTH_ID"]) == ("/pvz", "")
    assert json.loads(frame.fields["PLACEMENT_OPTIONS"]) == {"MODE": "edit", "ENTITY_VALUE_ID": "0"}
    with pytest.raises(FrameRefusedError, match="Нет доступа"):
        open_frame(portal, 7)


def test_each_rendering_is_new(portal: Portal) -> None:
    first, second = open_frame(portal, 7), open_frame(portal, 7)
    assert first.sid != second.sid
    assert first.fields["AUTH_ID"] != second.fields["AUTH_ID"]
    assert (first.first_run, second.first_run) == (True, False)
    assert urlsplit(first.url).path == "/app"


def test_only_admins_install(portals: list[Portal], world: World) -> None:
    with pytest.raises(ControlError, match="only an administrator"):
        world.control.post(path(portals[0], "install"), {"user": 7})
    lifecycle.begin_install(portals[0], 1)
    with pytest.raises(ControlError, match="only an administrator"):
        world.control.post(path(portals[0], "finish-install"), {"user": 7})


def test_apps_without_an_installer_page_are_installed_at_once(portals: list[Portal], world: World, app: App) -> None:
    events = {"installer_url": "", "event_url": f"{app.base}/events"}
    world.control.post("/bitrix24/app", events)
    lifecycle.begin_install(portals[0], 1)
    event = app.wait(1)[0]
    assert event["event"] == "ONAPPINSTALL"
    assert event["auth"]["refresh_token"]
    world.control.post("/bitrix24/app", {"event_url": ""})


@pytest.mark.parametrize("clean", [True, False])
def test_uninstalling(client: Client, portal: Portal, world: World, app: App, clean: bool) -> None:
    install = portal.app.install
    assert install is not None
    client.call("event.bind", event="ONAPPUNINSTALL", handler=f"{app.base}/events")
    client.call("placement.bind", PLACEMENT="CRM_DEAL_DETAIL_TAB", HANDLER=f"{app.base}/tab")
    client.call("app.option.set", options={"kept": "1"})
    world.control.post(path(portal, "uninstall"), {"clean": clean})
    event = app.wait(1)[0]
    assert event["data"] == {"LANGUAGE_ID": "ru", "CLEAN": "1" if clean else "0"}
    assert set(event["auth"]) == {"domain", "client_endpoint", "server_endpoint", "member_id", "application_token"}
    assert event["auth"]["application_token"] == install.application_token
    state = world.control.get(f"/bitrix24/{portal.member_id}")
    assert (state["handlers"], state["placements"], state["installed"]) == ([], [], False)
    assert client.refused("profile")[1] == "ERROR_OAUTH"
    with pytest.raises(ControlError, match="not installed"):
        world.control.post(path(portal, "uninstall"))
    # The same portal again: another application token, a dead old one.
    world.control.post(path(portal, "begin-install"))
    assert portal.app.install is not None
    assert portal.app.install.application_token != install.application_token
    assert portal.app.app_options == ({} if clean else {"kept": "1"})


def test_an_update_removes_handlers_and_asks_for_the_wizard(
    client: Client, portal: Portal, world: World, app: App
) -> None:
    assert portal.app.install is not None
    token = portal.app.install.application_token
    client.call("event.bind", event="ONCRMDEALUPDATE", handler=f"{app.base}/events")
    world.control.post(path(portal, "update-app"))
    state = world.control.get(f"/bitrix24/{portal.member_id}")
    assert (state["version"], state["handlers"], state["installing"]) == (2, [], True)
    assert state["application_token"] != token
    assert client.call("app.info")["VERSION"] == 2
    lifecycle.finish_install(portal, 1)
    client.call("event.bind", event="ONAPPUPDATE", handler=f"{app.base}/events")
    world.control.post(path(portal, "update-app"), {"version": 5})
    event = app.wait(1)[0]
    assert event["data"] == {"VERSION": "5", "PREVIOUS_VERSION": "2", "LANGUAGE_ID": "ru"}
    assert event["auth"]["refresh_token"]


def test_an_expired_licence_stops_frames_and_events(client: Client, portal: Portal, world: World, app: App) -> None:
    for name in ("ONCRMDEALUPDATE", "ONAPPPAYMENT"):
        client.call("event.bind", event=name, handler=f"{app.base}/events")
    world.control.post(path(portal, "licence"), {"blocked": True, "payment_expired": "Y", "days": -1})
    event = app.wait(1)[0]
    assert (event["event"], event["data"]["DAYS"]) == ("ONAPPPAYMENT", "-1")
    assert "application_token" not in event["auth"]
    with pytest.raises(FrameRefusedError, match="подписки"):
        open_frame(portal, 1)
    deal = seeding.add_deal(portal, "Сделка")
    world.control.post(path(portal, "move"), {"deals": [deal], "stage": "EXECUTING"})
    assert len(app.events) == 1


def test_control_edits_copies_reads_and_deletes(client: Client, portal: Portal, world: World) -> None:
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_PVZ_CODE", "string")
    row = {"productName": "Чашка", "price": 500, "quantity": 2}
    deal = seeding.add_deal(portal, "Сделка", rows=[row])
    edit = {"id": deal, "fields": {"title": "Иначе", "UF_CRM_PVZ_CODE": "MSK1"}, "user": 7}
    answer = world.control.post(path(portal, "edit"), edit)
    assert (answer["changed"], answer["item"]["ufCrmPvzCode"], answer["item"]["updatedBy"]) == (True, "MSK1", 7)
    ids = world.control.post(path(portal, "deals"), {"copy_of": [deal], "count": 3, "title": "Копия"})["ids"]
    assert len(ids) == 3
    whole = world.control.get(path(portal, f"deal/{ids[2]}"))
    assert (whole["item"]["title"], whole["item"]["opportunity"], whole["item"]["stageId"]) == ("Копия 3", 1000, "NEW")
    assert [one["productName"] for one in whole["rows"]] == ["Чашка"]
    assert [one["TYPE_ID"] for one in whole["history"]] == [1]
    rows = {"id": ids[0], "rows": [{"productName": "x", "price": 1}]}
    assert len(world.control.post(path(portal, "rows"), rows)["rows"]) == 1
    world.control.post(path(portal, "delete"), {"id": ids[0]})
    assert client.refused("crm.item.get", entityTypeId=2, id=ids[0])[1] == "NOT_FOUND"
    assert len(world.control.get(path(portal, "deals"), stage="NEW")["deals"]) == 3


@pytest.mark.parametrize(
    ("what", "spec", "words"),
    [
        ("settings", {"nobody": 1}, "unknown setting"),
        ("settings", {"rate_limit": 1}, "must be true or false"),
        ("move", {"deals": [999], "stage": "NEW"}, "no item 999"),
        ("move", {"deals": [], "stag": "NEW"}, "unknown keys: stag"),
        ("users", {"id": 7, "deal_read": "some"}, "must be one of"),
        ("dismiss", {"user": 77}, "no such user"),
        ("press", {"activity": 1, "button": "x"}, "has no restEvent button"),
        ("deals", {"copy_of": [], "count": 1}, "at least one"),
        ("forge", {"event": "ONX"}, "nobody bound"),
        ("frame", {"placement": "DETAIL_TAB", "entity_id": 1}, "Обработчик"),
    ],
)
def test_control_says_what_is_wrong(portal: Portal, world: World, what: str, spec: dict[str, Any], words: str) -> None:
    with pytest.raises(ControlError, match=words):
        world.control.post(path(portal, what), spec)


def test_control_knows_its_portals(world: World) -> None:
    with pytest.raises(ControlError, match="404"):
        world.control.get("/bitrix24/nobody")
    rows = world.control.get("/bitrix24/portals")["portals"]
    assert [row["edition"] for row in rows] == ["cloud"] * 4 + ["box"]
    assert len({row["member_id"] for row in rows}) == 5
    assert world.addresses["app"]["client_id"] == world.control.get("/bitrix24/app")["client_id"]


def test_the_world_resets_portals_too(client: Client, portal: Portal, world: World) -> None:
    seeding.add_deal(portal, "Сделка")
    world.control.post(path(portal, "rename"))
    world.reset()
    assert (len(portal.crm.tables[2]), portal.app.install, portal.current) == (0, None, 0)
    answer = requests.post(f"{portal.base_url}/rest/profile", json={"auth": client.token}, timeout=5)
    assert answer.json()["error"] == "NO_AUTH_FOUND"


def test_the_cabinet_checks_addresses_by_head(world: World, app: App) -> None:
    checked = world.control.post("/bitrix24/app/check")
    assert checked == {"app_url": 200, "installer_url": 200}
    world.control.post("/bitrix24/app", {"app_url": "http://localhost:1/app"})
    assert world.control.post("/bitrix24/app/check")["app_url"] is None


def test_tokens_expire_on_request(client: Client, portal: Portal, world: World) -> None:
    pair = world.control.post(path(portal, "token"))
    assert world.control.post(path(portal, "tokens/expire"))["expired"] >= 2
    assert client.refused("profile")[1] == "expired_token"
    fresh = portal.hub.tokens.take_refresh(pair["refresh_token"])
    assert fresh is not None
