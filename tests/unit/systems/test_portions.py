"""Lists are cut into as many as a call takes."""

from __future__ import annotations

from b24app.systems.kit.portions import portions


def test_each_once_in_its_order() -> None:
    assert list(portions("abcde", 2)) == ["ab", "cd", "e"]
    assert list(portions(["a", "b"], 2)) == [["a", "b"]]
    assert list(portions([], 2)) == []
