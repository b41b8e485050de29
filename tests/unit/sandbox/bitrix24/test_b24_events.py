"""Events: who gets what, when, with which tokens (contracts/bitrix24-app.md §4, §8.5)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.bitrix24 import lifecycle, seeding
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import App, Client

Make = Callable[..., Client]
UPDATE = "ONCRMDEALUPDATE"


@pytest.fixture
def deal(portal: Portal) -> int:
    portal.crm.add_category(2, "Доставка", 3)
    return seeding.add_deal(portal, "Сделка", assignedById=7)


@pytest.fixture
def bound(client: Client, app: App) -> Client:
    for event in ("onCrmDealUpdate", "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALADD"):
        client.call("event.bind", event=event, handler=f"{app.base}/events")
    return client


def move(world: World, portal: Portal, deals: list[int], stage: str, **more: Any) -> list[int]:
    spec = {"deals": deals, "stage": stage} | more
    moved: list[int] = world.control.post(f"/bitrix24/{portal.member_id}/move", spec)["moved"]
    return moved


def noted(world: World, key: str, seconds: float = 30.0) -> list[Any]:
    """What the journal says was sent: noted when the answer is there, which is after it came to the app."""
    end = time.monotonic() + seconds
    while not (found := list(world.journal.find(kind="event.sent", key=key))) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def test_a_persons_change_carries_his_token(bound: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    assert move(world, portal, [deal], "EXECUTING", user=7) == [deal]
    event = app.wait(1)[0]
    auth = event.pop("auth")
    assert event.pop("ts").isdigit()
    assert event == {"event": UPDATE, "event_handler_id": "101", "data": {"FIELDS": {"ID": str(deal)}}}
    assert set(auth) == {
        "access_token", "expires", "expires_in", "scope", "domain", "server_endpoint", "status", "client_endpoint",
        "member_id", "user_id", "application_token",
    }  # fmt: skip
    install = portal.app.install
    assert install is not None
    assert (auth["user_id"], auth["application_token"]) == ("7", install.application_token)
    assert (auth["member_id"], auth["domain"]) == (portal.member_id, portal.domain)
    assert b"data%5BFIELDS%5D%5BID%5D=" in app.raw[0]
    assert Client(world, portal, auth["access_token"]).call("profile")["ID"] == "7"
    sent = noted(world, UPDATE)
    assert [(row.data["status"], row.data["token"]) for row in sent] == [(200, True)]


def test_a_robots_change_carries_none(bound: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    move(world, portal, [deal], "EXECUTING", user=None)
    auth = app.wait(1)[0]["auth"]
    assert not {"access_token", "refresh_token", "expires", "expires_in", "user_id"} & set(auth)
    assert {"scope", "status", "application_token", "member_id"} <= set(auth)


def test_a_dismissed_persons_token_is_not_given(
    bound: Client, deal: int, world: World, portal: Portal, app: App
) -> None:
    portal.switches.event_delay_min = portal.switches.event_delay_max = 0.2
    move(world, portal, [deal], "EXECUTING", user=7)
    lifecycle.dismiss(portal, 7)
    assert "access_token" not in app.wait(1)[0]["auth"]


def test_another_pipeline_is_another_event(bound: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    move(world, portal, [deal], "C3:NEW", category=3)
    event = app.wait(1)[0]
    assert event["event"] == "ONCRMDEALMOVETOCATEGORY"
    assert event["data"]["FIELDS"] == {"ID": str(deal), "CATEGORY_ID": "3", "STAGE_ID": "C3:NEW"}
    time.sleep(0.2)
    assert app.names() == ["ONCRMDEALMOVETOCATEGORY"]


def test_our_own_writes_come_back(bound: Client, deal: int, app: App) -> None:
    bound.call("crm.item.update", entityTypeId=2, id=deal, fields={"title": "Новое"})
    assert app.wait(1)[0]["auth"]["user_id"] == "1"
    bound.call("crm.item.update", entityTypeId=2, id=deal, fields={"title": "Новое"})
    bound.call("crm.item.productrow.set", ownerId=deal, ownerType="D", productRows=[{"productName": "x", "price": 1}])
    app.wait(2)
    time.sleep(0.2)
    assert app.names() == [UPDATE, UPDATE]


def test_an_events_token_runs_out_of_hops(bound: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    portal.switches.event_hops = 2
    move(world, portal, [deal], "EXECUTING", user=7)
    for count, title in ((1, "раз"), (2, "два")):
        token = app.wait(count)[-1]["auth"]["access_token"]
        Client(world, portal, token).call("crm.item.update", entityTypeId=2, id=deal, fields={"title": title})
    time.sleep(0.3)
    # The first change, and one that its token made: the second token has no hops left.
    assert len(app.events) == 2


def test_before_the_installation_is_finished_nothing_is_sent(portals: list[Portal], world: World, app: App) -> None:
    portal = portals[1]
    lifecycle.begin_install(portal, 1)
    token = world.control.post(f"/bitrix24/{portal.member_id}/token")["access_token"]
    client = Client(world, portal, token)
    assert client.call("app.info")["INSTALLED"] is False
    for name in ("ONAPPINSTALL", UPDATE):
        assert client.call("event.bind", event=name, handler=f"{app.base}/events") is True
    deal = seeding.add_deal(portal, "Сделка")
    move(world, portal, [deal], "EXECUTING")
    time.sleep(0.2)
    assert app.events == []
    assert world.control.post(f"/bitrix24/{portal.member_id}/finish-install")["finished"] is True
    event = app.wait(1)[0]
    assert event["event"] == "ONAPPINSTALL"
    assert event["data"] == {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "ru"}
    assert event["auth"]["refresh_token"]
    assert world.control.post(f"/bitrix24/{portal.member_id}/finish-install")["finished"] is False


def test_loss_and_doubling(bound: Client, world: World, portal: Portal, app: App) -> None:
    deals = [seeding.add_deal(portal, str(index)) for index in range(60)]
    path = f"/bitrix24/{portal.member_id}/settings"
    world.control.post(path, {"event_drop": 0.3, "event_duplicate": 0.3, "event_seed": 5})
    assert len(move(world, portal, deals, "EXECUTING")) == 60
    dropped = len(world.journal.find(kind="event.dropped"))
    assert 5 < dropped < 35
    app.wait(60 - dropped)
    time.sleep(0.3)
    sent = [event["data"]["FIELDS"]["ID"] for event in app.events]
    assert len(set(sent)) == 60 - dropped
    assert len(sent) > len(set(sent))
    # The same seed tells the same story.
    world.control.post(path, {"event_seed": 5})
    assert len(move(world, portal, deals, "NEW")) == 60
    assert len(world.journal.find(kind="event.dropped")) == 2 * dropped


def test_order_is_kept_only_on_request(bound: Client, world: World, portal: Portal, app: App) -> None:
    deals = [seeding.add_deal(portal, str(index)) for index in range(25)]
    settings = {"event_delay_min": 0.0, "event_delay_max": 0.3, "event_shuffle": True}
    world.control.post(f"/bitrix24/{portal.member_id}/settings", settings)
    move(world, portal, deals, "EXECUTING")
    first = [int(event["data"]["FIELDS"]["ID"]) for event in app.wait(25)]
    assert first != deals
    assert sorted(first) == deals


def test_one_attempt_only(bound: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    app.answers = [500]
    move(world, portal, [deal], "EXECUTING")
    app.wait(1)
    time.sleep(0.5)
    assert len(app.events) == 1
    assert world.journal.find(kind="event.sent")[-1].data["status"] == 500


def test_events_wait_for_their_time(bound: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    portal.switches.event_delay_min = portal.switches.event_delay_max = 100.0
    move(world, portal, [deal], "EXECUTING")
    time.sleep(0.2)
    assert app.events == []
    world.clock.advance(101)
    app.wait(1)


def test_binding_rules(client: Client, manager: Client, app: App) -> None:
    mine = {"event": UPDATE, "handler": f"{app.base}/events"}
    assert client.call("event.bind", mine) is True
    assert client.refused("event.bind", mine)[:2] == (400, "ERROR_CORE")
    # A non-admin's bind is always stored with his own id.
    assert manager.call("event.bind", mine) is True
    rows = {(row["handler"], row["auth_type"]) for row in client.call("event.get")}
    assert rows == {(f"{app.base}/events", "0"), (f"{app.base}/events", "7")}
    assert [row["auth_type"] for row in manager.call("event.get")] == ["7"]
    assert manager.refused("event.bind", mine | {"auth_type": 1})[:2] == (403, "ACCESS_DENIED")
    assert manager.refused("event.bind", event=UPDATE, event_type="offline")[:2] == (403, "ACCESS_DENIED")
    assert client.refused("event.bind", mine | {"event": "ONNOTHING"})[:2] == (400, "ERROR_EVENT_NOT_FOUND")
    assert client.refused("event.bind", mine | {"event": "ONUSERADD"})[1] == "ERROR_EVENT_NOT_FOUND"
    assert client.refused("event.bind", event=UPDATE)[:2] == (400, "ERROR_ARGUMENT")
    assert client.refused("event.unbind", event=UPDATE)[:2] == (400, "ERROR_ARGUMENT")
    assert client.call("event.unbind", EVENT="onCrmDealUpdate", HANDLER=f"{app.base}/events") == {"count": 2}
    assert client.call("event.get") == []
    names = client.call("events")
    assert UPDATE in names
    assert "ONUSERADD" not in names
    assert client.call("events", SCOPE="user")[0] == "ONUSERADD"


def test_auth_type_puts_another_users_token(client: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    client.call("event.bind", event=UPDATE, handler=f"{app.base}/events", auth_type=9)
    move(world, portal, [deal], "EXECUTING", user=7)
    assert app.wait(1)[0]["auth"]["user_id"] == "9"


def test_smart_process_events_have_two_names(client: Client, portal: Portal, app: App) -> None:
    portal.crm.add_type("Возвраты", {"isStagesEnabled": "Y"}, 1042, 1, portal.now())
    for event in ("ONCRMDYNAMICITEMADD", "ONCRMDYNAMICITEMADD_1042"):
        client.call("event.bind", event=event, handler=f"{app.base}/events")
    assert client.refused("event.bind", event="ONCRMDYNAMICITEMADD_1044", handler=f"{app.base}/e")[1] == (
        "ERROR_EVENT_NOT_FOUND"
    )
    client.call("crm.item.add", entityTypeId=1042, fields={"title": "x"})
    events = app.wait(2)
    assert sorted(event["event"] for event in events) == ["ONCRMDYNAMICITEMADD", "ONCRMDYNAMICITEMADD_1042"]
    assert events[0]["data"]["FIELDS"] == {"ID": "1", "ENTITY_TYPE_ID": "1042"}


def test_events_of_one_smart_process_exist_where_the_portal_lists_them(
    client: Client, portal: Portal, app: App
) -> None:
    portal.crm.add_type("Возвраты", {"isStagesEnabled": "Y"}, 1042, 1, portal.now())
    typed = "ONCRMDYNAMICITEMUPDATE_1042"
    assert typed in client.call("events")
    assert typed in client.call("events", SCOPE="crm")
    portal.switches.typed_item_events = False
    assert typed not in client.call("events")
    assert client.refused("event.bind", event=typed, handler=f"{app.base}/e")[1] == "ERROR_EVENT_NOT_FOUND"


def test_an_item_is_made_by_control_as_a_person_or_a_robot(
    client: Client, world: World, portal: Portal, app: App
) -> None:
    flags = {"isStagesEnabled": "Y", "isLinkWithProductsEnabled": "Y"}
    portal.crm.add_type("Возвраты", flags, 1042, 1, portal.now())
    client.call("event.bind", event="ONCRMDYNAMICITEMADD", handler=f"{app.base}/events")
    base = f"/bitrix24/{portal.member_id}"
    rows = [{"productName": "Чашка", "price": 5, "quantity": 2}]
    for user in (7, None):
        spec = {"entity_type_id": 1042, "fields": {"title": "Вернули"}, "rows": rows, "user": user}
        made = world.control.post(f"{base}/items", spec)["id"]
        assert [row["quantity"] for row in world.control.get(f"{base}/item/1042/{made}")["rows"]] == [2]
    told = [event["auth"].get("access_token", "") != "" for event in app.wait(2)]
    assert sorted(told) == [False, True]


def test_forged_events(bound: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    spec = {"event": UPDATE, "data": {"FIELDS": {"ID": deal}}, "application_token": "guess"}
    world.control.post(f"/bitrix24/{portal.member_id}/forge", spec)
    assert app.wait(1)[0]["auth"]["application_token"] == "guess"


def test_test_events_echo(client: Client, app: App) -> None:
    client.call("event.bind", event="ONAPPTEST", handler=f"{app.base}/events")
    assert client.call("event.test", any="thing") == 1
    assert app.wait(1)[0]["data"] == {"QUERY": {"any": "thing"}}


def test_the_offline_queue_folds_repeated_changes(
    client: Client, manager: Client, portal: Portal, world: World
) -> None:
    client.call("event.bind", event=UPDATE, event_type="offline")
    deals = [seeding.add_deal(portal, str(index)) for index in range(60)]
    for stage in ("EXECUTING", "NEW"):
        move(world, portal, deals, stage)
    assert client.page("event.offline.list")["total"] == 60
    assert manager.refused("event.offline.get")[:2] == (403, "ACCESS_DENIED")
    first = client.call("event.offline.get", clear=0)
    second = client.call("event.offline.get", clear=0)
    assert (len(first["events"]), len(second["events"])) == (50, 10)
    assert not {row["ID"] for row in first["events"]} & {row["ID"] for row in second["events"]}
    assert first["events"][0]["EVENT_DATA"] == {"FIELDS": {"ID": str(deals[0])}}
    again = client.call("event.offline.get", clear=0, process_id=first["process_id"])
    assert len(again["events"]) == 50
    message = second["events"][0]["MESSAGE_ID"]
    client.call("event.offline.error", process_id=second["process_id"], message_id=[message])
    rest = client.call("event.offline.get", clear=0, process_id=second["process_id"])
    assert len(rest["events"]) == 9
    assert client.call("event.offline.clear", process_id=first["process_id"]) is True
    assert client.page("event.offline.list")["total"] == 10
    move(world, portal, deals[:3], "EXECUTING")
    taken = client.call("event.offline.get")
    assert (taken["process_id"], len(taken["events"])) == (None, 3)
    portal.switches.offline_extended = False
    assert client.refused("event.offline.get", clear=0)[:2] == (403, "WRONG_LICENSE")


def test_connectors_split_the_queue(client: Client, deal: int, portal: Portal, world: World) -> None:
    client.call("event.bind", event=UPDATE, event_type="offline", auth_connector="ours")
    own = {"entityTypeId": 2, "id": deal, "auth_connector": "ours"}
    client.call("crm.item.update", own, fields={"title": "сами"})
    assert client.call("event.offline.list", auth_connector="ours") == []
    move(world, portal, [deal], "EXECUTING")
    assert client.call("event.offline.list") == []
    assert len(client.call("event.offline.list", auth_connector="ours")) == 1


def test_news_of_the_queue(client: Client, deal: int, portal: Portal, world: World, app: App) -> None:
    client.call("event.bind", event="ONOFFLINEEVENT", handler=f"{app.base}/events", options={"minTimeout": 5})
    client.call("event.bind", event=UPDATE, event_type="offline")
    move(world, portal, [deal], "EXECUTING")
    event = app.wait(1)[0]
    assert event["auth"]["refresh_token"]
    assert "data" not in event


def test_a_slow_handler_is_called_less_often(bound: Client, deal: int, portal: Portal, world: World, app: App) -> None:
    next(row for row in portal.app.handlers if row.event == UPDATE).slowness = 30.0
    move(world, portal, [deal], "EXECUTING")
    time.sleep(0.2)
    assert app.events == []
    world.clock.advance(31)
    app.wait(1)


def test_portals_share_nothing(bound: Client, portals: list[Portal], client_of: Make, world: World, app: App) -> None:
    other = client_of(portals[1])
    number = seeding.add_deal(portals[1], "Чужая")
    move(world, portals[1], [number], "EXECUTING")
    time.sleep(0.2)
    assert app.events == []
    assert other.call("event.get") == []
    assert bound.refused("crm.item.get", entityTypeId=2, id=number)[1] == "NOT_FOUND"
