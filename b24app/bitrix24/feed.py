"""The deal's timeline and the bell: entries that can be found again, so that each is written exactly once.

A comment has no key of its own, so a short marker ends its text (bitrix24-crm.md §5.1); a notice has its TAG (§5.6).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map


def add_comment(
    key: str, owner: tuple[str, int], text: str, marker: str, files: Sequence[tuple[str, bytes]] = ()
) -> Command:
    """A timeline comment; its result is the comment's id. `owner`: type and id of whose timeline it is. `files` are
    (name, content): pairs with base64 and no `data:` prefix, always in a list (§5.1, §10)."""
    fields: dict[str, Any] = {"ENTITY_ID": owner[1], "ENTITY_TYPE": owner[0], "COMMENT": f"{text}\n#{marker}"}
    if files:
        fields["FILES"] = [[name, base64.b64encode(content).decode()] for name, content in files]
    return Command(key, "crm.timeline.comment.add", {"fields": fields})


def list_comments(key: str, owner: tuple[str, int]) -> Command:
    """The newest 50 comments of a timeline: where an uncertain one would be."""
    params = {
        "filter": {"ENTITY_ID": owner[1], "ENTITY_TYPE": owner[0]},
        "select": ["ID", "COMMENT"],
        "order": {"ID": "DESC"},
        "start": 0,
    }
    return Command(key, "crm.timeline.comment.list", params)


def found_markers(result: Any, markers: Iterable[str]) -> dict[str, int]:
    """Marker -> id of the comment that carries it."""
    rows = [as_map(row) for row in as_list(result)]
    found: dict[str, int] = {}
    for marker in markers:
        tail = re.compile(rf"#{re.escape(marker)}(?![\w-])")
        for row in rows:
            if tail.search(str(row.get("COMMENT") or "")):
                found[marker] = int(row["ID"])
    return found


def notify(key: str, user_id: int, text: str, tag: str) -> Command:
    """A bell notice from the app; a second one with the same tag replaces the first, so repeating it is harmless."""
    return Command(key, "im.notify.system.add", {"USER_ID": user_id, "MESSAGE": text, "TAG": tag})
