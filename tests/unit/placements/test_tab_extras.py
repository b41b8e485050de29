"""What a manager ticks beside carrying, over HTTP: kept with each tick, unless somebody was quicker or it has left."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update

from b24app.clock import FixedClock
from b24app.flows.portions import Line, Portion
from b24app.store import deal_extras, portals, rates, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Pipeline, Portal, Shipment
from tests.unit.placements.test_deal_tab import Tab, version_of

DEAL = 8061


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    return sqlite_database_url


@pytest.fixture
def tab(page_app: Flask, set_up: Portal, frame_query: Mapping[str, str]) -> Tab:
    return Tab(page_app, frame_query)


def ticked(page: str) -> set[str]:
    boxes = [each.split(">")[0] for each in page.split('<input type="checkbox" id="extra-')[1:]]
    return {each.split('"')[0] for each in boxes if " checked" in each}


def test_a_tick_is_kept_for_the_deal_and_prices_are_asked_anew(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock, frame_body: Mapping[str, str]
) -> None:
    with session_scope(sessions) as session:
        pipeline = session.scalars(select(Pipeline).where(Pipeline.portal_id == set_up.id)).one()
        pipeline.settings = {**pipeline.settings, "extras": ["fitting"]}
        title = portals.connections(session, set_up.id)[0].title
    page = tab.open(frame_body).text
    assert ticked(page) == {"fitting"} and "так настроена воронка" in page and title in page
    version = version_of(page)

    answer = tab.ask("POST", "/tab/extras", seen="0", extra_sms="yes")
    assert (ticked(answer.text), answer.headers["HX-Trigger-After-Swap"]) == ({"sms"}, "waybill:news")
    assert "Анна Лугова" in answer.text and "Вернуть как в воронке" in answer.text
    with sessions() as session:
        assert deal_extras.chosen(session, set_up.id, [DEAL]) == {DEAL: ("sms",)}
        assert rates.of_deal(session, set_up.id, DEAL).job is not None
    assert tab.ask("GET", f"/tab/version?v={version}").status_code == 200

    with session_scope(sessions) as session:
        deal_extras.keep(session, set_up.id, DEAL, (), seen=1, by=9, name="Борис", now=clock.now())
    page = tab.ask("POST", "/tab/extras", seen="1", extra_fitting="yes").text
    assert ticked(page) == set() and "Выбор уже поменяли" in page and "Борис" in page
    page = tab.ask("POST", "/tab/extras/drop", seen="2").text
    assert ticked(page) == {"fitting"} and "Вернуть как в воронке" not in page

    with session_scope(sessions) as session:
        account = portals.connections(session, set_up.id)[0].id
        shipments.create(session, set_up, DEAL, 1, account, status="created", request={}, now=clock.now())
    page = tab.ask("POST", "/tab/extras", seen="3", extra_sms="yes").text
    assert 'id="extras" hidden' in page
    with session_scope(sessions) as session:
        assert deal_extras.chosen(session, set_up.id, [DEAL]) == {}
        # … but half of its goods: what is left may still ask for something.
        half, whole = (Line(1, "Плед", Decimal(n)) for n in (1, 2))
        session.execute(update(Shipment).values(portion=Portion((half,), (whole,)).to_json()))
    assert ticked(tab.ask("POST", "/tab/extras", seen="3", extra_sms="yes").text) == {"sms"}
