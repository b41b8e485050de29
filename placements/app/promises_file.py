"""The report on kept promises as a workbook: its tables, and parcel by parcel what was promised and what came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from b24app.flows.promises import Kept, Promise, Report
from b24app.frames.formats import Formats
from b24app.logistics.regions import region_name
from placements.app.promises_view import Carrier, lane_name, tenths
from placements.sheets import Head, Sheet, written

_SUMS = ("name", "n", "in_time", "percent", "late", "coming", "lost", "mean_late", "low", "high", "most")
_LINES = ("deal", "number", "carrier", "origin", "to", "promised", "by", "arrived", "late_by", "days")
_WIDTHS = {"name": 44, "number": 20, "carrier": 20, "origin": 24, "to": 24, "by": 16}


def workbook(report: Report, promises: Sequence[Promise], carrier: Carrier, formats: Formats, today: date) -> bytes:
    t = formats.words
    groups: dict[str, list[tuple[Any, Kept]]] = {
        "system": [(carrier(system), kept) for system, kept in report.systems],
        "lane": [(lane_name(key, carrier, formats), kept) for key, kept in report.lanes],
        "week": list(report.weeks),
    }
    sheets = [_sheet(code, _SUMS, [_sum(name, kept) for name, kept in rows], formats) for code, rows in groups.items()]
    lines = [_line(each, carrier, formats, t("promises.file.not_yet")) for each in promises if each.over(today)]
    return written([*sheets, _sheet("lines", _LINES, lines, formats)])


def _sheet(code: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], formats: Formats) -> Sheet:
    heads = [Head(formats.words(f"promises.file.{each}"), _WIDTHS.get(each, 0)) for each in columns]
    return Sheet(formats.words(f"promises.sheet.{code}"), heads, rows)


def _sum(name: Any, kept: Kept) -> list[Any]:
    percent = Decimal(100 * kept.in_time) / kept.n if kept.n else None
    mean = tenths(kept.mean_late) if kept.mean_late is not None else None
    return [
        name, kept.n, kept.in_time, percent.quantize(Decimal("0.1")) if percent is not None else None, kept.late,
        kept.coming, kept.lost, mean, kept.low, kept.high, kept.most,
    ]  # fmt: skip


def _line(each: Promise, carrier: Carrier, formats: Formats, not_yet: str) -> list[Any]:
    lane, lang = each.lane, formats.lang
    return [
        each.deal_id, each.number, carrier(lane.system), region_name(lane.origin, lang), region_name(lane.to, lang),
        each.promised, formats.words(f"late.by_{each.by.value}"), each.arrived or not_yet, each.late_by, each.days,
    ]  # fmt: skip
