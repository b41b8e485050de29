"""A fault run of messages: deals are shipped and delivered while everything breaks, their clients are told by SMS, by
the portal's trigger and by letter, and the portal's automation sends SMS through our sender; judged by the journals of
gateway and portal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from b24app.bitrix24.sms import CODE
from b24app.demo.accounts import connect_all
from b24app.demo.house import ONE_CARRIER, House
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, KEY, Channel, MessageRules, Template
from b24app.flows.messages.rules import Plan as Told
from b24app.store import portal_settings, portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Message, Portal
from tests.faults.driven import LOOK_S, Orders, Say, Verdict, deployed
from tests.faults.havoc import Havoc
from tests.faults.judge import Finding
from tests.faults.judge_messages import MessageCase, MessageEvidence, Shown, judge_messages
from tests.faults.run import FaultRun
from tests.faults.scale import Scale

SYSTEMS = (*ONE_CARRIER, "smsc")
KINDS = (
    ("smsc", "sms.accepted"),
    ("bitrix24", "trigger.executed"),
    ("bitrix24", "mail.sent"),
    ("bitrix24", "sms.asked"),
    ("bitrix24", "sms.posted"),
    ("bitrix24", "sms.told"),
)
#: What is told by which way. A parcel that was delivered stays so: that message can never be overtaken.
WAYS = {Moment.NUMBER: Channel.EMAIL, Moment.TRANSIT: Channel.TRIGGER, Moment.DELIVERED: Channel.SMS}
SENDER_S = 60.0
#: Times the scale's: between a parcel's statuses nobody has anything to do.
PATIENCE = 3


def run_messages(scale: Scale, orders: Orders, var: Path, say: Say) -> Verdict:
    """Raises what the deployment raises when it cannot even be started."""
    with deployed(scale, orders, var, SYSTEMS) as house:
        return MessageRun(house, scale, orders, say).run()


class MessageRun(FaultRun):
    """Its deals are shipped as in every run; what is looked at is what their clients hear."""

    def __init__(self, house: House, scale: Scale, orders: Orders, say: Say) -> None:
        super().__init__(house, scale, orders, say, KINDS)
        self._asked: dict[int, str] = {}

    def _judged(self) -> list[Finding]:
        return judge_messages(self._told(), self._found())

    def _counted(self, havoc: Havoc) -> dict[str, int]:
        rows = self._journal.of
        went = {"letters": len(rows("mail.sent")), "triggers": len(rows("trigger.executed"))}
        return {**super()._counted(havoc), "gateway_calls_broken": self._broken().count("smsc"), **went}

    # --- before ------------------------------------------------------------------------------------------------------

    def _steer_carrier(self) -> None:
        """… and the gateway: connected in peace, with rules and our sender in the portal."""
        super()._steer_carrier()
        steer = self._house.steer
        steer("POST", "/smsc/settings", {"step_seconds": 1.0, "seed": self._orders.seed})
        steer("POST", "/smsc/accounts/romashka", {"kopecks": 10_000_000})
        account = connect_all(self._house, self._member, ["smsc"], self._parts)["smsc"]
        text = {"ru": Template("Вручено {order}", "Заказ")}
        plans = {moment: Told(True, (channel,), text) for moment, channel in WAYS.items()}
        rules = MessageRules(True, {EVERY: plans}, 0, 0, account)
        with session_scope(self._parts.sessions) as session:
            portal_settings.merge(session, self._portal(session).id, **{KEY: rules.to_json()})
        for deal_id in self._deals:
            contact = steer("GET", f"{self._base}/deal/{deal_id}")["item"]["contactId"]
            box = {"n0": {"typeId": "EMAIL", "valueType": "WORK", "value": f"client{deal_id}@example.test"}}
            steer("POST", f"{self._base}/edit", {"id": contact, "entity_type_id": 3, "fields": {"fm": box}, "user": 7})
        path = f"{self._base}/senders"
        self._await(lambda: steer("GET", path)["senders"], SENDER_S, "our sender was not registered in peace")

    def _portal(self, session: Any) -> Portal:
        found = portals.by_member(session, self._member)
        assert found is not None
        return found

    def _break_calls(self) -> None:
        super()._break_calls()
        rule = {"system": "smsc", "action": "break_after", "match": {}, "probability": 2 * self._scale.share}
        self._house.steer("POST", "/faults", {**rule, "seed": self._orders.seed + 7})

    # --- havoc -------------------------------------------------------------------------------------------------------

    def _move_some(self) -> None:
        """The portal's automation sends an SMS of its own about each deal that moves."""
        waiting = list(self._waiting)
        super()._move_some()
        for deal_id in waiting[: len(waiting) - len(self._waiting)]:
            self._asked[deal_id] = f"Портал {deal_id}"
            spec = {"code": CODE, "id": deal_id, "phone": f"+7917{deal_id:07d}", "text": self._asked[deal_id]}
            self._house.steer("POST", f"{self._base}/sms", {**spec, "workflow": f"w.{deal_id}"})

    def _tell(self) -> None:
        rows = self._journal.of
        sms, fired, letters = len(rows("sms.accepted")), len(rows("trigger.executed")), len(rows("mail.sent"))
        self._say(f"  moved {len(self._asked)}, SMS {sms}, triggers {fired}, letters {letters}")

    def _send_again(self) -> None:
        """Its queue server found nobody: hooks die too, and such a message would never be asked for (§8.1 names no
        second try). Here it is given one, so that what follows is tried for every deal."""
        taken = {str(row["key"]) for row in self._journal.of("sms.posted") if row["data"]["status"] == 200}
        for row in self._journal.of("sms.asked"):
            if str(row["key"]) not in taken:
                self._house.steer("POST", f"{self._base}/sms/{row['key']}/send-again", {})

    def _await_end(self) -> None:
        """Until everything is told, or nothing has happened for a while: then somebody waits for a later hour. (A
        worker that was just started takes its time on a busy machine; a run that goes well does not wait for it.)"""
        self._journal.read()
        self._send_again()
        last = time.monotonic()
        while not self._complete() and not self._is_silent(last, PATIENCE * self._scale.patience_s):
            time.sleep(LOOK_S)
            self._house.supervisor.tick()
            if self._journal.read():
                last = time.monotonic()
        self._tell()

    def _complete(self) -> bool:
        texts = {str(row["data"]["text"]) for row in self._journal.of("sms.accepted")}
        ends = [row for row in self._journal.of("sms.told") if row["data"]["status"] == "delivered"]
        wanted = {*self._told().told.values(), *self._asked.values()}
        return not self._waiting and wanted <= texts and len(ends) >= len(self._asked)

    # --- evidence ----------------------------------------------------------------------------------------------------

    def _told(self) -> MessageCase:
        return MessageCase({deal_id: f"Вручено № {deal_id}" for deal_id in self._deals}, self._asked)

    def _found(self) -> MessageEvidence:
        self._journal.read()
        rows = self._journal.of
        fired = [row for row in rows("trigger.executed") if str(row["data"]["code"]) == "waybill.transit"]
        with read_scope(self._parts.sessions) as session:
            mine = select(Message).where(Message.portal_id == self._portal(session).id, Message.moment != "")
            kept = list(session.scalars(mine))
        shown: dict[str, dict[int, Shown]] = {}
        for row in kept:
            shown.setdefault(row.moment, {})[row.deal_id] = Shown(row.state, row.why)
        return MessageEvidence(
            rows("sms.accepted"), fired, rows("mail.sent"), rows("sms.told"), rows("sms.asked"), shown
        )
