"""The smart process "Returns": found again or made, and mended (contracts/bitrix24-crm.md §6).

Ours is the type we remember, else one whose fields carry our mark, else the one that a call made whose answer never
came. A portal gets a second one only when its administrator asks for it. What portals rename or add stays; a stage or a
field that is gone is there again after the next look; a type that is gone is told, and made again by an installation or
when somebody asks. A portal that refuses (its plan, our rights) goes without: that is told, and tried again each day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.deals import PAGE
from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import NOT_RUN
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.names import DEAL
from b24app.bitrix24.smart_process import (
    Described,
    SmartType,
    StageRow,
    directory_of,
    field_name,
    marked_types,
    parse_described,
    parse_stages,
    parse_type,
    parse_types,
    related,
)
from b24app.flows.return_process import OffReason, ReturnField, ReturnProcess
from b24app.store import portals, return_process
from b24app.store.models import PortalState
from b24app.store.return_process import Kept, Making, Off, TypeName
from b24app.wire.errors import NotSent, Why
from install.steps import bindings
from install.steps.catalogue import Ground, Read
from install.wanted_returns import (
    FIELDS,
    MARK,
    field_creation,
    free_title,
    plan_stages,
    type_creation,
)

#: A call of which no answer came may go on in the portal for a minute: only then is it sure that it made nothing.
SETTLES = timedelta(seconds=70)
#: Pages of 50 types, at most.
PAGES = 10
_MARKED = Read("userfieldconfig.list", {"moduleId": "crm", "select": {"0": "*"}, "filter": {"xmlId": MARK}})
_REASONS = {Kind.PLAN: OffReason.PLAN, Kind.ACCESS: OffReason.ACCESS, Kind.METHOD: OffReason.ABSENT}
#: Refusals of our key, not of the smart process.
_OF_THE_KEY = frozenset({Kind.TOKEN, Kind.TOKEN_DEAD, Kind.CONFIRM})


def reads(ground: Ground) -> list[Read]:
    if not has(Feature.RETURNS, ground.granted):
        return []
    process, bound = _kept(ground)[0].process, bindings.return_reads(ground)
    if process is None:
        return [_types_page(0), _MARKED, *bound]
    stages = [_stages_of(process)] if process.category else []
    return [_types_page(0), _fields_of(process), *stages, *bound]


def run(ground: Ground) -> None:
    if not has(Feature.RETURNS, ground.granted):
        return
    kept, fresh = _kept(ground)
    try:
        _provide(ground, kept, fresh)
    except RestError as error:
        if error.retryable or error.portal_wide or error.kind in _OF_THE_KEY:
            raise
        words = error.text or error.code
        ground.skipped.append(words)
        why = _REASONS.get(error.kind, OffReason.REFUSED)
        _keep(ground, kept, lambda now: replace(now, off=_off(ground, why, words)))
    _bind(ground, kept)


def _bind(ground: Ground, before: Kept) -> None:
    """What belongs to the process in use. Steps of the same run have done that for the one that was known before them;
    alone, this step looks itself."""
    now, was = _entity(_kept(ground)[0]), _entity(before)
    if now != was:
        ground.ahead.pop(bindings.LISTED.key, None)  # a process that is new has events since
        bindings.for_returns(ground)
    elif now and bindings.BOUND.key in ground.ahead:
        bindings.for_returns(ground)


def _entity(kept: Kept) -> int:
    return kept.process.entity if kept.process is not None and kept.off is None else 0


def _types_page(start: int) -> Read:
    return Read("crm.type.list", {"order": {"id": "ASC"}, "start": start})


def _fields_of(process: ReturnProcess) -> Read:
    return Read("crm.item.fields", {"entityTypeId": process.entity})


def _stages_of(process: ReturnProcess) -> Read:
    condition = {"ENTITY_ID": directory_of(process.entity, process.category)}
    return Read("crm.status.list", {"filter": condition, "order": {"SORT": "ASC"}})


def _kept(ground: Ground) -> tuple[Kept, bool]:
    """What we know, and whether the app is being installed (again)."""

    def load(session: Session) -> tuple[Kept, bool]:
        portal = portals.get(session, ground.portal_id)
        return Kept.of(portal.settings), portal.state == PortalState.INSTALLING

    return ground.save(load)


def _provide(ground: Ground, kept: Kept, fresh: bool) -> None:
    types = _types(ground)
    process, just = _remembered(kept, types), False
    if process is None and kept.process is not None and not (fresh or kept.anew):
        _keep(ground, kept, lambda now: replace(now, off=_off(ground, OffReason.GONE), types=_named(types)))
        return
    if process is None:
        process = _found(ground, kept, types)
    if process is None:
        process, just = _make(ground, types), True
    process, born = _with_fields(ground, process, just)
    process = _with_stages(ground, process, born)
    there = _named([*types, SmartType(process.type, process.entity, process.title)])
    _keep(ground, kept, lambda _: Kept(process=process, types=there))


def _off(ground: Ground, why: OffReason, said: str = "") -> Off:
    return Off(why, said, ground.now())


def _keep(ground: Ground, kept: Kept, edit: Callable[[Kept], Kept]) -> None:
    def found(now: Kept) -> Kept:
        return replace(edit(now), looked_at=ground.now())

    ground.save(lambda session: return_process.looked(session, ground.portal_id, kept, found))


def _change(ground: Ground, edit: Callable[[Kept], Kept]) -> None:
    ground.save(lambda session: return_process.change(session, ground.portal_id, edit))


def _types(ground: Ground) -> list[SmartType]:
    """All smart processes of the portal. Raises what says that it has none for us."""
    found: list[SmartType] = []
    for at in range(PAGES):
        page = parse_types(ground.get(_types_page(at * PAGE)))
        found += page
        if len(page) < PAGE:
            break
    return found


def _remembered(kept: Kept, types: Sequence[SmartType]) -> ReturnProcess | None:
    """The one that an administrator named, else the one that we know, as the portal calls it now."""
    there = {each.id: each for each in types}
    if kept.process is not None and kept.chosen in (0, kept.process.type) and kept.process.type in there:
        return replace(kept.process, title=there[kept.process.type].title)
    return _adopted(there[kept.chosen]) if kept.chosen in there else None


def _found(ground: Ground, kept: Kept, types: Sequence[SmartType]) -> ReturnProcess | None:
    """The one that a lost call made, else one that carries our mark. Raises NotSent while that call may still run."""
    if kept.making is not None:
        made = next((each for each in types if each.title == kept.making.title), None)
        if made is not None:
            return replace(_adopted(made), made=True)
        left = (kept.making.at + SETTLES - ground.now()).total_seconds()
        if left > 0:
            raise NotSent(Why.BUSY, "a smart process may be on its way", retry_after=left)
    marked = marked_types(ground.get(_MARKED))
    found = next((each for each in types if each.id in marked), None)
    return _adopted(found) if found else None


def _adopted(found: SmartType) -> ReturnProcess:
    return ReturnProcess(found.id, found.entity, found.title)


def _named(types: Sequence[SmartType]) -> tuple[TypeName, ...]:
    return tuple({each.id: TypeName(each.id, each.title) for each in types}.values())


def _make(ground: Ground, types: Sequence[SmartType]) -> ReturnProcess:
    """That it is asked for is known before the call leaves: who finds a crash looks for it by its title."""
    title = free_title(ground.lang, [each.title for each in types])
    asked = Making(title, ground.now())
    _change(ground, lambda kept: replace(kept, making=asked))
    try:
        answer = ground.do([Command("t", "crm.type.add", type_creation(title))])
    except RestError as error:
        if not (error.uncertain or error.code == NOT_RUN):
            _change(ground, lambda kept: replace(kept, making=None))
        raise
    except NotSent:
        _change(ground, lambda kept: replace(kept, making=None))
        raise
    process = replace(_adopted(parse_type(as_map(answer.get("t")).get("type"))), made=True)
    _change(ground, lambda kept: replace(kept, process=process, off=None, making=None, anew=False))
    return process


def _with_fields(ground: Ground, process: ReturnProcess, just: bool) -> tuple[ReturnProcess, int]:
    """The process with its flags switched on and all fields of ours, and the pipeline that new items get. One made
    `just` now has no field of ours."""
    told = None if just else _described(ground, process)
    wanted = {each: field_name(process.type, FIELDS[each][0]) for each in ReturnField}
    missing = [each for each, name in wanted.items() if told is None or name not in told.names]
    if missing or told is None:
        adds = [
            Command(f"f{at}", "userfieldconfig.add", field_creation(each, process.type))
            for at, each in enumerate(missing)
        ]
        told = parse_described(ground.do_then(adds, _fields_of(process)))
    fields = {each: told.names[name] for each, name in wanted.items() if name in told.names}
    return replace(process, fields=fields, category=process.category or told.category), told.category


def _described(ground: Ground, process: ReturnProcess) -> Described:
    """What the type has; flags that we cannot do without are switched on again."""
    told = parse_described(ground.get(_fields_of(process)))
    if not told.lacks and told.of_deals:
        return told
    fields: dict[str, Any] = dict.fromkeys(told.lacks, "Y")
    if not told.of_deals:
        shown = as_map(as_map(ground.ask("crm.type.get", {"id": process.type})).get("type"))
        relations = as_map(shown.get("relations"))
        parents, children = (as_list(relations.get(side)) for side in ("parent", "child"))
        fields["relations"] = {"parent": related(parents, [DEAL]), "child": related(children)}
    update = Command("t", "crm.type.update", {"id": process.type, "fields": fields})
    return parse_described(ground.do_then([update], _fields_of(process)))


def _with_stages(ground: Ground, process: ReturnProcess, born: int) -> ReturnProcess:
    """Each meaning with its stage, in the pipeline that we know, or where new items go (`born`) if that is gone."""
    rows = _stages(ground, process)
    if not rows and born != process.category:
        process = replace(process, category=born, stages={})
        rows = _stages(ground, process)
    directory = directory_of(process.entity, process.category)
    plan = plan_stages(rows, process.stages, directory, ground.lang, fresh=process.made and not process.laid)
    writes = [
        *(Command(f"u{row}", "crm.status.update", {"id": row, "fields": fields}) for row, fields in plan.updates),
        *(Command(f"a{at}", "crm.status.add", {"fields": fields}) for at, fields in enumerate(plan.adds)),
    ]
    found = plan.found
    if writes:
        known = {meaning: row.id for meaning, row in found.items()}
        rows = parse_stages(ground.do_then(writes, _stages_of(process)), directory)
        found = plan_stages(rows, known, directory, ground.lang).found
    return replace(
        process,
        stages={meaning: row.id for meaning, row in found.items()},
        names={meaning: row.name for meaning, row in found.items()},
        laid=True,
    )


def _stages(ground: Ground, process: ReturnProcess) -> list[StageRow]:
    return parse_stages(ground.get(_stages_of(process)), directory_of(process.entity, process.category))
