"""Logs: JSON with a trace id, and no secret whoever writes it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from b24app.logs import configure_logs
from b24app.wire.trace import tracing


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, handlers = root.level, root.handlers[:]
    configure_logs("INFO", "json", stream)
    yield stream
    structlog.reset_defaults()
    root.setLevel(before)
    root.handlers[:] = handlers


def test_a_line_carries_the_trace(logs: io.StringIO) -> None:
    with tracing("abc"):
        structlog.get_logger().info("remote_call", ms=3)
    structlog.get_logger().debug("too fine")
    line = json.loads(logs.getvalue())
    assert (line["event"], line["trace_id"], line["ms"], line["level"]) == ("remote_call", "abc", 3, "info")


def test_secrets_do_not_reach_the_log(logs: io.StringIO) -> None:
    words = "refresh_token=0123456789abcdef0123456789abcdef was refused for anna@example.org"
    nested = {"client_secret": "bbb", "list": ["call +7 912 345-67-89"]}
    structlog.get_logger().error("failed", access_token="aaa", nested=nested, exc_info=ValueError(words))
    text = logs.getvalue()
    for secret in ("aaa", "bbb", "0123456789abcdef", "anna@", "345-67"):
        assert secret not in text
    assert "ValueError" in text


def test_the_standard_librarys_loggers_pass_the_same_chain(logs: io.StringIO) -> None:
    with tracing("abc"):
        logging.getLogger("a.library").warning("refused for %s", "anna@example.org")
    line = json.loads(logs.getvalue())
    assert (line["trace_id"], line["level"]) == ("abc", "warning")
    assert line["event"].startswith("refused for ")
    assert "anna@" not in line["event"]
