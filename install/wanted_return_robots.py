"""Robots of returns as they should be in portals. Data. Facts: contracts/bitrix24-crm.md §7.2."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from b24app.bitrix24.robots import MOVE, START, TROUBLE
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.rules import Reason
from b24app.logistics.returning import ReturnStage
from install.wanted_deal_robots import ON_TROUBLE, WENT_WRONG, field, result, spoken, text
from install.wanted_returns import STAGES

_DEALS = ["crm", "CCrmDocumentDeal"]
_ITEMS = ["crm", "Bitrix\\Crm\\Integration\\BizProc\\Document\\Dynamic"]
#: Where the values of a list come from: what the portal has, in its language.
_REASONS, _STAGES = "reasons", "stages"


def of_returns(lang: str, reasons: Collection[Reason], process: ReturnProcess | None) -> dict[str, dict[str, Any]]:
    """Fields of `bizproc.robot.add` by code, without handler and user."""
    names = process.names if process is not None else {}
    lists = {
        _REASONS: {each.code: each.name(lang) for each in reasons},
        _STAGES: {each.value: names.get(each) or STAGES[each].name(lang) for each in ReturnStage},
    }
    items = [[*_ITEMS, f"DYNAMIC_{process.entity}"]] if process is not None else []
    places = {START: [_DEALS], MOVE: [_DEALS, *items]}
    return {
        code: {
            **own,
            "PROPERTIES": {**_listed(own["PROPERTIES"], lists), **spoken({TROUBLE: ON_TROUBLE}, lang)},
            "RETURN_PROPERTIES": _RETURNED,
            "FILTER": {"INCLUDE": places[code]},
        }
        for code, own in _ROBOTS.items()
    }


def _listed(
    properties: Mapping[str, Mapping[str, Any]], lists: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, Any]]:
    return {
        name: {**spec, **({"Options": dict(lists[spec["Options"]])} if "Options" in spec else {})}
        for name, spec in properties.items()
    }


_RETURNED = {
    "number": result("Номер возврата", "Return number"),
    "stage": result("Стадия возврата", "Stage of the return"),
    **WENT_WRONG,
}
_WHY = field("Примечание", "Note", "Видно в истории возврата", "Shown in the return's history", Type="text")

_ROBOTS: Mapping[str, Mapping[str, Any]] = {
    START: {
        "NAME": text("Начать возврат (Waybill)", "Start a return (Waybill)"),
        "DESCRIPTION": text(
            "Заводит возврат товаров сделки. Ждёт, пока возврат заведён, и отдаёт его номер.",
            "Begins a return of the deal's goods. Waits until it is there, and gives its number.",
        ),
        "PROPERTIES": {
            "reason": field("Причина", "Reason", Type="select", Options=_REASONS, Required="Y"),
            "goods": field(
                "Товары",
                "Goods",
                "В строке артикул и количество: ART-1 × 2. Пусто = всё, что ещё можно вернуть",
                "An article and a quantity in a line: ART-1 × 2. Empty = all that may still come back",
                Type="text",
            ),
            "approve": field(
                "Сразу одобрить",
                "Approve at once",
                "Если правила возврата это позволяют",
                "If the rules of returns allow it",
                Type="bool",
                Default="N",
            ),
            "note": _WHY,
        },
    },
    MOVE: {
        "NAME": text("Передвинуть возврат (Waybill)", "Move a return (Waybill)"),
        "DESCRIPTION": text(
            "Передвигает возврат вперёд, как это сделал бы менеджер. Отдаёт, что помешало.",
            "Moves a return forwards, as a manager would. Gives back what went wrong.",
        ),
        "PROPERTIES": {
            "stage": field("Стадия", "Stage", Type="select", Options=_STAGES, Required="Y"),
            "number": field(
                "Номер возврата",
                "Return number",
                "Если у сделки несколько возвратов",
                "If the deal has several returns",
            ),
            "why": _WHY,
        },
    },
}
