"""Runs one command under the operating limit and measures it (contract bitrix24-app §3.2, §3.6)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.state.portal import Portal

from .auth import check_method
from .call import Call, Identity, Listing
from .known import KNOWN
from .registry import METHODS, Method


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command's answer with its ``time`` block."""

    result: Any
    total: int | None
    next: int | None
    time: dict[str, Any]

    def body(self) -> dict[str, Any]:
        out: dict[str, Any] = {"result": self.result}
        if self.next is not None:
            out["next"] = self.next
        if self.total is not None:
            out["total"] = self.total
        out["time"] = self.time
        return out


class NotEmulatedError(RestError):
    """A real method that the sandbox does not have: refused loudly, never answered with a guess."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "SANDBOX_NOT_IMPLEMENTED", f"The sandbox does not emulate {name}. It is listed on the coverage page.", 501
        )


def find_method(name: str) -> Method:
    """The method; 404 for a name that does not exist, 501 for a real one that is not emulated."""
    found = METHODS.get(name.lower())
    if found is not None:
        return found
    if name.lower() in KNOWN:
        raise NotEmulatedError(KNOWN[name.lower()].name)
    raise RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)


def run(portal: Portal, identity: Identity, method: Method, params: dict[str, Any], *, nested: bool = False) -> Outcome:
    """Check, run and charge one command. Raises RestError."""
    check_method(portal, identity, method)
    mode = portal.switches.operating_mode
    charged = "batch" if nested and mode == "batch" else method.name
    counted = mode != "none" and not (method.name == "batch" and mode == "nested")
    if counted and not (nested and mode == "batch"):
        check_operating(portal, identity.client, charged)
    started, wall = portal.hub.clock.time(), time.perf_counter()
    answer = method.handler(Call(portal, identity, method.name, params))
    took = time.perf_counter() - wall
    spent = _charge(portal, identity.client, charged, method.name, took) if counted else None
    block = time_block(portal, started, took, spent)
    if isinstance(answer, Listing):
        return Outcome(answer.result, answer.total, answer.next, block)
    return Outcome(answer, None, None, block)


def check_operating(portal: Portal, client: str, name: str) -> None:
    """429 once the method's ten minutes are used up; checked before the call (§3.6)."""
    spent = portal.limits.operating(client, name).spent(portal.hub.clock.time())
    if spent >= portal.switches.operating_limit:
        raise RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)


def _charge(portal: Portal, client: str, charged: str, name: str, took: float) -> tuple[float, int]:
    now = portal.hub.clock.time()
    costs = portal.switches.operating_cost
    counter = portal.limits.operating(client, charged)
    counter.charge(now, took + costs.get(name, costs.get("*", 0.0)))
    return counter.total, counter.reset_at(now)


def time_block(portal: Portal, started: float, took: float, spent: tuple[float, int] | None) -> dict[str, Any]:
    """The ``time`` envelope of §3.2; operating keys are left out in mode "none"."""
    block: dict[str, Any] = {
        "start": started,
        "finish": started + took,
        "duration": took,
        "processing": took,
        "date_start": portal.iso(started),
        "date_finish": portal.iso(started + took),
    }
    if spent is not None:
        block |= {"operating_reset_at": spent[1], "operating": round(spent[0], 6)}
    return block
