"""The page on which the administrator says who may do what."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from b24app.frames.errors import PageError
from b24app.store import portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal
from placements.app.rights import RightCard, Ticked, cards, read_form
from tests.unit.placements.page import Page

DEPARTMENTS = {"departments": [{"id": 3, "name": "Склад"}, {"id": 4, "name": "Продажи"}]}
FORM = [
    ("ship_who", "everyone"),
    ("cancel_who", "chosen"),
    ("cancel_user", "7|Анна Лугова"),
    ("cancel_department", "3"),
    ("cancel_department", "99"),
    ("costs_who", "chosen"),
    ("settings_who", "chosen"),
]
NOBODY: dict[str, Any] = {"everyone": False, "users": [], "departments": [], "names": {}}


def test_before_anything_was_chosen_everyone_ships_and_only_administrators_set_up() -> None:
    found = {card.code: (card.everyone, card.people) for card in cards({}, {7: "Анна"})}
    anna = (Ticked("7|Анна", "Анна", False),)
    everybodys = ("ship", "cancel", "costs", "returns", "refunds")
    assert found == {**dict.fromkeys(everybodys, (True, anna)), "settings": (False, anna)}


def test_what_was_stored_is_shown_chosen_people_first() -> None:
    stored = {"rights": read_form(MultiDict(FORM), DEPARTMENTS), **DEPARTMENTS}
    assert cards(stored, {5: "Аркадий"})[1] == RightCard(
        "cancel",
        everyone=False,
        people=(Ticked("7|Анна Лугова", "Анна Лугова", True), Ticked("5|Аркадий", "Аркадий", False)),
        departments=(Ticked("3", "Склад", True), Ticked("4", "Продажи", False)),
    )


def test_a_form_becomes_rights_and_a_department_that_is_not_there_is_left_out() -> None:
    assert read_form(MultiDict(FORM), DEPARTMENTS) == {
        "ship": {**NOBODY, "everyone": True},
        "cancel": {"everyone": False, "users": [7], "departments": [3], "names": {"7": "Анна Лугова"}},
        "costs": NOBODY,
        "settings": NOBODY,
    }


def test_a_right_that_an_older_page_does_not_know_stays_as_it_is() -> None:
    kept = {"everyone": False, "users": [5], "departments": [], "names": {"5": "Борис"}}
    read = read_form(MultiDict(FORM), {**DEPARTMENTS, "rights": {"refunds": kept, "costs": kept}})
    assert (read["refunds"], read["costs"], "returns" in read) == (kept, NOBODY, False)


@pytest.mark.parametrize(("name", "value"), [("settings_who", "everyone"), ("ship_who", ""), ("cancel_who", "nobody")])
def test_what_no_page_of_ours_sends_is_refused(name: str, value: str) -> None:
    with pytest.raises(PageError):
        read_form(MultiDict([pair for pair in FORM if pair[0] != name] + [(name, value)]), DEPARTMENTS)


def test_rights_are_saved_and_shown(page: Page, sessions: Sessions, set_up: Portal) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, set_up.id, **DEPARTMENTS)
    shown = page.ask("GET", "/app/s/rights").text
    assert "Отменять заказ" in shown
    assert "Склад" in shown
    data = MultiDict(FORM)
    answer = page.client.post(
        "/app/rights", data=data, headers={"Authorization": f"Bearer {page.token}", "HX-Request": "true"}
    )
    assert "Сохранено" in answer.text
    with sessions() as session:
        assert portals.get(session, set_up.id).settings["rights"]["cancel"]["users"] == [7]
