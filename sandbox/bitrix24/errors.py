"""Refusals of the portal's REST API with their exact codes and HTTP statuses (contract bitrix24-app §3.7, crm §0.3)."""

from __future__ import annotations

from typing import Any


class RestError(Exception):
    """One refusal: ``error``, ``error_description``, HTTP status, and keys that some errors carry beside them."""

    def __init__(self, code: str | int, text: str = "", status: int = 400, **extra: Any) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {"error": self.code, "error_description": self.text} | self.extra


def missing(name: str) -> RestError:
    """A controller's required argument is absent or of the wrong type (crm §0.3, code 100)."""
    return RestError("100", f"Could not find value for parameter {{{name}}}")


def plan_without(what: str) -> RestError:
    """The plan has no smart processes: ``CREATE_DYNAMIC_TYPE``, ``UPDATE_DYNAMIC_ITEM``, … (crm §1.4, §6.1)."""
    return RestError(f"{what}_RESTRICTED", "Превышено максимальное количество смарт-процессов на вашем тарифе")


def item_not_found() -> RestError:
    return RestError("NOT_FOUND", "Элемент не найден")


def type_not_found() -> RestError:
    return RestError("NOT_FOUND", "Смарт-процесс не найден")


def access_denied(text: str = "Доступ запрещен") -> RestError:
    """A controller's refusal: HTTP 400 (crm §0.3)."""
    return RestError("ACCESS_DENIED", text)


def platform_denied(text: str = "Access denied!") -> RestError:
    """The platform's own refusal: HTTP 403."""
    return RestError("ACCESS_DENIED", text, 403)


def legacy(text: str, status: int = 400) -> RestError:
    """Legacy CRM methods: an empty code, the meaning only in the text (crm §0.3)."""
    return RestError("", text, status)


def invalid_value(text: str) -> RestError:
    return RestError("INVALID_ARG_VALUE", text)


def bad_field(text: str) -> RestError:
    return RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", text)


def wrong_auth_type() -> RestError:
    return RestError("WRONG_AUTH_TYPE", "Current authorization type is denied for this method", 403)
