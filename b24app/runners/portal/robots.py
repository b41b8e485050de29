"""Robots of ours that a portal's automation reached: each becomes a wish of a return (one of a deal's delivery:
`robot_deals`), or is answered at once with what is wrong with it. No call of the portal: what the wish needs is read
where wishes are carried out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.names import DEAL
from b24app.bitrix24.robots import BELL, MOVE, OF_DEALS, QUIET, START, TROUBLE, RobotCall
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Told
from b24app.flows.returns.rules import ReturnRules
from b24app.lanes.slices import Slice
from b24app.logistics.jsonable import dump
from b24app.logistics.numbers import read_decimal
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import ReturnStage
from b24app.runners.portal import robot_deals
from b24app.runners.services import Services
from b24app.store import inbox, portals, return_acts, return_process, returns, robot_answers
from b24app.store.crypto import unseal
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal
from b24app.store.return_acts import ActKind, Wanted
from b24app.store.returns import Kept

MOST_LINES, MOST_NOTE = 100, 1000
#: `ART-1 × 2`, `ART-1; 2`, `ART-1 2`: an article, and perhaps how many of it.
_LINE = re.compile(r"(?P<sku>.+?)(?:\s*[;×*\t]\s*|\s+[xх]\s+|\s+)(?P<count>\d+(?:[.,]\d+)?)\s*\Z", re.IGNORECASE)


class _Refused(Exception):  # noqa: N818 - a way out, not an error
    """The wish cannot even be asked for; `return_id` is the one that it is about, where that is known."""

    def __init__(self, problem: Problem, return_id: int | None = None) -> None:
        super().__init__(problem.code)
        self.problem, self.return_id = problem, return_id


def serving(services: Services) -> Callable[[Slice, Sequence[Claimed]], None]:
    """A chore for rows of kind `robot`."""

    def serve(slice_: Slice, rows: Sequence[Claimed]) -> None:
        now, engine = services.clock.now(), slice_.sessions.kw["bind"]
        calls = {row.key: RobotCall.from_json(json.loads(unseal(engine, row.payload["sealed"]))) for row in rows}
        wake: set[LaneRef] = set()
        with session_scope(slice_.sessions) as session:
            slice_.check(session)
            portal = portals.get(session, slice_.portal_id)
            for row in rows:
                call = calls[row.key]
                if call.code in OF_DEALS:
                    wake |= robot_deals.begin(services, session, portal, row.key, call, now, row.trace_id)
                else:
                    take(session, portal, row.key, call, now, row.trace_id)
            inbox.close(session, slice_, [row_id for row in rows for row_id in row.ids], now)
        for lane in wake:
            services.waker.wake(lane)

    return serve


def take(session: Session, portal: Portal, key: str, call: RobotCall, now: datetime, trace_id: str) -> None:
    """One call becomes a wish, or an answer that says what is wrong with it; `key` names the call."""
    heard = call.properties.get(TROUBLE, "").strip()
    waits = {
        "token": call.token if call.waits else "", "key": key,
        "robot": robot_deals.name_of(portal, call.code) if call.code in (START, MOVE) else call.code,
        "quiet": heard == QUIET, "bell": heard == BELL,
    }  # fmt: skip
    try:
        kind, deal_id, kept, given = _wish(session, portal, call)
    except _Refused as refused:
        deal, about, problems = call.item if call.entity == DEAL else 0, refused.return_id, (refused.problem,)
        robot_answers.queue(session, portal.id, deal, waits, about, problems, now=now, trace_id=trace_id)
        return
    given |= {robot_answers.WAITS: waits}
    wanted = Wanted(
        kind, f"robot:{key}", Actor.AUTOMATION, deal_id, kept.id if kept is not None else None, given, source=call.code
    )
    return_acts.ask(session, portal.id, wanted, now=now, trace_id=trace_id)


def _wish(session: Session, portal: Portal, call: RobotCall) -> tuple[ActKind, int, Kept | None, dict[str, Any]]:
    """What is asked for, of which deal and return. Raises _Refused."""
    if call.code == START and call.entity == DEAL:
        return ActKind.BEGIN, call.item, None, _beginning(portal, call.properties)
    if call.code == MOVE:
        kept = _return_of(session, portal, call)
        return ActKind.MOVE, kept.case.deal_id, kept, _move(call.properties, kept)
    raise _Refused(Problem("robot_place", Field.NONE, Who.ADMIN))


# --- beginning --------------------------------------------------------------------------------------------------------


def _beginning(portal: Portal, properties: Mapping[str, str]) -> dict[str, Any]:
    told = told_goods(properties.get("goods", ""))
    return {
        **({"told": dump(told)} if told else {}),
        "reason": _reason(portal, properties.get("reason", "")),
        "note": properties.get("note", "").strip()[:MOST_NOTE],
        "approve": properties.get("approve", "").strip().upper() in ("Y", "1", "TRUE"),
    }


def told_goods(text: str) -> list[Told]:
    """Articles, one a line, with how many of each (one where no number stands). Raises _Refused for what is no such
    line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise _Refused(Problem("robot_goods_many", Field.ITEMS, Who.ADMIN, params={"most": MOST_LINES}))
    return [_told(line) for line in lines]


def _told(line: str) -> Told:
    found = _LINE.match(line)
    sku = (found["sku"] if found else line).strip()
    count = read_decimal(found["count"].replace(",", ".")) if found else Decimal(1)
    if not sku or not count:
        raise _Refused(Problem("robot_goods", Field.ITEMS, Who.ADMIN, params={"line": line[:100]}))
    # An article or a name: whichever the deal's goods have.
    return Told(count, sku, sku)


def _reason(portal: Portal, named: str) -> str:
    """The code of a reason that is named by its code or in any language."""
    plain = named.strip().casefold()
    if not plain:
        return ""
    reasons = ReturnRules.of(portal.settings).reasons
    for each in reasons:
        if plain in {each.code.casefold(), *(name.casefold() for name in each.names.values())}:
            return each.code
    raise _Refused(Problem("robot_reason", Field.NONE, Who.ADMIN, params={"reason": named.strip()[:100]}))


# --- moving -----------------------------------------------------------------------------------------------------------


def _move(properties: Mapping[str, str], kept: Kept) -> dict[str, Any]:
    stage = properties.get("stage", "").strip()
    if stage not in set(ReturnStage):
        problem = Problem("robot_stage", Field.STAGE, Who.ADMIN, params={"stage": stage[:100]})
        raise _Refused(problem, kept.id)
    return {"to": stage, "why": properties.get("why", "").strip()[:MOST_NOTE]}


def _return_of(session: Session, portal: Portal, call: RobotCall) -> Kept:
    """The item's own return; of a deal the one that is named, else the only one under way."""
    process = return_process.Kept.of(portal.settings).process
    if call.entity != DEAL:
        if process is None or call.entity != process.entity:
            raise _Refused(Problem("robot_place", Field.NONE, Who.ADMIN))
        mine = returns.by_item(session, portal.id, call.item)
        if mine is None:
            raise _Refused(Problem("robot_no_return", Field.NONE, Who.ADMIN))
        return mine
    all_of_deal = returns.of_deals(session, portal.id, [call.item])[call.item]
    number = call.properties.get("number", "").strip().casefold()
    fits = [
        each
        for each in all_of_deal
        if (each.case.number.casefold() == number if number else not each.case.stage.is_final)
    ]
    if not fits:
        raise _Refused(Problem("robot_no_return", Field.NONE, Who.ADMIN))
    if len(fits) > 1:
        numbers = ", ".join(each.case.number for each in fits)
        raise _Refused(Problem("robot_many_returns", Field.NONE, Who.ADMIN, params={"numbers": numbers}))
    return fits[0]
