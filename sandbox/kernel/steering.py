"""The control API that every emulated carrier has, mounted at ``/<code>`` of the control origin; and the rest of what a
`Running` needs around a `Carrier`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar
from wsgiref.types import WSGIApplication

from flask import Flask, request

from .carrier import Carrier
from .gate import Origin
from .system import CoverageRow

Answer = dict[str, Any]
O_co = TypeVar("O_co", covariant=True)  # an order, as the carrier keeps it


class Keeper(Protocol[O_co]):
    """Whoever keeps orders: a `Carrier`, and CDEK, which is none."""

    @property
    def lock(self) -> AbstractContextManager[Any]: ...

    def settle(self) -> None: ...

    def find(self, key: str) -> O_co | None: ...


def json_body(*known: str) -> dict[str, Any]:
    """The object that was sent; raises ValueError for other keys than ``known`` (none named: any)."""
    data = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(data, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004  (answered as HTTP 400)
    if known and (strange := sorted(set(data) - set(known))):
        raise ValueError(f"unknown keys: {', '.join(strange)} (known: {', '.join(known)})")
    return data


@contextmanager
def found(keeper: Keeper[O_co], key: str) -> Iterator[O_co]:
    """The order as it is now, by any number that ``find`` knows. It is looked up and held under the lock: nobody sees
    half of what is read or done here. Raises LookupError."""
    keeper.settle()
    with keeper.lock:
        order = keeper.find(key)
        if order is None:
            raise LookupError(f"no such order: {key}")
        yield order


def create_control(carrier: Carrier[Any]) -> Flask:
    """Settings, orders, overrides. A carrier adds its own routes to what this returns."""
    app = Flask(f"sandbox.{carrier.code}.control")
    app.register_error_handler(ValueError, lambda problem: ({"error": str(problem)}, 400))
    app.register_error_handler(LookupError, lambda problem: ({"error": str(problem.args[0])}, 404))
    for add in (_settings, _orders, _overrides):
        add(app, carrier)
    return app


def _settings(app: Flask, carrier: Carrier[Any]) -> None:
    @app.get("/settings")
    def read_settings() -> Answer:
        with carrier.lock:
            return dict(vars(carrier.switches))

    @app.post("/settings")
    def change_settings() -> Answer:
        spec = json_body()
        with carrier.lock:
            carrier.switches.update(spec)
            if "seed" in spec:
                carrier.rng.seed(carrier.switches.seed)
        return read_settings()


def _orders(app: Flask, carrier: Carrier[Any]) -> None:
    @app.get("/orders")
    def list_orders() -> Answer:
        carrier.settle()
        with carrier.lock:
            return {"orders": [dict(carrier.summary(order)) for order in carrier.all_orders()]}

    @app.get("/orders/<key>")
    def read_order(key: str) -> Answer:
        with found(carrier, key) as order:
            return dict(carrier.detail(order))

    @app.post("/orders/<key>/status")
    def move_order(key: str) -> Answer:
        step = json_body()
        with found(carrier, key) as order:
            carrier.move(order, step)
            return dict(carrier.summary(order))

    @app.post("/orders/<key>/route")
    def start_route(key: str) -> Answer:
        name = json_body("route").get("route")
        with found(carrier, key) as order:
            carrier.walk(order, None if name is None else str(name))
            return dict(carrier.summary(order))


def _overrides(app: Flask, carrier: Carrier[Any]) -> None:
    @app.get("/overrides")
    def list_overrides() -> Answer:
        with carrier.lock:
            return {"overrides": [each.as_json() for each in carrier.overrides], "routes": sorted(carrier.routes)}

    @app.post("/overrides")
    def add_override() -> Answer:
        return carrier.add_override(json_body()).as_json()

    @app.delete("/overrides")
    def clear_overrides() -> Answer:
        with carrier.lock:
            carrier.overrides.clear()
        return {"cleared": True}


class CarrierSystem:
    """A `Running` of one carrier. Subclasses give ``origins``, ``started`` and ``addresses``."""

    def __init__(
        self, carrier: Carrier[Any], coverage: Sequence[CoverageRow], control: Callable[[Any], Flask] = create_control
    ) -> None:
        self.carrier = carrier
        self._coverage = coverage
        self._control = control(carrier)

    def origins(self) -> Sequence[Origin]:
        raise NotImplementedError

    def started(self, urls: Mapping[str, str]) -> None:
        raise NotImplementedError

    def addresses(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def control(self) -> WSGIApplication:
        return self._control

    def reset(self) -> None:
        self.carrier.reset()

    def remember(self) -> Callable[[], None]:
        return self.carrier.remember()

    def seed(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """``settings`` (an object) and ``overrides`` (a list), as the control API takes them."""
        with self.carrier.lock:
            self.carrier.switches.update(spec.get("settings") or {})
        for row in spec.get("overrides") or []:
            self.carrier.add_override(row)
        return {"overrides": len(self.carrier.overrides)}

    def coverage(self) -> Sequence[CoverageRow]:
        return self._coverage

    def stop(self) -> None:
        self.carrier.timers.stop()
