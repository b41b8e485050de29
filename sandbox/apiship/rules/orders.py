"""Orders: creation and upload to the carrier, change, resend, cancellation, deletion, client returns (§4)."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sandbox.apiship.data.carriers import PROVIDERS, TARIFFS
from sandbox.apiship.data.cities import City, recognise
from sandbox.apiship.data.statuses import BEFORE
from sandbox.apiship.errors import FieldError, Refused, field, missing
from sandbox.apiship.model import Account, Order

from . import accept
from .facts import facts_of
from .prices import price

if TYPE_CHECKING:
    from sandbox.apiship.core import ApiShip

Body = dict[str, Any]


def create(apiship: ApiShip, account: Account, body: Body) -> Order:
    """`POST /orders`: taken at once, uploaded to the carrier by the clock. Raises Refused."""
    with apiship.lock:
        later = _refuse_or_not(apiship, account, body)
        order = _keep(apiship, account, body)
        order.ordered = later
        _note_accepted(apiship, order)
        _begin_upload(apiship, order)
    return order


def create_sync(apiship: ApiShip, account: Account, body: Body) -> Order:
    """`POST /orders/sync`: the carrier's word at once; an order it refuses is not kept. Raises Refused."""
    with apiship.lock:
        later = _refuse_or_not(apiship, account, body)
        if verdict := _next(later) or _verdict(body):
            raise Refused("040088", [verdict[1]])
        order = _keep(apiship, account, body)
        _note_accepted(apiship, order)
        apiship.set_status(order, "uploading")
        _accepted_by_carrier(apiship, order)
    return order


def validate(apiship: ApiShip, account: Account, body: Body) -> None:
    """Raises Refused; nothing is sent."""
    with apiship.lock:
        if problems := _check(apiship, account, body):
            raise Refused("040002", problems)


def of_account(apiship: ApiShip, account: Account, identifier: int) -> Order:
    """Raises Refused: unknown or deleted, somebody else's."""
    order = apiship.orders.get(identifier)
    if order is None or order.deleted is not None:
        raise Refused("040080")
    if order.account != account:
        raise Refused("040305")
    return order


def by_number(apiship: ApiShip, account: Account, number: str) -> Order:
    """Raises Refused: none of the account's orders has this ``clientNumber``."""
    if not number:
        raise Refused("040002", [missing("clientNumber")])
    order = apiship.live(account, number)
    if order is None or order.created + apiship.switches.lookup_delay > apiship.time():
        raise Refused("040080")
    return order


def change(apiship: ApiShip, order: Order, body: Body) -> None:
    """`PUT`: the whole order anew. An order that is at the carrier is changed there too, where the carrier can."""
    with apiship.lock:
        if problems := _check(apiship, order.account, body, but=order):
            raise Refused("040002", problems)
        if order.status not in BEFORE:
            raise Refused("040089", [field("orderId", "Заказ уже принят службой доставки")])
        if order.status == "uploaded":
            if not PROVIDERS[order.provider].changes:
                raise Refused("040089", [field("order.providerKey", "Служба доставки не поддерживает изменение")])
            if order.provider != body["order"]["providerKey"]:
                raise Refused("040089", [field("order.providerKey", "Нельзя сменить службу доставки")])
            if verdict := _verdict(body):
                raise Refused("040089", [verdict[1]])
        order.body = copy.deepcopy(body)
        order.plan_cost = _plan_cost(body)
        apiship.note("order.changed", order.number, order_id=order.id, **_told(body))


def resend(apiship: ApiShip, order: Order) -> None:
    """Only what was refused is sent again."""
    with apiship.lock:
        if order.status != "uploadingError":
            raise Refused("040002", [field("orderId", "Заказ не требует повторной отправки")])
        apiship.note("order.resent", order.number, order_id=order.id)
        _begin_upload(apiship, order)


def cancel(apiship: ApiShip, order: Order) -> None:
    """At the carrier too, if it can and does not hold the parcel yet. Raises Refused."""
    with apiship.lock:
        if order.canceled is not None:
            raise Refused("040081")
        if order.status not in BEFORE:
            raise Refused("040084", [field("orderId", "Заказ уже принят службой доставки")])
        if order.status == "uploaded" and not PROVIDERS[order.provider].cancels:
            raise Refused("040306")
        order.canceled = apiship.time()
        apiship.set_status(order, "deliveryCanceled")
        apiship.note("order.cancelled", order.number, order_id=order.id)


def delete(apiship: ApiShip, order: Order) -> None:
    """Out of ApiShip alone; CDEK's order goes with it (spec)."""
    with apiship.lock:
        order.deleted = apiship.time()
        apiship.note("order.deleted", order.number, order_id=order.id)
        if order.provider == "cdek" and order.status == "uploaded":
            apiship.note("order.cancelled", order.number, order_id=order.id)


def client_return(apiship: ApiShip, account: Account, body: Body) -> Order:
    """`POST /orders/return` (spec): the recipient sends a delivered order back. Raises Refused."""
    with apiship.lock:
        problems = accept.return_problems(body, apiship.switches.strict)
        if problems:
            raise Refused("040002", problems)
        direct = of_account(apiship, account, body["directOrderId"])
        if not PROVIDERS[direct.provider].returns:
            raise Refused("040088", [field("order.providerKey", "Служба доставки не поддерживает клиентский возврат")])
        if direct.status not in ("delivered", "partialReturn"):
            raise Refused("040088", [field("directOrderId", "Заказ ещё не вручён")])
        if body["order"]["tariffId"] not in TARIFFS:
            raise Refused("040002", [field("order.tariffId", "Тариф не найден")])
        if apiship.live(account, body["order"]["clientNumber"]):
            raise Refused("040002", [_taken()])
        kept = {name: value for name, value in body.items() if name != "directOrderId"}
        order = _keep(apiship, account, kept)
        apiship.note("return.accepted", order.number, order_id=order.id, direct=direct.number)
        apiship.set_status(order, "uploading")
        _accepted_by_carrier(apiship, order)
    return order


# --- the parts --------------------------------------------------------------------------------------------------------


def _check(apiship: ApiShip, account: Account, body: Body, but: Order | None = None) -> Sequence[FieldError]:
    """What is wrong beyond the shape (which raises): the number is taken, a refusal that was ordered."""
    switches = apiship.switches
    accept.check(account, body, strict=switches.strict, extra_points=switches.extra_points)
    holder = apiship.live(account, body["order"]["clientNumber"])
    if holder is not None and holder.is_live and holder is not but:
        return [_taken()]
    return []


def _taken() -> FieldError:
    return field("order.clientNumber", "Заказ с таким номером уже существует")


def _refuse_or_not(apiship: ApiShip, account: Account, body: Body) -> list[FieldError]:
    """Raises Refused; else what a test wants the carrier to refuse later."""
    problems = list(_check(apiship, account, body))
    wanted = apiship.override_for(facts_of(body), "errors")
    rows = [_error(given) for given in wanted.errors] if wanted else []
    problems += [row for row in rows if "errorCode" not in row]
    if problems:
        raise Refused("040002", problems)
    return [row for row in rows if "errorCode" in row]


def _error(given: Any) -> FieldError:
    """Of an override: a field's name (refused at once), an errorCode (refused by the carrier), or the row itself."""
    if isinstance(given, dict):
        return {str(name): str(value) for name, value in given.items()}
    name = str(given)
    if name.isdigit():
        return {**field("order", "Служба доставки не приняла заказ"), "errorCode": name}
    return field(name, "Недопустимое значение")


def _note_accepted(apiship: ApiShip, order: Order) -> None:
    login = order.account.login
    apiship.note("order.accepted", order.number, order_id=order.id, account=login, **_told(order.body))


def _keep(apiship: ApiShip, account: Account, body: Body) -> Order:
    order = Order(next(apiship.numbers), account, copy.deepcopy(body), apiship.time(), plan_cost=_plan_cost(body))
    apiship.add(order)
    return order


def _told(body: Body) -> dict[str, Any]:
    order, recipient = body["order"], body["recipient"]
    return {
        "recipient": recipient["contactName"],
        "phone": recipient["phone"],
        "provider": order["providerKey"],
        "tariff": order["tariffId"],
        "weight": sum(place["weight"] for place in body["places"]),
        "places": len(body["places"]),
        "point": order.get("pointOutId"),
        "address": recipient.get("addressString"),
        "cod": body["cost"].get("codCost"),
    }


def _begin_upload(apiship: ApiShip, order: Order) -> None:
    apiship.set_status(order, "uploading")
    order.upload += 1
    mine = order.upload

    def decided() -> None:
        # A cancellation, a deletion or a reset may have come between.
        if order.id in apiship.orders and order.upload == mine and order.status == "uploading" and order.is_live:
            _decide(apiship, order)

    apiship.after(apiship.decision_delay(), decided)


def _decide(apiship: ApiShip, order: Order) -> None:
    verdict = _next(order.ordered) or _verdict(order.body)
    order.ordered = []
    if verdict is None:
        _accepted_by_carrier(apiship, order)
        return
    code, problem = verdict
    apiship.set_status(order, "uploadingError", error_code=code, words=f"{problem['field']}: {problem['message']}")
    apiship.note("order.decided", order.number, order_id=order.id, error_code=code, field=problem["field"])


def _accepted_by_carrier(apiship: ApiShip, order: Order) -> None:
    order.provider_number = str(next(apiship.provider_numbers))
    order.additional_number = f"{order.provider_number}-{order.id}"
    apiship.set_status(order, "uploaded")
    apiship.note("order.decided", order.number, order_id=order.id, provider_number=order.provider_number)
    apiship.begin_walk(order)


def _next(ordered: Sequence[FieldError]) -> tuple[str, FieldError] | None:
    if not ordered:
        return None
    row = ordered[0]
    return row["errorCode"], field(row.get("field", "order"), row.get("message", "Служба доставки не приняла заказ"))


def _verdict(body: Body) -> tuple[str, FieldError] | None:
    """The carrier's refusal: (errorCode, what is wrong); None when it takes the order."""
    order, recipient = body["order"], body["recipient"]
    if re.search(r"[/\\0-9]", recipient["contactName"]):
        return "300", field("recipient.contactName", "Недопустимые символы в имени получателя")
    tariff, provider = TARIFFS[order["tariffId"]], PROVIDERS[order["providerKey"]]
    start, end = _towns(body)
    if (provider.towns and end.name not in provider.towns) or (provider.same_town and start != end):
        return "200", field("recipient.city", "Направление не обслуживается")
    if tariff.locker and len(body["places"]) > 1:
        return "300", field("places", "В постамат можно отправить только одно место")
    return None


def _towns(body: Body) -> tuple[City, City]:
    start, end = recognise(body["sender"]), recognise(body["recipient"])
    assert start is not None  # noqa: S101 - accept.check has seen to both
    assert end is not None  # noqa: S101
    return start, end


def _plan_cost(body: Body) -> float:
    return price(TARIFFS[body["order"]["tariffId"]], *_towns(body), [place["weight"] for place in body["places"]])
