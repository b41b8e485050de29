"""The life of a cargo: statuses, the last mile, what is undone, the way back (§7, §8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.pek.core import Pek
from sandbox.pek.data import directories as names
from sandbox.pek.data.directories import DELIVERY_STATUSES, StatusKind, find_status
from sandbox.pek.model import Cargo, StatusRow

_KEYS = {"code", "delivery", "undo", "reason", "given", "undocumented", "id", "routed", "wait"}


def begin(pek: Pek, cargo: Cargo) -> None:
    """The first status: announced, or a pickup asked for."""
    _set(pek, cargo, find_status(names.FETCH_ASKED if cargo.order_type else names.WAITING), "")


def move(pek: Pek, cargo: Cargo, step: Mapping[str, Any]) -> None:
    """``code``: a text of ``cargoStatus`` or an id; ``delivery``: a code of ``deliverystatus``; ``undo``: the newest
    status never happened. Raises ValueError."""
    if strange := sorted(set(step) - _KEYS):
        raise ValueError(f"unknown keys: {', '.join(strange)} (known: {', '.join(sorted(_KEYS))})")
    if step.get("routed") and cargo.returning:
        return
    if step.get("undo"):
        _undo(pek, cargo)
        return
    if (delivery := step.get("delivery")) is not None:
        if delivery not in DELIVERY_STATUSES:
            raise ValueError(f"no such delivery status: {delivery}")
        cargo.delivery_code = delivery
        pek.note("order.status", cargo.number, code=cargo.shown_code, delivery=delivery)
    if "code" in step:
        _by_code(pek, cargo, step)
    elif delivery is None:
        raise ValueError("a step needs code, delivery or undo")


def _by_code(pek: Pek, cargo: Cargo, step: Mapping[str, Any]) -> None:
    code = str(step["code"])
    kind = find_status(code)
    if kind is None:
        if not step.get("undocumented"):
            raise ValueError(f"no such status: {code}")
        kind = StatusKind(int(step.get("id", 9000)), int(step.get("id", 9000)), code, False)
    text = ""
    if kind.id == 16:
        text = names.PARTLY.format(int(step.get("given", cargo.places)), cargo.places)
    _set(pek, cargo, kind, text, str(step.get("reason") or ""))


def _set(pek: Pek, cargo: Cargo, kind: StatusKind | None, text: str, reason: str = "") -> None:
    assert kind is not None  # noqa: S101 (a status of ours that is in the table)
    moment = pek.time()
    said = text or kind.said or kind.name
    cargo.statuses.append(StatusRow(kind.id, said, moment, kind.is_final))
    if kind.type == "pickup":
        cargo.pickup_planned = cargo.pickup_planned or kind.id > 4000
        if kind.id != 4000:
            pek.note("order.status", cargo.number, code=cargo.shown_code, status=said)
            return
    cargo.status, cargo.status_id, cargo.reason = text or kind.name, kind.id, reason or cargo.reason
    if kind.id in (17, 18):
        cargo.returning = True
    _stamp(pek, cargo, kind, moment)
    pek.note("order.status", cargo.number, code=cargo.shown_code, status=cargo.status)


def _stamp(pek: Pek, cargo: Cargo, kind: StatusKind, moment: float) -> None:
    if kind.id in (3, 5, 6, 21):
        cargo.times.setdefault("takeOnStock", moment)
        cargo.times.setdefault("arrivalPlan", moment + 3 * 86400)
        if pek.switches.new_code_on_acceptance and not cargo.final_code:
            cargo.final_code = pek.next_final_code()
    elif kind.id in (7, 9):
        cargo.times.setdefault("sending", moment)
    elif kind.id == 10:
        cargo.times.setdefault("arrival", moment)
        if cargo.door:
            cargo.times["deliveryPlan"] = moment + 86400
            cargo.delivery_code = cargo.delivery_code or 3010
    elif kind.id in (8, 13, 14, 15):
        cargo.times.setdefault("giveOut", moment)
        if kind.id != 13:
            cargo.times["received"] = moment


def _undo(pek: Pek, cargo: Cargo) -> None:
    live = [row for row in cargo.statuses if not row.is_cancel]
    if len(live) < 2:
        raise ValueError("nothing to undo")
    live[-1].is_cancel = True
    before = names.STATUS_BY_ID.get(live[-2].id)
    cargo.status_id, cargo.status = live[-2].id, before.name if before else live[-2].name
    cargo.times.pop("received", None)
    pek.note("order.status", cargo.number, code=cargo.shown_code, status=cargo.status, undone=live[-1].name)


def send_back(pek: Pek, cargo: Cargo, reason: str) -> None:
    """The sender had it returned: from now on only the way back counts."""
    _set(pek, cargo, find_status(names.SENT_BACK), "", reason)
    pek.note("return.accepted", cargo.number, code=cargo.shown_code)
    if pek.switches.auto_route or cargo.walking:
        pek.walk(cargo, "way_back")
