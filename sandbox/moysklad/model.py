"""What the emulated MoySklad remembers: accounts with their users, and objects of all kinds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

_SPACE = uuid.UUID("6d6f7973-6b6c-6164-0000-000000000000")


def named_id(*parts: object) -> str:
    """An id that is the same on every first day."""
    return str(uuid.uuid5(_SPACE, "/".join(map(str, parts))))


@dataclass(frozen=True, slots=True)
class User:
    """Who calls: an employee with a password, or an installed solution with a token (§4: they weigh differently)."""

    account: str
    login: str
    password: str = ""
    token: str = ""
    admin: bool = True
    writes: bool = True
    api: bool = True
    stock: bool = True

    @property
    def is_solution(self) -> bool:
        return not self.password

    @property
    def employee_id(self) -> str:
        return named_id(self.account, "employee", self.login)


#: Two companies. `robot` is an installed solution; `reader` may look only; `nobody` has no access to the API.
USERS = (
    User("romashka", "admin@romashka", "romashka-secret"),
    User("romashka", "reader@romashka", "reader-secret", admin=False, writes=False),
    User("romashka", "clerk@romashka", "clerk-secret", admin=False, stock=False),
    User("romashka", "nobody@romashka", "nobody-secret", admin=False, api=False),
    User("romashka", "robot@romashka", token="0f5c7d0a6a1c4f6f9a0e0b0c0d0e0f10"),
    User("vasilek", "admin@vasilek", "vasilek-secret"),
    User("vasilek", "robot@vasilek", token="1f5c7d0a6a1c4f6f9a0e0b0c0d0e0f11"),
)


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to another object. A state's type is ``state``, whatever document it belongs to."""

    type: str
    id: str


@dataclass(slots=True)
class Paper:
    """A file (§5.10): the same name and content have the same id."""

    id: str
    filename: str
    content: bytes
    created: float
    by: str


@dataclass(slots=True)
class Entity:
    """``data``: values by field, references as `Ref`, attributes by their id. ``positions``: rows of the same shape."""

    type: str
    id: str
    account: str
    created: float
    updated: float
    data: dict[str, Any] = field(default_factory=dict)
    positions: list[Entity] = field(default_factory=list)
    files: list[Paper] = field(default_factory=list)
    deleted: float | None = None
    #: A shipment's order was cancelled in our journal once.
    over: bool = False

    @property
    def ui_id(self) -> str:
        """§3: what the web page shows is another id."""
        return named_id("ui", self.id)

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    def get(self, name: str, default: Any = None) -> Any:
        return self.data.get(name, default)

    def ref(self, name: str) -> str:
        """The id of what a reference field names; empty when there is none."""
        found = self.data.get(name)
        return found.id if isinstance(found, Ref) else ""


@dataclass(slots=True)
class Base:
    """One account's data: objects by type and id. States and attributes lie under ``<type>.states`` and
    ``<type>.attributes``, print forms under ``<type>.embeddedtemplate`` and ``<type>.customtemplate``."""

    code: str
    objects: dict[str, dict[str, Entity]] = field(default_factory=dict)
    #: (assortment id, store id) -> what lay there on the first day.
    opening: dict[tuple[str, str], float] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    #: When the stock of (assortment, store) moved last.
    stock_moved: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return named_id(self.code, "account")

    def of(self, kind: str) -> dict[str, Entity]:
        return self.objects.setdefault(kind, {})

    def next_name(self, kind: str) -> str:
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return f"{self.counters[kind]:05d}"
