"""Documents in the tab: every state of a line, who put it there, what may be put there; and the files that people open
and give."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows import files
from b24app.frames.formats import Formats
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import filed, papers, portal_settings, portals, shipments
from b24app.store.audit import Act
from b24app.store.engine import Sessions, session_scope
from b24app.store.filed import Known, Look, Sent, made_of
from b24app.store.models import (
    AuditRow,
    ConnectionState,
    Filed,
    FiledFile,
    FiledState,
    InboxRow,
    Intent,
    IntentState,
    Paper,
    Portal,
)
from placements import tab_documents
from placements.file_links import as_file
from placements.tab_documents_view import (
    OFTEN_MS,
    SELDOM_MS,
    DocumentsPanel,
    Order,
    Print,
    documents_panel,
    size_words,
)
from tests.made_up_world.badger import PDF
from tests.unit.placements.conftest import NOW
from tests.unit.placements.test_deal_tab import Tab
from tests.unit.queries import statements

ORDER = Order(3, "B1", "Барсук", "Барсучий склад")
LABEL = PaperForm("label_a6", PaperKind.LABEL, "A6", first=True)
PNG = b"\x89PNG\r\n\x1a\n0000"


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def row(name: str, state: str = FiledState.THERE, number: int = 5, **more: Any) -> Filed:
    given = {"kind": "invoice", "media_type": "application/pdf", "size": 48_200, "at": NOW, "ours": "", "problem": {},
             "changed_at": NOW, "opened_at": None, "remote_key": f"k{number}"}  # fmt: skip
    return Filed(id=number, portal_id=1, shipment_id=3, deal_id=7, name=name, state=state, **{**given, **more})


def sent(state: str = IntentState.WAITING, key: str = "AB-7-2-label_a6", **more: Any) -> Sent:
    given: dict[str, Any] = {"by": "Анна", "paper": 9, "made": made_of(9, NOW)}
    return Sent(3, key, "label-157.pdf", "label", state, at=NOW, **{**given, **more})


def look(problem: Problem | None = None, read: bool = True, answered: bool = True, ago: float = 5) -> Look:
    at = NOW - timedelta(seconds=ago)
    return Look(at, at if read else None, at if answered else None, problem)


def drawn(formats: Formats, known: Known, *prints: Print, may_send: bool = True) -> DocumentsPanel:
    return documents_panel([ORDER], known, prints, formats, may_send)


def test_lines_of_theirs_and_ours(ru: Formats, en: Formats) -> None:
    mine = sent(IntentState.DONE)
    rows = [
        row("Счёт.pdf"),
        row("Архив", number=6, media_type="application/zip", kind="strange", size=0, opened_at=NOW),
        row("Торг-12", number=9, kind="waybill", at=None, size=0),
        row("label-157.pdf", number=7, kind="label", ours=mine.key),
        row("auto.pdf", number=8, kind="waybill", ours="of-a-chain"),
    ]
    [order] = drawn(ru, Known({3: look()}, rows, [mine])).orders
    assert [(line.title, line.detail.replace("\xa0", " "), line.state) for line in order.lines] == [
        ("Счёт.pdf", "счёт, PDF, 48 КБ, 14:30, Барсук", "there"),
        ("Архив", "документ, 14:30, Барсук, открывали 14:30", "there"),
        ("label-157.pdf", "этикетка, PDF, 48 КБ, 14:30, Анна", "there"),
        ("auto.pdf", "накладная, PDF, 48 КБ, 14:30, Waybill, сам", "there"),
    ]
    assert [line.title for line in order.forms] == ["Торг-12"]
    assert order.said == "4 документа, проверено 14:29"
    assert drawn(ru, Known({3: look()}, [], [mine])).orders[0].said == "Проверено 14:29"  # it is not listed there yet
    assert drawn(en, Known({3: look()}, rows, [mine])).orders[0].lines[0].detail.startswith("invoice, PDF, 48")


def test_every_state_of_a_line(ru: Formats) -> None:
    gone = Problem("document_gone", Field.ORDER, Who.CARRIER, "404")
    rows = [
        row("a", FiledState.ASKED, 1),
        row("b", FiledState.ASKED, 2, changed_at=NOW - timedelta(minutes=5)),
        row("c", FiledState.READY, 3),
        row("d", FiledState.FAILED, 4, problem=gone.to_json()),
        row("e", FiledState.OURS, 5, remote_key="", ours="e"),
    ]
    ours = [sent(key="w"), sent(IntentState.UNCERTAIN, "u"), sent(IntentState.DONE, "o"),
            sent(IntentState.REFUSED, "e", paper=0, filed=5, said="Закрыто"), sent(IntentState.DEAD, "p")]  # fmt: skip
    lines = drawn(ru, Known({3: look()}, rows, ours)).orders[0].lines
    assert [(line.state, bool(line.why), line.again) for line in lines] == [
        ("fetching", False, False), ("there", False, False), ("ready", False, False), ("failed", True, False),
        ("sending", False, False), ("sending", False, False), ("sent", False, False), ("stuck", True, True),
        ("stuck", True, False),
    ]  # fmt: skip
    assert (lines[3].code, lines[7].quote) == ("404", "Закрыто")
    assert len({line.key for line in lines}) == len(lines)
    assert not drawn(ru, Known({3: look()}, rows, ours), may_send=False).orders[0].lines[7].again


def test_every_state_of_a_list(ru: Formats) -> None:
    mute = Problem("system_silent", Field.NONE, Who.CARRIER, their_text="HTTP 500")
    found = {
        "never": drawn(ru, Known()),
        "first": drawn(ru, Known({3: look(read=False, answered=False)})),
        "empty": drawn(ru, Known({3: look()})),
        "again": drawn(ru, Known({3: look(answered=False)}, [row("a")])),
        "mute": drawn(ru, Known({3: look(mute, read=False)})),
        "mute again": drawn(ru, Known({3: look(mute)}, [row("a")])),
        "lost": drawn(ru, Known({3: look(read=False, answered=False, ago=300)})),
    }
    assert {
        name: (each.orders[0].state, each.busy, bool(each.orders[0].why), each.ask_ms > 0)
        for name, each in found.items()
    } == {
        "never": ("reading", True, False, True),
        "first": ("reading", True, False, True),
        "empty": ("ready", False, False, False),
        "again": ("ready", True, False, True),
        "mute": ("ready", False, True, False),
        "mute again": ("ready", False, True, False),
        "lost": ("unheard", False, False, False),
    }


def test_what_takes_long_is_asked_for_seldom_and_then_no_more(ru: Formats) -> None:
    """A document that nobody takes was asked for twice a second, for as long as the tab was open."""

    def asks(ago: float) -> tuple[str, int]:
        at = NOW - timedelta(seconds=ago)
        shown = drawn(ru, Known({3: look()}, [], [replace(sent(), at=at)]))
        return shown.orders[0].lines[0].state, shown.ask_ms

    assert [asks(ago) for ago in (1, 9, 11, 119, 121, 90_000)] == [
        ("sending", OFTEN_MS), ("sending", OFTEN_MS), ("sending", SELDOM_MS), ("sending", SELDOM_MS),
        ("slow", 0), ("slow", 0),
    ]  # fmt: skip
    assert [drawn(ru, Known({3: look(answered=False, ago=ago)})).ask_ms for ago in (1, 30, 300)] == [
        OFTEN_MS, SELDOM_MS, 0,
    ]  # fmt: skip
    # Whoever asked often hears that it is seldom now.
    early, late = (drawn(ru, Known({3: look()}, [], [replace(sent(), at=NOW - timedelta(seconds=n))])) for n in (9, 11))
    assert early.version != late.version
    # What is there as we put it is waited for no more.
    mine = sent(IntentState.DONE)
    assert drawn(ru, Known({3: look()}, [], [mine])).ask_ms == OFTEN_MS
    assert drawn(ru, Known({3: look()}, [row("label-157.pdf", ours=mine.key)], [mine])).ask_ms == 0


def test_a_print_may_be_put_there_until_it_is(ru: Formats) -> None:
    mine, older = Print(9, "157", LABEL, NOW, 2), Print(9, "157", LABEL, NOW - timedelta(hours=1))
    [line] = drawn(ru, Known({3: look()}), mine).orders[0].prints
    assert (line.paper, line.title, line.detail) == (9, "Этикетки, 2\xa0шт.", "A6, 157")
    for state, left in ((IntentState.WAITING, 0), (IntentState.DONE, 0), (IntentState.REFUSED, 1)):
        assert len(drawn(ru, Known({3: look()}, [], [sent(state)]), mine).orders[0].prints) == left
    assert len(drawn(ru, Known({3: look()}, [], [sent(IntentState.DONE)]), older).orders[0].prints) == 1
    assert drawn(ru, Known({3: look()}), mine, may_send=False).orders[0].prints == ()


def test_sizes(ru: Formats, en: Formats) -> None:
    said = [size_words(size, ru).replace("\xa0", " ") for size in (1, 1024, 1025, 1024 * 1024, 3_300_000)]
    assert said == ["1 КБ", "1 КБ", "2 КБ", "1,0 МБ", "3,2 МБ"]
    assert size_words(3_300_000, en).replace("\xa0", " ") == "3.2 MB"


@pytest.mark.parametrize(
    ("content", "name", "kind", "how"),
    [
        (PDF, "Счёт.html", "application/pdf", "inline"),
        (PNG, "фото", "image/png", "inline"),
        (b"<html><script>", "page.pdf", "application/octet-stream", "attachment"),
        (b"<svg onload='x'>", "a.png", "application/octet-stream", "attachment"),
        (b"PK\x03\x04", "архив.zip", "application/octet-stream", "attachment"),
    ],
)
def test_nothing_of_theirs_is_taken_for_a_page(page_app: Flask, content: bytes, name: str, kind: str, how: str) -> None:
    with page_app.test_request_context():
        answer = as_file(content, name)
    headers = answer.headers
    assert headers["Content-Type"] == kind
    assert headers["Content-Disposition"].startswith(f"{how}; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert ("sandbox" in headers["Content-Security-Policy"]) is (how == "attachment")
    assert headers["Cache-Control"] == "no-store, private"


# --- the page ---------------------------------------------------------------------------------------------------------


class Desk(Tab):
    """The tab of a deal whose order is Badger's."""

    shipment = 0
    filed = 0
    paper = 0

    def upload(self, content: bytes, name: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "HX-Request": "true", "X-Waybill-Lang": "ru"}
        data = {"file": (io.BytesIO(content), name)}
        return self.client.post(f"/tab/documents/{self.shipment}/upload", data=data, headers=headers)


@pytest.fixture
def desk(
    made_up_plugins: None, page_app: Flask, set_up: Portal, frame_query: Mapping[str, str], parts: Any,
    frame_body: Mapping[str, str], sessions: Sessions, clock: FixedClock,
) -> Desk:  # fmt: skip
    from b24app.systems import discover

    object.__setattr__(parts, "systems", discover())
    found, now = Desk(page_app, frame_query), clock.now()
    with session_scope(sessions) as session:
        account = portals.add_connection(session, set_up.id, "badger", "Барсук", "live", {}, now)
        account.state = ConnectionState.READY
        session.flush()
        request = {"number": "n", "service_code": "pick", "kind": "courier", "parcels": [],
                   "recipient": {"name": "Мария", "phone_raw": "", "phone": None}}  # fmt: skip
        mine: dict[str, Any] = {"status": "created", "request": request, "now": now}
        row = shipments.create(session, set_up, 8061, 1, account.id, remote_id="B1", order_number="B1", **mine)
        carrier = portals.connections(session, set_up.id)[0]
        other = shipments.create(session, set_up, 8061, 2, carrier.id, remote_id="c", order_number="157", **mine)
        session.flush()
        one = Filed(portal_id=set_up.id, shipment_id=row.id, deal_id=8061, name="Счёт.pdf", kind="invoice",
                    remote_key="k", problem={}, changed_at=now)  # fmt: skip
        paper = Paper(portal_id=set_up.id, shipment_id=other.id, deal_id=8061, form="label_a6", remote_id="c",
                      asked_at=now, changed_at=now)  # fmt: skip
        session.add_all([one, paper])
        session.flush()
        papers.keep(session, paper, PDF, now)
        filed.keep(session, one, PDF, now)
        found.shipment, found.filed, found.paper = row.id, one.id, paper.id
    assert 'id="documents"' in found.open(frame_body).text
    return found


def acts(sessions: Sessions) -> list[tuple[str, int | None]]:
    with sessions() as session:
        return [(row.action, row.deal_id) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]


def kinds(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Intent.kind).order_by(Intent.id)))


def test_a_deal_without_such_an_order_has_no_documents(
    page_app: Flask, set_up: Portal, frame_query: Mapping[str, str], frame_body: Mapping[str, str]
) -> None:
    tab = Tab(page_app, frame_query)
    assert 'id="documents"' not in tab.open(frame_body).text
    assert tab.ask("POST", "/tab/documents").status_code == 200


def test_looking_asks_once_and_says_what_is_known(desk: Desk, sessions: Sessions) -> None:
    first = desk.ask("POST", "/tab/documents").text
    desk.ask("POST", "/tab/documents/again")
    with sessions() as session:
        assert list(session.scalars(select(InboxRow.kind))) == ["filed"]
    assert "Счёт.pdf" in first
    version = re.findall(r'"v": "(\w+)"', first)[0]
    assert desk.ask("GET", f"/tab/documents/version?v={version}").status_code == 204


def grow(sessions: Sessions, set_up: Portal, clock: FixedClock, desk: Desk, n: int) -> None:
    """More orders of the same deal at the warehouse, each with a look, a document, a call and a ready print."""
    now = clock.now()
    with session_scope(sessions) as session:
        first = shipments.get(session, set_up.id, desk.shipment)
        assert first is not None
        for number in range(3, 3 + n):
            mine: dict[str, Any] = {"status": "created", "request": first.request, "now": now}
            order = shipments.create(session, set_up, 8061, number, first.connection_id, remote_id=f"B{number}", **mine)
            other = shipments.create(session, set_up, 8061, number + n, 1, remote_id=f"c{number}", **mine)
            session.flush()
            filed.ask_look(session, order, again=False, now=now, trace="t")
            filed.attach_file(session, order, f"{number}.png", "image/png", PNG, by="Анна", now=now, trace="t")
            session.add(Paper(portal_id=set_up.id, shipment_id=other.id, deal_id=8061, form="label_a6",
                              remote_id=other.remote_id, status="ready", asked_at=now, changed_at=now))  # fmt: skip


def test_a_question_for_news_costs_the_same_however_many_orders_there_are(
    desk: Desk, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    desk.ask("POST", "/tab/documents")
    found = []
    for n in (0, 4):
        grow(sessions, set_up, clock, desk, n)
        with statements(sessions) as said:
            text = desk.ask("GET", "/tab/documents/version?v=").text
        found.append(said)
    assert (text.count("<section"), text.count('id="doc-put-')) == (5, 25)
    assert len(found[0]) == len(found[1]) == 8, "\n".join(found[1])


def test_what_nobody_takes_says_so_and_is_looked_at_by_a_button(desk: Desk, clock: FixedClock) -> None:
    assert "Передаём…" in desk.upload(PNG, "Скан.png").text
    clock.advance(121)
    text = desk.ask("GET", "/tab/documents/version?v=").text
    assert "Барсук: ещё передаём" in text
    assert 'hx-post="/tab/documents/again"' in text.partition("Скан.png")[2].partition("</li>")[0]


def test_a_document_is_opened_by_a_link_that_works_once(desk: Desk, sessions: Sessions, clock: FixedClock) -> None:
    url = desk.ask("POST", f"/tab/document/{desk.filed}/link").get_json()["url"]
    first, second = (desk.client.get(url) for _ in range(2))
    assert (first.status_code, first.data, second.status_code) == (200, PDF, 410)
    assert (Act.DOCUMENT_OPENED, 8061) in acts(sessions)
    late = desk.ask("POST", f"/tab/document/{desk.filed}/link").get_json()["url"]
    clock.advance(121)
    assert desk.client.get(late).status_code == 410
    assert desk.client.get(late.replace("/document/", "/paper/")).status_code == 410
    with session_scope(sessions) as session:
        session.query(Filed).update({"state": FiledState.THERE})
    assert desk.ask("POST", f"/tab/document/{desk.filed}/link").status_code == 409
    assert "Получаем…" in desk.ask("POST", f"/tab/document/{desk.filed}/fetch").text


def test_another_shipments_print_is_put_there_once(desk: Desk, sessions: Sessions) -> None:
    where = f"/tab/documents/{desk.shipment}/paper/{desk.paper}"
    text = desk.ask("POST", where).text
    desk.ask("POST", where)
    assert "Передаём…" in text
    assert kinds(sessions) == ["document"]
    assert [each for each in acts(sessions) if each[0] == Act.DOCUMENT_SENT] == [(Act.DOCUMENT_SENT, 8061)]
    assert desk.ask("POST", f"/tab/documents/{desk.shipment + 1}/paper/{desk.paper}").status_code == 409
    assert desk.ask("POST", f"/tab/documents/{desk.shipment}/paper/999").status_code == 409


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.pdf", "Выберите файл"),
        (b"<html>", "a.pdf", "Это не PDF, JPEG или PNG"),
        (PDF + b"0" * 100_000, "a.pdf", "Файл больше 10 МБ"),
        (PDF + b"0" * 300_000, "a.pdf", "Файл больше 10 МБ"),
    ],
)
def test_a_file_that_is_none_is_said_so(
    desk: Desk, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, content: bytes, name: str, said: str
) -> None:
    # Of ten megabytes the test client would leave files of its own open.
    assert (files.MOST_BYTES, tab_documents._READ) == (10 * 1024 * 1024, 30 * 1024 * 1024)
    monkeypatch.setattr(files, "MOST_BYTES", 100_000)
    monkeypatch.setattr(tab_documents, "_READ", 300_000)
    answer = desk.upload(content, name)
    assert (answer.status_code, said in answer.text) == (200, True)
    assert 'aria-invalid="true"' in answer.text
    assert kinds(sessions) == []


def test_a_persons_file_is_taken_by_its_content(desk: Desk, sessions: Sessions) -> None:
    answer = desk.upload(PNG, "..\\Скан накладной.exe")
    assert "Скан накладной.exe.png" in answer.text
    desk.upload(PNG, "again.png")
    assert kinds(sessions) == ["document"]
    with session_scope(sessions) as session:
        [intent] = session.scalars(select(Intent))
        assert (intent.payload["type"], intent.payload["by"]) == ("image/png", "Анна Лугова")
        intent.state = IntentState.REFUSED
        mine = session.scalars(select(Filed.id).where(Filed.state == FiledState.OURS)).one()
    assert (Act.DOCUMENT_ADDED, 8061) in acts(sessions)
    assert "Документ не приняли" in desk.ask("GET", "/tab/documents/version?v=").text
    assert "Передаём…" in desk.ask("POST", f"/tab/document/{mine}/send").text
    assert kinds(sessions) == ["document", "document"]
    assert desk.ask("POST", f"/tab/document/{desk.filed}/send").status_code == 409


def test_who_may_not_ship_may_look_and_open(desk: Desk, sessions: Sessions, set_up: Portal) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, set_up.id, rights={"ship": {"users": []}})
    text = desk.ask("POST", "/tab/documents").text
    assert "Счёт.pdf" in text
    assert "Приложить" not in text
    assert desk.ask("POST", f"/tab/document/{desk.filed}/link").status_code == 200
    assert desk.upload(PDF, "a.pdf").status_code == 403
    with sessions() as session:
        assert len(list(session.scalars(select(FiledFile.id)))) == 1


def test_what_is_shown_is_dated(ru: Formats) -> None:
    yesterday = datetime(2026, 11, 11, 9, 5, tzinfo=NOW.tzinfo)
    [line] = drawn(ru, Known({3: look()}, [row("a", at=yesterday)])).orders[0].lines
    assert "11\xa0ноя, 12:05" in line.detail
