"""Small things that harnesses and the suite's tests are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from b24app.logistics.problem import Field
from b24app.wire.calls import Answer, Call, Limits
from b24app.wire.http import Http
from b24app.wire.log import CallRecord


class Calls:
    """A call log that tests can read."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    def record(self, entry: CallRecord) -> None:
        self.records.append(entry)

    def labels(self) -> list[str]:
        return [record.label for record in self.records]


@dataclass(frozen=True)
class Shape:
    """One of their error shapes, answered to the call that makes an order (`Harness.create_path`). `want`: what the
    port must raise: `refused`, `account`, `unavailable` or `uncertain`; `code` is what must be kept as `their_code`,
    `names` the field it speaks of (None = not asserted). `kind` is the content type of a `body` that is text."""

    name: str
    body: Any
    want: str = "refused"
    status: int = 200
    code: str = ""
    names: Field | None = None
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Where:
    """One of their calls: globs of path and method, and words that its body holds (SOAP: everything has one path)."""

    path: str
    method: str = "POST"
    contains: str = ""

    def match(self) -> dict[str, str]:
        found = {"path": self.path, "method": self.method}
        return {**found, "contains": self.contains} if self.contains else found


@dataclass(frozen=True)
class Sent:
    """What the emulator understood of an order, in our units (kopecks, grams, millimetres): what a harness does not
    say (None, empty) is not compared. `parcels`: weight and the three sides, in their order."""

    cod_minor: int | None = None
    declared_minor: int | None = None
    parcels: tuple[tuple[int, tuple[int, int, int]], ...] = ()
    name: str | None = None
    phone: str | None = None
    comment: str | None = None
    place: str | None = None
    #: What the buyer chose beside carrying, as `logistics.extras` calls it.
    extras: tuple[str, ...] = ()
    #: Rows of a warehouse's order: article, pieces, price of one (None = not theirs to know).
    goods: tuple[tuple[str, int, int | None], ...] = ()


#: What makes a read fail, with its parameters: of a server, a proxy, the line, and answers that make no sense.
SILENT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": 500}),
    ("status", {"status": 429}),
    ("html", {"status": 200}),
    ("break_after", {}),
)
UNCLEAR: tuple[tuple[str, dict[str, Any]], ...] = (("status", {"status": 500}), ("html", {"status": 200}))
#: Where a write's good answer may be as good as empty, only this says nothing for certain.
NONSENSE: tuple[tuple[str, dict[str, Any]], ...] = (("status", {"status": 200, "body": 7}),)
LOST: tuple[tuple[str, dict[str, Any]], ...] = (("break_after", {}),)
NOT_SENT: tuple[tuple[str, dict[str, Any]], ...] = (("break_before", {}),)
ODD = tuple(("status", {"status": 200, "body": body}) for body in ({"surprise": 1}, 7))
ODD_LISTS = tuple(("status", {"status": 200, "body": body}) for body in (["surprise"], [None]))


class Hasty(Http):
    """Waits less for the calls that `of` picks: tests have no minutes. Anything else keeps its limits."""

    of: Callable[[Call], bool] = staticmethod(lambda _call: False)
    limits = Limits(connect_s=2.0, read_s=0.4, total_s=5.0)

    def send(self, call: Call) -> Answer:
        return super().send(replace(call, limits=self.limits) if self.of(call) else call)

    @contextmanager
    def hurried(self, of: Callable[[Call], bool], *, read_s: float = 5.0, total_s: float = 5.0) -> Iterator[None]:
        self.of, self.limits = of, Limits(2.0, read_s, total_s)
        try:
            yield
        finally:
            self.of = lambda _call: False
