"""What the emulated DPD remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sandbox.kernel.carrier import Switches


@dataclass(frozen=True, slots=True)
class Account:
    """A client number and its integration key. ``mode``: which base takes it (§1: test and live keys differ)."""

    client_number: int
    client_key: str
    mode: str
    company: str


ACCOUNTS = (
    Account(1000000001, "SANDBOXLIVEKEY000000000000000001", "live", "ООО Ромашка"),
    Account(1000000002, "SANDBOXLIVEKEY000000000000000002", "live", "ООО Груз"),
    Account(1000000001, "SANDBOXTESTKEY000000000000000001", "test", "ООО Ромашка"),
)


@dataclass
class DpdSwitches(Switches):
    """The common switches and DPD's own.

    ``decision_*``: how long an `OrderPending` waits for an employee. ``cancelled_occupies_number``: a cancelled order's
    number stays taken. ``number_per_date``: the number is unique per pick-up date only (§5.1, recall). ``page_rows``:
    how many states a tracing package holds, and events where the client names no number. ``double_events``: the
    probability that an event is put into the inbox twice; ``shuffle_events``: packages are out of order. ``loc_zone``:
    how `MomentLocZone` is written (text, number, none); ``event_date``: how `eventDate` is (iso, ru).
    ``wrong_key_text``: the words for a refused key, which nobody recorded. ``inbox``: False gives nothing out.
    """

    decision_min: float = 30.0
    decision_max: float = 60.0
    cancelled_occupies_number: bool = True
    number_per_date: bool = False
    page_rows: int = 100
    double_events: float = 0.0
    shuffle_events: bool = False
    loc_zone: str = "text"
    event_date: str = "iso"
    wrong_key_text: str = ""
    inbox: bool = True


@dataclass(slots=True)
class Piece:
    """One parcel: the client's number (empty where none was given), DPD's, and what was said of it."""

    number: str
    dpd_number: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Order:
    """An order as DPD holds it. ``body`` and ``header`` are what was sent; ``status`` as `getOrderStatus` says it.

    ``last_event`` is the number of the newest event; ``return_num`` the order that brings the parcel back.
    """

    client: int
    number: str
    header: dict[str, Any]
    body: dict[str, Any]
    created: float
    pickup: date
    status: str = "OK"
    error: str = ""
    order_num: str = ""
    from_city: int = 0
    to_city: int = 0
    pieces: list[Piece] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    last_event: str = ""
    return_num: str = ""
    delivery_date: date | None = None

    @property
    def variant(self) -> str:
        return str(self.body["serviceVariant"])

    @property
    def receiver(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body["receiverAddress"]
        return found

    @property
    def live(self) -> bool:
        return self.status in ("OK", "OrderPending")


@dataclass(slots=True)
class Inbox:
    """What a client number has not confirmed yet. ``package``: the rows handed out under ``doc_id``, repeated until it
    is confirmed (§7). A row is (moment, row)."""

    rows: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    package: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    doc_id: int = 0
    doc_moment: float = 0.0
