"""The log of calls: one record for EVERY attempt, masked, into a sink that create_app injects."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

import structlog


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt. `outcome`: answered, not_sent or unknown; `why` says more about the last two.

    `url` has no query, `sent` and `got` are masked excerpts (see wire/mask.py): the record may be kept and shown.
    """

    at: datetime
    trace_id: str
    remote: str
    label: str
    verb: str
    url: str
    outcome: str
    why: str
    status: int
    ms: float
    bytes_out: int
    bytes_in: int
    people: bool
    sent: str = ""
    got: str = ""


class CallLog(Protocol):
    """A sink. It must not raise: a full disk may not turn an applied write into a failed one."""

    def record(self, entry: CallRecord) -> None: ...


class StructuredLog:
    """Every attempt as one structured log line."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("waybill.wire")

    def record(self, entry: CallRecord) -> None:
        line = asdict(entry)
        line["at"] = entry.at.isoformat()
        self._log.info("remote_call", **line)


class Several:
    """Hands every record to several sinks, in order."""

    def __init__(self, *sinks: CallLog) -> None:
        self._sinks = sinks

    def record(self, entry: CallRecord) -> None:
        for sink in self._sinks:
            sink.record(entry)
