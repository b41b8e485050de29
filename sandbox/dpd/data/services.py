"""Services of the contract, with factors of a plausible price list (codes and names: contract §9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """``factor`` on the common price, ``faster`` days off; ``variants`` it serves; ``piece_kg`` the heaviest parcel."""

    code: str
    name: str
    factor: float
    faster: int
    variants: tuple[str, ...] = ("ДД", "ДТ", "ТД", "ТТ")
    piece_kg: float = 1000.0


SERVICES = {
    found.code: found
    for found in (
        Service("PCL", "DPD OPTIMUM", 1.0, 0, piece_kg=50.0),
        Service("CSM", "DPD Online Express", 1.9, 1, piece_kg=31.5),
        Service("ECN", "DPD ECONOMY", 0.85, -2),
        Service("CUR", "DPD CLASSIC domestic", 1.15, 0),
        Service("NDY", "DPD EXPRESS", 2.3, 2, ("ДД", "ТД")),
        Service("BZP", "DPD 18:00", 1.6, 1, ("ДД", "ТД")),
        Service("MAX", "DPD MAX domestic", 1.05, 0, ("ДД", "ТД")),
        Service("MXO", "DPD Online Max", 1.0, 0, ("ДД", "ДТ", "ТД", "ТТ")),
        Service("PUP", "DPD Shop to Shop", 0.7, 0, ("ТТ",), piece_kg=31.5),
    )
}

#: esCode -> (its parameters, whether it is paid) (§9).
EXTRAS: dict[str, tuple[tuple[str, ...], bool, str]] = {
    "SMS": (("phone",), False, "SMS получателю"),
    "EML": (("email",), False, "Письмо получателю"),
    "ЭСД": (("email",), False, "Письмо о доставке"),
    "ЭСЗ": (("email",), False, "Письмо о приёме заказа"),
    "ПОД": (("email",), True, "Подтверждение доставки"),
    "ВДО": ((), True, "Возврат документов отправителю"),
    "ДВД": ((), True, "Доставка в выходные дни"),
    "НПП": (("sum_npp",), True, "Наложенный платёж"),
    "ПРД": ((), True, "Погрузо-разгрузочные работы при доставке"),
    "ТРМ": ((), True, "Температурный режим"),
    "ОЖД": (("reason_delay",), True, "Ожидание на адресе"),
    "ЧСТ": (("goods_return_amount", "delivery_amount"), True, "Частичный возврат"),
    "ОБР": ((), True, "Обрешётка"),
    "КГТ": ((), True, "Крупногабаритный груз"),
}
