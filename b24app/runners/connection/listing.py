"""Lists that live in the system (organisations, warehouses, states): asked once the account works and whenever an
administrator wants them anew, so that the form of the connection can offer them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError, problem_in
from b24app.logistics.ports import Lists, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.account import Account
from b24app.runners.services import Services
from b24app.store import inbox, portal_settings
from b24app.store.engine import read_scope, session_scope
from b24app.systems.plugin import Manifest

#: Kind of the rows that ask for them.
KIND = "lists"
KINDS = ("remote", "map")
#: Options that are kept of a list: a page shows no more.
MOST = 300
#: Name of the step of a test that looks whether what has to be chosen is chosen.
CHOICES = "choices"


def names(manifest: Manifest) -> tuple[str, ...]:
    return tuple(each.name for each in manifest.settings_form if each.kind in KINDS)


def do(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    """Serve the wish for the lists: every list by itself, one that fails says why."""
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (KIND,))
    if not rows:
        return
    wanted = names(services.plugins[account.connection.system].manifest) if isinstance(system, Lists) else ()
    found = {name: _told(system, name, services.clock.now()) for name in wanted}
    with session_scope(services.sessions) as session:
        slice_.check(session)
        if found:
            portal_settings.save_lists(session, account.portal.id, account.connection.id, found)
        inbox.close(session, slice_, [row_id for row in rows for row_id in row.ids], services.clock.now())


def _told(system: Lists, name: str, now: datetime) -> Mapping[str, Any]:
    try:
        options = system.options(name)[:MOST]
    except LogisticsError as error:
        return {"problem": problem_in(error).to_json()}
    return {"options": [each.to_json() for each in options], "at": now.isoformat()}


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
