"""Refusals are sorted by their code, or by the words where there is none."""

import pytest

from b24app.bitrix24.errors import Kind, RestError, from_json


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("expired_token", "The access token provided has expired.", Kind.TOKEN),
        ("EXPIRED_TOKEN", "", Kind.TOKEN),
        ("invalid_token", "Unable to get application by token", Kind.TOKEN),
        ("NO_AUTH_FOUND", "Wrong authorization data", Kind.TOKEN_DEAD),
        ("QUERY_LIMIT_EXCEEDED", "Too many requests", Kind.RATE),
        ("OPERATION_TIME_LIMIT", "", Kind.OPERATING),
        ("OVERLOAD_LIMIT", "", Kind.OVERLOAD),
        ("INTERNAL_SERVER_ERROR", "", Kind.SERVER),
        ("PORTAL_DELETED", "", Kind.PORTAL_GONE),
        ("ERROR_OAUTH", "", Kind.BLOCKED),
        ("ACCESS_DENIED", "REST API is available only on commercial plans", Kind.NO_REST),
        ("CREATE_DYNAMIC_TYPE_RESTRICTED", "Maximum number of SPAs exceeded", Kind.PLAN),
        ("ACCESS_DENIED", "Access denied", Kind.ACCESS),
        ("", "Access denied.", Kind.ACCESS),
        ("", "Not found", Kind.NOT_FOUND),
        ("NOT_FOUND", "Элемент не найден", Kind.NOT_FOUND),
        ("OWNER_NOT_FOUND", "", Kind.NOT_FOUND),
        ("-", "Нет прав", Kind.STAGE),
        ("CRM_FIELD_ERROR_VALUE_NOT_VALID", "", Kind.VALUE),
        ("100", "Could not find value for parameter {id}", Kind.ARGUMENT),
        ("0", "Ошибка", Kind.OTHER),
        ("ERROR_CORE", "Unable to set placement handler: Handler already binded", Kind.ALREADY),
        ("ERROR_CORE", "The specified status ID already exists.", Kind.ALREADY),
        ("insufficient_scope", "", Kind.SCOPE),
        ("ERROR_METHOD_NOT_FOUND", "Method not found!", Kind.METHOD),
        ("SOMETHING_NEW", "", Kind.OTHER),
    ],
)
def test_kinds(code: str, text: str, kind: Kind) -> None:
    assert RestError(code, text).kind is kind


def test_numbers_and_objects_as_codes() -> None:
    assert from_json({"error": 100, "error_description": "x"}, "m", 400).code == "100"
    assert from_json({"error": 0}, "m", 400).code == "0"
    nested = from_json({"error": {"code": "BITRIX_REST_V3_X", "message": "words"}}, "m", 400)
    assert (nested.code, nested.text) == ("BITRIX_REST_V3_X", "words")


def test_what_callers_ask() -> None:
    assert RestError("QUERY_LIMIT_EXCEEDED").retryable
    assert RestError("INTERNAL_SERVER_ERROR").uncertain
    assert not RestError("ACCESS_DENIED").retryable
    assert RestError("PORTAL_DELETED").portal_wide
    assert RestError("-").stage_forbidden
    assert RestError("NOT_FOUND").not_found
