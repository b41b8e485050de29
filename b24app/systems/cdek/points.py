"""Pickup points (cdek.md §13): one by its code, and whether it takes this very shipment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Unavailable
from b24app.logistics.model import Parcel, ShipmentRequest
from b24app.logistics.ports import PickupPoint
from b24app.logistics.problem import Field, Problem
from b24app.systems.cdek.client import Client
from b24app.systems.cdek.directory import POINTS_S, Directory
from b24app.systems.cdek.errors import rows_of
from b24app.systems.cdek.refusals import meaning_of

LOCKER_MAX_G = 15_000


class PointBook:
    """Points by code, kept for an hour."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client = client
        self._directory = directory
        self._now = now

    def find(self, code: str) -> PickupPoint | None:
        """None when CDEK has no such point. Raises Unavailable."""
        key = ("point", self._client.base, code.upper())
        point: PickupPoint | None = self._directory.get(key, self._now, POINTS_S, lambda: self._ask(code))
        return point

    def _ask(self, code: str) -> PickupPoint | None:
        reply = self._client.read("deliverypoints", "deliverypoints", {"code": code})
        if isinstance(reply.data, list):
            rows = rows_of(reply.data)
            return next((parse_point(row) for row in rows if str(row.get("code", "")).upper() == code.upper()), None)
        if any(meaning_of(found)[0] == "point_unknown" for found in reply.codes):
            return None
        raise Unavailable(f"deliverypoints: no list, {sorted(reply.codes)}")


def parse_point(row: Mapping[str, Any]) -> PickupPoint:
    """Weights come in kilograms and cells in centimetres; 0 or absent = no limit stated."""
    location = row.get("location")
    place: Mapping[str, Any] = location if isinstance(location, Mapping) else {}
    heaviest = row.get("weight_max")
    return PickupPoint(
        code=str(row["code"]),
        kind="locker" if row.get("type") == "POSTAMAT" else "office",
        name=str(row.get("name") or row["code"]),
        address=str(place.get("address") or ""),
        city=str(place.get("city") or ""),
        hands_out=row.get("is_handout") is not False,
        active=str(row.get("status") or "ACTIVE").upper() == "ACTIVE",
        takes_cod=row.get("allowed_cod") is not False,
        max_weight_g=round(heaviest * 1000) if isinstance(heaviest, int | float) and heaviest > 0 else None,
        cells_mm=tuple(_cell(cell) for cell in rows_of(row.get("dimensions"))),
    )


def _cell(row: Mapping[str, Any]) -> tuple[int, int, int]:
    sides = sorted((round(float(row.get(side) or 0) * 10) for side in ("width", "height", "depth")), reverse=True)
    return sides[0], sides[1], sides[2]


def unfit(point: PickupPoint | None, request: ShipmentRequest) -> list[Problem]:
    """Why this point cannot take this shipment; empty = it can, as far as CDEK says. CDEK itself would send the parcel
    to a neighbour point without asking."""
    if point is None:
        return [Problem("point_unknown", Field.POINT, params={"point": request.point_code or ""})]
    params = {"point": point.code, "address": point.address}
    problems: list[Problem] = []
    if not point.active or not point.hands_out:
        problems.append(Problem("point_closed", Field.POINT, params=params))
    problems += _too_heavy(point, request, params)
    if request.cod and not point.takes_cod:
        problems.append(Problem("point_no_cod", Field.POINT, params=params))
    if point.kind == "locker":
        problems += _unfit_for_locker(point, request, params)
    return problems


def _too_heavy(point: PickupPoint, request: ShipmentRequest, params: Mapping[str, Any]) -> list[Problem]:
    limit = LOCKER_MAX_G if point.kind == "locker" else point.max_weight_g
    heaviest = max((parcel.weight_g for parcel in request.parcels), default=0)
    if limit is None or heaviest <= limit:
        return []
    return [Problem("point_weight", Field.POINT, params={**params, "limit_g": limit, "weight_g": heaviest})]


def _unfit_for_locker(point: PickupPoint, request: ShipmentRequest, params: Mapping[str, Any]) -> list[Problem]:
    if len(request.parcels) > 1:
        return [Problem("point_one_parcel", Field.POINT, params=params)]
    if point.cells_mm and not any(_fits(request.parcels[0], cell) for cell in point.cells_mm):
        return [Problem("point_too_small", Field.POINT, params=params)]
    return []


def _fits(parcel: Parcel, cell: tuple[int, int, int]) -> bool:
    sides = sorted((parcel.length_mm, parcel.width_mm, parcel.height_mm), reverse=True)
    return all(side <= room for side, room in zip(sides, cell, strict=True))
