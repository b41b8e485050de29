"""What a system told is kept for a while: what was asked for, and what was learnt on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from b24app.systems.kit.directory import UNKNOWN, Directory

KEY = ("x", "1")


def test_a_directory_keeps_answers_for_a_while_and_forgets_the_oldest() -> None:
    directory, asked = Directory(most=2), []

    def load(value: str) -> Any:
        asked.append(value)
        return value

    for now, name in [(0, "a"), (5, "a"), (11, "a"), (11, "b"), (11, "c"), (11, "a")]:
        directory.get((name,), now, 10.0, lambda name=name: load(name))  # type: ignore[misc]
    assert asked == ["a", "a", "b", "c", "a"]


def test_what_a_directory_lacks_is_asked_for_at_once() -> None:
    directory, asked = Directory(), []

    def load(keys: Sequence[tuple[str, ...]]) -> list[str]:
        asked.append([name for (name,) in keys])
        return [name.upper() for (name,) in keys]

    for names in ("ab", "bacba", "ab"):
        found = directory.get_all([(name,) for name in names], 0.0, 10.0, load)
        assert found == list(names.upper())
    assert asked == [["a", "b"], ["c"]]
    assert directory.get_all([], 0.0, 10.0, load) == []


def test_an_empty_answer_is_asked_again_sooner_and_a_failure_is_not_kept() -> None:
    directory, asked = Directory(), []

    def nothing() -> list[str]:
        asked.append(1)
        return []

    for now in (0.0, 0.5, 1.5):
        directory.get(("x",), now, 10.0, nothing)
    assert len(asked) == 2

    def fail() -> None:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            directory.get(("y",), 0.0, 10.0, fail)


def test_what_was_learnt_on_the_way_is_known_for_a_while() -> None:
    directory = Directory()
    assert directory.known(KEY, 0.0) is UNKNOWN
    directory.keep(KEY, 0.0, 10.0, None)
    assert directory.known(KEY, 9.0) is None
    directory.keep(KEY, 9.0, 10.0, "newer")
    assert directory.get(KEY, 18.0, 10.0, lambda: "asked") == "newer"
    assert directory.known(KEY, 19.0) is UNKNOWN


def test_to_look_is_not_to_keep() -> None:
    directory = Directory(most=1)
    directory.keep(KEY, 0.0, 10.0, True)
    assert [directory.known(("x", name), 0.0) for name in ("2", "3")] == [UNKNOWN, UNKNOWN]
    assert directory.known(KEY, 1.0) is True
    directory.keep(("x", "2"), 1.0, 10.0, True)
    assert directory.known(KEY, 1.0) is UNKNOWN, "the oldest goes"
