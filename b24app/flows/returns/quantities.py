"""How many pieces of each sold row may still come back, and which of them an asked return takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.flows.portions import same_product
from b24app.flows.returns.counting import held
from b24app.flows.returns.pieces import NOTHING, all_of, amount_of, cut, naming, without
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Return, ReturnLine, Sold, Span


@dataclass(frozen=True, slots=True)
class Wish(Jsonable):
    """What somebody wants to send back of a row."""

    row: int
    quantity: Decimal
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told(Jsonable):
    """So much of an article, as a system or a client names it, who do not know our rows."""

    quantity: Decimal
    sku: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A sold row, and its pieces that no return takes."""

    sold: Sold
    free: tuple[Span, ...]

    @property
    def left(self) -> Decimal:
        return amount_of(self.free)


Rooms = Mapping[int, Room]


def rooms_of(sold: Sequence[Sold], others: Sequence[Return]) -> dict[int, Room]:
    """What may still come back, by row. `others` are all other returns of the deal.

    A row that a return knows already counts as it was sold then: people take returned goods out of a deal, and its
    pieces must not seem to be returned twice, nor others to be free. A row that has more pieces since counts as it is
    now. Rows that were written anew are known by their goods; goods that the deal has no more can come back no more."""
    holding = [(case, mine) for case in others if (mine := held(case))]
    known: dict[int, Sold] = {}
    for case, _ in holding:
        for line in case.lines:
            known.setdefault(line.row, line.sold)
    places = _places(sold, known)
    basis = {each.row: each for each in sold}
    for row, place in places.items():
        if known[row].quantity >= basis[place].quantity:
            basis[place] = replace(known[row], row=place)
    free = {row: all_of(each) for row, each in basis.items()}
    for _, mine in holding:
        for row, spans in mine.items():
            if row in places:
                free[places[row]] = _take(free[places[row]], spans)
    return {row: Room(basis[row], spans) for row, spans in free.items()}


def _places(sold: Sequence[Sold], known: Mapping[int, Sold]) -> dict[int, int]:
    """Which row of the deal each row of a return is now."""
    places = {each.row: each.row for each in sold if each.row in known}
    for row in sorted(known.keys() - places.keys()):
        alike = [each.row for each in sold if same_goods(each, known[row])]
        free = [each for each in alike if each not in places.values()]
        if alike:
            places[row] = (free or alike)[0]
    return places


def same_goods(one: Sold, other: Sold) -> bool:
    return same_product((one.product_id, one.title), (other.product_id, other.title))


def _take(free: tuple[Span, ...], spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """These pieces, and others in place of those that are gone already: as many are taken in any case."""
    rest = without(free, spans)
    missing = amount_of(spans) - (amount_of(free) - amount_of(rest))
    return cut(rest, missing)[1]


def lines_of(wishes: Sequence[Wish], rooms: Rooms) -> tuple[tuple[ReturnLine, ...], list[Problem]]:
    """The lines of a return with the pieces that it takes, or what is wrong with it, each time naming the row."""
    problems = check(wishes, rooms)
    if problems:
        return (), problems
    free = {row: room.free for row, room in rooms.items()}
    lines: list[ReturnLine] = []
    for wish in wishes:
        taken, free[wish.row] = cut(free[wish.row], wish.quantity)
        lines.append(ReturnLine(rooms[wish.row].sold, taken, wish.reason, wish.note))
    return tuple(lines), []


def check(wishes: Sequence[Wish], rooms: Rooms) -> list[Problem]:
    """Never more back than was sold. Several wishes of one row (with different reasons) count together."""
    if not wishes:
        return [Problem("return_empty", Field.ITEMS)]
    together: dict[int, list[Decimal]] = {}
    for wish in wishes:
        together.setdefault(wish.row, []).append(wish.quantity)
    found = (_check(row, quantities, rooms.get(row)) for row, quantities in together.items())
    return [problem for problem in found if problem is not None]


def _check(row: int, quantities: Sequence[Decimal], room: Room | None) -> Problem | None:
    if room is None:
        return Problem("return_row_unknown", Field.ITEMS, params={"row": row, "part": f"row{row}"})
    mine = naming(room.sold)
    if not all(quantity.is_finite() and quantity > 0 for quantity in quantities):
        return Problem("return_nothing_asked", Field.ITEMS, params=mine)
    asked = sum(quantities, NOTHING)
    if asked > room.left:
        counts = {"asked": plain(asked), "left": plain(room.left), "sold": plain(room.sold.quantity)}
        return Problem("return_too_many", Field.ITEMS, params=mine | counts)
    if not _is_divisible(room.sold) and any(quantity % 1 for quantity in quantities):
        return Problem("return_part_of_piece", Field.ITEMS, params=mine | {"asked": plain(asked)})
    return None


def _is_divisible(sold: Sold) -> bool:
    return sold.divisible or sold.quantity % 1 != 0


def still_fits(case: Return, sold: Sequence[Sold], others: Sequence[Return]) -> list[Problem]:
    """Whether the pieces of a return that was refused, or counted once more, are still free: one for each row that
    another return has taken from it."""
    rooms = rooms_of(sold, others)
    places = _places(sold, {line.row: line.sold for line in case.lines})
    found: list[Problem] = []
    for line in case.lines:
        room = rooms.get(places.get(line.row, line.row))
        if room is None or without(line.pieces, room.free):
            found.append(Problem("return_pieces_taken", Field.ITEMS, params=naming(line.sold)))
    return found


def by_article(told: Iterable[Told], rooms: Rooms, reason: str = "") -> tuple[tuple[Wish, ...], list[Problem]]:
    """Articles as wishes of rows: of several rows of one article the first that has some left. An article that the deal
    does not have, or not so many of, is a Problem, and what there is of it is wished nevertheless."""
    left = {row: room.left for row, room in rooms.items()}
    wishes: list[Wish] = []
    problems: list[Problem] = []
    for each in told:
        named = [row for row, room in rooms.items() if _is_named(room.sold, each)]
        here, wanted = take_left(left, named, each.quantity, reason)
        wishes += here
        if wanted > 0:
            name = each.title or each.sku
            params = {"item": name, "more": plain(wanted), "part": name}
            problems.append(Problem("return_not_of_deal", Field.ITEMS, params=params))
    return tuple(wishes), problems


def take_left(
    left: dict[int, Decimal], rows: Iterable[int], wanted: Decimal, reason: str = ""
) -> tuple[list[Wish], Decimal]:
    """So much of these rows, from the first that has some `left`, which goes down; and what none of them has."""
    wishes: list[Wish] = []
    for row in rows:
        here = min(left[row], wanted)
        left[row], wanted = left[row] - here, wanted - here
        wishes += [Wish(row, here, reason)] if here > 0 else []
    return wishes, wanted


def _is_named(sold: Sold, told: Told) -> bool:
    """By the article where both have one, else by the title."""
    if told.sku and sold.sku:
        return told.sku == sold.sku
    return bool(told.title) and told.title.strip().casefold() == sold.title.casefold()
