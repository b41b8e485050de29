"""Barter: takes no money from recipients. One question, one verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote, TestStep
from b24app.logistics.problem import Field
from b24app.systems.plugin import OpenContext

from .base import Line, Plugin, manifest, place, refuse, test_steps

_SERVICES = (("swap", {"ru": "Обмен", "en": "Swap"}),)


def build(request: ShipmentRequest) -> dict[str, Any]:
    return {"do": "price", "to": place(request), "weight": request.weight_g, "cod": bool(request.cod)}


def parse(said: Mapping[str, Any]) -> list[Quote]:
    """Raises Refused."""
    if said["verdict"] == "NO_CASH":
        raise refuse("cod_not_allowed", Field.COD, "NO_CASH", said["why"])
    if said["verdict"] != "YES":
        raise refuse("service_unavailable", Field.SERVICE, said["verdict"], said.get("why", ""))
    price, vat = Money.of(said["sum"]), Money.of(said["vat"])
    lines = (PriceLine("tariff", price), PriceLine("vat", vat, percent="22", within=True))
    return [Quote("swap", price, said["from_days"], said["to_days"], lines=lines)]


class Barter:
    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._prices(build(request))

    def quote(self, request: ShipmentRequest) -> Quote:
        return self.offers(request)[0]

    def _prices(self, body: Mapping[str, Any]) -> list[Quote]:
        return parse(self._line.send("POST", "", "price", json=dict(body), headers={"X-Barter": self._line.key}))

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        body = {"do": "price", "to": "Казань", "weight": 1000, "cod": False}
        return test_steps(self._line, lambda: self._prices(body))


PLUGIN = Plugin(manifest("barter", {"ru": "Бартер", "en": "Barter"}, _SERVICES), Barter)
