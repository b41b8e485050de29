"""Pictures of what comes back, from a running demo: the phone of a clerk, the page of a client. (The page of one return
in all its states: `tools/gallery.py`.)"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from b24app.demo.house import House
from b24app.demo.returners import Automation, Desk
from b24app.logistics.returning import ReturnStage
from b24app.parts import Parts
from b24app.store import portals, returns
from b24app.store.engine import read_scope
from b24app.store.returns import Kept

#: Deal -> the reason of its return, and how far it has come when the pictures are taken.
BACK = {
    505: ("size", ReturnStage.REQUESTED),
    506: ("defect", ReturnStage.APPROVED),
    507: ("defect", ReturnStage.RECEIVED),
    508: ("wrong_item", ReturnStage.INSPECTED),
    509: ("damaged", ReturnStage.RECEIVED),
}
#: The app's list of returns.
SECTION = "returns"
WAIT_S = 60.0
_CLIENT = re.compile(r'href="(https?://[^"]+/r/[^"]+)"')
#: What is done in a page that is open, in this language; then it is taken.
Take = Callable[[str, Callable[[Page, str], object]], None]


@dataclass(frozen=True)
class Backs:
    """Returns in several stages."""

    house: House
    member: str

    @property
    def base(self) -> str:
        return f"/bitrix24/{self.member}"

    @classmethod
    def set_up(cls, house: House, member: str) -> Backs:
        backs = cls(house, member)
        robots = Automation(house.steer, backs.base)
        for deal_id, (reason, stage) in BACK.items():
            robots.start(deal_id, reason, approve=stage is not ReturnStage.REQUESTED)
        backs._until(lambda: len(backs.kept()) == len(BACK), "the returns")
        for deal_id, (_, stage) in BACK.items():
            backs._lead(deal_id, stage)
        return backs

    def kept(self) -> dict[int, Kept]:
        with read_scope(Parts.open(self.house.settings()).sessions) as session:
            portal = portals.by_member(session, self.member)
            found = returns.of_deals(session, portal.id, list(BACK)) if portal is not None else {}
        return {deal_id: rows[0] for deal_id, rows in found.items() if rows}

    def _lead(self, deal_id: int, stage: ReturnStage) -> None:
        if stage.rank < ReturnStage.RECEIVED.rank:
            return
        desk = self._desk(deal_id)
        if self.kept()[deal_id].case.stage is ReturnStage.REQUESTED:
            desk.press("override", why="Клиент звонил, товар с браком")
        for to in (ReturnStage.IN_TRANSIT, ReturnStage.RECEIVED):
            desk.press("move", to=to.value)
            self._until(lambda to=to: self.kept()[deal_id].case.stage is to, f"return of {deal_id} {to}")  # type: ignore[misc]
        if stage is ReturnStage.INSPECTED:
            counts = {f"r{line.row}_damaged": f"{line.asked:f}" for line in self.kept()[deal_id].case.lines}
            desk.press("count", finished="yes", **counts)
            self._until(lambda: self.kept()[deal_id].case.stage is stage, f"return of {deal_id} {stage}")

    def _desk(self, deal_id: int) -> Desk:
        return Desk.open(self.house.steer, self.base, deal_id, self.kept()[deal_id].id)

    # --- pictures -----------------------------------------------------------------------------------------------------

    def take(self, take: Take) -> None:
        """Each picture has a phone, or a client, of its own."""
        take("clerk-list", self._phone)
        take("clerk-return", self._counting)
        take("client-order", self._client)
        take("client-parcel", self._parcel)

    def _phone(self, page: Page, lang: str) -> None:
        page.goto(f"{self._desk(509).code()}?lang={lang}")
        page.locator("form button[type=submit]").click()
        page.goto(page.url.partition("?")[0] + f"?lang={lang}")
        page.wait_for_load_state("networkidle")
        back = page.locator("#back")
        if back.is_visible():
            back.click()
            page.wait_for_load_state("networkidle")

    def _counting(self, page: Page, lang: str) -> None:
        """A code of the box is typed, as a scanner types it."""
        self._phone(page, lang)
        page.locator("#scan").fill(self.kept()[509].case.number)
        page.locator("#scan").press("Enter")
        page.wait_for_load_state("networkidle")

    def _client(self, page: Page, lang: str) -> None:
        page.goto(f"{self._address()}?lang={lang}")
        page.wait_for_load_state("networkidle")

    def _parcel(self, page: Page, lang: str) -> None:
        """The same link leads to where the parcel is."""
        page.goto(f"{self._address().replace('/r/', '/t/', 1)}?lang={lang}")
        page.wait_for_load_state("networkidle")

    def _address(self) -> str:
        found = _CLIENT.search(self._desk(506).page)
        if found is None:
            raise SystemExit("no client's page at the return")
        return html.unescape(found[1])

    @staticmethod
    def _until(what: Callable[[], object], name: str) -> None:
        end = time.monotonic() + WAIT_S
        while not what():
            if time.monotonic() > end:
                raise SystemExit(f"{name}: not within {WAIT_S:.0f} s")
            time.sleep(0.3)
