"""How long a batch may wait before it leaves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from b24app.bitrix24.envelope import BatchAnswer
from b24app.clock import FixedClock
from b24app.runners.portal import sending_out
from b24app.runners.portal.context import Run
from b24app.runners.portal.sending_out import SEND_WITHIN_S, Batch
from b24app.wire.budget import Rate

CLOUD = Rate(50, 2)


def test_a_batch_waits_for_the_next_unit_but_never_beyond_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look at its deals' stages takes a unit at every try: refused at once, the batch would never get the next."""
    asked: dict[str, Any] = {}
    clock = FixedClock(ticks=100.0)

    def batch(_commands: Any, **how: Any) -> BatchAnswer:
        asked.update(how)
        return BatchAnswer({}, {})

    monkeypatch.setattr(sending_out, "_save_answer", lambda *_: None)
    run = SimpleNamespace(services=SimpleNamespace(clock=clock), client=SimpleNamespace(batch=batch), people=False)
    clock.advance(30.0)  # stopped for half a minute between the mark and here
    sending_out._send(cast("Run", run), Batch([]), 100.0 + SEND_WITHIN_S)
    assert 1 / CLOUD.drain < asked["patience_s"] < SEND_WITHIN_S
    assert asked["send_by"] == 100.0 + SEND_WITHIN_S
