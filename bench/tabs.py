"""`tab_open_seconds`: from the portal's POST of the frame to the tab's first paint in Chromium, a portal call taking
150 ms: with a key that has to be verified, and with one that was verified a moment ago. Beside it what was transferred.

`open_tabs_intake`: p99 of taking events in while 200 tabs are open and ask as the page's script does, against the same
without them.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from b24app.demo.house import House
from b24app.demo.person import PageFailedError, Person
from b24app.dev.chromium import chromium
from b24app.parts import Parts
from b24app.store import portals
from b24app.store.engine import read_scope
from bench.figures import Bar, Figure, Say
from bench.intake import EVENT
from bench.journal import PORTAL
from bench.samples import median
from bench.servers import Load, Server
from bench.town import Town

ROWS = ("tab_open_seconds", "open_tabs_intake")
PORTAL_S = 0.15
OPENED, TABS, ROUNDS, LOAD_S = 11, 200, 13, 2.0
PATIENCE_S = 60.0
COLD, WARM, MOST_KB, INTAKE = Bar(0.5, strict=True), Bar(0.3, strict=True), Bar(100, strict=True), Bar(1.2)
#: static/js/waybill.js: seconds to the first question, then longer and longer.
FIRST_S, GROWTH, LONGEST_S = 2.0, 1.5, 30.0
_SUBMIT = """([url, fields]) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = url;
    for (const [name, value] of Object.entries(fields)) {
        const field = document.createElement("input");
        field.name = name;
        field.value = value;
        form.append(field);
    }
    document.body.append(form);
    form.submit();
}"""
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_BYTES = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, each) => sum + each.transferSize, 0)"""


def measure(town: Town, rows: Sequence[str], say: Say) -> list[Figure]:
    """The rows asked for."""
    town.no_faults()
    figures = []
    if "tab_open_seconds" in rows:
        say(f"tab_open_seconds: {OPENED} tabs, each with a new key and again")
        figures.append(_opening(town))
    if "open_tabs_intake" in rows:
        say(f"open_tabs_intake: {TABS} tabs")
        figures.append(_intake(town))
    return figures


# --- opening one ------------------------------------------------------------------------------------------------------


def _opening(town: Town) -> Figure:
    from playwright.sync_api import sync_playwright

    deals = town.home.deals(OPENED + 1)
    town.fault(system=PORTAL, action="latency", match={"path": "/rest/*"}, params={"seconds": PORTAL_S})
    cold: list[float] = []
    warm: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for number, deal_id in enumerate(deals):
            spec = {"user": town.home.manager, "placement": "DETAIL_TAB", "entity_id": deal_id}
            frame = town.home.control("POST", "frame", spec)
            first, again = _painted(page, frame), _painted(page, frame)
            if number == 0:
                # The person's first tab of the day: nothing is in the browser's memory.
                size, slow = _transferred(page, frame, browser), first
            else:
                cold.append(first)
                warm.append(again)
        browser.close()
    town.no_faults()
    fits = WARM.holds(median(warm)) and MOST_KB.holds(size)
    note = (
        f"verified before: {median(warm):.2f} s; {size:.0f} KB with nothing in the browser's memory, then {slow:.2f} s"
    )
    more = {"warm_seconds": [round(each, 3) for each in warm], "kb": round(size, 1)}
    return Figure("tab_open_seconds", median(cold), "s", COLD, cold, holds_too=fits, note=note, more=more)


def _painted(page: Any, frame: Any) -> float:
    """Seconds from the POST to the first paint of the page that says what is going on."""
    page.goto("about:blank")
    with page.expect_navigation(wait_until="commit"):
        page.evaluate(_SUBMIT, [frame["url"], frame["fields"]])
    page.wait_for_selector("#now", timeout=30_000)
    return float(page.wait_for_function(_PAINTED, timeout=30_000).json_value()) / 1000


def _transferred(page: Any, frame: Any, browser: Any) -> float:
    """KB of everything that the tab asked for until it was quiet, in a browser that knows nothing yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _painted(page, frame)
    page.wait_for_load_state("load")
    time.sleep(3)
    found = float(page.evaluate(_BYTES)) / 1024
    context.close()
    return found


# --- two hundred open ones --------------------------------------------------------------------------------------------


def _intake(town: Town) -> Figure:
    tabs = [_opened(town, deal_id) for deal_id in town.home.deals(TABS)]
    server = hooks(town.house, town.home.member)
    server.load(0.5)
    calm: list[float] = []
    busy: list[float] = []
    for _ in range(ROUNDS):
        calm.append(p99(server.load(LOAD_S)))
        with _asking(tabs) as asked:
            busy.append(p99(server.load(LOAD_S)))
    note = f"the tabs asked {len(asked)} times in the last {LOAD_S:g} s"
    return Figure("open_tabs_intake", median(busy), "ms", INTAKE, busy, median(calm), calm, note=note)


def _opened(town: Town, deal_id: int) -> Person:
    """A tab, opened as soon as the portal's limit lets it: 200 people do not come in one second."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return town.home.open_tab(deal_id)[0]
        except PageFailedError as error:
            if "HTTP 503" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(1)


@contextmanager
def _asking(tabs: Sequence[Person]) -> Iterator[list[float]]:
    """All tabs, opened one after the other during the last minute, ask for news as long as this lasts."""
    over, asked = threading.Event(), list[float]()
    due = [(at * 60 / len(tabs), at) for at in range(len(tabs))]
    plan = [(*_next_of(age), at) for age, at in due]
    heapq.heapify(plan)
    began = time.perf_counter()

    def run() -> None:
        while not over.is_set():
            when, wait, at = plan[0]
            if (left := when - (time.perf_counter() - began)) > 0:
                over.wait(min(left, 0.2))
                continue
            tabs[at].get(f"/tab/version?v={_version(tabs[at])}")
            asked.append(when)
            heapq.heapreplace(plan, (when + wait, min(wait * GROWTH, LONGEST_S), at))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield asked
    finally:
        over.set()
        thread.join()


def _next_of(age: float) -> tuple[float, float]:
    """When a tab that was opened `age` seconds ago asks next, counted from now, and how long it waits after that."""
    at, wait = FIRST_S, FIRST_S * GROWTH
    while at < age:
        at, wait = at + wait, min(wait * GROWTH, LONGEST_S)
    return at - age, wait


def _version(tab: Person) -> str:
    return tab.page.partition('data-version="')[2].partition('"')[0]


def hooks(house: House, member: str) -> Server:
    """The deployment's server of events, with an event of this portal about a deal that is not there."""
    parts = Parts.open(house.settings())
    with read_scope(parts.sessions) as session:
        portal = portals.by_member(session, member)
    parts.engine.dispose()
    if portal is None:
        raise RuntimeError(f"no portal {member}")
    told = {**EVENT, "auth[member_id]": portal.member_id, "auth[application_token]": portal.application_token or ""}
    body = house.plan.var / "event"
    body.write_bytes(urlencode({**told, "data[FIELDS][ID]": "999999"}, quote_via=quote).encode())
    return Server(house.hooks_port, body)


def p99(load: Load) -> float:
    """Milliseconds. Raises RuntimeError when an event was refused."""
    if load.errors:
        raise RuntimeError(f"{load.errors} events were refused")
    return load.p99_ms
