"""The pickup point chooser over HTTP: whose reading of a parcel it takes, and how the choice reaches the deal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import ANY

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from b24app.clock import FixedClock
from b24app.flows.pickup_points import DealNeeds
from b24app.frames.formats import Formats
from b24app.logistics.model import Parcel
from b24app.logistics.points import Box, PickupPoint, Takes
from b24app.store import jobs, lanes, points, portals, trials
from b24app.store.audit import Act
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, PointRow, Portal
from placements import tab_points
from placements.tab_points_view import Asked
from tests.unit.placements.test_deal_tab import Tab

DEAL, FIELD = 8061, "ufCrmPvzCode"
NEAR = PickupPoint(
    "KZN1", "KZN1", "ул. Баумана, 1", "Казань", Takes(hands_out=True, max_weight_g=9000), lat=55.79, lon=49.12
)
SMALL = PickupPoint(
    "KZN2", "KZN2", "ул. Баумана, 2", "Казань", Takes(hands_out=True, max_weight_g=100), lat=55.79, lon=49.12
)
SHUT = PickupPoint("KZN3", "KZN3", "ул. Баумана, 3", "Казань", Takes(active=False), lat=55.79, lon=49.12)


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    return sqlite_database_url


@pytest.fixture
def found(sessions: Sessions, set_up: Portal, clock: FixedClock) -> dict[str, int]:
    """Ids of points by code, of a refreshed list; the deal's field for them is mapped."""
    with session_scope(sessions) as session:
        source_id, _ = points.take_turn(session, "cdek", "test", [1], clock.now())
        points.save(session, source_id, 1, [points.ready(each) for each in (NEAR, SMALL, SHUT)])
        portals.set_fields(session, set_up.id, {"point_code": "UF_CRM_PVZ_CODE", "type": "UF_CRM_TYPE"})
        row = portals.get(session, set_up.id)
        row.settings = {**row.settings, "delivery_types": {"31": "courier", "32": "pickup"}}
    with sessions() as session:
        return {row.code: row.id for row in session.scalars(select(PointRow))}


@pytest.fixture
def tab(page_app: Flask, found: dict[str, int], frame_query: Mapping[str, str], frame_body: Mapping[str, str]) -> Tab:
    tab = Tab(page_app, frame_query)
    tab.open(frame_body)
    return tab


def read(sessions: Sessions, portal: Portal, clock: FixedClock, deal: int = DEAL) -> int:
    """A parcel of 5 kg as the portal's lane has read it."""
    needs = DealNeeds(boxes=(Box.of(Parcel(5000, 300, 200, 100)),), address="Казань, ул. Баумана, 5", name="Мария")
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        given = {"deal_id": deal}
        job = jobs.start(session, portal.id, lane, trials.NEEDS_KIND, given, asked_by=7, now=clock.now(), trace_id="t")
        jobs.finish(job, needs.to_json(), clock.now())
        return job.id


def told(answer: TestResponse) -> Any:
    return answer.json


def test_the_list_offers_what_takes_the_parcel_and_says_why_of_the_others(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    waiting = tab.ask("POST", "/tab/points")
    assert "/tab/points/ready?job=" in waiting.text
    job = read(sessions, set_up, clock)
    shown = tab.ask("GET", f"/tab/points/ready?job={job}").text.replace("\xa0", " ")
    assert "KZN1" in shown and "KZN2" not in shown
    assert "5,000 кг" in shown and "предел веса 0,100 кг, а в посылке 5,000 кг" in shown
    grey = tab.ask("GET", f"/tab/points/list?job={job}&fit=1&grey=1").text
    assert "KZN2" in grey and "пункт закрыт" in grey
    assert "KZN2" in tab.ask("GET", f"/tab/points/list?job={job}").text, "whatever the parcel"
    window = "&z=14&west=49&south=55&east=50&north=56"
    dots = tab.ask("GET", f"/tab/points/map?job={job}&fit=1{window}").json
    assert dots == {
        "about": False,
        "dots": [[pytest.approx(55.79, abs=1e-4), pytest.approx(49.12, abs=1e-4), 1, ANY, "СДЭК", "KZN1"]],
    }
    far = told(tab.ask("GET", f"/tab/points/map?job={job}&fit=1&z=4&west=20&south=40&east=90&north=70"))
    assert far["about"] is True


def test_another_deals_reading_is_not_taken(tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    job = read(sessions, set_up, clock, deal=9999)
    for path in ("list", "ready", "map"):
        answer = tab.ask("GET", f"/tab/points/{path}?job={job}&z=4&west=20&south=40&east=90&north=70")
        assert told(answer)["error_code"] == "out_of_date"


def test_the_choice_is_written_with_the_persons_key_unless_the_deal_changed_meanwhile(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock, person: Any, found: dict[str, int]
) -> None:
    job = read(sessions, set_up, clock)
    person.answers["crm.item.update"] = {"item": {}}
    form = {"job": job, "point": found["KZN1"], "was": "", "AUTH_ID": "anna"}
    person.answers["crm.item.get"] = {"item": {"id": DEAL, FIELD: "KZN9", "ufCrmType": "31"}}
    told = tab.ask("POST", "/tab/points/choose", **form)
    assert "KZN9" in told.text
    assert "crm.item.update" not in person.asked
    written = tab.ask("POST", "/tab/points/choose", **{**form, "was": "KZN9"})
    assert (written.text, written.headers["HX-Trigger-After-Settle"]) == ("", tab_points.CHOSEN)
    assert person.asked[-1] == "crm.item.update"
    with sessions() as session:
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == Act.POINT))
    assert (row.deal_id, row.user_id) == (DEAL, 7)
    assert (row.detail["title"], row.detail["was"], row.detail["name"]) == ("KZN1", "KZN9", "Анна Лугова")


def test_a_closed_point_and_somebody_elses_key_are_refused(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock, person: Any, found: dict[str, int]
) -> None:
    form = {"job": read(sessions, set_up, clock), "was": ""}
    closed = tab.ask("POST", "/tab/points/choose", **form, point=found["KZN3"], AUTH_ID="anna")
    assert told(closed)["error_code"] == "out_of_date"
    foreign = tab.ask("POST", "/tab/points/choose", **form, point=found["KZN1"], AUTH_ID="boris")
    assert told(foreign)["error_code"] == "session_forged"
    assert "crm.item.update" not in person.asked


def test_what_was_chosen_for_the_deal_is_asked_of_points(ru: Formats) -> None:
    deal = DealNeeds(extras=("fitting", "partial"))
    needs = Asked().needs(deal, ru)
    assert (needs.fitting, needs.partial, Asked(fit=False).needs(deal, ru).fitting) == (True, True, False)
