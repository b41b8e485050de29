"""What is kept of a state: copies share nothing, but point to what stays the same."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.kept import Kept


@dataclass(slots=True)
class Order:
    owner: Any
    lines: list[int] = field(default_factory=list)


class Owner:
    def __init__(self) -> None:
        self.lock = threading.Lock()


def test_copies_share_nothing_but_what_stays_the_same() -> None:
    owner = Owner()
    order = Order(owner, [1])
    answer = lambda: order  # noqa: E731 - no pickle takes one by itself
    state = {"orders": {"a": order}, "by_number": {("x", 1): order}, "rng": random.Random(7), "answer": answer}
    kept = Kept(state, [owner])
    order.lines.append(2)
    one, two = kept.copy(), kept.copy()
    one["orders"]["a"].lines.append(3)
    assert one["orders"]["a"] is one["by_number"]["x", 1]
    assert (one["orders"]["a"].lines, two["orders"]["a"].lines) == ([1, 3], [1])
    assert one["orders"]["a"].owner is two["orders"]["a"].owner is owner
    assert one["answer"] is two["answer"] is answer
    assert one["rng"].random() == two["rng"].random() == random.Random(7).random()
