"""The feed of a deal or an item, newest first: comments, log records, activities, stage moves. And the bell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row

from .look import language
from .words import word

DEAL = 2
_CREATED = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. ``kind`` chooses its colour; ``order`` breaks ties of equal times."""

    kind: str
    at: str
    order: int
    title: str
    text: str
    author: str


def entries(portal: Portal, deal_id: int, kind: int = DEAL) -> list[Entry]:
    """Everything that is known about the deal, or an item of another type; the portal's lock is held by the caller."""
    owner = (kind, deal_id)
    found = [
        *_comments(portal, owner),
        *_log_messages(portal, owner),
        *_activities(portal, owner),
        *_moves(portal, owner),
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.order), reverse=True)


def _author(portal: Portal, number: Any) -> str:
    user = portal.users.get(int(number)) if str(number or "").isdigit() else None
    return user.full_name if user is not None else word("robot", language())


def _comments(portal: Portal, owner: tuple[int, int]) -> Iterator[Entry]:
    for row in portal.timeline.comments.of(owner):
        yield Entry("comment", row["created"], row["id"], "", row["text"], _author(portal, row["author"]))


def _log_messages(portal: Portal, owner: tuple[int, int]) -> Iterator[Entry]:
    for row in portal.timeline.log_messages.of(owner):
        yield Entry("log", row["created"], row["id"], row["title"], row["text"], _author(portal, row["authorId"]))


def _activities(portal: Portal, owner: tuple[int, int]) -> Iterator[Entry]:
    for row in portal.timeline.activities.of(owner):
        title = row["subject"] or word("activity", language())
        yield Entry("activity", row["created"], row["id"], title, _activity_text(row), _author(portal, row["author"]))


def _activity_text(row: Row) -> str:
    """A to-do's description, or the texts of a configurable activity's blocks."""
    blocks = ((row["layout"] or {}).get("body") or {}).get("blocks") or {}
    if not isinstance(blocks, dict):
        return str(row["fields"].get("description") or "")
    texts = [str(row["fields"].get("description") or ""), *map(_block_text, blocks.values())]
    return "\n".join(text for text in texts if text)


def _block_text(block: Any) -> str:
    properties = block.get("properties") if isinstance(block, dict) else None
    if not isinstance(properties, dict):
        return ""
    inner = properties.get("blocks") or properties.get("block")
    if isinstance(inner, dict):
        children = inner.values() if "type" not in inner else [inner]
        texts = " ".join(text for text in map(_block_text, children) if text)
        return f"{properties['title']}: {texts}" if properties.get("title") else texts
    return str(properties.get("value") or properties.get("text") or "")


def _moves(portal: Portal, owner: tuple[int, int]) -> Iterator[Entry]:
    for row in portal.crm.history_of(owner[0]).table.of(owner[1]):
        stage = portal.crm.stage(owner[0], row["CATEGORY_ID"], row["STAGE_ID"])
        born = "created" if owner[0] == DEAL else "created_item"
        title = word(born if row["TYPE_ID"] == _CREATED else "moved_to", language())
        yield Entry("stage", row["CREATED_TIME"], row["ID"], title, stage.name if stage else row["STAGE_ID"], "")


@dataclass(frozen=True, slots=True)
class Notice:
    at: str
    text: str
    seen: bool


def notices(portal: Portal, user_id: int) -> list[Notice]:
    """The bell of one employee, newest first."""
    rows = portal.notices.of(user_id)
    return [Notice(row["created"], row["text"], bool(row.get("_seen"))) for row in reversed(rows)]


def mark_seen(portal: Portal, user_id: int) -> None:
    for row in portal.notices.of(user_id):
        row["_seen"] = True
