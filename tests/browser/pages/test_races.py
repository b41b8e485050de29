"""What the page asks by itself while people press, the network fails, or a newer answer is there: nothing stops for
good, nothing is asked at full pace for ever, and no older answer is shown over a newer one. The page's own timers are
hastened, its questions held and answered by the test."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.pages.watched import Watched, open_page, until

#: Timers come at once and are noted; what a question may last (15 s) is shortened too, yet longer than a test's answer
#: takes on a busy machine.
HASTE = """(() => { const real = window.setTimeout; window.waits = [];
    window.setTimeout = (act, ms, ...more) => {
        window.waits.push(ms || 0);
        return real(act, ms === 15000 ? 3000 : Math.min(ms || 0, 120), ...more);
    }; })()"""
#: What is planned for later does not come: what comes, comes at once.
NEVER = """(() => { const real = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => (ms >= 600 ? 0 : real(act, ms, ...more)); })()"""
LOOK = "() => { document.dispatchEvent(new Event('waybill:look')); }"
PART = """<div id="probe" data-pace="100">
    <i id="probe-ask" data-quiet hx-get="/tab/probe" hx-trigger="ask" hx-target="#probe" hx-swap="outerHTML"></i>
    <i id="probe-renew" data-quiet hx-post="/tab/probe/renewed" hx-trigger="renew" hx-target="#probe"></i>
    <form hx-post="/tab/probe/act" hx-swap="none"><button type="submit">probe</button></form></div>"""
FORM = """<form id="probe"><input id="word" name="word" value="">
    <select name="one"><option>a<option>b</select><button type="submit">probe</button></form>"""
KEYED = """<form data-key hx-post="/tab/probe/act" hx-swap="none"><input type="hidden" name="AUTH_ID">
    <button type="submit">probe</button></form>"""
PUT = """html => { document.getElementById('tab').insertAdjacentHTML('beforeend', html);
    htmx.process(document.getElementById('tab').lastElementChild);
    document.dispatchEvent(new Event('visibilitychange')); }"""
#: Whatever else is answered on the page, until `window.enough` is called.
MUCH_ELSE = """() => { const noise = setInterval(() => {
    window.answers = (window.answers || 0) + 1;
    htmx.trigger(document.body, "htmx:afterRequest", {elt: document.body, successful: true,
        requestConfig: {elt: document.body}, xhr: new XMLHttpRequest()}); }, 30);
    window.enough = () => clearInterval(noise); }"""
#: The next answer to a script begins to come, and comes no further.
STALL = """() => { const real = window.fetch; window.fetch = () => { window.fetch = real;
    return Promise.resolve(new Response(new ReadableStream({}))); }; }"""
COUNT_SAID = """() => { window.said = 0; new MutationObserver(() => { window.said += 1; }).observe(
    document.getElementById('notice'), {subtree: true, childList: true, characterData: true}); }"""
COUNT_ASKED = """() => { window.waits.length = 0; window.asked = 0;
    document.addEventListener('ask', () => { window.asked += 1; }); }"""
DRAWN = """v => { const tab = document.getElementById('tab').cloneNode(true);
    tab.dataset.version = v; return tab.outerHTML; }"""


def refused(act: str, title: str) -> str:
    return json.dumps({"act": act, "title": title, "text": "", "support": ""})


class Asked:
    """Questions to an address, held until the test answers them; `by` answers all at once."""

    def __init__(self, page: Page, address: str, by: Callable[[Route], None] | None = None) -> None:
        self.page, self.routes, self.by = page, list[Route](), by
        page.route(address, self._one)

    def _one(self, route: Route) -> None:
        self.routes.append(route)
        if self.by is not None:
            self.by(route)

    def wait(self, n: int) -> None:
        until(self.page, lambda: len(self.routes) >= n, f"question {n}")

    def answer(self, at: int, html: str) -> None:
        self.routes[at].fulfill(body=html, content_type="text/html")


def nothing_new(route: Route) -> None:
    route.fulfill(status=204)


def drawn(page: Page, version: str) -> str:
    """The tab as it would come now, of another version."""
    found: str = page.evaluate(DRAWN, version)
    return found


def test_news_wait_for_what_was_pressed(watched: Watched, gallery: str) -> None:
    """The part was drawn anew under a request: its answer had no place any more, and a refusal was told to nobody."""
    page = watched.page
    page.add_init_script(NEVER)
    pressed, version = Asked(page, "**/tab/refresh*"), Asked(page, "**/tab/version*")
    open_page(page, f"{gallery}/created/ru")
    page.evaluate(PUT, FORM)
    page.locator("#do-refresh").click()
    pressed.wait(1)
    page.evaluate(LOOK)
    version.wait(1)
    # Asked once more as soon as this one is answered: it was asked too early.
    page.evaluate(LOOK)
    version.answer(0, drawn(page, "news"))
    version.wait(2)
    pressed.routes[0].fulfill(status=503, content_type="application/json", body=refused("retry", "Портал молчит"))
    expect(page.locator("#notice")).to_contain_text("Портал молчит")

    # It comes then; what somebody has written and not sent stays.
    page.locator("#word").fill("Казань")
    page.locator("#probe select").select_option("b")
    page.evaluate("document.activeElement.blur()")
    news = drawn(page, "news")
    version.answer(1, news)
    expect(page.locator("#tab[data-version=news]")).to_be_visible()
    expect(page.locator("#word")).to_have_value("Казань")
    expect(page.locator("#probe select")).to_have_value("b")


def test_an_older_reading_is_not_shown_over_a_newer_one(watched: Watched, gallery: str) -> None:
    page = watched.page
    version, read = Asked(page, "**/tab/version*"), Asked(page, "**/tab/read")
    open_page(page, f"{gallery}/ready/ru")
    page.evaluate("() => { Portal.key = () => Promise.resolve('k'); }")
    page.evaluate(LOOK)
    version.wait(1)
    version.answer(0, drawn(page, "hint"))
    read.wait(1)
    page.evaluate("() => { Waybill.told('Пункт выбран'); }")
    read.wait(2)
    read.answer(1, drawn(page, "newer"))
    expect(page.locator("#tab[data-version=newer]")).to_be_visible()
    page.evaluate(LOOK)
    read.answer(0, drawn(page, "older"))
    version.wait(2)
    assert page.locator("#tab").get_attribute("data-version") == "newer"


def test_a_portal_that_gives_no_key_holds_nothing_up(watched: Watched, gallery: str) -> None:
    """The tab was never asked after again, and what was pressed was never sent."""
    page = watched.page
    page.add_init_script(HASTE)
    version, act = Asked(page, "**/tab/version*"), Asked(page, "**/tab/probe/act", nothing_new)
    open_page(page, f"{gallery}/ready/ru")
    page.evaluate("() => { Portal.key = () => new Promise(() => {}); }")
    news = drawn(page, "news")
    version.by = lambda route: route.fulfill(body=news, content_type="text/html")
    expect(page.locator("#tab[data-version=news]")).to_be_visible()
    version.by = nothing_new
    version.wait(len(version.routes) + 2)
    page.evaluate(PUT, KEYED)
    page.get_by_role("button", name="probe").click()
    act.wait(1)


def test_the_tab_is_asked_after_however_much_else_is_answered(watched: Watched, gallery: str) -> None:
    """Each answer put the question off; one whose answer began to come and came no further was the last."""
    page = watched.page
    page.add_init_script(HASTE)
    version = Asked(page, "**/tab/version*", nothing_new)
    open_page(page, f"{gallery}/created/ru")
    version.wait(2)
    page.evaluate(MUCH_ELSE)
    version.wait(len(version.routes) + 3)
    page.evaluate("window.enough()")
    page.evaluate(STALL)
    page.wait_for_function("() => String(window.fetch).includes('native')")
    version.wait(len(version.routes) + 2)

    # A deal that is gone is said once, and not asked after again.
    version.by = lambda route: route.fulfill(
        status=403, content_type="application/json", body=refused("show", "Нет доступа")
    )
    expect(page.locator("#notice")).to_contain_text("Нет доступа")
    page.evaluate(COUNT_SAID)
    version.wait(len(version.routes) + 2)
    assert page.evaluate("window.said") == 0
    version.by = lambda route: route.fulfill(
        status=410, content_type="application/json", body=refused("reopen", "Сделки нет")
    )
    expect(page.locator("#notice")).to_contain_text("Сделки нет")
    # The last that was planned is how long that question might last.
    assert [ms for ms in page.evaluate("window.waits") if ms >= 2000][-1] == 15000


def test_a_part_that_is_asked_for_once_is_asked_for_until_it_is_there(watched: Watched, gallery: str) -> None:
    """Prices, points and parcels that were to come stood empty for good when one answer was lost."""
    page = watched.page
    page.add_init_script(HASTE)
    rates = Asked(page, "**/tab/rates")
    session = Asked(page, "**/session", lambda route: route.fulfill(status=204, headers={"X-Waybill-Session": "new"}))
    open_page(page, f"{gallery}/ready/ru")
    page.evaluate("() => { Portal.key = () => Promise.resolve('k'); }")
    rates.wait(1)
    rates.routes[0].abort()
    rates.wait(2)
    rates.routes[1].fulfill(status=500)
    rates.wait(3)
    rates.routes[2].fulfill(status=401, content_type="application/json", body=refused("renew", "Сеанс истёк"))
    rates.wait(4)
    rates.answer(3, '<div id="rates">480 ₽</div>')
    expect(page.locator("#rates")).to_have_text("480 ₽")
    expect(page.locator("#offline")).to_be_hidden()
    assert len(session.routes) == 1
    assert {2000, 3000} <= set(page.evaluate("window.waits"))


def test_a_part_asks_a_broken_server_seldom_and_one_question_at_a_time(watched: Watched, gallery: str) -> None:
    page = watched.page
    page.add_init_script(HASTE)
    probe = Asked(page, "**/tab/probe", lambda route: route.fulfill(status=503, headers={"Retry-After": "60"}))
    open_page(page, f"{gallery}/created/ru")
    page.evaluate(COUNT_ASKED)
    page.evaluate(PUT, PART)
    probe.wait(3)
    waits = page.evaluate("window.waits")
    assert (waits.count(100), waits.count(60000) >= 2) == (1, True)

    # While it is being asked, nothing else that is answered makes the page ask a second time.
    probe.by = None
    probe.wait(len(probe.routes) + 1)
    asked = page.evaluate("window.asked")
    page.evaluate("window.answers = 0")
    page.evaluate(MUCH_ELSE)
    page.wait_for_function("() => window.answers >= 20")
    page.evaluate("window.enough()")
    assert page.evaluate("window.asked") == asked
    probe.by = nothing_new
    probe.routes[-1].fulfill(status=204)
    probe.wait(len(probe.routes) + 2)

    # The deal changed while a person's own request was under way: asked when that is answered.
    act = Asked(page, "**/tab/probe/act")
    renewed = Asked(page, "**/tab/probe/renewed", nothing_new)
    page.get_by_role("button", name="probe").click()
    act.wait(1)
    page.evaluate("() => { document.dispatchEvent(new Event('waybill:news')); }")
    act.routes[0].fulfill(status=204)
    renewed.wait(1)


def test_each_paper_comes_in_its_own_window(watched: Watched, gallery: str) -> None:
    """Two papers were asked for at once: one window stayed empty."""
    page = watched.page
    page.context.route("**/paper/*", lambda route: route.fulfill(body=route.request.url.rpartition("/")[2]))
    link = Asked(page, "**/link/*")
    open_page(page, f"{gallery}/created/ru")
    forms = "".join(
        f'<form data-paper hx-post="/link/{name}" hx-swap="none"><button type="submit">{name}</button></form>'
        for name in "ab"
    )
    page.evaluate(PUT, f"<div>{forms}</div>")
    opened = list[Page]()
    page.on("popup", lambda popup: opened.append(popup))
    page.get_by_role("button", name="a", exact=True).dblclick()
    page.get_by_role("button", name="b", exact=True).click()
    link.wait(2)
    until(page, lambda: len(opened) == 2, "two windows")
    for at, name in enumerate("ab"):
        link.routes[at].fulfill(json={"url": f"{gallery}/paper/{name}"})
    for at, name in enumerate("ab"):
        expect(opened[at].locator("body")).to_have_text(name)
