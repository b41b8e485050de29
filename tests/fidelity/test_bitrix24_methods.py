"""Every REST call of the program is documented, not deprecated, and allowed by a scope that we ask for.

`data/bitrix24_methods.json` is cut from the vendor's documentation by tools/spec_extract.py. Names are collected twice:
as they stand in the code, and as the sandbox's journal saw them while the program was installed and shipped a deal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from b24app.bitrix24.scopes import REQUESTED
from b24app.demo.setting_up import set_up
from b24app.store import portals
from sandbox.world import World
from tests.fidelity.called import covered, named, strings, unnamed
from tests.flows.program import Program

METHODS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "bitrix24_methods.json").read_text())
BY_NAME = {name.lower(): (name, row) for name, row in METHODS.items()}
# Of the portal's own platform, granted to every token (§1.3); some pages name no scope, some say "basic".
BASIC = {"batch", "scope", "profile", "app.info", "user.admin", "events", "event.get", "event.bind", "event.unbind"}
# They stand on their own scope and on the module's whose fields they are about (§1.3): both are needed, not one of two.
BOTH = "userfieldconfig."
#: The only REST way to a letter that stands in the deal's feed; those who wrote "deprecated" beside it say that nothing
#: takes its place (contracts/bitrix24-crm.md §8.3).
NO_SUCCESSOR = {"crm.activity.add"}
IN_CODE = named()


def granted(name: str) -> bool:
    """Whether our scopes open it."""
    scopes, ours = BY_NAME[name.lower()][1]["scope"], {*REQUESTED, "basic"}
    return name in BASIC or (ours.issuperset(scopes) if name.startswith(BOTH) else bool(ours.intersection(scopes)))


def objections(name: str) -> list[str]:
    """What the documentation has against a call of this method."""
    if name.lower() not in BY_NAME:
        return [f"{name} is not documented"]
    spelt, row = BY_NAME[name.lower()]
    found = [f"{name} is spelt {spelt}"] if spelt != name else []
    found += [f"{name} is deprecated"] if row.get("deprecated") and name not in NO_SUCCESSOR else []
    return found + (
        [] if granted(name) else [f"{name} needs {'all' if name.startswith(BOTH) else 'one'} of {row['scope']}"]
    )


@pytest.mark.parametrize("name", sorted(name for name in IN_CODE if "*" not in name))
def test_a_name_in_the_code(name: str) -> None:
    assert objections(name) == []


@pytest.mark.parametrize("pattern", sorted(name for name in IN_CODE if "*" in name))
def test_a_name_put_together_in_the_code(pattern: str) -> None:
    fits = [name for name in METHODS if covered(name, pattern)]
    assert [name for name in fits if not objections(name)]


def test_every_command_names_its_method() -> None:
    """A name that only exists at run time could not be judged."""
    assert unnamed() == []


def test_every_text_that_is_a_methods_name() -> None:
    """Also names that wait in a table or are handed on: each documented method in the code is one that we may call."""
    written = {text: places for text, places in strings().items() if "." in text and text.lower() in BY_NAME}
    assert len(written) > 10
    assert {text: places for text, places in written.items() if objections(text)} == {}


def needed() -> set[str]:
    """Scopes without which a method of the code would be refused: no other one that we ask for opens it."""
    rows = [BY_NAME[name.lower()][1]["scope"] for name in [*IN_CODE, *strings()] if name.lower() in BY_NAME]
    fits = [name for pattern in IN_CODE if "*" in pattern for name in METHODS if covered(name, pattern)]
    rows += [METHODS[name]["scope"] for name in fits]
    opens = [{*REQUESTED}.intersection(scopes) for scopes in rows if "basic" not in scopes]
    both = {scope for name in IN_CODE if name.startswith(BOTH) for scope in BY_NAME[name.lower()][1]["scope"]}
    return both | {scope for each in opens if len(each) == 1 for scope in each}


def test_no_scope_is_asked_for_in_vain() -> None:
    assert set(REQUESTED) == needed()


def test_the_judge_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    assert objections("crm.deal.explode") == ["crm.deal.explode is not documented"]
    assert objections("task.item.add") == ["task.item.add is deprecated", "task.item.add needs one of ['task']"]
    assert objections("sale.cashbox.list") == ["sale.cashbox.list needs one of ['cashbox']"]
    assert objections("CRM.item.get") == ["CRM.item.get is spelt crm.item.get"]
    monkeypatch.setitem(globals(), "REQUESTED", ("crm",))
    assert objections("userfieldconfig.add") == ["userfieldconfig.add needs all of ['crm', 'userfieldconfig']"]


def test_what_the_program_really_calls(world: World, sqlite_database_url: str, redis_url: str) -> None:
    """Installed with exactly our scopes, a connection tested, pipelines on, deals shipped, a problem told."""
    world.control.post("/bitrix24/app", {"scopes": list(REQUESTED)})
    world.control.post("/cdek/settings", {"decision_min": 0.1, "decision_max": 0.2})
    member = world.addresses["portals"][0]["member_id"]
    with Program(world, sqlite_database_url, redis_url) as program:
        ready = set_up(program.steer, member, world.addresses["cdek"]["accounts"][0])
        # What moved before a pipeline has begun never ships.
        program.wait(lambda: program.read(begun, member), "the pipelines' beginning")
        move_some(world, member, ready.triggers)
        program.wait(lambda: seen(world) >= TOLD, "a number and a problem in the CRM", 90)
    called = seen(world)
    assert [text for name in sorted(called) for text in objections(name)] == []
    # Names without a dot cannot be told from other words of the code.
    rest = [name for name in sorted(called) if not any(covered(name, pattern) for pattern in IN_CODE)]
    assert rest == ["batch", "events"]
    rows = world.journal.find(system="bitrix24", kind="rest.call")
    assert [row for row in rows if "insufficient_scope" in str(row.data)] == []


TOLD = {"crm.item.update", "crm.timeline.comment.add", "im.notify.system.add"}


def begun(session: Session, member: str) -> bool:
    portal = portals.by_member(session, member)
    rows = portals.pipelines(session, portal.id).values() if portal is not None else ()
    return bool(rows) and all(row.on_since_history_id is not None for row in rows if row.enabled)


def move_some(world: World, member: str, triggers: Any) -> None:
    """Deals of the main pipeline to the stage that ships: some are fine, some miss what a carrier needs."""
    base = f"/bitrix24/{member}"
    world.control.post(f"{base}/wishes", {})
    main = {row["id"] for row in world.control.get(f"{base}/deals")["deals"] if int(row["categoryId"]) == 0}
    known = [row for row in world.control.get(f"{base}/expected")["deals"] if row["moves"] and row["deal_id"] in main]
    fine, wrong = ([row["deal_id"] for row in known if bool(row["fields"]) is bad][:6] for bad in (False, True))
    world.control.post(f"{base}/move", {"deals": [*fine, *wrong], "stage": triggers[0], "user": 1})


def seen(world: World) -> set[str]:
    """Every method that arrived at a portal's REST, alone or inside a batch."""
    rows = world.journal.find(system="bitrix24", kind="rest.call")
    return {name for row in rows for name in [row.key, *row.data.get("commands", [])]}
