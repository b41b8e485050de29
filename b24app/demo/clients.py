"""What clients hear of the first portal's parcels: an SMS at each step through the emulated gateway, set up by the
wizard as an administrator does, each with a link to the page of their parcel."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import Any

import requests

from b24app.demo.accounts import connect_all
from b24app.demo.house import House
from b24app.demo.person import PageFailedError
from b24app.demo.setting_up import open_app
from b24app.demo.teller import Say
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel
from b24app.logistics.status import Status
from b24app.parts import Parts
from b24app.store import portals
from b24app.store.engine import read_scope
from b24app.store.models import Message, MessageState, Shipment

GATEWAY = "smsc"
WAIT_S = 90.0
#: For all of them: the account of the first day is good for about a hundred.
MONEY = 1_000_000
#: States in which the gateway has the message.
_WENT = (MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED)
_LINK = re.compile(r"https?://\S+/t/\S+?(?=[\s.,]*(?:\s|$))")


class Clients:
    """Of one portal; `set_up` before its deals move, `tell` after their parcels came to their ends."""

    def __init__(self, house: House, say: Say, member: str) -> None:
        self._house, self._say, self._member = house, say, member
        self._parts = Parts.open(house.settings())

    def set_up(self) -> None:
        """Raises PageFailedError."""
        gateway = self._house.addresses[GATEWAY]["accounts"][0]
        self._house.steer("POST", f"/smsc/accounts/{gateway['login']}", {"kopecks": MONEY})
        account = connect_all(self._house, self._member, [GATEWAY], self._parts)[GATEWAY]
        page = open_app(self._house.steer, self._member)
        for step, form in (
            (1, {"way1": Channel.SMS.value}),
            (2, {f"on_{each.value}": "yes" for each in Moment}),
            (3, {}),
            (4, {"quiet_from": "0", "quiet_to": "0", "sms": str(account), "sender": ""}),
        ):
            page.press(f"/app/messages/step/{step}", form)
        page.press("/app/messages/on", {})
        with read_scope(self._parts.sessions) as session:
            portal = portals.by_member(session, self._member)
            rules = (portal.settings or {}).get("message_rules", {}) if portal else {}
        if not rules.get("on"):
            raise PageFailedError("messages were not switched on")

    # --- what came of it ----------------------------------------------------------------------------------------------

    def tell(self) -> bool:
        """Whether every client whose parcel came heard of it, and nothing twice, by the gateway's own journal. Of whom
        nobody can reach, the deal says so. (The demo's days are seconds: a delivery that is learnt a day late is no
        news, and nobody is told.)"""
        self._house.steer("POST", "/clock", {"advance": 120})  # what the gateway has put off
        end = time.monotonic() + WAIT_S
        while self._waiting() and time.monotonic() < end:
            time.sleep(0.5)
        rows, ends = self._kept()
        went = [row for row in rows if row.state in _WENT]
        journal = self._house.steer("GET", f"/journal?system={GATEWAY}&kind=sms.accepted&limit=100000")["entries"]
        taken = Counter(str(row["key"]) for row in journal)
        twice = [key for key, n in taken.items() if n > 1]
        lost = [row.id for row in went if taken[str(row.number)] != 1]
        unreached = {row.shipment_id for row in rows if row.state == MessageState.FAILED}
        silent = ends - unreached - {row.shipment_id for row in went}
        pages = self._pages(went)
        self._say(
            f"{len(went)} SMS to clients; the gateway took {sum(taken.values())}, {len(twice)} of them twice. Of "
            f"{len(ends)} parcels that came {len(silent)} were never told of, {len(unreached & ends)} clients have no "
            f"phone that takes them. {pages} of 5 links lead to a parcel's page."
        )
        return bool(went) and not (twice or lost or silent or self._waiting()) and pages == 5

    def _waiting(self) -> int:
        rows, _ = self._kept()
        on_its_way = (MessageState.WAITING, MessageState.QUEUED, MessageState.SENDING, MessageState.UNCERTAIN)
        return sum(row.state in on_its_way for row in rows)

    def _kept(self) -> tuple[list[Message], set[int]]:
        """All messages, and the parcels that were delivered."""
        with read_scope(self._parts.sessions) as session:
            portal = portals.by_member(session, self._member)
            of = portal.id if portal else 0
            rows = session.query(Message).filter(Message.portal_id == of).all()
            done = session.query(Shipment.id).filter(Shipment.portal_id == of, Shipment.status == Status.DELIVERED)
            return rows, {row.id for row in done}

    def _pages(self, went: list[Message]) -> int:
        """How many links of the last five messages that carry one lead to a page."""
        found: list[Any] = [_LINK.search(str((row.said or {}).get("body", ""))) for row in reversed(went)]
        links = [each.group(0) for each in found if each][:5]
        return sum(requests.get(link, timeout=20).status_code == requests.codes.ok for link in links)
