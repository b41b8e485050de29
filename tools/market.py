"""The pictures of the Market's card, inside the portal, as the Market wants them (contracts/bitrix24-app.md §6.2); and
the picture of README.md: for tools/picture.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from b24app.demo.house import House
from tools import weeks
from tools.in_portal import ADMIN, APP, LANGS, MANAGER, go, open_tab, our_frame, sign_in

DEAL = 501
#: In the order of the card; those in `weeks.SECTIONS` are taken where weeks have passed.
SECTIONS = ("dashboard", "connections", "messages", "rules", "health")


def take(browser: Browser, house: House, keep: Callable[[bytes, Path], None], shots: Path, readme: Path) -> None:
    """`shots`: where the card's pictures go; `readme`: the file of the other one."""
    portal = house.addresses["portals"][0]["base_url"]
    for lang in LANGS:
        page = browser.new_page(viewport={"width": 1280, "height": 720}, locale=lang)
        sign_in(page, portal, MANAGER, lang)
        open_tab(page, portal, DEAL, lang)
        our_frame(page, house.pages).wait_for_selector("#now")
        page.wait_for_timeout(1500)
        keep(page.screenshot(), shots / f"1-deal.{lang}.png")
        if lang == "en":
            page.set_viewport_size({"width": 1280, "height": 1020})
            page.wait_for_timeout(500)
            keep(page.screenshot(), readme)
        page.set_viewport_size({"width": 1280, "height": 720})
        for number, code in enumerate(SECTIONS, 2):
            where = house.addresses["portals"][weeks.PORTAL if code in weeks.SECTIONS else 0]["base_url"]
            sign_in(page, where, ADMIN, lang)
            page.goto(where + APP)
            go(our_frame(page, house.pages), code)
            page.evaluate("window.scrollTo(0, 0)")
            page.wait_for_timeout(800)
            keep(page.screenshot(), shots / f"{number}-{code}.{lang}.png")
        page.close()
