"""What DPD looks at before it takes an order (contract §5.1, §9, §16): all that speaks against it, in Russian."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.dpd import geo
from sandbox.dpd.data.services import EXTRAS, SERVICES
from sandbox.dpd.errors import AMBIGUOUS

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

Row = Mapping[str, Any]
VARIANTS = ("ДД", "ДТ", "ТД", "ТТ")
PAYMENTS = ("", "ОУО", "ОУП")
PERIODS = ("9-18", "9-13", "13-18")
_CENT = Decimal("0.01")
#: What a parcel may be waited at an address for (§9).
_DELAYS = ("ПРИМ", "ПРОС", "РАБТ")
#: Streets no machine recognises: the first an employee finds, the second nobody does.
LOST_STREET, HOPELESS_STREET = "Неизвестная", "Несуществующая"


@dataclass(slots=True)
class Found:
    """What the look gave: the ends of the way, what speaks against the order, and whether an employee must look."""

    problems: list[str] = field(default_factory=list)
    from_city: int = 0
    to_city: int = 0
    pending: bool = False
    hopeless: bool = False


def look(dpd: Dpd, client: int, header: Row, order: Row) -> Found:
    found = Found()
    found.problems += _header(dpd, header, order)
    found.problems += _words(order)
    found.problems += _cargo(order)
    found.problems += _extras(order)
    found.problems += goods(order)
    variant = order["serviceVariant"]
    if variant in VARIANTS:
        found.from_city = _end(dpd, client, header["senderAddress"], variant[0], found, sender=True)
        found.to_city = _end(dpd, client, order["receiverAddress"], variant[1], found, sender=False)
        if variant[1] == "Т" and found.to_city:
            point = dpd.point(order["receiverAddress"]["terminalCode"])
            found.problems += _point(point or {}, order)
    return found


def _header(dpd: Dpd, header: Row, order: Row) -> Iterator[str]:
    if header["datePickup"] < dpd.today():
        yield "Дата забора груза (datePickup) ранее текущей даты"
    period = header.get("pickupTimePeriod")
    if period and period not in PERIODS:
        yield f"Недопустимый интервал забора груза: {period}"
    if not period and order["serviceVariant"].startswith("Д"):
        yield "Не указан интервал забора груза (pickupTimePeriod)"


def _words(order: Row) -> Iterator[str]:
    if not order["orderNumberInternal"].strip():
        yield "Не указан номер заказа клиента (orderNumberInternal)"
    if order["serviceVariant"] not in VARIANTS:
        yield f"Недопустимый вариант доставки (serviceVariant): {order['serviceVariant']}"
    service = SERVICES.get(order["serviceCode"])
    if service is None:
        yield f"Услуга {order['serviceCode']} не найдена или недоступна по договору"
    elif order["serviceVariant"] in VARIANTS and order["serviceVariant"] not in service.variants:
        yield f"Услуга {service.code} не оказывается для варианта доставки {order['serviceVariant']}"
    if (order.get("paymentType") or "") not in PAYMENTS:
        yield f"Недопустимая форма оплаты (paymentType): {order['paymentType']}"
    if not order["cargoCategory"].strip():
        yield "Не указано содержимое отправки (cargoCategory)"


def _cargo(order: Row) -> Iterator[str]:
    weight, pieces = order["cargoWeight"], order.get("parcel") or []
    if weight <= 0:
        yield "Вес отправки должен быть больше нуля"
    elif weight != weight.quantize(_CENT):
        yield "Вес отправки указывается с точностью до двух знаков после запятой"
    if order["cargoNumPack"] < 1:
        yield "Количество грузомест должно быть больше нуля"
    if pieces and len(pieces) != order["cargoNumPack"]:
        yield f"Количество посылок ({len(pieces)}) не равно количеству грузомест ({order['cargoNumPack']})"
    numbers = [piece["number"].strip() for piece in pieces]
    if not all(numbers) or len(set(numbers)) != len(numbers):
        yield "Номера посылок должны быть указаны и уникальны"
    service = SERVICES.get(order["serviceCode"])
    for piece in pieces:
        if any(piece.get(name) is not None and piece[name] <= 0 for name in ("weight", "length", "width", "height")):
            yield f"Вес и габариты посылки {piece['number']} должны быть больше нуля"
        if service and piece.get("weight") and piece["weight"] > service.piece_kg:
            yield f"Вес посылки {piece['number']} превышает допустимый для услуги {service.code}: {service.piece_kg} кг"
    for name in ("cargoValue", "cargoVolume"):
        if order.get(name) is not None and order[name] < 0:
            yield f"{name} не может быть меньше нуля"


def _extras(order: Row) -> Iterator[str]:
    for extra in order.get("extraService") or []:
        code = extra["esCode"]
        if code not in EXTRAS:
            yield f"Опция {code} не найдена"
            continue
        given = {row["name"] for row in extra.get("param") or [] if row.get("value")}
        if missing := [name for name in EXTRAS[code][0] if name not in given]:
            yield f"Для опции {code} не указан параметр {', '.join(missing)}"
        yield from _values(code, {row["name"]: row.get("value") or "" for row in extra.get("param") or []})
        if code == "ЧСТ" and not order.get("unitLoad"):
            yield "Для опции ЧСТ не указаны вложения (unitLoad)"
        if code == "НПП":
            # §9: for the customs union; within Russia the money stands in the lines of goods.
            yield "Опция НПП недоступна для заказов по России: сумма указывается во вложениях (npp_amount)"


def _values(code: str, given: Mapping[str, str]) -> Iterator[str]:
    for name, value in given.items():
        kind = name in ("reason_delay", "reason_delay_rps")
        sum_of = name in ("goods_return_amount", "delivery_amount")
        if (kind and value not in _DELAYS) or (sum_of and _amount(value) is None):
            yield f"Для опции {code} недопустимое значение параметра {name}: {value}"


def goods(order: Row) -> Iterator[str]:
    numbers = {piece["number"] for piece in order.get("parcel") or []}
    for line in order.get("unitLoad") or []:
        name = line["descript"].strip()
        if not name or line["count"] < 1:
            yield "Во вложении не указано наименование или количество"
        for money in ("npp_amount", "declared_value"):
            if line.get(money) and _amount(line[money]) is None:
                yield f"Вложение {name}: недопустимая сумма {money}={line[money]}"
        if (line.get("vat_percent") is None) == (not line.get("without_vat")) and line.get("npp_amount"):
            yield f"Вложение {name}: укажите либо ставку НДС, либо признак «без НДС»"
        if line.get("parcel_num") and numbers and line["parcel_num"] not in numbers:
            yield f"Вложение {name}: посылка {line['parcel_num']} не найдена в заказе"


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text.replace(".", "", 1).isdigit() else None


def cash_on_delivery(order: Row) -> Decimal:
    """What the receiver pays: the sum of the lines (roubles)."""
    lines = order.get("unitLoad") or []
    return sum((_amount(line["npp_amount"]) or Decimal(0) for line in lines if line.get("npp_amount")), Decimal(0))


def _end(dpd: Dpd, client: int, address: Row, kind: str, found: Found, *, sender: bool) -> int:
    """The city of one end, 0 when it could not be told; adds what is wrong there."""
    who = "отправителя" if sender else "получателя"
    for name in ("name", "contactFio"):
        if not address[name].strip():
            found.problems.append(f"Адрес {who}: не заполнено поле {name}")
    if sum(sign.isdigit() for sign in address["contactPhone"]) < 10:
        found.problems.append(f"Адрес {who}: неверный формат телефона {address['contactPhone']}")
    if kind == "Т":
        return _terminal(dpd, address, found, who, sender=sender)
    saved = dpd.addresses.get((client, address.get("code") or ""))
    return _door(saved or address, found, who)


def _terminal(dpd: Dpd, address: Row, found: Found, who: str, *, sender: bool) -> int:
    code = address.get("terminalCode") or ""
    point = dpd.point(code) if code else None
    if point is None:
        found.problems.append(f"Адрес {who}: терминал (terminalCode) {code} не найден")
        return 0
    wanted = "SelfPickup" if sender else "SelfDelivery"
    if wanted not in {row["operation"] for row in point["schedule"]}:
        found.problems.append(f"Терминал {code} не {'принимает' if sender else 'выдаёт'} отправления")
    if point.get("state") == "Full":
        found.problems.append(f"Терминал {code} переполнен")
    return int(point["address"]["cityId"])


def _door(address: Row, found: Found, who: str) -> int:
    if address.get("terminalCode"):
        found.problems.append(f"Адрес {who}: терминал не указывается для варианта доставки «дверь»")
    if (address.get("countryName") or "Россия") not in ("Россия", "Российская Федерация"):
        found.problems.append(f"Адрес {who}: страна {address['countryName']} не обслуживается")
    if address.get("addressString") and not address.get("street"):
        # §5.1 does not know whether it may stand alone: an employee takes it apart.
        found.pending = True
        return _by_text(address["addressString"])
    missing = [name for name in ("city", "street", "house") if not (address.get(name) or "").strip()]
    if missing:
        found.problems.append(f"Адрес {who}: не заполнены обязательные поля {', '.join(missing)}")
        return 0
    cities = geo.of_address(address)
    if len(cities) > 1:
        found.problems.append(f"Адрес {who}: {AMBIGUOUS} ({address['city']})")
        return 0
    street = address["street"]
    found.hopeless = found.hopeless or HOPELESS_STREET in street
    if not cities or LOST_STREET in street or HOPELESS_STREET in street:
        found.pending = True
    if cities and not cities[0].served:
        found.problems.append(f"Адрес {who}: доставка в населенный пункт {address['city']} не осуществляется")
    return cities[0].id if cities else 0


def _by_text(text: str) -> int:
    for word in text.split(","):
        if cities := geo.named(word.strip().removeprefix("г ").removeprefix("г. ")):
            return cities[0].id
    return 0


def _point(point: Row, order: Row) -> Iterator[str]:
    """Whether the point takes this order (§9, §16.11)."""
    code = order["receiverAddress"]["terminalCode"]
    if order["serviceCode"] in SERVICES and order["serviceCode"] not in point["services"]["serviceCode"]:
        yield f"Услуга {order['serviceCode']} недоступна для терминала {code}"
    extras = {row["esCode"]: {each["name"]: each["value"] for each in row["params"]} for row in point["extraService"]}
    for extra in order.get("extraService") or []:
        if extra["esCode"] in EXTRAS and extra["esCode"] not in extras:
            yield f"Опция {extra['esCode']} недоступна для терминала {code}"
        elif extra["esCode"] == "ОЖД" and not _waits(extra, extras["ОЖД"]):
            yield f"Причина ожидания недоступна для терминала {code}"
    money = cash_on_delivery(order)
    if money and "НПП" not in extras:
        yield f"Наложенный платёж недоступен для терминала {code}"
    elif money and money > Decimal(extras["НПП"]["sum_npp"]):
        yield f"Сумма наложенного платежа превышает допустимую для терминала {code}: {extras['НПП']['sum_npp']}"
    yield from _limits(point.get("limits") or {}, order, code)


def _waits(extra: Row, point: Mapping[str, str]) -> bool:
    kinds = [each.strip() for each in point.get("reason_delay", "").split(",")]
    return all(row["value"] in kinds for row in extra.get("param") or [] if row["name"] == "reason_delay")


def _limits(limits: Row, order: Row, code: str) -> Iterator[str]:
    if float(order["cargoWeight"]) > limits.get("maxShipmentWeight", float("inf")):
        yield f"Вес отправки превышает допустимый для терминала {code}: {limits['maxShipmentWeight']} кг"
    pieces: Sequence[Row] = order.get("parcel") or [{"weight": order["cargoWeight"] / max(order["cargoNumPack"], 1)}]
    for piece in pieces:
        if float(piece.get("weight") or 0) > limits.get("maxWeight", float("inf")):
            yield f"Вес посылки превышает допустимый для терминала {code}: {limits['maxWeight']} кг"
        sides = sorted((float(piece.get(name) or 0) for name in ("length", "width", "height")), reverse=True)
        room = [limits.get(name) for name in ("maxLength", "maxWidth", "maxHeight")]
        if any(most is not None and side > most for side, most in zip(sides, room, strict=True)):
            yield f"Габариты посылки превышают допустимые для терминала {code}"
        if sum(sides) > limits.get("dimensionSum", float("inf")):
            yield f"Сумма измерений посылки превышает допустимую для терминала {code}: {limits['dimensionSum']} см"
