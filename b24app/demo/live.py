"""`waybill demo`: everything started, one address to open, Ctrl-C stops it all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from b24app.bitrix24.sms import CODE
from b24app.demo.accounts import form_of, mode_of
from b24app.demo.house import House, Plan
from b24app.flows.automation import code_of
from b24app.flows.messages.moments import Moment
from b24app.systems import discover

Say = Callable[[str], None]
FIRST_PORTAL = 0
#: What an administrator of the portal has set up in its CRM: it works as soon as our trigger and our sender are there.
READY_SENDS: Mapping[str, Any] = {
    "trigger": code_of(Moment.READY),
    "later": True,
    "steps": [
        {
            "kind": "sms",
            "code": CODE,
            "properties": {
                "phone": "{=Document:CONTACT.PHONE}",
                "text": "Заказ {=Document:UF_CRM_LOGISTICS_ORDER_ID} ждёт вас. {=Document:UF_CRM_LOGISTICS_LINK}",
            },
        }
    ],
}


def main(var: Path, port: int, say: Say) -> int:
    """Blocks until Ctrl-C. The emulated world starts with its first day, so our own data does too."""
    shutil.rmtree(var, ignore_errors=True)
    say("Starting the emulated world, Redis, the database, pages, hooks and a worker…")
    with House(Plan(var, pages_port=port)) as house:
        portal = house.addresses["portals"][FIRST_PORTAL]
        codes = [code for code in discover() if code in house.addresses]
        for code in codes:
            house.steer("POST", f"/{code}/settings", {"auto_route": True, "step_seconds": 30})
        house.steer("POST", f"/bitrix24/{portal['member_id']}/rules", READY_SENDS)
        say(f"Open {portal['base_url']}/ — choose «Администратор», open the Market and install Waybill.")
        say(f"All parts of the pages in all their states: {house.pages}/components")
        say("Its CRM sends an SMS when our trigger of «ready» fires: connect SMSC, switch the trigger on.")
        say("Accounts for the set-up page:")
        for code in codes:
            say(f"  {_account(code, house.addresses[code]['accounts'][0])}")
        say(f"Steering of the emulated world: {house.control}/ — logs: {var / 'log'} — stop with Ctrl-C")
        house.supervisor.run()
        say("Stopping…")
    return 0


def _account(code: str, account: Mapping[str, Any]) -> str:
    """What to type into the carrier's form, beside what is there already."""
    manifest = discover()[code].manifest
    typed, usual = form_of(manifest, account), {field.name: field.default for field in manifest.settings_form}
    fields = {field.name: field.title["en"] for field in manifest.settings_form if not field.aside}
    told = [f"{title}: {typed[name]}" for name, title in fields.items() if typed[name] != usual[name]]
    return f"{manifest.title['en']} ({mode_of(manifest, account)}): {', '.join(told)}"
