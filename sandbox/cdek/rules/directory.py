"""Lists to choose from: offices, cities, regions, postal codes (contract §13, §14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.data.offices import more_offices
from sandbox.cdek.errors import Refused, bad_value, empty, error
from sandbox.cdek.geo import City, by_name, cities, fold, nearest

from .points import Office, is_open

Query = Mapping[str, str]

MAX_PAGE = 10_000
_FLAGS = (
    "have_cashless", "have_cash", "allowed_cod", "is_dressing_room", "take_only", "is_handout", "is_reception",
    "is_marketplace", "is_ltl", "fulfillment",
)  # fmt: skip
_TRUE, _FALSE = ("1", "true"), ("0", "false")


def offices(cdek: Cdek, query: Query) -> tuple[list[Office], dict[str, str]]:
    """Rows and the three paging headers. Raises Refused for a malformed filter."""
    tests = list(_office_tests(query))
    rows = [row for row in cdek.offices.values() if _listed(cdek, row) and all(test(row) for test in tests)]
    # Records without sense happen (users complain of maps left empty by one): as many as the switch says.
    broken = cdek.switches.broken_points
    rows = [{**row, "code": None, "location": "?"} for row in rows[:broken]] + rows[broken:]
    # For load figures: of a list that is asked for whole or by pages, made as it is read.
    extra = 0 if tests else cdek.switches.extra_points
    total, all_rows = len(rows) + extra, chain(rows, more_offices(list(cdek.offices.values()), extra))
    size, page = _number(query, "size"), _number(query, "page") or 0
    if size is None or size <= 0:
        return list(all_rows), _headers(0, total, 1)
    pages = (total + size - 1) // size
    return list(islice(all_rows, page * size, (page + 1) * size)), _headers(page, total, pages)


def _headers(page: int, total: int, pages: int) -> dict[str, str]:
    return {"X-Current-Page": str(page), "X-Total-Elements": str(total), "X-Total-Pages": str(pages)}


def _listed(cdek: Cdek, row: Office) -> bool:
    return is_open(row) or cdek.switches.closed_offices == "inactive"


def _office_tests(query: Query) -> Iterable[Callable[[Office], bool]]:
    yield from _place_tests(query)
    kind = query.get("type", "ALL").upper()
    if kind not in ("PVZ", "POSTAMAT", "ALL"):
        raise Refused(bad_value(kind, "type"))
    if kind != "ALL":
        yield lambda row: row["type"] == kind
    for name in _FLAGS:
        if (wanted := _flag(query, name)) is not None:
            yield lambda row, name=name, wanted=wanted: bool(row.get(name)) == wanted  # type: ignore[misc]
    heaviest, lightest = _decimal(query, "weight_max"), _decimal(query, "weight_min")
    if heaviest is not None:
        yield lambda row: _takes(row, heaviest)
    if lightest is not None:
        yield lambda row: float(row.get("weight_min") or 0) <= lightest


def _place_tests(query: Query) -> Iterable[Callable[[Office], bool]]:
    if code := query.get("code"):
        yield lambda row: row["code"] == code
    for name in ("city_code", "region_code"):
        number = _number(query, name)
        if number is not None:
            yield lambda row, name=name, number=number: row["location"][name] == number  # type: ignore[misc]
    if postal := query.get("postal_code"):
        # An office serves its city's postal codes; an unknown one gives an empty list.
        yield lambda row: postal in cities()[row["location"]["city_code"]].postal_codes()
    for name in ("country_code", "fias_guid"):
        if value := query.get(name):
            yield lambda row, name=name, value=value: row["location"][name] == value  # type: ignore[misc]


def _takes(row: Office, kilograms: float) -> bool:
    limit = float(row.get("weight_max") or 0)
    return limit > 0 if kilograms == 0 else limit == 0 or limit >= kilograms


def _flag(query: Query, name: str) -> bool | None:
    value = query.get(name)
    if value is None or value == "":
        return None
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise Refused(bad_value(value, name))


def _number(query: Query, name: str) -> int | None:
    value = query.get(name)
    if value is None or value == "":
        return None
    if not value.lstrip("-").isdigit():
        raise Refused(bad_value(value, name))
    return int(value)


def _decimal(query: Query, name: str) -> float | None:
    value = query.get(name)
    try:
        return float(value) if value else None
    except ValueError:
        raise Refused(bad_value(value, name)) from None


def city_rows(query: Query) -> list[dict[str, Any]]:
    """``GET /v2/location/cities``: exact names only. Raises Refused."""
    rows: list[City] = by_name(query["city"]) if query.get("city") else list(cities().values())
    code, region, limit = _number(query, "code"), _number(query, "region_code"), _decimal(query, "payment_limit")
    postal, fias = query.get("postal_code"), query.get("fias_guid")
    countries = [part.strip().upper() for part in query.get("country_codes", "").split(",") if part.strip()]
    rows = [
        city
        for city in rows
        if (code is None or city.code == code)
        and (region is None or city.region_code == region)
        and (limit is None or city.payment_limit == limit)
        and (not postal or postal in city.postal_codes())
        and (not fias or city.fias_guid == fias)
        and (not countries or "RU" in countries)
    ]
    return [city.as_row() for city in paged(rows, query)]


def paged(rows: Sequence[Any], query: Query, default: int = 1000) -> Sequence[Any]:
    """A page; ``size`` is required where ``page`` is given and ends at 10,000."""
    size, page = _number(query, "size"), _number(query, "page")
    if page is not None and size is None:
        raise Refused(empty("size"))
    if size is not None and size > MAX_PAGE:
        raise Refused(error("v2_exceeded_size"))
    if size is not None and size < 1:
        raise Refused(bad_value(size, "size"))
    size, page = size or default, page or 0
    return rows[page * size : (page + 1) * size]


def suggestions(query: Query) -> list[dict[str, Any]]:
    """Cities whose name begins so, the best known first. Raises Refused."""
    name = fold(query.get("name", ""))
    if not name:
        raise Refused(empty("name"))
    if query.get("country_code", "RU").upper() != "RU":
        return []
    found = [city for city in cities().values() if fold(city.name).startswith(name)]
    found.sort(key=lambda city: (fold(city.name) != name, city.code))
    return [
        {
            "city_uuid": city.uuid,
            "code": city.code,
            "full_name": ", ".join(filter(None, (city.name, city.sub_region, city.region, "Россия"))),
            "country_code": "RU",
        }
        for city in found[:10]
    ]


def regions(query: Query) -> list[dict[str, Any]]:
    seen = {city.region_code: city.region for city in cities().values()}
    rows = [
        {"country_code": "RU", "country": "Россия", "region": name, "region_code": code}
        for code, name in sorted(seen.items())
    ]
    return list(paged(rows, query))


def postal_codes(query: Query) -> dict[str, Any]:
    """Raises Refused for a missing or unknown city."""
    code = _number(query, "city_code")
    if code is None:
        raise Refused(empty("city_code"))
    if code not in cities():
        raise Refused(error("v2_entity_not_found", f"Entity is not found by code {code}"))
    return {"code": code, "postal_codes": cities()[code].postal_codes()}


def by_coordinates(query: Query) -> dict[str, Any]:
    latitude, longitude = _decimal(query, "latitude"), _decimal(query, "longitude")
    if latitude is None or longitude is None:
        raise Refused(empty("latitude" if latitude is None else "longitude"))
    city = nearest(latitude, longitude)
    return {"code": city.code, "city_uuid": city.uuid, "city": city.name, "fias_guid": city.fias_guid}
