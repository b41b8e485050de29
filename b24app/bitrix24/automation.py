"""Triggers of ours in a portal's automation: what is asked of its REST (bitrix24-crm.md §7.1)."""

from __future__ import annotations

from b24app.bitrix24.encoding import Command


def execute(key: str, code: str, entity: int, item: int) -> Command:
    """`true` says that it began; not whether any rule waited for it."""
    return Command(key, "crm.automation.trigger.execute", {"CODE": code, "OWNER_TYPE_ID": entity, "OWNER_ID": item})


def add(key: str, code: str, name: str) -> Command:
    """The same code once more renames."""
    return Command(key, "crm.automation.trigger.add", {"CODE": code, "NAME": name})


def delete(key: str, code: str) -> Command:
    return Command(key, "crm.automation.trigger.delete", {"CODE": code})
