"""What an order may ask of a carrier beside carrying: services that a buyer chooses and pays for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.problem import Problem


class Extra(StrEnum):
    """The value is a key of the `extra.*` words, and the code of the store's extra service."""

    FITTING = "fitting"
    PARTIAL = "partial"
    SMS = "sms"


#: Problems that are about one of them say which (`no_extra_fitting_door`, `point_no_sms`); this one is about all.
LACKS, ANY = "no_extra_", "extra_refused"
_ABOUT = (LACKS, "point_no_")


def about(problem: Problem) -> frozenset[str]:
    """Those of them that the problem is about; none for one that is about something else, or about all."""
    named = problem.code.split("_") if problem.code.startswith(_ABOUT) else ()
    return frozenset(each.value for each in Extra if each.value in named)


def without_refused(request: ShipmentRequest, problems: Iterable[Problem]) -> ShipmentRequest | None:
    """The order without those of its wishes that were refused; None where it wishes for none of them, or anything else
    was refused too."""
    refused: set[str] = set()
    for problem in problems:
        found = set(request.extras) if problem.code == ANY else about(problem).intersection(request.extras)
        if not found:
            return None
        refused |= found
    if not request.wished or not refused:
        return None
    return replace(request, extras=tuple(each for each in request.extras if each not in refused))
