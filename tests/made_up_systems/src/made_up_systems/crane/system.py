"""One account at Crane: every port that its API has. JSON, kopecks, grams, millimetres; errors are
`{"error": {"code", "text"}}` under 4xx."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from b24app.logistics.aftercare import CourierRequest, CourierState, HandOver, ReturnRequest
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Address, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import ChangeState, Decision, OrderState, TrackingEvent, fingerprint_of
from b24app.logistics.papers import PDF, PaperStage, PaperState
from b24app.logistics.points import Hours, Opening, PickupPoint, PointPage, Takes
from b24app.logistics.ports import CheckedAddress, City, PriceLine, Quote, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.checks import account_refused, needs_settings, run_checks
from b24app.systems.kit.line import Line
from b24app.systems.kit.meanings import Meanings, once
from b24app.systems.kit.units import moment_of
from b24app.systems.plugin import Manifest, OpenContext

MEANINGS = Meanings(
    (
        ("number_taken", Field.NUMBER, Who.WAYBILL, "NUMBER_TAKEN"),
        ("name_invalid", Field.NAME, Who.MANAGER, "BAD_NAME"),
        ("city_unknown", Field.ADDRESS, Who.MANAGER, "NO_SUCH_TOWN"),
        ("too_late_to_cancel", Field.ORDER, Who.CARRIER, "FLOWN"),
        ("order_unknown", Field.ORDER, Who.WAYBILL, "NO_SUCH_ORDER"),
        ("point_unknown", Field.POINT, Who.MANAGER, "NO_SUCH_POINT"),
    )
)
STATUSES = {
    "NEW": Status.CREATED, "NEST": Status.ACCEPTED_AT_WAREHOUSE, "SKY": Status.IN_TRANSIT,
    "NEAR": Status.OUT_FOR_DELIVERY, "NOBODY": Status.DELIVERY_FAILED, "GIVEN": Status.DELIVERED,
    "BACK": Status.RETURNING, "HOME": Status.RETURNED, "LOST": Status.LOST, "OFF": Status.CANCELLED,
}  # fmt: skip


class Crane:
    def __init__(self, context: OpenContext, manifest: Manifest) -> None:
        self._context, self._manifest = context, manifest
        self._line = Line(context, headers={"X-Key": context.setting("key")})

    def _ask(self, verb: str, path: str, label: str, wanted: str, **what: Any) -> Any:
        """Their document, which holds what is wanted; raises Refused for an error of theirs."""
        write = bool(what.get("write"))
        status, said = self._line.json(verb, path, label, **what)
        if status == 401:
            raise account_refused("401", "unknown key")
        error = said.get("error") if isinstance(said, Mapping) else None
        if isinstance(error, Mapping):
            raise Refused([MEANINGS.problem(str(error.get("code", "")), str(error.get("text", "")))])
        if status >= 400 or not isinstance(said, Mapping) or said.get(wanted) is None:
            raise (Uncertain if write else Unavailable)(f"{label}: HTTP {status}")
        return said

    # --- Orders, Tracking -------------------------------------------------------------------------------------------

    def create(self, request: ShipmentRequest) -> OrderState:
        said = self._ask("POST", "orders", "orders.create", "order", write=True, json=build(request))
        return parse(said["order"])

    def find(self, number: str) -> OrderState | None:
        return next(iter(self._orders({"number": number})), None)

    def read(self, remote_id: str) -> OrderState:
        return next(iter(self._orders({"ids": remote_id})), OrderState(remote_id, gone=True))

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        if not remote_ids:
            return []
        found = {state.remote_id: state for state in self._orders({"ids": ",".join(remote_ids)})}
        return [found[each] for each in remote_ids if each in found]

    def _orders(self, params: Mapping[str, str]) -> list[OrderState]:
        return [parse(row) for row in self._ask("GET", "orders", "orders.find", "orders", params=params)["orders"]]

    # --- Feed -------------------------------------------------------------------------------------------------------

    @property
    def feed_key(self) -> str:
        return f"crane:{fingerprint_of('', '', [len(self._context.setting('key'))])}"

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        said = self._ask("GET", "news", "news", "orders")
        rows = [parse(row) for row in said["orders"]]
        return FeedPage(tuple(rows), receipt=str(said["page"]) if rows else "", more=bool(said["more"]))

    def confirm(self, receipt: str) -> None:
        try:
            self._ask("POST", f"news/{receipt}/read", "news.read", "read", write=True)
        except Uncertain as error:
            raise Unavailable(error.why) from error

    # --- Cancels, Changes -------------------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        try:
            said = self._ask("DELETE", f"orders/{remote_id}", "orders.cancel", "order", write=True)
        except Refused as error:
            if error.problems[0].their_code == "NO_SUCH_ORDER":
                return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
            raise
        return parse(said["order"])

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        try:
            said = self._ask("PATCH", f"orders/{remote_id}", "orders.change", "order", write=True, json=person(after))
        except Refused as error:
            if error.problems[0].their_code == "FLOWN":
                raise Refused([replace(error.problems[0], code="too_late_to_change")]) from error
            raise
        return replace(parse(said["order"]), changes=(ChangeState("", Decision.ACCEPTED),))

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        said = self._ask("GET", "orders", "orders.find", "orders", params={"ids": remote_id})
        row = next(iter(said["orders"]), None)
        if row is None or any(row[name] != value for name, value in person(after).items()):
            return None
        return replace(parse(row), changes=(ChangeState("", Decision.ACCEPTED),))

    # --- Papers -----------------------------------------------------------------------------------------------------

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        if self.read(remote_id).gone:
            raise Refused([MEANINGS.problem("NO_SUCH_ORDER")])
        return PaperState(remote_id, PaperStage.READY)

    def read_paper(self, form: str, key: str) -> PaperState:
        return PaperState(key, PaperStage.READY)

    def fetch_paper(self, form: str, key: str) -> bytes:
        body = self._line.file(f"orders/{key}/label.pdf", "label").body
        if not body.startswith(PDF):
            raise Unavailable("label: no PDF")
        return body

    # --- Quotes, Offers ---------------------------------------------------------------------------------------------

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        body = {name: value for name, value in build(request).items() if name not in ("name", "phone", "number")}
        return [price(row) for row in self._ask("POST", "prices", "prices", "prices", json=body)["prices"]]

    def quote(self, request: ShipmentRequest) -> Quote:
        found = next((each for each in self.offers(request) if each.service_code == request.service_code), None)
        if found is None:
            raise Refused([Problem("service_unavailable", Field.SERVICE)])
        return found

    # --- PickupPoints, Cities, AddressCheck -------------------------------------------------------------------------

    def point(self, code: str) -> PickupPoint | None:
        rows = self._ask("GET", "points", "points.one", "points", params={"code": code})["points"]
        return place(rows[0]) if rows else None

    def points(self, page: int) -> PointPage:
        said = self._ask("GET", "points", "points", "points", params={"page": str(page)})
        found = []
        for row in said["points"]:
            try:
                found.append(place(row))
            except (KeyError, TypeError, ValueError):
                continue
        return PointPage(tuple(found), len(said["points"]) - len(found), bool(said["more"]))

    def city(self, address: Address) -> City:
        return self._town(next(iter(address.city_names), address.text))

    def _town(self, name: str) -> City:
        row = self._ask("GET", "towns", "towns", "town", params={"name": name})["town"]
        return City(str(row["id"]), str(row["name"]))

    def check_address(self, address: Address) -> CheckedAddress:
        try:
            return CheckedAddress(self.city(address), normal=address.text)
        except Refused as error:
            return CheckedAddress(problem=error.problems[0])

    # --- Returns, CourierCalls, HandOvers ---------------------------------------------------------------------------

    def create_return(self, request: ReturnRequest) -> OrderState:
        body = {"number": request.number, "of": request.of_remote_id}
        return parse(self._ask("POST", "returns", "returns.create", "order", write=True, json=body)["order"], back=True)

    def find_return(self, number: str) -> OrderState | None:
        rows = self._ask("GET", "returns", "returns.find", "orders", params={"number": number})["orders"]
        return parse(rows[0], back=True) if rows else None

    def read_return(self, remote_id: str) -> OrderState:
        rows = self._ask("GET", "returns", "returns.read", "orders", params={"id": remote_id})["orders"]
        return parse(rows[0], back=True) if rows else OrderState(remote_id, gone=True)

    def call_courier(self, request: CourierRequest) -> CourierState:
        body = {"number": request.number, "day": request.day.isoformat(), "from": f"{request.begin:%H:%M}",
                "to": f"{request.end:%H:%M}", "grams": request.weight_g}  # fmt: skip
        return visit(self._ask("POST", "visits", "visits.create", "visit", write=True, json=body)["visit"])

    def find_courier(self, request: CourierRequest) -> CourierState | None:
        rows = self._ask("GET", "visits", "visits.find", "visits", params={"number": request.number})["visits"]
        return visit(rows[0]) if rows else None

    def cancel_courier(self, remote_id: str) -> CourierState:
        return visit(self._ask("DELETE", f"visits/{remote_id}", "visits.cancel", "visit", write=True)["visit"])

    def hand_over(self, remote_ids: Sequence[str], day: date) -> HandOver:
        body = {"ids": list(remote_ids), "day": day.isoformat()}
        said = self._ask("POST", "days", "days.close", "closed", write=True, json=body)
        refused = {str(each): once([MEANINGS.problem("NO_SUCH_ORDER", "no such order")]) for each in said["unknown"]}
        return HandOver(str(said["day"]), tuple(map(str, said["closed"])), refused)

    # --- ConnectionTest ---------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        def me() -> tuple[str, Mapping[str, str]]:
            return str(self._ask("GET", "me", "me", "name")["name"]), {}

        return run_checks([("settings", lambda: needs_settings(self._manifest, self._context)), ("call", me)])


def person(request: ShipmentRequest) -> dict[str, Any]:
    return {"name": request.recipient.name, "phone": request.recipient.phone or request.recipient.phone_raw,
            "note": request.comment}  # fmt: skip


def build(request: ShipmentRequest) -> dict[str, Any]:
    goods = sum(item.price.minor * item.quantity for parcel in request.parcels for item in parcel.items)
    return {
        "number": request.number,
        "rate": request.service_code,
        **person(request),
        "to": request.address.text if request.address else "",
        "town": next(iter(request.address.city_names), "") if request.address else "",
        "point": request.point_code or "",
        "boxes": [{"g": box.weight_g, "mm": [box.length_mm, box.width_mm, box.height_mm]} for box in request.parcels],
        "cash": request.cod.minor if request.cod else 0,
        "worth": request.declared.minor if request.declared else goods,
    }


def parse(row: Mapping[str, Any], back: bool = False) -> OrderState:
    events = tuple(event(each, back) for each in row["history"])
    return OrderState(
        remote_id=str(row["id"]),
        number=str(row["number"]),
        decision=Decision.REFUSED if row.get("fault") else Decision.ACCEPTED,
        problems=(MEANINGS.problem(row["fault"]["code"], row["fault"]["text"]),) if row.get("fault") else (),
        order_number=str(row["id"]),
        tracking_number=str(row["id"]),
        tracking_url=f"https://crane.test/fly/{row['id']}",
        point_code=str(row["point"]),
        events=events,
        fingerprint=fingerprint_of(row["name"], row["phone"], [box["g"] for box in row["boxes"]]),
        cancel=Decision.ACCEPTED if events and events[-1].status is Status.CANCELLED else None,
    )


def event(row: Mapping[str, Any], back: bool) -> TrackingEvent:
    status, reason = STATUSES.get(row["code"], Status.UNKNOWN), str(row.get("why", ""))
    incident = {"": None, "DOOR": Incident.NO_ANSWER}.get(reason, Incident.UNKNOWN)
    problem = Problem(f"delivery_{incident.value}", Field.PHONE, their_code=reason) if incident else None
    at = moment_of(row["at"])
    assert at is not None
    return TrackingEvent(row["code"], row["code"].title(), status, at, "", reason, incident, back, problem)


def price(row: Mapping[str, Any]) -> Quote:
    lines = tuple(PriceLine(what, Money(row["parts"][what])) for what in ("tariff", "insurance", "cod"))
    return Quote(row["rate"], Money(row["total"]), row["days"], row["days"] + 1, False, (), lines)


def place(row: Mapping[str, Any]) -> PickupPoint:
    hours = tuple(Opening(day, row["opens"], row["closes"]) for day in row["days"])
    return PickupPoint(row["code"], row["code"], row["street"], row["town"], Takes(max_weight_g=int(row["most_g"])),
                       Hours(hours), float(row["lat"]), float(row["lon"]))  # fmt: skip


def visit(row: Mapping[str, Any]) -> CourierState:
    return CourierState(str(row["id"]), str(row["id"]), Decision.ACCEPTED, cancelled=bool(row["off"]))
