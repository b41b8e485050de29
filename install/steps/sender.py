"""Our SMS sender is registered in a portal that has an account at a gateway, and taken away from one that has none
(contracts/bitrix24-crm.md §8.1). The portal takes it away with the app, and with each update of it.

A portal that refuses goes without: that is told, and tried again with the next look."""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import as_list
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.sms import CODE
from b24app.store import portal_settings, portals, public_ids, sms_sender
from b24app.store.sms_sender import MOST_DOORS, Kept
from b24app.systems import discover
from install.steps.catalogue import Ground, Read
from install.wanted_sender import digest, register, remove

PORT = "Messages"
_LISTED = Read("messageservice.sender.list")
#: Refusals of our key, not of the sender.
_OF_THE_KEY = frozenset({Kind.TOKEN, Kind.TOKEN_DEAD, Kind.CONFIRM})


def reads(ground: Ground) -> list[Read]:
    """Nothing where there is nothing to register and nothing was."""
    if not has(Feature.SMS, ground.granted):
        return []
    kept, wanted, _ = ground.save(lambda session: _known(session, ground.portal_id))
    return [_LISTED] if wanted or kept.registered else []


def run(ground: Ground) -> None:
    if not reads(ground):
        return
    kept, wanted, public_id = ground.save(lambda session: _known(session, ground.portal_id))
    try:
        there = CODE in [str(code) for code in as_list(ground.get(_LISTED))]
        registered = _register(ground, kept, public_id, there) if wanted else _remove(ground, there)
    except RestError as error:
        if error.retryable or error.portal_wide or error.kind in _OF_THE_KEY:
            raise
        ground.skipped.append(error.text or error.code)
        registered = kept.registered
    ground.save(lambda session: _keep(session, ground, registered=registered))


def _register(ground: Ground, kept: Kept, public_id: str, there: bool) -> str:
    """The portal is told a fresh secret whenever it is told anything: only its digest is kept here, and before the call
    leaves, so that no message is turned away."""
    right = digest(ground.public_url, public_id)
    if there and kept.registered == right and kept.doors:
        return right
    secret = secrets.token_urlsafe(24)
    doors = (sms_sender.digest(secret), *kept.doors)[:MOST_DOORS]
    ground.save(lambda session: _keep(session, ground, doors=doors))
    ground.do([register(ground.public_url, public_id, secret, there=there)])
    return right


def _remove(ground: Ground, there: bool) -> str:
    if there:
        ground.do([remove()])
    return ""


def _known(session: Session, portal_id: int) -> tuple[Kept, bool, str]:
    """What is kept, whether the portal has a gateway, and the portal's name in addresses."""
    portal = portals.get(session, portal_id)
    systems = [code for code, plugin in discover().items() if PORT in plugin.manifest.ports]
    wanted = bool(sms_sender.gateways(session, portal_id, systems))
    public_id = public_ids.of_portal(session, portal_id) if wanted else ""
    return Kept.of(portal.settings or {}), wanted, public_id


def _keep(session: Session, ground: Ground, **changes: object) -> None:
    kept = Kept.of(portals.get(session, ground.portal_id).settings or {})
    fresh = replace(kept, looked_at=ground.now(), **changes)  # type: ignore[arg-type]
    portal_settings.merge(session, ground.portal_id, **{sms_sender.KEY: fresh.to_json()})
