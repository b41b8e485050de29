"""Enumerations of the contract (§4): mail types and categories with their numbers, ceilings, allowed pairs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailType:
    """``number``: of the tariff service and of tracking. ``max_mass`` grams. ``factor``: price against a parcel's.

    ``door``: brought to the recipient; ``phone``: the recipient's phone is compulsory.
    """

    code: str
    number: int
    title: str
    max_mass: int
    factor: float
    speed: float = 1.0
    door: bool = False
    phone: bool = False


MAIL_TYPES = {
    row.code: row
    for row in (
        MailType("POSTAL_PARCEL", 4, "Посылка", 50_000, 1.0),
        MailType("ONLINE_PARCEL", 23, "Посылка онлайн", 20_000, 0.9, phone=True),
        MailType("ONLINE_COURIER", 24, "Курьер онлайн", 31_500, 1.3, door=True, phone=True),
        MailType("EMS", 7, "Отправление EMS", 31_500, 2.2, speed=2.0, door=True, phone=True),
        MailType("EMS_OPTIMAL", 34, "EMS оптимальное", 20_000, 1.6, speed=1.6, door=True, phone=True),
        MailType("EMS_RT", 41, "EMS РТ", 31_500, 1.8, speed=1.8, door=True, phone=True),
        MailType("EMS_TENDER", 52, "EMS Тендер", 31_500, 2.0, speed=1.8, door=True, phone=True),
        MailType("LETTER", 2, "Письмо", 100, 0.2),
        MailType("LETTER_CLASS_1", 15, "Письмо 1-го класса", 500, 0.4, speed=1.5),
        MailType("BANDEROL", 3, "Бандероль", 2_000, 0.5),
        MailType("BANDEROL_CLASS_1", 16, "Бандероль 1-го класса", 2_500, 0.9, speed=1.5),
        MailType("BUSINESS_COURIER", 30, "Бизнес курьер", 31_500, 2.4, speed=2.0, door=True, phone=True),
        MailType("BUSINESS_COURIER_ES", 31, "Бизнес курьер экспресс", 31_500, 2.9, speed=2.5, door=True, phone=True),
        MailType("PARCEL_CLASS_1", 47, "Посылка 1-го класса", 2_500, 1.4, speed=1.5),
        MailType("VGPO_CLASS_1", 46, "ВГПО 1-го класса", 2_500, 1.2, speed=1.5),
        MailType("SMALL_PACKET", 5, "Мелкий пакет", 2_000, 1.5),
        MailType("EASY_RETURN", 51, "Легкий возврат", 20_000, 0.8),
        MailType("VSD", 10, "Возврат сопроводительных документов", 2_000, 0.5),
        MailType("ECOM", 53, "ЕКОМ", 15_000, 0.8, phone=True),
        MailType("ECOM_MARKETPLACE", 54, "ЕКОМ Маркетплейс", 15_000, 0.8, phone=True),
        MailType("HYPER_CARGO", 57, "Доставка день в день", 20_000, 2.5, speed=3.0, door=True, phone=True),
    )
}

#: category -> (number, title)
CATEGORIES = {
    "SIMPLE": (0, "простое"),
    "ORDERED": (1, "заказное"),
    "WITH_DECLARED_VALUE": (2, "с объявленной ценностью"),
    "ORDINARY": (3, "обыкновенное"),
    "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY": (4, "с объявленной ценностью и наложенным платежом"),
    "WITH_DECLARED_VALUE_AND_COMPULSORY_PAYMENT": (6, "с объявленной ценностью и обязательным платежом"),
    "WITH_COMPULSORY_PAYMENT": (7, "с обязательным платежом"),
    "COMBINED_ORDINARY": (8, "комбинированное обыкновенное"),
    "COMBINED_WITH_DECLARED_VALUE": (9, "комбинированное с объявленной ценностью"),
    "COMBINED_WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY": (
        10,
        "комбинированное с объявленной ценностью и наложенным платежом",
    ),
}

_FOUR = (
    "ORDINARY", "WITH_DECLARED_VALUE", "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY",
    "WITH_DECLARED_VALUE_AND_COMPULSORY_PAYMENT",
)  # fmt: skip
_COMBINED = tuple(name for name in CATEGORIES if name.startswith("COMBINED"))

#: The pairs of a real account (§4).
PRODUCTS: tuple[tuple[str, str], ...] = (
    *((name, category) for name in ("POSTAL_PARCEL", "ONLINE_COURIER", "PARCEL_CLASS_1", "EMS", "EMS_OPTIMAL",
                                    "EMS_TENDER") for category in _FOUR),
    *(("ONLINE_PARCEL", category) for category in (*_FOUR, *_COMBINED)),
    *((name, category) for name in ("BUSINESS_COURIER", "BUSINESS_COURIER_ES", "EMS_RT")
      for category in ("ORDINARY", "WITH_DECLARED_VALUE")),
    ("ECOM", "ORDINARY"), ("ECOM", "WITH_COMPULSORY_PAYMENT"), ("SMALL_PACKET", "ORDERED"),
)  # fmt: skip

#: What the small account may send.
FEW_PRODUCTS = tuple(pair for pair in PRODUCTS if pair[0] in ("POSTAL_PARCEL", "EMS") and "CASH" not in pair[1])

ADDRESS_TYPES = ("DEFAULT", "PO_BOX", "DEMAND", "UNIT")
NUMBERED_ADDRESS_TYPES = ("PO_BOX", "UNIT")
TRANSPORT_TYPES = ("SURFACE", "AVIA", "COMBINED", "EXPRESS", "STANDARD")
PAYMENT_METHODS = ("CASHLESS", "STAMP", "FRANKING", "TO_FRANKING", "ONLINE_PAYMENT_MARK")
ENVELOPE_TYPES = ("C4", "C5", "C6", "DL", "A6", "A7", "OX", "OA")
#: size class -> its sides in millimetres, the longest first
DIMENSION_TYPES = {
    "S": (260, 170, 80),
    "M": (300, 200, 150),
    "L": (400, 270, 180),
    "XL": (530, 260, 220),
    "OVERSIZED": (600, 600, 600),
}
IDENTITY_METHODS = ("WITHOUT_IDENTIFICATION", "PIN", "IDENTITY_DOCUMENT", "ORDER_NUM_AND_FIO")
RUSSIA = 643

#: kopecks: above it an item is not insured (the emulator's own figure; the contract names none)
MAX_DECLARED = 50_000_000


def has_declared(category: str) -> bool:
    return "DECLARED_VALUE" in category


def has_cod(category: str) -> bool:
    return category.endswith("CASH_ON_DELIVERY")


def has_compulsory(category: str) -> bool:
    return category.endswith("COMPULSORY_PAYMENT")


def is_combined(category: str) -> bool:
    """Goes to a postamat or a partner's point."""
    return category.startswith("COMBINED")


def goes_to_point(mail_type: str, category: str) -> bool:
    """Addressed by ``ecom-data.delivery-point-index`` and not by ``index-to`` (§10.4)."""
    return mail_type.startswith("ECOM") or is_combined(category)


def item_name(mail_type: str, category: str) -> str:
    """``ComplexItemName`` of tracking."""
    found = MAIL_TYPES.get(mail_type)
    return f"{found.title if found else mail_type} {CATEGORIES.get(category, (0, category))[1]}"
