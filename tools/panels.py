"""What a manager opens in the deal's tab, and the list of many deals, in the portal: for tools/picture.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import Browser, Frame

from b24app.demo.house import House
from tools.in_portal import LANGS, MANAGER, WIDTHS, open_tab, our_frame, sign_in

HEIGHT = 1000
#: A deal that nobody has shipped, to a door, with two rows of goods; those in `warehouses.DEALS`; no deal but the list.
OPEN, PACKED, STOCK, LIST = "open", "packed", "stock", ""
#: The section that asks the portal with the person's own key, and so shows nothing outside of it: it is the list.
SECTION = "deals"
SLOW_MS = 60_000
#: Name of a picture -> its deal and what is done in our frame until it shows.
PANELS: dict[str, tuple[str, Callable[[Frame], None]]] = {}


def panel(name: str, deal: str) -> Callable[[Callable[[Frame], None]], Callable[[Frame], None]]:
    def keep(act: Callable[[Frame], None]) -> Callable[[Frame], None]:
        PANELS[name] = (deal, act)
        return act

    return keep


@panel("panel-rates", OPEN)
def _rates(ours: Frame) -> None:
    ours.wait_for_selector("#rates:not([aria-busy]) .wb-rate, #rates label", timeout=SLOW_MS)


@panel("panel-points", OPEN)
def _points(ours: Frame) -> None:
    ours.click("#points-open")
    ours.wait_for_selector("#points-list .wb-pt", timeout=SLOW_MS)
    ours.wait_for_selector("#points-map[data-drawn] .leaflet-tile-loaded", timeout=SLOW_MS)


@panel("panel-parcels", OPEN)
def _parcels(ours: Frame) -> None:
    _rates(ours)  # until then the tab is drawn anew, and a press may be lost
    ours.click("#do-parcels")
    ours.wait_for_selector("#parcels-form", timeout=SLOW_MS)


@panel("panel-several", OPEN)
def _several(ours: Frame) -> None:
    _rates(ours)  # until then the tab is drawn anew, and a press may be lost
    ours.click("#do-part")
    ours.wait_for_selector("#part-form", timeout=SLOW_MS)


@panel("panel-stock", STOCK)
def _stock(ours: Frame) -> None:
    ours.wait_for_selector("#stock:not([aria-busy]) tbody tr", timeout=SLOW_MS)
    ours.wait_for_selector("#rates:not([aria-busy])", timeout=SLOW_MS)


@panel("panel-chain", PACKED)
def _chain(ours: Frame) -> None:
    """Both legs, what was picked, and the warehouse's documents."""
    ours.wait_for_selector("#chain-boxes", timeout=SLOW_MS)
    ours.wait_for_selector("#documents:not([aria-busy]) [id^=doc-]", timeout=SLOW_MS)


@panel("list-deals", LIST)
def _deals(ours: Frame) -> None:
    ours.wait_for_selector("#deals [data-row]", timeout=SLOW_MS)
    # A phone folds the filter.
    ours.locator("#flt-state").evaluate(
        "each => { each.value = 'all'; each.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    ours.wait_for_selector("#deals [data-row] >> nth=3", timeout=SLOW_MS)
    for box in ours.locator("#deals [data-row]").all()[:3]:
        box.click()


def take(
    browser: Browser,
    house: House,
    keep: Callable[[bytes, str], None],
    deals: Mapping[str, int],
    wanted: tuple[str, ...],
) -> None:
    """Each panel at each width in each language: our frame alone, as tall as it is. `deals` says which are meant."""
    portal = house.addresses["portals"][0]["base_url"]
    for name, (deal, act) in PANELS.items():
        if wanted and not name.startswith(wanted):
            continue
        for width in WIDTHS:
            for lang in LANGS:
                page = browser.new_page(viewport={"width": width, "height": HEIGHT}, locale=lang)
                sign_in(page, portal, MANAGER, lang)
                if deal:
                    open_tab(page, portal, deals[deal], lang)
                else:
                    page.goto(f"{portal}/crm/deal/kanban/")
                    page.locator("[data-toolbar]").click()
                frame = our_frame(page, house.pages)
                frame.wait_for_selector("html[data-ready]", state="attached", timeout=SLOW_MS)
                act(frame)
                page.wait_for_timeout(1000)  # the frame follows its content's height
                box = frame.frame_element().bounding_box() or {"y": 0, "height": HEIGHT}
                page.set_viewport_size({"width": width, "height": int(box["y"] + box["height"]) + 20})
                page.wait_for_timeout(1000)  # what is below is drawn as well, and tiles
                keep(frame.frame_element().screenshot(), f"{name}.{lang}.{width}.png")
                page.close()
