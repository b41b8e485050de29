"""Numbers that are given out one after another and can be copied with the state that gives them out."""

from __future__ import annotations

from collections.abc import Iterator


class Numbers(Iterator[int]):
    """``first``, ``first + 1``, … (`itertools.count` that may be deep-copied)."""

    def __init__(self, first: int) -> None:
        self._next = first

    def __next__(self) -> int:
        number = self._next
        self._next += 1
        return number
