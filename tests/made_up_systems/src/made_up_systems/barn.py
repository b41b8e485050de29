"""Barn: a warehouse that does not exist. It picks, packs and measures, is told who carries, and keeps papers."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import Parcel, Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of_name
from b24app.logistics.picking import Packed, PickedLine
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import Attachment, Carriage, FiledDocument
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, TrackPolicy

from .base import FORM, Line, Plugin, refuse, test_steps

STATUSES = {"new": Status.CREATED, "picking": Status.ACCEPTED_AT_WAREHOUSE, "gone": Status.IN_TRANSIT,
            "off": Status.CANCELLED, "short": None, "packed": None}  # fmt: skip


def build(request: ShipmentRequest) -> dict[str, Any]:
    rows: dict[str, dict[str, Any]] = {}
    for item in (item for parcel in request.parcels for item in parcel.items):
        row = rows.setdefault(item.sku, {"sku": item.sku, "name": item.name, "n": 0})
        row["n"] += item.quantity
    return {"number": request.number, "name": request.recipient.name, "goods": list(rows.values())}


def parse(row: Mapping[str, Any]) -> OrderState:
    packed = row["packed"]
    return OrderState(
        remote_id=row["id"],
        number=row["number"],
        decision=Decision.ACCEPTED,
        order_number=row["id"],
        events=tuple(event(each) for each in row["history"]),
        fingerprint=fingerprint_of_name(row["name"]),
        gone=row["state"] == "burnt",
        cancel=Decision.ACCEPTED if row["state"] == "off" else None,
        lines=tuple(
            PickedLine(each["sku"], Decimal(each["n"]), Decimal(each.get("picked", 0)), name=each["name"])
            for each in row["goods"]
        ),
        packed=Packed(datetime.fromisoformat(packed["at"]), tuple(Parcel(*box) for box in packed["boxes"]))
        if packed
        else None,
    )


def event(row: Mapping[str, Any]) -> TrackingEvent:
    short = row["code"] == "short"
    problem = Problem("short_picked", Field.ITEMS, params=row.get("short", {})) if short else None
    return TrackingEvent(
        row["code"],
        row["text"],
        STATUSES.get(row["code"], Status.UNKNOWN),
        datetime.fromisoformat(row["at"]),
        incident=Incident.MISSING_GOODS if short else None,
        problem=problem,
    )


class Barn:
    """Orders, Tracking, Cancels, Onward, Documents, ConnectionTest."""

    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)

    def create(self, request: ShipmentRequest) -> OrderState:
        said = self._line.send("POST", "orders", "orders.create", json={"key": self._line.key, **build(request)})
        if "unknown" in said:
            raise refuse("article_unknown", Field.ITEMS, "A-404", "Такого не держим", sku=said["unknown"])
        if "taken" in said:
            raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL)])
        return parse(said["order"])

    def find(self, number: str) -> OrderState | None:
        return next(iter(self._orders({"number": number})), None)

    def read(self, remote_id: str) -> OrderState:
        return next(iter(self.read_many([remote_id])), OrderState(remote_id, gone=True))

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        return self._orders({"ids": ",".join(remote_ids)})

    def _orders(self, params: Mapping[str, str]) -> list[OrderState]:
        said = self._line.send("GET", "orders", "orders.find", params={"key": self._line.key, **params})
        return [parse(row) for row in said["orders"]]

    def cancel(self, remote_id: str) -> OrderState:
        said = self._line.send("POST", f"orders/{remote_id}/off", "orders.cancel", json={"key": self._line.key})
        if "late" in said:
            raise refuse("too_late_to_cancel", Field.ORDER, "A-409", "Уже уехало")
        return parse(said["order"])

    def tell(self, remote_id: str, carriage: Carriage) -> OrderState | None:
        body = {"key": self._line.key, **carriage.to_json()}
        self._line.send("POST", f"orders/{remote_id}/carrier", "orders.carrier", json=body)
        return None

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        file = base64.b64encode(document.content).decode()
        body = {
            "key": self._line.key,
            "paper": document.key,
            "kind": document.kind,
            "name": document.name,
            "file": file,
        }
        said = self._line.send("POST", f"orders/{remote_id}/papers", "orders.papers", json=body)
        if "full" in said:
            raise refuse("paper_too_big", Field.ORDER, "A-413", "Места нет")
        return FiledDocument(said["paper"], document.name, document.kind, ours=document.key)

    def documents(self, remote_id: str) -> list[FiledDocument]:
        return []

    def fetch_document(self, remote_id: str, key: str) -> bytes:
        raise refuse("paper_refused", Field.ORDER, "", "")

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        return test_steps(self._line, lambda: self._orders({"number": "none"}))


PLUGIN = Plugin(
    Manifest(
        code="barn",
        title={"ru": "Амбар", "en": "Barn"},
        kind="warehouse",
        ports=("Orders", "Tracking", "Cancels", "Onward", "Documents", "ConnectionTest"),
        limits={},
        settings_form=FORM,
        rate=RatePolicy(per_second=50, concurrency=6),
        base_urls={"live": "", "test": ""},
        services=(("pick", {"ru": "Сборка на складе", "en": "Picking"}),),
        test_steps=("settings", "call"),
        track=TrackPolicy(batch=50, every_s=1.0),
    ),
    Barn,
)
