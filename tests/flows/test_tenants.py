"""Portals of one deployment never see each other, however alike their numbers are."""

from __future__ import annotations

import pytest

from tests.flows.town import Town

DEAL = 501
WEST, BOX, BOX_DEAL = 3, 4, 7


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_equal_deal_ids_are_different_deals(town: Town) -> None:
    east, north = town.shop(0, account=0), town.shop(1, account=2)
    east.ship(DEAL)
    north.ship(DEAL)
    [here], [there] = east.shipped(DEAL), north.shipped(DEAL)
    assert here != there
    [one], [other] = east.orders(DEAL), north.orders(DEAL)
    first, _, third = town.world.addresses["cdek"]["accounts"]
    assert (one["account"], other["account"]) == (first["client_id"], third["client_id"])
    assert one["recipient"] != other["recipient"]
    town.calm()
    east.happens(DEAL, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    east.becomes(DEAL, "Принят на складе")
    assert north.status(DEAL) == "Заказ создан"
    assert here in east.tab_says(DEAL)
    assert here not in north.tab_says(DEAL)
    assert there not in east.health()


def test_a_hook_of_one_account_cannot_move_another_accounts_parcel(town: Town) -> None:
    east, north = town.shop(0, account=0), town.shop(1, account=2)
    east.ship(DEAL)
    east.shipped(DEAL)
    town.calm()
    before = len(town.journal("rest.call"))
    push = {
        "type": "ORDER_STATUS",
        "uuid": east.order(DEAL)["uuid"],
        "attributes": {"code": "DELIVERED", "number": east.our_number(DEAL)},
        "account": town.world.addresses["cdek"]["accounts"][2]["client_id"],
    }
    town.program.steer("POST", "/cdek/webhooks/send", push)
    town.calm()
    assert len(town.journal("rest.call")) == before
    assert east.status(DEAL) == "Заказ создан"
    assert north.orders(DEAL) == []


def test_a_western_portal_signs_in_at_its_own_oauth_server(town: Town) -> None:
    shop = town.shop(WEST)
    shop.ask("POST", "/tokens/expire")
    shop.ship(DEAL)
    shop.shipped(DEAL)
    refreshed = town.journal("oauth.refreshed", "bitrix24", portal=shop.member)
    assert len(refreshed) == 1


def test_an_old_portal_on_premise_whose_frames_leave_fields_out(town: Town) -> None:
    member = town.world.addresses["portals"][BOX]["member_id"]
    town.program.steer("POST", f"/bitrix24/{member}/settings", {"old_frame": True})
    shop = town.shop(BOX)
    assert town.wait(lambda: shop.row.application_token, "the token that ONAPPINSTALL brought")
    shop.ship(BOX_DEAL)
    [number] = shop.shipped(BOX_DEAL)
    assert number in shop.tab_says(BOX_DEAL)
    town.calm()
    shop.happens(BOX_DEAL, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    shop.becomes(BOX_DEAL, "Принят на складе")


def test_on_premise_and_cloud_in_one_deployment(town: Town) -> None:
    """The box answers in the older way: no plan but "selfhosted", no operating times, every refusal with 401, a domain
    with a port (bitrix24-app.md §1.7, §3.4, §3.7). A key that ran out is still told from one that is no good."""
    box, cloud = town.shop(BOX), town.shop()
    assert box.ask("GET", "")["settings"]["old_frame"]
    assert (box.row.edition, cloud.row.edition) == ("box", "cloud")
    assert box.row.plan.endswith("_selfhosted")
    assert ":" in box.row.domain
    for shop in (box, cloud):
        shop.ask("POST", "/tokens/expire")
    box.ship(BOX_DEAL)
    cloud.ship(DEAL)
    box.shipped(BOX_DEAL)
    cloud.shipped(DEAL)
    assert len(box.orders(BOX_DEAL)) == len(cloud.orders(DEAL)) == 1
    for shop in (box, cloud):
        assert len(town.journal("oauth.refreshed", "bitrix24", portal=shop.member)) == 1

    second = 3
    box.ask("POST", "/users", {"id": second, "name": "Вторая", "admin": True})
    box.ask("POST", "/dismiss", {"user": 1})
    box.ask("POST", "/update-app", {"version": 2})
    box.app(second)
    box.town.wait(lambda: box.row.app_version == "2", "the update of the box")
    assert box.row.state == "active"
