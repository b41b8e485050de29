"""How a return begins: somebody asks for one, or tracking tells that goods come back. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from b24app.flows.legs import picked_of
from b24app.flows.returns import moves, starts
from b24app.flows.returns.effects import Actor, Effect
from b24app.flows.returns.left import told_of
from b24app.flows.returns.quantities import Rooms, Told, Wish, by_article, lines_of, rooms_of
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.snapshot import ShipmentView
from b24app.logistics.jsonable import load
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Return, ReturnLine, ReturnOrigin, ReturnStage, Signed
from b24app.logistics.status import Status
from b24app.runners.portal.returning_scene import Change, Scene, moved, shipment_of
from b24app.runners.views import in_part_of, shipment_view
from b24app.store.models import Shipment
from b24app.store.returns import Client, Decided, Kept

S = ReturnStage
_ORIGINS = {
    Actor.PERSON: ReturnOrigin.MANAGER,
    Actor.CUSTOMER: ReturnOrigin.CUSTOMER,
    Actor.SYSTEM: ReturnOrigin.TRACKING,
    Actor.AUTOMATION: ReturnOrigin.AUTOMATION,
}


@dataclass(frozen=True, slots=True)
class Begun:
    """A new return to be saved, or why none begins (`refused`). `wanted` is where it was to begin; `open` stays with
    it."""

    case: Return | None = None
    wanted: ReturnStage = S.REQUESTED
    effects: tuple[Effect, ...] = ()
    refused: tuple[Problem, ...] = ()
    open: tuple[Problem, ...] = ()
    item_id: int | None = None
    client: Client | None = None
    tracking: tuple[str, ...] = ()
    way: Way | None = None
    decided: Decided | None = None
    why: str = ""


# --- somebody asks ----------------------------------------------------------------------------------------------------


def there_is(scene: Scene) -> Kept | None:
    """The return that the item of the smart process has already."""
    item = _item(scene.act.wanted.given)
    return next((kept for kept in scene.turn.returns if item is not None and kept.item_id == item), None)


def begin(scene: Scene) -> Begun:
    """A return of what is wished; what cannot begin where it was to begins as a request, with the reasons beside.
    Raises KeyError, TypeError, ValueError for an act that cannot be read."""
    given, wanted = scene.act.wanted.given, scene.act.wanted
    rooms = rooms_of(scene.basis.sold, scene.turn.cases)
    wishes, strange = _wishes(given, rooms)
    lines, wrong = lines_of(wishes, rooms) if wishes or not strange else ((), [])
    if wrong or not lines:
        return Begun(refused=tuple({each.key: each for each in (*wrong, *strange)}.values()))
    item = _item(given)
    case = Return(
        number=scene.turn.number,
        deal_id=scene.turn.deal_id,
        stage=S.REQUESTED,
        origin=ReturnOrigin.CRM_ITEM if item is not None else _ORIGINS[wanted.actor],
        lines=_noted(lines, str(given.get("note") or "")),
        asked_at=scene.act.at,
        override=_override(scene, given),
    )
    made = _placed(scene, case, _to(scene, case, given))
    client = Client(scene.basis.contact_id, scene.basis.client)
    open_ = tuple({each.key: each for each in (*made.open, *strange)}.values())
    return replace(made, item_id=item, client=client, open=open_, why=str(given.get("note") or ""))


def _item(given: Mapping[str, Any]) -> int | None:
    return int(given["item"]) if given.get("item") else None


def _wishes(given: Mapping[str, Any], rooms: Rooms) -> tuple[tuple[Wish, ...], list[Problem]]:
    """Rows, or articles by name (`told`); without either of them, all that may come back."""
    reason = str(given.get("reason") or "")
    strange: list[Problem] = []
    if given.get("wishes") is not None:
        wishes = load(tuple[Wish, ...], given["wishes"])
    elif given.get("told"):
        wishes, strange = by_article(load(tuple[Told, ...], given["told"]), rooms, reason)
    else:
        wishes = tuple(Wish(row, room.left) for row, room in rooms.items() if room.left > 0)
    return tuple(replace(each, reason=each.reason or reason) for each in wishes), strange


def _noted(lines: tuple[ReturnLine, ...], note: str) -> tuple[ReturnLine, ...]:
    """What was said of the whole stands at its first line, unless something of its own does."""
    first = lines[0]
    return (replace(first, note=first.note or note), *lines[1:])


def _override(scene: Scene, given: Mapping[str, Any]) -> Signed | None:
    """`override` = why this person lets it pass the return window."""
    wanted, why = scene.act.wanted, str(given.get("override") or "").strip()
    signed = Signed(wanted.by, wanted.name, why, scene.now)
    return signed if signed.is_valid and wanted.actor is Actor.PERSON else None


def _to(scene: Scene, case: Return, given: Mapping[str, Any]) -> tuple[ReturnStage, Actor]:
    """Where it is to begin, and by whom. A client's request is approved by the portal's rule, where it has one."""
    actor = scene.actor
    if given.get("stage"):
        return ReturnStage(given["stage"]), actor
    by_rule = scene.rules.approve and actor in (Actor.CUSTOMER, Actor.AUTOMATION)
    if by_rule and not scene.begins(case).facts.obstacles:
        return S.APPROVED, Actor.AUTOMATION
    return (S.APPROVED if given.get("approve") else S.REQUESTED), actor


def _placed(scene: Scene, case: Return, where: tuple[ReturnStage, Actor]) -> Begun:
    to, actor = where
    looked = scene.begins(replace(case, stage=to))
    move = moves.begin(replace(case, stage=to), actor, looked.facts)
    effects, found = move.effects, move.problems
    if found:  # it begins as a request
        effects = moves.begin(case, actor, looked.facts).effects
    decided = scene.decided(looked) if move.stage is S.APPROVED and not found else None
    return Begun(replace(case, stage=move.stage), to, effects, open=found, decided=decided)


# --- tracking tells ---------------------------------------------------------------------------------------------------


def tracked(scene: Scene) -> tuple[Kept, Change] | Begun | None:
    """A parcel of the deal turns back, or moves on: its return begins, or goes on; None = neither. New goods whose
    order came to nothing are to be sent again."""
    row = shipment_of(scene, int(scene.act.wanted.given["shipment"]))
    if row is None or row.deal_id != scene.turn.deal_id:
        return None
    if Status(row.status) in (Status.CANCELLED, Status.REJECTED):
        return _not_replaced(scene, row)
    view = _view(scene, row)
    known = next((kept for kept in scene.turn.returns if kept.case.key == starts.key_of(row.number)), None)
    if known is not None:
        to = starts.stage_of(view.status)
        return (known, moved(scene, known, known.case, to)) if to is not None else None
    turn = scene.turn
    part, sold = in_part_of(row), scene.basis.sold
    back = told_of(part.left if part is not None else None, sold)
    started = starts.start(view, turn.deal_id, turn.number, sold, turn.cases, scene.now, back)
    if started is None:
        return None
    case = started.case
    move = moves.begin(case, Actor.SYSTEM, scene.begins(case).facts)
    codes = tuple(code for code in (row.tracking_number, row.order_number) if code)
    way = Way(WayKind.OWN, row.connection_id, tracking=row.tracking_number or "", at=scene.now)
    client = Client(scene.basis.contact_id, scene.basis.client)
    return Begun(
        case, case.stage, move.effects, open=started.problems, client=client, tracking=codes, way=way,
        why=started.why.value,
    )  # fmt: skip


def _view(scene: Scene, row: Shipment) -> ShipmentView:
    """The carrier's leg of a chain holds what the warehouse packed."""
    view = shipment_view(row)
    picked = picked_of(view, [shipment_view(each) for each in scene.rows])
    return replace(view, picking=picked.picking) if picked is not None and view.picking is None else view


def _not_replaced(scene: Scene, row: Shipment) -> tuple[Kept, Change] | None:
    mine = next((kept for kept in scene.turn.returns if kept.replacement == row.number), None)
    if mine is None:
        return None
    problem = Problem("return_replacement_failed", params={"number": row.order_number or row.number})
    found = {each.key: each for each in (*mine.problems, problem)}
    return mine, Change(mine.case, open=tuple(found.values()), replacement="")
