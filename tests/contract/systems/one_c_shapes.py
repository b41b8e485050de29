"""How a 1C answers when it does not: our HTTP service (contract 1c §6.2), the standard OData interface (§2.2), and the
platform's own pages before both (§2.1)."""

from __future__ import annotations

from typing import Any

from tests.contract.systems.parts import Shape


def error(code: str, *fields: tuple[str, str], message: str = "Данные заполнены неверно") -> dict[str, Any]:
    """Of the service. `fields`: path and words."""
    rows = [{"path": path, "rule": "required", "message": words} for path, words in fields]
    row = {"code": code, "message": message, "requestId": "r-1", "retryable": False, "fields": rows, "details": {}}
    return {"error": row}


def refusal(code: str, words: str) -> dict[str, Any]:
    """Of OData."""
    return {"odata.error": {"code": code, "message": {"lang": "ru", "value": words}}}


PLATFORM = (
    Shape("the platform's door", "<html>401</html>", "account", 401, "http_401", kind="text/html"),
    Shape("not there", "<html>404</html>", "unavailable", 404, kind="text/html"),
    Shape("an exception, not caught", "<html>500</html>", "uncertain", 500, kind="text/html"),
    Shape("a proxy's page", "<html>busy</html>", "uncertain", 200, kind="text/html"),
)
#: Whatever the service was asked for.
SERVICE = (
    Shape("a code that nobody documented", error("QUOTA"), status=422, code="QUOTA"),
    Shape("bad body", error("MALFORMED_BODY"), status=400, code="MALFORMED_BODY"),
    Shape("locked", error("LOCKED"), "unavailable", 409),
    Shape("maintenance", error("MAINTENANCE"), "unavailable", 503, headers={"Retry-After": "60"}),
    Shape("the extension's key", error("UNAUTHORIZED"), "account", 401, "UNAUTHORIZED"),
    Shape("no rights", error("FORBIDDEN"), "account", 403, "FORBIDDEN"),
    Shape("an exception, caught", error("INTERNAL"), "uncertain", 500),
    *PLATFORM,
)
#: Whatever OData was asked for.
ODATA = (
    Shape("a value", refusal("4", "Неверное значение"), status=400, code="4"),
    Shape("no rights", refusal("20", "Недостаточно прав"), "account", 403, "20"),
    Shape("not published", refusal("8", "Тип сущности не найден"), "account", 404, "8"),
    *PLATFORM,
)
