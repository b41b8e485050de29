"""Chats of open channels, each of one CRM item."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Chat:
    """``owner``: entity type and id of whose chat it is. ``users`` may write in it. ``said``: who wrote what."""

    id: int
    owner: tuple[int, int]
    users: tuple[int, ...]
    connector: str = "livechat"
    title: str = "Онлайн-чат"
    active: bool = True
    said: list[tuple[int, str]] = field(default_factory=list)
