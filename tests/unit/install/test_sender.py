"""Our SMS sender in a portal: there while the portal has a gateway, at an address that only the portal knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from b24app.bitrix24.errors import RestError
from b24app.bitrix24.sms import CODE
from b24app.clock import FixedClock
from b24app.store import accounts, doors, portals, sms_sender
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Connection, ConnectionState, Portal
from tests.unit.install.test_run import PUBLIC, job, states

__all__ = ["job"]


@pytest.fixture
def gateway(sessions: Sessions, clock: FixedClock, portal: Portal) -> Connection:
    with session_scope(sessions) as session:
        row = portals.add_connection(session, portal.id, "smsc", "SMSC", "live", {"token": "k"}, clock.now())
        row.state, row.tested_at = ConnectionState.READY, clock.now()
        session.flush()
        session.expunge(row)
        return row


def known(sessions: Sessions, portal: Portal, url: str) -> bool:
    """Whether the hook lets this address in."""
    public_id, secret = url.rsplit("/", 2)[-2:]
    with session_scope(sessions) as session:
        portals.get(session, portal.id).application_token = "t-north"
        session.flush()
        door = doors.sender_door(session, public_id)
    return door is not None and door.opens(secret)


def test_no_gateway_no_call(job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any) -> None:
    job()
    assert states(sessions, portal)["sms_sender"] == "done"
    assert not [method for method in there.asked if method.startswith("messageservice.")]


def test_registered_mended_left_alone_and_taken_away(
    job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any, gateway: Connection, clock: FixedClock
) -> None:
    job()
    told = there.senders[CODE]
    assert (told["TYPE"], set(told["NAME"]), set(told["DESCRIPTION"])) == ("SMS", {"ru", "en"}, {"ru", "en"})
    assert told["HANDLER"].startswith(f"{PUBLIC}/b24/sms/")
    assert known(sessions, portal, told["HANDLER"])
    assert not known(sessions, portal, told["HANDLER"] + "x")

    there.asked.clear()
    job()
    assert [name for name in there.asked if name.startswith("messageservice.")] == ["messageservice.sender.list"]

    there.senders.clear()  # somebody deleted it
    job()
    fresh = there.senders[CODE]["HANDLER"]
    assert fresh != told["HANDLER"]
    # What the portal sends to the address of before is not turned away while it may not know the newest.
    assert known(sessions, portal, fresh)
    assert known(sessions, portal, told["HANDLER"])

    with session_scope(sessions) as session:
        row = portals.connection(session, portal.id, gateway.id)
        assert row is not None
        accounts.remove(session, portal.id, row, clock.now())
    job()
    assert there.senders == {}
    there.asked.clear()
    job()
    assert not [method for method in there.asked if method.startswith("messageservice.")]


def test_an_account_that_never_worked_is_none(
    job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any, gateway: Connection
) -> None:
    with session_scope(sessions) as session:
        session.get_one(Connection, gateway.id).tested_at = None
    job()
    assert there.senders == {}


def test_a_portal_that_refuses_goes_without_and_is_asked_again(
    job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any, gateway: Connection
) -> None:
    there.broken["messageservice.sender.add"] = RestError("ERROR_SENDER_ADD_FAILURE", "Sender save error!", "…")
    job()
    with sessions() as session:
        [words] = [row.words for row in portals.install_steps(session, portal.id) if row.step == sms_sender.STEP]
        assert words == "skipped|Sender save error!"
    there.broken.clear()
    job()
    assert known(sessions, portal, there.senders[CODE]["HANDLER"])
