"""Renew docs/pictures/ and docs/market/screenshots/ from a running demo: `python tools/picture.py` (Chromium, minutes).

Every page at 1280 and 360 px in both languages; the app's sections are those of `placements.app.SECTIONS`. Words after
the command choose pages by the start of their names: `python tools/picture.py app- legal-`. A bare Debian has no face
of a desktop: let `FONTCONFIG_FILE` name one that answers `system-ui` with Roboto or Inter.
"""

from __future__ import annotations

import html
import io
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from b24app.demo.accounts import connect_all  # noqa: E402
from b24app.demo.clients import GATEWAY  # noqa: E402
from b24app.demo.house import ONE_CARRIER, House, Plan  # noqa: E402
from b24app.demo.person import Person  # noqa: E402
from b24app.demo.setting_up import open_app, set_up  # noqa: E402
from b24app.dev.chromium import chromium as path_of_chromium  # noqa: E402
from b24app.parts import Parts  # noqa: E402
from placements.app import SECTIONS  # noqa: E402
from tools import backs, clients, gallery, market, panels, warehouses, weeks  # noqa: E402
from tools.in_portal import ADMIN, LANGS, MANAGER, WAIT_S, WIDTHS, number_of  # noqa: E402

PICTURES, SHOTS = ROOT / "docs/pictures", ROOT / "docs/market/screenshots"
HEIGHT = 900
#: Their prices stand beside those of the first carrier.
OTHERS = ("russian_post", "boxberry")
DEALS = (*range(501, 513), clients.PARCELS["client-point"])
OPEN, TRIED = 513, 520
STEP_S, STEPS = 3600, 5
RULES = (
    {
        "title": "Казань экспрессом",
        "cities": "Казань, Самара",
        "service_courier": "express",
        "service_pickup": "express",
    },
    {"title": "Тяжёлое магистралью", "weight_from": "20", "service_courier": "trunk", "service_pickup": "trunk"},
    {"title": "Лёгкое дешевле", "weight_to": "1", "service_courier": "economy", "service_pickup": "economy"},
)
#: Long pages are cut there, those whose rows are all alike sooner: the folder shall not grow.
TALLEST, ROWS_TALLEST = 6000, 1800
#: Colours of a picture that are kept exactly.
GROUNDS = 16
ALIKE = ("app-log", "app-journal", "app-rules", "app-trial")


def main(wanted: list[str]) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="waybill-picture-") as folder,
        House(_plan(Path(folder))) as house,
        chromium() as browser,
        gallery.served() as drawn,
    ):
        camera = Camera(browser, wanted)
        _public(camera, house.pages, drawn)
        member = house.addresses["portals"][0]["member_id"]
        trigger = _ship(house, f"/bitrix24/{member}", member)
        _try_out(house, f"/bitrix24/{member}", member)
        back = backs.Backs.set_up(house, member)
        deals = {panels.OPEN: OPEN, **warehouses.set_up(house, member, trigger)}
        for section in SECTIONS:
            # What they show is read with the person's own key, which the portal's page alone gives them.
            if section.code not in (panels.SECTION, backs.SECTION, *weeks.SECTIONS):
                camera.section(f"app-{section.code}", house, member, section.code)
        back.take(camera.take)
        clients.take(house, member, camera.take)
        for name, (code, act) in warehouses.SECTIONS.items():
            camera.section(name, house, member, code, act)
        _panels(browser, house, f"/bitrix24/{member}", deals, tuple(wanted))
        _with_a_past(camera, house)
        if not wanted or "market" in wanted:
            market.take(browser, house, keep, SHOTS, PICTURES / "deal-tab.png")
    _index()
    return 0


def _with_a_past(camera: Camera, house: House) -> None:
    """A portal that has shipped for weeks, and is about to write to its clients."""
    member = weeks.set_up(house)
    clients.to_moments(open_app(house.steer, member))
    for code in weeks.SECTIONS:
        camera.section(f"app-{code}", house, member, code)
    camera.section("app-messages-wizard", house, member, "messages")


def _public(camera: Camera, ours: str, drawn: str) -> None:
    """What needs no portal that was set up."""
    for name, path in gallery.addresses().items():
        camera.page(name, f"{drawn}{path}")
    for document in ("privacy", "licence"):
        camera.page(f"legal-{document}", f"{ours}/legal/{document}?lang={{lang}}")
    for theme in ("light", "dark"):
        camera.page(f"components-{theme}", f"{ours}/components?lang={{lang}}&theme={theme}")


def _plan(folder: Path) -> Plan:
    vendor = {"VENDOR_NAME": "Romashka LLC", "VENDOR_EMAIL": "help@example.com", "VENDOR_ADDRESS": "Moscow"}
    return Plan(
        folder,
        systems=(*ONE_CARRIER, *OTHERS, GATEWAY, *warehouses.WAREHOUSES),
        env={f"WAYBILL_{name}": value for name, value in vendor.items()},
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of_chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


#: What is done in a page that is open, in this language.
Act = Callable[[Page, str], None]


class Camera:
    """Takes one page at each width in each language; `wanted` empty = every page."""

    def __init__(self, browser: Browser, wanted: list[str]) -> None:
        self._browser, self._wanted = browser, tuple(wanted)

    def page(self, name: str, address: str) -> None:
        """`address` with `{lang}` where the language goes."""
        self.take(name, lambda page, lang: page.goto(address.format(lang=lang)))

    def section(self, name: str, house: House, member: str, code: str, act: Act | None = None) -> None:
        """The app's page as the administrator's portal opens it, then its section; `act` does the rest, knowing the
        language."""

        def open_(page: Page, lang: str) -> None:
            frame = house.steer("POST", f"/bitrix24/{member}/frame", {"user": ADMIN, "placement": "DEFAULT"})
            _post(page, frame, lang)
            page.wait_for_load_state("networkidle")
            page.wait_for_selector("#app")
            if page.locator(f"#app[data-section='{code}']").count() == 0:
                opener = page.locator(f"[hx-get='/app/s/{code}']").first
                if opener.count() == 0:
                    page.locator("nav.wb-tabs a:last-child").click()
                    page.wait_for_selector(f"[hx-get='/app/s/{code}']", state="attached")
                    page.wait_for_timeout(300)  # htmx gets to know what it has just drawn
                    opener = page.locator(f"[hx-get='/app/s/{code}']").first
                opener.evaluate("each => each.click()")  # a phone folds the steps
            page.wait_for_selector(f"#app[data-section='{code}']")
            page.wait_for_function("!document.querySelector('#app [aria-busy=true]')")
            if act is not None:
                page.wait_for_load_state("networkidle")
                act(page, lang)

        self.take(name, open_)

    def take(self, name: str, open_: Callable[[Page, str], object]) -> None:
        if self._wanted and not name.startswith(self._wanted):
            return
        for width in WIDTHS:
            for lang in LANGS:
                page = self._browser.new_page(viewport={"width": width, "height": HEIGHT}, locale=lang)
                open_(page, lang)
                page.wait_for_load_state("networkidle")
                page.evaluate("document.activeElement && document.activeElement.blur()")
                tall = min(
                    ROWS_TALLEST if name in ALIKE else TALLEST,
                    int(page.evaluate("document.documentElement.scrollHeight")),
                )
                # The portal makes the frame as tall as its content, so nothing sticks half-way: nor does it here.
                page.set_viewport_size({"width": width, "height": max(HEIGHT, tall)})
                whole = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": tall})
                keep(whole, PICTURES / f"{name}.{lang}.{width}.png")
                page.close()


def _post(page: Page, frame: Mapping[str, Any], lang: str) -> None:
    """What the portal does to open a frame, here to fill the whole window."""
    url = frame["url"].replace("LANG=ru", f"LANG={lang}").replace("LANG=en", f"LANG={lang}")
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(str(value))}">'
        for name, value in frame["fields"].items()
    )
    page.set_content(f'<form method="post" action="{html.escape(url)}">{fields}</form>')
    with page.expect_navigation():
        page.evaluate("document.forms[0].submit()")


def _ship(house: House, base: str, member_id: str) -> str:
    """Deals on their way, some with problems: accepted, handed in, travelling. Tells the stage that ships a deal."""
    steer = house.steer
    steer("POST", "/cdek/settings", {"auto_route": True, "step_seconds": STEP_S})
    triggers = set_up(steer, member_id, house.addresses["cdek"]["accounts"][0]).triggers
    connect_all(house, member_id, OTHERS, Parts.open(house.settings()))
    clients.set_up(house, member_id)
    steer("POST", f"{base}/wishes", {"deals": list(DEALS)})
    time.sleep(2)
    steer("POST", f"{base}/move", {"deals": list(DEALS), "stage": triggers[0], "user": MANAGER})
    _until(lambda: number_of(house, base, market.DEAL), "a number on the deal")
    for _ in range(STEPS):
        steer("POST", "/clock", {"advance": STEP_S})
        time.sleep(1.5)
    return triggers[0]


def _try_out(house: House, base: str, member_id: str) -> None:
    """A dry run of a deal that nobody has shipped yet."""
    house.steer("POST", f"{base}/wishes", {"deals": [TRIED]})
    for _ in range(12):  # a server process that had nothing to do notices only now that the clock ran ahead
        page = open_app(house.steer, member_id)
        time.sleep(0.3)
    page.press("/app/trial", {"deal": str(TRIED)})
    page.wait("/app/trial/result", lambda text: "aria-busy" not in text, "the dry run", WAIT_S)
    _try_rules(page)


def _try_rules(page: Person) -> None:
    """Three rules, one of them off, tried over the last deals."""
    account = re.findall(r'<option value="(\d+)"', page.get("/app/rules/0/form").split('name="connection_id"')[1])[0]
    for rule in RULES:
        page.press("/app/rules/0", {"connection_id": account, **rule})
    last = max(map(int, re.findall(r"/app/rules/(\d+)/off", page.get("/app/s/rules"))))
    page.press(f"/app/rules/{last}/off")
    page.press("/app/rules/try", {"count": "10"})
    page.wait("/app/rules/try/version?v=", lambda text: "data-live" not in text, "the trying of the rules", WAIT_S)


def _until(what: Callable[[], object], name: str) -> None:
    end = time.monotonic() + WAIT_S
    while not what():
        if time.monotonic() > end:
            raise SystemExit(f"{name}: not within {WAIT_S:.0f} s")
        time.sleep(0.3)


def _panels(browser: Browser, house: House, base: str, deals: Mapping[str, int], wanted: tuple[str, ...]) -> None:
    """In the portal: what asks the person's own key does so through the portal's page."""
    house.steer("POST", f"{base}/wishes", {"deals": [OPEN]})
    time.sleep(2)
    panels.take(browser, house, lambda shot, name: keep(shot, PICTURES / name), deals, wanted)


# --- files ----------------------------------------------------------------------------------------------------------


def keep(shot: bytes, target: Path) -> None:
    """Small signs keep their colours by this way of choosing 128, and the grounds are set right afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = Image.open(io.BytesIO(shot)).convert("RGB")
    picture = whole.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.putpalette(_exact(picture.getpalette() or [], whole))
    picture.save(target, optimize=True)


def _exact(palette: list[int], whole: Image.Image) -> list[int]:
    """The palette, its entries for the commonest colours being these very colours."""
    entries = [tuple(palette[at : at + 3]) for at in range(0, len(palette), 3)]
    counted: list[tuple[int, Any]] = whole.getcolors(whole.width * whole.height) or []
    exact: dict[int, tuple[int, ...]] = {}
    for _, colour in sorted(counted, reverse=True)[:GROUNDS]:
        far = [sum(abs(one - other) for one, other in zip(entry, colour, strict=True)) for entry in entries]
        exact.setdefault(far.index(min(far)), colour)
    return [part for at, entry in enumerate(entries) for part in exact.get(at, entry)]


def _index() -> None:
    """docs/pictures/README.md: every page, each with its four pictures."""
    names = sorted({path.name.split(".")[0] for path in PICTURES.glob("*.*.*.png")})
    weight = sum(path.stat().st_size for folder in (PICTURES, SHOTS) for path in folder.glob("*.png")) / 1e6
    lines = ["# Every page", "", f"Made by `python tools/picture.py`; {len(names)} pages, {weight:.1f} MB.", ""]
    lines += [
        "| Page | " + " | ".join(f"{lang}, {width}" for width in WIDTHS for lang in LANGS) + " |",
        "|---|" + "---|" * 4,
    ]
    for name in names:
        links = [f"[{lang} {width}]({name}.{lang}.{width}.png)" for width in WIDTHS for lang in LANGS]
        lines.append(f"| {name} | " + " | ".join(links) + " |")
    (PICTURES / "README.md").write_text("\n".join(lines) + "\n", "utf-8")
    sys.stdout.write(f"{len(names)} pages, {weight:.1f} MB\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
