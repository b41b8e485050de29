"""What was picked short, as an event (`logistics.picking.PickedLine`)."""

from __future__ import annotations

from datetime import datetime

from b24app.logistics.order import TrackingEvent
from b24app.logistics.picking import PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident
from b24app.systems.kit.units import plain


def shortage(line: PickedLine, at: datetime, code: str, text: str = "", place: str = "") -> TrackingEvent:
    """The order goes on without it, and somebody decides. `code`, `at` and `place` have to stay the same for as long as
    the order is read, whatever it becomes: they are what makes it one event (`TrackingEvent.key`)."""
    picked = plain(max(line.picked, line.shipped))
    params = {"sku": line.sku, "short": plain(line.short), "ordered": plain(line.ordered), "picked": picked}
    # Of several articles that are short, none hides another (`Problem.key`).
    problem = Problem("short_picked", Field.ITEMS, Who.MANAGER, their_code=line.sku, params=params)
    said = text or f"{line.sku}: {picked} / {params['ordered']}"
    return TrackingEvent(code, said, None, at, place, incident=Incident.MISSING_GOODS, problem=problem)
