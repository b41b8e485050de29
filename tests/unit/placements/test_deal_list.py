"""The list of many deals: what may be done with which, how a press of many goes, what a filter asks the portal for; and
the page over a real database."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.portions import Line, Portion, attention
from b24app.frames.formats import Formats
from b24app.logistics.money import Money
from b24app.logistics.papers import PaperKind
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store import papers, portals, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.deal_facts import (
    ProblemFacts,
)
from b24app.store.faces.many import LastShipment, Standing
from b24app.store.faces.papers import PaperFacts
from b24app.store.faces.prints import PrintedOrder
from b24app.store.models import AuditRow, InboxRow, Job, Paper, Portal
from b24app.systems import discover
from placements.deal_list_filter import Filter, Known, Places, State, query_of, read_filter
from placements.deal_list_prints_view import Press, label_of, labels, printing, together
from placements.deal_list_view import Outcome, Setting, mark, may, outcome, progress
from sandbox.kernel.pdf import label_pdf
from tests.unit.placements.conftest import CONTACT, DEAL, NOW, at
from tests.unit.placements.page import Page


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def standing(status: Status | None = None, *, create: str = "done", who: Who | None = None, **more: Any) -> Standing:
    order = LastShipment(1, status, "1573840301", "cdek", "СДЭК", None, None, create=create) if status else None
    problems = (ProblemFacts(Problem("phone_missing", Field.PHONE, who), NOW, None),) if who else ()
    return Standing(8061, shipment=order, problems=problems, **more)


@pytest.mark.parametrize(
    ("found", "wish"),
    [
        (standing(), "ship_now"),
        (standing(Status.CANCELLED), "ship_now"),
        (standing(Status.SUBMITTING, create="dead"), "ship_now"),
        (standing(Status.SUBMITTING), ""),
        (standing(Status.CREATED), "refresh"),
        (standing(Status.DELIVERED), ""),
        (standing(ask="ship_now"), ""),
        (standing(gone=True), ""),
    ],
)
def test_what_a_deal_may_be_asked_for(found: Standing, wish: str) -> None:
    assert may(found, ships=True) == wish
    assert may(found, ships=False) == ("" if wish == "ship_now" else wish)


WHOLE = (Line(1, "Плед", Decimal(2)), Line(2, "Подушка", Decimal(1)))


def split(*statuses: Status) -> Standing:
    """A deal of two rows whose n-th shipment holds the n-th."""
    pieces = tuple(
        LastShipment(
            n, status, f"15{n}", "cdek", "СДЭК", Money(10000 * n), None, n=n, portion=Portion((WHOLE[n - 1],), WHOLE)
        )
        for n, status in enumerate(statuses, start=1)
    )
    return Standing(8061, shipment=attention(pieces), pieces=pieces)


@pytest.mark.parametrize(
    ("found", "wish", "chip", "note", "price"),
    [
        (split(Status.IN_TRANSIT, Status.CREATED), "refresh", "Заказ создан", "151, 152", "300,00 ₽"),
        (split(Status.DELIVERED, Status.LOST), "", "Утерян", "151, 152 · осталось что отправить", "300,00 ₽"),
        (split(Status.IN_TRANSIT), "refresh", "В пути", "151 · осталось что отправить", "100,00 ₽"),
        (split(Status.IN_TRANSIT, Status.CANCELLED), "refresh", "В пути", "151 · осталось что отправить", "100,00 ₽"),
        (split(Status.REJECTED, Status.CREATED), "ship_now", "Перевозчик отказал", "152 · осталось что отправить",
         "200,00 ₽"),
        (split(Status.DRAFT), "", "Черновик", "осталось что отправить", "100,00 ₽"),
        (split(Status.DELIVERED, Status.DELIVERED), "", "Вручён", "151, 152", "300,00 ₽"),
    ],
)  # fmt: skip
def test_a_row_shows_all_shipments_of_a_split_deal(
    found: Standing, wish: str, chip: str, note: str, price: str, ru: Formats
) -> None:
    setting = Setting(ru, {0}, {}, lambda _: "СДЭК", {}, costs=True)
    shown = mark(found, ships=True, setting=setting)
    assert (shown.can, shown.chip.label, shown.note) == (wish, chip, note)
    assert shown.price.replace("\u00a0", " ") == price


def test_what_a_warehouse_lacks_is_told_until_the_deal_is_sent(ru: Formats) -> None:
    setting = Setting(ru, {0}, {}, lambda _: "СДЭК", {}, costs=True)
    short = mark(standing(lacking=("Плед",)), True, setting)
    assert (short.chip.tone, short.chip.label, short.can) == ("amber", "На складе не хватает", "ship_now")
    assert mark(standing(Status.CREATED, lacking=("Плед",)), True, setting).chip.label == "Заказ создан"
    assert mark(standing(), True, setting).chip.label == "Можно отправлять"


@pytest.mark.parametrize(
    ("status", "keep_until", "chip"),
    [
        (Status.READY_FOR_PICKUP, at(17, 20), ("amber", "В пункте ещё 5 дней")),
        (Status.READY_FOR_PICKUP, at(13, 20), ("red", "В пункте ещё 1 день")),
        (Status.READY_FOR_PICKUP, at(12, 20), ("red", "В пункте последний день")),
        (Status.READY_FOR_PICKUP, at(11, 20), ("amber", "Ждёт в пункте")),
        (Status.READY_FOR_PICKUP, None, ("amber", "Ждёт в пункте")),
        (Status.RETURNING, at(17, 20), ("violet", "Едет обратно")),
    ],
)
def test_a_parcel_at_a_point_is_counted_down_in_its_row(
    status: Status, keep_until: datetime | None, chip: tuple[str, str], ru: Formats
) -> None:
    """Until its storage ends or it turns back; where nobody said how long, nothing is counted."""
    order = LastShipment(1, status, "1573840301", "cdek", "СДЭК", None, None, keep_until=keep_until)
    setting = Setting(ru, {0}, {}, str, {}, costs=True)
    shown = mark(Standing(8061, shipment=order), True, setting).chip
    assert (shown.tone, shown.label) == chip


@pytest.mark.parametrize(
    ("found", "became"),
    [
        (standing(ask="ship_now"), Outcome.QUEUED),
        (standing(Status.SUBMITTING, create="sending"), Outcome.SENDING),
        (standing(Status.SUBMITTING, create="dead"), Outcome.NEEDS),
        (standing(Status.SUBMITTING, create="waiting", who=Who.CARRIER), Outcome.SENDING),
        (standing(who=Who.MANAGER), Outcome.NEEDS),
        (standing(Status.REJECTED), Outcome.NEEDS),
        (standing(Status.CREATED), Outcome.DONE),
        (standing(Status.IN_TRANSIT, who=Who.MANAGER), Outcome.DONE),
    ],
)
def test_what_became_of_a_deal(found: Standing, became: Outcome) -> None:
    assert outcome(found, "ship_now", NOW) is became


def test_a_status_is_fresh_once_the_carrier_was_asked_after_the_press() -> None:
    old = standing(Status.CREATED)
    assert old.shipment is not None
    fresh = replace(old, shipment=replace(old.shipment, polled_at=NOW.replace(minute=31)))
    assert [outcome(each, "refresh", NOW) for each in (old, fresh)] == [Outcome.SENDING, Outcome.DONE]


def test_a_press_is_told_in_one_sentence(ru: Formats, en: Formats) -> None:
    stands = [standing(Status.CREATED), standing(Status.CREATED), standing(who=Who.MANAGER), standing(ask="ship_now")]
    going = progress("ship_now", stands, 1, NOW, ru)
    assert (going.title, going.busy) == ("Отправляем 4 сделки: готово 2", True)
    assert "Ещё 1 не трогали" in going.text
    assert [(share.tone, share.percent) for share in going.shares] == [("green", 50.0), ("red", 25.0)]
    over = progress("ship_now", stands[:3], 0, NOW, en)
    assert (over.title, over.text, over.busy) == ("Shipped 2 of 3 deals", "", False)
    assert progress("refresh", [], 3, NOW, ru).title == "Обновлять нечего"


def test_a_row_says_what_is_wrong_in_the_portals_own_words(ru: Formats) -> None:
    setting = Setting(ru, {0}, {}, lambda system: system, {"phone": "Телефон получателя"}, costs=True)
    wrong = mark(standing(who=Who.MANAGER), True, setting)
    assert (wrong.chip.tone, wrong.chip.label, wrong.can) == ("red", "Телефон получателя", "ship_now")
    assert wrong.trouble
    assert mark(standing(), True, setting, None, (Field.ADDRESS,)).chip.label.startswith("Не заполнено")
    assert mark(standing(Status.CREATED), True, setting).note == "1573840301"


def test_a_filter_becomes_conditions_of_the_portal(ru: Formats) -> None:
    places = Places({0: ("SHIP",), 3: ("C3:SHIP", "C3:MORE")})
    known = Known(done=(5,), problems=(6, 5))
    usual = query_of(Filter(), places, known, ru).conditions()
    assert usual == {"@stageId": ["SHIP", "C3:SHIP", "C3:MORE"], "!@id": [5]}
    ready = query_of(Filter(pipeline=3, state=State.READY, text="12"), places, known, ru).conditions()
    assert (ready["@stageId"], ready["!@id"]) == (["C3:SHIP", "C3:MORE"], [5, 6])
    assert ready["0"] == {"logic": "OR", "0": {"id": 12}, "1": {"%title": "12"}}
    today = query_of(Filter(state=State.PROBLEM, moved="today"), places, Known(these=(6, 5)), ru).conditions()
    assert today["@id"] == [6, 5]
    assert today[">=movedTime"].isoformat() == "2026-11-11T21:00:00+00:00"
    at_points = query_of(Filter(state=State.STORED), places, Known(these=(8, 9)), ru).conditions()
    assert at_points == {"@id": [8, 9]}
    assert query_of(Filter(), Places({}), known, ru).is_empty
    assert query_of(Filter(state=State.URGENT), places, Known(), ru).is_empty
    assert query_of(Filter(state=State.ALL), places, Known(), ru).conditions() == {}


def test_what_nobody_offered_counts_as_nothing() -> None:
    form = {"pipeline": "x", "state": "?", "by": "-1", "page": "0", "moved": "ever", "q": " a " * 60}
    assert read_filter(form) == Filter(text=(" a " * 60).strip()[:100])


def order(n: int = 1, status: str = "", **more: Any) -> PrintedOrder:
    paper = PaperFacts(n, n, "label_a6", status, 900, NOW, more.pop("opened_at", None), more.pop("problem", None))
    return PrintedOrder(n, 8061, n, "1573", more.pop("system", "cdek"), {"label_a6": paper} if status else {})


def test_labels_of_a_press_are_counted_and_each_lack_says_why(ru: Formats) -> None:
    forms = discover()["cdek"].manifest.papers
    press = Press("A6", NOW, ru, lambda system: forms if system == "cdek" else (), lambda system: system.upper())
    refused = Problem("paper_refused", their_code="v2_x", their_text="Нет")
    orders: dict[int, list[PrintedOrder]] = {
        1: [order(1, "ready"), order(2, "ready", opened_at=NOW)],
        2: [order(3, "failed", problem=refused)],
        3: [order(4, "ready", system="owl")],
        4: [],
        5: [],
        6: [],
    }
    stands = {key: replace(standing(), deal_id=key) for key in orders}
    stands[5] = replace(standing(Status.CANCELLED), deal_id=5)
    stands[6] = replace(standing(ask="ship_now"), deal_id=6)
    found = labels(stands, orders, press)
    shown = printing(found, press)
    assert (shown.title, shown.ready, shown.fresh, shown.busy, shown.again) == (
        "Готовы этикетки: 2 из 7",
        2,
        1,
        False,
        True,
    )
    assert [(lack.deal_id, lack.code) for lack in shown.lacks] == [
        (8061, "v2_x"),
        (8061, ""),
        (4, ""),
        (5, ""),
        (6, ""),
    ]
    whys = [lack.why for lack in shown.lacks]
    assert whys[1] == "OWL не печатает этикеток."
    assert whys[3] == "Заказ отменён."
    assert "ещё оформляется" in whys[4]
    going = printing(labels(stands, {1: [order(1, "asked"), order(2, "ready")]}, press), press)
    assert (going.title, going.busy, going.again) == ("Готовим этикетки: 1 из 2", True, False)
    assert printing(labels(stands, {4: []}, press), press).title == "Печатать нечего"


def test_the_size_that_is_not_there_gives_the_one_that_comes_first() -> None:
    forms = discover()["cdek"].manifest.papers
    assert [getattr(label_of(forms, size), "code", "") for size in ("A7", "A6", "B5")] == [
        "label_a7",
        "label_a6",
        "label_a6",
    ]
    assert label_of([form for form in forms if form.kind is PaperKind.WAYBILL], "A6") is None


def test_one_file_holds_what_a_page_can_merge() -> None:
    big = [replace(order(n, "ready").papers["label_a6"], size=40 * 1024 * 1024) for n in (1, 2, 3)]
    assert [paper.id for paper in together(big)] == [1, 2]
    assert [paper.id for paper in together([replace(big[0], size=400 * 1024 * 1024)])] == [1]


# --- the page ---------------------------------------------------------------------------------------------------------


class ListPage(Page):
    def open(self) -> Any:
        self.body["PLACEMENT"] = "CRM_DEAL_LIST_TOOLBAR"
        answer = self.client.post("/deals", query_string=self.query, data=self.body)
        found = re.search(r"Bearer ([\w.-]+)", answer.text)
        self.token = found[1] if found else ""
        return answer

    def press(self, **form: str) -> Any:
        return self.ask("POST", "/deals/act/ship_now", AUTH_ID="anna", **form)


@pytest.fixture
def listed(
    page_app: Flask, set_up: Portal, person: Any, frame_query: Mapping[str, str], frame_body: Mapping[str, str]
) -> ListPage:
    return ListPage(page_app, frame_query, frame_body)


def rows(sessions: Sessions) -> tuple[list[str], int, int]:
    """Deals asked for in the lane, lines of the audit, presses kept."""
    with sessions() as session:
        asked = [row.key for row in session.scalars(select(InboxRow).order_by(InboxRow.id)) if row.kind == "ship_now"]
        return asked, len(session.scalars(select(AuditRow)).all()), len(session.scalars(select(Job)).all())


def test_one_press_is_one_row_a_deal_however_often_it_arrives(
    listed: ListPage, sessions: Sessions, person: Any
) -> None:
    assert "8061" in listed.open().text
    person.answers["crm.item.list"] = {"items": [CONTACT, DEAL, {**DEAL, "id": 8062}]}
    chosen = {"deals": "8061,8062,999", "key": "k" * 16}
    first = listed.press(**chosen)
    assert "Отправляем 2 сделки: готово 0" in first.text
    assert listed.press(**chosen).status_code == 200
    assert rows(sessions) == (["8061", "8062"], 2, 1)
    # Another press of the same deals finds them waiting.
    assert "Отправлять нечего" in listed.press(deals="8061,8062", key="m" * 16).text
    assert rows(sessions) == (["8061", "8062"], 2, 2)
    version = re.search(r'data-live="([^"]+)" data-version="([^"]+)"', first.text)
    assert version is not None
    assert listed.ask("GET", f"{version[1]}?v={version[2]}").status_code == 204


def test_a_list_left_open_over_midnight_counts_its_days_anew(listed: ListPage, clock: FixedClock) -> None:
    clock.at = at(12, 17, 55)  # in Omsk, where the person is, it is five to twelve
    live = re.search(r'data-live="([^"]+)" data-version="([^"]+)"', listed.open().text)
    assert live is not None
    assert listed.ask("GET", f"{live[1]}?v={live[2]}").status_code == 204
    clock.advance(600)
    assert listed.ask("GET", f"{live[1]}?v={live[2]}").status_code == 200


def test_too_many_none_and_foreign_keys_are_refused(listed: ListPage, sessions: Sessions, person: Any) -> None:
    listed.open()
    many = ",".join(map(str, range(1, 502)))
    said = [listed.press(**form).status_code for form in ({"deals": many, "key": "k" * 16}, {"key": "k" * 16},
            {"deals": "8061"}, {"deals": "8061", "key": "k" * 16, "shown": "forged"})]  # fmt: skip
    assert said == [422, 422, 422, 409]
    person.answers["profile"] = {"ID": "9"}
    assert listed.press(deals="8061", key="k" * 16).get_json()["error_code"] == "session_forged"
    assert rows(sessions) == ([], 0, 0)


def shipped(sessions: Sessions, portal: Portal, clock: FixedClock, deal: int, file: bytes | None = None) -> int:
    """An order of a deal, with its label when there is a file; the label's id, 0 = none."""
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        row = shipments.create(
            session, portals.get(session, portal.id), deal, 1, account.id, status="created", request={},
            now=clock.now(), remote_id=f"r-{deal}", order_number=f"10{deal}",
        )  # fmt: skip
        if file is None:
            return 0
        whose = {"portal_id": portal.id, "shipment_id": row.id, "deal_id": deal, "remote_id": row.remote_id}
        paper = Paper(form="label_a6", asked_at=clock.now(), changed_at=clock.now(), **whose)
        session.add(paper)
        session.flush()
        papers.keep(session, paper, file, clock.now())
        return paper.id


def test_labels_that_are_there_are_not_asked_for_and_a_spoilt_one_holds_up_no_other(
    listed: ListPage, sessions: Sessions, set_up: Portal, clock: FixedClock, person: Any
) -> None:
    listed.open()
    person.answers["crm.item.list"] = {"items": [{**DEAL, "id": each} for each in (8061, 8062, 8063, 8064)]}
    good = shipped(sessions, set_up, clock, 8061, label_pdf([("one", ["one"])], "A6"))
    bad = shipped(sessions, set_up, clock, 8062, b"%PDF-1.4 cut off")
    shipped(sessions, set_up, clock, 8063)
    chosen = {"deals": "8061,8062,8063,8064,999", "size": "A6"}

    def press(key: str) -> Any:
        return listed.ask("POST", "/deals/act/print", AUTH_ID="anna", key=key, **chosen)

    assert "Готовим этикетки: 2 из 4" in press("k" * 16).text
    assert "8064</a> Заказа ещё нет" in press("k" * 16).text
    assert "Готовим этикетки: 2 из 4" in press("m" * 16).text
    with sessions() as session:
        asked = [row.key for row in session.scalars(select(InboxRow)) if row.kind == "paper"]
        assert len(asked) == 1  # of 8063 alone, and once
        job = session.scalars(select(Job.id).order_by(Job.id.desc())).first()
    assert (
        listed.ask("POST", "/deals/act/print", AUTH_ID="anna", key="n" * 16, deals="8061", size="B5").status_code == 422
    )

    person.answers["crm.item.list"] = {"items": [{**DEAL, "id": each} for each in (8061, 8062)]}
    link = listed.ask("POST", f"/deals/print/{job}/link", AUTH_ID="anna", which="fresh").get_json()["url"]
    first, second = listed.client.get(link), listed.client.get(link)
    assert (first.status_code, second.status_code) == (200, 410)
    assert [page.extract_text().strip() for page in PdfReader(io.BytesIO(first.data)).pages] == ["one"]
    with sessions() as session:
        found = {row.id: row for row in session.scalars(select(Paper))}
        assert (found[good].opened_at, found[bad].status) == (clock.now(), "failed")
    # Only what was not printed since the press is new, and the spoilt one can be asked for again.
    assert listed.ask("POST", f"/deals/print/{job}/link", AUTH_ID="anna", which="fresh").status_code == 409
    person.answers["crm.item.list"] = {"items": []}
    assert listed.ask("POST", f"/deals/print/{job}/link", AUTH_ID="anna", which="all").status_code == 409
