"""Which hints are served now, which may wait, and which deals they make us read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.runners.portal import asking
from b24app.store import inbox
from b24app.store.inbox import Claimed
from b24app.store.models import DealState, InboxKind, ProblemRow, Shipment

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def hint(deal_id: int, event: str = "ONCRMDEALUPDATE", kind: str = InboxKind.DEAL, **payload: Any) -> Claimed:
    told = {"event": event, **payload}
    return Claimed(kind, str(deal_id), (deal_id,), told, AT, AT, 0, kind != InboxKind.DEAL, "trace")


def shipment(status: str) -> Shipment:
    return Shipment(status=status)


def test_an_echo_of_our_own_write_may_wait() -> None:
    found = asking.sort([hint(5)], {5: [shipment("created")]}, {}, {})
    assert [row.key for row in found.quiet] == ["5"]
    assert found.quiet_due == AT + asking.QUIET


@pytest.mark.parametrize(
    ("row", "owned", "problems", "states"),
    [
        (hint(5), [], {}, {}),
        (hint(5), ["rejected"], {}, {}),
        (hint(5), ["created"], {5: [ProblemRow()]}, {}),
        (hint(5), ["created"], {}, {5: DealState(waits_for_person="old_move")}),
        (hint(5, "ONCRMDEALADD"), ["created"], {}, {}),
        (hint(5, "ONCRMDEALDELETE"), ["created"], {}, {}),
        (hint(5, inbox.MOVED), ["created"], {}, {}),
        (hint(5, "HOLD", hold=True), ["created"], {}, {}),
    ],
)
def test_what_a_person_would_want_to_see_at_once(
    row: Claimed, owned: list[str], problems: dict[int, Any], states: dict[int, Any]
) -> None:
    found = asking.sort([row], {5: [shipment(status) for status in owned]}, problems, states)
    assert found.loud == (row,)


def test_wishes_are_neither_loud_nor_quiet() -> None:
    wish = hint(5, kind=InboxKind.SHIP_NOW)
    found = asking.sort([wish], {5: [shipment("created")]}, {}, {})
    assert (found.wishes, found.loud, found.quiet) == ((wish,), (), ())


def test_only_deals_that_can_matter_are_read() -> None:
    rows = [hint(1), hint(2), hint(3), hint(4, "ONCRMDEALADD"), hint(5, kind=InboxKind.RETRY)]
    wanted = asking.to_read(rows, {2: DealState()}, {3: [ProblemRow()]})
    assert wanted == {2, 3, 4, 5}


def test_our_own_rows_need_no_history() -> None:
    assert not asking.needs_history([hint(1, inbox.MOVED), hint(2, kind=InboxKind.SHIP_NOW)])
    assert asking.needs_history([hint(1, inbox.MOVED), hint(2)])


def test_a_row_without_a_readable_deal_is_no_deal() -> None:
    assert asking.deal_id_of(Claimed(InboxKind.DEAL, "x", (1,), {}, AT, AT, 0, False, "")) == 0


def test_the_oldest_echo_sets_the_time() -> None:
    late = Claimed(InboxKind.DEAL, "6", (6,), {}, AT + timedelta(seconds=5), AT, 0, False, "")
    found = asking.sort([late, hint(5)], {5: [shipment("created")], 6: [shipment("created")]}, {}, {})
    assert found.quiet_due == AT + asking.QUIET
