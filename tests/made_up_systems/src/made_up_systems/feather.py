"""Feather: carries nothing above five kilograms, and says so in words and a code of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote, TestStep
from b24app.logistics.problem import Field
from b24app.systems.plugin import OpenContext

from .base import Line, Plugin, manifest, place, refuse, test_steps

_SERVICES = (("drift", {"ru": "Дуновение", "en": "Drift"}),)
_WORDS = {"W-5": ("too_big_for_service", Field.WEIGHT)}


def build(request: ShipmentRequest) -> dict[str, Any]:
    return {"parcels": [{"w": parcel.weight_g} for parcel in request.parcels], "dest": {"city": place(request)}}


def parse(said: Mapping[str, Any]) -> list[Quote]:
    """Raises Refused with what they answer instead."""
    if "fault" in said:
        code, field = _WORDS.get(said["fault"]["code"], ("service_unavailable", Field.SERVICE))
        raise refuse(code, field, said["fault"]["code"], said["fault"]["text"])
    price = Money(int(said["price"]["kop"]))
    return [Quote("drift", price, said["days"], said["days"], lines=(PriceLine("tariff", price),))]


class Feather:
    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._prices(build(request))

    def quote(self, request: ShipmentRequest) -> Quote:
        return self.offers(request)[0]

    def _prices(self, body: Mapping[str, Any]) -> list[Quote]:
        return parse(self._line.send("POST", "price", "price", json={"token": self._line.key, **body}))

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        body = {"parcels": [{"w": 100}], "dest": {"city": "Казань"}}
        return test_steps(self._line, lambda: self._prices(body))


PLUGIN = Plugin(manifest("feather", {"ru": "Пёрышко", "en": "Feather"}, _SERVICES, max_weight_g=5_000), Feather)
