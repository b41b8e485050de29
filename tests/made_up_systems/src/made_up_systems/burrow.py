"""Burrow: a warehouse that stands at the customer's, behind a certificate of the customer's own authority. Which store
picks, and what its states mean, is chosen from its own lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of
from b24app.logistics.picking import PACKED, Packed
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Option
from b24app.systems.kit.checks import account_refused, needs_settings, run_checks
from b24app.systems.kit.line import Line
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

_FORM = (
    SettingField(
        "address",
        {"ru": "Адрес Норы", "en": "Burrow's address"},
        kind="url",
        required=True,
        help={"ru": "Как её открывают в браузере: https://burrow.firma.ru", "en": "As a browser opens it"},
    ),
    SettingField("key", {"ru": "Ключ", "en": "Key"}, kind="secret", required=True),
    SettingField("store", {"ru": "Склад", "en": "Store"}, kind="remote", required=True),
    SettingField(
        "states",
        {"ru": "Состояния заказа", "en": "States of an order"},
        kind="map",
        help={"ru": "Что значит для нас каждое", "en": "What each of them means to us"},
    ),
    SettingField("note", {"ru": "Записка кладовщику", "en": "Note to the storekeeper"}, kind="area", aside=True),
    SettingField(
        "ca",
        {"ru": "Сертификат вашего центра", "en": "Your authority's certificate"},
        kind="pem",
        aside=True,
        help={"ru": "Если сервер показывает сертификат вашего центра", "en": "If your own authority vouches for it"},
    ),
)
#: What their states mean when nobody says otherwise.
_MEANS = {
    "new": Status.CREATED.value,
    "pick": Status.ACCEPTED_AT_WAREHOUSE.value,
    "done": PACKED,
    "left": Status.IN_TRANSIT.value,
}
MANIFEST = Manifest(
    code="burrow",
    title={"ru": "Нора", "en": "Burrow"},
    kind="warehouse",
    ports=("Orders", "Tracking", "ConnectionTest", "Lists"),
    limits={"max_weight_g": 50_000},
    settings_form=_FORM,
    rate=RatePolicy(per_second=20, concurrency=4),
    base_urls={"live": ""},
    services=(("pick", {"ru": "Сборка на складе", "en": "Picking"}),),
    test_steps=("settings", "sign_in"),
    track=TrackPolicy(batch=20, every_s=300.0),
)


class Burrow:
    def __init__(self, context: OpenContext) -> None:
        self._context = context
        self._line = Line(context, headers={"X-Key": context.setting("key")})
        self._states = context.mapping("states") or _MEANS

    def _ask(self, verb: str, path: str, label: str, **what: Any) -> Any:
        status, said = self._line.json(verb, path, label, **what)
        if status == 401:
            raise account_refused("401", "unknown key")
        if status == 422 and isinstance(said, Mapping):
            raise Refused([Problem("refused_unknown", Field.ORDER, Who.CARRIER, "422", str(said.get("error", "")))])
        if status >= 400:
            raise (Uncertain if what.get("write") else Unavailable)(f"{label}: HTTP {status}")
        return said

    # --- Orders, Tracking ---------------------------------------------------------------------------------------------

    def create(self, request: ShipmentRequest) -> OrderState:
        body = {
            "number": request.number,
            "store": self._context.setting("store"),
            "note": self._context.setting("note"),
            "name": request.recipient.name,
            "phone": request.recipient.phone,
            "grams": [parcel.weight_g for parcel in request.parcels],
        }
        return self._order(self._ask("POST", "orders", "orders.create", write=True, json=body))

    def find(self, number: str) -> OrderState | None:
        found = self._ask("GET", "orders", "orders.find", params={"number": number})["orders"]
        return self._order(found[0]) if found else None

    def read(self, remote_id: str) -> OrderState:
        return next(iter(self.read_many([remote_id])), OrderState(remote_id, gone=True))

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        found = self._ask("GET", "orders", "orders.read", params={"ids": ",".join(remote_ids)})["orders"]
        known = {row["id"]: self._order(row) for row in found}
        return [known[each] for each in remote_ids if each in known]

    def _order(self, row: Mapping[str, Any]) -> OrderState:
        """`packed` is no status: the order that lies packed is still in the warehouse."""
        at = datetime.fromtimestamp(row["at"], UTC)
        means = self._states.get(row["state"], Status.UNKNOWN.value)
        status = Status.ACCEPTED_AT_WAREHOUSE if means == PACKED else Status(means)
        return OrderState(
            remote_id=row["id"],
            number=row["number"],
            decision=Decision.ACCEPTED,
            order_number=row["id"],
            events=(TrackingEvent(row["state"], row["state"], status, at),),
            fingerprint=fingerprint_of(row["name"], row["phone"], row["grams"]),
            packed=Packed(at) if means == PACKED else None,
        )

    # --- Lists, ConnectionTest ----------------------------------------------------------------------------------------

    def options(self, name: str) -> list[Option]:
        if name == "store":
            return [Option(row["code"], row["name"]) for row in self._ask("GET", "stores", "stores")["stores"]]
        rows = self._ask("GET", "states", "states")["states"]
        return [Option(row["code"], row["name"], _MEANS.get(row["code"], "")) for row in rows]

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        return run_checks(
            (
                ("settings", lambda: needs_settings(MANIFEST, self._context)),
                ("sign_in", lambda: self._hello()),
            )
        )

    def _hello(self) -> None:
        self._ask("GET", "hello", "hello")


class BurrowPlugin:
    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Burrow:
        return Burrow(context)


PLUGIN = BurrowPlugin()
