"""Somebody in the emulated portal, and our page in its frame: for tools/picture.py."""

from __future__ import annotations

import time

from playwright.sync_api import Frame, Page

WAIT_S = 90.0
APP = "/marketplace/view/waybill.delivery/"


def sign_in(page: Page, portal: str, user: int, lang: str) -> None:
    page.goto(portal + "/login")
    page.click(f"button[name=user][value='{user}']")
    page.wait_for_selector(".board")
    page.request.post(portal + "/lang", form={"lang": lang})


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
