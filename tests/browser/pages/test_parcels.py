"""The parcels' panel in the deal's tab: goods laid by mouse and by keys, and the order that goes out of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Frame, Locator, expect

from b24app.store.models import Shipment
from tests.browser.pages.aimed import settle
from tests.browser.pages.desk import ADMIN, MANAGER, Desk
from tests.browser.pages.watched import WIDTHS, until

#: Two kilograms of coffee in two packs, and a pot: to the door of a house in Kazan.
DEAL, WAIT_MS = 501, 20_000
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def past_policy() -> bool:
    return True


@pytest.fixture
def shop(installed: int, desk: Desk) -> Desk:
    desk.program.world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    desk.fill_in(DEAL)
    return desk


def boxes(ours: Frame) -> list[str]:
    """What lies in each parcel, as the panel says it."""
    cards = ours.locator(".wb-parcel").all()
    return [" | ".join(each.locator(".wb-share__what").all_inner_texts()).replace("\xa0", " ") for each in cards]


def packages(desk: Desk) -> list[tuple[int, list[tuple[int, float]]]]:
    """Of the deal's order at CDEK: grams, and pieces with what each is declared at."""
    with desk.program.parts.sessions() as session:
        [number] = session.query(Shipment.number)
    order: dict[str, Any] = desk.program.steer("GET", f"/cdek/orders/{number[0]}")["entity"]
    found = order["packages"]
    return [(each["weight"], [(item["amount"], item["cost"]) for item in each["items"]]) for each in found]


def drag(desk: Desk, grip: Locator, to: Locator) -> None:
    """The target may show itself only once something is being dragged, and the frame grows with it."""
    settle(grip)
    from_ = grip.bounding_box()
    assert from_
    x, y = from_["x"] + from_["width"] / 2, from_["y"] + from_["height"] / 2
    desk.page.mouse.move(x, y)
    desk.page.mouse.down()
    desk.page.mouse.move(x + 10, y + 10)
    expect(to).to_be_visible()

    def over() -> bool:
        """A hand goes on until the target lights up."""
        there = to.bounding_box()
        assert there
        desk.page.mouse.move(there["x"] + 40, there["y"] + 20, steps=4)
        return "is-over" in str(to.get_attribute("class"))

    until(desk.page, over, "the target under the mouse")
    desk.page.mouse.up()


def looks_fine(desk: Desk, ours: Frame, *widths: str) -> None:
    for width in widths:
        desk.widen(ours, WIDTHS[width])
        assert desk.watched.overflow(ours) == 0
        assert desk.watched.axe(ours) == []


def test_by_mouse_goods_are_laid_weighed_and_sent_as_laid(shop: Desk) -> None:
    shop.sign_in(MANAGER)
    ours = shop.open_tab(DEAL)
    expect(ours.locator("#rates-status")).to_have_text("ответили 1 из 1", timeout=WAIT_MS)
    risks = ours.locator("#rates-risks")
    expect(risks.locator("li")).to_have_count(2)
    expect(risks).to_contain_text("Размер посылки 1 — оценка")
    risks.get_by_role("button", name="Поправить").click()
    expect(ours.locator("#p-box-1")).to_have_text("Посылка 1", timeout=WAIT_MS)
    assert boxes(ours) == ["Кофе в зёрнах «Эфиопия Иргачеффе», 1 кг, 2 шт. | Турка медная, 350 мл, 1 шт."]
    ours.get_by_label("Сколько переложить: Кофе").fill("1")
    drag(shop, ours.locator("[data-grip]").first, ours.locator("#p-new"))
    expect(ours.locator("#p-box-2")).to_be_visible(timeout=WAIT_MS)
    assert boxes(ours)[1] == "Кофе в зёрнах «Эфиопия Иргачеффе», 1 кг, 1 из 2 шт."
    drag(shop, ours.locator("[data-parcel='1'] [data-grip]").last, ours.locator("[data-parcel='2']"))
    expect(ours.locator("[data-parcel='2'] .wb-share")).to_have_count(2, timeout=WAIT_MS)
    ours.get_by_role("button", name="В посылку 1: Турка").click()
    expect(ours.locator("[data-parcel='1'] .wb-share")).to_have_count(2, timeout=WAIT_MS)
    ours.locator("#p-w-1").fill("1,6")
    ours.locator("#p-z-1").fill("26 x 15 x 13")
    ours.locator("#p-z-2").fill("30х20х10")
    ours.locator("#p-k-2").fill("0,15")
    ours.locator("#p-k-2").press("Tab")
    expect(ours.locator("#parcels-sum")).to_contain_text("Всего, вместе с упаковкой2,800 кг", timeout=WAIT_MS)
    looks_fine(shop, ours, "desk")
    ours.locator("#p-save").click()
    expect(ours.locator("#parcels")).to_have_count(0, timeout=WAIT_MS)
    card = ours.locator("section", has=ours.locator("#parc"))
    expect(card).to_contain_text("30 × 20 × 10", timeout=WAIT_MS)
    expect(card).to_contain_text("1,600 кг")
    expect(ours.locator("#do-parcels")).to_be_focused()
    expect(ours.locator("#rates")).to_contain_text("Тариф за 2,800 кг", timeout=WAIT_MS)

    expect(risks.locator("li")).to_have_text(["Проверили и подходят СДЭК: телефон, вес и ценность."])
    ours.locator("#rates-book").click()
    expect(ours.locator("#now")).to_contain_text("создан", timeout=WAIT_MS, ignore_case=True)
    assert packages(shop) == [(1600, [(1, 1890), (1, 1790)]), (1200, [(1, 1890)])]
    assert shop.watched.faults == []


def test_by_keys_on_a_phone_and_goods_that_changed_since(shop: Desk) -> None:
    shop.lang = "en"
    shop.sign_in(ADMIN)
    shop.page.get_by_role("button", name="EN", exact=True).click()
    shop.page.set_viewport_size({"width": WIDTHS["phone"], "height": 800})
    ours, keys = shop.open_tab(DEAL), shop.page.keyboard
    ours.locator("#do-parcels").focus()
    keys.press("Enter")
    grips = ours.locator("[data-grip]")
    expect(grips).to_have_count(2, timeout=WAIT_MS)
    grips.nth(1).focus()
    keys.press("n")
    expect(ours.locator("#p-box-2")).to_be_visible(timeout=WAIT_MS)
    expect(ours.locator("[data-parcel='2'] [data-grip]")).to_be_focused()
    keys.press("1")
    expect(ours.locator(".wb-parcel")).to_have_count(1, timeout=WAIT_MS)
    expect(grips.nth(1)).to_be_focused()
    keys.press("n")
    expect(ours.locator(".wb-parcel")).to_have_count(2, timeout=WAIT_MS)
    ours.locator("#p-w-1").focus()
    keys.type("heavy")
    keys.press("Enter")
    expect(ours.locator("#p-w-1")).to_have_attribute("aria-invalid", "true", timeout=WAIT_MS)
    looks_fine(shop, ours, "phone")
    ours.locator("#p-w-1").fill("")
    ours.locator("[name^='rw-']").first.fill("1.2")
    ours.get_by_label("Write to the catalogue: Кофе").focus()
    keys.press("Space")
    ours.locator("#p-save").focus()
    keys.press("Enter")
    expect(ours.locator("#parcels")).to_have_count(0, timeout=WAIT_MS)
    expect(ours.locator("#toast")).to_contain_text("1 product written to the catalogue")

    # The deal gets another pack of coffee: what was laid is not used any more, and says so.
    member = shop.address["member_id"]
    rows = shop.program.steer("GET", f"/bitrix24/{member}/deal/{DEAL}")["rows"]
    shop.program.steer("POST", f"/bitrix24/{member}/rows", {"id": DEAL, "rows": [rows[0] | {"quantity": 3}, *rows[1:]]})
    ours.locator("[data-reread]").click()
    expect(ours.locator("section", has=ours.locator("#parc"))).to_contain_text("The goods changed", timeout=WAIT_MS)
    expect(ours.locator("#now")).to_contain_text("goods changed after they were arranged")
    expect(ours.locator("#rates")).to_contain_text("goods changed after they were arranged", timeout=WAIT_MS)
    ours.locator("#do-parcels").focus()
    keys.press("Enter")
    expect(ours.locator("#parcels")).to_contain_text("The earlier arrangement is not used", timeout=WAIT_MS)
    expect(ours.locator("#parcels")).to_contain_text("1.200\u00a0kg in the catalogue")
    ours.locator("#p-drop").focus()
    keys.press("Enter")
    expect(ours.locator("#now")).to_have_text("Ready to ship", timeout=WAIT_MS)
    assert shop.watched.faults == []
