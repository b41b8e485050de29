"""Crane's own emulator, on the sandbox's kernel: found through the entry point `waybill.sandbox`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import Flask, request

from sandbox.kernel.carrier import Carrier, Step, Switches
from sandbox.kernel.gate import Origin
from sandbox.kernel.pdf import label_pdf
from sandbox.kernel.steering import CarrierSystem
from sandbox.kernel.system import Context, CoverageRow, System

KEY = "crane-key-4f1d8a"
TOWNS = {"Казань": (1, 55.79, 49.12), "Москва": (2, 55.75, 37.62), "Екатеринбург": (3, 56.84, 60.6)}
PAGE = 200


@dataclass
class Order:
    id: str
    said: dict[str, Any]
    history: list[dict[str, Any]] = field(default_factory=list)
    closed: str = ""

    def row(self) -> dict[str, Any]:
        return {"id": self.id, **self.said, "history": self.history}

    @property
    def code(self) -> str:
        return str(self.history[-1]["code"])


class CraneMemory(Carrier[Order]):
    code: ClassVar[str] = "crane"
    routes: ClassVar[Mapping[str, Sequence[Step]]] = {
        "delivered": [{"code": code} for code in ("NEST", "SKY", "NEAR", "GIVEN")],
        "returned": [{"code": code} for code in ("NEST", "SKY", "NEAR", "NOBODY", "BACK", "HOME")],
        "lost": [{"code": code} for code in ("NEST", "LOST")],
        "cancelled": [{"code": "OFF"}],
        "unknown_code": [{"code": code} for code in ("NEST", "MOON")],
        "stay": [],
    }
    fixed: ClassVar[frozenset[str]] = frozenset({"base_url"})

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        super().__init__(context, Switches)

    def clear(self) -> None:
        self.orders: dict[str, Order] = {}
        self.returns: dict[str, Order] = {}
        self.visits: dict[str, dict[str, Any]] = {}
        self.news: list[tuple[int, str]] = []
        self.ids, self.rows = itertools.count(7001), itertools.count(1)

    def find(self, key: str) -> Order | None:
        return self.orders.get(key) or next((each for each in self.orders.values() if each.said["number"] == key), None)

    def all_orders(self) -> Iterable[Order]:
        return self.orders.values()

    def facts(self, order: Order) -> Mapping[str, str]:
        said = order.said
        return {"number": said["number"], "recipient": said["name"], "phone": said["phone"], "comment": said["note"],
                "point": said["point"]}  # fmt: skip

    def move(self, order: Order, step: Step) -> None:
        row = {"code": str(step["code"]), "at": self.now().isoformat()}
        order.history.append({**row, "why": step["why"]} if "why" in step else row)
        if order.id in self.orders:
            self.news.append((next(self.rows), order.id))

    def route_of(self, order: Order) -> str:
        return "delivered"

    def is_over(self, order: Order) -> bool:
        return order.code in ("OFF", "GIVEN", "HOME", "LOST")

    def summary(self, order: Order) -> Mapping[str, Any]:
        return {"id": order.id, "number": order.said["number"], "code": order.code}

    def detail(self, order: Order) -> Mapping[str, Any]:
        return order.row()


class Fault(Exception):  # noqa: N818 - theirs
    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(code)
        self.answer = {"error": {"code": code, "text": text}}, status


def create_app(crane: CraneMemory) -> Flask:
    app = Flask("crane")
    app.register_error_handler(Fault, lambda fault: fault.answer)

    @app.before_request
    def who() -> Any:
        crane.settle()
        if request.headers.get("X-Key") != KEY:
            return {"error": {"code": "WHO", "text": "unknown key"}}, 401
        return None

    @app.get("/me")
    def me() -> Any:
        return {"name": "ООО Ромашка"}

    for add in (_orders, _one_order, _news, _after, _lists):
        add(app, crane)
    return app


def _orders(app: Flask, crane: CraneMemory) -> None:
    @app.post("/orders")
    def create() -> Any:
        said = dict(request.get_json())
        with crane.lock:
            if any(each.said["number"] == said["number"] and each.code != "OFF" for each in crane.orders.values()):
                raise Fault(409, "NUMBER_TAKEN", "this number is taken")
            if not said["point"] and said["town"] not in TOWNS:
                raise Fault(422, "NO_SUCH_TOWN", f"we do not fly to {said['town']}")
            order = Order(str(next(crane.ids)), said)
            refusal = crane.override_for(crane.facts(order), "errors")
            if refusal:
                raise Fault(422, str(refusal.errors[0]), "no crane would carry that")
            crane.orders[order.id] = order
            crane.move(order, {"code": "NEW"})
            crane.note("order.accepted", said["number"], id=order.id)
            crane.begin_walk(order)
            return _more(crane, {"order": order.row()}), 201

    @app.get("/orders")
    def read() -> Any:
        ids, number = request.args.get("ids"), request.args.get("number")
        with crane.lock:
            rows = [crane.orders[key] for key in (ids or "").split(",") if key in crane.orders]
            rows += [each for each in crane.orders.values() if number and each.said["number"] == number]
            return _more(crane, {"orders": [each.row() for each in rows]})

    @app.post("/prices")
    def prices() -> Any:
        said = request.get_json()
        grams = sum(box["g"] for box in said["boxes"])
        parts = {"tariff": 20000 + grams * 5, "insurance": said["worth"] // 100, "cod": said["cash"] * 3 // 100}
        return _more(crane, {"prices": [_price("wing", parts, 3), _price("claw", {**parts, "tariff": 90000}, 1)]})


def _price(rate: str, parts: Mapping[str, int], days: int) -> dict[str, Any]:
    return {"rate": rate, "parts": dict(parts), "total": sum(parts.values()), "days": days}


def _one_order(app: Flask, crane: CraneMemory) -> None:
    def one(key: str) -> Order:
        found = crane.orders.get(key)
        if found is None:
            raise Fault(404, "NO_SUCH_ORDER", "no such order")
        return found

    @app.patch("/orders/<key>")
    def change(key: str) -> Any:
        with crane.lock:
            order = one(key)
            if order.code != "NEW":
                raise Fault(409, "FLOWN", "the parcel is under way")
            order.said.update({name: request.get_json()[name] for name in ("name", "phone", "note")})
            return _more(crane, {"order": order.row()})

    @app.delete("/orders/<key>")
    def cancel(key: str) -> Any:
        with crane.lock:
            order = one(key)
            if order.code not in ("NEW", "OFF") or order.closed:
                raise Fault(409, "FLOWN", "the parcel is under way")
            if order.code == "NEW":
                crane.move(order, {"code": "OFF"})
                crane.note("order.cancelled", order.said["number"], id=order.id)
            return _more(crane, {"order": order.row()})

    @app.get("/orders/<key>/label.pdf")
    def label(key: str) -> Any:
        body = label_pdf([(one(key).id, [one(key).said["number"]])], "A6")
        return app.response_class(body, mimetype="application/pdf")


def _news(app: Flask, crane: CraneMemory) -> None:
    @app.get("/news")
    def news() -> Any:
        """An inbox: the same news until they are read; the page's number is that of its last row."""
        with crane.lock:
            told = [crane.orders[key].row() for key in dict.fromkeys(key for _, key in crane.news)]
            last = crane.news[-1][0] if crane.news else 0
            return _more(crane, {"page": last, "orders": told, "more": False})

    @app.post("/news/<int:page>/read")
    def mark(page: int) -> Any:
        with crane.lock:
            crane.news = [row for row in crane.news if row[0] > page]
            return {"read": page}


def _after(app: Flask, crane: CraneMemory) -> None:
    @app.post("/returns")
    def create_return() -> Any:
        said = request.get_json()
        with crane.lock:
            order = Order(str(next(crane.ids)), {**crane.orders[said["of"]].said, "number": said["number"]})
            crane.returns[order.id] = order
            crane.move(order, {"code": "NEW"})
            crane.note("return.accepted", said["number"], id=order.id)
            return {"order": order.row()}, 201

    @app.get("/returns")
    def returns() -> Any:
        wanted = {request.args.get("number"), request.args.get("id")}
        rows = [each for each in crane.returns.values() if {each.id, each.said["number"]} & wanted]
        return {"orders": [each.row() for each in rows]}

    @app.post("/visits")
    def call() -> Any:
        said = request.get_json()
        with crane.lock:
            found = {"id": str(next(crane.ids)), **said, "off": False}
            crane.visits[found["id"]] = found
            crane.note("courier.accepted", said["number"], id=found["id"])
            return {"visit": found}, 201

    @app.get("/visits")
    def visits() -> Any:
        return {"visits": [row for row in crane.visits.values() if row["number"] == request.args["number"]]}

    @app.delete("/visits/<key>")
    def call_off(key: str) -> Any:
        crane.visits[key]["off"] = True
        return {"visit": crane.visits[key]}

    @app.post("/days")
    def close() -> Any:
        said = request.get_json()
        with crane.lock:
            known = [key for key in said["ids"] if key in crane.orders]
            for key in known:
                crane.orders[key].closed = said["day"]
            return {"day": said["day"], "closed": known, "unknown": sorted(set(said["ids"]) - set(known))}


def _lists(app: Flask, crane: CraneMemory) -> None:
    @app.get("/points")
    def points() -> Any:
        rows: Iterator[dict[str, Any]] = _points(crane.switches.extra_points)
        if code := request.args.get("code"):
            return _more(crane, {"points": [row for row in rows if row["code"] == code], "more": False})
        first = int(request.args["page"]) * PAGE
        page = list(itertools.islice(rows, first, first + PAGE + 1))
        broken = [{"code": None}] * (crane.switches.broken_points if first == 0 else 0)
        return _more(crane, {"points": [*broken, *page[:PAGE]], "more": len(page) > PAGE})

    @app.get("/towns")
    def town() -> Any:
        name = request.args["name"]
        if name not in TOWNS:
            raise Fault(404, "NO_SUCH_TOWN", f"we do not fly to {name}")
        return _more(crane, {"town": {"id": TOWNS[name][0], "name": name}})


def _points(extra: int) -> Iterator[dict[str, Any]]:
    towns = list(TOWNS.items())
    for number in range(60 + extra):
        name, (_, lat, lon) = towns[number % len(towns)]
        yield {"code": f"P{number}", "town": name, "street": f"ул. Птичья, {number}", "lat": lat + number % 90 / 1000,
               "lon": lon, "most_g": 20_000, "days": [1, 2, 3, 4, 5], "opens": 600, "closes": 1200}  # fmt: skip


def _more(crane: CraneMemory, answer: dict[str, Any]) -> dict[str, Any]:
    """With fields that nobody documented, where that is wanted."""
    return {**answer, "feathers": {"white": 7}} if crane.switches.unknown_fields else answer


class CraneSystem(CarrierSystem):
    carrier: CraneMemory

    def __init__(self, context: Context) -> None:
        super().__init__(CraneMemory(context), [CoverageRow("everything", "works")])

    def origins(self) -> Sequence[Origin]:
        return [Origin("crane", create_app(self.carrier))]

    def started(self, urls: Mapping[str, str]) -> None:
        self.carrier.base_url = urls["crane"]

    def addresses(self) -> Mapping[str, Any]:
        return {"crane": {"base_url": self.carrier.base_url, "accounts": [{"key": KEY}]}}


SYSTEM = System("crane", "Crane", CraneSystem)
