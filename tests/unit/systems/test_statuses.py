"""What an administrator chose for a word of theirs, or a base holds, as a status."""

from __future__ import annotations

import pytest

from b24app.logistics.status import Status
from b24app.systems.kit.statuses import of_return, status_named


@pytest.mark.parametrize(
    ("word", "status"),
    [("delivered", Status.DELIVERED), ("packed", Status.ACCEPTED_AT_WAREHOUSE), ("blocked", Status.UNKNOWN),
     ("", Status.UNKNOWN), ("Доставлен", Status.UNKNOWN)],
)  # fmt: skip
def test_a_word_that_is_none_of_ours_is_unknown(word: str, status: Status) -> None:
    assert status_named(word) is status


@pytest.mark.parametrize(
    ("status", "back"),
    [(Status.CREATED, Status.CREATED), (Status.IN_TRANSIT, Status.RETURNING), (Status.DELIVERED, Status.RETURNED),
     (Status.CANCELLED, Status.CANCELLED), (Status.LOST, Status.LOST), (None, None)],
)  # fmt: skip
def test_what_brings_goods_back_is_returning(status: Status | None, back: Status | None) -> None:
    assert of_return(status) is back
