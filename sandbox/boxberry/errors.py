"""Boxberry's refusals: texts (there are no codes, §3) and the shapes they come in.

Texts with a source are those of the contract; the others follow the same framework's pattern («Необходимо заполнить …»)
and are the sandbox's own: a client must not depend on their wording.
"""

from __future__ import annotations

from typing import Any

#: How a refusal is wrapped; the HTTP status is 200 all the same.
SHAPES = ("err", "list", "err_message", "error_message")

# §3, with a source.
NOT_INTEGER = "Длина, Ширина, Высота и Вес каждого места в заказе должны быть целыми числами"
NO_WEIGHT = "Необходимо указать вес отправления"
CANCEL_TYPE = "Вариант отмены заказа должен быть пустым или равен 1 или 2."
BLOCKED = "Ваша учетная запись заблокирована"
BAD_NUMBER = "Номер заказа содержит запрещённые символы"
NOT_FOUND = "По указанным данным ничего не найдено"
BAD_TRACK = "Ошибочный номер для проведения обновления"
OTHER_RECEPTION = "Только посылки с одинаковым пунктом приема могут быть сформированы в акт."
NO_PARCELS = "Нет данных о посылках"
NUMBER = "Номер заказа в ИМ"

# The sandbox's own words (the real ones are not recorded).
NO_TOKEN = "Не указан token"
WRONG_TOKEN = "Неверный token"
UNKNOWN_METHOD = "Метод не найден"
TOO_OFTEN = "Превышено количество запросов"
ALREADY_CANCELLED = "Заказ уже отменен"
IN_ACT = "Посылка уже добавлена в акт, удаление невозможно"
NOT_IN_ACT = "Отзыв невозможен: посылка еще не передана в Boxberry"
ISSUED = "Изменение невозможно: посылка уже выдана"
NOT_NOW = "Изменение невозможно на текущем статусе заказа"
UPDATE_IN_ACT = "Обновление невозможно: посылка уже добавлена в акт"


class Refused(Exception):  # noqa: N818 - words of the house
    """Boxberry says no, with a text."""


def required(label: str) -> Refused:
    """§3: «Необходимо заполнить «Номер заказа в ИМ».»"""
    return Refused(f"Необходимо заполнить «{label}».")


def invalid(label: str) -> Refused:
    return Refused(f"Значение «{label}» неверно.")


def too_long(label: str, most: int) -> Refused:
    """§3: «… должно содержать максимум 35 символа.» (their grammar)."""
    return Refused(f"Значение «{label}» должно содержать максимум {most} символа.")


def out_of_range(label: str, least: float, most: float) -> Refused:
    return Refused(f"Значение «{label}» должно быть от {least:g} до {most:g}.")


def taken(number: str) -> Refused:
    """§3, §6.1: the number is used in this cabinet."""
    return Refused(f"Значение «{number}» для «{NUMBER}» уже занято.")


def not_for_act(tracks: list[str]) -> Refused:
    """§3: some parcels are unknown, drafts or in an act already."""
    return Refused(f"Не все из перечисленных посылок можно поместить в акт: ({', '.join(tracks)})")


def wrapped(text: str, shape: str) -> Any:
    """A refusal as the answer's body."""
    if shape == "list":
        return [{"err": text}]
    if shape == "err_message":
        return {"err": True, "message": text}
    if shape == "error_message":
        return {"error": True, "message": text}
    return {"err": text}
