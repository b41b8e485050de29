"""Somebody in the emulated portal, and our page in its frame: for tools/picture.py."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Frame, Page

from b24app.demo.house import House

WAIT_S = 90.0
ADMIN, MANAGER = 1, 7
WIDTHS, LANGS = (1280, 360), ("ru", "en")
APP = "/marketplace/view/waybill.delivery/"
TRACK = "UF_CRM_LOGISTICS_TRACK"


def number_of(house: House, base: str, deal: int) -> Any:
    """The number that is on the deal; None when there is none yet."""
    known = house.steer("GET", f"{base}/deals")["deals"]
    return next(each for each in known if each["id"] == deal).get(TRACK)


def sign_in(page: Page, portal: str, user: int, lang: str) -> None:
    page.goto(portal + "/login")
    page.click(f"button[name=user][value='{user}']")
    page.wait_for_selector(".board")
    page.request.post(portal + "/lang", form={"lang": lang})


def open_tab(page: Page, portal: str, deal: int, lang: str) -> None:
    """The deal, and our tab in it."""
    page.goto(f"{portal}/crm/deal/details/{deal}/")
    page.get_by_text({"ru": "Доставка", "en": "Delivery"}[lang], exact=True).first.click()


def our_frame(page: Page, ours: str) -> Frame:
    """The frame whose page is at `ours`. Exits the tool when it does not come."""
    page.wait_for_selector("iframe")
    end = time.monotonic() + WAIT_S
    while not (found := [frame for frame in page.frames if frame.url.startswith(ours)]):
        if time.monotonic() > end:
            raise SystemExit("our frame did not open")
        page.wait_for_timeout(100)  # lets the browser's events in, which a plain sleep does not
    return found[0]


def go(ours: Frame, code: str) -> None:
    """To a section of the app, if it is not shown yet."""
    ours.wait_for_selector("#app")
    if ours.locator(f"#app[data-section='{code}']").count():
        return
    if ours.locator(f"[hx-get='/app/s/{code}']").count() == 0:
        ours.locator("nav.wb-tabs a:last-child").click()
    ours.locator(f"[hx-get='/app/s/{code}']").first.click()
    ours.wait_for_selector(f"#app[data-section='{code}']")
