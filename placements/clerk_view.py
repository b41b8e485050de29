"""Returns as the clerk's phone reads them: plain JSON, the client by name alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from b24app.flows.returns.closing import reopens_until
from b24app.flows.returns.counting import asked_of
from b24app.logistics.numbers import plain
from b24app.logistics.returning import Return, ReturnStage, Scan
from b24app.store.clerk_phones import Phone
from b24app.store.faces.clerk import Expected, Whole
from b24app.store.models import ActState, CodeKind
from b24app.store.product_barcodes import key_of
from b24app.store.return_acts import Act, ActKind
from b24app.words import say_problem


def expected_view(each: Expected) -> dict[str, Any]:
    return {
        "id": each.id,
        "at": each.version,
        "number": each.case.number,
        "stage": each.case.stage.value,
        "client": each.client,
        "rows": rows_view(each.case),
        "codes": [code for kind, code in each.codes if kind is not CodeKind.BARCODE],
        "changed": each.changed_at.isoformat(),
    }


def rows_view(case: Return) -> list[dict[str, Any]]:
    """What is expected, by row of the deal."""
    return [
        {
            "row": asked.row, "title": asked.sold.title, "sku": asked.sold.sku, "goods": key_of(asked.sold),
            "asked": plain(asked.quantity), "barcodes": list(asked.sold.barcodes), "divisible": asked.sold.divisible,
            "notes": [line.note for line in case.lines if line.row == asked.row and line.note],
        }
        for asked in asked_of(case)
    ]  # fmt: skip


def scan_view(scan: Scan) -> dict[str, Any]:
    return {
        "key": scan.key, "at": scan.at.isoformat(), "code": scan.code, "row": scan.row,
        "quantity": plain(scan.quantity), "condition": scan.condition.value, "by": scan.by, "name": scan.name,
        "undoes": scan.undoes, "note": scan.note, "teaches": scan.teaches,
    }  # fmt: skip


def whole_view(found: Whole, beside: Sequence[Phone], zone: tzinfo, now: datetime, lang: str) -> dict[str, Any]:
    """One return; its `version` changes when anything in it does."""
    is_done = found.expected.case.stage is ReturnStage.INSPECTED and found.finished_at is not None
    until = reopens_until(found.finished_at if is_done and found.finished_at else now, zone)
    shown = {
        **expected_view(found.expected),
        "scans": [scan_view(scan) for scan in found.scans],
        "photos": [{"key": each.key, "row": each.row, "name": each.name} for each in found.photos],
        "manager": found.manager,
        "waits": found.waits,
        "refused": _refused(found.acts, lang),
        "until": until.strftime("%H:%M"),
        "may_reopen": is_done and now <= until,
        "beside": list(dict.fromkeys(each.clerk_name for each in beside)),
    }
    return {**shown, "version": _hash(shown)}


def beside_view(beside: Iterable[Phone], found: Sequence[Expected]) -> list[dict[str, Any]]:
    """Who else is at work, and at which return; of two phones that one person left at the same, one is told."""
    numbers = {each.id: each.case.number for each in found}
    told = dict.fromkeys((each.clerk_name, numbers.get(each.looks_at or 0, "")) for each in beside)
    return [{"name": name, "number": number} for name, number in told]


def mark(version: str, beside: Iterable[Phone]) -> str:
    return _hash((version, [(each.id, each.looks_at) for each in beside]))


def _refused(acts: Sequence[Act], lang: str) -> list[str]:
    """Why the last thing that a clerk wanted was not done; [] when it was, or still may be."""
    mine = [act for act in acts if act.wanted.kind in (ActKind.COUNT, ActKind.MOVE)]
    if not mine or mine[0].state is not ActState.REFUSED:
        return []
    return [say_problem(problem, lang) for problem in mine[0].problems]


def _hash(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
