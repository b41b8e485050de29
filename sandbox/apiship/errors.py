"""ApiShip's errors (§7): a code of six digits, words, and the fields that are wrong. Codes and their HTTP statuses are
the spec's; words beside `errors[].message` are the spec's descriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Code -> (HTTP status, message).
CODES: Mapping[str, tuple[int, str]] = {
    "040101": (401, "Некорректный ключ безопасности"),
    "040301": (403, "Доступ запрещен"),
    "040302": (403, "Некорректный пароль"),
    "040303": (403, "Пользователь с указанным логином не существует"),
    "040304": (403, "Срок службы ключа безопасности истек"),
    "040305": (403, "Заказ принадлежит другому клиенту"),
    "040306": (403, "Служба доставки не поддерживает отмену заказа"),
    "040307": (400, "Служба доставки не поддерживает отмену заявки"),
    "040080": (404, "Указанного заказа не существует"),
    "040081": (400, "Указанный заказ уже отменен"),
    "040082": (400, "Указанная заявка уже отменена"),
    "040084": (400, "Заявка не может быть отменена, подробнее в errors"),
    "040088": (400, "Ошибка при создании заказа в СД"),
    "040089": (400, "Ошибка при обновлении заказа в СД"),
    "040000": (400, "Общая ошибка валидации, смотрите документацию"),
    "040001": (400, "Ошибка валидации при попытке аутентификации"),
    "040002": (400, "Ошибка валидации"),
    "040003": (400, "Ошибка валидации при попытке рассчитать стоимость доставки"),
    "040005": (400, "Для Вашей компании нет параметров доступа в данную службы доставки"),
    "040006": (400, "У Вашей компании нет подключенных СД"),
    "040010": (400, "Фильтр не валидный, смотрите документацию"),
    "040011": (400, "В фильтре присутствуют поля, по которым фильтрация не осуществляется"),
    "040012": (400, "В поле fields присутствуют поля, которые не доступны для клиентов"),
    "040016": (404, "Не найдено"),
    "040018": (404, "У заказа нет статусов"),
    "060001": (402, "Пополните баланс для использования сервиса калькуляции"),
}

FieldError = dict[str, str]


class Refused(Exception):  # noqa: N818 - ApiShip's own refusal, not a failure of ours
    """Answered as a service error. ``fields`` are the rows of ``errors``."""

    def __init__(self, code: str, fields: Sequence[FieldError] = (), description: str = "") -> None:
        super().__init__(code)
        self.code, self.fields, self.description = code, list(fields), description

    @property
    def status(self) -> int:
        return CODES[self.code][0]

    def as_json(self) -> dict[str, Any]:
        """Only ``message`` is always there (spec)."""
        row: dict[str, Any] = {"code": self.code, "message": CODES[self.code][1]}
        if self.description:
            row["description"] = self.description
        row["moreInfo"] = "Вопросы пишите на адрес support@apiship.ru"
        return row | ({"errors": self.fields} if self.fields else {})


def field(name: str, message: str) -> FieldError:
    return {"field": name, "message": message}


def missing(name: str) -> FieldError:
    return field(name, f"Атрибут `{name.rpartition('.')[2]}` обязателен")


def wrong_type(name: str, kind: str) -> FieldError:
    return field(name, f"Атрибут `{name.rpartition('.')[2]}` должен иметь тип {kind}")


def unknown(name: str) -> FieldError:
    return field(name, f"Атрибут `{name.rpartition('.')[2]}` не поддерживается")
