"""What was picked short, as events (`logistics.picking.PickedLine`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from b24app.logistics.numbers import plain
from b24app.logistics.order import TrackingEvent
from b24app.logistics.picking import SHORT_CODE, PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident


def joined(lines: Iterable[PickedLine]) -> tuple[PickedLine, ...]:
    """A row an article: orders may have it in several, and what one of them lacks may stand in another."""
    found: dict[str, PickedLine] = {}
    for line in lines:
        known = found.get(_article(line))
        found[_article(line)] = line if known is None else PickedLine(
            line.sku, known.ordered + line.ordered, known.picked + line.picked, known.shipped + line.shipped,
            known.name or line.name,
        )  # fmt: skip
    return tuple(found.values())


def shortages(lines: Iterable[PickedLine], at: datetime, *, over: bool = True) -> tuple[TrackingEvent, ...]:
    """An event an article that is short, once picking of these rows is over: the order goes on without it, and somebody
    decides. Not `over`: it is known before that no more can come, so that nothing is said of what was picked.

    `at` has to stay the same for as long as the order is read, whatever it becomes: what somebody has decided about is
    not told anew (`TrackingEvent.key`)."""
    return tuple(_shortage(line, at, over) for line in joined(lines) if line.short)


def _shortage(line: PickedLine, at: datetime, over: bool) -> TrackingEvent:
    article, picked = _article(line), plain(max(line.picked, line.shipped))
    params = {"sku": article, "short": plain(line.short), "ordered": plain(line.ordered)}
    params |= {"picked": picked} if over else {}
    # Of several articles that are short, none hides another (`Problem.key`).
    problem = Problem("short_picked", Field.ITEMS, Who.MANAGER, their_code=article, params=params)
    text = f"{article}: {picked} / {params['ordered']}"
    return TrackingEvent(SHORT_CODE + article, text, None, at, incident=Incident.MISSING_GOODS, problem=problem)


def _article(line: PickedLine) -> str:
    return line.sku or line.name
