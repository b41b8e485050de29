"""What runs beside the reading of our own facts: its answer, its error, its trace."""

from __future__ import annotations

import threading

import pytest

from b24app.frames.beside import Beside
from b24app.wire.trace import current_trace, tracing


def test_it_runs_at_once_and_is_waited_for() -> None:
    began, go_on = threading.Event(), threading.Event()

    def work() -> str:
        began.set()
        assert go_on.wait(30)
        return current_trace()

    with tracing("7f3a12cd"):
        asked = Beside(work)
    assert began.wait(30)
    go_on.set()
    assert asked.result() == "7f3a12cd"


def test_what_it_raised_is_raised_where_it_is_waited_for() -> None:
    def work() -> None:
        raise LookupError("no deal")

    with pytest.raises(LookupError, match="no deal"):
        Beside(work).result()
