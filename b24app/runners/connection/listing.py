"""Lists that live in the system (organisations, warehouses, states): asked once the account works and whenever an
administrator wants them anew, so that the form of the connection can offer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from b24app.lanes import ladder
from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError, Unavailable, problem_in
from b24app.logistics.ports import Lists, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.account import Account
from b24app.runners.services import Services
from b24app.store import inbox, portal_settings, portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.systems.plugin import Manifest

#: Kind of the rows that ask for them.
KIND = "lists"
KINDS = ("remote", "map")
#: Options that are kept of a list: a page shows no more.
MOST = 300
#: How often a system that is silent is asked.
TRIES = 3
#: Name of the step of a test that looks whether what has to be chosen is chosen.
CHOICES = "choices"


def names(manifest: Manifest) -> tuple[str, ...]:
    return tuple(each.name for each in manifest.settings_form if each.kind in KINDS)


def do(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    """Serve the wish for the lists: every list by itself, one that fails says why. A system that is silent (or was
    asked too much just now) is asked again for what is missing, twice."""
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (KIND,))
        known = portals.get(session, account.portal.id).settings.get("lists", {}) if rows else {}
    if not rows:
        return
    connection, now = account.connection, services.clock.now()
    wanted = names(services.plugins[connection.system].manifest) if isinstance(system, Lists) else ()
    asked = min(row.first for row in rows)
    missing = [name for name in wanted if not _since(known.get(str(connection.id), {}).get(name, {}), asked)]
    found, silent = {}, None
    for name in missing:
        found[name], error = told(system, name, str(connection.settings.get(name) or ""), now)
        silent = error or silent
    _keep(services, slice_, account, rows, found, silent)


def _since(told: Mapping[str, Any], asked: datetime) -> bool:
    """Whether a list came after it was asked for."""
    return "problem" not in told and bool(told.get("at")) and datetime.fromisoformat(told["at"]) >= asked


def _keep(
    services: Services,
    slice_: Slice,
    account: Account,
    rows: Sequence[Claimed],
    found: Mapping[str, Mapping[str, Any]],
    silent: Unavailable | None,
) -> None:
    now, ids, attempts = services.clock.now(), [id_ for row in rows for id_ in row.ids], rows[0].attempts + 1
    with session_scope(services.sessions) as session:
        slice_.check(session)
        if found:
            portal_settings.save_lists(session, account.portal.id, account.connection.id, found)
        if silent is not None and attempts < TRIES:
            due = ladder.next_try(now, attempts, retry_after=silent.retry_after)
            inbox.retry(session, slice_, ids, due, silent.why)
        else:
            inbox.close(session, slice_, ids, now)


def told(system: Lists, name: str, chosen: str, now: datetime) -> tuple[Mapping[str, Any], Unavailable | None]:
    """One list as it is kept, and the error if it may come later: of a long one its beginning and what is `chosen` (a
    code, or a stored mapping)."""
    try:
        all_ = system.options(name)
    except LogisticsError as error:
        return {"problem": problem_in(error).to_json()}, error if isinstance(error, Unavailable) else None
    options = [*all_[:MOST], *(each for each in all_[MOST:] if each.code == chosen or f'"{each.code}":' in chosen)]
    return {"options": [each.to_json() for each in options], "at": now.isoformat()}, None


def chosen(services: Services, account: Account) -> TestStep | None:
    """A soft step of the test: what the system's own lists offer and its form requires is chosen. None for systems that
    require nothing of the kind."""
    connection = account.connection
    manifest = services.plugins[connection.system].manifest
    needed = [each.name for each in manifest.settings_form if each.kind in KINDS and each.required]
    if not needed:
        return None
    if all(connection.settings.get(name) for name in needed):
        return TestStep(CHOICES, True)
    return TestStep(CHOICES, False, Problem("choices_missing", Field.ACCOUNT, Who.ADMIN), soft=True)
