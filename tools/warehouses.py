"""Warehouses of every kind beside the carrier, and deals that go through one: for tools/picture.py."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from b24app.demo.accounts import connect_all
from b24app.demo.house import House
from b24app.demo.setting_up import open_app
from b24app.parts import Parts
from b24app.systems import discover
from tools.in_portal import MANAGER, number_of

#: Who packs in these pictures comes first.
WAREHOUSES = ("moysklad", "one_c_wms", "one_c_tms", "sap_ewm", "manhattan")
STEP_S, STEPS, SLOW_MS = 660, 30, 60_000
#: Real seconds: an account reads its lists first, and each slice of its lane has to end before the clock jumps again,
#: for a jump ends its lease and the slice begins anew.
LISTS_S, SLICE_S = 20, 5
CITY = "Санкт-Петербург"
ADDRESS = f"{CITY}, Невский проспект, 10"
#: Deal -> what it is called, and its goods by article with their pieces. Of the second, hardly any vases are left in
#: the warehouse, and skis it has never heard of (sandbox/moysklad/data/first_day.py).
DEALS = {
    "packed": ("Турка и кофемолка в подарок", (("KM-GR-H", 2), ("KM-TUR-350", 1))),
    "stock": ("Кофейный уголок и подарки", (("CF-BRA-250", 4), ("KM-TUR-350", 1), ("HM-VASE", 5), ("SP-SKI-190", 1))),
}
#: What only 1C's OData asks for: this account talks to its HTTP service.
BY_ODATA = ("organization", "direction", "shipping_stage", "return_source", "receiving_stage")


def set_up(house: House, member: str, trigger: str) -> dict[str, int]:
    """Name in `DEALS` -> deal. The first has been packed short, and is with the carrier; the second is not shipped."""
    steer, base = house.steer, f"/bitrix24/{member}"
    steer("POST", "/moysklad/settings", {"auto_route": True, "step_seconds": STEP_S})
    for name in BY_ODATA:
        del house.addresses["one_c_wms"]["accounts"][0][name]
    accounts = connect_all(house, member, WAREHOUSES, Parts.open(house.settings()))
    page = open_app(steer, member)
    rule = {"title": "Через склад", "connection_id": str(accounts["cdek"]), "cities": CITY}
    services = {"service_courier": "parcel", "service_pickup": "parcel"}
    page.press("/app/rules/0", {**rule, **services, "before": f"{accounts[WAREHOUSES[0]]}:packed"})
    found = dict(zip(DEALS, steer("POST", f"{base}/bulk", {"count": len(DEALS)})["deals"], strict=True))
    for name, deal in found.items():
        _write(house, base, deal, *DEALS[name])
    steer("POST", f"/{WAREHOUSES[0]}/overrides", {"route": "short"})
    packed = found["packed"]
    time.sleep(LISTS_S)
    steer("POST", f"{base}/move", {"deals": [packed], "stage": trigger, "user": MANAGER})
    _until_numbered(house, base, packed)
    return found


def _write(house: House, base: str, deal: int, title: str, goods: tuple[tuple[str, int], ...]) -> None:
    """What it is called, who gets what, where."""
    rows = []
    for article, pieces in goods:
        product = house.steer("GET", f"{base}/goods/{article}")
        rows.append({"productId": product["id"], "price": 1790, "quantity": pieces})
    house.steer("POST", f"{base}/rows", {"id": deal, "rows": rows})
    house.steer("POST", f"{base}/edit", {"id": deal, "fields": {"title": title}})
    wish = {"deal": deal, "name": "Мария Северцева", "address": ADDRESS, "kind": "courier"}
    house.steer("POST", f"{base}/wish", wish)


def _until_numbered(house: House, base: str, deal: int) -> None:
    """The warehouse packs in steps of the emulated clock; then the carrier gives a number."""
    for _ in range(STEPS):
        if number_of(house, base, deal):
            return
        house.steer("POST", "/clock", {"advance": STEP_S})
        time.sleep(SLICE_S)
    raise SystemExit("the packed order got no number of the carrier")


def account_of(code: str) -> Callable[[Page, str], None]:
    """Opens this account among the connections."""

    def act(page: Page, _lang: str) -> None:
        page.locator("#account-cards").get_by_role("button", name=discover()[code].manifest.title["ru"]).click()
        page.wait_for_selector(f"form[id^='account-{code}-']")
        expect(page.locator("#account-test li.is-ok").first).to_be_visible(timeout=SLOW_MS)

    return act


def profile(page: Page, lang: str) -> None:
    """The profile of Manhattan with one fault, and what it says of a sample."""
    account_of("manhattan")(page, lang)
    page.locator("[hx-get*='/profile/']").first.click()
    text = page.locator("#profile-text")
    expect(text).to_be_visible(timeout=SLOW_MS)
    page.locator("#profile-trial").select_option("create_shipment")
    page.wait_for_load_state("networkidle")
    page.locator("#profile-try-go").click()
    expect(page.locator("#profile-tried pre").first).to_be_visible(timeout=SLOW_MS)
    text.fill(text.input_value().replace('"$recipient.phone"', '"$recipient.fone"', 1))
    text.press("End")
    page.locator("#profile-faults [data-to-line]").first.click(timeout=SLOW_MS)


def chain(page: Page, _lang: str) -> None:
    """A pipeline that goes through a warehouse, its stages by the warehouse's steps open."""
    card = page.locator("form[id^='pipeline-']").first
    card.locator("[name=before]").select_option(index=1)
    card.locator("details:has([name^=warehouse_]) summary").click()


#: Picture -> section of the app, and what is done in it.
SECTIONS: dict[str, tuple[str, Callable[[Page, str], None]]] = {
    **{f"app-account-{code.replace('_', '-')}": ("connections", account_of(code)) for code in WAREHOUSES},
    "app-profile": ("connections", profile),
    "app-chain": ("stages", chain),
}
