"""Leaving: an uninstall event only proves knowledge of the application token; it is believed once our keys are refused.

Then the keys are thrown away at once. What the administrator asked to delete is deleted by a job of the deployment
(`erase_left`), because
the portal's own lane cannot delete itself (contracts/bitrix24-app.md §1.9).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.bitrix24.transport import PortalClient
from b24app.lanes.ladder import next_try
from b24app.lanes.slices import Slice
from b24app.store import inbox, portal_settings, portals, retention, tokens
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import Portal, PortalState
from b24app.wire.errors import NotSent, OutcomeUnknown

log = logging.getLogger(__name__)
#: The OAuth server may learn of it a little later than we do; after these tries the event was not true.
TRIES = 6
#: Key of the portal's settings: erase it.
ERASE = "erase"


@dataclass(frozen=True, slots=True)
class LeavingParts:
    """`open_portal`: the portal's REST API under our stored keys."""

    open_portal: Callable[[Portal], PortalClient]


def handle(lane: Slice, rows: Sequence[Claimed], parts: LeavingParts) -> None:
    """Serves the claimed `uninstall` rows. Raises FenceLostError."""
    with read_scope(lane.sessions) as session:
        portal = portals.get(session, lane.portal_id)
    gone = portal.state == PortalState.UNINSTALLED or refused(parts.open_portal(portal))
    ids = [row_id for row in rows for row_id in row.ids]
    attempts = max(row.attempts for row in rows) + 1
    clean = any(str(row.payload.get("clean")) == "1" for row in rows)
    now = lane.clock.now()
    with session_scope(lane.sessions) as session:
        lane.check(session)
        if gone:
            leave(session, portal.id, clean)
            inbox.close(session, lane, ids, now)
        elif gone is None or attempts < TRIES:
            inbox.retry(
                session, lane, ids, next_try(now, attempts), "our keys still work" if gone is False else "silent"
            )
        else:
            log.warning("an uninstall of portal %s was not true: our keys still work", portal.id)
            inbox.close(session, lane, ids, now)


def refused(client: PortalClient) -> bool | None:
    """Whether the portal has thrown us out; None while that cannot be known."""
    try:
        client.call("app.info", safe=True)
    except NoToken:
        return True
    except RestError as error:
        return True if error.kind in (Kind.BLOCKED, Kind.TOKEN_DEAD, Kind.PORTAL_GONE) else None
    except (NotSent, OutcomeUnknown):
        return None
    return False


def leave(session: Session, portal_id: int, clean: bool) -> None:
    """Throws the keys away; `clean` marks the rest for `erase_left`."""
    tokens.forget(session, portal_id)
    portal = portals.get(session, portal_id)
    portal.state, portal.application_token = PortalState.UNINSTALLED, None
    if clean:
        portal_settings.merge(session, portal_id, **{ERASE: True})


def erase_left(sessions: Sessions) -> int:
    """Deletes everything about portals that left and asked for it; returns how many rows. Safe to repeat."""
    with read_scope(sessions) as session:
        left = [
            portal.id for portal in portals.by_state(session, PortalState.UNINSTALLED) if portal.settings.get(ERASE)
        ]
    return sum(retention.erase_portal(sessions, portal_id) for portal_id in left)
