"""Whatever a return is like, it is read as it was written, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.logistics.money import Money
from b24app.logistics.returning import (
    Agreed,
    Condition,
    Counted,
    DeliveryCost,
    Outcome,
    Return,
    ReturnLine,
    ReturnOrigin,
    ReturnStage,
    Scan,
    Settled,
    Signed,
    Sold,
    Span,
)
from b24app.store import return_scans, returns
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal
from b24app.store.returns_found import plain

DEAL = 5120
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
#: What people write is encrypted, so that it may hold anything.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.integers(0, 10**15).map(lambda us: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
quantities = st.decimals(0, 10**12, allow_nan=False, allow_infinity=False)
money = st.builds(Money, st.integers(0, 10**15), st.sampled_from(("RUB", "KZT", "JPY")))
ids = st.integers(0, 2**53)
signed = st.builds(Signed, ids, words, words, moments)
spans = st.builds(Span, quantities, quantities)
sold = st.builds(
    Sold, ids, texts, quantities, money, texts, ids, st.lists(texts, max_size=3).map(tuple),
    st.lists(ids, max_size=3).map(tuple), st.booleans(),
)  # fmt: skip
lines = st.builds(ReturnLine, sold, st.lists(spans, max_size=3).map(tuple), texts, words)
findings = st.builds(
    Counted, ids, quantities, st.sampled_from(Condition), st.none() | st.integers(0, 100), words,
    st.lists(texts, max_size=3).map(tuple),
)  # fmt: skip
cases = st.builds(
    Return,
    number=st.just(""),
    deal_id=st.just(DEAL),
    stage=st.sampled_from(ReturnStage),
    origin=st.sampled_from(ReturnOrigin),
    lines=st.lists(lines, max_size=4).map(tuple),
    asked_at=st.none() | moments,
    undelivered=st.booleans(),
    counted=st.lists(findings, max_size=4).map(tuple),
    outcome=st.none() | st.sampled_from(Outcome),
    override=st.none() | signed,
    delivery=st.none() | st.sampled_from(DeliveryCost),
    agreed=st.none() | st.builds(Agreed, money, signed),
    settled=st.none() | st.builds(Settled, money, money, money),
    refunded=st.none(),
)
scans = st.builds(
    Scan, texts.filter(bool), moments, st.text(max_size=20).map(plain), ids, quantities, st.sampled_from(Condition),
    ids, texts, texts,
)  # fmt: skip
one_after_the_other = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@one_after_the_other
@given(first=cases, second=cases)
def test_a_return_is_read_as_it_was_written(sessions: Sessions, portal: Portal, first: Return, second: Return) -> None:
    at = datetime(2026, 11, 12, tzinfo=UTC)
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portal, DEAL)
        case = replace(first, number=turn.number)
        seen = returns.begin(session, turn, case, by=1, name="", now=at)
    with session_scope(sessions) as session:
        kept = returns.get(session, portal.id, seen.id)
        assert kept is not None
        assert kept == seen
        assert kept.case == case
        case = replace(second, number=case.number)
        turn = returns.take_turn(session, portal, DEAL)
        assert returns.save(session, portal.id, kept, case, by=1, name="", now=at, turn=turn).done
    with session_scope(sessions) as session:
        kept = returns.get(session, portal.id, seen.id)
        assert kept is not None
        assert kept.case == case


@one_after_the_other
@given(st.lists(scans, max_size=6, unique_by=lambda scan: scan.key).map(tuple))
def test_scans_are_read_as_they_were_sent(sessions: Sessions, portal: Portal, sent: tuple[Scan, ...]) -> None:
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portal, DEAL)
        case = Return(turn.number, DEAL, ReturnStage.RECEIVED, ReturnOrigin.MANAGER)
        kept = returns.begin(session, turn, case, by=1, name="", now=datetime(2026, 11, 12, tzinfo=UTC))
        assert return_scans.append(session, portal.id, kept.id, sent, kept.created_at) == len(sent)
    with session_scope(sessions) as session:
        assert return_scans.of_return(session, portal.id, kept.id) == sent
