"""Default weights and sizes: of the portal, by section, and what a pipeline has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from b24app.flows.snapshot import Defaults
from b24app.frames.formats import Formats
from b24app.frames.words import words
from b24app.runners.views import pipeline_config
from b24app.store import portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Pipeline, Portal
from placements.app.defaults_view import section_list
from tests.unit.placements.page import Page

SECTIONS = [{"id": 1, "name": "Кухня", "above": 0}, {"id": 2, "name": "Кофе", "above": 1}]
FORMATS = Formats(words("ru"), UTC, datetime(2026, 11, 28, tzinfo=UTC))


@pytest.fixture
def page(unopened: Page, set_up: Portal, sessions: Sessions) -> Page:
    with session_scope(sessions) as session:
        portal_settings.merge(session, set_up.id, sections=SECTIONS)
    unopened.open()
    return unopened


def settings(sessions: Sessions, portal: Portal) -> Mapping[str, Any]:
    with sessions() as session:
        found: Mapping[str, Any] = portals.get(session, portal.id).settings
        return found


def test_the_portals_defaults_hold_for_every_pipeline_that_says_nothing(
    page: Page, sessions: Sessions, set_up: Portal
) -> None:
    text = page.ask("POST", "/app/defaults", all_weight_g="0,5 кг", all_packaging_g="50").text
    assert "Сохранено" in text
    assert settings(sessions, set_up)["defaults"] == {"weight_g": 500, "packaging_g": 50}
    with session_scope(sessions) as session:
        row = session.scalars(select(Pipeline)).one()
        row.settings = {"defaults": {"weight_g": 0}}
        config = pipeline_config(portals.get(session, set_up.id), row, 60)
        assert [each.action for each in session.scalars(select(AuditRow))] == ["defaults"]
    assert config is not None
    assert config.defaults == Defaults(weight_g=0, packaging_g=50)


def test_what_nobody_understands_is_said_beside_it(page: Page, sessions: Sessions, set_up: Portal) -> None:
    text = page.ask("POST", "/app/defaults", all_weight_g="много", all_length_mm="20 см").text
    assert "Вес так: 500, 500 г или 1,5 кг" in text
    assert 'value="много"' in text
    assert "defaults" not in settings(sessions, set_up)


def test_a_section_says_its_own_and_those_below_take_it(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.ask("POST", "/app/defaults/section/1", own_weight_g="300 г")
    assert settings(sessions, set_up)["section_defaults"] == {"1": {"weight_g": 300}}
    text = page.ask("GET", "/app/defaults/sections", q="кофе").text
    assert "от «Кухня»" in text
    page.ask("POST", "/app/defaults/section/1", own_weight_g="")
    assert settings(sessions, set_up)["section_defaults"] == {}
    assert page.ask("POST", "/app/defaults/section/9", own_weight_g="1").status_code == 409


def test_sections_with_what_holds_for_each() -> None:
    kept = {
        "sections": SECTIONS,
        "defaults": {"weight_g": 500, "length_mm": 200, "width_mm": 150, "height_mm": 100},
        "section_defaults": {"2": {"weight_g": 0}},
    }
    rows = section_list(kept, FORMATS).rows
    box = "20\xa0×\xa015\xa0×\xa010 см"
    assert [(row.name, row.path, row.own, row.says) for row in rows] == [
        ("Кофе", "Кухня", True, box),
        ("Кухня", "", False, f"500\xa0г, {box}"),
    ]
    assert section_list(kept, FORMATS, "чай").rows == ()
