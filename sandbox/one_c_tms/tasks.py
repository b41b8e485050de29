"""Transport requests that come over OData (§5): what the configuration does when a document is written and posted, and
how a dispatcher's moves show in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.kernel.one_c_http import MOSCOW
from sandbox.kernel.one_c_odata import Entity, Hooks, Row
from sandbox.kernel.one_c_odata.errors import business

from .data.configuration import NEW, PLACES, RAW, ROUTE, TASK
from .model import Event, Request

if TYPE_CHECKING:
    from .core import OneCTms

BASE = "tms3"


class TaskHooks(Hooks):
    """Of the base without our extension."""

    def __init__(self, tms: OneCTms) -> None:
        self._tms = tms

    def before_write(self, entity: Entity, row: Row, old: Row | None) -> None:
        if entity.name != TASK:
            return
        if old is not None and old["Posted"] and old["Статус"] != NEW:
            raise business("Задание уже передано в работу и не может быть изменено")
        if row["Статус"] != (old["Статус"] if old else ""):
            raise business("Статус задания устанавливает диспетчер")

    def before_delete(self, entity: Entity, row: Row) -> None:
        if entity.name == TASK and row["Posted"]:
            raise business("Проведенный документ не может быть удален")

    def written(self, entity: Entity, row: Row, old: Row | None) -> None:
        if entity.name == TASK and row["DeletionMark"] and old is not None and not old["DeletionMark"]:
            found = self._tms.requests.get(str(row["Ref_Key"]))
            if found is not None and found.status != "cancelled":
                self._tms.set_status(found, "cancelled")
                self._tms.note("order.cancelled", found.external_id, id=found.id, reason="mark")

    def posting(self, entity: Entity, row: Row) -> None:
        if entity.name != TASK or str(row["Ref_Key"]) in self._tms.requests:
            return
        if len(row[ROUTE]) < 2 or not all(stop["Адрес"] for stop in row[ROUTE]):
            raise business("Не удалось провести: в маршруте нужно не меньше двух пунктов с адресами")
        wanted = self._tms.override_for(self._tms.facts_of(body_of(row)), "errors")
        if wanted is not None:
            error = wanted.errors[0]
            raise business(str(error.get("message") if isinstance(error, dict) else error))

    def posted(self, entity: Entity, row: Row) -> None:
        key = str(row["Ref_Key"])
        if entity.name != TASK or key in self._tms.requests:
            return
        now = self._tms.time()
        event = Event(str(next(self._tms.event_ids)), now, "created")
        found = Request(key, BASE, str(row["Number"]), body_of(row), now, now, events=[event])
        show(self._tms, found)
        self._tms.accepted(found)


def body_of(row: Row) -> dict[str, Any]:
    """The document as the contract would have it, as far as this configuration knows."""
    last = len(row[ROUTE])
    stops = [
        {
            "seq": number, "operation": "drop" if number == last and last > 1 else "pickup",
            "address": {"text": stop["Адрес"]}, "contact": {"name": stop["КонтактноеЛицо"], "phone": stop["Телефон"]},
        }
        for number, stop in enumerate(row[ROUTE], 1)
    ]  # fmt: skip
    if stops:
        stops[-1]["contact"] = {"name": row["ПолучательНаименование"], "phone": row["ПолучательТелефон"]}
    boxes = [
        {"no": number, "weightKg": box["Вес"], "lengthCm": box["Длина"], "widthCm": box["Ширина"],
         "heightCm": box["Высота"]}
        for number, box in enumerate(row[PLACES], 1)
    ]  # fmt: skip
    cargo = {
        "weightKg": row["Вес"], "declaredValue": row["ОбъявленнаяСтоимость"], "cashOnDelivery": row["СуммаКОплате"],
        "packages": boxes,
    }  # fmt: skip
    return {
        "externalId": row["НомерКИС"] or row["Number"], "type": "delivery", "comment": row["Комментарий"],
        "stops": stops, "cargo": cargo,
    }  # fmt: skip


def show(tms: OneCTms, found: Request) -> None:
    """Write where a request is into its document: no rule of a client's write is asked."""
    row = tms.bases[BASE].get(TASK, found.id)
    if row is not None:
        at = datetime.fromtimestamp(found.events[-1].at, MOSCOW)
        row["Статус"], row["ДатаСтатуса"] = RAW.get(found.status, found.status), at.strftime("%Y-%m-%dT%H:%M:%S")
