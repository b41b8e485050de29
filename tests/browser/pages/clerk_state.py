"""A warehouse without a portal: returns in a database, our pages over it, and the portal's lane played by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from cryptography.fernet import Fernet
from werkzeug.serving import WSGIRequestHandler, make_server

from b24app import create_app
from b24app.flows.returns.counting import finished
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Wish, lines_of, rooms_of
from b24app.flows.returns.scans import counted_of
from b24app.logistics.money import Money
from b24app.logistics.returning import Return, ReturnOrigin, ReturnStage, Scan, Sold
from b24app.settings import Settings
from b24app.store import clerk_phones, migrate, portals, return_acts, return_journal, return_scans, returns
from b24app.store.engine import Sessions, make_engine, make_sessions, read_scope, session_scope
from b24app.store.models import ActState, Portal, PortalState
from b24app.store.return_acts import Act, ActKind
from b24app.store.return_journal import Moved
from b24app.store.returns import Client, Kept

PLAID = Sold(1, "Плед льняной", Decimal(2), Money(516000), "PLD-140", 11, ("4601234560021",))
CUSHION = Sold(2, "Подушка «Хвоя»", Decimal(1), Money(199000), "CSH-1", 12, ("4601234560038",))
LAMP = Sold(
    3, "Лампа настольная с абажуром из рисовой бумаги", Decimal(1), Money(320000), "LMP-7", 13, ("4601234560045",)
)
RIBBON = Sold(4, "Лента атласная, м", Decimal("7.5"), Money(90000), "RB-1", 14, divisible=True)
ILYA, OLGA = (31, "Илья Громыхин"), (32, "Ольга Тихонравова")
DEAL = 8061


class Warehouse:
    """The portal's returns, its clerks' codes, and what its lane would do."""

    def __init__(self, url: str, sessions: Sessions, member: str = "north") -> None:
        self.url, self.sessions = url, sessions
        with session_scope(sessions) as session:
            self.portal = portals.remember(
                session, member, now=self.now(), state=PortalState.ACTIVE, domain=f"{member}.bitrix24.ru"
            )

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    def begin(
        self,
        *sold: Sold,
        client: str = "Мария Северцева",
        stage: ReturnStage = ReturnStage.IN_TRANSIT,
        deal: int = DEAL,
        tracking: str = "",
    ) -> Kept:
        lines, problems = lines_of([Wish(each.row, each.quantity) for each in sold], rooms_of(sold, ()))
        assert problems == []
        with session_scope(self.sessions) as session:
            portal = portals.get(session, self.portal.id)
            turn = returns.take_turn(session, portal, deal)
            case = Return(turn.number, deal, stage, ReturnOrigin.MANAGER, lines, self.now())
            return returns.begin(
                session, turn, case, by=7, name="Анна Лугова", now=self.now(), client=Client(88, client),
                tracking=(tracking,) if tracking else (),
            )  # fmt: skip

    def code(self, clerk: tuple[int, str] = ILYA, return_id: int | None = None) -> str:
        """The address that a QR code holds."""
        with session_scope(self.sessions) as session:
            _, code = clerk_phones.offer(
                session, self.portal.id, clerk_id=clerk[0], clerk_name=clerk[1], made_by=7, return_id=return_id,
                now=self.now(),
            )  # fmt: skip
        return f"{self.url}/clerk/pair/{code}"

    def read(self, return_id: int) -> Kept:
        with read_scope(self.sessions) as session:
            kept = returns.get(session, self.portal.id, return_id)
        assert kept is not None
        return kept

    def scans(self, return_id: int) -> tuple[Scan, ...]:
        with read_scope(self.sessions) as session:
            return return_scans.of_return(session, self.portal.id, return_id)

    def asked(self, return_id: int) -> list[Act]:
        """What waits to be carried out, oldest first."""
        with read_scope(self.sessions) as session:
            acts = return_acts.latest(session, self.portal.id, return_id=return_id)
        return [act for act in reversed(acts) if act.state is ActState.WAITING]

    def carry_out(self, return_id: int) -> None:
        """As the portal's lane does: the box is here, it is counted, it is counted once more."""
        for act in self.asked(return_id):
            kept, now = self.read(return_id), self.now()
            case, wanted = kept.case, act.wanted
            if wanted.kind is ActKind.COUNT:
                with read_scope(self.sessions) as session:
                    counted = counted_of(return_scans.of_return(session, self.portal.id, return_id))
                case = finished(replace(case, counted=counted, stage=ReturnStage.INSPECTED))
            else:
                case = replace(case, stage=ReturnStage(wanted.given["to"]))
            with session_scope(self.sessions) as session:
                turn = returns.take_turn(session, portals.get(session, self.portal.id), case.deal_id)
                returns.save(session, self.portal.id, kept, case, by=wanted.by, name=wanted.name, now=now, turn=turn)
                moved = Moved(now, Actor.PERSON, kept.case.stage, case.stage, case.stage, wanted.by, wanted.name)
                return_journal.add(session, self.portal.id, return_id, moved)
                return_acts.finish(session, self.portal.id, act.id, now, return_id, ())


class Quiet(WSGIRequestHandler):
    """Says nothing about requests."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def open_warehouse(folder: Path) -> Iterator[Warehouse]:
    """Our pages' server over a database of its own."""
    url, key = f"sqlite:///{folder / 'clerk.db'}", Fernet.generate_key().decode()
    engine = make_engine(url, [key])
    migrate.upgrade(engine)
    settings = {"profile": "test", "database_url": url, "signing_keys": ("k",), "encryption_keys": (key,)}
    server = make_server("127.0.0.1", 0, _not_yet, threaded=True, request_handler=Quiet)
    address = f"http://localhost:{server.server_port}"
    server.app = create_app(Settings.model_validate(settings | {"public_url": address}), "pages")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield Warehouse(address, make_sessions(engine))
    finally:
        server.shutdown()
        server.server_close()
        server.app.extensions["waybill"].engine.dispose()
        engine.dispose()


def _not_yet(_environ: object, _start: object) -> list[bytes]:
    raise RuntimeError("nobody is here yet")


__all__ = ["CUSHION", "ILYA", "LAMP", "OLGA", "PLAID", "RIBBON", "Portal", "Warehouse", "open_warehouse"]
