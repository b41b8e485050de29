"""The public tariff calculator (§6.2): list prices, terms, and readable reasons. Kopecks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.russian_post.catalogue import CATEGORIES, MAIL_TYPES, has_cod, has_declared, item_name
from sandbox.russian_post.core import Post
from sandbox.russian_post.data import offices
from sandbox.russian_post.errors import Refused
from sandbox.russian_post.places import Place, by_index

from . import tariff

#: List prices are above a contract's.
_LIST = 1.25
_PARAMETERS = frozenset((
    "json", "errorcode", "object", "from", "to", "weight", "size", "pack", "sumoc", "sumnp", "service", "date", "time",
    "date-from", "date-to", "closed", "dogovor", "country-to", "country-from", "export", "import", "isavia",
    "int-product", "int-type", "int-client", "channel", "sumin", "sumgs", "sum", "sum_month", "month", "count",
    "countinpack", "weightall", "aweight", "group", "region", "return", "postmark", "mailrank", "mailtype", "mailctg",
    "directctg", "volume", "duration", "paytype", "payer", "reqid", "p1", "p2", "p3", "p4", "p5",
))  # fmt: skip
_FLAGS = {"1": "with-simple-notice", "2": "with-order-of-notice", "4": "fragile", "22": "inventory",
          "62": "with-electronic-notice", "38": "completeness-checking", "81": "contents-checking",
          "82": "with-fitting", "83": "functionality-checking", "26": "courier"}  # fmt: skip
SERVICES = {
    1: "Простое уведомление", 2: "Заказное уведомление", 4: "Отметка «Осторожно»", 12: "Негабаритное",
    20: "СМС-уведомление о поступлении", 22: "Проверка описи вложения", 26: "Курьерская доставка",
    38: "Проверка комплектности", 62: "Электронное уведомление", 81: "Проверка вложения", 82: "Примерка",
    83: "Проверка работоспособности",
}  # fmt: skip


class Unfit(Exception):  # noqa: N818 - an answer of the calculator
    """One of the documented codes; ``kind`` 1 tariff, 2 term, 3 input."""

    def __init__(self, code: int, text: str, kind: int = 3) -> None:
        super().__init__(text)
        self.row = {"msg": text, "code": code, "type": kind}


def calculate(post: Post, query: Mapping[str, str], *, price: bool, term: bool) -> dict[str, Any]:
    """``/v2/calculate/tariff[/delivery]`` or ``/v2/calculate/delivery``. Raises Refused with ``errors[]``."""
    try:
        item, product = _item(post, query)
        return _answer(post, query, item, product, price=price, term=term)
    except Unfit as problem:
        row = problem.row if query.get("errorcode") == "1" else {"msg": problem.row["msg"]}
        raise Refused(post.switches.public_error_status, {"errors": [row]}) from None


def _item(post: Post, query: Mapping[str, str]) -> tuple[tariff.Item, int]:
    if "json" not in query:
        raise Unfit(1222, "Не задан вид расчета: ожидается json")
    if strange := sorted(set(query) - _PARAMETERS):
        raise Unfit(1302, f"Неподдерживаемый параметр {strange[0]}")
    product = _whole(query, "object")
    mail_type = next((row for row in MAIL_TYPES.values() if row.number == product // 1000), None)
    category = next((name for name, row in CATEGORIES.items() if row[0] == product % 1000 // 10), "")
    if mail_type is None or not category or product % 10 != 0:
        raise Unfit(1205, f"Неверный код объекта расчета {product}")
    ends = _end(post, query, "from"), _end(post, query, "to")
    weight = _whole(query, "weight")
    if weight <= 0:
        raise Unfit(1377, f"Вес {weight} слишком мал")
    if weight > mail_type.max_mass:
        raise Unfit(1378, f"Вес {weight} больше допустимого {mail_type.max_mass}")
    declared = _whole(query, "sumoc") if has_declared(category) else 0
    if has_cod(category) and _whole(query, "sumnp") > declared:
        raise Unfit(2011, "Сумма наложенного платежа больше объявленной ценности")
    if mail_type.code in post.switches.refused_types:
        raise Unfit(1372, "Данное направление не обслуживается", 1)
    asked = [part for part in query.get("service", "").split(",") if part]
    if unknown := [part for part in asked if not part.isdigit() or int(part) not in SERVICES]:
        raise Unfit(1202, f"Услуга {unknown[0]} не предоставляется")
    flags = frozenset(_FLAGS[part] for part in asked if part in _FLAGS)
    sms = "20" in asked
    return tariff.Item(*ends, mail_type.code, category, weight, _size(query), declared, flags, sms), product


def _whole(query: Mapping[str, str], name: str) -> int:
    if not query.get(name):
        raise Unfit(1201, f"Не указано значение параметра {name}")
    if not query[name].isdigit():
        raise Unfit(1366, f"Значение параметра {name} не является числом")
    return int(query[name])


def _end(post: Post, query: Mapping[str, str], name: str) -> Place:
    index = f"{_whole(query, name):06d}"
    office = offices.by_index(index, post.switches.extra_points)
    place = office.place if office else by_index(index)
    if place is None:
        raise Unfit(1207, f"Индекс {index} не существует")
    return place


def _size(query: Mapping[str, str]) -> tuple[int, int, int]:
    text = query.get("size")
    if not text:
        return 0, 0, 0
    sides = text.lower().split("x")
    if len(sides) != 3 or not all(side.isdigit() for side in sides):
        raise Unfit(1200, f"Неверное значение параметра size: {text}")
    return int(sides[0]), int(sides[1]), int(sides[2])


def _answer(
    post: Post, query: Mapping[str, str], item: tariff.Item, product: int, *, price: bool, term: bool
) -> dict[str, Any]:
    now = post.moscow()
    kind = MAIL_TYPES[item.mail_type]
    row: dict[str, Any] = {
        "version_api": 2, "version": "2.14.3.671", "caption": "Результат расчета", "id": product,
        "name": item_name(item.mail_type, item.category), "mailtype": kind.number,
        "mailctg": CATEGORIES[item.category][0], "directctg": 0, "weight": item.mass, "from": int(query["from"]),
        "to": int(query["to"]), "date": int(f"{now:%Y%m%d}"), "time": int(f"{now:%H%M%S}"), "transtype": 1,
        "transname": "наземно", "postoffice": [_office(post, query["from"], 1), _office(post, query["to"], 2)],
        "isgroup": 0, "isdogovor": 0,
    }  # fmt: skip
    if price:
        row |= _prices(post, item)
    if term:
        row["delivery"] = _term(now, item)
    return row


def _prices(post: Post, item: tariff.Item) -> dict[str, Any]:
    percent = post.switches.vat_percent
    parts = {name: round(amount * _LIST) for name, amount in tariff.rates(item).items()}

    def money(amount: int) -> dict[str, int]:
        return {"val": amount, "valnds": amount + tariff.vat(post, amount), "valmark": 0}

    items = [
        {"id": str(2000 + number), "name": _NAMES.get(name, name), "tariff": money(amount)}
        for number, (name, amount) in enumerate(parts.items())
    ]
    total = sum(parts.values())
    rest = total - parts["ground"]
    out: dict[str, Any] = {"items": items, "ground": money(parts["ground"])}
    if rest:
        out["service"] = money(rest)
    nds = tariff.vat(post, total)
    return out | {"pay": total, "paynds": total + nds, "paymark": 0, "ndsrate": percent, "nds": nds}


_NAMES = {"ground": "Плата за пересылку", "insurance": "Плата за объявленную ценность", "fragile": "Осторожно",
          "notice": "Уведомление", "oversize": "Негабарит"}  # fmt: skip


def _term(now: datetime, item: tariff.Item) -> dict[str, Any]:
    least, most = tariff.days(item)
    deadline = (now + timedelta(days=most)).replace(hour=23, minute=59, second=59)
    return {"min": least, "max": most, "deadline": f"{deadline:%Y%m%dT%H%M%S}"}


def _office(post: Post, index: str, part: int) -> dict[str, Any]:
    office = offices.by_index(index, post.switches.extra_points)
    place = office.place if office else by_index(index)
    row = {"index": int(index), "tp": part, "name": place.name.upper() if place else index}
    return row | ({"type": office.type, "typei": offices.TYPE_IDS[office.type]} if office else {})


def dictionary(name: str) -> dict[str, Any]:
    """``/v2/dictionary/…``. Raises KeyError for one that is not emulated."""
    if name == "category":
        return {"category": [{"id": code, "name": title} for code, title in CATEGORIES.values()]}
    if name == "object/tariff/delivery":
        rows = [
            {"id": kind.number * 1000 + number * 10, "name": f"{kind.title} {title}"}
            for kind in MAIL_TYPES.values()
            for number, title in CATEGORIES.values()
        ]
        return {"object": rows}
    if name == "service":
        return {"service": [{"id": number, "name": title} for number, title in SERVICES.items()]}
    if name == "country":
        return {"country": [{"id": 643, "name": "РОССИЯ", "code": "RU"}]}
    raise KeyError(name)
