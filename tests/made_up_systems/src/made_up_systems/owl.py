"""Owl: may think for half a minute before it says a word. One GET, prices in a list of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote, TestStep
from b24app.systems.plugin import OpenContext

from .base import Line, Plugin, manifest, place, test_steps

_SERVICES = (("night", {"ru": "Ночная почта", "en": "Night post"}),)


def build(request: ShipmentRequest) -> dict[str, str]:
    return {"where": place(request), "g": str(request.weight_g)}


def parse(said: Mapping[str, Any]) -> list[Quote]:
    return [Quote("night", Money.of(rubles), nights, nights) for rubles, nights in said["nights"]]


class Owl:
    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._prices(build(request))

    def quote(self, request: ShipmentRequest) -> Quote:
        return self.offers(request)[0]

    def _prices(self, params: Mapping[str, str]) -> list[Quote]:
        headers = {"Authorization": f"Owl {self._line.key}"}
        return parse(self._line.send("GET", "quote", "quote", params=dict(params), headers=headers))

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        return test_steps(self._line, lambda: self._line.send("GET", "hello", "hello"))


PLUGIN = Plugin(manifest("owl", {"ru": "Сова", "en": "Owl"}, _SERVICES), Owl)
