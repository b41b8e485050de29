"""Small directories: products, contents, statuses (§2, §7)."""

from __future__ import annotations

from dataclasses import dataclass

LTL, AIR, EXPRESS_CAR, DTS, EASYWAY = 3, 1, 5, 7, 12

PRODUCTS: dict[int, tuple[str, str, bool]] = {
    LTL: ("LTL", "LTL (сборный груз)", False),
    AIR: ("Express Авиа", "Express Авиаперевозка", False),
    EXPRESS_CAR: ("Express Авто", "Express Автоперевозка", False),
    EASYWAY: ("EasyWay", "EasyWay", True),
    DTS: ("ДТС", "ДТС Автоперевозка", True),
}

CONTENTS = (
    "Товары народного потребления", "Мебель", "Одежда", "Обувь", "Запчасти", "Посуда", "Бытовая техника", "Книги",
    "Игрушки", "Косметика", "Инструмент", "Стройматериалы", "Электроника", "Документы",
)  # fmt: skip
FRAGILE = frozenset({"Посуда", "Бытовая техника", "Электроника"})
CURRENCIES = (("643", "RUB", "Российский рубль"), ("398", "KZT", "Тенге"), ("933", "BYN", "Белорусский рубль"))
PACKING = (("1", "Коробка"), ("2", "Паллета"), ("3", "Мешок"))
LEGAL_FORMS = (
    ("ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ", "ООО"),
    ("АКЦИОНЕРНОЕ ОБЩЕСТВО", "АО"),
    ("ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ", "ИП"),
)
COD_AGREEMENT = "739293fd-edc7-495d-9e56-6f61ad39bb8c"
EASYWAY_AGREEMENT = "9ad369eb-1781-11e8-80c9-00155d668927"
SMS_SERVICE = "ffb40421-4761-11e8-80c9-00155d668927"
# What a card of a receiver means who shows no document (official samples).
SMS_DOCUMENT = "b87bc99c-c4c2-11e7-80c9-00155d668927"


@dataclass(frozen=True, slots=True)
class StatusKind:
    """A row of ``statustables``. ``said``: the history's words where they differ."""

    id: int
    status_id: int
    name: str
    is_final: bool
    said: str = ""
    type: str = "cargo"


WAITING = "Ожидается передача груза от отправителя"
CALLED_OFF = "Аннулировано до приемки груза"
TAKEN = "Принят к перевозке"
ISSUED = "Оформлен"
ON_WAY = "В пути"
ARRIVED = "Прибыл"
AT_DOOR = "Выполняется адресная доставка"
HANDED_OVER = "Выдан получателю"
DELIVERED = "Доставлен получателю"
SENT_BACK = "Отправлен на возврат"
RETURNED = "Возвращен отправителю"
FETCH_ASKED = "Заявка на забор зарегистрирована"
PARTLY = "Выдан ( мест {} из {} )"

# Ids 3, 4, 7, 8, 4000, 4100 and the flags of 3 and 4 are those of the official samples, the rest is the sandbox's own.
_ROWS = (
    StatusKind(1, 0, WAITING, False),
    StatusKind(2, 0, CALLED_OFF, True),
    StatusKind(3, 1, "Принят", True),
    StatusKind(4, 2, RETURNED, False),
    StatusKind(5, 1, TAKEN, False),
    StatusKind(6, 3, ISSUED, False),
    StatusKind(7, 4, ON_WAY, False),
    StatusKind(8, 8, "Выдан", True, "Выдан на складе"),
    StatusKind(9, 4, "В пути на терминал", False),
    StatusKind(10, 5, ARRIVED, False),
    StatusKind(11, 5, "Прибыл частично", False),
    StatusKind(12, 5, "Разгружается. Ожидайте оповещения", False),
    StatusKind(13, 6, AT_DOOR, False),
    StatusKind(14, 8, HANDED_OVER, True),
    StatusKind(15, 8, DELIVERED, True),
    StatusKind(16, 7, "Выдан ( мест", False),
    StatusKind(17, 9, SENT_BACK, False),
    StatusKind(18, 9, "Возврат груза отправителю", False),
    StatusKind(19, 10, "Утилизирован", True),
    StatusKind(20, 10, "Изъят на таможне", True),
    StatusKind(21, 1, "Принят на ПВЗ", False),
    StatusKind(4000, 40, FETCH_ASKED, False, "Забор груза заказан", "pickup"),
    StatusKind(4100, 41, "Забор груза запланирован", False, "", "pickup"),
)
STATUS_BY_NAME = {row.name.casefold(): row for row in _ROWS}
STATUS_BY_ID = {row.id: row for row in _ROWS}

DELIVERY_STATUSES = {
    3000: "Другое", 3010: "Новая", 3030: "Отложено", 3050: "Перенесено", 3070: "Запланировано", 3090: "Выполняется",
    3200: "Выполнено", 3500: "Аннулировано",
}  # fmt: skip


def find_status(code: str) -> StatusKind | None:
    """By text, whatever its case, or by id."""
    text = code.strip().casefold()
    if text.startswith("выдан ( мест"):
        return STATUS_BY_ID[16]
    if text.isdigit():
        return STATUS_BY_ID.get(int(text))
    return STATUS_BY_NAME.get(text)
