"""What an administrator chose for a word of theirs, or a base holds, as a status."""

from __future__ import annotations

import pytest

from b24app.logistics.status import Status
from b24app.systems.kit.statuses import status_named


@pytest.mark.parametrize(
    ("word", "status"),
    [("delivered", Status.DELIVERED), ("packed", Status.ACCEPTED_AT_WAREHOUSE), ("blocked", Status.UNKNOWN),
     ("", Status.UNKNOWN), ("Доставлен", Status.UNKNOWN)],
)  # fmt: skip
def test_a_word_that_is_none_of_ours_is_unknown(word: str, status: Status) -> None:
    assert status_named(word) is status
