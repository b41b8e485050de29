"""Whether a pickup point takes this very shipment, as Problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.points import Misfit, Needs, PickupPoint, misfits
from b24app.logistics.problem import Field, Problem

_WHY = {
    "closed": "point_closed",
    "no_handout": "point_closed",
    "weight": "point_weight",
    "no_cod": "point_no_cod",
    "one_parcel": "point_one_parcel",
    "side": "point_too_small",
    "shape": "point_too_small",
    "no_fitting": "point_no_fitting",
    "no_partial": "point_no_partial",
}


def unfit(point: PickupPoint | None, request: ShipmentRequest) -> list[Problem]:
    """Why this point cannot take this shipment; empty = it can, as far as the system says."""
    if point is None:
        return [Problem("point_unknown", Field.POINT, params={"point": request.point_code or ""})]
    params = {"point": point.code, "address": point.address}
    return [_problem(found, params) for found in misfits(point.takes, Needs.of(request)) if found.code in _WHY]


def _problem(found: Misfit, params: Mapping[str, Any]) -> Problem:
    more = found.params if found.code == "weight" else {}
    return Problem(_WHY[found.code], Field.POINT, params={**params, **more})
