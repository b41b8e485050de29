"""A long list cut into as many as one call takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from b24app.logistics.errors import Unavailable

T = TypeVar("T")
F = TypeVar("F")


def portions(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """In their order, at most `most` each; nothing of an empty list."""
    return (values[first : first + most] for first in range(0, len(values), most))


def readable(values: Sequence[T], most: int, read: Callable[[Sequence[T]], Iterable[F]]) -> list[F]:
    """What `read` tells of each portion; of one that cannot be read now (Unavailable), nothing: it is read the next
    time."""
    found: list[F] = []
    for some in portions(values, most):
        with suppress(Unavailable):
            found += list(read(some))
    return found
