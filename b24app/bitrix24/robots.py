"""Robots of ours in a portal's automation: what it POSTs to them, and the answer that a workflow waits for
(bitrix24-crm.md §7.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.names import DEAL
from b24app.logistics.jsonable import Jsonable

MAX_TOKEN, MAX_VALUE = 500, 4000
#: Codes of our robots.
START, MOVE = "waybill_return_start", "waybill_return_move"
QUOTE, CREATE, CANCEL = "waybill_quote", "waybill_create", "waybill_cancel"
POINT, LABEL = "waybill_point", "waybill_label"
#: Those that work on a deal's delivery, in the order in which somebody would use them.
OF_DEALS = (QUOTE, POINT, CREATE, LABEL, CANCEL)
#: Values of properties: what a shipment is chosen by, where nobody says which account and service.
BY_RULE, CHEAPEST, FASTEST = "rule", "cheapest", "fastest"
#: The property that says who hears of what did not work, and its values.
TROUBLE, FEED, BELL, QUIET = "trouble", "feed", "bell", "quiet"
_DEAL = re.compile(r"DEAL_(\d{1,18})\Z")
_DYNAMIC = re.compile(r"DYNAMIC_(\d{1,9})_(\d{1,18})\Z")
_PROPERTY = re.compile(r"properties\[([A-Za-z][A-Za-z0-9_]*)\]\Z")


@dataclass(frozen=True, slots=True)
class RobotCall(Jsonable):
    """A robot of ours was reached. `entity` is the type of the item (2 = a deal, 0 = none that we know), `token` opens
    `bizproc.event.send` once; `waits`: the workflow stands still until then."""

    code: str
    entity: int
    item: int
    token: str
    waits: bool
    properties: Mapping[str, str]


def parse_call(form: Mapping[str, str]) -> RobotCall | None:
    """What the handler was told, from names with brackets; None without a code or a token."""
    code, token = form.get("code", "")[:64], form.get("event_token", "")
    if not code or not token or len(token) > MAX_TOKEN:
        return None
    entity, item = _document(form.get("document_id[2]", ""))
    # Null comes as empty text. Its own "no" is the only one that counts: unset is documented both ways.
    waits = form.get("use_subscription", "").upper() not in ("N", "0")
    found = {match[1]: value[:MAX_VALUE] for name, value in form.items() if (match := _PROPERTY.match(name))}
    return RobotCall(code, entity, item, token, waits, found)


def _document(text: str) -> tuple[int, int]:
    if deal := _DEAL.match(text):
        return DEAL, int(deal[1])
    if dynamic := _DYNAMIC.match(text):
        return int(dynamic[1]), int(dynamic[2])
    return 0, 0


def answer(key: str, token: str, values: Mapping[str, str], log: str) -> Command:
    """The workflow goes on with these values. A token that was used, or whose workflow ended, is `ACCESS_DENIED`."""
    told: dict[str, Any] = {"EVENT_TOKEN": token, "RETURN_VALUES": dict(values), "LOG_MESSAGE": log}
    return Command(key, "bizproc.event.send", told)
