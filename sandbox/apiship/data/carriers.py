"""The carriers behind ApiShip and their tariffs: what of them the lists, the calculator and orders need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COURIER, POINT = 1, 2


@dataclass(frozen=True, slots=True)
class Provider:
    """``towns`` empty = everywhere. ``changes``, ``cancels``, ``returns``: what the carrier lets ApiShip do."""

    key: str
    name: str
    description: str = ""
    points: bool = False
    changes: bool = False
    cancels: bool = True
    returns: bool = False
    cancels_courier: bool = True
    towns: tuple[str, ...] = ()
    same_town: bool = False
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """``pickup`` and ``delivery``: 1 door, 2 point, None both (spec). Money in rubles, weights in grams."""

    id: int
    provider: str
    code: str
    name: str
    pickup: int | None
    delivery: int | None
    base: float
    per_kg: float
    per_100_km: float
    speed_km: float
    max_weight: int = 30_000
    locker: bool = False

    def fits(self, pickups: Sequence[int], delivery: int) -> bool:
        return (self.pickup is None or self.pickup in pickups) and self.delivery in (None, delivery)


PROVIDERS: Mapping[str, Provider] = {
    row.key: row
    for row in (
        Provider("cdek", "СДЭК", "Курьерская доставка и пункты выдачи", points=True, changes=True, returns=True,
                 tracking="https://www.cdek.ru/ru/tracking?order_id={}"),
        Provider("boxberry", "Boxberry", "Сеть пунктов выдачи", points=True, changes=True,
                 tracking="https://boxberry.ru/tracking-page?id={}"),
        Provider("dpd", "DPD", "Сеть пунктов выдачи и приема заказов", points=True,
                 tracking="https://www.dpd.ru/ols/trace2/standard.do2?orderNum={}"),
        Provider("rupost", "Почта России", "Отделения почтовой связи", points=True, returns=True, cancels=False,
                 cancels_courier=False, tracking="https://www.pochta.ru/tracking#{}"),
        Provider("x5", "5Post", "Выдача в магазинах", points=True, returns=True),
        Provider("dalli", "Dalli-Service", "Курьеры в двух столицах", towns=("Москва", "Санкт-Петербург")),
        Provider("pecom", "ПЭК", "Сборные грузы", points=True),
        Provider("yataxi", "Яндекс.Доставка", "В день заказа", same_town=True),
        Provider("dellin", "Деловые Линии", "Сборные грузы", points=True),
        Provider("b2cpl", "B2CPL", "Доставка по России"),
        Provider("lpost", "Л-Пост", "Пункты выдачи"),
        Provider("magnit", "Магнит Пост", "Выдача в магазинах"),
    )
}  # fmt: skip

TARIFFS: Mapping[int, Tariff] = {
    row.id: row
    for row in (
        Tariff(9, "cdek", "137", "Посылка склад-дверь", POINT, COURIER, 290, 42, 9, 550),
        Tariff(10, "cdek", "136", "Посылка склад-склад", POINT, POINT, 170, 32, 6, 550),
        Tariff(11, "cdek", "139", "Посылка дверь-дверь", COURIER, COURIER, 390, 48, 10, 550),
        Tariff(12, "cdek", "138", "Посылка дверь-склад", COURIER, POINT, 265, 38, 8, 550),
        Tariff(13, "cdek", "368", "Посылка склад-постамат", POINT, POINT, 160, 30, 6, 550, 15_000, locker=True),
        Tariff(20, "boxberry", "1", "Доставка до пункта выдачи", POINT, POINT, 155, 35, 6, 450, 15_000),
        Tariff(21, "boxberry", "2", "Курьерская доставка", POINT, COURIER, 270, 40, 9, 450, 15_000),
        Tariff(30, "dpd", "PCL", "DPD CLASSIC", None, None, 310, 30, 7, 500),
        Tariff(31, "dpd", "MAX", "DPD MAX domestic", None, None, 260, 22, 9, 400, 1_000_000),
        Tariff(40, "rupost", "23030", "Посылка онлайн", POINT, POINT, 190, 28, 5, 350, 20_000),
        Tariff(41, "rupost", "24030", "Курьер онлайн", POINT, COURIER, 245, 36, 7, 350, 20_000),
        Tariff(50, "x5", "5POST", "5Post до магазина", POINT, POINT, 130, 25, 5, 420, 15_000),
        Tariff(60, "dalli", "1", "Курьером за один день", COURIER, COURIER, 350, 30, 12, 900, 25_000),
        Tariff(70, "pecom", "AUTO", "Автоперевозка", None, None, 600, 12, 11, 400, 1_000_000),
        Tariff(80, "yataxi", "express", "Экспресс", COURIER, COURIER, 320, 20, 0, 900, 20_000),
    )
}  # fmt: skip

#: Additional services (`/lists/services`): (providerKey, name, extraParamName, valueType, valueDescription).
SERVICES = (
    ("cdek", "Частичная доставка", "cdek.PartialDelivery", "bool", "1 - включить услугу, 0 - не использовать"),
    ("cdek", "Примерка на дому", "cdek.TryingOn", "bool", "1 - включить услугу, 0 - не использовать"),
    ("boxberry", "Вскрытие до оплаты", "boxberry.Opening", "bool", "1 - включить услугу, 0 - не использовать"),
    ("dpd", "Подтверждение доставки", "dpd.Confirmation", "string", "Адрес e-mail"),
)
