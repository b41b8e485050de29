"""The page of places goods leave from."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.frames.formats import Formats
from b24app.frames.words import words
from b24app.logistics.addresses import read_address
from b24app.logistics.model import Sender
from b24app.logistics.ports import TestStep
from b24app.store import origins, portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.portal import portal_facts
from b24app.store.models import AuditRow, Origin, Portal
from placements.app.origins import progress
from placements.app.origins_view import read_form
from placements.app.section import Progress
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import one, page

__all__ = ["page"]

PLACE = {
    "title": "Склад на Тверской",
    "company": "ООО «Лён»",
    "name": "Иван",
    "phone": "8 (495) 123-45-67",
    "address": "Москва, Тверская 1",
}


def test_a_form_becomes_a_sender() -> None:
    sender, errors = read_form(PLACE)
    assert errors == {}
    assert sender == Sender("Иван", "+74951234567", "ООО «Лён»", None, read_address("Москва, Тверская 1"))


@pytest.mark.parametrize(
    ("over", "errors"),
    [
        ({"title": " "}, {"title": "required"}),
        ({"phone": ""}, {"phone": "required"}),
        ({"phone": "123"}, {"phone": "phone"}),
        ({"address": ""}, {"address": "required"}),
        ({"name": "", "company": ""}, {"name": "contact"}),
        ({"address": "М" * 256}, {"address": "long"}),
        ({"name": ""}, {}),
    ],
)
def test_what_is_wrong_with_a_form(over: dict[str, str], errors: dict[str, str]) -> None:
    assert read_form({**PLACE, **over})[1] == errors


def test_a_place_is_saved_and_its_city_shown_back(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    text = page.ask("POST", "/app/origin/0", **PLACE).text
    assert "Сохранено" in text
    assert "Город: Москва" in text
    assert "+7\u00a0495\u00a0123-45-67" in text
    row = one(sessions, Origin)
    assert (row.portal_id, row.title, row.is_default, row.details["phone"]) == (
        set_up.id,
        "Склад на Тверской",
        True,
        "+74951234567",
    )
    assert one(sessions, AuditRow, action="origin_added").detail["origin"] == row.id
    assert "<small>Склад на Тверской" in page.ask("GET", "/app/s/origins").text


def test_a_wrong_phone_is_said_in_place_and_nothing_is_stored(page: Page, sessions: Sessions) -> None:
    page.open()
    text = page.ask("POST", "/app/origin/0", **{**PLACE, "phone": "12"}).text
    assert "Не похоже на номер" in text
    assert 'value="12"' in text
    with sessions() as session:
        assert session.scalars(select(Origin)).all() == []


def test_an_address_without_a_city_is_stored_and_questioned(page: Page) -> None:
    page.open()
    assert "Город в адресе не узнали" in page.ask("POST", "/app/origin/0", **{**PLACE, "address": "ул. 5, 7"}).text


def test_another_default_and_a_removal(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    page.ask("POST", "/app/origin/0", **PLACE)
    page.ask("POST", "/app/origin/0", **{**PLACE, "title": "Казань", "address": "Казань, Баумана 5"})
    with sessions() as session:
        first, second = (row.id for row in origins.of_portal(session, set_up.id))
    page.ask("POST", f"/app/origin/{second}/default")
    assert one(sessions, Origin, is_default=True).id == second
    page.ask("POST", f"/app/origin/{second}/remove")
    assert [one(sessions, Origin).id, one(sessions, Origin).is_default] == [first, True]


def test_a_neighbours_place_cannot_be_touched(
    page: Page, sessions: Sessions, neighbour: Portal, clock: FixedClock
) -> None:
    page.open()
    with session_scope(sessions) as session:
        place = origins.save(session, neighbour.id, 0, "Юг", Sender("Мария"), True, clock.now())
        assert place is not None
        theirs = place.id
    assert page.ask("POST", f"/app/origin/{theirs}", **PLACE).status_code == 409
    assert page.ask("POST", f"/app/origin/{theirs}/remove").status_code == 409
    assert one(sessions, Origin).title == "Юг"


@pytest.mark.parametrize(("ok", "needed"), [(True, False), (False, True)])
def test_an_account_that_knows_who_sends_needs_no_place(
    sessions: Sessions, set_up: Portal, clock: FixedClock, ok: bool, needed: bool
) -> None:
    with session_scope(sessions) as session:
        account = portals.connections(session, set_up.id)[0]
        steps = [TestStep("call", True), TestStep("sender", ok, soft=True)]
        rows = [step.to_json() for step in steps]
        portal_settings.save_test_report(session, set_up.id, account.id, rows, clock.now())
        facts = portal_facts(session, set_up.id)
    assert progress(facts, Formats(words("en"), ZoneInfo("UTC"), clock.now())) == Progress(False, "", needed)
