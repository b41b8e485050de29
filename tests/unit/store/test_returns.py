"""Returns in the store: begun once, no piece taken twice, nobody overwrites what they did not see."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.returns.owed import MoneyRules
from b24app.flows.returns.pieces import amount_of
from b24app.flows.returns.quantities import lines_of, rooms_of
from b24app.flows.returns.window import Verdict
from b24app.logistics.returning import Condition, Return, ReturnOrigin, ReturnStage, Span
from b24app.store import returns, returns_found, returns_rows, support
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Portal
from b24app.store.returns import Client, Decided, Kept
from b24app.store.returns_rows import CountedBy
from tests.unit.flows.returns.given import NOW, SOLD, a_return, counted, wish
from tests.unit.meeting import at_once
from tests.unit.queries import statements

DEAL = 5120


def a_case(number: str, **changes: Any) -> Return:
    return replace(a_return(), number=number, **changes)


def begun(sessions: Sessions, portal: Portal, **changes: Any) -> Kept:
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portal, changes.get("deal_id", DEAL))
        return returns.begin(session, turn, a_case(turn.number, **changes), by=7, name="Анна", now=NOW)


def read(sessions: Sessions, portal: Portal, return_id: int) -> Kept:
    with read_scope(sessions) as session:
        kept = returns.get(session, portal.id, return_id)
    assert kept is not None
    return kept


# --- beginning --------------------------------------------------------------------------------------------------------


def test_returns_of_a_deal_are_numbered(sessions: Sessions, portal: Portal) -> None:
    first, second = begun(sessions, portal), begun(sessions, portal, lines=())
    elsewhere = begun(sessions, portal, deal_id=9)
    numbers = [kept.case.number for kept in (first, second, elsewhere)]
    assert numbers == [f"{portal.code}-5120-R1", f"{portal.code}-5120-R2", f"{portal.code}-9-R1"]
    assert (first.version, first.created_by, first.created_name, first.created_at) == (1, 7, "Анна", NOW)
    with read_scope(sessions) as session:
        assert returns.of_deals(session, portal.id, [DEAL, 10]) == {DEAL: [first, second], 10: []}


def test_one_turn_is_for_one_return(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portal, DEAL)
        with pytest.raises(ValueError, match="is not the one"):
            returns.begin(session, turn, a_case("R"), by=0, name="", now=NOW)
        returns.begin(session, turn, a_case(turn.number), by=0, name="", now=NOW)
        again = returns.take_turn(session, portal, DEAL)
    assert again.number == f"{portal.code}-5120-R2"
    assert len(again.returns) == 1


def test_what_a_shipment_began_begins_once(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    def tell(session: Session) -> Kept:
        turn = returns.take_turn(session, portal, DEAL)
        case = a_case(turn.number, key="tracking:wb-5120-1", origin=ReturnOrigin.TRACKING, undelivered=True)
        return returns.begin(session, turn, case, by=0, name="", now=NOW)

    first, second = at_once(sessions, tell)
    assert first == second
    assert begun(sessions, neighbour, key="tracking:wb-5120-1").id != first.id


def test_an_item_of_the_smart_process_begins_one_return(sessions: Sessions, portal: Portal) -> None:
    def add(session: Session) -> Kept:
        turn = returns.take_turn(session, portal, DEAL)
        return returns.begin(session, turn, a_case(turn.number), by=0, name="", now=NOW, item_id=31)

    first, second = at_once(sessions, add)
    assert first == second
    with read_scope(sessions) as session:
        assert returns.by_item(session, portal.id, 31) == first
        assert returns.by_item(session, portal.id, 32) is None


def test_an_item_that_is_made_later_is_tied_once(sessions: Sessions, portal: Portal) -> None:
    one, other = begun(sessions, portal), begun(sessions, portal, lines=())
    with session_scope(sessions) as session:
        assert returns.tie(session, portal.id, one.id, 31)
        assert not returns.tie(session, portal.id, one.id, 32)
    assert read(sessions, portal, one.id).item_id == 31
    with pytest.raises(IntegrityError), session_scope(sessions) as session:
        returns.tie(session, portal.id, other.id, 31)


# --- pieces -----------------------------------------------------------------------------------------------------------


def wanting(portal: Portal, quantity: int) -> Any:
    """Somebody who takes so many plaids if there are as many; what they took."""

    def act(session: Session) -> tuple[Span, ...]:
        turn = returns.take_turn(session, portal, DEAL)
        lines, problems = lines_of([wish(1, str(quantity))], rooms_of(SOLD, turn.cases))
        if problems:
            return ()
        case = Return(turn.number, DEAL, ReturnStage.REQUESTED, ReturnOrigin.CUSTOMER, lines, NOW)
        returns.begin(session, turn, case, by=0, name="", now=NOW)
        return lines[0].pieces

    return act


@pytest.mark.parametrize("earlier", [0, 1])
def test_two_that_begin_at_once_take_no_piece_twice(sessions: Sessions, portal: Portal, earlier: int) -> None:
    """The deal's first ones, and later ones."""
    for _ in range(earlier):
        begun(sessions, portal, lines=())
    one, other = at_once(sessions, wanting(portal, 1))
    assert [*one, *other] == [Span(Decimal(0), Decimal(1)), Span(Decimal(1), Decimal(2))]


@pytest.mark.parametrize("earlier", [0, 1])
def test_two_that_begin_at_once_take_no_more_than_was_sold(sessions: Sessions, portal: Portal, earlier: int) -> None:
    for _ in range(earlier):
        begun(sessions, portal, lines=())
    assert at_once(sessions, wanting(portal, 2)) == ((Span(Decimal(0), Decimal(2)),), ())


def test_a_crowd_takes_no_more_than_was_sold(sessions: Sessions, portal: Portal) -> None:
    def one(_: int) -> tuple[Span, ...]:
        with session_scope(sessions) as session:
            taken: tuple[Span, ...] = wanting(portal, 1)(session)
            return taken

    with ThreadPoolExecutor(5) as pool:
        taken = [span for spans in pool.map(one, range(5)) for span in spans]
    assert amount_of(taken) == 2
    assert len(set(taken)) == 2


def test_who_takes_pieces_again_holds_the_deal(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    seen = begun(sessions, portal, stage=ReturnStage.REFUSED)
    again = replace(seen.case, stage=ReturnStage.REQUESTED)
    with session_scope(sessions) as session:
        for turn in (None, returns.take_turn(session, portal, 9), returns.take_turn(session, neighbour, DEAL)):
            with pytest.raises(ValueError, match="takes pieces"):
                returns.save(session, portal.id, seen, again, by=7, name="Анна", now=NOW, turn=turn)
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portal, DEAL)
        assert returns.save(session, portal.id, seen, again, by=7, name="Анна", now=NOW, turn=turn).done
    assert read(sessions, portal, seen.id).case == again


def test_a_deals_returns_are_read_in_as_many_queries_however_many_they_are(sessions: Sessions, portal: Portal) -> None:
    begun(sessions, portal)
    with statements(sessions) as first, session_scope(sessions) as session:
        returns.take_turn(session, portal, DEAL)
    for _ in range(3):
        begun(sessions, portal, lines=())
    with statements(sessions) as second, session_scope(sessions) as session:
        assert len(returns.take_turn(session, portal, DEAL).returns) == 4
    few, many = ([each for each in said if each.startswith("SELECT")] for said in (first, second))
    assert len(few) == len(many) == 5


# --- writing ----------------------------------------------------------------------------------------------------------


def test_of_two_who_move_a_return_at_once_one_is_shown_what_stands(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)
    wanted = iter((ReturnStage.APPROVED, ReturnStage.REFUSED))

    def move(session: Session) -> returns.Written:
        case = replace(seen.case, stage=next(wanted))
        return returns.save(session, portal.id, seen, case, by=7, name="Анна", now=NOW)

    first, second = at_once(sessions, move)
    assert (first.done, second.done) == (True, False)
    assert first.kept == second.kept == read(sessions, portal, seen.id)
    assert (first.kept.case.stage, first.kept.version) == (ReturnStage.APPROVED, 2)


def test_who_loses_changes_nothing(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    seen = begun(sessions, portal)
    counts = replace(seen.case, counted=(counted(1, "2"),))
    with session_scope(sessions) as session:
        returns.save(session, portal.id, seen, counts, by=1, name="Илья", now=clock.now())
    late = replace(seen.case, stage=ReturnStage.REFUSED, lines=(), counted=(counted(2, "1"),))
    with session_scope(sessions) as session:
        decided = Decided(7, "Анна", NOW)
        lost = returns.save(session, portal.id, seen, late, by=7, name="Анна", now=clock.now(), decided=decided)
    assert lost == returns.Written(read(sessions, portal, seen.id), False)
    assert (lost.kept.case, lost.kept.decided) == (counts, None)


def test_what_is_counted_keeps_who_counted_it(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)
    plaid, cushion = counted(1, "2"), counted(2, "1", Condition.MISSING)
    with session_scope(sessions) as session:
        case = replace(seen.case, counted=(plaid,))
        first = returns.save(session, portal.id, seen, case, by=1, name="Илья", now=NOW)
        case = replace(seen.case, counted=(cushion, plaid))
        later = NOW + timedelta(minutes=1)
        second = returns.save(session, portal.id, first.kept, case, by=2, name="Ольга", now=later)
    assert second.kept.case.counted == (cushion, plaid)
    with read_scope(sessions) as session:
        who = returns_rows.counters(session, portal.id, seen.id)
    assert who == (CountedBy(cushion, 2, "Ольга", later), CountedBy(plaid, 1, "Илья", NOW))


def test_what_was_decided_stays_until_it_is_decided_anew(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)
    decided = Decided(7, "Анна", NOW, (Verdict(1, True, "usual", 14, 14),), MoneyRules({Condition.DAMAGED: 30}))
    with session_scope(sessions) as session:
        approved = replace(seen.case, stage=ReturnStage.APPROVED)
        first = returns.save(session, portal.id, seen, approved, by=7, name="Анна", now=NOW, decided=decided)
        travels = replace(approved, stage=ReturnStage.IN_TRANSIT)
        second = returns.save(session, portal.id, first.kept, travels, by=0, name="", now=NOW)
    assert (second.done, second.kept.decided, second.kept.version) == (True, decided, 3)


def test_a_support_bundle_counts_returns_by_stage(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    for stage in (ReturnStage.CLOSED, ReturnStage.RECEIVED, ReturnStage.CLOSED):
        begun(sessions, portal, stage=stage)
    begun(sessions, neighbour)
    with read_scope(sessions) as session:
        assert support.counts(session, portal.id, NOW)["returns"] == {"closed": 2, "received": 1}


def test_a_return_is_written_as_itself(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)
    with session_scope(sessions) as session:
        with pytest.raises(ValueError, match="is not"):
            returns.save(session, portal.id, seen, a_case("other"), by=7, name="", now=NOW)
        with pytest.raises(NoResultFound):
            returns.save(session, portal.id, replace(seen, id=999), seen.case, by=7, name="", now=NOW)


# --- finding ----------------------------------------------------------------------------------------------------------


def found(sessions: Sessions, portal: Portal, text: str) -> list[int]:
    with read_scope(sessions) as session:
        return [kept.id for kept in returns.search(session, portal.id, text)]


def test_a_clerk_finds_returns_by_what_stands_on_the_box(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portal, DEAL)
        kept = returns.begin(
            session, turn, a_case(turn.number), by=0, name="", now=NOW, tracking=["1573840216"],
            client=Client(4, "Мария Северцева"),
        )  # fmt: skip
        returns_found.track(session, portal.id, kept.id, "RA 123 456 789 RU")
        returns_found.track(session, portal.id, kept.id, "RA123456789RU")
    assert kept.client == Client(4, "Мария Северцева")
    texts = (kept.case.number.lower(), " 1573840216\r", "\x1d4601234560021", "ra123456789ru")
    assert [found(sessions, portal, text) for text in texts] == [[kept.id]] * 4
    assert found(sessions, portal, "46012345600") == found(sessions, portal, "") == []


def test_those_under_way_come_first_and_then_the_newest(sessions: Sessions, portal: Portal) -> None:
    ended = [begun(sessions, portal, stage=ReturnStage.CLOSED).id for _ in range(2)]
    under_way = [begun(sessions, portal).id for _ in range(2)]
    assert found(sessions, portal, "4601234560021") == [*reversed(under_way), *reversed(ended)]


def test_goods_that_a_return_no_longer_has_do_not_name_it(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)
    with session_scope(sessions) as session:
        less = replace(seen.case, lines=seen.case.lines[1:])
        returns.save(session, portal.id, seen, less, by=7, name="", now=NOW)
    assert found(sessions, portal, "4601234560021") == []
    assert found(sessions, portal, seen.case.number) == [seen.id]


def test_nobody_reaches_a_neighbours_returns(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    mine = begun(sessions, portal)
    with session_scope(sessions) as session:
        returns.tie(session, portal.id, mine.id, 31)
        assert returns.get(session, neighbour.id, mine.id) is None
        assert returns.by_item(session, neighbour.id, 31) is None
        assert returns.of_deals(session, neighbour.id, [DEAL]) == {DEAL: []}
        assert returns.take_turn(session, neighbour, DEAL).returns == ()
        assert returns_rows.counters(session, neighbour.id, mine.id) == ()
        assert not returns.tie(session, neighbour.id, mine.id, 32)
        with pytest.raises(NoResultFound):
            returns.save(session, neighbour.id, mine, mine.case, by=0, name="", now=NOW)
        with pytest.raises(NoResultFound):
            returns_found.track(session, neighbour.id, mine.id, "x")
    assert found(sessions, neighbour, mine.case.number) == []
