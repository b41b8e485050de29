"""Every code and unit of SMSC: statuses, errors of a request, reasons why a message was not delivered; sums."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from b24app.logistics.messages import SmsStatus
from b24app.logistics.money import Money

#: A longer text is refused (§3).
MOST_TEXT = 1000
#: The gateway knows no message of this id to this phone (§4).
NOT_FOUND = -3
STATUSES: Mapping[int, SmsStatus] = {
    -2: SmsStatus.ACCEPTED,  # a mailing that was paused
    -1: SmsStatus.ACCEPTED,
    0: SmsStatus.SENT,
    1: SmsStatus.DELIVERED,
    2: SmsStatus.DELIVERED,  # read
    3: SmsStatus.UNDELIVERED,  # its life was over
    4: SmsStatus.DELIVERED,  # a short link in it was opened
    20: SmsStatus.UNDELIVERED,
    22: SmsStatus.REFUSED,
    23: SmsStatus.REFUSED,
    24: SmsStatus.REFUSED,
    25: SmsStatus.REFUSED,
}

#: Their names of ends without success, and of reasons (`err`), as their documentation has them (§4).
STATUS_WORDS: Mapping[int, str] = {
    3: "Просрочено",
    20: "Невозможно доставить",
    22: "Неверный номер",
    23: "Запрещено",
    24: "Недостаточно средств",
    25: "Недоступный номер",
}
REASONS: Mapping[int, str] = {
    1: "абонент не существует",
    6: "абонент не в сети",
    11: "у абонента не подключён приём SMS",
    12: "ошибка в телефоне абонента",
    13: "абонент заблокирован",
    21: "телефон не поддерживает такие сообщения",
    219: "замена SIM-карты",
    220: "переполнена очередь у оператора",
}

#: `error_code` of a request (§5).
PARAMETERS, SIGN_IN, NO_MONEY, BLOCKED, DATE, FORBIDDEN, BAD_PHONE, UNREACHABLE, TOO_OFTEN = range(1, 10)
#: How long each of these lasts at least, in seconds.
WAITS: Mapping[int, float] = {BLOCKED: 600.0, TOO_OFTEN: 60.0}

NOTICE: Mapping[str, str] = {
    "ru": "Сообщения платные: цену и остаток смотрите в кабинете SMSC. Имя отправителя регистрируется там же.",
    "en": "Messages cost money: see price and balance in SMSC's cabinet. Sender names are registered there, too.",
}
#: What an account's currency is called there.
_CURRENCIES = {"RUR": "RUB"}


def money(text: object, currency: str = "") -> Money | None:
    """A sum as they write it (`4.59`, `12,5`); None for none. Fractions of a kopeck are rounded."""
    try:
        found = Decimal(str(text).strip().replace(",", "."))
        minor = int((found * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    code = currency.strip().upper() or "RUB"
    return Money(minor, _CURRENCIES.get(code, code))


def number(value: object) -> int | None:
    """A whole number that may come as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = str(value or "").strip()
    return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() else None
