"""Lists are cut into as many as a call takes."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.logistics.errors import Unavailable
from b24app.systems.kit.portions import portions, readable


def test_each_once_in_its_order() -> None:
    assert list(portions("abcde", 2)) == ["ab", "cd", "e"]
    assert list(portions(["a", "b"], 2)) == [["a", "b"]]
    assert list(portions([], 2)) == []


def test_what_cannot_be_read_now_is_left_out() -> None:
    def read(some: Sequence[str]) -> Sequence[str]:
        if "c" in some:
            raise Unavailable("later")
        return some

    assert readable("abcde", 2, read) == ["a", "b", "e"]
