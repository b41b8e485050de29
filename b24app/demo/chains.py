"""Twenty deals of one portal that go through two systems each: a warehouse or an ERP picks and packs, a carrier (1C:TMS
among them) takes what was measured there. Some lack a piece, some are refused, some are called off, and some get a
document late."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from b24app.demo.accounts import SENDER, connect_all
from b24app.demo.cast import Cast, Placed
from b24app.demo.house import House
from b24app.demo.setting_up import open_app, set_up
from b24app.demo.teller import NUMBERS_S, SETTLE_S, STEP_S, SWEEP_S, Say, Story, Teller
from b24app.flows.chain import REST, SHORT
from b24app.logistics.status import Status
from b24app.store.engine import read_scope
from b24app.store.models import Connection, FeedRow, Intent, IntentState, OutboxRow, OutboxState, Shipment
from b24app.systems import discover

#: The emulated portal's fields, before we come: its own number of an order in the ERP.
ERP_FIELD = "UF_CRM_ERP_ORDER"


@dataclass(frozen=True)
class Barn:
    """What this story uses of a warehouse: who carries on, and an error of the warehouse's own for the override of an
    order. `documents`: it keeps some."""

    carrier: str
    service: str
    refusal: Any
    documents: bool = True


BARNS: Mapping[str, Barn] = {
    "moysklad": Barn("cdek", "parcel", "shipmentAddress"),
    "one_c_wms": Barn("one_c_tms", "", "POSTING_REFUSED"),
    # Attachments are a switch of the account, off unless the admin knows of the service.
    "sap_ewm": Barn("dpd", "PCL", {"code": "VL/302", "message": "Доставка по заказу невозможна"}, documents=False),
    "manhattan": Barn("boxberry", "parcel", "DestinationAddress", documents=False),
}
#: What becomes of the five deals of a warehouse.
CHAPTERS = ("delivered", "short", "refused", "cancelled", "late")
ADDRESS = "Казань, ул. Баумана, {n}"
#: Goods that every warehouse has, and pieces a deal.
ARTICLE, PIECES = "KM-GR-H", 2
CAST = Cast(
    ("Агния", "Варвара", "Галина", "Дарья", "Ева"),
    ("Амбарова", "Складова", "Полкина", "Стеллажова"),
    first_value=5000,
    apart=PIECES,
)
LATE = "Акт приёмки.pdf"
TAB_S = 60.0


@dataclass
class Linked(Placed):
    """One deal on its way through two systems. `legs` are the systems of its shipments, `ours` our number at the
    warehouse, `filed`: its tab lists the late document."""

    cast = CAST
    barn: str = ""
    legs: tuple[str, ...] = ()
    ours: str = ""
    filed: bool = False

    @property
    def wanted(self) -> Status | None:
        return Status.CANCELLED if self.outcome == "cancelled" else Status.DELIVERED

    @property
    def as_it_should(self) -> bool:
        barn = BARNS[self.barn]
        met = bool(self.problem) == (self.outcome in ("short", "refused"))
        met = met and (self.outcome != "short" or any(f"({code})" in self.problem for code in (SHORT, REST)))
        late = self.filed or self.outcome != "late" or not barn.documents
        if self.outcome == "cancelled":
            return self.status == Status.CANCELLED and self.legs == (self.barn,)
        return super().as_it_should and self.legs[:1] == (self.barn,) and barn.carrier in self.legs and met and late


class Chains(Teller):
    """Tells it on a portal of its own."""

    def __init__(self, house: House, say: Say, portal: int = 2) -> None:
        super().__init__(house, say, portal)
        self.codes = tuple(BARNS)
        self._systems: dict[int, str] = {}

    # --- before ------------------------------------------------------------------------------------------------------

    @property
    def systems(self) -> Mapping[int, str]:
        """Account -> its system."""
        return self._systems

    def set_up(self) -> None:
        """Accounts of all systems, a rule for each warehouse, five deals for each."""
        steer = self._house.steer
        carriers = sorted({barn.carrier for barn in BARNS.values()})
        for code in (*self.codes, *carriers):
            steer("POST", f"/{code}/settings", {"auto_route": True, "step_seconds": STEP_S})
        steer("POST", f"{self._base}/fields", {"name": ERP_FIELD, "kind": "string", "label": "Заказ в SAP"})
        account = self._house.addresses["cdek"]["accounts"][2]
        self._triggers = set_up(steer, self._member, account, sender={"shipment_point": "", **SENDER}).triggers
        others = [code for code in (*self.codes, *carriers) if code != "cdek"]
        accounts = connect_all(self._house, self._member, others, self._parts)
        self._systems = {account: code for code, account in accounts.items()}
        page = open_app(steer, self._member)
        page.press("/app/fields", {**_roles(page.get("/app/s/fields")), "role_reference": ERP_FIELD})
        self._rules(accounts)
        self._wait(self._switched_on, SETTLE_S)
        self._deals()

    def _rules(self, accounts: Mapping[str, int]) -> None:
        page = open_app(self._house.steer, self._member)
        for at, (code, barn) in enumerate(BARNS.items()):
            service = barn.service or discover()[barn.carrier].manifest.services[0][0]
            form = {
                "title": f"{discover()[code].manifest.title['ru']} → {discover()[barn.carrier].manifest.title['ru']}",
                "connection_id": str(accounts[barn.carrier]),
                "before": f"{accounts[code]}:packed",
                "service_courier": service,
                "service_pickup": service,
                **CAST.values(at),
            }
            page.press("/app/rules/0", form)

    def _deals(self) -> None:
        ids = self._house.steer("POST", f"{self._base}/bulk", {"count": len(self.codes) * len(CHAPTERS)})["deals"]
        product = int(self._house.steer("GET", f"{self._base}/goods/{ARTICLE}")["id"])
        for place, deal_id in enumerate(ids):
            outcome, barn = CHAPTERS[place % len(CHAPTERS)], self.codes[place // len(CHAPTERS)]
            fields = ("",) if outcome == "refused" else ()
            story = Linked(deal_id, outcome, fields, outcome == "refused", barn=barn, place=place)
            self.stories[deal_id] = story
            self._write(story, product)

    def _write(self, story: Linked, product: int) -> None:
        """The goods, who gets them, and what the warehouse will do with them."""
        steer = self._house.steer
        row = {"productId": product, "price": story.price / PIECES, "quantity": PIECES}
        steer("POST", f"{self._base}/rows", {"id": story.deal_id, "rows": [row]})
        wish = {"deal": story.deal_id, "name": story.name, "address": self._address(story)}
        steer("POST", f"{self._base}/wish", wish)
        if story.barn == "sap_ewm":
            self._order_in_sap(story)
        override: dict[str, Any] = {"match": {"recipient": story.called}}
        route = {"short": "short", "cancelled": "stay"}.get(story.outcome, "shipped")
        steer("POST", f"/{story.barn}/overrides", {**override, "route": route})
        if story.outcome == "refused":
            refusal = {**override, "errors": [BARNS[story.barn].refusal], "times": 1}
            steer("POST", f"/{story.barn}/overrides", refusal)

    def _order_in_sap(self, story: Linked) -> None:
        """Sales entered it there first: its number stands in the deal's field."""
        who = {"name": story.name, "phone": "+79000001462", "city": "Казань", "street": "ул. Баумана", "house": "1"}
        order = {"lines": [{"sku": ARTICLE, "quantity": PIECES}], "recipient": who, "label": story.name}
        number = self._house.steer("POST", "/sap_ewm/sales_orders", order)["order"]
        self._house.steer("POST", f"{self._base}/edit", {"id": story.deal_id, "fields": {ERP_FIELD: number}})

    @staticmethod
    def _address(story: Linked, more: str = "") -> str:
        return ADDRESS.format(n=1 + story.place) + more

    # --- meanwhile ----------------------------------------------------------------------------------------------------

    def fix(self) -> None:
        """Managers correct what a warehouse refused, and call one deal of each off before it is picked."""
        linked = [story for story in self.stories.values() if isinstance(story, Linked)]
        refused = [story for story in linked if story.outcome == "refused"]
        for story in refused:
            wish = {"deal": story.deal_id, "address": self._address(story, ", кв. 5")}
            self._house.steer("POST", f"{self._base}/wish", wish)
        self._pass(SWEEP_S)
        self._wait(lambda: self._numbered(refused), NUMBERS_S)
        off = [story for story in linked if story.outcome == "cancelled"]
        for story in off:
            self._cancel(story)
        self._pass(STEP_S / 2)  # MoySklad is looked at every ten minutes
        self._wait(lambda: self._all_are(off, Status.CANCELLED), NUMBERS_S)

    def _pass(self, seconds: float) -> None:
        """The clock of the emulated world runs ahead; then everybody does what is due, as they would in that time."""
        super()._pass(seconds)
        self._wait(self._idle, SETTLE_S)

    def _idle(self) -> bool:
        """Nothing of this portal is due any more: no call, no look at an order, no news, nothing to write there."""
        now = datetime.fromisoformat(self._house.steer("GET", "/clock")["now"])
        open_calls = (IntentState.WAITING, IntentState.SENDING, IntentState.UNCERTAIN)
        with read_scope(self._parts.sessions) as session:
            mine = self._portal_id(session)
            feeds = select(Connection.feed_id).where(Connection.portal_id == mine)
            due = (
                exists().where(Intent.portal_id == mine, Intent.state.in_(open_calls)),
                exists().where(Shipment.portal_id == mine, Shipment.next_poll_at <= now),
                exists().where(FeedRow.id.in_(feeds), FeedRow.due_at <= now),
                exists().where(OutboxRow.portal_id == mine, OutboxRow.state == OutboxState.PENDING),
            )
            return not any(session.scalar(select(each)) for each in due)

    def travel(self) -> None:
        """To their ends; then a document turns up at some warehouses, and is in the deal's tab."""
        self._arrive()
        late = [story for story in self.stories.values() if isinstance(story, Linked) and story.outcome == "late"]
        late = [story for story in late if BARNS[story.barn].documents]
        for story in late:
            self._house.steer("POST", f"/{story.barn}/orders/{story.ours}/documents", {"kind": "act", "name": LATE})
        self._wait(lambda: all(self._files(story) for story in late), TAB_S)
        self._wait(self._told, SETTLE_S)

    def _files(self, story: Linked) -> bool:
        """Whether its tab lists the document by now: the panel reads when it is looked at."""
        if not story.filed:
            story.filed = LATE in self._tab(story.deal_id).press("/tab/documents/again")
        return story.filed

    # --- looking -----------------------------------------------------------------------------------------------------

    def _seen(self, story: Story, rows: Sequence[Shipment]) -> None:
        super()._seen(story, rows)
        if isinstance(story, Linked):
            story.legs = tuple(self._systems[row.connection_id] for row in rows if row.remote_id)
            story.ours = next((row.number for row in rows if self._systems[row.connection_id] == story.barn), "")


def _roles(page: str) -> dict[str, str]:
    """What the form of fields holds now."""
    found: dict[str, str] = {}
    for name, inside in re.findall(r'<select[^>]*name="(role_[a-z_]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\sselected', inside)
        found[name] = chosen[1] if chosen else ""
    return found
