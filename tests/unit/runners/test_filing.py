"""Documents of orders over a warehouse's own HTTP and a real database: listed, fetched, put there once; what is late is
told, and what goes wrong too."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.papers import MOST_BYTES, PaperForm, PaperKind
from b24app.logistics.warehouse import Attachment
from b24app.runners.connection import filing, telling
from b24app.runners.connection.filing import Filing
from b24app.runners.connection.tasks import FOLLOW, Landed, Task, carry_out
from b24app.store import filed, inbox, intents, lanes, papers, portals, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    ConnectionState,
    Filed,
    FiledFile,
    FiledState,
    Intent,
    IntentState,
    OutboxRow,
    Paper,
    Portal,
    Shipment,
)
from b24app.systems import MemoryTokens, OpenContext, discover
from b24app.wire.calls import RemoteKey
from b24app.wire.guard import Guard
from b24app.wire.http import Http
from tests.contract.systems.harness import Calls
from tests.made_up_world.badger import KEY, PDF, Warehouse
from tests.unit.meeting import at_once

LABEL = PaperForm("label_a6", PaperKind.LABEL, "A6", first=True)


@dataclass
class Town:
    """An order at Badger, whose account's lane is served slice by slice."""

    sessions: Sessions
    clock: FixedClock
    portal: Portal
    badger: Warehouse
    system: Any
    account: int
    shipment: int

    def do(self, act: Any, *args: Any, **more: Any) -> Any:
        """`act(session, shipment, …)` in a transaction of its own."""
        with session_scope(self.sessions) as session:
            return act(session, shipments.get(session, self.portal.id, self.shipment), *args, **more)

    def look(self, again: bool = False) -> bool:
        return self.do(filed.ask_look, again=again, now=self.clock.now(), trace="t") is not None

    def serve(self) -> None:
        """One slice of the account's lane."""
        with read_scope(self.sessions) as session:
            lane = lanes.connection_lane(session, self.account)
            connection = portals.connection(session, self.portal.id, self.account)
        hold: Any = SimpleNamespace(lane_id=lane.id, people=False, fence=0)
        slice_: Any = SimpleNamespace(
            people=False, lane_id=lane.id, check=lambda _: None,
            claim_inbox=lambda session, kinds: inbox.claim(session, hold, self.clock.now(), kinds=kinds),
        )  # fmt: skip
        services: Any = SimpleNamespace(
            clock=self.clock, sessions=self.sessions, plugins=discover(), waker=SimpleNamespace(wake=lambda _: None)
        )
        owner: Any = SimpleNamespace(connection=connection, portal=self.portal)
        with ThreadPoolExecutor(2) as pool:
            work = Filing(services, slice_, owner, self.system, pool)
            work.load()
            work.begin(9)
            while work.flying:
                work.land()
                time.sleep(0.005)

    def known(self) -> filed.Known:
        with read_scope(self.sessions) as session:
            return filed.of_shipments(session, self.portal.id, [self.shipment])

    def names(self) -> list[str]:
        return sorted(row.name for row in self.known().rows)

    def row(self, name: str) -> Filed:
        return next(row for row in self.known().rows if row.name == name)

    def fetch(self, name: str) -> bool:
        with session_scope(self.sessions) as session:
            one = filed.get(session, self.portal.id, self.row(name).id)
            assert one is not None
            return filed.ask_file(session, one, self.account, now=self.clock.now(), trace="t") is not None

    def content(self, name: str) -> bytes | None:
        with read_scope(self.sessions) as session:
            return filed.content(session, self.portal.id, self.row(name).id)

    def told(self) -> list[str]:
        with read_scope(self.sessions) as session:
            return [str(row.payload["text"]) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]

    def intents(self) -> list[Intent]:
        with read_scope(self.sessions) as session:
            return intents.of_shipments(session, self.portal.id, [self.shipment]).get(self.shipment, [])

    def carry(self, intent: Intent) -> Landed:
        """The call of an intent as the lane makes it, and what follows when it went through."""
        with read_scope(self.sessions) as session:
            payload = telling.with_file(session, intent)
        limit = self.clock.monotonic() + 5
        task = Task(intent.kind, self.shipment, 7, intent.number, "t", "B1", intent.id, payload=payload, send_by=limit)
        landed = carry_out(self.system, task, self.clock)
        if landed.error is None:
            with session_scope(self.sessions) as session:
                intents.get(session, self.portal.id, intent.id).state = IntentState.DONE
            self.do(lambda session, row: filing.after(session, task, row, self.clock.now()))
        return landed


@pytest.fixture
def town(
    made_up_plugins: None, badger: Warehouse, sessions: Sessions, clock: FixedClock, portal: Portal,
    monkeypatch: pytest.MonkeyPatch,
) -> Town:  # fmt: skip
    monkeypatch.setattr(inbox, "check", lambda *_: None)  # whose turn it is has tests of its own
    settings = {"address": badger.url, "key": KEY}
    with session_scope(sessions) as session:
        account = portals.add_connection(session, portal.id, "badger", "Барсук", "live", settings, clock.now())
        account.state = ConnectionState.READY
        session.flush()
        lanes.connection_lane(session, account.id)
        row = shipments.create(
            session, portal, 7, 1, account.id, status="created", request={}, now=clock.now(), remote_id="B1",
            order_number="B1",
        )  # fmt: skip
        session.flush()
        number, shipment = account.id, row.id
    http = Http(clock, Calls(), Guard([badger.url]))
    context = OpenContext(settings, "live", "", http, clock, MemoryTokens(clock), RemoteKey("badger", str(number)))
    return Town(sessions, clock, portal, badger, discover()["badger"].open(context), number, shipment)


def test_a_list_is_read_when_somebody_looks_and_a_late_document_is_told(town: Town) -> None:
    town.badger.files_one("B1", "Счёт.pdf")
    assert town.look()
    assert not town.look()  # under way
    town.serve()
    assert (town.names(), town.told()) == (["Счёт.pdf"], [])
    town.clock.advance(30)
    assert not town.look()
    assert town.look(again=True)
    town.serve()

    town.badger.files_one("B1", "Акт.pdf", kind="act")
    town.badger.files["B1"].pop(0)
    town.clock.advance(61)
    assert town.look()
    town.serve()
    assert town.names() == ["Акт.pdf"]
    assert town.told() == ["Барсук: новый документ к заказу B1: «Акт.pdf». Открыть его можно во вкладке «Доставка»."]


def test_two_who_look_first_at_the_same_moment_ask_once(town: Town) -> None:
    town.badger.files_one("B1", "Счёт.pdf")

    def ask(session: Session) -> bool:
        order = shipments.get(session, town.portal.id, town.shipment)
        assert order is not None
        return filed.ask_look(session, order, again=False, now=town.clock.now(), trace="t") is not None

    assert at_once(town.sessions, ask) == (True, False)
    town.serve()
    assert town.names() == ["Счёт.pdf"]


def test_one_file_given_twice_at_the_same_moment_goes_there_once(town: Town) -> None:
    def give(session: Session) -> bool:
        order = shipments.get(session, town.portal.id, town.shipment)
        assert order is not None
        who = {"by": "Анна", "now": town.clock.now(), "trace": "t"}
        return filed.attach_file(session, order, "Скан.pdf", "application/pdf", PDF, **who) is not None  # type: ignore[arg-type]

    assert at_once(town.sessions, give) == (True, False)
    assert len(town.intents()) == 1
    assert town.content("Скан.pdf") == PDF


def test_it_is_read_with_its_order_where_somebody_looked_before(town: Town) -> None:
    def followed(moved: bool) -> bool:
        landed = Landed(Task(FOLLOW, town.shipment, 7, "n", "t", "B1"), 1)
        return town.do(lambda session, row: filing.follow(session, landed, row, moved, town.clock.now())) is not None

    assert not followed(moved=True)
    town.look()
    town.serve()
    assert not followed(moved=False)
    assert followed(moved=True)
    town.serve()
    town.clock.advance(15 * 60)
    assert followed(moved=False)
    town.serve()
    assert len([each for each in town.badger.seen if each.path.endswith("/files")]) == 3


def test_a_file_is_fetched_once_kept_for_a_day_and_never_larger_than_we_want(town: Town) -> None:
    town.badger.files_one("B1", "Счёт.pdf")
    town.badger.files_one("B1", "Архив", b"PK\x03\x04" + b"0" * 100, type_="application/zip")
    town.badger.files_one("B1", "Огромный.pdf", PDF + b"0" * MOST_BYTES)
    town.look()
    town.serve()
    for name in ("Счёт.pdf", "Архив", "Огромный.pdf"):
        assert town.fetch(name)
    assert not town.fetch("Счёт.pdf")  # under way
    town.serve()
    assert town.content("Счёт.pdf") == PDF
    assert (town.row("Счёт.pdf").state, town.row("Счёт.pdf").media_type) == (FiledState.READY, "application/pdf")
    assert town.row("Архив").media_type == "application/zip"
    assert town.row("Огромный.pdf").state == FiledState.FAILED
    assert town.row("Огромный.pdf").problem["code"] == "document_too_big"
    assert not town.fetch("Счёт.pdf")
    with town.sessions() as session:  # what is kept is not readable in the database
        raw = session.connection().exec_driver_sql("select content from filed_file").scalars().all()
        assert all(b"PDF" not in bytes(each) for each in raw)

    town.clock.advance(86400 + 1)
    with session_scope(town.sessions) as session:
        assert filed.forget_files(session, town.clock.now() - filed.KEPT) == 2
    assert (town.content("Счёт.pdf"), town.row("Счёт.pdf").state) == (None, FiledState.THERE)
    assert town.fetch("Счёт.pdf")


def test_what_cannot_be_read_is_told_and_what_was_known_stays(town: Town) -> None:
    key = town.badger.files_one("B1", "Счёт.pdf")
    town.look()
    town.serve()
    town.badger.broken = True
    town.clock.advance(61)
    town.look()
    town.serve()
    look = town.known().looks[town.shipment]
    assert look.problem is not None
    assert (look.problem.code, look.is_open(town.clock.now()), town.names()) == ("system_silent", False, ["Счёт.pdf"])
    town.badger.broken = False
    town.badger.files["B1"] = [row for row in town.badger.files["B1"] if row["id"] != key]
    town.fetch("Счёт.pdf")
    town.serve()
    assert town.row("Счёт.pdf").problem["code"] == "document_gone"
    assert town.fetch("Счёт.pdf")  # a person may try again

    with session_scope(town.sessions) as session:
        account = portals.connection(session, town.portal.id, town.account)
        assert account is not None
        account.state = ConnectionState.PAUSED
    town.serve()
    assert town.row("Счёт.pdf").problem["code"] == "account_stopped"


def paper(town: Town) -> int:
    """A label of another shipment of the deal."""
    now = town.clock.now()
    with session_scope(town.sessions) as session:
        carrier = portals.connections(session, town.portal.id)[0]
        row = shipments.create(
            session, town.portal, 7, 2, carrier.id, status="created", request={}, now=now, remote_id="c-2",
            order_number="1573840216",
        )  # fmt: skip
        session.flush()
        found = Paper(portal_id=town.portal.id, shipment_id=row.id, deal_id=7, form="label_a6", remote_id="c-2",
                      asked_at=now, changed_at=now)  # fmt: skip
        session.add(found)
        session.flush()
        papers.keep(session, found, PDF, now)
        return found.id


def attach(town: Town, paper_id: int) -> bool:
    def do(session: Any, target: Shipment) -> bool:
        one = papers.get(session, town.portal.id, paper_id)
        assert one is not None
        row = shipments.get(session, town.portal.id, one.shipment_id)
        assert row is not None
        lane = filed.attach_paper(session, target, row, one, LABEL, by="Анна", now=town.clock.now(), trace="t")
        return lane is not None

    return bool(town.do(do))


def test_a_print_goes_there_once_whatever_is_pressed_and_lost(town: Town) -> None:
    label = paper(town)
    town.look()
    town.serve()  # somebody has looked just before: what was read then knows nothing of it
    assert attach(town, label)
    assert not attach(town, label)
    [intent] = town.intents()
    town.badger.lose = 1
    assert isinstance(town.carry(intent).error, Unavailable)
    assert town.carry(intent).error is None
    assert [row["name"] for row in town.badger.files["B1"]] == ["label-1573840216.pdf"]
    assert len(town.badger.puts()) == 2
    assert town.badger.files["B1"][0]["content"] == PDF
    town.serve()  # looked at right after
    row = town.row("label-1573840216.pdf")
    [sent] = town.known().sent
    assert (row.ours, sent.by, town.told()) == (sent.key, "Анна", [])
    assert not attach(town, label)


def test_a_persons_file_goes_there_and_is_kept_until_it_is(town: Town) -> None:
    def give(file: bytes) -> bool:
        now = town.clock.now()
        more: dict[str, Any] = {"by": "Анна", "now": now, "trace": "t"}
        return town.do(filed.attach_file, "Скан.pdf", "application/pdf", file, **more) is not None

    assert give(PDF)
    assert not give(PDF)
    [intent] = town.intents()
    town.badger.refuse = "Файлы к этому заказу закрыты"
    landed = town.carry(intent)
    assert isinstance(landed.error, Refused)
    with session_scope(town.sessions) as session:
        intents.get(session, town.portal.id, intent.id).state = IntentState.REFUSED
    [sent] = town.known().sent
    assert sent.failed
    town.badger.refuse = ""

    def anew(session: Any, row: Shipment) -> None:
        mine = filed.get(session, town.portal.id, sent.filed)
        assert mine is not None
        filed.again(session, row, mine, by="Анна", now=town.clock.now(), trace="t")

    town.do(anew)
    assert town.carry(town.intents()[-1]).error is None
    town.serve()
    assert [(row.name, row.state) for row in town.known().rows] == [("Скан.pdf", FiledState.THERE)]
    with town.sessions() as session:
        assert list(session.scalars(select(FiledFile.id))) == []
    assert give(PDF + b"another")


def test_a_file_that_is_kept_no_longer_is_refused_before_any_call(town: Town) -> None:
    assert attach(town, paper(town))
    with session_scope(town.sessions) as session:
        session.query(Paper).delete()
    landed = town.carry(town.intents()[0])
    assert isinstance(landed.error, Refused)
    assert landed.error.problems[0].code == "paper_expired"
    assert town.badger.puts() == []


def test_neighbours_see_nothing(town: Town, neighbour: Portal) -> None:
    town.badger.files_one("B1", "Счёт.pdf")
    town.look()
    town.serve()
    with read_scope(town.sessions) as session:
        found = filed.of_shipments(session, neighbour.id, [town.shipment])
        assert (dict(found.looks), list(found.rows), list(found.sent)) == ({}, [], [])
        assert filed.get(session, neighbour.id, town.row("Счёт.pdf").id) is None


def test_the_same_mark_is_one_document(town: Town) -> None:
    document = Attachment("mark-1", "label", "a.pdf", "application/pdf", PDF)
    first, second = (town.system.attach("B1", document) for _ in range(2))
    assert (first, first.ours, len(town.badger.files["B1"])) == (second, "mark-1", 1)
