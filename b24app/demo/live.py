"""`waybill demo`: everything started, one address to open, Ctrl-C stops it all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from b24app.demo.house import House, Plan

Say = Callable[[str], None]
FIRST_PORTAL = 0


def main(var: Path, port: int, say: Say) -> int:
    """Blocks until Ctrl-C. The emulated world starts with its first day, so our own data does too."""
    shutil.rmtree(var, ignore_errors=True)
    say("Starting the emulated world, Redis, the database, pages, hooks and a worker…")
    with House(Plan(var, pages_port=port)) as house:
        portal = house.addresses["portals"][FIRST_PORTAL]
        house.steer("POST", "/cdek/settings", {"auto_route": True, "step_seconds": 30})
        say(f"Open {portal['base_url']}/ — choose «Администратор», open the Market and install Waybill.")
        say(f"All parts of the pages in all their states: {house.pages}/components")
        say(f"CDEK account for the set-up page: {_account(house)}")
        say(f"Steering of the emulated world: {house.control}/ — logs: {var / 'log'} — stop with Ctrl-C")
        house.supervisor.run()
        say("Stopping…")
    return 0


def _account(house: House) -> str:
    account = house.addresses["cdek"]["accounts"][0]
    return f"{account['client_id']} / {account['client_secret']}"
