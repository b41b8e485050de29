"""The dashboard as a workbook, a sheet a block, and the period's shipments with their prices. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from b24app.frames.formats import Formats
from b24app.logistics.money import Money
from b24app.store.faces.dashboard import CostLine
from placements.app.dashboard_blocks import Block, Drawer, Percent
from placements.app.dashboard_view import Tile, UrgentView
from placements.sheets import Head, Sheet, written

_WIDTHS = {"carrier": 24, "why": 48, "what": 24, "deal_title": 32, "text": 64, "number": 20, "order": 20}
_GRAMS = 1000
_LINE = (
    "deal", "order", "carrier", "day", "quoted", "quoted_by", "booked", "billed", "billed_by", "over", "currency",
    "reason", "told_kg", "weighed_kg",
)  # fmt: skip


def workbook(tiles: Sequence[Tile], urgent: UrgentView, drawer: Drawer, lines: Sequence[CostLine]) -> bytes:
    formats = drawer.formats
    first = [(each.chip.label, each.deal_id, each.title, each.text) for each in (*urgent.rows, *urgent.more)]
    sheets = [
        _sheet("today", ("what", "count", "text"), [(each.label, each.n, each.note) for each in tiles], formats),
        _sheet("urgent", ("what", "deal", "deal_title", "text"), first, formats),
        *(_of(block, formats) for block in (*drawer.blocks(), drawer.bills()[0])),
        _sheet("lines", _LINE, [_line(each, drawer) for each in lines], formats),
    ]
    return written(sheets)


def _of(block: Block, formats: Formats) -> Sheet:
    """Sums of different currencies stand in one column, so a column beside them names each row's."""
    rows: list[list[Any]] = [[each.value if isinstance(each, Percent) else each for each in row] for row in block.rows]
    columns = [code for code, _ in block.head]
    if any(isinstance(each, Money) for row in block.rows for each in row):
        columns.append("currency")
        for row in rows:
            row.append(next(each.currency for each in row if isinstance(each, Money)))
    return _sheet(block.code, columns, rows, formats)


def _line(each: CostLine, drawer: Drawer) -> list[Any]:
    costs, t = each.costs, drawer.formats.words
    known = costs.billed or costs.booked or costs.quoted
    currency = known.money.currency if known else ""
    return [
        each.deal_id,
        each.number,
        drawer.name(drawer.systems.get(each.connection_id, "")),
        each.numbered_at.astimezone(drawer.formats.zone).date() if each.numbered_at else None,
        costs.quoted.money if costs.quoted else None,
        t(f"dash.by.{costs.quoted.by}") if costs.quoted else "",
        costs.booked.money if costs.booked else None,
        costs.billed.money if costs.billed else None,
        t(f"dash.by.{costs.billed.by}") if costs.billed else "",
        Money(each.over, currency) if each.over is not None else None,
        currency,
        t(f"dash.reason.{each.reason}") if each.reason else "",
        Decimal(costs.told_g) / _GRAMS if costs.told_g else None,
        Decimal(costs.weighed_g) / _GRAMS if costs.weighed_g else None,
    ]


def _sheet(code: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], formats: Formats) -> Sheet:
    heads = tuple(Head(formats.words(f"dash.head.{each}"), _WIDTHS.get(each, 0)) for each in columns)
    return Sheet(formats.words(f"dash.sheet.{code}"), heads, rows)
