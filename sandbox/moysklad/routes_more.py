"""Addresses of stock reports, print forms, files and links (§5.9, 5.10)."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from .core import MoySklad, read_time
from .errors import Refused
from .model import Base, Entity
from .rules import lists, papers, stock
from .rules.reading import files, live
from .rules.saving import find_live
from .rules.view import API
from .wire import answer, body, caller

_MODES = ("all", "positiveOnly", "negativeOnly", "empty", "nonEmpty", "underMinimum")
_DAY = 86_400.0


def add(app: Flask, sklad: MoySklad) -> None:
    for part in (_current, _reports, _print, _files, _links, _publications):
        part(app, sklad)


# --- stock ------------------------------------------------------------------------------------------------------------


def _current(app: Flask, sklad: MoySklad) -> None:
    @app.get(f"{API}/report/stock/<any(all, bystore):way>/current")
    def current(way: str) -> Response:
        known = {"stockType", "include", "changedSince", "filter"}
        if strange := set(request.args) - known:
            raise Refused(1040, parameter=min(strange))
        if not caller().user.stock:
            raise Refused(13004)
        kind = request.args.get("stockType", "stock")
        if kind not in stock.KINDS:
            raise Refused(1084, "stockType", kind, ", ".join(stock.KINDS), parameter="stockType")
        since = _since(sklad)
        with sklad.lock:
            rows = _short(caller().base, way == "bystore", kind, since)
        broken: list[Any] = [{"assortmentId": None}] * sklad.switches.broken_points
        return answer(sklad, broken + rows)


def _since(sklad: MoySklad) -> float | None:
    text = request.args.get("changedSince")
    if text is None:
        return None
    moment = read_time(text)
    if moment is None or not sklad.time() - _DAY <= moment <= sklad.time():
        raise Refused(1084, "changedSince", text, "не больше 24 часов назад", parameter="changedSince")
    return moment


def _short(base: Base, by_store: bool, kind: str, since: float | None) -> list[dict[str, Any]]:
    wanted = _ids()
    zeros = request.args.get("include") == "zeroLines" or since is not None
    found: dict[tuple[str, str | None], float] = {}
    for (assortment, store), level in stock.levels(base).items():
        if not _takes(wanted, assortment, store):
            continue
        if since is not None and base.stock_moved.get((assortment, store), 0.0) < since:
            continue
        key = (assortment, (store or None) if by_store else None)
        found[key] = found.get(key, 0.0) + level.of(kind)
    rows = []
    for (assortment, place), amount in found.items():
        if amount or zeros:
            rows.append({"assortmentId": assortment, **({"storeId": place} if by_store else {}), kind: amount})
    return rows


def _ids() -> dict[str, set[str]]:
    """``filter=assortmentId=a,b;storeId=c``, also repeated (§5.9)."""
    found: dict[str, set[str]] = {}
    for part in ";".join(request.args.getlist("filter")).split(";"):
        name, _, values = part.partition("=")
        if part and name not in ("assortmentId", "storeId"):
            raise Refused(1034, f"неизвестное поле '{name}'", parameter="filter")
        if part:
            found.setdefault(name, set()).update(values.lower().split(","))
    return found


def _takes(wanted: dict[str, set[str]], assortment: str, store: str) -> bool:
    return all(
        value in wanted[name] for name, value in (("assortmentId", assortment), ("storeId", store)) if name in wanted
    )


def _reports(app: Flask, sklad: MoySklad) -> None:
    @app.get(f"{API}/report/stock/<any(all, bystore):way>")
    def report(way: str) -> Response:
        from .routes import page

        if not caller().user.stock:
            raise Refused(13003)
        found, wanted = lists.page_of("product", request.args), _report_filter()
        with sklad.lock:
            rows = _full(caller().base, wanted) if way == "all" else _by_store(caller().base, wanted)
            return page(
                sklad, f"/report/stock/{way}", "stock" if way == "all" else "stockbystore", rows, lambda row: row, found
            )


def _report_filter() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in ";".join(request.args.getlist("filter")).split(";"):
        name, _, value = part.partition("=")
        if part and name not in ("store", "product", "variant", "stockMode", "quantityMode"):
            raise Refused(1034, f"неизвестное поле '{name}'", parameter="filter")
        if name.endswith("Mode") and value not in _MODES:
            raise Refused(1014, name, value, parameter=name)
        if part:
            found.setdefault(name, []).append(value.rpartition("/")[2])
    return found


def _by_goods(base: Base, wanted: dict[str, list[str]]) -> dict[str, dict[str, stock.Level]]:
    goods = [*wanted.get("product", ()), *wanted.get("variant", ())]
    found: dict[str, dict[str, stock.Level]] = {}
    for (assortment, store), level in stock.levels(base).items():
        if store and (not goods or assortment in goods) and store in wanted.get("store", [store]):
            found.setdefault(assortment, {})[store] = level
    return found


def _named(base: Base, identifier: str) -> Entity:
    return base.of("product").get(identifier) or base.of("variant")[identifier]


def _fits(mode: str, amount: float) -> bool:
    return {"all": True, "positiveOnly": amount > 0, "negativeOnly": amount < 0, "empty": amount == 0,
            "nonEmpty": amount != 0, "underMinimum": False}[mode]  # fmt: skip


def _full(base: Base, wanted: dict[str, list[str]]) -> list[dict[str, Any]]:
    rows = []
    for identifier, places in _by_goods(base, wanted).items():
        goods, total = _named(base, identifier), stock.Level()
        for level in places.values():
            total.stock, total.reserve = total.stock + level.stock, total.reserve + level.reserve
        # `stockMode` takes all, `quantityMode` leaves out what is zero unless asked (§5.9).
        if not _fits(wanted.get("stockMode", ["all"])[0], total.stock):
            continue
        if not _fits(wanted.get("quantityMode", ["nonEmpty"])[0], total.of("quantity")):
            continue
        named = {name: goods.get(name) for name in ("name", "code", "article", "externalCode") if goods.get(name)}
        rows.append({"meta": caller().view.meta_of(goods), "stock": total.stock, "inTransit": total.transit,
                     "reserve": total.reserve, "quantity": total.of("quantity"), **named, "price": 0.0,
                     "salePrice": float(goods.get("salePrices", 0)), "stockDays": 1})  # fmt: skip
    return rows


def _by_store(base: Base, wanted: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [
        {"meta": caller().view.meta_of(_named(base, identifier)),
         "stockByStore": [{"meta": caller().view.meta_of(base.of("store")[store]), "name": base.of("store")[store].name,
                           "stock": level.stock, "reserve": level.reserve, "inTransit": level.transit}
                          for store, level in places.items()]}
        for identifier, places in _by_goods(base, wanted).items()
    ]  # fmt: skip


# --- papers -----------------------------------------------------------------------------------------------------------


def _print(app: Flask, sklad: MoySklad) -> None:
    @app.post(f"{API}/entity/<kind>/<identifier>/export")
    def export(kind: str, identifier: str) -> Response:
        data = body()
        with sklad.lock:
            document = live(caller().base, kind, identifier)
            token = papers.export(sklad, caller().reader, document, data)
            document.data["printed"] = True
            sklad.note("label.made", document.name, id=document.id)
        if sklad.switches.print_later:
            return Response(b"", 202, {"Location": f"{caller().host}{API}/print-status/{token}"})
        return Response(b"", 303, {"Location": f"{caller().host}/print/{token}"})

    @app.get(f"{API}/print-status/<token>")
    def status(token: str) -> Response:
        if token not in sklad.links:
            raise Refused(1021, "print", token)
        return Response(b"", 303, {"Location": f"{caller().host}/print/{token}"})


def _files(app: Flask, sklad: MoySklad) -> None:
    def shown(entity: Entity) -> list[dict[str, Any]]:
        return [caller().view.paper(entity, paper) for paper in entity.files]

    @app.get(f"{API}/entity/<kind>/<identifier>/files")
    def read_files(kind: str, identifier: str) -> Response:
        from .routes import page

        found = lists.page_of(kind, request.args)
        with sklad.lock:
            entity = find_live(caller().base, kind, identifier)
            return page(sklad, f"/entity/{kind}/{entity.id}/files", "files", shown(entity), lambda row: row, found)

    @app.post(f"{API}/entity/<kind>/<identifier>/files")
    def add_files(kind: str, identifier: str) -> Response:
        data = body()
        with sklad.lock:
            if not caller().user.writes:
                raise Refused(1017)
            entity = live(caller().base, kind, identifier)
            caller().saver.attach(entity, files(data))
            return answer(sklad, shown(entity))

    @app.delete(f"{API}/entity/<kind>/<identifier>/files/<paper>")
    def drop_file(kind: str, identifier: str, paper: str) -> Response:
        with sklad.lock:
            if not caller().user.writes:
                raise Refused(1017)
            entity = live(caller().base, kind, identifier)
            if paper not in [row.id for row in entity.files]:
                raise Refused(1021, "files", paper)
            entity.files = [row for row in entity.files if row.id != paper]
            return Response(b"", 200)

    @app.get(f"{API}/download/<identifier>")
    def download(identifier: str) -> Response:
        seconds = request.headers.get("X-Lognex-Download-Expiration-Seconds", str(sklad.switches.download_seconds))
        with sklad.lock:
            paper = papers.paper_of(caller().base, identifier)
            if paper is None:
                raise Refused(1021, "files", identifier)
            stem, _, extension = paper.filename.rpartition(".")
            token = papers.keep(sklad, paper.content, extension, stem, min(float(seconds), _DAY))
        return Response(b"", 302, {"Location": f"{caller().host}/temp/{token}"})


def _links(app: Flask, sklad: MoySklad) -> None:
    """Nobody signs in here."""

    @app.get("/<any(print, temp):_where>/<token>")
    def link(_where: str, token: str) -> Response:
        until, kind, _name, content = sklad.links.get(token, (0.0, "", "", b""))
        if until <= sklad.time():
            return Response(b"<html><body>404 Not Found</body></html>", 404, content_type="text/html")
        return Response(content, 200, content_type=kind)

    @app.get("/p/<short>")
    def public(short: str) -> Response:
        return Response(f"<html><body>{short}</body></html>", 200, content_type="text/html;charset=utf-8")


def _publications(app: Flask, sklad: MoySklad) -> None:
    where = f"{API}/entity/<any(customerorder, demand):kind>/<identifier>/publication"

    @app.get(where)
    def publications(kind: str, identifier: str) -> Response:
        from .routes import page

        found = lists.page_of(kind, request.args)
        with sklad.lock:
            entity = find_live(caller().base, kind, identifier)
            rows = list(caller().base.of(f"{entity.id}.publication").values())
            path = f"/entity/{kind}/{entity.id}/publication"
            return page(
                sklad,
                path,
                "operationpublication",
                rows,
                lambda row: papers.published(caller().host, entity, row),
                found,
            )

    @app.post(where)
    def publish(kind: str, identifier: str) -> Response:
        data = body()
        with sklad.lock:
            entity = live(caller().base, kind, identifier)
            row, fresh = papers.publish(sklad, caller().reader, entity, data)
            return answer(sklad, papers.published(caller().host, entity, row), 201 if fresh else 200)

    @app.delete(f"{where}/<row_id>")
    def withdraw(kind: str, identifier: str, row_id: str) -> Response:
        with sklad.lock:
            entity = live(caller().base, kind, identifier)
            if caller().base.of(f"{entity.id}.publication").pop(row_id, None) is None:
                raise Refused(1021, "operationpublication", row_id)
            return Response(b"", 204)
