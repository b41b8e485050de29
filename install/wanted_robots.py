"""Our robots as they should be in portals. Data and pure diffs. Facts: contracts/bitrix24-crm.md §7.2."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.robots import OF_DEALS
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.rules import Reason
from install.wanted_deal_robots import of_deals
from install.wanted_return_robots import of_returns

PATH = "/b24/robots/"
#: The page in which a robot's fields are chosen, for robots that have one (`placements/robot_settings.py`).
SETTINGS_PATH = "/robot/settings"
#: Codes of ours begin so: one that no release has any more is deleted.
PREFIX = "waybill_"


def robots(
    public_url: str,
    user: int,
    lang: str,
    reasons: Collection[Reason],
    process: ReturnProcess | None,
    settings_page: bool = False,
) -> dict[str, dict[str, Any]]:
    """Fields of `bizproc.robot.add` by code. Values of lists have one language: the portal's. `user`: whose key the
    portal gives to the handler, which must be on the domain of the app itself, also where machines have another.
    `settings_page`: the portal lets us show pages of our own; without it the fields stand in its own form alone."""
    shared = {"AUTH_USER_ID": user, "USE_SUBSCRIPTION": "Y"}
    page = {"USE_PLACEMENT": "Y", "PLACEMENT_HANDLER": f"{public_url}{SETTINGS_PATH}"}
    every = {**of_deals(lang), **of_returns(lang, reasons, process)}
    return {
        code: {
            "HANDLER": f"{public_url}{PATH}{code}",
            **shared,
            **own,
            **(page if settings_page and code in OF_DEALS else {"USE_PLACEMENT": "N"}),
        }
        for code, own in every.items()
    }


def digest(wanted: Mapping[str, Mapping[str, Any]]) -> str:
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:40]


def plan(wanted: Mapping[str, Mapping[str, Any]], there: Collection[str], registered: str) -> list[Command]:
    """What to do so that exactly these robots are there. The portal lists no more than codes: whether one is as it
    should be is known by what it was told last."""
    same = digest(wanted) == registered
    commands = [
        Command(f"a{at}", "bizproc.robot.add", {"CODE": code, **fields})
        if code not in there
        else Command(f"a{at}", "bizproc.robot.update", {"CODE": code, "FIELDS": dict(fields)})
        for at, (code, fields) in enumerate(wanted.items())
        if code not in there or not same
    ]
    gone = [code for code in there if code.startswith(PREFIX) and code not in wanted]
    return commands + [Command(f"d{at}", "bizproc.robot.delete", {"CODE": code}) for at, code in enumerate(gone)]
