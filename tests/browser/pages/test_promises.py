"""Whether parcels come when they were promised: the report with its file, and the list of deals narrowed to what will
be late; at a desk and on a phone, in both languages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.forecast import By, Risk
from b24app.logistics.status import Status
from b24app.store import deals, portals, shipments
from b24app.store.engine import session_scope
from b24app.store.models import Portal, Transit, TransitState
from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.flows.town import Shop, Town

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(300)
#: Deal -> (days from today to the promised day, days on which it came, where it goes).
CAME = {**{deal: (-deal % 40, 0, "TA") for deal in range(521, 539)}, 539: (3, 2, "SVE"), 540: (9, 1, "TA")}
LATE, MAYBE = 501, 502


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    """Twenty parcels came, two of them late; two are on their way, one of them will be late."""
    shop, parts = Town(desk.program).installed(), desk.program.parts
    now = parts.clock.now()
    with session_scope(parts.sessions) as session:
        portal = portals.get(session, shop.row.id)
        account = portals.connections(session, portal.id)[0].id
        for deal, (ago, late, to) in CAME.items():
            promised = (now - timedelta(days=ago + 1)).date()
            way = _way(session, portal, deal, account, Status.DELIVERED, now)
            way.state, way.to, way.promised, way.handed = TransitState.DONE, to, promised, promised - timedelta(days=3)
            way.arrived = promised + timedelta(days=late)
        for deal, risk, late_by in ((LATE, Risk.LATE, 2), (MAYBE, Risk.MAYBE, 0)):
            deals.save(session, portal.id, {deal: {"title": f"Сделка {deal}", "assigned_by": 7}})
            way = _way(session, portal, deal, account, Status.IN_TRANSIT, now)
            way.state, way.risk, way.late_by = TransitState.OPEN, risk, late_by
            way.promised, way.expected = now.date(), now.date() + timedelta(days=late_by)
            way.seen, way.forecast_on, way.told = 0, (now + timedelta(days=1)).date(), now
    return shop


def _way(session: Session, portal: Portal, deal: int, account: int, status: Status, now: datetime) -> Transit:
    row = shipments.create(
        session, portal, deal, 1, account, status=status, request={}, now=now, order_number=f"15{deal}"
    )
    found = session.scalars(select(Transit).where(Transit.shipment_id == row.id)).one()
    found.system, found.kind, found.by, found.origin, found.to = "cdek", "courier", By.CARRIER, "MOW", "TA"
    return found


def test_who_came_in_time_and_what_will_not(shop: Shop, desk: Desk) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_section("promises")
    bars = ours.get_by_role("img", name=re.compile(r"^Вовремя: СДЭК 90 % \(18 из 20\)\. Цель 90 %$"))
    expect(bars.first).to_be_visible()
    expect(ours.locator("#promises-page")).to_contain_text("Опоздает на 2 дня")
    looks_fine(desk, ours)
    ours.locator("#promises-numbers-lane summary").click()
    expect(ours.locator("#promises-numbers-lane")).to_contain_text("Москва → Татарстан, СДЭК")
    looks_fine(desk, ours)
    with desk.page.expect_download() as file:
        ours.locator("#promises-file").click()
    assert file.value.suggested_filename.endswith(".xlsx")
    ours.locator("#promises-system").select_option(label="СДЭК")
    ours.locator("#promises-since").fill("2020-01-01")
    ours.get_by_role("button", name="Показать").click()
    expect(ours.locator("#e-promises")).to_contain_text("Больше года")
    expect(ours.locator("#promises-system")).to_have_value("cdek")
    ours.locator("#promises-since").fill("2020-01-01")
    ours.locator("#promises-until").fill("2020-02-01")
    ours.get_by_role("button", name="Показать").click()
    expect(ours.locator("#promises-page")).to_contain_text("За это время ничего не обещали")
    looks_fine(desk, ours)

    ours = desk.open_section("deals")
    expect(ours.locator("#deals-count")).to_contain_text("отправки", timeout=30_000)
    ours.locator("#flt-state").select_option("late")
    expect(ours.locator("#deals-count")).to_have_text("2 могут опоздать", timeout=30_000)
    marks = ours.locator(".wb-deals__mark")
    expect(marks).to_have_count(2)
    expect(marks.first).to_contain_text("Опоздает на 2 дня")
    expect(marks.last).to_contain_text("может опоздать, ждём ≈")
    looks_fine(desk, ours)
    desk.page.request.post(f"{desk.address['base_url']}/lang", form={"lang": "en", "next": "/"})
    ours = desk.open_section("promises")
    expect(ours.locator("#promises-page")).to_contain_text("Will be 2 days late")
    looks_fine(desk, ours)
    assert desk.watched.faults == []
