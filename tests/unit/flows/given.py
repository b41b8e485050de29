"""A deal that ships, and ways to change it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from b24app.flows.snapshot import (
    CatalogueSize,
    DealSnapshot,
    Defaults,
    Person,
    Phone,
    PipelineConfig,
    ProductRow,
    Role,
    ShipmentView,
    Source,
    StageMove,
)
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.status import Status

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHIP = "C3:SHIP"
SIZE = CatalogueSize(Source.VARIATION, 300, 100, 90, 80)
ROW = ProductRow(1, "Чашка", Money.of(450), Decimal(2), sku="CUP-1", sizes=(SIZE,))
MARIA = Person(88, "Мария Северцева", (Phone("8 900 000-14-62", "MOBILE"),), ("maria@example.test",))


def deal(**changes: Any) -> DealSnapshot:
    basic: dict[str, Any] = {
        "deal_id": 42,
        "title": "Чашки для Марии",
        "category": 3,
        "stage": SHIP,
        "contacts": (MARIA,),
        "fields": {Role.ADDRESS: "Казань, Баумана 5|55.78;49.12|214"},
        "rows": (ROW,),
        "moved_at": NOW - timedelta(minutes=1),
    }
    return DealSnapshot(**{**basic, **changes})


def fields(**by_role: Any) -> dict[Role, Any]:
    return {Role[name.upper()]: value for name, value in by_role.items()}


def pipeline(**changes: Any) -> PipelineConfig:
    basic: dict[str, Any] = {
        "portal_code": "wb",
        "category": 3,
        "trigger_stage": SHIP,
        "connection_id": 1,
        "services": {DeliveryKind.COURIER: "parcel", DeliveryKind.PICKUP: "parcel"},
        "cursor": 100,
        "delivery_types": {"31": DeliveryKind.COURIER, "32": DeliveryKind.PICKUP},
        "defaults": Defaults(packaging_g=50),
        "status_stages": {Status.IN_TRANSIT: "C3:WAY", Status.DELIVERED: "C3:WON"},
        "stage_order": ("C3:NEW", SHIP, "C3:WAY", "C3:WON", "C3:LOSE"),
    }
    return PipelineConfig(**{**basic, **changes})


def move(history_id: int = 101, ago_s: float = 60, stage: str = SHIP, deal_id: int = 42) -> StageMove:
    return StageMove(history_id, deal_id, 3, stage, NOW - timedelta(seconds=ago_s))


def shipment(status: Status = Status.CREATED, **changes: Any) -> ShipmentView:
    basic: dict[str, Any] = {
        "id": 7,
        "n": 1,
        "number": "wb-42-1",
        "status": status,
        "trigger_history_id": 101,
        "sent": status is not Status.DRAFT,
        "status_at": NOW - timedelta(minutes=5),
        "accepted_at": NOW - timedelta(minutes=5),
    }
    return ShipmentView(**{**basic, **changes})
