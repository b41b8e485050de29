"""Employees of a portal, and who stands behind a change."""

from __future__ import annotations

from dataclasses import dataclass, field

RIGHTS = ("all", "own", "none")


@dataclass
class User:
    """One employee. ``deal_read`` and ``deal_edit`` are ``all``, ``own`` (responsible for it) or ``none``."""

    id: int
    name: str
    last_name: str
    email: str = ""
    phone: str = ""
    position: str = ""
    admin: bool = False
    active: bool = True
    app_access: bool = True
    crm_admin: bool = False
    deal_read: str = "all"
    deal_edit: str = "all"
    # Stages that this person may not move a deal to (crm §1.4: error "-").
    forbidden_stages: set[str] = field(default_factory=set)
    # (entity type, item id, "read" or "edit") that this person is refused one by one.
    refused: set[tuple[int, int, str]] = field(default_factory=set)
    departments: tuple[int, ...] = (1,)
    language: str = "ru"
    # The hidden system user of "dismiss and keep integrations" (§1.12).
    external_auth: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.last_name}".strip()

    @property
    def may_configure_crm(self) -> bool:
        return self.admin or self.crm_admin


@dataclass(frozen=True, slots=True)
class Department:
    """One node of the company's structure; ``parent`` 0 is the root."""

    id: int
    name: str
    parent: int = 0
    head: int = 0
    sort: int = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change. ``user_id`` None is a robot, a workflow or an agent: its events carry no tokens (§4.2).

    ``hops`` is what is left of an event-issued token's session (§4.3); ``connector`` is ``auth_connector`` (§4.5).
    """

    user_id: int | None = None
    hops: int | None = None
    connector: str = ""

    @property
    def id(self) -> int:
        """The id that lands in createdBy, updatedBy and the like: robots act as user 1."""
        return self.user_id if self.user_id is not None else 1


ROBOT = Actor()
