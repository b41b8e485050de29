"""Draw the Market's icon in its sizes from docs/market/icon.svg: `python tools/icon.py` (Chromium, a second).

JPEG or PNG, square, 250 to 650 px, without transparency (contracts/bitrix24-app.md §6.2).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from b24app.dev.chromium import chromium

MARKET = Path(__file__).resolve().parents[1] / "docs/market"
SIZES = (250, 400, 650)


def main() -> int:
    svg = (MARKET / "icon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}</style>{svg}")
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(64, dither=Image.Dither.NONE)
            picture.save(MARKET / f"icon-{size}.png", optimize=True)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
