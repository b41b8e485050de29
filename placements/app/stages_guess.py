"""What a pipeline's form holds before anybody has saved it: the stage that ships, the account and the stages that
statuses lead to, guessed from names. Nothing of it counts until a person saves. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from b24app.logistics.status import Status
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import ConnectionState, Pipeline

#: Names that people give such stages, in the portals' languages.
_NAMES = {
    Status.IN_TRANSIT: re.compile(r"в пути|в доставке|in transit|on the way|shipped", re.IGNORECASE),
    Status.READY_FOR_PICKUP: re.compile(
        r"жд[её]т (?:получателя|клиента|в пункте)|в пункте|pick-?up|collection", re.IGNORECASE
    ),
    Status.OUT_FOR_DELIVERY: re.compile(r"у курьера|out for delivery|with (?:the )?courier", re.IGNORECASE),
    Status.DELIVERED: re.compile(r"^(?:доставлен|вручен|получен|delivered)", re.IGNORECASE),
    Status.RETURNING: re.compile(r"возвращ|едет обратно|return", re.IGNORECASE),
}


def untouched(row: Pipeline | None) -> bool:
    """Whether nobody has saved this pipeline's form yet."""
    return row is None or "more_triggers" not in (row.settings or {})


def trigger(data: Mapping[str, Any], facts: PortalFacts) -> str:
    """The stage that the installer found or made, else the one that is called like another pipeline's."""
    row = facts.pipelines.get(data["id"])
    if row is not None and row.trigger_stage:
        return row.trigger_stage
    known = facts.settings.get("pipelines", ())
    used = {each.trigger_stage for each in facts.pipelines.values() if each.trigger_stage}
    names = {_plain(stage) for each in known for stage in each["stages"] if stage["id"] in used}
    return next((str(s["id"]) for s in data["stages"] if not s["semantics"] and _plain(s) in names), "")


def account(facts: PortalFacts) -> str:
    """The account that works, if there is only one."""
    ready = [str(each.id) for each in facts.shippers if each.state == ConnectionState.READY]
    return ready[0] if len(ready) == 1 else ""


def mapping(stages: Sequence[Mapping[str, Any]], ships: str) -> dict[str, str]:
    """status -> stage, each stage at most once and never the one that ships. No status loses a deal by a guess."""
    free = [stage for stage in stages if stage["id"] != ships and stage["semantics"] != "F"]
    found: dict[str, str] = {}
    for status, name in _NAMES.items():
        fits = next((s["id"] for s in free if s["id"] not in found.values() and name.search(s["name"])), "")
        if fits:
            found[status.value] = str(fits)
    return found


def _plain(stage: Mapping[str, Any]) -> str:
    return " ".join(str(stage["name"]).casefold().split())
