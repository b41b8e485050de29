"""Robots of a deal's delivery as they should be in portals. Data. Facts: contracts/bitrix24-crm.md §7.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.bitrix24.robots import (
    BELL,
    BY_RULE,
    CANCEL,
    CHEAPEST,
    CREATE,
    FASTEST,
    FEED,
    LABEL,
    POINT,
    QUIET,
    QUOTE,
    TROUBLE,
)
from b24app.logistics.model import DeliveryKind
from b24app.words import language_of

_DEALS = {"INCLUDE": [["crm", "CCrmDocumentDeal"]]}


def text(ru: str, en: str) -> dict[str, str]:
    return {"ru": ru, "en": en}


def result(ru: str, en: str, kind: str = "string") -> dict[str, Any]:
    return {"Name": text(ru, en), "Type": kind}


def field(ru: str, en: str, help_ru: str = "", help_en: str = "", **more: Any) -> dict[str, Any]:
    told = {"Description": text(help_ru, help_en)} if help_ru else {}
    return {"Name": text(ru, en), **told, "Type": "string", "Required": "N", **more}


#: Every robot asks it last.
ON_TROUBLE = field(
    "Если не получилось",
    "If it did not work",
    "Результат «Что помешало» робот отдаёт всегда",
    "“What went wrong” is given back in any case",
    Type="select",
    Options={
        FEED: text("Написать в ленту сделки", "Say it in the deal's timeline"),
        BELL: text("В ленту и ответственному", "Timeline and responsible"),
        QUIET: text("Только отдать результат", "Only give it back"),
    },
    Default=FEED,
)
#: What every robot gives back. The code is the same in any language, so that a rule can do one thing or another.
WENT_WRONG = {
    "problem": result("Что помешало", "What went wrong"),
    "problem_code": result("Что помешало: код", "What went wrong: code"),
}
_NUMBER = result("Номер заказа", "Order number")


def of_deals(lang: str) -> dict[str, dict[str, Any]]:
    """Fields of `bizproc.robot.add` by code, without handler and user. Values of lists have one language: the
    portal's."""
    return {
        code: {**own, "PROPERTIES": spoken({**own["PROPERTIES"], TROUBLE: ON_TROUBLE}, lang), "FILTER": _DEALS}
        for code, own in _ROBOTS.items()
    }


def spoken(properties: Mapping[str, Mapping[str, Any]], lang: str) -> dict[str, dict[str, Any]]:
    """Values of lists in the portal's language."""
    plain = language_of(lang)
    return {
        name: {**spec, **({"Options": _options(spec["Options"], plain)} if "Options" in spec else {})}
        for name, spec in properties.items()
    }


def _options(options: Mapping[str, Mapping[str, str]], lang: str) -> dict[str, str]:
    return {value: texts[lang] for value, texts in options.items()}


_ROBOTS: dict[str, dict[str, Any]] = {
    QUOTE: {
        "NAME": text("Узнать цены доставки (Waybill)", "Get delivery prices (Waybill)"),
        "DESCRIPTION": text(
            "Спрашивает цены у перевозчиков, как вкладка «Доставка». Отдаёт лучшую цену и весь список.",
            "Asks the carriers for prices, as the Delivery tab does. Gives the best price and the whole list.",
        ),
        "PROPERTIES": {
            "carrier": field(
                "Перевозчик или подключение",
                "Carrier or connection",
                "Название, как на странице Waybill. Пусто = все",
                "A name as on Waybill's page. Empty = all",
            ),
            "kind": field(
                "Способ доставки",
                "Kind of delivery",
                "Если в сделке указан другой, робот скажет об этом",
                "If the deal says another one, the rule says so",
                Type="select",
                Options={
                    DeliveryKind.COURIER.value: text("Курьер", "Courier"),
                    DeliveryKind.PICKUP.value: text("Пункт выдачи", "Pickup point"),
                },
            ),
        },
        "RETURN_PROPERTIES": {
            "price": result("Лучшая цена", "Best price", "double"),
            "client_price": result("Цена для клиента", "Price for the client", "double"),
            "currency": result("Валюта", "Currency"),
            "carrier": result("Перевозчик", "Carrier"),
            "account": result("Подключение", "Connection"),
            "service": result("Услуга", "Service"),
            "service_code": result("Код услуги", "Service code"),
            "days": result("Дней в пути", "Days"),
            "cheapest": result("Самое дешёвое", "Cheapest"),
            "fastest": result("Самое быстрое", "Fastest"),
            "list": result("Список цен", "List of prices", "text"),
            **WENT_WRONG,
        },
    },
    POINT: {
        "NAME": text("Выбрать пункт выдачи (Waybill)", "Choose pickup point (Waybill)"),
        "DESCRIPTION": text(
            "Записывает в сделку пункт выдачи: ближайший, который примет посылку, или с названным кодом.",
            "Writes a pickup point into the deal: the nearest that takes the parcel, or the one with the given code.",
        ),
        "PROPERTIES": {
            "code": field("Код пункта", "Point code", "Пусто = ближайший", "Empty = the nearest"),
        },
        "RETURN_PROPERTIES": {
            "code": result("Код пункта", "Point code"),
            "name": result("Название пункта", "Point name"),
            "address": result("Адрес пункта", "Point address"),
            "hours": result("Часы работы", "Opening hours"),
            **WENT_WRONG,
        },
    },
    CREATE: {
        "NAME": text("Создать отправление (Waybill)", "Create shipment (Waybill)"),
        "DESCRIPTION": text(
            "Оформляет заказ у перевозчика, как кнопка «Отправить сейчас». Ждёт, пока заказ получит номер или отказ.",
            "Makes the carrier's order, as the button “Ship now” does. Waits until it has its number or is refused.",
        ),
        "PROPERTIES": {
            "how": field(
                "Чем везти",
                "Carried by",
                Type="select",
                Options={
                    BY_RULE: text("По правилам", "By the rules"),
                    CHEAPEST: text("Самым дешёвым", "The cheapest"),
                    FASTEST: text("Самым быстрым", "The fastest"),
                },
                Default=BY_RULE,
            ),
            "account": field(
                "Перевозчик или подключение",
                "Carrier or connection",
                "Можно взять результат робота «Узнать цены доставки». Пусто = любое",
                "May be a result of “Get delivery prices”. Empty = any",
            ),
            "service": field("Услуга", "Service", "Код или название. Пусто = любая", "Code or name. Empty = any"),
        },
        "RETURN_PROPERTIES": {
            "number": _NUMBER,
            "track": result("Трек-номер", "Tracking number"),
            "link": result("Ссылка на отслеживание", "Tracking link"),
            "price": result("Стоимость доставки", "Delivery price", "double"),
            "status": result("Статус", "Status"),
            "status_code": result("Код статуса", "Status code"),
            **WENT_WRONG,
        },
    },
    LABEL: {
        "NAME": text("Получить этикетку (Waybill)", "Get label (Waybill)"),
        "DESCRIPTION": text(
            "Печатает этикетку заказа и прикладывает её в ленту сделки. Ждёт, пока заказ получит номер.",
            "Has the order's label made and attached in the deal's timeline. Waits until the order has its number.",
        ),
        "PROPERTIES": {
            "size": field("Размер", "Size", "Например, A6. Пусто = обычный", "A6, for example. Empty = the usual one"),
        },
        "RETURN_PROPERTIES": {
            "number": _NUMBER,
            "link": result("Где файл", "Where the file is"),
            "pages": result("Страниц", "Pages", "int"),
            **WENT_WRONG,
        },
    },
    CANCEL: {
        "NAME": text("Отменить отправление (Waybill)", "Cancel shipment (Waybill)"),
        "DESCRIPTION": text(
            "Отменяет заказ у перевозчика, как кнопка во вкладке. Ждёт, что решит перевозчик.",
            "Cancels the order at the carrier, as the tab's button does. Waits for what the carrier decides.",
        ),
        "PROPERTIES": {},
        "RETURN_PROPERTIES": {
            "state": result("Что с заказом", "State of the order"),
            "state_code": result("Код статуса", "Status code"),
            **WENT_WRONG,
        },
    },
}
