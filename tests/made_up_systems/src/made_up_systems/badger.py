"""Badger: a warehouse. It picks orders, tells its stock store by store, and keeps files of orders. JSON; a file goes
as it is. The same mark twice is one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Attachment, FiledDocument, StockAnswer, StockLine, Warehouse
from b24app.systems.kit.checks import account_refused, needs_settings, run_checks
from b24app.systems.kit.line import WRITE, Line
from b24app.systems.kit.units import moment_of
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

MANIFEST = Manifest(
    code="badger",
    title={"ru": "Барсучий склад", "en": "Badger's Store"},
    kind="warehouse",
    ports=("Orders", "Tracking", "Stock", "Documents", "ConnectionTest"),
    limits={},
    settings_form=(
        SettingField("address", {"ru": "Адрес сервера", "en": "Server's address"}, required=True),
        SettingField("key", {"ru": "Ключ", "en": "Key"}, kind="secret", required=True),
        SettingField("warehouse", {"ru": "Склад", "en": "Warehouse"}),
    ),
    rate=RatePolicy(per_second=20, concurrency=4),
    base_urls={"live": ""},
    services=(("pick", {"ru": "Сборка на складе", "en": "Picking"}),),
    test_steps=("settings", "call"),
    track=TrackPolicy(batch=50, every_s=30.0),
)
STATUSES = {"NEW": Status.CREATED, "PICKING": Status.ACCEPTED_AT_WAREHOUSE, "LEFT": Status.IN_TRANSIT,
            "OFF": Status.CANCELLED}  # fmt: skip
LARGEST = 12 * 1024 * 1024


class Badger:
    def __init__(self, context: OpenContext) -> None:
        self._context = context
        self._line = Line(context, context.setting("address"), {"X-Key": context.setting("key")})

    def _ask(self, verb: str, path: str, label: str, wanted: str, **what: Any) -> Any:
        write = bool(what.get("write"))
        status, said = self._line.json(verb, path, label, **what)
        if status == 401:
            raise account_refused("401", "unknown key")
        if isinstance(said, Mapping) and "error" in said:
            code = "article_unknown" if said["error"] == "ARTICLE" else "refused_unknown"
            params = {"sku": said["text"]} if code == "article_unknown" else {}
            raise Refused([Problem(code, Field.ITEMS, Who.MANAGER, str(said["error"]), str(said["text"]), params)])
        if status >= 400 or not isinstance(said, Mapping) or wanted not in said:
            raise (Uncertain if write else Unavailable)(f"{label}: HTTP {status}")
        return said

    # --- orders -----------------------------------------------------------------------------------------------------

    def create(self, request: ShipmentRequest) -> OrderState:
        items = [item for parcel in request.parcels for item in parcel.items]
        body = {
            "number": request.number, "name": request.recipient.name, "phone": request.recipient.phone,
            "grams": [parcel.weight_g for parcel in request.parcels],
            "rows": [{"article": item.sku, "count": item.quantity} for item in items],
        }  # fmt: skip
        return _order(self._ask("POST", "orders", "orders.create", "order", write=True, json=body)["order"])

    def find(self, number: str) -> OrderState | None:
        said = self._ask("GET", "orders", "orders.find", "orders", params={"number": number})
        return next(map(_order, said["orders"]), None)

    def read(self, remote_id: str) -> OrderState:
        return next(iter(self.read_many([remote_id])), OrderState(remote_id, gone=True))

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        said = self._ask("GET", "orders", "orders.read", "orders", params={"ids": ",".join(remote_ids)})
        return [_order(row) for row in said["orders"]]

    # --- stock ------------------------------------------------------------------------------------------------------

    def warehouses(self) -> list[Warehouse]:
        said = self._ask("GET", "stores", "stores", "stores")
        return [Warehouse(row["code"], row["name"]) for row in said["stores"]]

    def stock(self, skus: Sequence[str]) -> StockAnswer:
        said = self._ask("POST", "stock", "stock", "rows", json={"articles": list(skus)})
        lines = [
            StockLine(
                row["article"], row["store"], Decimal(row["free"]), expected=Decimal(row["due"]), unit=row["unit"]
            )
            for row in said["rows"]
        ]
        return StockAnswer(tuple(lines), tuple(said["strange"]), moment_of(said["at"]))

    # --- files ------------------------------------------------------------------------------------------------------

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        where = f"orders/{quote(remote_id)}/files/{quote(document.key, safe='')}"
        params = {"name": document.name, "kind": document.kind}
        headers = {"Content-Type": document.media_type}
        said = self._ask(
            "PUT", where, "files.put", "file", params=params, body=document.content, headers=headers, limits=WRITE
        )
        return _file(said["file"])

    def documents(self, remote_id: str) -> list[FiledDocument]:
        said = self._ask("GET", f"orders/{quote(remote_id)}/files", "files.list", "files")
        return [_file(row) for row in said["files"]]

    def fetch_document(self, remote_id: str, key: str) -> bytes:
        answer = self._line.file(f"orders/{quote(remote_id)}/files/{quote(key, safe='')}", "files.get", most=LARGEST)
        if answer.status != 200:
            raise Refused([Problem("document_gone", Field.ORDER, Who.CARRIER, str(answer.status))])
        return answer.body

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        def stores() -> tuple[str, Mapping[str, str]]:
            return ", ".join(each.title for each in self.warehouses()), {}

        return run_checks([("settings", lambda: needs_settings(MANIFEST, self._context)), ("call", stores)])


def _order(row: Mapping[str, Any]) -> OrderState:
    events = tuple(
        TrackingEvent(each["code"], each["code"].title(), STATUSES.get(each["code"], Status.UNKNOWN),
                      _at(each["at"]))
        for each in row["history"]
    )  # fmt: skip
    return OrderState(
        remote_id=row["id"],
        number=row["number"],
        decision=Decision.ACCEPTED,
        order_number=row["id"],
        events=events,
        fingerprint=fingerprint_of(row["name"], row["phone"], row["grams"]),
        cancel=Decision.ACCEPTED if row["history"][-1]["code"] == "OFF" else None,
    )


def _at(text: str) -> Any:
    found = moment_of(text)
    assert found is not None
    return found


def _file(row: Mapping[str, Any]) -> FiledDocument:
    return FiledDocument(
        row["id"], row["name"], row["kind"], row["type"], int(row["size"]), moment_of(row["at"]), row["mark"]
    )


class BadgerPlugin:
    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Badger:
        return Badger(context)


PLUGIN = BadgerPlugin()
