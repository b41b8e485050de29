"""Accounts with the five made-up systems, connected by an administrator through our own pages as CDEK's is."""

from __future__ import annotations

from b24app.demo.person import Person
from b24app.store import portals
from tests.flows.program import Program
from tests.made_up_world import KEY, Carriers

TITLES = {"hare": "Заяц", "tortoise": "Тортилла", "owl": "Сова", "feather": "Пёрышко", "barter": "Бартер"}


def connect_five(program: Program, member: str, page: Person, made_up: Carriers) -> dict[str, int]:
    """Save each account, wait until all of the portal's work; their ids by system."""
    for code, carrier in made_up.all.items():
        form = {"title": TITLES[code], "mode": "live", "address": carrier.url, "key": KEY}
        page.press(f"/app/account/{code}/0", form)

    def accounts() -> dict[str, int]:
        portal = program.read(portals.by_member, member)
        rows = program.read(portals.connections, portal.id)
        return {row.system: row.id for row in rows if row.state == "ready"}

    program.wait(lambda: len(accounts()) == 6, "six accounts that work")
    return accounts()
