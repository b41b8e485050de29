"""What the emulated PEK keeps: accounts, cargos, statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """A cabinet user (§1): the password is any of its live API keys. ``confirmed``: access to the counterparty is
    confirmed, so that the list of orders shows something (§5.3); the rest are agreements."""

    login: str
    keys: tuple[str, ...]
    title: str
    inn: str
    kpp: str
    guid: str
    phone: str
    confirmed: bool = True
    returns: bool = True
    cod: bool = True
    easyway: bool = True
    dts: bool = False
    split_pickup: bool = False

    @property
    def email(self) -> str:
        return f"{self.login}@example.com"


ACCOUNTS = (
    Account(
        "shop@example.com", ("pek-key-1", "pek-key-1b"), "Ромашка", "7716542310", "773301001",
        "c380c264-8096-11e6-80c2-2c768a4f7e07", "+74956651112", dts=True,
    ),
    Account(
        "second@example.com", ("pek-key-2",), "Василёк", "7802734714", "780201001",
        "5d0f3c52-8096-11e6-80c2-2c768a4f7e07", "+78126652232",
    ),
    # A bare account: no confirmed access, no agreements. Its list of orders is empty whatever it ordered.
    Account(
        "bare@example.com", ("pek-key-3",), "Одуванчик", "1655000001", "165501001",
        "91b2c264-8096-11e6-80c2-2c768a4f7e07", "+78432000001",
        confirmed=False, returns=False, cod=False, easyway=False,
    ),
)  # fmt: skip


@dataclass(slots=True)
class StatusRow:
    """A line of the history (§7). ``moment``: seconds since the epoch; ``name``: the history's words."""

    id: int
    name: str
    moment: float
    is_final: bool = False
    is_cancel: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """Where a cargo starts or ends: a warehouse (its id) or an address as recognised."""

    warehouse_id: str | None
    address: str
    latitude: float
    longitude: float
    branch: str
    branch_id: str


@dataclass(slots=True)
class Cargo:
    """One cargo of an order. ``code`` is the preliminary code; ``final_code`` differs once it was accepted under
    another (§5.1). ``status`` is the text of ``cargoStatus``."""

    code: str
    document_id: int
    login: str
    number: str
    created: float
    order_type: int
    body: dict[str, Any]
    sender: dict[str, Any]
    start: End
    end: End
    product: int
    places: int
    status: str = ""
    status_id: int = 0
    final_code: str = ""
    statuses: list[StatusRow] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    delivery_code: int = 0
    pickup_planned: bool = False
    returning: bool = False
    walking: bool = False
    return_asked: float | None = None
    reason: str = ""
    documents: dict[str, float] = field(default_factory=dict)

    @property
    def shown_code(self) -> str:
        return self.final_code or self.code

    @property
    def door(self) -> bool:
        return self.end.warehouse_id is None

    @property
    def common(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["common"]
        return found

    @property
    def receiver(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["receiver"]
        return found
