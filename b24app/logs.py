"""Structured logs on standard error: JSON lines with a trace id, secrets taken out whatever the caller wrote."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog

from b24app.wire.mask import mask_text
from b24app.wire.trace import current_trace

Line = MutableMapping[str, Any]
# Keys whose values never belong in a log, whoever puts them there.
SECRET_WORDS = ("token", "secret", "password", "authorization", "refresh", "access", "cookie", "phone", "email")
ALLOWED = frozenset({"token_id", "access_denied", "access_log"})
HANDLER = "waybill"


def configure_logs(level: str = "INFO", shape: Literal["json", "text"] = "json", stream: TextIO | None = None) -> None:
    """Set up structlog for this process. Called by entry points (server, worker, commands), never by an import."""
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if shape == "text":
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    least = logging.getLevelNamesMapping()[level]
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    clean: list[Any] = [structlog.processors.format_exc_info, add_trace, without_secrets, last]
    structlog.configure(
        processors=[*first, *clean],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_in(least, stream or sys.stderr, first, clean)


def _take_in(least: int, stream: TextIO, first: list[Any], clean: list[Any]) -> None:
    """Lead the standard library's loggers (libraries, a few of ours) through the same chain."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *clean]
        )
    )
    handler.set_name(HANDLER)
    root = logging.getLogger()
    for old in [each for each in root.handlers if each.get_name() == HANDLER]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(least)


def add_trace(_logger: object, _method: str, line: Line) -> Line:
    """Add the id that joins an event with every remote call made because of it."""
    trace = current_trace()
    if trace and not line.get("trace_id"):
        line["trace_id"] = trace
    return line


def without_secrets(_logger: object, _method: str, line: Line) -> Line:
    """Hide values under telling keys, and tokens, phones and e-mails inside any text."""
    return {key: _clean(key, value) for key, value in line.items()}


def _clean(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {str(inner): _clean(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(key, item) for item in value]
    if not isinstance(value, str):
        return value
    if key.lower() not in ALLOWED and any(word in key.lower() for word in SECRET_WORDS):
        return "***"
    return value if key in {"at", "trace_id"} else mask_text(value)
