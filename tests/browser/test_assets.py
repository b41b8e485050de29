"""The copied browser assets load in Chromium and are the versions we pinned."""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
PAGE = """<!doctype html><link rel="stylesheet" href="b24style.css"><link rel="stylesheet" href="leaflet/leaflet.css">
<script src="htmx.min.js"></script><script src="leaflet/leaflet.js"></script>
<script src="leaflet/leaflet.markercluster.js"></script><script src="b24frame.min.js"></script>"""


def test_every_library_is_there_in_its_pinned_version(page: Page, tmp_path: Path) -> None:
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("requestfailed", lambda request: failures.append(request.url))
    (tmp_path / "page.html").write_text(PAGE)
    for asset in (ROOT / "static/vendor").iterdir():
        (tmp_path / asset.name).symlink_to(asset)
    page.goto((tmp_path / "page.html").as_uri())
    assert failures == []
    assert page.evaluate("[htmx.version, L.version, typeof L.markerClusterGroup, typeof B24Js.initializeB24Frame]") == [
        "2.0.11",
        "1.9.4",
        "function",
        "function",
    ]
    colour = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--b24-gray-650').trim()")
    assert colour == "#868d95"


def test_missing_packages_are_named(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/assets.py").write_text((ROOT / "tools/assets.py").read_text())
    done = subprocess.run(
        [sys.executable, "tools/assets.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1
    assert done.stderr.startswith("not installed (run npm ci first): htmx.org/dist/htmx.min.js, ")
