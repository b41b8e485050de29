"""What a robot's fields say, as wishes of a return."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from b24app.bitrix24.robots import MOVE, START, RobotCall
from b24app.clock import FixedClock
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Told
from b24app.logistics.jsonable import load
from b24app.logistics.money import Money
from b24app.logistics.returning import Return, ReturnLine, ReturnOrigin, ReturnStage, Sold, Span
from b24app.runners.portal.robots import take, told_goods
from b24app.store import deals, portals, return_acts, returns, robot_answers
from b24app.store.comments import COMMENT
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import OutboxRow, Portal
from b24app.store.notices import NOTICE
from b24app.store.return_acts import Act, ActKind

DEAL = 5120


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", []),
        ("ART-1", [("ART-1", "1")]),
        ("ART-1 2", [("ART-1", "2")]),
        ("ART-1 × 2\n\n  ART-2;3 ", [("ART-1", "2"), ("ART-2", "3")]),
        ("ART-1 x 1,5", [("ART-1", "1.5")]),
        ("Плед шерстяной * 2", [("Плед шерстяной", "2")]),
        ("Чайник х 1", [("Чайник", "1")]),
        ("ART-100", [("ART-100", "1")]),
    ],
)
def test_goods_are_named_one_a_line(text: str, told: list[tuple[str, str]]) -> None:
    assert told_goods(text) == [Told(Decimal(count), name, name) for name, count in told]


@pytest.fixture
def moment(clock: FixedClock) -> datetime:
    return clock.now()


def call(code: str = START, entity: int = 2, item: int = DEAL, waits: bool = True, **properties: str) -> RobotCall:
    return RobotCall(code, entity, item, "the-token", waits, properties)


def run(sessions: Sessions, portal: Portal, told: RobotCall, now: datetime, key: str = "k1") -> Act | None:
    with session_scope(sessions) as session:
        take(session, portals.get(session, portal.id), key, told, now, "trace")
    with read_scope(sessions) as session:
        return return_acts.by_key(session, portal.id, f"robot:{key}")


def answered(sessions: Sessions) -> list[str]:
    """What the workflow is told, and beside it what the deal's timeline says."""
    with read_scope(sessions) as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        said = [row.payload["text"] for row in rows if row.kind == COMMENT]
        return said + [
            robot_answers.opened(session, row.payload).problem for row in rows if row.kind == robot_answers.KIND
        ]


def test_a_return_is_wished_once(sessions: Sessions, portal: Portal, moment: datetime) -> None:
    told = call(reason="Брак", goods="ART-1 2", approve="Y", note="Ольга")
    for _ in range(2):
        act = run(sessions, portal, told, moment)
    assert act is not None
    wanted = act.wanted
    assert (wanted.kind, wanted.actor, wanted.deal_id, wanted.source) == (
        ActKind.BEGIN, Actor.AUTOMATION, DEAL, START,
    )  # fmt: skip
    given = dict(wanted.given)
    assert load(tuple[Told, ...], given.pop("told")) == (Told(Decimal(2), "ART-1", "ART-1"),)
    assert given == {
        "reason": "defect", "note": "Ольга", "approve": True, "robot": {
            "token": "the-token", "key": "k1", "robot": "Начать возврат", "quiet": False, "bell": False,
        },
    }  # fmt: skip
    with read_scope(sessions) as session:
        assert len(return_acts.latest(session, portal.id, deal_id=DEAL)) == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (call(reason="no such"), "Робот называет причину, которой нет в списке: «no such»."),
        (call(goods="ART-1 × 0"), "Робот называет товары так, что не разобрать: «ART-1 × 0»."),
        (call(goods="\n".join("A" for _ in range(101))), "Робот называет слишком много товаров."),
        (call(entity=1042, item=17), "Робот работает в сделках"),
        (call(MOVE, stage="approved"), "Здесь нет возврата"),
        (call(MOVE, 1042, 17, stage="approved"), "Робот работает в сделках"),
        (call("waybill_unknown"), "Робот работает в сделках"),
    ],
)
def test_what_is_wrong_is_told_at_once(
    sessions: Sessions, portal: Portal, moment: datetime, told: RobotCall, words: str
) -> None:
    assert run(sessions, portal, told, moment) is None
    # Once, though it came twice; and told in the deal too, where there is one.
    assert run(sessions, portal, told, moment) is None
    said = answered(sessions)
    assert len(said) == (2 if told.entity == 2 else 1)
    assert all(words in each for each in said)


def test_who_does_not_wait_is_told_in_the_deal(sessions: Sessions, portal: Portal, moment: datetime) -> None:
    run(sessions, portal, call(waits=False, reason="no such"), moment)
    [said] = answered(sessions)
    assert "Робот «Начать возврат» не сработал" in said


def test_who_hears_of_it_is_the_rules_choice(sessions: Sessions, portal: Portal, moment: datetime) -> None:
    with session_scope(sessions) as session:
        deals.save(session, portal.id, {DEAL: {"title": "Ваза", "assigned_by": 7}})
    run(sessions, portal, call(waits=False, reason="no such", trouble="quiet"), moment)
    assert answered(sessions) == []
    run(sessions, portal, call(waits=False, reason="no such", trouble="bell"), moment, key="another")
    with read_scope(sessions) as session:
        told, rung = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
    assert told.payload["text"].startswith("Робот «Начать возврат» не сработал.")
    assert (rung.kind, rung.payload["user_id"]) == (NOTICE, 7)
    assert rung.payload["text"].startswith("Сделка «Ваза»: робот «Начать возврат» не сработал.")


def begun(sessions: Sessions, portal: Portal, moment: datetime, **more: Any) -> str:
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portals.get(session, portal.id), DEAL)
        sold = Sold(7, "Плед", Decimal(9), Money(900, "RUB"))
        at = Decimal(len(turn.returns))
        line = ReturnLine(sold, (Span(at, at + 1),))
        case = Return(turn.number, DEAL, ReturnStage.REQUESTED, ReturnOrigin.MANAGER, (line,), moment)
        returns.begin(session, turn, case, by=1, name="Anna", now=moment, **more)
        return turn.number


def test_the_only_return_under_way_is_moved(sessions: Sessions, portal: Portal, moment: datetime) -> None:
    number = begun(sessions, portal, moment)
    act = run(sessions, portal, call(MOVE, stage="approved", why="Rule 7"), moment)
    assert act is not None
    given = {key: value for key, value in act.wanted.given.items() if key != "robot"}
    assert (act.wanted.kind, given) == (ActKind.MOVE, {"to": "approved", "why": "Rule 7"})
    with read_scope(sessions) as session:
        kept = returns.get(session, portal.id, act.wanted.return_id or 0)
    assert kept is not None
    assert kept.case.number == number
    assert run(sessions, portal, call(MOVE, stage="nowhere"), moment, "k2") is None
    assert "«nowhere»" in answered(sessions)[-1]


def test_of_several_one_is_named(sessions: Sessions, portal: Portal, moment: datetime) -> None:
    first, second = begun(sessions, portal, moment), begun(sessions, portal, moment)
    assert run(sessions, portal, call(MOVE, stage="approved"), moment) is None
    assert f"{first}, {second}" in answered(sessions)[-1]
    act = run(sessions, portal, call(MOVE, stage="approved", number=second.lower()), moment, "k2")
    assert act is not None
    assert act.wanted.deal_id == DEAL


def test_the_workflow_hears_what_became_of_it(sessions: Sessions, portal: Portal, moment: datetime) -> None:
    """Whoever carries the wish out says what came of it, in the same transaction; the token stays sealed."""
    act = run(sessions, portal, call(reason="size"), moment)
    number = begun(sessions, portal, moment)
    assert act is not None
    with session_scope(sessions) as session:
        [kept] = returns.of_deals(session, portal.id, [DEAL])[DEAL]
        return_acts.finish(session, portal.id, act.id, moment, kept.id, ())
    with read_scope(sessions) as session:
        [row] = session.scalars(select(OutboxRow)).all()
        told = robot_answers.opened(session, row.payload)
    assert "the-token" not in str(row.payload)
    known = {"number": number, "stage": "requested", "problem": "", "problem_code": ""}
    assert (told.token, told.values) == ("the-token", known)
