"""What the emulated SMSC remembers: accounts and messages."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Account:
    """A client's account. ``kopecks`` is what is left, ``senders`` are names that were approved; ``handler`` is the
    address in the cabinet to which statuses are posted ("" = nobody typed one)."""

    login: str
    password: str
    key: str
    kopecks: int
    senders: tuple[str, ...]
    credit: int = 0
    handler: str = ""


def first_day() -> list[Account]:
    return [
        Account("romashka", "romashka-secret-1", "smsc-key-of-romashka-000000000001", 100_000, ("Romashka", "SMSC.RU")),
        Account("lyutik", "lyutik-secret-2", "smsc-key-of-lyutik-0000000000002", 50_000, ("Lyutik",)),
        Account("dolgi", "dolgi-secret-3", "smsc-key-of-dolgi-00000000000003", 0, ("Dolgi",)),
    ]


@dataclass(slots=True)
class Text:
    """A message. ``id`` is the client's or ours, and need not be unique (§3). ``moments`` are epoch seconds."""

    login: str
    id: int
    phone: str
    text: str
    sender: str
    parts: int
    kopecks: int
    created: float
    status: int = -1
    err: int = 0
    changed: float = 0.0
    walk: int = 0
    history: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.id}:{self.phone}"
