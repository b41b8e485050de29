"""Whose hand it was: what the portal tells, and nothing that may be our own writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.flows.snapshot import DealSnapshot
from b24app.logistics.model import DeliveryKind, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.runners.portal import audited
from b24app.store import audit, tokens
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Portal

DEAL = DealSnapshot(501, moved_by=7, updated_by=9)
SENT = ShipmentRequest(
    "AB-501-1", "parcel", DeliveryKind.PICKUP, Recipient("Мария", "8 900", "+79000001462"), (), point_code="KZN12"
)


@pytest.fixture
def rows(sessions: Sessions, portal: Portal, clock: FixedClock) -> Any:
    with session_scope(sessions) as session:
        until = clock.now() + timedelta(hours=1)
        tokens.remember(
            session, portal.id, 1, access="a", refresh="r", is_admin=True, now=clock.now(), expires_at=until
        )

    def done(act: Any, *args: Any) -> AuditRow:
        with session_scope(sessions) as session:
            act(session, portal.id, *args, clock.now())
            session.flush()
            return audit.newest(session, portal.id, audit.Wanted())[0]

    return done


@pytest.mark.parametrize("act", [audited.shipped, audited.withdrawn])
def test_a_move_is_of_who_moved(rows: Any, act: Any) -> None:
    row = rows(act, DEAL, "AB-501-1")
    assert (row.user_id, row.deal_id, row.detail["title"], "name" in row.detail) == (7, 501, "AB-501-1", False)
    assert rows(act, replace(DEAL, moved_by=0), "AB-501-1").user_id is None


def test_a_correction_names_fields_and_no_personal_data(rows: Any) -> None:
    better = replace(SENT, recipient=replace(SENT.recipient, phone="+79000001463"), point_code="KZN7", cod=Money(100))
    row = rows(audited.corrected, DEAL, SENT.to_json(), better.to_json(), "AB-501-1")
    assert row.user_id == 9
    told = [(each.field, each.before, each.after, each.hidden) for each in audit.changes_of(row)]
    assert told == [
        ("phone", None, None, True), ("point_code", "KZN12", "KZN7", False), ("cod_minor", None, 100, False)
    ]  # fmt: skip
    assert "0001463" not in str(row.detail)


@pytest.mark.parametrize("editor", [1, 0])
def test_our_own_writing_is_nobodys_correction(rows: Any, editor: int) -> None:
    deal = replace(DEAL, updated_by=editor)
    assert rows(audited.corrected, deal, {}, {}, "AB-501-1").user_id is None


def test_a_request_of_an_older_version_stops_nothing(rows: Any) -> None:
    row = rows(audited.corrected, DEAL, {"number": "AB-501-1"}, SENT.to_json(), "AB-501-1")
    assert "KZN12" in str(row.detail)
