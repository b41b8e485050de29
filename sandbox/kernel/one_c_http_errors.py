"""Refusals of the contract "b24logistics" (1c.md §6.2), and the platform's own pages (§2.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from .one_c_http_shapes import Complaint, complaint

#: Code -> (HTTP status, may be repeated, usual words).
CODES: Mapping[str, tuple[int, bool, str]] = {
    "MALFORMED_BODY": (400, False, "Тело запроса не разобрано"),
    "IDEMPOTENCY_KEY_REQUIRED": (400, False, "Не передан заголовок Idempotency-Key"),
    "UNAUTHORIZED": (401, False, "Неверный ключ X-Api-Token"),
    "FORBIDDEN": (403, False, "Недостаточно прав"),
    "NOT_FOUND": (404, False, "Объект не найден"),
    "METHOD_NOT_ALLOWED": (405, False, "Метод не поддерживается"),
    "NOT_ACCEPTABLE": (406, False, "Запрошенный формат ответа не поддерживается"),
    "IDEMPOTENCY_CONFLICT": (409, False, "Ключ идемпотентности уже использован с другим запросом"),
    "ALREADY_EXISTS": (409, False, "Объект с таким внешним идентификатором уже есть"),
    "STATE_CONFLICT": (409, False, "Операция невозможна в текущем состоянии"),
    "LOCKED": (409, True, "Объект заблокирован другим пользователем"),
    "TOO_LARGE": (413, False, "Превышен допустимый размер"),
    "UNSUPPORTED_MEDIA_TYPE": (415, False, "Формат тела не поддерживается"),
    "VALIDATION_FAILED": (422, False, "Данные заполнены неверно"),
    "UNKNOWN_REFERENCE": (422, False, "Ссылка на неизвестный объект"),
    "POSTING_REFUSED": (422, False, "Не удалось провести документ"),
    "TOO_MANY_REQUESTS": (429, True, "Слишком много запросов"),
    "INTERNAL": (500, True, "Внутренняя ошибка"),
    "MAINTENANCE": (503, True, "Информационная база обновляется"),
}


class Refused(Exception):  # noqa: N818 - the extension's own refusal, not a failure of ours
    """Answered as an error of the contract. ``retry_after`` in seconds."""

    def __init__(
        self,
        code: str,
        message: str = "",
        fields: Sequence[Complaint] = (),
        details: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.message, self.fields = code, message or CODES[code][2], list(fields)
        self.details, self.retry_after = dict(details or {}), retry_after

    @property
    def status(self) -> int:
        return CODES[self.code][0]

    def as_row(self, request_id: str) -> dict[str, Any]:
        """The members of ``error``."""
        row: dict[str, Any] = {"code": self.code, "message": self.message, "requestId": request_id}
        row["retryable"] = CODES[self.code][1]
        return row | {"fields": self.fields, "details": self.details}


def ordered(wanted: Any) -> Refused:
    """An override's error: a code of §6.2, the path of a field, or {"code", "message", "path"}."""
    row = wanted if isinstance(wanted, dict) else {"code" if wanted in CODES else "path": wanted}
    code, path = str(row.get("code") or "VALIDATION_FAILED"), str(row.get("path") or "")
    message = str(row.get("message") or CODES[code][2])
    return Refused(code, message, [complaint(path, "configuration", message)] if path else [])


def check_references(strange: Sequence[tuple[str, str]]) -> None:
    """``strange``: (path, words) of every reference that nobody here knows. Raises Refused 422."""
    if strange:
        fields = [complaint(path, "reference", message) for path, message in strange]
        raise Refused("UNKNOWN_REFERENCE", strange[0][1], fields)


def check_revision(expected: int | None, revision: int, said: str, status: str) -> None:
    """Whether a cancellation knows the object as it is (§6.7); None does not care. Raises Refused 409."""
    if expected is not None and expected != revision:
        fields = [complaint("expectedRevision", "revision", f"Текущая версия {revision}")]
        raise Refused("STATE_CONFLICT", said, fields, {"status": status})


def platform_page(status: int) -> tuple[str, bytes]:
    """(content type, body) of what the platform says itself: HTML, never a document of ours."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    words = {401: "Идентификация пользователя не выполнена", 404: "Не найден HTTP-сервис или шаблон URL"}
    page = (
        f"<html><head><title>1С:Предприятие. {status} {phrase}</title></head>"
        f"<body><h1>{status} {phrase}</h1><p>{words.get(status, 'Ошибка выполнения запроса')}</p></body></html>"
    )
    return "text/html; charset=utf-8", page.encode()
