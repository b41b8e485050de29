"""The tab in deals and in returns, the page of many deals and the notifications: list what is bound, unbind what points
elsewhere, bind the missing (bitrix24-app.md §4.1, §5.1).

What belongs to the smart process for returns is bound for the one that we know; where a run makes or chooses another
one, its step binds that (`returns`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import inner_error
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.own_fields import POINT_TYPE
from b24app.store import portals, return_process
from install import wanted_returns
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

PLACED, BOUND, LISTED = Read("placement.get"), Read("event.get"), Read("events")


def placement_reads(ground: Ground) -> list[Read]:
    return [PLACED, Read("userfieldtype.list")] if has(Feature.TAB, ground.granted) else []


def event_reads(ground: Ground) -> list[Read]:
    return [BOUND, *([LISTED] if _entity(ground) else [])]


def return_reads(ground: Ground) -> list[Read]:
    """What `for_returns` begins with."""
    placed = [PLACED] if has(Feature.TAB, ground.granted) else []
    return [*placed, BOUND, LISTED]


def for_returns(ground: Ground) -> None:
    """The tab and the notifications of the process that we know now, and of no other."""
    told = ground.get_all(return_reads(ground))
    commands = []
    if has(Feature.TAB, ground.granted):
        commands += _return_tab(ground, _placed(told[0]), _entity(ground))
    commands += _events(ground, told[-2], told[-1])
    _run(ground, commands)


def _entity(ground: Ground) -> int:
    """Of the smart process for returns; 0 = the portal has none."""

    def load(session: Session) -> int:
        known = return_process.Kept.of(portals.get(session, ground.portal_id).settings or {})
        return known.process.entity if known.process is not None and known.off is None else 0

    return ground.save(load) if has(Feature.RETURNS, ground.granted) else 0


def _placed(result: Any) -> list[Binding]:
    rows = [as_map(row) for row in as_list(result)]
    return [Binding(str(row.get("placement", "")), str(row.get("handler", ""))) for row in rows]


def _return_tab(ground: Ground, there: Sequence[Binding], entity: int) -> list[Command]:
    mine = [each for each in there if wanted_returns.is_place(each.name)]
    names = [wanted_returns.place(entity)] if entity else []
    handler = ground.public_url + wanted_returns.PATH
    plan = plan_bindings(mine, names, handler, wanted_returns.is_place)
    return _commands(plan, "placement", "PLACEMENT", "HANDLER", {"LANG_ALL": wanted_returns.PLACE_TITLES}, "rx")


def placements(ground: Ground) -> None:
    """The Delivery tab of deals, the page above their list and the type of field for a point, where the portal has
    granted the scope for them."""
    if not has(Feature.TAB, ground.granted):
        return
    ours = _placed(ground.get(PLACED))
    commands = []
    for at, (code, path, titles) in enumerate(PLACES):
        plan = plan_bindings([each for each in ours if each.name.upper() == code], [code], ground.public_url + path)
        commands += _commands(plan, "placement", "PLACEMENT", "HANDLER", {"LANG_ALL": titles}, f"{at}x")
    commands += _return_tab(ground, ours, _entity(ground))
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
    """Notifications about deals, about items of returns and about the app itself."""
    _run(ground, _events(ground, ground.get(BOUND), ground.get(LISTED) if _entity(ground) else ()))


def _events(ground: Ground, bound: Any, listed: Any) -> list[Command]:
    rows = [as_map(row) for row in as_list(bound)]
    ours = [Binding(str(row.get("event", "")), str(row["handler"])) for row in rows if row.get("handler")]
    entity = _entity(ground)
    items = wanted_returns.events(entity, [str(each) for each in as_list(listed)]) if entity else ()
    plan = plan_bindings(ours, [*EVENTS, *items], ground.hooks_url + EVENTS_PATH, wanted_returns.is_event)
    return _commands(plan, "event", "event", "handler", {})


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
