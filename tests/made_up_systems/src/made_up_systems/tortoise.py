"""Tortoise: takes its time. Forms instead of JSON, kopecks, days as one text, and one sum without parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote, TestStep
from b24app.logistics.problem import Field
from b24app.systems.plugin import OpenContext

from .base import Line, Plugin, manifest, place, refuse, test_steps

_SERVICES = (("stroll", {"ru": "Прогулка", "en": "Stroll"}),)


def build(request: ShipmentRequest, key: str) -> dict[str, str]:
    return {"key": key, "city": place(request), "kg": f"{request.weight_g / 1000:.3f}"}


def parse(said: Mapping[str, Any]) -> list[Quote]:
    """`{"stroll": [41860, "3-5"]}`"""
    return [_quote(code, *row) for code, row in said["tariffs"].items()]


def _quote(code: str, kopecks: int, days: str) -> Quote:
    first, _, last = days.partition("-")
    return Quote(code, Money(kopecks), int(first), int(last or first))


class Tortoise:
    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._prices(build(request, self._line.key))

    def quote(self, request: ShipmentRequest) -> Quote:
        found = self.offers(request)
        if not found:
            raise refuse("service_unavailable", Field.SERVICE, "", "")
        return found[0]

    def _prices(self, form: Mapping[str, str]) -> list[Quote]:
        return parse(self._line.send("POST", "calc", "calc", form=dict(form)))

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        form = {"key": self._line.key, "city": "Казань", "kg": "1", "try": "1"}
        return test_steps(self._line, lambda: self._prices(form))


PLUGIN = Plugin(manifest("tortoise", {"ru": "Тортилла", "en": "Tortoise"}, _SERVICES), Tortoise)
