"""The tab in deals, the page of many deals and the notifications: list what is bound, unbind what points elsewhere,
bind the missing (bitrix24-app.md §4.1, §5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import inner_error
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.own_fields import POINT_TYPE
from install.steps.catalogue import Ground, Read
from install.wanted import (
    EVENTS,
    EVENTS_PATH,
    FIELD_PATH,
    FIELD_TITLES,
    PLACES,
    Binding,
    BindingPlan,
    plan_bindings,
)


def placement_reads(ground: Ground) -> list[Read]:
    return [Read("placement.get"), Read("userfieldtype.list")] if has(Feature.TAB, ground.granted) else []


def event_reads(_ground: Ground) -> list[Read]:
    return [Read("event.get")]


def placements(ground: Ground) -> None:
    """The Delivery tab of deals, the page above their list and the type of field for a point, where the portal has
    granted the scope for them."""
    if not has(Feature.TAB, ground.granted):
        return
    rows = [as_map(row) for row in as_list(ground.ask("placement.get"))]
    ours = [Binding(str(row.get("placement", "")), str(row.get("handler", ""))) for row in rows]
    commands = []
    for at, (code, path, titles) in enumerate(PLACES):
        plan = plan_bindings([each for each in ours if each.name.upper() == code], [code], ground.public_url + path)
        commands += _commands(plan, "placement", "PLACEMENT", "HANDLER", {"LANG_ALL": titles}, f"{at}x")
    _run(ground, [*commands, *_field_type(ground)])


def _field_type(ground: Ground) -> list[Command]:
    """Our type of field is registered, and calls the right address. The portal takes it away with the app (§1.9)."""
    rows = [as_map(row) for row in as_list(ground.ask("userfieldtype.list"))]
    there = next((row for row in rows if row.get("USER_TYPE_ID") == POINT_TYPE), None)
    handler = ground.public_url + FIELD_PATH
    if there is not None and there.get("HANDLER") == handler:
        return []
    told = {**FIELD_TITLES.get(ground.lang, FIELD_TITLES["en"]), "HANDLER": handler}
    verb = "update" if there is not None else "add"
    return [Command("t0", f"userfieldtype.{verb}", {"USER_TYPE_ID": POINT_TYPE, **told})]


def events(ground: Ground) -> None:
    """Notifications about deals and about the app itself."""
    rows = [as_map(row) for row in as_list(ground.ask("event.get"))]
    ours = [Binding(str(row.get("event", "")), str(row["handler"])) for row in rows if row.get("handler")]
    _run(
        ground, _commands(plan_bindings(ours, EVENTS, ground.hooks_url + EVENTS_PATH), "event", "event", "handler", {})
    )


def _commands(
    plan: BindingPlan, what: str, name: str, handler: str, more: dict[str, Any], of: str = ""
) -> list[Command]:
    """`of` tells the keys of several plans in one batch apart."""
    stale = [
        Command(f"u{of}{at}", f"{what}.unbind", {name: each.name, handler: each.handler})
        for at, each in enumerate(plan.stale)
    ]
    fresh = [
        Command(f"b{of}{at}", f"{what}.bind", {name: each.name, handler: each.handler, **more})
        for at, each in enumerate(plan.missing)
    ]
    return [*stale, *fresh]


def _run(ground: Ground, commands: Sequence[Command]) -> None:
    if not commands:
        return
    answer = ground.do(commands)
    for command in commands:
        inner_error(answer.results.get(command.key), command.method)
