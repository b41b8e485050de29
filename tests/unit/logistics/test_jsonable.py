"""Models survive the way through JSON, also when written by another version."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from b24app.flows.snapshot import CatalogueSize, DealSnapshot, PipelineConfig, ProductRow, Role, Source
from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status

REQUEST = ShipmentRequest(
    number="wb-1-1",
    service_code="parcel",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария", "8900", "+79000001462", "12", spare_phones=("+79000001463",)),
    parcels=(Parcel(700, 1, 2, 3, (Item("Чашка", "C", 2, Money(45000), 300, guessed=True),), ("weight:portal",)),),
    address=read_address("420111, Казань, Баумана 5", lat=55.7, lon=49.1),
    sender=Sender("Иван", address=read_address("Москва")),
    cod=Money(90000),
)
EVENT = TrackingEvent(
    "X", "Икс", Status.IN_TRANSIT, datetime(2026, 11, 23, tzinfo=UTC), "Тверь", "2", Incident.NO_ANSWER
)
STATE = OrderState(
    "uuid", "wb-1-1", Decision.ACCEPTED, "15", price=Money(1), promised=date(2026, 11, 25), events=(EVENT,),
    problems=(Problem("phone_invalid", Field.PHONE, Who.MANAGER, params={"value": "8"}),), cancel=Decision.PENDING,
)  # fmt: skip


@pytest.mark.parametrize("model", [REQUEST, STATE])
def test_a_model_comes_back_equal(model: ShipmentRequest | OrderState) -> None:
    assert type(model).from_json(json.loads(json.dumps(model.to_json()))) == model


def test_maps_keyed_by_enums_come_back() -> None:
    pipeline = PipelineConfig(
        "wb", 0, "C1:SHIP", 1, {DeliveryKind.PICKUP: "parcel"}, status_stages={Status.CREATED: "S"}
    )
    assert PipelineConfig.from_json(json.loads(json.dumps(pipeline.to_json()))) == pipeline


def test_snapshots_with_decimals_come_back() -> None:
    from decimal import Decimal

    row = ProductRow(1, "Гвозди", Money(100), Decimal("1.5"), sizes=(CatalogueSize(Source.PARENT, 7.5),))
    deal = DealSnapshot(5, rows=(row,), fields={Role.PHONE: "8900"})
    assert DealSnapshot.from_json(json.loads(json.dumps(deal.to_json()))) == deal


def test_keys_of_a_newer_version_are_ignored_and_missing_ones_take_defaults() -> None:
    data = {"minor": 5, "colour": "green"}
    assert Money.from_json(data) == Money(5, "RUB")


def test_a_missing_field_without_a_default_is_named() -> None:
    with pytest.raises(KeyError, match=r"Recipient\.phone_raw"):
        Recipient.from_json({"name": "Мария"})


def test_a_value_of_a_wrong_shape_is_refused() -> None:
    with pytest.raises(TypeError, match="Money"):
        ShipmentRequest.from_json({**REQUEST.to_json(), "cod": "900"})
