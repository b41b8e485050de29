"""The portal's online store sells with our delivery: a buyer is told the price at once, the manager orders the delivery
by the store's button, and it is the deal's own parcel, never a second one."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from b24app.bitrix24.shop_calls import ADDRESS, PHONE, POINT
from b24app.runners.connection import refreshing
from b24app.runners.portal import shop as shop_lane
from b24app.runners.portal import shop_finding, shop_news
from b24app.store import portal_settings, shop_requests
from b24app.store.engine import session_scope
from b24app.store.shop import KEY
from tests.flows.test_chain_crash import Once
from tests.flows.test_points import refreshed
from tests.flows.town import TRACK, Shop, Town

DEAL = 501
KAZAN: dict[str, Any] = {
    "fields": {"LOCALITY": "Казань", "STREET": "улица Баумана", "BUILDING": "5"},
    "lat": None,
    "lon": None,
}
NAME, PHONE_OF = "Ольга Синицына", "+79170000001"
FORM = {"name": "Доставка до двери", "currency": "RUB", "category": "0", "by": "rules"}


def store(shop: Shop) -> dict[str, Any]:
    """What the portal's store keeps."""
    found: dict[str, Any] = shop.ask("GET", "/shop")
    return found


def open_store(shop: Shop, **form: str) -> dict[str, Any]:
    """The administrator switches it on; the store once our service is in it."""
    shop.app_press("/app/shop", **{**FORM, "on": "yes", **form})
    shop.town.wait(lambda: len(store(shop)["relations"]) >= 10, "our service in the store")
    shop.town.calm()
    return store(shop)


def goods(shop: Shop) -> dict[str, float]:
    rows = shop.ask("GET", f"/deal/{DEAL}")["rows"]
    return {str(row["productId"]): 1 for row in rows if row["productId"]}


def basket(shop: Shop, **more: Any) -> dict[str, Any]:
    values = {ADDRESS: KAZAN, PHONE: PHONE_OF}
    return {"profile": "COURIER", "goods": goods(shop), "values": values, "name": NAME, "phone": PHONE_OF, **more}


def priced(shop: Shop, **more: Any) -> dict[str, Any]:
    """What a buyer is told once the price is known: a slow machine's first answer comes too late for its asker, and
    serves the next one."""
    found: dict[str, Any] = {}

    def ask() -> bool:
        found.update(shop.ask("POST", "/shop/price", basket(shop, **more)))
        return bool(found["ok"])

    shop.town.wait(ask, "a price in the store")
    return found


def bought(shop: Shop, **more: Any) -> dict[str, Any]:
    """An order of the store, at a price that was told before."""
    priced(shop, **{name: value for name, value in more.items() if name != "deal"})
    found: dict[str, Any] = shop.ask("POST", "/shop/checkout", basket(shop, **more))
    assert found["ok"], found["reason"]
    return found


def press(shop: Shop, shipment: int) -> dict[str, Any]:
    """The manager orders the delivery."""
    found: dict[str, Any] = shop.ask("POST", "/shop/request", {"shipments": [shipment]})
    return found


def parcel(shop: Shop, number: int) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in store(shop)["shipments"] if row["id"] == number)
    return found


def request(shop: Shop) -> dict[str, Any]:
    [found] = store(shop)["requests"]
    return dict(found)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_from_the_checkout_to_the_number_on_shipment_and_deal(town: Town, shop: Shop) -> None:
    def said_to(whom: str, what: str) -> list[Any]:
        words = [each["MESSAGE"]["BODY"] for each in request(shop)["messages"] if each["ADDRESSEE"] == whom]
        return [each for each in words if each.startswith(what)]

    there = open_store(shop, words="both", extra_fitting="yes")
    courier = next(row for row in there["services"] if row["PROFILE"] == "COURIER")
    assert (courier["CURRENCY"], courier["ACTIVE"]) == ("RUB", "Y")

    plain = priced(shop)["price"]
    order = bought(shop, extras={"fitting": "Y"})
    assert order["price"] > plain > 0  # the carrier's own price for it
    assert order["body"]["PERIOD_TYPE"] == "D"
    said = press(shop, order["shipment"])
    number = shop.our_number(order["deal"])
    assert (said["ok"], said["body"]["REQUEST_ID"]) == (True, number)
    assert press(shop, order["shipment"])["body"]["REQUEST_ID"] == number  # told twice it is one

    [track] = shop.shipped(order["deal"])
    town.wait(lambda: parcel(shop, order["shipment"])["trackingNumber"] == track, "the number in the store")
    assert len(shop.orders(order["deal"])) == 1
    shipment = parcel(shop, order["shipment"])
    # An update that repeats nothing would have set both to nothing.
    assert (shipment["priceDelivery"], shipment["statusId"]) == (order["price"], "DN")
    assert [each["code"] for each in shop.order(order["deal"])["services"]] == ["TRYING_ON"]
    recipient = shop.order(order["deal"])["recipient"]
    assert (recipient["name"], recipient["phones"][0]["number"]) == (NAME, PHONE_OF)
    town.wait(lambda: "Казань" in str(shop.deal(order["deal"])["UF_CRM_DELIVERY_ADDRESS"]), "the address in the deal")

    # Whether a word was said nobody can ask: one whose answer is lost is not said again.
    town.fault("break_after", "bitrix24", match={"contains": "request.sendmessage"}, times=1)
    shop.happens(order["deal"], "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    town.wait(lambda: said_to("RECIPIENT", "Принят"), "the word to the recipient")
    town.calm()
    town.advance(90)
    shop.happens(order["deal"], "DELIVERED")
    town.wait(lambda: said_to("MANAGER", "Вручён"), "the word to the manager")
    assert len(said_to("RECIPIENT", "Принят")) == len(said_to("MANAGER", "Принят")) == 1
    town.wait(lambda: request(shop)["finalized"], "the end of the delivery in the store")
    assert request(shop)["status"] == {"TEXT": "Вручён", "SEMANTIC": "success"}
    assert {"NAME": "Трек-номер", "VALUE": track, "TAGS": []} in request(shop)["properties"]


def test_a_deal_that_has_shipped_is_linked_and_a_cancelled_delivery_is_cancelled_once(town: Town, shop: Shop) -> None:
    """Nobody had ordered the delivery in the store: the deal's parcel is made of what the order says all the same. What
    its buyer ticked is told by the press alone: the next parcel asks for it, whoever sends that."""
    open_store(shop, cod="yes", extra_fitting="yes")
    order = bought(shop, pay="cash", phone="", extras={"fitting": "Y"})
    deal = order["deal"]
    shop.move(deal)
    [track] = shop.shipped(deal)
    town.wait(lambda: parcel(shop, order["shipment"])["trackingNumber"] == track, "the number in the store")
    placed = shop.order(deal)
    assert placed["recipient"]["phones"][0]["number"] == PHONE_OF  # of the order: the contact has none
    assert placed["to_location"]["city"] == "Казань"
    collected = sum(each["payment"]["value"] * each["amount"] for row in placed["packages"] for each in row["items"])
    assert collected + placed["delivery_recipient_cost"]["value"] == store(shop)["orders"][-1]["price"]
    said = press(shop, order["shipment"])
    assert said["body"]["REQUEST_ID"] == shop.our_number(deal)
    town.wait(lambda: request(shop)["status"], "the status in the store")
    assert len(shop.orders(deal)) == 1
    assert not placed.get("services")

    delivery, name = request(shop)["delivery_id"], request(shop)["request_id"]
    assert shop.ask("POST", "/shop/cancel", {"delivery": delivery, "request": name})["ok"]
    town.wait(lambda: shop.status(deal) == "Отменён", "the cancelled order")
    assert store(shop)["requests"] == []

    # Sent again, from the tab, it is another parcel, by the next number; the store's press finds it.
    shop.press("ship_now", deal)
    town.wait(lambda: len(shop.orders(deal)) == 2, "a second order")
    assert "TRYING_ON" in [each["code"] for each in shop.order(deal, 2)["services"]]
    again = press(shop, order["shipment"])
    assert again["body"]["REQUEST_ID"] == shop.our_number(deal, 2)
    shop.happens(deal, "RECEIVED_AT_SHIPMENT_WAREHOUSE", 2)
    town.wait(lambda: "Принят" in request(shop)["status"].get("TEXT", ""), "the status in the store")
    late = shop.ask("POST", "/shop/cancel", {"delivery": delivery, "request": again["body"]["REQUEST_ID"]})
    assert not late["ok"]
    assert "уже в пути" in late["reason"]


#: Where Waybill stops, and whether before or after: the store is told all the same, and one parcel leaves.
STOPS: tuple[tuple[Any, str, bool], ...] = (
    (shop_finding, "keep", False),
    (shop_lane, "_ship", False),
    (shop_requests, "link", False),
    (shop_news, "steps", True),
    (shop_news, "outcome", False),
)


def test_stopped_at_any_step_it_is_one_parcel_and_the_store_is_told(
    town: Town, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(shop)
    order = bought(shop)
    stops = [Once(getattr(where, name), lambda *_: True, before) for where, name, before in STOPS]
    for (where, name, _), stop in zip(STOPS, stops, strict=True):
        monkeypatch.setattr(where, name, stop.stand_in())
    shop.move(order["deal"])  # … and just then somebody orders it in the store
    assert press(shop, order["shipment"])["ok"]

    def told() -> bool:
        """Whoever fails is tried again later and later: the world's clock runs ahead of that. The last stop comes after
        the portal has the number."""
        town.advance(30)
        return bool(parcel(shop, order["shipment"])["trackingNumber"]) and all(stop.stopped for stop in stops)

    town.wait(told, "the number in the store, whatever stopped", 90)
    assert len(shop.orders(order["deal"])) == 1
    assert parcel(shop, order["shipment"])["priceDelivery"] == order["price"]


def test_what_is_in_the_way_is_said_in_the_store(town: Town, shop: Shop) -> None:
    open_store(shop)
    nowhere = shop.ask("POST", "/shop/price", basket(shop, values={}))
    assert (nowhere["ok"], nowhere["reason"]) == (False, "Укажите адрес доставки: город, улицу и дом.")
    order = bought(shop, values={ADDRESS: KAZAN}, phone="")  # nobody can be called
    assert press(shop, order["shipment"])["ok"]
    town.wait(lambda: "телефон" in request(shop)["status"].get("TEXT", "").lower(), "the problem in the store")
    assert shop.orders(order["deal"]) == []
    shop.edit(order["deal"], UF_CRM_DELIVERY_PHONE=PHONE_OF)
    shop.press("retry", order["deal"])
    [track] = shop.shipped(order["deal"])
    town.wait(lambda: parcel(shop, order["shipment"])["trackingNumber"] == track, "the number in the store")


def test_an_order_without_a_deal_gets_one_and_no_second_one_when_the_answer_is_lost(town: Town, shop: Shop) -> None:
    open_store(shop)
    order = bought(shop, deal=False)
    denied = {"status": 403, "body": '{"error": "ACCESS_DENIED", "error_description": "Access denied."}'}
    town.fault("status", "bitrix24", match={"path": "/rest/*crm.item.add*"}, params=denied, times=1)
    said = press(shop, order["shipment"])
    assert said["ok"]
    town.wait(lambda: "портал не дал" in request(shop)["status"].get("TEXT", ""), "the refusal in the store")
    delivery, name = request(shop)["delivery_id"], request(shop)["request_id"]
    assert shop.ask("POST", "/shop/cancel", {"delivery": delivery, "request": name})["ok"]
    town.calm()

    def made() -> list[Any]:
        return [row for row in shop.ask("GET", "/deals")["deals"] if row["title"] == f"Заказ №{order['order']}"]

    town.fault("break_after", "bitrix24", match={"path": "/rest/*crm.item.add*"}, times=1)
    assert press(shop, order["shipment"])["ok"]
    town.wait(made, "a deal")
    town.calm()
    town.advance(80)
    deal = int(town.wait(lambda: store(shop)["links"].get(str(order["order"])), "the order's deal"))
    [track] = shop.shipped(deal)
    town.wait(lambda: parcel(shop, order["shipment"])["trackingNumber"] == track, "the number in the store")
    assert shop.order(deal)["recipient"]["name"] == NAME
    assert [row["productId"] for row in shop.ask("GET", f"/deal/{deal}")["rows"]] == [int(each) for each in goods(shop)]
    assert [int(row["id"]) for row in made()] == [deal]
    delivery, name = request(shop)["delivery_id"], request(shop)["request_id"]
    assert shop.ask("POST", "/shop/cancel", {"delivery": delivery, "request": name})["ok"]
    town.wait(lambda: shop.status(deal) == "Отменён", "the cancelled order")


def test_a_carrier_that_hangs_costs_a_price_of_before(town: Town, shop: Shop) -> None:
    open_store(shop)
    known = priced(shop)
    town.fault("hang", match={"path": "/v2/calculator/*"}, params={"seconds": 8})
    # With a postal code it is another question, about the same town.
    again = {ADDRESS: {**KAZAN, "fields": {**KAZAN["fields"], "POSTAL_CODE": "420111"}}, PHONE: PHONE_OF}
    old = shop.ask("POST", "/shop/price", basket(shop, values=again))
    assert (old["ok"], old["price"]) == (True, known["price"])
    far = {ADDRESS: {**KAZAN, "fields": {"LOCALITY": "Тюмень", "STREET": "Республики", "BUILDING": "1"}}}
    none = shop.ask("POST", "/shop/price", basket(shop, values=far))
    assert (none["ok"], none["status"]) == (False, 200)
    assert "не удалось рассчитать" in none["reason"]


def test_a_point_that_nobody_named_is_the_nearest_and_a_named_one_is_shipped_to(town: Town, shop: Shop) -> None:
    open_store(shop)
    nowhere = shop.ask("POST", "/shop/price", basket(shop, profile="PVZ", values={PHONE: PHONE_OF}))
    assert not nowhere["ok"]
    refreshing.start_due(town.program.remotes.services())  # or the schedule was first
    town.wait(lambda: refreshed(town), "the list of points")
    assert priced(shop, profile="PVZ", values={ADDRESS: KAZAN, PHONE: PHONE_OF})["price"] > 0
    order = bought(shop, profile="PVZ", values={POINT: "KZN5", PHONE: PHONE_OF})
    shop.move(order["deal"])  # nobody pressed in the store
    shop.shipped(order["deal"])
    assert shop.order(order["deal"])["delivery_point"] == "KZN5"


def test_switched_off_the_service_leaves_the_store_or_is_hidden(town: Town, shop: Shop) -> None:
    open_store(shop, insurance="yes")
    assert {row["CODE"] for row in store(shop)["extras"]} == {"insurance"}
    assert all(row["ACTIVE"] == "Y" for row in store(shop)["extras"])
    shop.app_press("/app/shop", **FORM)
    town.wait(lambda: store(shop)["handlers"] == [], "a store without us")
    assert store(shop)["services"] == []
    open_store(shop)
    bought(shop)
    shop.app_press("/app/shop", **FORM)
    town.wait(lambda: {row["ACTIVE"] for row in store(shop)["services"]} == {"N"}, "a hidden service")
    assert shop.deal(DEAL)[TRACK] in (None, "")


def test_what_somebody_changed_in_the_store_is_right_again(town: Town, shop: Shop) -> None:
    before = open_store(shop, insurance="yes")
    own = town.world.system("bitrix24").portals[shop.member].shop
    parent = next(row for row in own.services if row["PARENT_ID"] is None)
    lost = next(row["id"] for row in own.properties if row["code"] == POINT)
    own.properties.remove(lost)
    own.relations = [row for row in own.relations if row["propertyId"] != lost]
    parent |= {"NAME": "Чужое", "CONFIG": []}
    for row in own.extras:
        row["ACTIVE"] = "N"
    [handler] = own.handlers.values()
    handler.row["SETTINGS"] |= {"CALCULATE_URL": "https://elsewhere.example/x"}
    # What we knew of it was never kept: it is found, not made again.
    with session_scope(town.program.parts.sessions) as session:
        portal_settings.merge(session, shop.id, **{KEY: {}})
    after = open_store(shop, insurance="yes")
    for name in ("handlers", "extras"):
        assert after[name] == before[name]
    assert [row["NAME"] for row in after["services"]] == [row["NAME"] for row in before["services"]]
    assert [row["CONFIG"] for row in after["services"]] == [row["CONFIG"] for row in before["services"]]
    assert sorted(row["code"] for row in after["properties"]) == sorted(row["code"] for row in before["properties"])
    assert bought(shop)["price"] > 0


def test_another_secret_is_nobodys(town: Town, shop: Shop) -> None:
    there = open_store(shop)
    url = there["handlers"][0]["SETTINGS"]["CALCULATE_URL"]
    assert requests.post(url, json={"SHIPMENT": {}}, timeout=10).json()["SUCCESS"] == "N"
    wrong = url.replace("/calculate", "x/calculate")
    assert requests.post(wrong, json={"SHIPMENT": {}}, timeout=10).status_code == 404
    assert requests.post(url, data="{", timeout=10).status_code == 400

    # A service that somebody copied by hand carries another key.
    own = town.world.system("bitrix24").portals[shop.member].shop
    parent = next(row for row in own.services if row["PARENT_ID"] is None)
    parent["CONFIG"] = [{"CODE": "WAYBILL_KEY", "VALUE": "0" * 32}]
    copied = shop.ask("POST", "/shop/price", basket(shop))
    assert (copied["ok"], "чужим ключом" in copied["reason"]) == (False, True)
