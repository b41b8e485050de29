"""Renew docs/pictures/deal-tab.png from a running demo: `python tools/picture.py` (Chromium, a minute)."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from b24app.demo.house import House, Plan
from b24app.demo.setting_up import set_up

TARGET = Path(__file__).resolve().parents[1] / "docs/pictures/deal-tab.png"
DEAL, MANAGER = 501, 7
WIDTH, HEIGHT = 1280, 1020
STEP_S, STEPS = 3600, 5
WAIT_S = 60.0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="waybill-picture-") as folder, House(Plan(Path(folder))) as house:
        portal = house.addresses["portals"][0]
        _ship(house, f"/bitrix24/{portal['member_id']}", portal["member_id"])
        with sync_playwright() as playwright:
            chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            shot = _shoot(
                browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}), portal["base_url"], house.pages
            )
            browser.close()
    _keep(shot)
    sys.stdout.write(f"{TARGET}: {TARGET.stat().st_size // 1024} KB\n")
    return 0


def _ship(house: House, base: str, member_id: str) -> None:
    """One deal on its way: accepted, handed in, travelling."""
    steer = house.steer
    steer("POST", "/cdek/settings", {"auto_route": True, "step_seconds": STEP_S})
    triggers = set_up(steer, member_id, house.addresses["cdek"]["accounts"][0]).triggers
    steer("POST", f"{base}/wishes", {"deals": [DEAL]})
    time.sleep(2)
    steer("POST", f"{base}/move", {"deals": [DEAL], "stage": triggers[0], "user": MANAGER})
    _until(lambda: _deal(house, base).get("UF_CRM_LOGISTICS_TRACK"), "a number on the deal")
    for _ in range(STEPS):
        steer("POST", "/clock", {"advance": STEP_S})
        time.sleep(1.5)


def _deal(house: House, base: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = house.steer("GET", f"{base}/deals")["deals"]
    return next(deal for deal in found if deal["id"] == DEAL)


def _until(what: Callable[[], object], name: str) -> None:
    end = time.monotonic() + WAIT_S
    while not what():
        if time.monotonic() > end:
            raise SystemExit(f"{name}: not within {WAIT_S:.0f} s")
        time.sleep(0.3)


def _shoot(page: Page, portal: str, ours: str) -> bytes:
    page.goto(portal + "/login")
    page.click(f"button[name=user][value='{MANAGER}']")
    page.wait_for_selector(".board")
    page.request.post(portal + "/lang", form={"lang": "en"})
    page.goto(f"{portal}/crm/deal/details/{DEAL}/")
    page.get_by_text("Delivery", exact=True).first.click()
    page.wait_for_selector("iframe")
    while not (found := [frame for frame in page.frames if frame.url.startswith(ours)]):
        page.wait_for_timeout(100)  # lets the browser's events in, which a plain sleep does not
    found[0].wait_for_selector("#now")
    page.wait_for_timeout(1500)
    return page.screenshot()


def _keep(shot: bytes) -> None:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    picture.save(TARGET, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
