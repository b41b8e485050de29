"""Packing writes into batches: 25 deal updates with their comments at once (bitrix24-crm.md §13.6, §0.4)."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.bitrix24.encoding import BATCH_MOST, Command

#: Deal updates in one batch: a whole batch is cut at 60 s, and an update may run robots.
UPDATES_MOST = 25
_HEAVY = "crm.item.update"


def pack(groups: Sequence[Sequence[Command]]) -> list[list[Command]]:
    """Batches for groups of commands that belong together (one deal's), in order.

    A group stays in one batch unless it alone is larger; so a deal is written by one HTTP call.
    """
    batches: list[list[Command]] = []
    for group in groups:
        for start in range(0, len(group), BATCH_MOST):
            _place(batches, list(group[start : start + BATCH_MOST]))
    return batches


def _place(batches: list[list[Command]], group: list[Command]) -> None:
    if batches and _fits([*batches[-1], *group]):
        batches[-1] += group
    else:
        batches.append(group)


def _fits(commands: Sequence[Command]) -> bool:
    return len(commands) <= BATCH_MOST and sum(command.method == _HEAVY for command in commands) <= UPDATES_MOST
