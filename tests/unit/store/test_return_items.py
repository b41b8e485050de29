"""Items of the portal's smart process: queued where there is one, known as they were shown, forgotten with it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from b24app.flows.return_process import OffReason, ReturnProcess
from b24app.logistics.returning import ReturnStage
from b24app.store import portals, return_items, return_process, returns
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import OutboxRow, Portal
from b24app.store.return_items import Reading, Seen
from b24app.store.return_process import Kept as Known
from b24app.store.return_process import Off
from tests.unit.flows.returns.given import NOW
from tests.unit.store.test_returns import begun, read


def queue(sessions: Sessions, portal: Portal, of: returns.Kept, why: str = "") -> bool:
    with session_scope(sessions) as session:
        row = portals.get(session, portal.id)
        return return_items.queue(session, row, of, now=NOW, trace_id="t", why=why) is not None


def known(sessions: Sessions, portal: Portal, kept: Known) -> None:
    with session_scope(sessions) as session:
        return_process.change(session, portal.id, lambda _: kept)


def rows(sessions: Sessions) -> list[OutboxRow]:
    with read_scope(sessions) as session:
        return session.query(OutboxRow).filter_by(kind=return_items.KIND).order_by(OutboxRow.id).all()


def test_an_item_is_written_once_a_version_and_only_where_the_portal_has_the_process(
    sessions: Sessions, portal: Portal
) -> None:
    kept, process = begun(sessions, portal), ReturnProcess(12, 1042, "Возвраты")
    assert not queue(sessions, portal, kept)
    known(sessions, portal, Known(process, Off(OffReason.GONE, "", NOW)))
    assert not queue(sessions, portal, kept)
    known(sessions, portal, Known(process))
    assert queue(sessions, portal, kept)
    assert queue(sessions, portal, kept)
    assert queue(sessions, portal, kept, why="act-1")
    assert [row.payload for row in rows(sessions)] == [{"return": kept.id}] * 2


def test_what_the_portal_showed_is_no_change_of_the_return(sessions: Sessions, portal: Portal) -> None:
    kept, shown = begun(sessions, portal), Seen("DT1042_30:NEW", "2026-11-30T11:00:00+03:00", "requested")
    with session_scope(sessions) as session:
        return_items.keep(session, portal.id, kept.id, shown)
        assert return_items.seen(session, portal.id, [kept.id, 99]) == {kept.id: shown, 99: Seen()}
        assert return_items.seen(session, portal.id + 1, [kept.id]) == {kept.id: Seen()}
    assert read(sessions, portal, kept.id).version == kept.version


def test_an_item_is_made_anew_only_where_it_is_gone(sessions: Sessions, portal: Portal) -> None:
    known(sessions, portal, Known(ReturnProcess(12, 1042, "Возвраты")))
    kept = begun(sessions, portal)

    def anew(session: Session) -> bool:
        row, now = portals.get(session, portal.id), returns.present(session, portal.id, kept.id)
        return return_items.make_anew(session, row, now, now=NOW, trace_id="t") is not None

    with session_scope(sessions) as session:
        returns.tie(session, portal.id, kept.id, 17)
        assert not anew(session)
        return_items.keep(session, portal.id, kept.id, Seen("x", "y", gone=True))
        assert anew(session)
    assert read(sessions, portal, kept.id).item_id is None


def test_another_process_has_none_of_the_former_ones_items(sessions: Sessions, portal: Portal) -> None:
    open_one, over = begun(sessions, portal), begun(sessions, portal, deal_id=9)
    with session_scope(sessions) as session:
        returns.tie(session, portal.id, open_one.id, 17)
        returns.tie(session, portal.id, over.id, 18)
        ended = replace(over.case, stage=ReturnStage.REFUSED)
        seen = returns.present(session, portal.id, over.id)
        assert returns.save(session, portal.id, seen, ended, by=7, name="Анна", now=NOW).done
        assert return_items.begin_reading(session, portal.id, 1044, NOW) == [open_one.id]
        assert returns.by_item(session, portal.id, 17) is None
        assert Reading.of(portals.get(session, portal.id).settings) == Reading(1044, NOW, NOW, since=NOW)
    assert read(sessions, portal, over.id).item_id is None
