"""One deal through 1C:TMS, told from outside: the transport department plans it; 1C calls us back, or is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from b24app.demo.accounts import connect
from b24app.store import portals
from b24app.store.engine import session_scope
from tests.contract.systems.one_c_tms_harness import OneCTmsODataHarness
from tests.flows.town import NUMBER, TRACK, Shop, Town
from tests.flows.warehouses import DEAL, account_of, rows_of, working

SERVICE, BASE = 0, 3


#: What an admin types: for JSON and XML over our service, and for OData.
FORMS: Mapping[str, tuple[int, Mapping[str, Any]]] = {
    "xml": (SERVICE, {"format": "xml"}),
    "json": (SERVICE, {}),
    "odata": (BASE, OneCTmsODataHarness.settings),
}


@pytest.fixture
def shop(town: Town, request: pytest.FixtureRequest) -> Shop:
    """Deals of the first pipeline go to 1C."""
    index, form = FORMS[getattr(request, "param", "xml")]
    shop, about = town.installed(), town.world.addresses["one_c_tms"]
    account = about["accounts"][index]
    connect(shop.app(), "one_c_tms", {**account, "address": account["base_url"], **form}, about=about)
    account_id = working(shop, "one_c_tms").id
    with session_scope(town.program.parts.sessions) as session:
        pipeline = portals.pipelines(session, shop.id)[0]
        pipeline.connection_id, pipeline.services = account_id, {"courier": "door"}
    shop.fill_in(DEAL)
    town.calm()
    return shop


def one_c(shop: Shop, verb: str, path: str, body: Any = None) -> Any:
    control = shop.town.world.control
    return control.get(f"/one_c_tms/{path}") if verb == "GET" else control.post(f"/one_c_tms/{path}", body)


def test_planned_in_1c_and_told_by_callbacks_with_a_late_document(shop: Shop) -> None:
    # What the page shows is typed into 1C's form.
    account = account_of(shop, "one_c_tms")
    page = shop.app().get(f"/app/accounts?open={account.id}")
    address = page.partition(f"/hooks/carrier/{account.public_id}/")[0].rpartition('"')[2]
    url = f"{address}/hooks/carrier/{account.public_id}/{account.hook_secret}"
    assert f'value="{url}" readonly' in page
    one_c(shop, "POST", "callback", {"url": url, "token": account.hook_secret})
    shop.move(DEAL)
    number = shop.our_number(DEAL)
    [track] = shop.shipped(DEAL)
    assert one_c(shop, "GET", f"orders/{number}")["body"]["stops"][0]["warehouseRef"] == "MSK-01"
    assert shop.deal(DEAL)[NUMBER] == track
    one_c(shop, "POST", f"orders/{number}/documents", {"kind": "waybill", "name": "Заявка.pdf"})
    tab = shop.tab(DEAL)
    tab.press("/tab/documents")
    tab.wait("/tab/documents/version?v=", lambda text: "Заявка.pdf" in text, "1C's document")
    one_c(shop, "POST", f"orders/{number}/documents", {"kind": "waybill", "name": "Накладная ТН-7.pdf"})
    for code, status in (("in_transit", "В пути"), ("delivered", "Вручён")):
        one_c(shop, "POST", f"orders/{number}/status", {"code": code})
        shop.becomes(DEAL, status)
        shop.town.advance(20)
    # A document that came late is heard of when the order moves on.
    shop.told(DEAL, "Накладная ТН-7.pdf")
    assert str(shop.deal(DEAL)[TRACK]).startswith("TR-")
    assert shop.town.journal("webhook.failed", "one_c_tms") == []
    assert len(rows_of(shop)) == len(shop.town.journal("order.accepted", "one_c_tms", key=number)) == 1


@pytest.mark.parametrize("shop", ["odata"], indirect=True)
def test_without_callbacks_1c_is_asked_what_changed(shop: Shop) -> None:
    shop.move(DEAL)
    number = shop.our_number(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    one_c(shop, "POST", f"orders/{number}/status", {"code": "in_transit"})
    shop.town.advance(200)
    shop.becomes(DEAL, "В пути")


@pytest.mark.parametrize("shop", ["json"], indirect=True)
def test_a_deal_is_called_off_in_1c_too(shop: Shop) -> None:
    shop.move(DEAL)
    number = shop.our_number(DEAL)
    shop.shipped(DEAL)
    shop.press("cancel", DEAL)
    shop.becomes(DEAL, "Отменён")
    assert one_c(shop, "GET", f"orders/{number}")["status"] == "cancelled"
    assert len(shop.town.journal("order.cancelled", "one_c_tms", key=number)) == 1
