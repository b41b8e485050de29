"""Settings whose values live in the system, as the form draws and takes them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from b24app.clock import FixedClock
from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import PACKED, Option
from b24app.store import portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Connection, InboxRow, Portal
from b24app.systems import Manifest, RatePolicy, SettingField
from b24app.wire.guard import Guard
from placements.app.connections_fields import Around, read
from placements.app.connections_lists import MEANINGS, Lists, view
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import one, page

__all__ = ["page"]

STORES = [Option("1", "Северный"), Option("2", "Южный")]
STATES = [Option("a", "Новый", "created"), Option("b", "Собран", PACKED), Option("c", "На Луне")]
AT = datetime(2026, 11, 12, 9, 5, tzinfo=UTC).isoformat()
SILENT = Problem("system_silent", Field.NONE, Who.CARRIER, their_text="states: HTTP 500")


def manifest(required: bool = True) -> Manifest:
    def field(name: str, kind: str, needed: bool) -> SettingField:
        return SettingField(name, {"ru": name, "en": name}, kind=kind, required=needed)

    return Manifest(
        code="toad",
        title={"ru": "Жаба", "en": "Toad"},
        kind="warehouse",
        ports=("Orders", "Lists"),
        limits={},
        settings_form=(
            field("key", "secret", True),
            field("store", "remote", required),
            field("states", "map", False),
        ),
        rate=RatePolicy(1, 1),
        base_urls={"live": "https://toad.example"},
        test_steps=("sign_in",),
    )


def told(**lists: list[Option]) -> dict[str, Any]:
    return {name: {"options": [each.to_json() for each in options], "at": AT} for name, options in lists.items()}


def account(state: str = "ready", **settings: str) -> Connection:
    return cast("Connection", SimpleNamespace(id=3, state=state, settings=settings))


def shown(ru: Formats, row: Connection | None, lists: dict[str, Any], loading: bool = False) -> Lists:
    return view(manifest(), row, lists, loading, ru)


def test_the_states_of_a_list(ru: Formats) -> None:
    known = told(store=STORES, states=STATES)
    silent = {**known, "states": {**known["states"], "problem": SILENT.to_json()}}
    for lists, loading, states in (
        ({}, False, ["later", "later"]),
        ({}, True, ["loading", "loading"]),
        (known, True, ["loading", "loading"]),
        (known, False, ["ready", "ready"]),
        (told(store=[], states=STATES), False, ["empty", "ready"]),
        (silent, False, ["ready", "error"]),
        ({"states": {"problem": SILENT.to_json()}}, False, ["later", "error"]),
    ):
        assert [each.state for each in shown(ru, account(), lists, loading).fields] == states
    assert len(shown(ru, account(), silent).fields[1].rows) == 3
    assert shown(ru, account(), silent).fields[1].quote == "states: HTTP 500"


def test_default_meanings_are_chosen_beforehand_and_what_was_said_wins(ru: Formats) -> None:
    lists = told(states=STATES)
    assert [row.meaning for row in shown(ru, account(), lists).fields[1].rows] == ["created", "packed", ""]
    said = json.dumps({"a": "", "c": "lost"})
    assert [row.meaning for row in shown(ru, account(states=said), lists).fields[1].rows] == ["", "packed", "lost"]


def test_what_the_system_no_longer_has_is_shown_as_such(ru: Formats) -> None:
    lists = told(store=STORES, states=STATES[:1])
    store, states = shown(ru, account(store="9", states=json.dumps({"b": "packed", "c": ""})), lists).fields
    assert (store.gone, store.value) == (True, "9")
    assert [(row.code, row.gone) for row in states.rows] == [("a", False), ("b", True)]


def test_the_version_tells_new_lists_and_that_they_are_asked_for(ru: Formats) -> None:
    lists = told(store=STORES)
    versions = {
        shown(ru, account(), {}).version,
        shown(ru, account(), {}, loading=True).version,
        shown(ru, account("untested"), {}).version,
        shown(ru, account(), lists).version,
        shown(ru, account(store="2"), lists).version,
    }
    assert len(versions) == 5
    assert not shown(ru, None, {}).can_ask


def test_every_meaning_is_a_status_or_packed() -> None:
    assert {each for each in MEANINGS if each != PACKED} <= {status.value for status in Status}
    assert not {"draft", "submitting", "unknown"} & set(MEANINGS)


def taken(form: dict[str, str], lists: dict[str, Any], **stored: str) -> tuple[dict[str, str], dict[str, str]]:
    around = Around(Guard(), datetime.now(UTC), {"key": "k", **stored}, lists)
    found = read(manifest(), form, around)
    return found.settings, found.errors


def test_before_the_list_is_known_what_is_stored_stays() -> None:
    settings, errors = taken({}, {}, store="1", states='{"a": "lost"}')
    assert (settings, errors) == ({"key": "k", "store": "1", "states": '{"a": "lost"}'}, {})
    # A form that was filled in by a program may say them at once.
    settings, errors = taken({"store": "2", "states": '{"a": "created"}'}, {})
    assert (settings["store"], settings["states"], errors) == ("2", '{"a": "created"}', {})
    assert taken({"states": "nonsense"}, {})[1] == {"states": "map_unreadable"}
    assert taken({"states": '{"a": "fried"}'}, {})[1] == {"states": "map_unreadable"}


def test_only_what_is_on_the_list_is_taken() -> None:
    lists = told(store=STORES, states=STATES)
    assert taken({"store": "2"}, lists)[1] == {}
    assert taken({"store": "7"}, lists)[1] == {"store": "choose"}
    assert taken({"store": ""}, lists)[1] == {"store": "choose"}
    assert taken({"store": "7"}, lists, store="7")[1] == {}  # what is gone may stay
    rows = {"map.states.a": "created", "map.states.b": "packed", "map.states.c": "", "map.states.zz": "lost"}
    settings, errors = taken({"store": "1", **rows}, lists)
    assert (json.loads(settings["states"]), errors) == ({"a": "created", "b": "packed", "c": ""}, {})
    assert taken({"store": "1", "map.states.a": "fried"}, lists)[1] == {"states": "choose"}
    # A state that is gone keeps its meaning as long as the form shows it.
    settings, _ = taken({"store": "1", "map.states.z": "lost"}, lists, states='{"z": "lost"}')
    assert json.loads(settings["states"]) == {"z": "lost"}


@pytest.fixture
def parts(parts: PageParts) -> PageParts:
    """A portal's systems with one that has lists."""
    plugin: Any = SimpleNamespace(manifest=manifest())
    return replace(parts, systems={**parts.systems, "toad": plugin})


def make(page: Page, sessions: Sessions) -> int:
    page.open()
    text = page.ask("POST", "/app/account/toad/0", title="Жаба", mode="live", key="k3y").text
    assert "Появятся, когда подключение сохранено и проверка прошла" in text
    row: Connection = one(sessions, Connection, title="Жаба")
    return row.id


def test_the_form_asks_for_lists_shows_them_and_stores_what_is_chosen(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    account_id = make(page, sessions)
    asked = page.ask("POST", f"/app/account/{account_id}/lists").text
    assert 'id="account-lists"' in asked
    assert "Спрашиваем списки" in asked
    assert one(sessions, InboxRow, kind="lists").key == str(account_id)
    version = asked.split('data-version="')[1].split('"')[0]
    assert page.ask("GET", f"/app/account/{account_id}/progress?v={version}").status_code == 204
    with session_scope(sessions) as session:
        portal_settings.save_lists(session, set_up.id, account_id, told(store=STORES, states=STATES))
    part = page.ask("GET", f"/app/account/{account_id}/progress?v={version}").text
    assert 'hx-swap-oob="true"' in part
    assert '<option value="2">Южный</option>' in part
    rows = {"map.states.a": "created", "map.states.b": "packed", "map.states.c": ""}
    text = page.ask(
        "POST", f"/app/account/toad/{account_id}", title="Жаба", mode="live", key="", store="2", **rows
    ).text
    assert "Сохранено" in text
    settings = one(sessions, Connection, id=account_id).settings
    assert (settings["store"], json.loads(settings["states"])["b"]) == ("2", "packed")
    with session_scope(sessions) as session:
        portals.connection(session, set_up.id, account_id)
        portal_settings.forget_connection(session, set_up.id, account_id)
        assert portals.get(session, set_up.id).settings["lists"] == {}


def test_a_list_that_fails_keeps_what_was_known(sessions: Sessions, set_up: Portal) -> None:
    with session_scope(sessions) as session:
        portal_settings.save_lists(session, set_up.id, 7, told(store=STORES, states=STATES))
        portal_settings.save_lists(session, set_up.id, 7, {"states": {"problem": SILENT.to_json()}})
        found = portals.get(session, set_up.id).settings["lists"]["7"]
        assert len(found["states"]["options"]) == 3
        assert "problem" in found["states"]
        portal_settings.save_lists(session, set_up.id, 7, told(states=STATES[:1]))
        found = portals.get(session, set_up.id).settings["lists"]["7"]
        assert (len(found["states"]["options"]), "problem" in found["states"]) == (1, False)
        assert len(found["store"]["options"]) == 2


def test_what_is_wrong_is_drawn_with_what_was_typed(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    account_id = make(page, sessions)
    with session_scope(sessions) as session:
        portal_settings.save_lists(session, set_up.id, account_id, told(store=STORES, states=STATES))
    form = {"title": "Жаба", "mode": "live", "key": "", "store": "", "map.states.a": "lost"}
    text = page.ask("POST", f"/app/account/toad/{account_id}", **form).text
    assert "Выберите из списка" in text
    row = text.split('name="map.states.a"')[1].split("</select>")[0]
    assert '<option value="lost" selected>' in row


def test_a_code_that_only_a_machine_reads_is_not_shown(ru: Formats) -> None:
    key = "ced876d3-0f94-11ee-0a80-0f9400229315"
    lists = told(states=[Option(key, "Новый"), Option("1000", "Created"), Option("Закрыт", "Закрыт")])
    assert [row.telling for row in shown(ru, account(), lists).fields[1].rows] == ["", "1000", ""]
