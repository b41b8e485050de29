"""Every address that people can call, and every sort of caller: exactly the right ones are let in.

A stranger's session is an administrator's of another portal: it opens their own page, never one of our rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from b24app.bitrix24.oauth import AppInfo
from b24app.clock import FixedClock
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.pieces import all_of
from b24app.frames.parts import PageParts
from b24app.frames.rights import Right
from b24app.frames.session import PageSession, prove
from b24app.logistics.model import Address, DeliveryKind, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.returning import Return, ReturnLine, ReturnOrigin, ReturnStage, Sold
from b24app.store import (
    clerk_phones,
    jobs,
    lanes,
    message_stops,
    papers,
    portal_settings,
    portals,
    return_basis,
    return_photos,
    returns,
    shipments,
)
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Base, Filed, ForeignOrder, Message, Origin, Paper, Portal, Rule
from tests.unit.placements.rights_table import APP, INSTALL, RETURN, TAB, TABLE

DEAL = 8061
#: Something of our portal's that no stranger may ever see.
OURS, THEIRS = "Наш договор 77-31", "Договор соседей 88-42"
SESSIONS = {line: takes for line, takes in TABLE.items() if takes.kind == "session"}
WITH_ROWS = sorted(line for line in SESSIONS if re.search(r"\{(?!deal)", line))
NOT_LET_IN = {401, 403}


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: who is let in and what is noted is decided in Python, hundreds of times."""
    return sqlite_database_url


@pytest.fixture
def app(page_app: Flask, set_up: Portal, neighbour: Portal, oauth: Any) -> Flask:
    oauth.keys["clara"] = AppInfo("app.1", "south", "south.bitrix24.ru", "https://south.bitrix24.ru/rest/", 7, True)
    return page_app


Ids = Mapping[str, int]


def furnish(sessions: Sessions, clock: FixedClock, portal: Portal, title: str) -> Ids:
    """One row of every sort in a portal, named `title`."""
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        account.title, account.state = title, "ready"
        now = clock.now()
        lane = lanes.portal_lane(session, portal.id)
        job = jobs.start(session, portal.id, lane, "rehearsal", {"deal_id": DEAL}, asked_by=7, now=now, trace_id="t")
        jobs.finish(job, {"title": title}, now)
        mine: dict[str, Any] = {"portal_id": portal.id}
        origin = Origin(title=title, details={}, is_default=False, created_at=now, **mine)
        rule = Rule(position=1, title=title, connection_id=account.id, created_at=now, updated_at=now, **mine)
        order = ForeignOrder(
            connection_id=account.id, remote_id=title, number=title, first_seen_at=now, last_seen_at=now, **mine
        )
        session.add_all([origin, rule, order])
        request = ShipmentRequest(
            f"{portal.code}-1", "parcel", DeliveryKind.COURIER, Recipient(title, "", "+79170000001"), (),
            address=Address("Казань, ул. Баумана, 5"),
        )  # fmt: skip
        shipment = shipments.create(
            session, portal, DEAL, 1, account.id, status="created", request=request.to_json(), now=now,
            remote_id=f"r-{portal.code}", order_number=title,
        )  # fmt: skip
        whose = {**mine, "shipment_id": shipment.id, "deal_id": DEAL, "remote_id": shipment.remote_id}
        paper = Paper(form="label_a6", asked_at=now, changed_at=now, **whose)
        session.add(paper)
        session.flush()
        papers.keep(session, paper, title.encode(), now)
        one = Filed(name=title, kind="act", remote_key="d", changed_at=now, problem={}, state="ready",
                    portal_id=portal.id, shipment_id=shipment.id, deal_id=DEAL)  # fmt: skip
        session.add(one)
        session.flush()
        turn = returns.take_turn(session, portal, DEAL)
        sold = Sold(1, title, Decimal(2), Money(516000))
        case = Return(
            turn.number, DEAL, ReturnStage.REQUESTED, ReturnOrigin.MANAGER, (ReturnLine(sold, all_of(sold)),), now
        )
        back = returns.begin(session, turn, case, by=7, name="Анна", now=now)
        return_basis.keep(session, portal.id, Basis(DEAL, title, 7, "RUB", (sold,), None, (), now))
        return_photos.keep(session, portal.id, back.id, return_photos.Photo("p1", "image/png", now), b"png", now)
        message = Message(
            deal_id=DEAL, return_id=back.id, key=f"return:{back.id}:return_approved", moment="return_approved",
            state="failed", why="unreachable", created_at=now, changed_at=now, trace_id="t", name=title, **mine,
        )  # fmt: skip
        session.add(message)
        session.flush()
        phone, _ = clerk_phones.offer(
            session, portal.id, clerk_id=7, clerk_name=title, made_by=7, return_id=None, now=now
        )
        message_stops.stop(session, portal.id, "+79170000001", now=now)
        [stop] = message_stops.listed(session, portal.id)
        return {
            "account": account.id, "job": job.id, "origin": origin.id, "rule": rule.id, "order": order.id, "deal": DEAL,
            "shipment": shipment.id, "paper": paper.id, "filed": one.id,
            "return": back.id, "phone": phone.id, "message": message.id, "stop": stop.id,
        }  # fmt: skip


@pytest.fixture
def ours(sessions: Sessions, clock: FixedClock, set_up: Portal) -> Ids:
    return furnish(sessions, clock, set_up, OURS)


@pytest.fixture
def theirs(sessions: Sessions, clock: FixedClock, neighbour: Portal) -> Ids:
    return furnish(sessions, clock, neighbour, THEIRS)


class Caller:
    """Calls lines of the table with somebody's session."""

    def __init__(self, app: Flask, parts: PageParts, portal: Portal, ids: Ids) -> None:
        self.app, self.parts, self.portal, self.ids = app, parts, portal, ids

    def session(self, placement: str, **over: Any) -> PageSession:
        entity = {TAB: DEAL, RETURN: self.ids["return"]}.get(placement, 0)
        origin = "https://north.bitrix24.ru"
        plain = PageSession(self.portal.id, 7, placement, entity, "ru", "UTC", origin, False, "Анна", 0, 0)
        return prove(replace(plain, **over), self.parts.clock.now())

    def token(self, placement: str, **over: Any) -> str:
        return self.parts.signer.write(self.session(placement, **over))

    def call(self, line: str, token: str = "", ids: Ids | None = None, **form: str) -> TestResponse:
        """`form` is sent beside what every form has."""
        method, path = line.format(**(ids or self.ids)).split()
        headers = {"HX-Request": "true", "X-Waybill-Lang": "ru"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = {"key": "k" * 16, "AUTH_ID": "anna", **form} if method == "POST" else None
        return self.app.test_client().open(path, method=method, data=data, headers=headers)


@pytest.fixture
def caller(app: Flask, parts: PageParts, set_up: Portal, ours: Ids) -> Caller:
    return Caller(app, parts, set_up, ours)


def grant(
    sessions: Sessions, portal: Portal, right: Right | None, to: Mapping[str, Any], also: Right | None = None
) -> None:
    """Nobody but administrators has any right, and `to` says who has this one; everybody has `also`."""
    given: dict[str, Any] = {each.value: {"users": []} for each in Right}
    if right is not None:
        given[right.value] = dict(to)
    if also is not None:
        given[also.value] = {"everyone": True}
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, rights=given)


def let_in(answer: TestResponse) -> bool:
    """Past the door; what was sent may still be refused as a form, or be out of date."""
    assert answer.status_code < 500, answer.text
    return answer.status_code not in NOT_LET_IN


def test_every_address_has_its_line(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    numbers = {"account": 1, "rule": 1, "origin": 1, "job": 1, "order": 1, "deal": DEAL, "shipment": 1, "paper": 1,
               "filed": 1, "return": 1, "phone": 1, "message": 1, "stop": 1}  # fmt: skip
    known = set()
    for line in TABLE:
        method, path = line.format(**numbers).split()
        rule, _ = adapter.match(path, method=method, return_rule=True)
        known.add((method, rule.rule))
    asked = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    there = {
        (verb, rule.rule)
        for rule in app.url_map.iter_rules()
        for verb in asked & (rule.methods or set())
        if rule.endpoint != "static"
    }
    lacking = sorted(f'    "{method} {rule}": app(Right.SETTINGS),' for method, rule in there - known)
    assert not lacking, (
        f"Say in {Path('tests/unit/placements/rights_table.py')} who may call these addresses (numbers as {{account}},"
        " texts as real ones):\n" + "\n".join(lacking)
    )


#: Whom the administrator gave a right, and whether that is user 7 of departments 3 and 9.
MANAGERS: tuple[tuple[Mapping[str, Any], bool], ...] = (
    ({"everyone": True}, True),
    ({"users": [5, 7]}, True),
    ({"departments": [3]}, True),
    ({"users": [5], "departments": [4]}, False),
    ({}, False),
)


@pytest.mark.parametrize("line", sorted(SESSIONS))
def test_who_has_the_right_is_let_in(line: str, caller: Caller, sessions: Sessions, set_up: Portal) -> None:
    takes = SESSIONS[line]
    token = caller.token(takes.placement, departments=(3, 9))
    for given, welcome in MANAGERS if takes.right else ():
        if takes.also is not None:
            grant(sessions, set_up, takes.right, given)
            assert not let_in(caller.call(line, token))
        grant(sessions, set_up, takes.right, given, takes.also)
        answer = caller.call(line, token)
        assert let_in(answer) is welcome, given
        if not welcome:
            assert answer.get_json()["error_code"] == ("admin_only" if takes.right is Right.SETTINGS else "not_allowed")
    grant(sessions, set_up, None, {})
    assert let_in(caller.call(line, caller.token(takes.placement, admin=True)))


@pytest.mark.parametrize("line", ["POST /tab/cancel", "GET /app/s/health"])
def test_a_right_that_was_taken_away_is_gone_at_once(
    line: str, caller: Caller, sessions: Sessions, set_up: Portal
) -> None:
    takes = SESSIONS[line]
    token = caller.token(takes.placement)
    grant(sessions, set_up, takes.right, {"users": [7]})
    assert let_in(caller.call(line, token))
    grant(sessions, set_up, takes.right, {"users": []})
    assert caller.call(line, token).status_code == 403


@pytest.mark.parametrize("line", sorted(SESSIONS))
def test_nobody_is_let_in_without_a_true_session_of_this_very_page(
    line: str, caller: Caller, clock: FixedClock
) -> None:
    placement = SESSIONS[line].placement
    other = next(each for each in (APP, TAB, INSTALL) if each not in (placement, *SESSIONS[line].pages))
    true = caller.token(placement, admin=True)
    forged = ("B" if true[10] != "B" else "C").join((true[:10], true[11:]))
    said = {name: caller.call(line, token).status_code for name, token in {
        "none": "", "forged": forged, "other": caller.token(other, admin=True), "words": "x.y"}.items()}  # fmt: skip
    assert said == {"none": 401, "forged": 403, "other": 403, "words": 403}
    clock.advance(3601)
    assert caller.call(line, true).status_code == 401


@pytest.mark.parametrize("line", sorted(SESSIONS))
def test_a_stranger_sees_nothing_of_ours(line: str, caller: Caller, neighbour: Portal, theirs: Ids) -> None:
    answer = caller.call(line, caller.token(SESSIONS[line].placement, portal_id=neighbour.id, admin=True), theirs)
    assert OURS not in answer.text


def content(sessions: Sessions, portal: Portal) -> list[Any]:
    """Every row of a portal's, as stored."""
    with sessions() as session:
        return [
            row
            for table in Base.metadata.sorted_tables
            if "portal_id" in table.c
            for row in session.execute(select(table).where(table.c.portal_id == portal.id).order_by(*table.primary_key))
        ]


@pytest.mark.parametrize("line", WITH_ROWS)
def test_a_strangers_hand_does_not_reach_our_rows(
    line: str, caller: Caller, sessions: Sessions, set_up: Portal, neighbour: Portal, theirs: Ids, ours: Ids
) -> None:
    before = content(sessions, set_up)
    stranger = caller.token(SESSIONS[line].placement, portal_id=neighbour.id, admin=True)
    answer = caller.call(line, stranger, ours)
    assert answer.status_code in ({200, 422} if line in FORMS else {404, 409}), answer.text
    assert OURS not in answer.text
    assert content(sessions, set_up) == before


#: Forms that say in place that their row is gone.
FORMS = frozenset(
    {"POST /app/account/cdek/{account}", "POST /app/origin/{origin}", "POST /app/checks/off/foreign/{order}"}
)


FRAMES = {line: takes for line, takes in TABLE.items() if takes.kind == "frame"}


@pytest.mark.parametrize("line", sorted(FRAMES))
def test_frames_are_proven_and_then_the_right_counts(
    line: str, caller: Caller, sessions: Sessions, set_up: Portal, person: Any, frame_query: Mapping[str, str],
    frame_body: Mapping[str, str],
) -> None:  # fmt: skip
    takes = FRAMES[line]

    def opens(**over: str) -> int:
        body = {**frame_body, "PLACEMENT": takes.placement, **over}
        return caller.app.test_client().post(line.split()[1], query_string=dict(frame_query), data=body).status_code

    def as_manager(given: Mapping[str, Any]) -> int:
        person.answers["user.admin"] = False
        grant(sessions, set_up, takes.right, given)
        return opens()

    person.answers["user.admin"] = True
    assert opens() == 200
    assert [opens(AUTH_ID="stolen"), opens(AUTH_ID="clara"), opens(member_id="south")] == [403] * 3
    # The installer is for administrators whatever rights were given.
    wanted = 403 if takes.placement == INSTALL else 200
    assert as_manager({"users": [7]}) == wanted
    assert as_manager({"users": []}) == (200 if takes.right is None else 403)


@pytest.mark.parametrize("line", sorted(line for line, takes in TABLE.items() if takes.kind == "opened"))
def test_pages_for_everybody(line: str, caller: Caller) -> None:
    answer = caller.call(line)
    assert answer.status_code == 200
    assert OURS not in answer.text


@pytest.mark.parametrize("line", sorted(line for line, takes in TABLE.items() if takes.kind == "link"))
def test_links_are_signed(line: str, caller: Caller) -> None:
    answer = caller.call(line)
    assert answer.status_code in {401, 403, 404, 409, 410}
    assert OURS not in answer.text


@pytest.mark.parametrize("line", sorted(line for line, takes in TABLE.items() if takes.kind == "phone"))
def test_a_clerks_phone_is_no_session(line: str, caller: Caller) -> None:
    for token in ("", caller.token(APP, admin=True)):
        answer = caller.call(line, token)
        assert answer.status_code in NOT_LET_IN
        assert OURS not in answer.text


@pytest.mark.parametrize("line", sorted(line for line, takes in TABLE.items() if takes.kind == "renewal"))
def test_renewal_takes_the_same_persons_key(line: str, caller: Caller, neighbour: Portal) -> None:
    assert caller.call(line).status_code == 401
    assert caller.call(line, "x.y").status_code == 403
    assert caller.call(line, caller.token(APP, user_id=9)).status_code == 403
    assert caller.call(line, caller.token(APP, portal_id=neighbour.id)).status_code == 403
    assert caller.call(line, caller.token(APP)).status_code == 204


def test_the_table_has_no_strange_lines() -> None:
    assert [line for line in TABLE if not re.fullmatch(r"(GET|POST|PUT|PATCH|DELETE) /[\w/{}.-]*", line)] == []
