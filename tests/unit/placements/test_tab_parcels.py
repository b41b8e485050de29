"""The parcels' panel over HTTP: what a person lays is kept for the deal, and nobody's work is overwritten unseen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from b24app.bitrix24.errors import RestError
from b24app.clock import FixedClock
from b24app.flows.laying import holds
from b24app.flows.packing import Packing
from b24app.flows.plan import Share, Stated
from b24app.flows.snapshot import CatalogueSize, Defaults, ProductRow, Source
from b24app.logistics.money import Money
from b24app.store import jobs, parcels, rates
from b24app.store.audit import Act
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Portal
from placements import tab_parcels
from tests.unit.placements.test_deal_tab import Tab

DEAL = 8061
PLAID = ProductRow(1, "Плед", Money.of(2580), Decimal(2), sizes=(CatalogueSize(Source.VARIATION, 2050, 400, 300, 120),))
PILLOW = ProductRow(2, "Подушка", Money.of(2320), Decimal(1), sizes=(CatalogueSize(Source.SECTION, 2100),))
PACKING = Packing((PLAID, PILLOW), Defaults(packaging_g=100), connection_id=1, service="parcel")
ONE = {"s-1-1": "2", "s-1-2": "1"}


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    return sqlite_database_url


@pytest.fixture
def tab(page_app: Flask, set_up: Portal, frame_query: Mapping[str, str], frame_body: Mapping[str, str]) -> Tab:
    tab = Tab(page_app, frame_query)
    tab.open(frame_body)
    return tab


def read(sessions: Sessions, portal: Portal, clock: FixedClock, packing: Packing = PACKING, deal: int = DEAL) -> int:
    """The goods as the portal's lane has read them."""
    with session_scope(sessions) as session:
        job, _ = parcels.ask(session, portal.id, deal, asked_by=7, now=clock.now(), trace_id="t")
        jobs.finish(job, packing.to_json(), clock.now())
        return job.id


def lies(page: str) -> dict[str, str]:
    """`<parcel>-<row>` -> pieces."""
    return dict(re.findall(r'name="s-(\d+-\d+)" value="(\d+)"', page))


def test_goods_are_moved_measured_kept_and_put_together_again(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    assert "/tab/parcels/ready?job=" in tab.ask("POST", "/tab/parcels").text
    job = read(sessions, set_up, clock)
    page = tab.ask("GET", f"/tab/parcels/ready?job={job}").text.replace("\xa0", " ")
    assert lies(page) == {"1-1": "2", "1-2": "1"}
    assert "≈ 6,300 кг" in page and "≈ 2,100 кг, по умолчанию для раздела" in page
    form = {"job": job, "version": 0, **ONE}
    page = tab.ask("POST", "/tab/parcels/lay", **form, act="move:1:1:new", **{"n-1-1": "1"}).text
    assert lies(page) == {"1-1": "1", "1-2": "1", "2-1": "1"}
    assert re.search(r'id="p-grip-2-1" data-grip data-focus', page), "the keyboard goes on where the goods went"
    laid = {**form, "s-1-1": "1", "s-2-1": "1", "w-1": "4,2", "z-2": "40х30 x 12,5", "k-2": "0", "rw-2": "1900 г"}
    counted = tab.ask("POST", "/tab/parcels/sum", **laid).text.replace("\xa0", " ")
    assert "4,200 кг" in counted and "2,050 кг" in counted and "40 × 30 × 12,5" in counted and "6,250 кг" in counted
    heavy = tab.ask("POST", "/tab/parcels/sum", **{**laid, "w-1": "51"}).text.replace("\xa0", " ")
    assert "51,000 кг, а этим тарифом — до 50,000 кг" in heavy and "до 50,000 кг" not in counted
    done = tab.ask("POST", "/tab/parcels/save", **laid)
    assert (done.text, json.loads(done.headers["HX-Trigger-After-Swap"])) == (
        "", {tab_parcels.SAVED: "Сохранили: 2 посылки"},
    )  # fmt: skip
    with sessions() as session:
        kept = parcels.of_deal(session, set_up.id, DEAL)
        assert kept.plan is not None and holds(kept.plan, PACKING.rows)
        assert rates.of_deal(session, set_up.id, DEAL).job is not None, "prices are asked anew"
    assert [parcel.weight_g for parcel in kept.plan.parcels] == [4200, 0]
    assert kept.plan.parcels[1].shares == (Share(1, 1),) and kept.plan.parcels[1].packaging_g == 0
    assert kept.plan.stated == (Stated(2, 1900),)
    assert (kept.version, kept.by, kept.name, len(kept.parcels)) == (1, 7, "Анна Лугова", 2)

    again = tab.ask("GET", f"/tab/parcels/ready?job={job}").text
    assert lies(again) == {"1-1": "1", "1-2": "1", "2-1": "1"}
    assert 'name="z-2" value="40\xa0×\xa030\xa0×\xa012,5"' in again and 'name="w-1" value="4,2"' in again
    tab.ask("POST", "/tab/parcels/drop", **{**laid, "version": 1})
    with sessions() as session:
        assert parcels.of_deal(session, set_up.id, DEAL).plan is None
        assert parcels.plans(session, set_up.id, [DEAL]) == {}


def test_what_cannot_be_read_moves_and_keeps_nothing(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    form = {"job": read(sessions, set_up, clock), "version": 0, **ONE, "w-1": "много", "z-1": "40 x 30", "rw-2": "4100"}
    for path, act in (("lay", "move:1:2:new"), ("save", "")):
        page = tab.ask("POST", f"/tab/parcels/{path}", **form, act=act).text
        assert lies(page) == {"1-1": "2", "1-2": "1"}
        assert page.count('aria-invalid="true"') == 3 and 'value="много"' in page
    with sessions() as session:
        assert parcels.of_deal(session, set_up.id, DEAL).version == 0


def test_a_form_with_other_goods_is_out_of_date(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    job = read(sessions, set_up, clock)
    foreign = read(sessions, set_up, clock, deal=9999)
    for number, form in (
        (job, {**ONE, "s-1-1": "3"}),
        (job, {"s-1-1": "2"}),
        (job, {**ONE, "s-1-7": "1"}),
        (foreign, ONE),
    ):
        told: Any = tab.ask("POST", "/tab/parcels/save", job=number, version=0, **form).json
        assert told["error_code"] == "out_of_date"


def test_another_persons_parcels_and_other_goods_are_told(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    job = read(sessions, set_up, clock)
    mine = {"job": job, "version": 0, "s-1-1": "2", "s-2-2": "1"}
    for _ in "ab":  # a second press of the same button is no one else's
        assert tab.ask("POST", "/tab/parcels/save", **mine).text == ""
    page = tab.ask("POST", "/tab/parcels/save", **{**mine, "s-1-1": "1", "s-3-1": "1"}).text
    assert "изменил кто-то другой" in page and 'name="version" value="1"' in page
    assert lies(page) == {"1-1": "1", "2-2": "1", "3-1": "1"}, "what the person laid is still there"
    with sessions() as session:
        assert parcels.of_deal(session, set_up.id, DEAL).version == 1

    more = replace(PACKING, rows=(replace(PLAID, quantity=Decimal(3)), PILLOW))
    page = tab.ask("GET", f"/tab/parcels/ready?job={read(sessions, set_up, clock, more)}").text
    assert "Товары сделки с тех пор изменились" in page and lies(page) == {"1-1": "3", "1-2": "1"}


def test_what_was_typed_reaches_the_catalogue_with_an_administrators_own_key(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock, person: Any, frame_body: Mapping[str, str]
) -> None:
    wares = (replace(PLAID, product_id=11), replace(PILLOW, product_id=12, type=4))
    job = read(sessions, set_up, clock, replace(PACKING, rows=wares))
    typed = {"rw-1": "2,2", "rz-1": "41 x 30 x 12", "keep-1": "1", "rw-2": "1,9", "keep-2": "1"}
    form = {"job": job, "version": 0, **ONE, **typed, "AUTH_ID": "anna"}
    written: dict[str, Any] = {"catalog.product.update": {"element": {}}, "catalog.product.offer.update": {"offer": {}}}
    person.answers |= written
    assert "keep-1" not in tab.ask("GET", f"/tab/parcels/ready?job={job}").text
    tab.ask("POST", "/tab/parcels/save", **form)
    assert not set(written) & set(person.asked), "the catalogue is the administrators'"

    person.answers["user.admin"] = True
    tab.open(frame_body)
    assert "keep-1" in tab.ask("GET", f"/tab/parcels/ready?job={job}").text
    forged: Any = tab.ask("POST", "/tab/parcels/save", **{**form, "version": 1, "AUTH_ID": "boris"}).json
    assert forged["error_code"] == "session_forged"
    done = tab.ask("POST", "/tab/parcels/save", **{**form, "version": 1})
    assert person.asked[-2:] == list(written)
    said = json.loads(done.headers["HX-Trigger-After-Swap"])[tab_parcels.SAVED]
    assert said == "Сохранили: 1 посылка. В каталог записали 2 товара"
    with sessions() as session:
        [plaid, pillow] = session.scalars(
            select(AuditRow).where(AuditRow.action == Act.CATALOGUE).order_by(AuditRow.id)
        )
    assert (plaid.detail["title"], plaid.deal_id, plaid.user_id) == ("Плед", DEAL, 7)
    changes = [(each["field"], each["before"], each["after"]) for each in plaid.detail["changes"]]
    assert changes == [("weight_g", 2050, 2200), ("piece_size_mm", "400 × 300 × 120", "410 × 300 × 120")]
    assert [each["field"] for each in pillow.detail["changes"]] == ["weight_g"]

    person.answers["catalog.product.offer.update"] = RestError("200040300040", "Недостаточно прав")
    page = tab.ask("POST", "/tab/parcels/save", **{**form, "version": 2}).text
    assert "в каталог записали не всё" in page and "«Недостаточно прав»" in page
    assert "В каталог записали 1 товар" in page and 'name="keep-2" value="1" checked' in page
    assert 'name="version" value="3"' in page, "the parcels are kept, and may be saved again"


def test_among_many_parcels_the_next_one_is_chosen_from_a_list(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    many = replace(PACKING, rows=(replace(PLAID, quantity=Decimal(7)),))
    form = {"job": read(sessions, set_up, clock, many), "version": 0, **{f"s-{at}-1": "1" for at in range(2, 7)}}
    page = tab.ask("POST", "/tab/parcels/lay", **form, **{"s-1-1": "2"}, act="").text
    assert 'name="to-1-1"' in page and "move:1:1:2" not in page
    moved = {"s-1-1": "2", "n-1-1": "1", "to-1-1": "3", "act": "move:1:1:pick"}
    assert lies(tab.ask("POST", "/tab/parcels/lay", **form, **moved).text) == {
        f"{at}-1": "2" if at == 3 else "1" for at in range(1, 7)
    }
    gone = tab.ask("POST", "/tab/parcels/lay", **form, **moved, **{"s-7-1": "0"}).text
    assert len(lies(gone)) == 6, "an empty parcel is none"
    one = tab.ask("POST", "/tab/parcels/lay", **form, **{"s-1-1": "2"}, act="together").text
    assert lies(one) == {"1-1": "7"}
