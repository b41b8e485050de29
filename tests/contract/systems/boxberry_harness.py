"""Boxberry's emulator behind the face of the contract suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.order import OrderState
from b24app.logistics.papers import PaperForm
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from tests.contract.systems.harness import Harness, Sent, Shape, Where

API = "/json.php"
BLOCKED = "Ваша учетная запись заблокирована"
NOT_INTEGER = "Длина, Ширина, Высота и Вес каждого места в заказе должны быть целыми числами"
NO_PHONE = "Необходимо заполнить «Номер телефона получателя»."


class BoxberryHarness(Harness):
    code = "boxberry"
    mode = "live"
    settings: Mapping[str, Any] = {"reception": "010"}
    credentials: Mapping[str, str] = {"token": "token"}
    wrong_keys = (("token", "0" * 32, "sign_in"), ("reception", "777", "sender"))
    create_path = API
    create_contains = "ParselCreate"
    find_path = read_path = many_path = API
    find_method = read_method = "POST"
    find_contains = read_contains = "ParcelInfo"
    many_method, many_contains = "GET", "ListStatuses"
    price_path = API
    price_contains = "DeliveryCalculation"
    cancel_path = API
    cancel_contains = "ParcelInfo"
    others: Mapping[str, Where] = {
        "points": Where(API, "GET", "ListPoints"),
        "papers": Where("/parcel-files/*", "GET"),
        "changes": Where(API, "POST", "ParselCreate"),
        "handovers": Where(API, "GET", "ParselSend&"),
        "feed": Where(API, "GET", "OrdersBalance"),
        "address": Where(API, "GET", "ListCitiesFull"),
    }
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "Принято к доставке"},
        "in_transit": {"code": "Отправлено в город назначения"},
        "out_for_delivery": {"code": "Передано на курьерскую доставку"},
        "delivered": {"code": "Выдано"},
    }
    failed_attempt = ({"code": "Возвращено с курьерской доставки", "comment": "Не дозвонились"}, Incident.NO_ANSWER)
    shapes = (
        Shape("text in err", {"err": NO_PHONE}, names=Field.PHONE),
        Shape("a list with err", [{"err": NO_PHONE}], names=Field.PHONE),
        Shape("err and message", {"err": True, "message": NO_PHONE}, names=Field.PHONE),
        Shape("error and message", {"error": True, "message": NOT_INTEGER}, names=Field.WEIGHT),
        Shape(
            "a text nobody knows", {"err": "Луна не в той фазе «X»"}, code="Луна не в той фазе «…»", names=Field.ORDER
        ),
        Shape("a refusal without words", {"err": True}, names=Field.ORDER),
        Shape("the account is blocked", {"err": BLOCKED}, "account"),
        Shape("the token is wrong", [{"err": "Неверный token"}], "account"),
        Shape("too many calls", {"err": "Превышено количество запросов"}, "unavailable"),
        Shape("broken inside", {"err": "Внутренняя ошибка сервера"}, "uncertain"),
        Shape("err is false and nothing else", {"err": False}, "uncertain"),
        Shape("nothing at all", "", "uncertain"),
        Shape("an empty list", [], "uncertain"),
        Shape("broken JSON", '{"test": true\n"message": "test"}', "uncertain"),
    )
    cancelled_is_gone = True
    reads_apart = True
    #: One that is in an act and has not moved can still be called back.
    handed_over_is_final = False

    def refused_code(self) -> str:
        return "Значение «ФИО получателя» неверно."

    def most_calls(self, count: int) -> int:
        """One a piece for its history, and one for all that have none."""
        return count + 1

    def before_paper(self, form: PaperForm, state: OrderState) -> None:
        if form.code == "act":
            self.port.hand_over([state.remote_id], self.world.clock.now().date())

    def sent(self, state: OrderState) -> Sent:
        sdata = self.control("GET", f"orders/{state.number}")["sdata"]
        weights, ends = sdata["weights"], ("", "2", "3")
        boxes = [tuple(int(weights[name + end]) for name in ("weight", "z", "x", "y")) for end in ends
                 if "weight" + end in weights]  # fmt: skip
        return Sent(
            cod_minor=round(float(sdata["payment_sum"]) * 100),
            declared_minor=round(float(sdata["price"]) * 100),
            parcels=tuple((grams, (length * 10, width * 10, height * 10)) for grams, length, width, height in boxes),
            name=sdata["customer"]["fio"],
            phone=sdata["customer"]["phone"],
            place=sdata["shop"]["name"] or None,
            extras=tuple(
                extra
                for extra, name, value in (("fitting", "fitting", "1"), ("partial", "issue", "2"))
                if sdata.get(name) == value
            ),
        )
