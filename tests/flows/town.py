"""What people, portals and carriers do in a scenario, and what anybody can see from outside: the emulated portal's
deals, timelines and bells, the emulated carrier's orders, and our own pages."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from b24app.demo.person import Person
from b24app.demo.setting_up import connect, install, open_app, switch_on
from b24app.store import portals
from b24app.store.models import Portal
from tests.flows.program import BUSY, Program

ADMIN, MANAGER = 1, 7
LOOK_S, HELD_S = 0.1, 5.0
#: Names of the seeded portals' stages.
TRIGGER, PAID, ON_THE_WAY, WAITS, WON, LOST = (
    "Передано на отгрузку",
    "Оплачена",
    "В пути",
    "Ждёт получателя",
    "Доставлена",
    "Сделка провалена",
)
TAB = "CRM_DEAL_DETAIL_TAB"
#: Fields of ours on a deal.
NUMBER, TRACK, LINK = "UF_CRM_LOGISTICS_ORDER_ID", "UF_CRM_LOGISTICS_TRACK", "UF_CRM_LOGISTICS_LINK"
PRICE, STATUS = "UF_CRM_LOGISTICS_PRICE", "UF_CRM_LOGISTICS_STATUS"
ADDRESS, PHONE, KIND, POINT = (
    "UF_CRM_DELIVERY_ADDRESS",
    "UF_CRM_DELIVERY_PHONE",
    "UF_CRM_DELIVERY_TYPE",
    "UF_CRM_PVZ_CODE",
)
_MARK = re.compile(r"\s*#wb-[0-9a-f]{8}\s*$")
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
Row = dict[str, Any]


def words_of(page: str) -> str:
    """What a person reads on a page."""
    return " ".join(html.unescape(_TAGS.sub(" ", page)).split())


@dataclass
class Town:
    """The program and the world around it."""

    program: Program

    @property
    def world(self) -> Any:
        return self.program.world

    def shop(self, index: int = 0, account: int = 0, **form: str) -> Shop:
        """A portal on which Waybill is installed, connected to CDEK and switched on. `form` changes the pipelines'
        settings as an administrator would in the page."""
        shop = Shop(self, str(self.world.addresses["portals"][index]["member_id"]))
        shop.settings(event_delay_min=0.02, event_delay_max=0.1)
        install(self.program.steer, shop.member)
        connect(shop.page, self.world.addresses["cdek"]["accounts"][account])
        switch_on(shop.page, more=form)
        self.program.wait(lambda: shop.is_on, "the pipelines' start")
        return shop

    def installed(self, index: int = 0) -> Shop:
        """A portal on which all of that has been done already."""
        return Shop(self, str(self.world.addresses["portals"][index]["member_id"]))

    def forget(self, fault: int) -> None:
        self.world.control.delete(f"/faults/{fault}")

    def advance(self, seconds: float) -> None:
        """The clock of the world runs ahead."""
        self.world.control.advance(seconds)

    def carrier(self, **switches: Any) -> None:
        """Switches of the emulated CDEK."""
        self.program.steer("POST", "/cdek/settings", switches)

    def fault(self, action: str, system: str = "cdek", **spec: Any) -> int:
        return int(self.world.control.fault(system, action, **spec))

    def journal(self, kind: str, system: str = "cdek", **query: Any) -> list[Row]:
        rows: list[Row] = self.world.control.journal(system=system, kind=kind, **query)
        return rows

    def calm(self, seconds: float = 0.8, limit: float = 20.0) -> None:
        """Wait until nobody has called anybody for a while and the program has nothing to do.

        The while is counted in looks, not by the clock: a machine that gave this process no turn was not quiet. What
        the program has to do is looked at only then, and waited for so long at most: a carrier that hangs holds a lane.
        """
        seen, quiet = -1, 0
        end = time.monotonic() + limit * BUSY
        while quiet * LOOK_S < seconds or (quiet * LOOK_S < seconds + HELD_S and self.program.busy()):
            time.sleep(LOOK_S)
            now = sum(sum(kinds.values()) for kinds in self.world.journal.counts().values())
            seen, quiet = now, quiet + 1 if now == seen else 0
            if time.monotonic() > end:
                raise AssertionError(f"the world is not calm after {limit:g} s")

    def wait(self, until: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
        return self.program.wait(until, what, seconds)


@dataclass
class Shop:
    """One portal, its people, and its deals."""

    town: Town
    member: str

    @cached_property
    def page(self) -> Person:
        """The administrator's."""
        return open_app(self.town.program.steer, self.member)

    @cached_property
    def id(self) -> int:
        """The portal's row; whoever erases it asks `row` anew."""
        return self.row.id

    @property
    def triggers(self) -> dict[int, str]:
        """Category -> the stage that ships."""
        rows = self.town.program.read(portals.pipelines, self.row.id)
        return {category: row.trigger_stage for category, row in rows.items()}

    # --- the portal's side -------------------------------------------------------------------------------------------

    def ask(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.town.program.steer(verb, f"/bitrix24/{self.member}{path}", body)

    def settings(self, **switches: Any) -> None:
        self.ask("POST", "/settings", switches)

    def deal(self, deal_id: int) -> Row:
        """The item with original field names."""
        found: Row = self.ask("GET", f"/deal/{deal_id}")["item"]
        return found

    def comments(self, deal_id: int) -> list[str]:
        """The timeline's entries, oldest first, without the mark at their ends."""
        rows = sorted(self.ask("GET", f"/deal/{deal_id}")["comments"], key=lambda row: row["id"])
        return [_MARK.sub("", str(row["text"])) for row in rows]

    def notices(self, deal_id: int) -> list[Row]:
        """Bell notices that lead to the deal."""
        rows = self.ask("GET", "/notices")["notices"]
        return [row for row in rows if f"/crm/deal/details/{deal_id}/" in str(row)]

    def stage(self, name: str, category: int = 0) -> str:
        """Id of a stage by its name, as our own page offers it."""
        prefix = f"C{category}:" if category else ""
        codes = {PAID: "PREPAYMENT_INVOICE", ON_THE_WAY: "EXECUTING", WAITS: "FINAL_INVOICE", WON: "WON", LOST: "LOSE"}
        return self.triggers[category] if name == TRIGGER else prefix + codes[name]

    def stage_of(self, deal_id: int) -> str:
        return str(self.deal(deal_id)["stageId"])

    # --- people's doings ---------------------------------------------------------------------------------------------

    def fill_in(self, *deals: int) -> None:
        """Managers write into our fields what the data says about these deals; the echoes are over afterwards."""
        self.ask("POST", "/wishes", {"deals": list(deals)})

    def move(self, *deals: int, to: str = TRIGGER, user: int | None = MANAGER, category: int = 0) -> None:
        self.ask("POST", "/move", {"deals": list(deals), "stage": self.stage(to, category), "user": user})

    def ship(self, *deals: int, category: int = 0) -> None:
        """Fill in and move to the stage that ships."""
        self.fill_in(*deals)
        self.move(*deals, category=category)

    def edit(self, deal_id: int, **fields: Any) -> None:
        self.ask("POST", "/edit", {"id": deal_id, "fields": fields, "user": MANAGER})

    def tab(self, deal_id: int, user: int = MANAGER) -> Person:
        """The deal's Delivery tab as the portal opens it for somebody."""
        return self.town.program.open_frame(self.member, user, TAB, deal_id)

    def fix(self, deal_id: int) -> None:
        """What its manager does about the deal's problem."""
        assert self.ask("POST", "/fix", {"deal": deal_id})["changed"]

    def press(self, wish: str, deal_id: int, user: int = MANAGER) -> None:
        """A button of the tab."""
        self.tab(deal_id, user).press(f"/tab/{wish}", {"key": f"pressed-{time.monotonic_ns()}"})

    def tab_says(self, deal_id: int) -> str:
        return words_of(self.tab(deal_id).page)

    def app(self, user: int = ADMIN) -> Person:
        """The app's own page, opened just now."""
        return open_app(self.town.program.steer, self.member, user)

    def health(self, user: int = ADMIN) -> str:
        """What the app's page says of deliveries."""
        return words_of(self.app(user).get("/app/s/health"))

    def app_press(self, path: str, **form: str) -> str:
        """A button of the app's page."""
        return words_of(self.app().press(path, {"key": f"pressed-{time.monotonic_ns()}", **form}))

    # --- what comes of it --------------------------------------------------------------------------------------------

    @property
    def row(self) -> Portal:
        found = self.town.program.read(portals.by_member, self.member)
        assert isinstance(found, Portal)
        return found

    @property
    def is_on(self) -> bool:
        rows = self.town.program.read(portals.pipelines, self.row.id).values()
        return all(row.on_since_history_id is not None for row in rows if row.enabled)

    def our_number(self, deal_id: int, n: int = 1) -> str:
        return f"{self.row.code}-{deal_id}-{n}"

    def orders(self, deal_id: int) -> list[Row]:
        """Orders of this deal that CDEK took (202), oldest first: `data` of its journal."""
        start = f"{self.row.code}-{deal_id}-"
        return [row["data"] for row in self.town.journal("order.accepted") if row["key"].startswith(start)]

    def order(self, deal_id: int, n: int = 1) -> Row:
        """The order at CDEK as it is now; its `statuses` newest first."""
        answer = self.town.program.steer("GET", f"/cdek/orders/{self.our_number(deal_id, n)}")
        found: Row = answer["entity"]
        return found

    def happens(self, deal_id: int, code: str, n: int = 1, **more: Any) -> None:
        """The parcel moves at CDEK."""
        self.town.program.steer("POST", f"/cdek/orders/{self.our_number(deal_id, n)}/status", {"code": code, **more})

    def shipped(self, *deals: int, seconds: float = 30.0) -> list[str]:
        """Wait until each deal carries a number; the numbers."""
        what = "a tracking number on deal"
        return [str(self.town.wait(partial(self._tracking, deal), f"{what} {deal}", seconds)) for deal in deals]

    def _tracking(self, deal_id: int) -> Any:
        return self.deal(deal_id)[TRACK]

    def echo(self) -> None:
        """Hints about deals with an order are looked at together, some seconds later: let that time pass."""
        self.town.calm()
        self.town.advance(10)

    def told(self, deal_id: int, text: str, seconds: float = 30.0) -> str:
        """Wait for a timeline entry that holds `text`."""

        def find() -> str | None:
            return next((entry for entry in self.comments(deal_id) if text in entry), None)

        return str(self.town.wait(find, f"«{text}» in the timeline of deal {deal_id}", seconds))

    def noticed(self, deal_id: int, seconds: float = 30.0) -> Row:
        """Wait for the bell."""
        self.town.wait(lambda: self.notices(deal_id), f"a notice about deal {deal_id}", seconds)
        return self.notices(deal_id)[0]

    def status(self, deal_id: int) -> str:
        return str(self.deal(deal_id)[STATUS] or "")

    def becomes(self, deal_id: int, status: str, seconds: float = 30.0) -> None:
        """Wait for a status on the deal."""
        self.town.wait(lambda: self.status(deal_id) == status, f"«{status}» on deal {deal_id}", seconds)
