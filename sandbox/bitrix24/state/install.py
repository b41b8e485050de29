"""The app on one portal: its installation, handlers, placements and offline events."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.numbers import Numbers

from .automation import Robot, Run
from .messages import Sender, Sms


@dataclass
class Install:
    """The app's row on the portal. ``finished`` false is "not installed yet" (contract bitrix24-app §1.4)."""

    local_id: int
    version: int
    generation: int
    scopes: tuple[str, ...]
    status: str
    installed_by: int
    finished: bool = False
    application_token: str = field(default_factory=lambda: secrets.token_hex(16))
    # Users who have opened the app at this version (FIRST_RUN of the frame protocol).
    opened_by: set[int] = field(default_factory=set)

    @property
    def scope(self) -> str:
        return ",".join(self.scopes)


@dataclass
class Licence:
    """Whether the app may run (§1.11): ``blocked`` stops frames, events and refreshes."""

    blocked: bool = False
    payment_expired: str = "N"
    days: int | None = None


@dataclass
class Handler:
    """One row of event.bind."""

    id: int
    event: str
    handler: str
    auth_type: int = 0
    offline: bool = False
    connector: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    # How long the handler's last answers took: a slow one is called less often (§4.2).
    slowness: float = 0.0


@dataclass
class Placement:
    """One row of placement.bind."""

    id: int
    placement: str
    handler: str
    title: str = ""
    description: str = ""
    group: str = ""
    lang_all: dict[str, dict[str, str]] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    user_id: int = 0

    def title_in(self, language: str, default: str) -> str:
        """What the portal shows on the tab or button, in a user's language."""
        texts = self.lang_all.get(language) or next(iter(self.lang_all.values()), {})
        return texts.get("TITLE") or self.title or default


@dataclass
class FieldType:
    """One row of userfieldtype.add."""

    user_type_id: str
    handler: str
    title: str = ""
    description: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class OfflineEvent:
    """One row of the offline queue: repeated changes of one object are one row (§4.5)."""

    id: int
    event: str
    data: dict[str, Any]
    connector: str
    timestamp: float
    message_id: str
    user_id: int | None
    process_id: str = ""
    error: bool = False


class AppState:
    """Everything that the app left on the portal and that the portal removes with it."""

    def __init__(self) -> None:
        self.install: Install | None = None
        self.licence = Licence()
        self.generation = 0
        self.handlers: list[Handler] = []
        self.placements: list[Placement] = []
        self.field_types: dict[str, FieldType] = {}
        self.offline: dict[int, OfflineEvent] = {}
        self.triggers: dict[str, str] = {}
        self.robots: dict[str, Robot] = {}
        # Runs stay with the portal when the app goes: whoever waits then waits for ever.
        self.runs: dict[str, Run] = {}
        self.senders: dict[str, Sender] = {}
        # Messages stay with the portal too.
        self.sms: dict[str, Sms] = {}
        self.app_options: dict[str, Any] = {}
        self.user_options: dict[int, dict[str, Any]] = {}
        self.ids: Iterator[int] = Numbers(101)

    @property
    def running(self) -> bool:
        """Installed to the end and not blocked: only then widgets are shown and events leave."""
        return self.install is not None and self.install.finished and not self.licence.blocked

    def remove_bindings(self) -> None:
        """What the portal itself removes on an uninstall (§1.9)."""
        self.handlers.clear()
        self.placements.clear()
        self.field_types.clear()
        self.offline.clear()
        self.triggers.clear()
        self.robots.clear()
        self.senders.clear()
