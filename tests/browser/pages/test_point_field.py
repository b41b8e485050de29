"""The pickup point as a field of the deal's card: looked at, chosen by keys, kept with the card."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.demo.setting_up import open_app
from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.test_connections import past_policy
from tests.browser.pages.test_points import DEAL, shop

__all__ = ["past_policy", "shop"]
FIELD = "UF_CRM_PVZ_POINT"
pytestmark = pytest.mark.timeout(240)


def kept(desk: Desk) -> str:
    found = desk.program.steer("GET", f"/bitrix24/{desk.address['member_id']}/deal/{DEAL}")
    return str(found["item"].get(FIELD) or "")


def make_field(desk: Desk) -> None:
    """An administrator wants the field of our own type."""
    steer, member = desk.program.steer, desk.address["member_id"]
    form = {f"role_{role}": "own" for role in ("address", "phone", "type", "order_id", "tracking", "status")}
    open_app(steer, member).press("/app/fields", {**form, "role_point_code": "typed"})

    def kind() -> str:
        rows = steer("GET", f"/bitrix24/{member}/fields")["fields"]
        return next((str(row["kind"]) for row in rows if row["name"] == FIELD), "")

    desk.program.wait(kind, "the field", 30)
    assert kind().endswith("_wbpoint")


def test_a_point_is_chosen_in_the_card_and_is_the_deals(shop: Desk) -> None:
    make_field(shop)
    shop.sign_in(MANAGER)
    card = f"{shop.address['base_url']}/crm/deal/details/{DEAL}/"
    shop.page.goto(card)
    ours = shop.ours()
    expect(ours.locator("#field")).to_contain_text("Не выбран")
    assert shop.watched.overflow(ours) == 0
    assert shop.watched.axe(ours) == []

    shop.page.locator(f"[data-edit-field={FIELD}]").focus()
    shop.page.keyboard.press("Enter")
    ours = shop.ours("[type=search]")
    expect(ours.locator("#field-list .wb-pt").first).to_be_visible()  # those near the deal's address come by themselves
    search = ours.get_by_role("searchbox")
    search.fill("Казань, метро Козья слобода")
    expect(ours.locator("#field-list .wb-pt").first).to_contain_text("м. Козья слобода", timeout=20000)
    radio = ours.locator("#field-list [type=radio]:enabled").first
    radio.focus()
    shop.page.keyboard.press("Space")
    code = str(radio.get_attribute("value"))
    expect(ours.locator("#field-said")).to_contain_text(f"Выбран {code}. Сохраните сделку")
    for width in (360, 1280):
        shop.widen(ours, width)
        assert shop.watched.overflow(ours) == 0
    assert shop.watched.axe(ours) == []
    assert kept(shop) == ""
    shop.page.locator("#deal-form .btn--primary").click()
    shop.program.wait(lambda: kept(shop) == code, "the point on the deal", 15)

    # The card shows it with its address; the tab opens beside it.
    shop.page.goto(card)
    ours = shop.ours()
    expect(ours.locator("#field")).to_contain_text(f"СДЭК, {code}")
    expect(ours.locator("#field")).to_contain_text("Казань")
    shop.page.request.post(f"{shop.address['base_url']}/lang", form={"lang": "en", "next": "/"})
    shop.page.goto(card)
    ours = shop.ours()
    expect(ours.locator("h1")).to_have_text("Pickup point")
    expect(ours.locator("#field")).to_contain_text(code)
    shop.page.get_by_text("Delivery", exact=True).first.click()
    expect(shop.ours("#tab").locator("#now")).to_have_text("Ready to ship")
    assert shop.watched.faults == []
