"""Which goods come back, as a person says it: rows of the deal with how many of each, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from b24app.flows.returns.quantities import Room, Wish, rooms_of
from b24app.logistics.returning import ReturnStage
from placements.return_scene import NOTHING, Scene, read_quantity

S = ReturnStage


@dataclass(frozen=True, slots=True)
class LineRow:
    """A row of the form: `left` of it may come back in this return. `reason` is chosen among `LinesView.reasons`."""

    row: int
    title: str
    left: str
    typed: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinesView:
    """`reasons`: (code, name), empty where nobody has to say why (goods that never were the client's)."""

    rows: tuple[LineRow, ...]
    reasons: tuple[tuple[str, str], ...]


def may_say(scene: Scene) -> bool:
    """Before it travels the rows may still be others; on its way only where nobody has said any."""
    free = scene.stage in (S.REQUESTED, S.APPROVED)
    unsaid = not scene.case.lines and scene.stage in (S.IN_TRANSIT, S.RECEIVED)
    return (free or unsaid) and scene.decides and scene.facts.basis is not None and not scene.facts.waiting


def lines_view(scene: Scene) -> LinesView:
    asked: dict[int, tuple[Decimal, str]] = {}
    for line in scene.case.lines:
        before = asked.get(line.row, (NOTHING, ""))
        asked[line.row] = (before[0] + line.asked, before[1] or line.reason)
    rows = tuple(_row(scene, row, room, asked.get(row, (NOTHING, ""))) for row, room in _rooms(scene).items())
    lang, rules = scene.formats.lang, scene.facts.rules
    reasons = () if scene.case.undelivered else tuple((each.code, each.name(lang)) for each in rules.offered)
    return LinesView(tuple(each for each in rows if each.left != "0"), reasons)


def _rooms(scene: Scene) -> dict[int, Room]:
    basis = scene.facts.basis
    return rooms_of(basis.sold, [each.case for each in scene.facts.others]) if basis is not None else {}


def _row(scene: Scene, row: int, room: Room, asked: tuple[Decimal, str]) -> LineRow:
    quantity, reason = asked
    typed = scene.formats.typed(quantity) if quantity else ""
    return LineRow(row, room.sold.title, scene.formats.count(room.left), typed, reason)


def read_lines(form: Mapping[str, str], scene: Scene) -> tuple[list[Wish], dict[str, str], dict[str, str]]:
    """The wishes, what was typed, and what is wrong with it (keys of the `ret.wrong.*` words)."""
    wishes: list[Wish] = []
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    known = {code for code, _ in lines_view(scene).reasons}
    notes = {line.row: line.note for line in scene.case.lines}
    told = {line.row: line.reason for line in scene.case.lines}
    for row, room in _rooms(scene).items():
        name, why = f"l{row}", f"l{row}_reason"
        values[name], values[why] = form.get(name, "").strip(), form.get(why, "")
        quantity, wrong = read_quantity(values[name], room.sold.divisible)
        if wrong:
            errors[name] = wrong
        elif quantity > room.left:
            errors[name] = "many"
        reason = values[why] if values[why] in known else told.get(row, "")
        if quantity:
            wishes.append(Wish(row, quantity, reason, notes.get(row, "")))
    if not wishes and not errors:
        errors["lines"] = "no_lines"
    return wishes, values, errors
