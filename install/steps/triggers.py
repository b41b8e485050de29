"""Our triggers are registered in the portal's automation, in its language (contracts/bitrix24-crm.md §7.1). The portal
takes them away with the app.

A portal that refuses (its plan) goes without: that is told, and tried again each day. Which of them fire is the
administrator's (`flows.automation`)."""

from __future__ import annotations

from b24app.bitrix24.encoding import as_list, as_map
from b24app.bitrix24.errors import RestError
from b24app.store import portal_settings
from b24app.store import triggers as kept_triggers
from b24app.store.triggers import Kept
from install.steps.catalogue import Ground, Read
from install.steps.robots import OF_THE_KEY
from install.wanted_triggers import plan, triggers

_LISTED = Read("crm.automation.trigger.list")


def reads(_: Ground) -> list[Read]:
    return [_LISTED]


def run(ground: Ground) -> None:
    wanted = triggers(ground.lang)
    codes: tuple[str, ...] = ()
    try:
        rows = [as_map(each) for each in as_list(ground.get(_LISTED))]
        commands = plan(wanted, {str(row.get("CODE", "")): str(row.get("NAME", "")) for row in rows})
        if commands:
            ground.do(commands)
        codes = tuple(wanted)
    except RestError as error:
        if error.retryable or error.portal_wide or error.kind in OF_THE_KEY:
            raise
        ground.skipped.append(error.text or error.code)
    looked = {kept_triggers.STEP: Kept(codes, ground.now()).to_json()}
    ground.save(lambda session: portal_settings.merge(session, ground.portal_id, **looked))
