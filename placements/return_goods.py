"""What was asked to come back against what was counted, row by row, with pictures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.flows.returns.counting import Found, asked_of, uncounted
from b24app.flows.returns.scans import counted_of
from b24app.logistics.returning import Condition, Counted
from b24app.store.return_photos import CLIENTS, Photo
from placements.chips import Chip
from placements.return_scene import NOTHING, Scene, came
from placements.return_words import reason_name

Sums = dict[tuple[int, str], tuple[int, str, int]]
TONES = {
    Condition.AS_NEW: ("green", "check-circle"),
    Condition.DAMAGED: ("amber", "alert"),
    Condition.WRONG: ("red", "question"),
    Condition.MISSING: ("red", "cross-circle"),
    Condition.LOST: ("red", "search"),
}


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """`chip` None = nobody has counted it. `bad`: less came than was asked. `photos` are keys."""

    title: str
    reason: str
    note: str
    asked: str
    came: str
    bad: bool
    chip: Chip | None
    said: str
    photos: tuple[str, ...]
    sum: str
    percent: int


@dataclass(frozen=True, slots=True)
class GoodsView:
    """`who` counted, and when. `scanned`: what clerks' phones have told, to be taken as the count; "" = nothing, or it
    is taken. `box`: pictures that are of no row; `client`: those that the client sent. `strange`: codes that were
    scanned and are none of the return's."""

    rows: tuple[GoodsRow, ...]
    asked: str
    came: str
    total: str
    who: str
    scanned: str
    box: tuple[str, ...]
    client: tuple[str, ...]
    strange: tuple[str, ...]
    counted: bool
    may_count: bool


def goods_view(scene: Scene) -> GoodsView:
    sums = _sums(scene)
    shown_order = sorted(scene.found, key=lambda each: list(TONES).index(each.condition))
    rows = [_found(scene, each, sums) for each in shown_order]
    rest = uncounted(scene.case)
    rows += [_rest(scene, row, quantity, sums) for row, quantity in rest.items()]
    order = [asked.row for asked in asked_of(scene.case)]
    rows.sort(key=lambda pair: order.index(pair[0]))
    shown = {key for _, row in rows for key in row.photos}
    keys = [photo.key for photo in scene.facts.photos]
    counted = bool(scene.case.counted)
    return GoodsView(
        rows=tuple(row for _, row in rows),
        asked=scene.formats.count(scene.asked),
        came=scene.formats.count(scene.came) if counted else "",
        total=_total(scene, sums),
        who=_who(scene),
        scanned=_scanned(scene),
        box=tuple(key for key in keys if key not in shown and not key.startswith(CLIENTS)),
        client=tuple(key for key in keys if key.startswith(CLIENTS)),
        strange=tuple(dict.fromkeys(scan.code for scan in scene.facts.scans if not scan.row and scan.code)),
        counted=counted,
        may_count=scene.decides and may_count(scene),
    )


def _total(scene: Scene, sums: Sums) -> str:
    """Of the rows alone: what a person settled, and the delivery, stand in the money line."""
    if not sums or not scene.case.is_paid:
        return ""
    currency = next(currency for _, currency, _ in sums.values())
    total = scene.formats.money(sum(minor for minor, _, _ in sums.values()), currency)
    return total if scene.left is not None else f"≈ {total}"


def may_count(scene: Scene) -> bool:
    """Whether what came may be counted now: it is here, or may have come without anybody's word."""
    stages = ("approved", "collection_booked", "in_transit", "received", "inspected")
    return scene.stage.value in stages and bool(scene.case.lines)


def _sums(scene: Scene) -> Sums:
    """`(minor units, currency, percent)` of each row and condition; of promised ones and undelivered ones by row."""
    line = scene.looked.line if scene.looked is not None else None
    found: Sums = {}
    for each in line.lines if line is not None else ():
        if each.row:
            before = found.get((each.row, each.code), (0, "", 0))
            found[each.row, each.code] = (before[0] + each.amount.minor, each.amount.currency, each.percent)
    return found


def _found(scene: Scene, each: Found, sums: Sums) -> tuple[int, GoodsRow]:
    tone, icon = TONES[each.condition]
    counted = each.counted
    there = each.quantity if came(each.condition) else NOTHING
    return each.sold.row, GoodsRow(
        title=each.sold.title,
        reason=_reason(scene, each.sold.row),
        note=_note(scene, each.sold.row),
        asked=scene.formats.count(each.quantity),
        came=scene.formats.count(there),
        bad=there < each.quantity,
        chip=Chip(tone, icon, scene.formats.words(f"ret.condition.{each.condition.value}")),
        said=counted.note,
        photos=_photos(scene.facts.photos, counted, scene.found),
        sum=_sum(scene, each.sold.row, each.condition.value, sums)[0],
        percent=_sum(scene, each.sold.row, each.condition.value, sums)[1],
    )


def _rest(scene: Scene, row: int, quantity: Decimal, sums: Sums) -> tuple[int, GoodsRow]:
    asked = next(each for each in asked_of(scene.case) if each.row == row)
    alone = not any(each.sold.row == row for each in scene.found)
    return row, GoodsRow(
        title=asked.sold.title,
        reason=_reason(scene, row),
        note=_note(scene, row),
        asked=scene.formats.count(quantity),
        came="",
        bad=False,
        chip=None,
        said="",
        photos=tuple(photo.key for photo in scene.facts.photos if photo.row == row) if alone else (),
        sum=_sum(scene, row, Condition.AS_NEW.value, sums)[0],
        percent=0,
    )


def _sum(scene: Scene, row: int, code: str, sums: Sums) -> tuple[str, int]:
    whole = next((key for key in ("undelivered", "replaced", "sent_back") if (row, key) in sums), code)
    minor, currency, percent = sums.get((row, whole), (0, "", 0))
    if not currency:
        return "", 0
    return scene.formats.money(minor, currency), percent if code == "damaged" else 0


def _reason(scene: Scene, row: int) -> str:
    lines = [line for line in scene.case.lines if line.row == row]
    names = [reason_name(line.reason, scene.facts.rules, scene.formats) for line in lines]
    return ", ".join(dict.fromkeys(name[:1].lower() + name[1:] for name in names if name))


def _note(scene: Scene, row: int) -> str:
    return "; ".join(dict.fromkeys(line.note for line in scene.case.lines if line.row == row and line.note))


def _photos(photos: Sequence[Photo], counted: Counted, found: Iterable[Found]) -> tuple[str, ...]:
    """Those that the finding names; else the row's, at the first of its findings that shows something wrong."""
    known = {photo.key for photo in photos}
    if named := tuple(key for key in counted.photos if key in known):
        return named
    mine = [each.counted for each in found if each.counted.row == counted.row]
    elsewhere = {key for each in mine for key in each.photos}
    shown = next((each for each in mine if each.condition is not Condition.AS_NEW), mine[0])
    free = tuple(photo.key for photo in photos if photo.row == counted.row and photo.key not in elsewhere)
    return free if counted is shown else ()


def _who(scene: Scene) -> str:
    last = max(scene.facts.counters, key=lambda each: each.at, default=None)
    if last is None:
        return ""
    receipt = scene.facts.receipt
    there = scene.carriers.get(receipt.connection_id, "") if receipt is not None and not last.by else ""
    name = last.name or there
    return ", ".join(filter(None, (name, scene.formats.moment(last.at))))


def _scanned(scene: Scene) -> str:
    """Pieces that phones have found and nobody has taken as the count."""
    found = counted_of(scene.facts.scans)
    if not found or scene.is_counted:
        return ""
    return scene.formats.count(sum((each.quantity for each in found if came(each.condition)), NOTHING))
