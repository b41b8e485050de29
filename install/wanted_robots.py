"""Our robots as they should be in portals. Data and pure diffs. Facts: contracts/bitrix24-crm.md §7.2."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.robots import MOVE, START
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.rules import Reason
from b24app.logistics.returning import ReturnStage
from install.wanted_deal_robots import of_deals
from install.wanted_returns import STAGES

PATH = "/b24/robots/"
#: Codes of ours begin so: one that no release has any more is deleted.
PREFIX = "waybill_"
_DEALS = ["crm", "CCrmDocumentDeal"]
_ITEMS = ["crm", "Bitrix\\Crm\\Integration\\BizProc\\Document\\Dynamic"]
_RETURNED = {
    "number": {"Name": {"ru": "Номер возврата", "en": "Return number"}, "Type": "string"},
    "stage": {"Name": {"ru": "Стадия возврата", "en": "Stage of the return"}, "Type": "string"},
    "problem": {"Name": {"ru": "Что помешало", "en": "What went wrong"}, "Type": "string"},
}
_WHY = {
    "Name": {"ru": "Примечание", "en": "Note"},
    "Description": {"ru": "Видно в истории возврата", "en": "Shown in the return's history"},
    "Type": "text",
    "Required": "N",
}


def robots(
    public_url: str, user: int, lang: str, reasons: Collection[Reason], process: ReturnProcess | None
) -> dict[str, dict[str, Any]]:
    """Fields of `bizproc.robot.add` by code. Values of lists have one language: the portal's. `user`: whose key the
    portal gives to the handler, which must be on the domain of the app itself, also where machines have another."""
    shared = {"AUTH_USER_ID": user, "USE_SUBSCRIPTION": "Y"}
    names = process.names if process is not None else {}
    stages = {each.value: names.get(each) or STAGES[each].name(lang) for each in ReturnStage}
    start = {
        "RETURN_PROPERTIES": _RETURNED,
        "NAME": {"ru": "Начать возврат (Waybill)", "en": "Start a return (Waybill)"},
        "DESCRIPTION": {
            "ru": "Заводит возврат товаров сделки. Ждёт, пока возврат заведён, и отдаёт его номер.",
            "en": "Begins a return of the deal's goods. Waits until it is there, and gives its number.",
        },
        "PROPERTIES": {
            "reason": {
                "Name": {"ru": "Причина", "en": "Reason"},
                "Type": "select",
                "Options": {each.code: each.name(lang) for each in reasons},
                "Required": "Y",
            },
            "goods": {
                "Name": {"ru": "Товары", "en": "Goods"},
                "Description": {
                    "ru": "В строке артикул и количество: ART-1 × 2. Пусто = всё, что ещё можно вернуть",
                    "en": "An article and a quantity in a line: ART-1 × 2. Empty = all that may still come back",
                },
                "Type": "text",
                "Required": "N",
            },
            "approve": {
                "Name": {"ru": "Сразу одобрить", "en": "Approve at once"},
                "Description": {
                    "ru": "Если правила возврата это позволяют",
                    "en": "If the rules of returns allow it",
                },
                "Type": "bool",
                "Required": "N",
                "Default": "N",
            },
            "note": _WHY,
        },
        "FILTER": {"INCLUDE": [_DEALS]},
    }
    move = {
        "RETURN_PROPERTIES": _RETURNED,
        "NAME": {"ru": "Передвинуть возврат (Waybill)", "en": "Move a return (Waybill)"},
        "DESCRIPTION": {
            "ru": "Передвигает возврат вперёд, как это сделал бы менеджер. Отдаёт, что помешало.",
            "en": "Moves a return forwards, as a manager would. Gives back what went wrong.",
        },
        "PROPERTIES": {
            "stage": {
                "Name": {"ru": "Стадия", "en": "Stage"},
                "Type": "select",
                "Options": stages,
                "Required": "Y",
            },
            "number": {
                "Name": {"ru": "Номер возврата", "en": "Return number"},
                "Description": {
                    "ru": "Если у сделки несколько возвратов",
                    "en": "If the deal has several returns",
                },
                "Type": "string",
                "Required": "N",
            },
            "why": _WHY,
        },
        "FILTER": {"INCLUDE": [_DEALS, *([[*_ITEMS, f"DYNAMIC_{process.entity}"]] if process is not None else [])]},
    }
    returns = {code: {**shared, **own} for code, own in ((START, start), (MOVE, move))}
    deals = {code: {**shared, **own} for code, own in of_deals(lang).items()}
    return {code: {"HANDLER": f"{public_url}{PATH}{code}", **own} for code, own in (*deals.items(), *returns.items())}


def digest(wanted: Mapping[str, Mapping[str, Any]]) -> str:
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:40]


def plan(wanted: Mapping[str, Mapping[str, Any]], there: Collection[str], registered: str) -> list[Command]:
    """What to do so that exactly these robots are there. The portal lists no more than codes: whether one is as it
    should be is known by what it was told last."""
    same = digest(wanted) == registered
    commands = [
        Command(f"a{at}", "bizproc.robot.add", {"CODE": code, **fields})
        if code not in there
        else Command(f"a{at}", "bizproc.robot.update", {"CODE": code, "FIELDS": dict(fields)})
        for at, (code, fields) in enumerate(wanted.items())
        if code not in there or not same
    ]
    gone = [code for code in there if code.startswith(PREFIX) and code not in wanted]
    return commands + [Command(f"d{at}", "bizproc.robot.delete", {"CODE": code}) for at, code in enumerate(gone)]
