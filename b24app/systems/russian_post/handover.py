"""Handing over (russian-post.md §8): the day's items into batches, and their check-in, after which there is no way
back and the office expects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from b24app.logistics.aftercare import HandOver
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.problem import Field, Problem
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.errors import Said, problem_of, problems_of, said

Row = Mapping[str, Any]
Why = dict[str, tuple[Problem, ...]]


def hand_over(
    client: Client, items: Callable[[str], Sequence[Row]], remote_ids: Sequence[str], day: date, *, balance: bool
) -> HandOver:
    """Batches that are checked in already stay; items in open ones (a label was printed) are taken back and put
    together with the others. Raises Unavailable, AccountProblem, Uncertain."""
    owners: dict[int, str] = {}
    opened: list[int] = []
    refused: Why = {}
    names: list[str] = []
    for remote_id in remote_ids:
        rows = items(remote_id)
        if not rows:
            refused[remote_id] = (Problem("order_unknown", Field.ORDER),)
        for row in rows:
            if row.get("batch-status") in (None, "CREATED"):
                owners[row["id"]] = remote_id
                opened += [row["id"]] if row.get("batch-status") else []
            else:
                names.append(str(row.get("batch-name")))
    if opened:
        client.call("POST", "1.0/user/backlog", "batch.leave", write=True, json=opened)
    for name, mine in (_batches(client, owners, day, refused) if owners else {}).items():
        if problems := _check_in(client, name, balance):
            refused |= dict.fromkeys(mine, problems)
        else:
            names.append(name)
    return HandOver(",".join(dict.fromkeys(names)), tuple(each for each in remote_ids if each not in refused), refused)


def _batches(client: Client, owners: Mapping[int, str], day: date, refused: Why) -> dict[str, set[str]]:
    """Name -> whose items; products and offices have batches of their own."""
    ids = list(owners)
    params = {"sending-date": day.isoformat(), "timezone-offset": "10800"}
    data = client.call("POST", "1.0/user/shipment", "batch.create", write=True, params=params, json=ids)
    for error in said(data):
        if error.position < len(ids):
            refused[owners[ids[error.position]]] = problems_of([error])
    made: dict[str, set[str]] = {}
    rows = data.get("batches") if isinstance(data, Mapping) else None
    for name in [str(batch["batch-name"]) for batch in rows or () if batch.get("batch-name")]:
        inside = client.rows(f"1.0/batch/{name}/shipment", "batch.shipments", size="10000")
        made[name] = {owners[row["id"]] for row in inside if row.get("id") in owners}
    return made


def _check_in(client: Client, name: str, balance: bool) -> tuple[Problem, ...]:
    """Why it was refused; () = done. Success is the absence of a code (§3: shape 4)."""
    params = {"useOnlineBalance": "true" if balance else "false"}
    try:
        data = client.call("POST", f"1.0/batch/{name}/checkin", "batch.checkin", write=True, params=params)
    except Refused as error:
        return error.problems
    if not isinstance(data, Mapping):
        raise Uncertain("batch.checkin: an answer without sense")
    code = data.get("error-code")
    return (problem_of(Said(str(code))),) if code else ()
