"""The return window: "14th of 14", exceptions, longer periods, days of the portal's own clock, and overrides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.returns.window import (
    Judged,
    LongerWindow,
    Verdict,
    WindowException,
    WindowRules,
    answer_by,
    judge,
    last_day,
)
from b24app.logistics.returning import ReturnLine, Signed
from tests.unit.flows.returns.given import ANNA, CUSHION, NOW, PLAID, a_return, wish

MOSCOW = ZoneInfo("Europe/Moscow")
#: Mockup 08: handed over on 22 October, asked for on 5 November.
DELIVERED = datetime(2026, 10, 22, 12, 14, tzinfo=MOSCOW)
ASKED = datetime(2026, 11, 5, 11, 20, tzinfo=MOSCOW)
LINES = a_return(wish(1, "2"), wish(2, "1")).lines
PILLOWS = WindowException("Постельное бельё", None, sections=(8,))
WEEK = WindowException("Распродажа", 7, skus=("PLD-1",))
HOLIDAYS = LongerWindow("Перед Новым годом", date(2026, 10, 1), date(2026, 10, 22), 60)


def judged(rules: WindowRules = WindowRules(), asked: datetime = ASKED, override: Signed | None = None) -> Judged:  # noqa: B008
    return judge(LINES, DELIVERED, asked, MOSCOW, rules, override)


def told(found: Judged) -> list[tuple[str, str]]:
    assert len({problem.key for problem in found.problems}) == len(found.problems)
    return [(problem.code, str(problem.params.get("item", ""))) for problem in found.problems]


def test_the_14th_of_14_days_is_in() -> None:
    found = judged()
    assert found == Judged((Verdict(1, True, "usual", 14, 14), Verdict(2, True, "usual", 14, 14)), ())
    late = judged(asked=ASKED + timedelta(days=1))
    assert [(verdict.day, verdict.days, verdict.is_in) for verdict in late.verdicts] == [(15, 14, False)] * 2
    assert told(late) == [("return_too_late", PLAID.title), ("return_too_late", CUSHION.title)]


def test_days_are_those_of_the_portals_clock() -> None:
    """Just before midnight in Moscow is another day than just after it, although UTC sees one."""
    last = datetime(2026, 11, 5, 23, 59, tzinfo=MOSCOW)
    assert judged(asked=last.astimezone(UTC)).problems == ()
    assert judged(asked=(last + timedelta(minutes=2)).astimezone(UTC)).problems != ()
    handed = datetime(2026, 10, 22, 22, 30, tzinfo=UTC)  # 23 October in Moscow
    assert judge(LINES, handed, ASKED, MOSCOW, WindowRules()).verdicts[0].day == 13


def test_exceptions_by_section_and_article() -> None:
    rules = WindowRules(exceptions=(PILLOWS, WEEK))
    found = judged(rules)
    assert [(verdict.rule, verdict.day, verdict.days) for verdict in found.verdicts] == [
        ("Распродажа", 14, 7),
        ("Постельное бельё", 0, 0),
    ]
    assert told(found) == [("return_too_late", PLAID.title), ("return_not_returnable", CUSHION.title)]
    # The first that names the goods wins.
    every = WindowException("Всё", 100, sections=(3,))
    assert judged(WindowRules(exceptions=(every, PILLOWS, WEEK))).problems == ()
    same_day = WindowException("Только сразу", 0, sections=(3,))
    assert {code for code, _ in told(judged(WindowRules(exceptions=(same_day,))))} == {"return_too_late"}


def test_a_longer_window_never_shortens_one_and_opens_none() -> None:
    rules = WindowRules(exceptions=(PILLOWS,), longer=(HOLIDAYS, replace(HOLIDAYS, title="Короче", days=3)))
    found = judged(rules, ASKED + timedelta(days=30))
    assert (found.verdicts[0].rule, found.verdicts[0].day, found.verdicts[0].days) == ("Перед Новым годом", 44, 60)
    assert told(found) == [("return_not_returnable", CUSHION.title)]
    outside = replace(HOLIDAYS, last=date(2026, 10, 21))
    assert judged(WindowRules(longer=(outside,)), ASKED + timedelta(days=30)).verdicts[0].days == 14


def test_some_reasons_know_no_window() -> None:
    rules = WindowRules(exceptions=(PILLOWS,), always=("colour",))
    assert [verdict.rule for verdict in judged(rules, ASKED + timedelta(days=300)).verdicts] == ["reason", "reason"]
    # A reason that nobody gave is none of them.
    bare: list[ReturnLine] = [replace(line, reason="") for line in LINES]
    assert judge(bare, DELIVERED, ASKED + timedelta(days=20), MOSCOW, WindowRules(always=("",))).problems != ()


def test_what_never_was_delivered_can_come_back_and_an_unknown_day_is_a_persons_matter() -> None:
    assert judge(LINES, None, ASKED, MOSCOW, WindowRules(exceptions=(PILLOWS,)), undelivered=True).problems == ()
    found = judge(LINES, None, ASKED, MOSCOW, WindowRules(exceptions=(PILLOWS,)))
    assert told(found) == [("return_delivery_unknown", PLAID.title), ("return_not_returnable", CUSHION.title)]


def test_an_override_names_who_and_why() -> None:
    late = ASKED + timedelta(days=3)
    found = judged(asked=late, override=ANNA)
    assert (found.problems, found.overridden) == ((), True)
    assert [verdict.is_in for verdict in found.verdicts] == [False, False]
    for unsigned in (replace(ANNA, why="  "), replace(ANNA, name=""), replace(ANNA, by=0)):
        found = judged(asked=late, override=unsigned)
        assert told(found)[-1] == ("return_override_unsigned", "")
        assert not found.overridden
    # Where the window is open nothing is overridden.
    assert judged(override=ANNA) == judged()


@pytest.mark.parametrize(("days", "last"), [(14, date(2026, 11, 5)), (0, date(2026, 10, 22))])
def test_the_last_day(days: int, last: date) -> None:
    assert last_day(DELIVERED, MOSCOW, PLAID, WindowRules(days=days)) == last
    assert last_day(DELIVERED, MOSCOW, CUSHION, WindowRules(days=days, exceptions=(PILLOWS,))) is None


def test_the_day_of_the_answer() -> None:
    """Mockup 08: inspected on 12 November, the answer is due until the 22nd."""
    assert answer_by(NOW, MOSCOW, WindowRules()) == date(2026, 11, 22)


@given(st.integers(0, 200), st.integers(0, 100), st.integers(0, 100))
def test_every_day_is_judged_as_the_last_day_says(after_h: int, days: int, more: int) -> None:
    rules = WindowRules(days=days, longer=(replace(HOLIDAYS, days=more),))
    asked = DELIVERED + timedelta(hours=12 * after_h)
    found = judge(a_return(wish(1, "1")).lines, DELIVERED, asked, MOSCOW, rules)
    last = last_day(DELIVERED, MOSCOW, PLAID, rules)
    assert last is not None
    assert found.verdicts[0].is_in == (asked.astimezone(MOSCOW).date() <= last)
    assert found.verdicts[0].days == max(days, more)
