"""Hare: quick, names every part of its price, and takes orders. JSON, rubles as texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, fingerprint_of
from b24app.logistics.ports import PriceLine, Quote, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.plugin import OpenContext

from .base import Line, Plugin, manifest, place, refuse, test_steps

_SERVICES = (
    ("hop", {"ru": "Прыжок", "en": "Hop"}),
    ("leap", {"ru": "Скачок", "en": "Leap"}),
)
_TRIAL = {"to": "Казань", "grams": 1000, "cash": "0", "worth": "0"}


def build(request: ShipmentRequest) -> dict[str, Any]:
    """The question: only what the price depends on."""
    return {
        "to": place(request),
        "grams": request.weight_g,
        "cash": _rubles(request.cod),
        "worth": _rubles(_worth(request)),
    }


def _worth(request: ShipmentRequest) -> Money:
    """Of a parcel whose value nobody declared, what the goods cost."""
    if request.declared is not None:
        return request.declared
    return Money(sum(item.price.minor * item.quantity for parcel in request.parcels for item in parcel.items))


def parse(said: Mapping[str, Any]) -> list[Quote]:
    """Every rate with its parts; VAT stands within them."""
    return [_quote(row) for row in said["rates"]]


def _quote(row: Mapping[str, Any]) -> Quote:
    parts = row["parts"]
    lines = [PriceLine("tariff", Money.of(parts["base"]), weight_g=int(row["grams"]))]
    if "insurance" in parts:
        lines.append(PriceLine("insurance", Money.of(parts["insurance"]), percent="0.75", of=Money.of(row["worth"])))
    if "cash" in parts:
        lines.append(PriceLine("cod", Money.of(parts["cash"]), percent="2", of=Money.of(row["cash"])))
    lines.append(PriceLine("vat", Money.of(row["vat"]), percent=str(row["vat_percent"]), within=True))
    days = row["days"]
    return Quote(row["code"], Money.of(row["rubles"]), days[0], days[1], preliminary=False, lines=tuple(lines))


def _rubles(money: Money | None) -> str:
    return f"{money.amount:.2f}" if money else "0"


class Hare:
    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._prices(build(request))

    def quote(self, request: ShipmentRequest) -> Quote:
        found = next((one for one in self.offers(request) if one.service_code == request.service_code), None)
        if found is None:
            raise refuse("service_unavailable", Field.SERVICE, "", "")
        return found

    def _prices(self, body: Mapping[str, Any]) -> list[Quote]:
        return parse(self._line.send("POST", "v1/prices", "prices", json=dict(body), headers=self._key))

    @property
    def _key(self) -> dict[str, str]:
        return {"X-Key": self._line.key}

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        return test_steps(self._line, lambda: self._prices(_TRIAL))

    # --- Orders: decided at once ------------------------------------------------------------------------------------

    def create(self, request: ShipmentRequest) -> OrderState:
        body = {
            "number": request.number,
            "rate": request.service_code,
            "name": request.recipient.name,
            "phone": request.recipient.phone,
            "grams": [parcel.weight_g for parcel in request.parcels],
            "price": build(request),
        }
        try:
            said = self._line.send("POST", "v1/orders", "orders.create", json=body, headers=self._key)
        except Unavailable as error:
            raise Uncertain(f"orders.create: {error}") from error
        if "error" in said:
            raise Refused([Problem("refused_unknown", Field.ORDER, Who.CARRIER, "", str(said["error"]))])
        return _order(said)

    def find(self, number: str) -> OrderState | None:
        said = self._line.send("GET", "v1/orders", "orders.find", params={"number": number}, headers=self._key)
        return _order(said["orders"][0]) if said["orders"] else None

    def read(self, remote_id: str) -> OrderState:
        said = self._line.send("GET", f"v1/orders/{remote_id}", "orders.read", headers=self._key)
        return _order(said) if "id" in said else OrderState(remote_id, gone=True)


def _order(row: Mapping[str, Any]) -> OrderState:
    return OrderState(
        remote_id=row["id"],
        number=row["number"],
        decision=Decision.ACCEPTED,
        order_number=row["id"],
        tracking_number=row["track"],
        price=Money.of(row["rubles"]),
        fingerprint=fingerprint_of(row["name"], row["phone"], row["grams"]),
    )


PLUGIN = Plugin(
    manifest("hare", {"ru": "Заяц Экспресс", "en": "Hare Express"}, _SERVICES, ("Orders",), max_weight_g=30_000), Hare
)
