"""Our robots are registered in the portal's automation, and say what they should (contracts/bitrix24-crm.md §7.2). The
portal takes them away with the app, and with each update of it.

A portal that refuses (its plan) goes without: that is told, and tried again each day."""

from __future__ import annotations

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import as_list
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.rules import Reason, ReturnRules
from b24app.store import portal_settings, portals, return_process, tokens
from b24app.store import robots as kept_robots
from b24app.store.robots import Kept
from install.steps.catalogue import Ground, Read
from install.wanted_robots import digest, plan, robots

_LISTED = Read("bizproc.robot.list")
#: Refusals of our key, not of the robots.
OF_THE_KEY = frozenset({Kind.TOKEN, Kind.TOKEN_DEAD, Kind.CONFIRM})


def reads(ground: Ground) -> list[Read]:
    return [_LISTED] if has(Feature.ROBOTS, ground.granted) else []


def run(ground: Ground) -> None:
    if not has(Feature.ROBOTS, ground.granted):
        return
    kept, user, reasons, process = ground.save(lambda session: _known(session, ground.portal_id))
    page = has(Feature.TAB, ground.granted)
    wanted = robots(ground.public_url, user, ground.lang, reasons, process, settings_page=page)
    registered = kept.registered
    try:
        there = [str(code) for code in as_list(ground.get(_LISTED))]
        commands = plan(wanted, there, kept.registered)
        if commands:
            ground.do(commands)
        registered = digest(wanted)
    except RestError as error:
        if error.retryable or error.portal_wide or error.kind in OF_THE_KEY:
            raise
        ground.skipped.append(error.text or error.code)
    looked = Kept(registered, user, ground.now())
    ground.save(lambda session: portal_settings.merge(session, ground.portal_id, **{kept_robots.KEY: looked.to_json()}))


def _known(session: Session, portal_id: int) -> tuple[Kept, int, tuple[Reason, ...], ReturnProcess | None]:
    """What is kept, the administrator whose key the portal is to give (the one of before while they are one), the
    reasons that are offered, and the smart process."""
    settings = portals.get(session, portal_id).settings
    kept = Kept.of(settings)
    admins = [token.user_id for token in tokens.pool(session, portal_id)]
    user = kept.user if kept.user in admins else next(iter(admins), kept.user)
    return kept, user, ReturnRules.of(settings).offered, return_process.Kept.of(settings).process
