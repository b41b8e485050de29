"""PEK's error envelope and HTML pages (§1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

VALIDATION = "Ошибка валидации"
DETAILS = "Детальные сообщения об ошибках приведены отдельно для каждого поля"
REQUIRED = "Поле обязательно для заполнения"
WRONG_TYPE = "Неверный тип значения"
UNKNOWN_FIELD = "Неизвестное поле"
BAD_DATE = "Переданное значение не соответствует формату {}, либо передана не существующая дата"
NO_PRODUCT = "Указанное значение идентификатора продукта/тарифа не найдено среди доступных в ПЭК"
NO_WAREHOUSE = "Склад с указанным идентификатором не найден"
BAD_ADDRESS = "Не удалось определить адрес с достаточной точностью"
NOT_SERVED = "Адрес находится вне зоны обслуживания ПЭК"


class Refused(Exception):  # noqa: N818 (a refusal is an answer, not a failure of the sandbox)
    """A logical error: the envelope. ``fields`` are path -> texts."""

    def __init__(
        self, title: str, message: str = "", *, status: int = 400, fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.message = message
        self.fields = dict(fields or {})

    def envelope(self) -> dict[str, Any]:
        body: dict[str, Any] = {"title": self.title, "message": self.message, "error": None, "status": self.status}
        if self.fields:
            body = {"fields": [{"Key": key, "Value": list(texts)} for key, texts in self.fields.items()]} | body
        return {"error": body}


class Page(Exception):  # noqa: N818
    """An HTML page instead of JSON: 401, 403, 404 (§1.1)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def invalid(fields: Mapping[str, Sequence[str]]) -> Refused:
    return Refused(VALIDATION, DETAILS, fields=fields)


def page(status: int) -> str:
    phrase = HTTPStatus(status).phrase
    return f"<!DOCTYPE html><html><head><title>{status} {phrase}</title></head><body><h1>{phrase}</h1></body></html>"
