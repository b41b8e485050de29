"""A busy account is waited for; whatever else happens is told at once."""

from __future__ import annotations

import pytest

from b24app.logistics.errors import LogisticsError, Refused, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection import patience
from b24app.runners.connection.patience import is_busy, patiently
from b24app.runners.connection.quoting import without
from b24app.wire.errors import NotSent, OutcomeUnknown, Why, WireError


def unavailable(cause: WireError | None) -> Unavailable:
    error = Unavailable("x")
    error.__cause__ = cause
    return error


class Crowded:
    """Fails so many times before it answers."""

    def __init__(self, error: LogisticsError, times: int) -> None:
        self.error, self.times, self.asked = error, times, 0

    def __call__(self) -> str:
        self.asked += 1
        if self.asked <= self.times:
            raise self.error
        return "here"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE_S", 0.001)


@pytest.mark.parametrize("why", [Why.BUDGET, Why.BUSY])
def test_a_busy_account_is_asked_until_it_has_a_call_to_spare(why: Why) -> None:
    crowded = Crowded(unavailable(NotSent(why)), 3)
    assert (patiently(crowded, 5), crowded.asked) == ("here", 4)


def test_in_the_end_it_is_told_in_no_words_of_the_systems() -> None:
    crowded = Crowded(unavailable(NotSent(Why.BUDGET, "wait 3.00 s")), 1_000_000)
    with pytest.raises(Unavailable) as caught:
        patiently(crowded, 0.02)
    assert crowded.asked > 1
    assert without(caught.value).problem == Problem("system_silent", Field.NONE, Who.CARRIER)


@pytest.mark.parametrize(
    "error",
    [
        Refused([Problem("too_big_for_service")]),
        unavailable(None),
        unavailable(NotSent(Why.CIRCUIT)),
        unavailable(OutcomeUnknown(Why.BUSY)),
    ],
)
def test_anything_else_is_told_at_once(error: LogisticsError) -> None:
    other = Crowded(error, 1)
    with pytest.raises(LogisticsError):
        patiently(other, 5)
    assert (other.asked, is_busy(error)) == (1, False)
