"""Somebody at a portal: a browser page, our page inside the portal's, and what people do with a mouse around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Error, Frame, Page

from tests.browser.pages.aimed import PAINTED
from tests.browser.pages.watched import WIDTHS, Watched
from tests.flows.program import Program

ADMIN, MANAGER = 1, 7


@dataclass
class Desk:
    """Somebody at a portal: a browser page, and our page inside the portal's."""

    program: Program
    context: BrowserContext
    watched: Watched
    lang: str = "ru"

    @property
    def page(self) -> Page:
        return self.watched.page

    @property
    def address(self) -> dict[str, Any]:
        found: dict[str, Any] = self.program.world.addresses["portals"][0]
        return found

    def fill_in(self, *deals: int) -> None:
        """Managers have written into our fields what the data says about these deals."""
        self.program.steer("POST", f"/bitrix24/{self.address['member_id']}/wishes", {"deals": list(deals)})

    def sign_in(self, user: int) -> None:
        self.page.goto(self.address["base_url"] + "/login")
        self.page.click(f"button[name=user][value='{user}']")
        self.page.wait_for_selector(".board")

    def ours(self, having: str = "html") -> Frame:
        """Our page inside the frame; where there may be several, the one that has such an element."""
        self.page.wait_for_selector("iframe", state="attached")
        end = self.program.wait(lambda: self._frame(having), "our frame", 15)
        assert isinstance(end, Frame)
        return end

    def _frame(self, having: str) -> Frame | None:
        self.page.wait_for_timeout(50)
        ours = [frame for frame in self.page.frames if frame.url.startswith(self.program.url)]
        return next((frame for frame in ours if _ready(frame, having)), None)

    def widen(self, ours: Frame, width: int) -> None:
        """Our frame follows the portal's page a moment later: what is pressed until then is pressed where it was."""
        self.page.set_viewport_size({"width": width, "height": 900})
        least = 0 if width == WIDTHS["phone"] else WIDTHS["phone"]
        ours.wait_for_function("([least, most]) => innerWidth > least && innerWidth <= most", arg=[least, width])
        # A press is aimed by what was painted last.
        self.page.evaluate(PAINTED)
        ours.evaluate(PAINTED)

    def at_both_widths(self, ours: Frame, axe_at: str) -> tuple[int, int, list[str]]:
        """By how much our page is wider than the frame of a desk and of a phone, and what axe says at one of them, at
        which it stays: axe is slow, and width and language change little for it."""
        other = next(width for width in WIDTHS if width != axe_at)
        found = {}
        for width in (other, axe_at):
            self.widen(ours, WIDTHS[width])
            found[width] = self.watched.overflow(ours)
        return found["desk"], found["phone"], self.watched.axe(ours)

    def open_app(self) -> Frame:
        self.page.goto(self.address["base_url"] + "/marketplace/view/waybill.delivery/")
        return self.ours()

    def open_section(self, code: str) -> Frame:
        """A section of the app's set-up, wherever the app begins."""
        ours = self.open_app()
        link = ours.locator(f"a[hx-get='/app/s/{code}']")
        if link.count() == 0:
            ours.get_by_role("link", name="Настройка").click()
        link.click()
        return ours

    def open_tab(self, deal: int) -> Frame:
        self.page.goto(f"{self.address['base_url']}/crm/deal/details/{deal}/")
        self.page.get_by_text("Доставка" if self.lang == "ru" else "Delivery", exact=True).first.click()
        return self.ours()

    def install(self) -> None:
        self.page.goto(self.address["base_url"] + "/marketplace/")
        self.page.locator("form[action*=install] button").first.click()
        self.page.wait_for_url("**install_finished=Y**", timeout=30000)


def _ready(frame: Frame, having: str) -> bool:
    """Whether the page's scripts have begun."""
    there = "having => document.documentElement.hasAttribute('data-ready') && !!document.querySelector(having)"
    try:
        return bool(frame.evaluate(there, having))
    except Error:  # it is being replaced just now
        return False
