"""`POST /calculator` (§3): prices of all carriers of the account; one that is late or has nothing is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sandbox.apiship.data import points
from sandbox.apiship.data.carriers import COURIER, POINT, PROVIDERS, TARIFFS, Tariff
from sandbox.apiship.data.cities import City, recognise
from sandbox.apiship.errors import Refused, field, missing
from sandbox.apiship.model import Account

from . import shapes
from .prices import CASH, INSURANCE, calendar, days, price

if TYPE_CHECKING:
    from sandbox.apiship.core import ApiShip

Body = dict[str, Any]
_TIMEOUT_MS = 10_000
_MOST_POINTS = 200


def calculate(apiship: ApiShip, account: Account, body: Body) -> Body:
    """Raises Refused."""
    start, end = _checked(apiship, account, body)
    wanted = body.get("providerKeys") or account.providers
    timeout = body.get("timeout") or _TIMEOUT_MS
    switches = apiship.switches
    answering = [
        key
        for key in account.providers
        if key in wanted and key not in switches.closed_providers and switches.slow_providers.get(key, 0) <= timeout
    ]
    answer: Body = {"deliveryToDoor": [], "deliveryToPoint": []}
    for name, kind in (("deliveryToDoor", COURIER), ("deliveryToPoint", POINT)):
        if kind not in (body.get("deliveryTypes") or (COURIER, POINT)):
            continue
        for key in answering:
            if rows := _tariffs(apiship, account, body, key, kind, start, end):
                answer[name].append({"providerKey": key, "tariffs": rows})
    return answer


def _checked(apiship: ApiShip, account: Account, body: Body) -> tuple[City, City]:
    strict = apiship.switches.strict
    problems = shapes.problems_of("", body, shapes.CALCULATION, strict)
    for name in ("from", "to"):
        place = body.get(name)
        if isinstance(place, dict):
            problems += shapes.problems_of(name, place, shapes.DIRECTION, strict)
            if not any(place.get(key) for key in ("city", "cityGuid", "addressString")):
                problems.append(missing(f"{name}.city"))
    places = body.get("places")
    for index, place in enumerate(places if isinstance(places, list) else []):
        problems += shapes.problems_of(f"places.{index}", place, shapes.BOX, strict)
    if problems:
        raise Refused("040003", problems)
    if apiship.switches.balance_empty:
        raise Refused("060001")
    if not account.connections:
        raise Refused("040006")
    start, end = (recognise(body[name]) for name in ("from", "to"))
    if start is None or end is None:
        lost = "from" if start is None else "to"
        raise Refused("040003", [field(f"{lost}.city", "Населённый пункт не найден")])
    return start, end


def _tariffs(apiship: ApiShip, account: Account, body: Body, key: str, kind: int, start: City, end: City) -> list[Body]:
    provider = PROVIDERS[key]
    if (provider.towns and end.name not in provider.towns) or (provider.same_town and start != end):
        return []
    weights = [place["weight"] for place in body["places"]]
    pickups = body.get("pickupTypes") or (COURIER, POINT)
    rows = []
    for tariff in TARIFFS.values():
        if tariff.provider != key or not tariff.fits(pickups, kind) or sum(weights) > tariff.max_weight:
            continue
        if body.get("tariffIds") and tariff.id not in body["tariffIds"]:
            continue
        row = _row(tariff, account, body, kind, start, end, weights)
        if kind == POINT:
            row["pointIds"] = _point_ids(apiship, tariff, body, end, max(weights))
            if not row["pointIds"]:
                continue
        rows.append(row)
    return rows


def _row(
    tariff: Tariff, account: Account, body: Body, kind: int, start: City, end: City, weights: Sequence[int]
) -> Body:
    original = price(tariff, start, end, weights)
    percent = 0 if body.get("skipTariffRules") else dict(account.rules).get(tariff.provider, 0)
    # Russian Post does not tell its fees beforehand: null (spec).
    told = tariff.provider != "rupost"
    insurance = round((body.get("assessedCost") or 0) * INSURANCE, 2) if told else None
    cash = round((body.get("codCost") or 0) * CASH, 2) if told else None
    included = bool(body.get("includeFees")) if told else None
    fees = (insurance or 0) + (cash or 0) if included else 0
    least, most = days(tariff, start, end)
    return {
        "tariffProviderId": tariff.code,
        "tariffId": tariff.id,
        "tariffName": tariff.name,
        "from": start.name,
        "pickupTypes": [tariff.pickup] if tariff.pickup else [COURIER, POINT],
        "deliveryTypes": [kind],
        "deliveryCost": round(original * (100 - percent) / 100 + fees, 2),
        "deliveryCostOriginal": round(original + fees, 2),
        "feesIncluded": included,
        "insuranceFee": insurance,
        "cashServiceFee": cash,
        "daysMin": least,
        "daysMax": most,
        "calendarDaysMin": calendar(least),
        "calendarDaysMax": calendar(most),
        "workDaysMin": least,
        "workDaysMax": most,
    }


def _point_ids(apiship: ApiShip, tariff: Tariff, body: Body, end: City, heaviest: int) -> list[int]:
    """Points of the town that give out what is this heavy; the one that was asked for, if it fits."""
    wanted = (("availableOperation", ("2", "3")), ("city", (end.name,)), ("providerKey", (tariff.provider,)))
    found = []
    for identifier in points.matching(wanted, apiship.switches.extra_points, False, False):
        row = points.point(identifier)
        if (row["type"] == points.LOCKER) != tariff.locker and tariff.provider == "cdek":
            continue
        limit = row["limits"]["maxWeight"]
        if limit is None or heaviest <= limit:
            found.append(identifier)
        if len(found) == _MOST_POINTS:
            break
    asked = body.get("pointOutId")
    return found if asked is None else [asked] if asked in found else []
