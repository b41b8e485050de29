"""Addresses of the lists and of the connections (§6)."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, request

from .core import ApiShip
from .data import points
from .data.carriers import PROVIDERS, SERVICES, TARIFFS
from .data.statuses import STATUSES
from .errors import Refused, missing
from .rules import paging
from .wire import account, answer, body

_MOST = 10_000
#: Two-column lists: (id, name, description) where the spec has a name.
_NAMED = {
    "pickupTypes": ((1, "От двери", "Отгрузка груза курьером"), (2, "От ПВЗ", "Отгрузка груза на ПВЗ")),
    "deliveryTypes": ((1, "До двери", "Доставка курьером"), (2, "До ПВЗ", "Доставка на ПВЗ")),
    "paymentMethods": ((1, "Наличные", ""), (2, "Карта", ""), (3, "Смешанная оплата", "Наличные и карта")),
}
_DESCRIBED = {
    "operationTypes": ((1, "Прием товаров"), (2, "Выдача товаров"), (3, "Прием и выдача товаров")),
    "pointTypes": ((1, "Пункт выдачи заказа"), (2, "Постамат"), (3, "Отделение Почты России"), (4, "Терминал")),
}
#: Fields of a point that a filter may name and this sandbox filters by.
_POINT_FILTERS = ("id", "providerKey", "code", "city", "availableOperation", "type", "cod")


def add(app: Flask, apiship: ApiShip) -> None:
    """Register the lists."""
    _points(app, apiship)
    _tables(app, apiship)
    _connections(app, apiship)


def _points(app: Flask, apiship: ApiShip) -> None:
    @app.get("/v1/lists/points")
    def list_points() -> Response:
        args = request.args
        limit, offset = paging.window(args, 20, _MOST)
        wanted = paging.filter_of(args.get("filter", ""), _POINT_FILTERS)
        names = {name for name, _ in wanted}
        switches = apiship.switches
        off = "code" in names and args.get("enabledCheckOff") in ("1", "true")
        found = points.matching(wanted, switches.extra_points, off, args.get("stateCheckOff") in ("1", "true"))
        # Who asks for one by its id is not told of others.
        broken = [] if "id" in names else [_broken(number) for number in range(switches.broken_points)]
        rows: list[dict[str, Any]] = broken[offset : offset + limit]
        first = max(0, offset - len(broken))
        shown = found[first : first + limit - len(rows)]
        rows += [paging.only(points.point(identifier), args.get("fields", "")) for identifier in shown]
        return answer(apiship, paging.page(rows, len(found) + len(broken), limit, offset))


def _broken(number: int) -> dict[str, Any]:
    """A record without sense."""
    rows: list[dict[str, Any]] = [
        {"id": None, "lat": "north"},
        {"id": 7_000_000 + number, "lat": None, "lng": None, "type": "?"},
    ]
    return rows[number % 2]


def _tables(app: Flask, apiship: ApiShip) -> None:
    def table(rows: list[dict[str, Any]], known: tuple[str, ...]) -> Response:
        """A page of a whole table, filtered by some of its fields."""
        limit, offset = paging.window(request.args, 20, _MOST)
        wanted = paging.filter_of(request.args.get("filter", ""), known)
        kept = [row for row in rows if all(str(row[name]) in values for name, values in wanted)]
        chosen = [paging.only(row, request.args.get("fields", "")) for row in kept]
        return answer(apiship, paging.cut(chosen, limit, offset))

    @app.get("/v1/lists/providers")
    def providers() -> Response:
        rows = [{"key": row.key, "name": row.name, "description": row.description} for row in PROVIDERS.values()]
        return table(rows, ("key", "name"))

    @app.get("/v1/lists/statuses")
    def statuses() -> Response:
        rows = [{"key": key, "name": name, "description": words} for key, (name, words) in STATUSES.items()]
        return table(rows, ("key", "name"))

    @app.get("/v1/lists/tariffs")
    def tariffs() -> Response:
        rows = [
            {"id": row.id, "providerKey": row.provider, "name": row.name, "description": row.code, "aliasName": None,
             "weightMin": 0, "weightMax": row.max_weight, "pickupType": row.pickup, "deliveryType": row.delivery}
            for row in TARIFFS.values()
        ]  # fmt: skip
        return table(rows, ("id", "providerKey", "name"))

    @app.get("/v1/lists/services")
    def services() -> Response:
        names = ("providerKey", "name", "extraParamName", "valueType", "valueDescription")
        key = request.args.get("providerKey")
        rows = [dict(zip(names, row, strict=True)) | {"description": ""} for row in SERVICES]
        return answer(apiship, [row for row in rows if key in (None, "", row["providerKey"])])

    @app.get("/v1/lists/<any(pickupTypes, deliveryTypes, paymentMethods):name>")
    def named(name: str) -> Response:
        return answer(apiship, [{"id": row[0], "name": row[1], "description": row[2]} for row in _NAMED[name]])

    @app.get("/v1/lists/<any(operationTypes, pointTypes):name>")
    def described(name: str) -> Response:
        return answer(apiship, [{"id": row[0], "description": row[1]} for row in _DESCRIBED[name]])


def _connections(app: Flask, apiship: ApiShip) -> None:
    def rows() -> list[dict[str, Any]]:
        fixed: dict[str, Any] = {"companyId": "77", "insuranceRate": None, "cashServiceRate": None}
        fixed |= {"connectParams": {}, "isUseBaseConnect": 0}
        first = [
            fixed | {"id": key, "providerKey": provider, "name": f"Договор {provider}"}
            for key, provider in account().connections
        ]
        return first + apiship.more_connections.get(account().login, [])

    @app.get("/v1/connections")
    def connections() -> Response:
        limit, offset = paging.window(request.args, 10, 100, 5000)
        # Its filter is JSON, unlike those of the lists (§6).
        try:
            wanted = json.loads(request.args.get("filter") or "{}")
        except ValueError:
            raise Refused("040010") from None
        if strange := sorted(set(wanted) - {"id", "providerKey", "name"}):
            raise Refused("040011", description=", ".join(strange))
        kept = [row for row in rows() if all(str(row[name]) == str(value) for name, value in wanted.items())]
        return answer(apiship, paging.cut(kept, limit, offset))

    @app.get("/v1/connections/<key>")
    def connection(key: str) -> Response:
        found = next((row for row in rows() if row["id"] == key), None)
        if found is None:
            raise Refused("040016")
        return answer(apiship, found)

    @app.post("/v1/connections")
    def connect() -> Response:
        """Kept and shown; a carrier that is not the account's own is not carried by it (`model.ACCOUNTS` is fixed)."""
        data = body()
        if problems := [missing(name) for name in ("providerKey", "name") if not data.get(name)]:
            raise Refused("040002", problems)
        with apiship.lock:
            row = {"insuranceRate": None, "cashServiceRate": None, "connectParams": {}, "isUseBaseConnect": 0} | data
            row |= {"id": str(next(apiship.numbers)), "companyId": "77"}
            apiship.more_connections.setdefault(account().login, []).append(row)
        return answer(apiship, row)
