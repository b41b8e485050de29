"""One line a form, in every state that a paper can be in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from b24app.frames.formats import Formats
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    ShipmentFacts,
    TabFacts,
)
from b24app.store.faces.papers import PaperFacts
from b24app.systems import discover
from placements.tab_papers_view import papers_view
from tests.unit.placements.conftest import NOW

FORMS = discover()["cdek"].manifest.papers


def paper(status: str, form: str = "label_a7", minutes: int = 1, problem: Problem | None = None) -> PaperFacts:
    return PaperFacts(1, 1, form, status, 48_200, NOW - timedelta(minutes=minutes), None, problem)


def test_every_state_of_a_paper(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    refused = Problem("paper_refused", their_code="v2_entity_invalid", their_text="Нет")
    found = {}
    for name, one in {
        "asked": paper("asked"), "stuck": paper("asked", minutes=20), "ready": paper("ready", minutes=999),
        "failed": paper("failed", problem=refused),
    }.items():  # fmt: skip
        shown = papers_view(replace(facts, papers=(one,)), shipment, ru, "СДЭК", FORMS, may_ask=True)
        assert shown is not None
        [line] = [line for line in shown.lines if line.form == "label_a7"]
        found[name] = (line.state, line.code)
    assert found == {
        "asked": ("preparing", ""), "stuck": ("failed", ""), "ready": ("ready", ""),
        "failed": ("failed", "v2_entity_invalid"),
    }  # fmt: skip


def test_who_may_not_ship_sees_only_what_is_there(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    ready = replace(facts, papers=(paper("ready", "waybill"),))
    shown = papers_view(ready, shipment, ru, "СДЭК", FORMS, may_ask=False)
    assert shown is not None
    assert [(line.form, line.title, line.detail) for line in shown.lines] == [
        ("waybill", "Накладная", "PDF, A4, 48\u00a0КБ")
    ]
    assert shown.more == ()


def test_an_order_that_is_none_has_no_papers(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    for over in ({"order_number": ""}, {"status": Status.CANCELLED}, {"status": Status.SUBMITTING}):
        assert papers_view(facts, replace(shipment, **over), ru, "СДЭК", FORMS, may_ask=True) is None
    assert papers_view(facts, shipment, ru, "СДЭК", (), may_ask=True) is None
