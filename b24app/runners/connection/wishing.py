"""Asking a system for an order that may go without what was only wished for beside carrying."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from b24app.logistics.errors import Refused
from b24app.logistics.extras import without_refused
from b24app.logistics.model import ShipmentRequest

T = TypeVar("T")


def wishing(call: Callable[[ShipmentRequest], T], request: ShipmentRequest) -> T:
    """What `call` gives. Refused for a wish alone, nothing exists: it is asked again without. Raises as `call` does."""
    try:
        return call(request)
    except Refused as error:
        less = without_refused(request, error.problems)
        if less is None:
            raise
        return wishing(call, less)
