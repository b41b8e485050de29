"""A session that ran out while the network failed: a lost renewal is made once more, and nobody waits for ever."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.pages.watched import Watched, open_page, until

RENEW = '{"act": "renew", "title": "Сеанс истёк", "text": "", "support": ""}'
SECONDS = 1000


class Net:
    """What comes of each renewal: done | lost | mute (never answered); the last for all that follow. Whatever is asked
    with the old session is refused."""

    def __init__(self, page: Page, *fates: str) -> None:
        self.page, self.fates = page, list(fates)
        self.renewals = 0
        self.heard: list[str] = []
        page.route("**/session", self._session)
        page.route("**/tab/version*", self._asked)
        page.route("**/tab/refresh*", self._asked)

    def open(self, gallery: str) -> None:
        open_page(self.page, f"{gallery}/created/ru")
        self.page.evaluate("() => { Portal.key = () => Promise.resolve('k'); }")

    def _session(self, route: Route) -> None:
        fate = self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]
        self.renewals += 1
        if fate == "done":
            route.fulfill(status=204, headers={"X-Waybill-Session": "new"})
        elif fate == "lost":
            route.abort()

    def _asked(self, route: Route) -> None:
        if route.request.header_value("authorization") != "Bearer new":
            route.fulfill(status=401, content_type="application/json", body=RENEW)
            return
        self.heard.append(route.request.url.rpartition("/")[2].partition("?")[0])
        route.fulfill(status=204)


def test_a_renewal_whose_answer_was_lost_is_repeated(watched: Watched, gallery: str) -> None:
    net = Net(watched.page, "lost", "done")
    net.open(gallery)
    watched.page.locator("#do-refresh").click()
    until(watched.page, lambda: "refresh" in net.heard, "the press")
    assert net.renewals == 2
    expect(watched.page.locator("#notice")).to_be_hidden()


def test_once_the_network_is_back_the_next_press_renews(watched: Watched, gallery: str) -> None:
    page = watched.page
    net = Net(page, "lost")
    net.open(gallery)
    page.locator("#do-refresh").click()
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#notice")).to_be_hidden()
    net.fates = ["done"]
    page.locator("#offline [data-again]").click()
    expect(page.locator("#offline")).to_be_hidden()
    net.heard.clear()
    page.locator("#do-refresh").click()
    until(page, lambda: "refresh" in net.heard, "the press")


@pytest.mark.parametrize("mute", ["server", "portal"])
def test_a_renewal_that_nobody_answers_is_given_up(watched: Watched, gallery: str, mute: str) -> None:
    page = watched.page
    page.clock.install()
    net = Net(page, "mute" if mute == "server" else "done", "done")
    net.open(gallery)
    if mute == "portal":
        page.evaluate(
            "() => { const known = Portal.key;"
            " Portal.key = () => { Portal.key = known; return new Promise(() => { window.muted = true; }); }; }"
        )
    page.evaluate("() => { Waybill.ask('/tab/version?v=1').then(() => { document.body.id = 'answered'; }); }")
    # Its patience begins with the question.
    asked = "() => window.muted === true"
    until(page, lambda: net.renewals > 0 if mute == "server" else page.evaluate(asked), "a renewal that nobody answers")
    assert net.heard == []
    page.clock.run_for(16 * SECONDS)
    expect(page.locator("#answered")).to_be_attached()
    assert net.heard[0] == "version"
