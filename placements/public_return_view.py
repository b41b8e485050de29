"""A return as its client sees it: where it is, what to do, what comes next. No names, no prices but what was paid back.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from b24app.flows.returns import moves
from b24app.flows.returns.effects import Actor, Facts
from b24app.flows.returns.way import WayKind
from b24app.flows.returns.window import answer_by
from b24app.frames.formats import Formats
from b24app.logistics.returning import Outcome, Return, ReturnStage
from b24app.store.models import ErrandKind, ErrandState
from b24app.store.return_errands import Errand
from b24app.store.return_journal import Moved
from placements.point_words import hours_text
from placements.public_return_reading import AHEAD, Order, Shown

S = ReturnStage
#: Tone and icon of the sentence.
_LOOKS = {
    S.REQUESTED: ("blue", "hourglass"),
    S.APPROVED: ("blue", "check-circle"),
    S.COLLECTION_BOOKED: ("blue", "box"),
    S.IN_TRANSIT: ("blue", "truck"),
    S.RECEIVED: ("blue", "store"),
    S.INSPECTED: ("blue", "search"),
    S.REFUNDED: ("green", "check-circle"),
    S.REPLACED: ("green", "check-circle"),
    S.CLOSED: ("grey", "check-circle"),
    S.REFUSED: ("grey", "ban"),
}
#: Where on the way a return of a stage is; everything before it is done.
_STEPS = ("asked", "approved", "travels", "checked", "done")
_AT = {
    S.REQUESTED: 0,
    S.APPROVED: 1,
    S.COLLECTION_BOOKED: 1,
    S.IN_TRANSIT: 2,
    S.RECEIVED: 3,
    S.INSPECTED: 3,
    S.REFUNDED: 4,
    S.REPLACED: 4,
    S.CLOSED: 4,
}
_WAYS = {
    WayKind.COURIER: "courier",
    WayKind.POINT: "point",
    WayKind.OWN: "own",
    WayKind.BY_HAND: "by_hand",
    WayKind.BROUGHT: "brought",
}
#: Pictures that a client may send of one return.
MOST_PHOTOS = 5
Carrier = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    state: str  # "is-done", "is-here" or ""
    when: str


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    quantity: str
    reason: str


@dataclass(frozen=True, slots=True)
class Point:
    """Where the client hands the goods in. `address` "" = only its code is known."""

    code: str
    address: str = ""
    note: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class ReturnView:
    """`facts` are labelled values; `label`: there is one to be printed."""

    number: str
    tone: str
    icon: str
    title: str
    text: str
    way: str
    steps: tuple[Step, ...]
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    point: Point | None
    label: bool
    photos: int
    may_send_photos: bool
    may_call_off: bool
    is_over: bool


def return_view(order: Order, shown: Shown, fmt: Formats, carrier: Carrier) -> ReturnView:
    """`carrier` names an account's system for people."""
    case = shown.kept.case
    key = _key(case, shown.moves)
    tone, icon = _LOOKS[case.stage]
    inspected = _since(shown, S.INSPECTED)
    day = fmt.day(answer_by(inspected, order.zone, order.rules.window)) if inspected else ""
    text = f"pub.now.{key}_text"
    if key == "approved" and shown.kept.way is not None:
        text = "pub.now.approved_way_text"
    return ReturnView(
        number=case.number,
        tone="red" if key == "refused" else tone,
        icon=icon,
        title=fmt.words(f"pub.now.{key}"),
        text=fmt.words(text, day=day) if key != "inspected" or day else "",
        way=_way(shown, fmt, carrier),
        steps=_steps(case, shown, fmt),
        facts=tuple(_facts(case, key, shown, fmt)),
        lines=_lines(order, case, fmt),
        point=_point(shown, fmt),
        label=shown.label is not None,
        photos=len(shown.photos),
        may_send_photos=may_send_photos(shown),
        may_call_off=may_call_off(case),
        is_over=case.stage.is_final,
    )


def may_call_off(case: Return) -> bool:
    """As the core decides it; nothing that speaks against a return speaks against calling it off."""
    return moves.move(case, S.REFUSED, Actor.CUSTOMER, Facts()).stage is S.REFUSED and case.stage is not S.REFUSED


def may_send_photos(shown: Shown) -> bool:
    """While the goods are with the client, who sees what is wrong with them."""
    case = shown.kept.case
    return case.stage in (S.REQUESTED, *AHEAD) and not case.undelivered and len(shown.photos) < MOST_PHOTOS


def _key(case: Return, moved: Sequence[Moved]) -> str:
    if case.stage is S.REFUSED:
        last = _refusal(moved)
        return "called_off" if last is not None and last.actor is Actor.CUSTOMER else "refused"
    if case.stage is S.IN_TRANSIT and case.undelivered:
        return "undelivered"
    if case.stage is S.CLOSED and case.outcome is Outcome.BACK_TO_CUSTOMER:
        return "closed_back"
    return case.stage.value


def _refusal(moved: Sequence[Moved]) -> Moved | None:
    """What ended it; a later try to move it on that came to nothing is none."""
    return next((each for each in reversed(moved) if each.stands is S.REFUSED and each.was is not S.REFUSED), None)


def _since(shown: Shown, *stages: ReturnStage) -> datetime | None:
    """When it came to one of these stages last."""
    return next((each.at for each in reversed(shown.moves) if each.stands in stages and each.was != each.stands), None)


def _steps(case: Return, shown: Shown, fmt: Formats) -> tuple[Step, ...]:
    if case.stage is S.REFUSED:
        return ()
    at = _AT[case.stage]
    whens = {
        "asked": case.asked_at or shown.kept.created_at,
        "approved": _since(shown, S.APPROVED),
        "travels": _since(shown, S.IN_TRANSIT),
        "checked": _since(shown, S.INSPECTED) or _since(shown, S.RECEIVED),
        "done": _since(shown, S.REFUNDED, S.REPLACED, S.CLOSED),
    }
    names = ("travels", "checked", "done") if case.undelivered else _STEPS
    is_done = at == len(_STEPS) - 1
    found = []
    for name in names:
        n = _STEPS.index(name)
        state = "is-done" if n < at or is_done else ("is-here" if n == at else "")
        when = whens[name] if n <= at else None
        found.append(Step(fmt.words(f"pub.path.{name}"), state, fmt.short_day(when) if when else ""))
    return tuple(found)


def _way(shown: Shown, fmt: Formats, carrier: Carrier) -> str:
    """How the goods travel, while that is still to be done."""
    way = shown.kept.way
    if way is None or shown.kept.case.stage not in AHEAD:
        return ""
    name = way.carrier or (carrier(way.connection_id) if way.connection_id else "")
    if way.kind is WayKind.BROUGHT:
        return fmt.words("pub.way.brought")
    if not name:
        return fmt.words("pub.way.by_hand_none")
    return fmt.words(f"pub.way.{_WAYS[way.kind]}", carrier=name)


def _point(shown: Shown, fmt: Formats) -> Point | None:
    """Where to go with it, while that is still to be done."""
    way, found = shown.kept.way, shown.point
    if way is None or not way.point_code or shown.kept.case.stage not in AHEAD:
        return None
    if found is None:
        return Point(way.point_code)
    address = found.address if found.city in found.address else f"{found.city}, {found.address}"
    return Point(way.point_code, address, found.note, hours_text(found.hours, fmt))


def _facts(case: Return, key: str, shown: Shown, fmt: Formats) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    way, errand = shown.kept.way, _collection(shown.errands)
    is_ahead = case.stage in (*AHEAD, S.IN_TRANSIT)
    if is_ahead and errand is not None and errand.order_number:
        found.append(("code", errand.order_number))
    tracking = (errand.tracking_number if errand is not None else "") or (way.tracking if way is not None else "")
    if is_ahead and tracking and ("code", tracking) not in found:
        found.append(("track", tracking))
    if case.refunded is not None and case.refunded.minor:
        found.append(("paid", fmt.money(case.refunded.minor, case.refunded.currency)))
    refusal = _refusal(shown.moves)
    if key == "refused" and refusal is not None and refusal.why:
        found.append(("why", refusal.why))
    return [(fmt.words(f"pub.case.{name}"), value) for name, value in found]


def _collection(errands: Sequence[Errand]) -> Errand | None:
    """The order that brings it back: one that runs, else one that has."""
    mine = [each for each in errands if each.kind is ErrandKind.COLLECTION and not each.wants_cancel]
    live = [each for each in mine if each.is_open or each.state is ErrandState.DONE]
    return live[-1] if live else None


def _lines(order: Order, case: Return, fmt: Formats) -> tuple[Line, ...]:
    return tuple(
        Line(line.sold.title, _count(line.asked, fmt), order.rules.reason(line.reason, fmt.lang) if line.reason else "")
        for line in case.lines
        if order.mine is None or line.row in order.mine
    )


def _count(quantity: Decimal, fmt: Formats) -> str:
    return fmt.count(quantity)
