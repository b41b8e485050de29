"""A long list cut into as many as one call takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def portions(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """In their order, at most `most` each; nothing of an empty list."""
    return (values[first : first + most] for first in range(0, len(values), most))
