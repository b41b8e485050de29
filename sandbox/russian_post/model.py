"""What the emulated Russian Post remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .catalogue import FEW_PRODUCTS, PRODUCTS


@dataclass(frozen=True, slots=True)
class Account:
    """A contract with the Post and its user. Money in kopecks. ``track_*``: the pair of the tracking site, another one.

    ``day_limit``: Otpravka calls a day; ``track_limit``: single tracking calls a day (0: as many as wanted).
    """

    code: str
    token: str
    login: str
    phone: str
    password: str
    company: str
    inn: str
    points: tuple[str, ...]
    track_login: str
    track_password: str
    day_limit: int = 1_000_000
    track_limit: int = 0
    batch_tracking: bool = True
    easy_return: bool = True
    espp: str = "10001"
    mmo: bool = True
    print_from_backlog: bool = True
    online_balance: bool = True
    products: tuple[tuple[str, str], ...] = PRODUCTS


ACCOUNTS = (
    Account(
        "shop", "sandboxPostTokenRomashka00000001", "romashka@example.com", "79000000101", "post-secret-1",
        "ООО Ромашка", "7700000001", ("101000", "420000"), "ROMASHKAtrack", "track-secret-1",
    ),
    Account(
        "small", "sandboxPostTokenVasilek000000002", "vasilek@example.com", "79000000102", "post-secret-2",
        "ИП Василёк", "770000000002", ("101000",), "VASILEKtrack", "track-secret-2",
        day_limit=1000, track_limit=100, batch_tracking=False, easy_return=False, espp="", mmo=False,
        print_from_backlog=False, online_balance=False, products=FEW_PRODUCTS,
    ),
    Account(
        "north", "sandboxPostTokenLyutik0000000003", "lyutik@example.com", "79000000103", "post-secret-3", "ООО Лютик",
        "7800000003", ("190000",), "LYUTIKtrack", "track-secret-3",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One postal operation. ``type``/``attr`` are tracking's numbers; ``moment`` epoch seconds; ``index`` where."""

    type: int
    attr: int
    moment: float
    index: str
    where: str


@dataclass(slots=True)
class Order:
    """An item. ``body`` is what was sent; ``rates`` what it costs in kopecks (§7.2); ``batch`` its batch's name or "".

    ``kind``: ``order``, or ``return`` (an item the recipient sends back, which has no place in backlog or batches).
    """

    id: int
    account: Account
    body: dict[str, Any]
    barcode: str
    created: float
    kind: str = "order"
    version: int = 0
    batch: str = ""
    deleted: bool = False
    rates: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    direct: str = ""

    @property
    def number(self) -> str:
        return str(self.body.get("order-num", ""))

    @property
    def group(self) -> str:
        return str(self.body.get("group-name") or "")


@dataclass(slots=True)
class Batch:
    """A batch (§8). ``sending_date`` yyyy-MM-dd; ``status_at`` epoch seconds."""

    name: str
    account: Account
    postoffice: str
    mail_type: str
    mail_category: str
    types: list[str]
    sending_date: str
    status: str = "CREATED"
    status_at: float = 0.0
    use_online_balance: bool = False
    electronic_f103: bool = False
    archived: bool = False
    ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A batch tracking request: ready 15 minutes after it was asked for, kept for 32 hours (§14.2)."""

    value: str
    account: Account
    barcodes: tuple[str, ...]
    asked: float
