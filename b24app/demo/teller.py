"""Telling the story of a portal's deals: install, move them, follow each to its end on the emulated world's clock."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24app.demo.house import House
from b24app.demo.person import Person
from b24app.demo.setting_up import set_up
from b24app.logistics.status import Status
from b24app.parts import Parts
from b24app.store import portals, problems, shipments
from b24app.store.engine import read_scope
from b24app.store.models import Shipment

Say = Callable[[str], None]
MANAGER = 7
NUMBERS_S = 120.0
SETTLE_S = 30.0
#: Every step of the emulated carrier takes an hour of the emulated clock; no route has more steps than this.
STEP_S = 3600
MOST_STEPS = 400
#: A contact was fixed: no event of the deal tells, the next sweep finds it.
SWEEP_S = 90
KEY = re.compile(r'name="key" value="([^"]+)"')
ENDS = {
    "delivered": Status.DELIVERED,
    "returned": Status.RETURNED,
    "lost": Status.LOST,
    "cancelled": Status.CANCELLED,
}


@dataclass
class Story:
    """One deal: what it must come to and what it has come to. `fields` name where its problem must point."""

    deal_id: int
    outcome: str
    fields: tuple[str, ...]
    fixable: bool
    moved_at: datetime | None = None
    numbered_at: datetime | None = None
    number: str = ""
    tracking: str = ""
    status: str = ""
    problem: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """From the stage change to the number on the deal, on the emulated clock."""
        if self.moved_at is None or self.numbered_at is None:
            return None
        return (self.numbered_at - self.moved_at).total_seconds()

    @property
    def wanted(self) -> Status | None:
        """How its delivery must end; None = it must be left with a problem."""
        return Status.DELIVERED if self.fixable else ENDS.get(self.outcome)

    @property
    def as_it_should(self) -> bool:
        """Whether it came to its end, on the portal too, and through its problem if it was to have one."""
        met = not self.fields or any(name in self.problem.split(" ")[0] for name in self.fields)
        if self.wanted is None:
            return met and not self.number
        on_deal = (
            bool(self.shown.get("UF_CRM_LOGISTICS_TRACK")) and self.shown["UF_CRM_LOGISTICS_TRACK"] == self.tracking
        )
        return met and self.status == self.wanted and on_deal


class Teller:
    """Drives the emulated world from outside and reads our database. `portal`: which of the emulated ones."""

    def __init__(self, house: House, say: Say, portal: int = 0) -> None:
        self._house = house
        self._say = say
        self._member = str(house.addresses["portals"][portal]["member_id"])
        self._base = f"/bitrix24/{self._member}"
        self._parts = Parts.open(house.settings())
        self.stories: dict[int, Story] = {}

    @property
    def member(self) -> str:
        return self._member

    @property
    def base(self) -> str:
        """Of the portal in the emulated world's steering."""
        return self._base

    def set_up(self) -> None:
        """The portal's own deals, with what they must come to."""
        steer = self._house.steer
        known = steer("GET", f"{self._base}/expected")
        self.stories = {row["deal_id"]: _story(row) for row in known["deals"] if row["moves"]}
        steer("POST", "/cdek/settings", {"auto_route": True, "step_seconds": STEP_S})
        for override in known["overrides"]:
            steer("POST", "/cdek/overrides", override)
        self._triggers = set_up(steer, self._member, self._house.addresses["cdek"]["accounts"][0]).triggers
        steer("POST", f"{self._base}/wishes", {"deals": sorted(self.stories)})
        self._wait(self._switched_on, SETTLE_S)

    def _switched_on(self) -> bool:
        with read_scope(self._parts.sessions) as session:
            rows = portals.pipelines(session, self._portal_id(session)).values()
            return all(row.on_since_history_id is not None for row in rows if row.enabled)

    def _portal_id(self, session: Any) -> int:
        portal = portals.by_member(session, self._member)
        return portal.id if portal else 0

    def move(self) -> None:
        """Every deal to the trigger stage of its own pipeline."""
        known = self._house.steer("GET", f"{self._base}/deals")["deals"]
        by_category: dict[int, list[int]] = {}
        for deal in known:
            if deal["id"] in self.stories:
                by_category.setdefault(int(deal["categoryId"]), []).append(deal["id"])
        for category, ids in by_category.items():
            body = {"deals": ids, "stage": self._triggers[category], "user": MANAGER}
            self._house.steer("POST", f"{self._base}/move", body)

    def wait_for_answers(self) -> None:
        """Until each deal has a number or a problem."""
        self._wait(lambda: not self._unanswered(), NUMBERS_S)
        for story in self.stories.values():
            if story.fields and not story.problem:
                self._say(f"  deal {story.deal_id} was expected to have a problem in {', '.join(story.fields)}")

    def _unanswered(self) -> list[int]:
        self._look()
        open_ones = [story for story in self.stories.values() if not story.number and not story.problem]
        self._progress(len(self.stories) - len(open_ones), "answered")
        return [story.deal_id for story in open_ones]

    def fix(self) -> None:
        fixable = [story for story in self.stories.values() if story.fixable and story.problem]
        for story in fixable:
            self._house.steer("POST", f"{self._base}/fix", {"deal": story.deal_id})
        self._house.steer("POST", "/clock", {"advance": SWEEP_S})
        self._wait(lambda: self._numbered(fixable), NUMBERS_S)

    def _numbered(self, stories: Iterable[Story]) -> bool:
        self._look()
        return all(story.number for story in stories)

    def travel(self) -> None:
        """Until all parcels have come to their ends, and the portal shows it."""
        self._arrive()
        self._wait(self._told, SETTLE_S)

    def _arrive(self) -> None:
        """An hour of the emulated world at a time."""
        for _ in range(MOST_STEPS):
            self._look()
            moving = [story for story in self.stories.values() if story.wanted and story.status != story.wanted]
            self._progress(len(self.stories) - len(moving), "at their end")
            if not moving:
                break
            self._pass(STEP_S)

    def _pass(self, seconds: float) -> None:
        """The clock of the emulated world runs ahead."""
        self._house.steer("POST", "/clock", {"advance": seconds})
        time.sleep(0.3)

    def _told(self) -> bool:
        self._look()
        self._shown()
        return all(story.as_it_should for story in self.stories.values())

    def finished(self) -> list[Story]:
        self._look()
        self._shown()
        self._times()
        return [self.stories[deal_id] for deal_id in sorted(self.stories)]

    def _all_are(self, stories: Sequence[Story], status: Status) -> bool:
        self._look()
        return all(story.status == status for story in stories)

    def _cancel(self, story: Story) -> None:
        tab = self._tab(story.deal_id)
        key = KEY.search(tab.page)
        tab.press("/tab/cancel", {"key": key[1] if key else ""})

    def _tab(self, deal_id: int) -> Person:
        spec = {"user": MANAGER, "placement": "DETAIL_TAB", "entity_id": deal_id}
        return Person(self._house.steer("POST", f"{self._base}/frame", spec))

    # --- looking -----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Our side: the last shipment of each deal, and its first problem (kept: a solved one was still met)."""
        with read_scope(self._parts.sessions) as session:
            portal_id = self._portal_id(session)
            owned = shipments.of_deals(session, portal_id, list(self.stories))
            found = problems.open_of_deals(session, portal_id, list(self.stories))
        for deal_id, story in self.stories.items():
            if owned[deal_id]:
                self._seen(story, owned[deal_id])
            if found[deal_id] and not story.problem:
                told = found[deal_id][0].problem
                story.problem = f"{told['field']} ({told['code']})"

    def _seen(self, story: Story, rows: Sequence[Shipment]) -> None:
        """What its shipments, oldest first, say of it."""
        last = rows[-1]
        story.status, story.number = last.status, last.order_number or ""
        story.tracking = last.tracking_number or ""

    def _shown(self) -> None:
        """The portal's side."""
        for deal in self._house.steer("GET", f"{self._base}/deals")["deals"]:
            if deal["id"] in self.stories:
                self.stories[deal["id"]].shown = deal

    def _times(self) -> None:
        """From the emulated portal's journal: when the stage changed, when the number was there."""
        for row in self._journal("stage.moved"):
            story = self.stories.get(int(row["key"]))
            if story is not None and story.moved_at is None:
                story.moved_at = datetime.fromisoformat(row["at"])
        for row in self._journal("deal.updated"):
            story = self.stories.get(int(row["key"]))
            if story is not None and story.numbered_at is None and "UF_CRM_LOGISTICS_TRACK" in str(row["data"]):
                story.numbered_at = datetime.fromisoformat(row["at"])

    def _journal(self, kind: str) -> Iterable[dict[str, Any]]:
        path = f"/journal?system=bitrix24&kind={kind}&portal={self._member}"
        rows: list[dict[str, Any]] = self._house.steer("GET", path)["entries"]
        return rows

    def _progress(self, done: int, what: str) -> None:
        line = f"  {done} of {len(self.stories)} {what}"
        if line != getattr(self, "_last", ""):
            self._last = line
            self._say(line)

    @staticmethod
    def _wait(until: Callable[[], Any], seconds: float) -> bool:
        """Whether it came; the table says what did not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until():
                return True
            time.sleep(0.3)
        return False


def _story(row: Mapping[str, Any]) -> Story:
    return Story(row["deal_id"], row["outcome"], tuple(row["fields"]), row["fix"] is not None)
