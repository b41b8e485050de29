"""What a price question of a system cannot name, and the bill will."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from b24app.logistics.ports import PriceLine


def services(chosen: Iterable[str], given: Collection[str]) -> list[PriceLine]:
    """Lines without a sum: what was chosen beside carrying, of what the system gives (`logistics.extras`)."""
    return [PriceLine("service", code=each) for each in chosen if each in given]
