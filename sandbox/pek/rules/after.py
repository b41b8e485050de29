"""After an order was given: printing, documents, calling off, sending back (§6, §8)."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.kernel.pdf import label_pdf
from sandbox.pek.check import Check
from sandbox.pek.core import Pek
from sandbox.pek.data.directories import CALLED_OFF, find_status
from sandbox.pek.errors import Refused
from sandbox.pek.model import Account, Cargo
from sandbox.pek.wire import Raw, as_object

from . import life
from .orders import positions

_KINDS = ("big", "simple", "multiple")
_ONLY_SENDER = (
    "Для Вашего логина операция недоступна. Выполнение операции доступно только для подтвержденного/расширенного "
    "кабинета от имени Отправителя возвращаемого груза"
)
_NO_AGREEMENT = (
    "Для отправителя не заключено соглашение на возможность возврата груза без оригинала заявления на перенаправку. "
    "Оформление через API невозможно"
)
_TOO_EARLY = (
    "Невозможно оформить возврат груза по API. Груз не принят на склад ПЭК или не Оформлен к перевозке. "
    "Обратитесь к менеджеру ПЭК"
)
_QUEUED = "Время ожидания окончания оформления возврата груза отправителю истекло. Запрос принят в очередь обработки"


def _own(pek: Pek, account: Account, code: str) -> Cargo:
    """Raises Refused: an order's papers are its owner's."""
    cargo = pek.cargo_of(code)
    if cargo is None or cargo.login != account.login:
        raise Refused(f"Груз не найден: {code}", status=404)
    return cargo


def print_order(pek: Pek, account: Account, body: Any) -> Any:
    """A base64 PDF in the shape that is switched on (§6)."""
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "cargoIndex type")
    code = check.take(data, "", "cargoIndex", "text")
    kind = check.take(data, "", "type", "text")
    if kind and kind not in _KINDS:
        check.bad("type", f"Допустимые значения: {', '.join(_KINDS)}")
    check.done()
    cargo = _own(pek, account, code)
    same = [other for other in pek.cargos.values() if other.document_id == cargo.document_id]
    pek.note("label.made", cargo.number, cargo_code=cargo.code, form=kind)
    text = base64.b64encode(_pdf(kind, cargo, same)).decode()
    if pek.switches.print_form == "key":
        return Raw(f'{{ "{text}" }}')
    return {"file": text} if pek.switches.print_form == "object" else text


def _pdf(kind: str, cargo: Cargo, same: list[Cargo]) -> bytes:
    if kind == "big":
        lines = [f"Заявка {cargo.document_id}", *(f"{other.code} {other.number} {other.end.address}" for other in same)]
        return label_pdf([(cargo.code, lines)], "A4")
    printed = same if kind == "multiple" else [cargo]
    pages = [
        (
            text,
            (
                f"{other.shown_code} {place}/{other.places}",
                other.number,
                str(other.receiver["person"]),
                other.end.address,
            ),
        )
        for other in printed
        for place, text in enumerate(positions(other), start=1)
    ]
    return label_pdf(pages, "A6")


# --- documents --------------------------------------------------------------------------------------------------------


def order_document(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """``cargosdocuments/order``: 0 asked for, 1 ready, 2 impossible; a daily number per login."""
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "cargoCode docType counterpartGuid docFormat")
    cargo, kind = _asked(pek, account, data, check)
    if pek.count_today(account.login, "documents") > pek.switches.documents_a_day:
        raise Refused("Превышен суточный лимит запросов", "Повторите запрос завтра", status=429)
    if kind == "CargoInvoice":
        return {"result": {"docStatus": 2, "description": "Услуги по грузу еще не выставлены"}}
    asked = cargo.documents.setdefault(kind, pek.time())
    ready = pek.time() >= asked + pek.switches.document_seconds
    return {"result": {"docStatus": int(ready), "description": "Готов" if ready else "Документ заказан"}}


def document(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "cargoCode docType counterpartGuid docFormat")
    cargo, kind = _asked(pek, account, data, check)
    asked = cargo.documents.get(kind)
    if asked is None or pek.time() < asked + pek.switches.document_seconds:
        raise Refused("Документ не готов", "Закажите документ методом cargosdocuments/order")
    body64 = base64.b64encode(_pdf("big", cargo, [cargo])).decode()
    return {"docBody": body64, "docName": f"{kind}_{cargo.code}.pdf", "docFormat": "pdf"}


def _asked(pek: Pek, account: Account, data: dict[str, Any], check: Check) -> tuple[Cargo, str]:
    code = check.take(data, "", "cargoCode", "text")
    kind = check.take(data, "", "docType", "text")
    if kind and kind not in ("CargoAssignment", "CargoInvoice"):
        check.bad("docType", "Допустимые значения: CargoAssignment, CargoInvoice")
    if kind == "CargoInvoice":
        check.take(data, "", "counterpartGuid", "text")
    check.done()
    return _own(pek, account, code), kind


# --- calling off ------------------------------------------------------------------------------------------------------


def cancel(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    """A bare list of codes; each has a result of its own (§8). Raises Refused for anything else."""
    if not isinstance(body, list) or not body or any(not isinstance(code, str) for code in body):
        raise Refused("Ошибка разбора запроса", "Ожидается массив кодов грузов")
    return [{"code": code, **_cancelled(pek, account, pek.cargo_of(code))} for code in body]


def _cancelled(pek: Pek, account: Account, cargo: Cargo | None) -> dict[str, Any]:
    problem = _no_cancel(pek, account, cargo)
    if problem or cargo is None:
        return {"success": False, "description": problem}
    life.move(pek, cargo, {"code": CALLED_OFF})
    pek.note("order.cancelled", cargo.number, cargo_code=cargo.code)
    return {"success": True, "description": "Предварительное оформление аннулировано"}


def _no_cancel(pek: Pek, account: Account, cargo: Cargo | None) -> str:
    called_off = find_status(CALLED_OFF)
    if cargo is None or cargo.login != account.login:
        return "Груз не найден"
    if called_off and cargo.status_id == called_off.id:
        return "Заявка уже аннулирована"
    if cargo.times.get("takeOnStock") is not None:
        return "Груз уже принят к перевозке"
    if cargo.pickup_planned:
        return "Забор груза уже запланирован в маршрутном листе водителя"
    if pek.time() < cargo.created + pek.switches.cancel_after_seconds:
        return "Аннулирование возможно не ранее чем через 5 минут после подачи заявки"
    return ""


# --- sending back -----------------------------------------------------------------------------------------------------


def cancel_and_return(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """One cargo back to its sender (§8). Success also when that was asked for before."""
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "code")
    code = check.take(data, "", "code", "text")
    check.done()
    cargo = pek.cargo_of(code)
    problem = _no_return(account, cargo)
    if problem or cargo is None:
        return {"success": False, "description": problem}
    if cargo.returning:
        return {"success": True, "description": "По грузу уже оформлен Возврат отправителю"}
    if pek.switches.return_queued:
        if cargo.return_asked is None:
            cargo.return_asked = pek.time()
            pek.after(pek.switches.return_seconds, lambda: _send_back(pek, cargo))
        return {"success": False, "description": _QUEUED}
    _send_back(pek, cargo)
    return {"success": True, "description": "Возврат заказа/ груза отправителю успешно оформлен"}


def _send_back(pek: Pek, cargo: Cargo) -> None:
    if not cargo.returning and not pek.is_over(cargo):
        life.send_back(pek, cargo, "Заявление отправителя")


def _no_return(account: Account, cargo: Cargo | None) -> str:
    if cargo is None:
        return "Груз не найден"
    if not account.confirmed or cargo.login != account.login:
        return _ONLY_SENDER
    if not account.returns:
        return _NO_AGREEMENT
    if cargo.status_id in (8, 14, 15):
        return "Отказ от груза не возможен. Груз передан грузополучателю"
    if cargo.returning:
        return ""
    if cargo.times.get("takeOnStock") is None or cargo.status_id in (3, 5, 21):
        return _TOO_EARLY
    if cargo.status_id == 13:
        return "Невозможно оформить возврат груза по API/ Узнать статус оформления возврата. Обратитесь к менеджеру ПЭК"
    return ""
