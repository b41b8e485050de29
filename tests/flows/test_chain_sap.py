"""SAP picks and posts the goods issue, then CDEK is booked; the goods issue is reversed and posted again: the deal
stays where it is, a person is told, and nobody is booked twice."""

from __future__ import annotations

import pytest

from b24app.demo.accounts import connect
from b24app.store import intents, portals
from b24app.store.engine import session_scope
from tests.flows.test_return_process import rest
from tests.flows.town import NUMBER, TRACK, Shop, Town
from tests.flows.warehouses import DEAL, at_the_warehouse, floor, picked_first, rows_of

SAP, LEFT = "sap_ewm", "EXECUTING"
GOODS = [{"sku": "CF-ETH-1000", "quantity": 2}, {"sku": "KM-TUR-350", "quantity": 1}]


@pytest.fixture
def shop(town: Town) -> Shop:
    """Deals of the first pipeline have a SAP order, and CDEK is booked once SAP has let the goods go."""
    shop = town.installed()
    rest(shop, "crm.deal.userfield.add", fields={"FIELD_NAME": "ERP", "USER_TYPE_ID": "string", "MULTIPLE": "N"})
    connect(shop.app(), SAP, town.world.addresses[SAP]["accounts"][0], "SAP")
    leg = {"warehouse_stages": {"in_transit": LEFT}}
    picked_first(shop, SAP, leg)
    with session_scope(shop.town.program.parts.sessions) as session:
        pipeline = portals.pipelines(session, shop.id)[0]
        before = pipeline.settings["before"]
        pipeline.settings = {**pipeline.settings, "before": {**before, "book": "shipped"}}
        portals.set_fields(session, shop.id, {"reference": "UF_CRM_ERP"})
    person = {"name": "Мария Северцева", "phone": "+79000001462", "city": "Казань", "street": "ул. Баумана"}
    order = town.world.control.post(f"/{SAP}/sales_orders", {"lines": GOODS, "recipient": person})["order"]
    shop.ask("POST", "/edit", {"id": DEAL, "fields": {"UF_CRM_ERP": order}, "user": 7})
    shop.fill_in(DEAL)
    town.calm()
    return shop


def test_a_reversed_goods_issue_is_told_and_books_nobody_twice(shop: Shop) -> None:
    number = at_the_warehouse(shop, SAP)
    for code in ("packed", "issued"):
        floor(shop, SAP, number, code=code)
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    [track] = shop.shipped(DEAL)
    shop.town.wait(lambda: shop.stage_of(DEAL) == LEFT, "the stage of goods that have left")
    assert rows_of(shop)[0].status == "in_transit"

    floor(shop, SAP, number, code="reversed")
    shop.told(DEAL, "отменил отгрузку заказа")
    warehouse = rows_of(shop)[0]
    assert (warehouse.status, warehouse.closed) == ("accepted_at_warehouse", False)
    said = shop.tab_says(DEAL)
    assert "товар снова на складе" in said
    assert "Узнайте на складе, почему" in said
    shop.town.advance(3600)
    shop.town.calm()
    assert shop.stage_of(DEAL) == LEFT
    assert shop.deal(DEAL)[NUMBER] == shop.deal(DEAL)[TRACK] == track
    assert len(shop.orders(DEAL)) == 1
    # The carrier is further on: SAP hears its number, and nothing that it would post the goods issue for.
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", 2)
    shop.becomes(DEAL, "В пути")
    told = shop.town.program.read(intents.of_shipments, shop.id, [warehouse.id], ("tell",))[warehouse.id]
    assert [each.payload["status"] for each in told] == ["created", ""]

    floor(shop, SAP, number, code="issued")
    shop.town.wait(lambda: "товар снова на складе" not in shop.tab_says(DEAL), "the problem is over")
    shop.town.calm()
    assert [row.status for row in rows_of(shop)] == ["in_transit", "in_transit"]
    assert len(shop.orders(DEAL)) == 1
    assert sum("отменил отгрузку заказа" in text for text in shop.comments(DEAL)) == 1
    shop.happens(DEAL, "DELIVERED", 2)
    shop.becomes(DEAL, "Вручён")
    shop.town.advance(3600)
    shop.town.wait(lambda: rows_of(shop)[0].closed, "SAP is asked no more")
