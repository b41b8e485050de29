"""Russian Post's emulator behind the face of the contract suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.papers import PaperForm
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from tests.contract.systems.harness import Harness, Sent, Shape, Where

if TYPE_CHECKING:
    from sandbox.world import World


class RussianPostHarness(Harness):
    code = "russian_post"
    mode = "live"
    create_path = "/2.0/user/backlog"
    create_method = "PUT"
    find_path = "/1.0/backlog/search"
    read_path = "/1.0/shipment/search"
    cancel_path = "/1.0/backlog"
    cancel_method = "DELETE"
    price_path = "/1.0/tariff"
    others: Mapping[str, Where] = {
        "points": Where("/1.0/unloading-passport/zip", "GET"),
        "papers": Where("/1.0/forms/*", "GET"),
        "changes": Where("/1.0/backlog/*", "PUT"),
        "handovers": Where("/1.0/batch/*/checkin", "POST"),
        "feed": Where("/fc", "POST"),
        "address": Where("/1.0/clean/address", "POST"),
        "returns": Where("/1.0/returns", "PUT"),
    }
    settings: Mapping[str, Any] = {"shipment_point": "101000", "tracking": "tickets"}
    credentials: Mapping[str, str] = {
        "token": "token",
        "login": "login",
        "password": "password",
        "tracking_login": "tracking_login",
        "tracking_password": "tracking_password",
    }
    wrong_keys = (
        ("token", "wrong", "sign_in"),
        ("login", "nobody@example.com", "sign_in"),
        ("password", "wrong", "sign_in"),
        ("shipment_point", "190000", "sender"),
        ("tracking_password", "wrong", "tracking"),
    )
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "1/2", "where": "from"},
        "in_transit": {"code": "8/1", "where": "from"},
        "out_for_delivery": {"code": "8/15"},
        "ready_for_pickup": {"code": "8/62"},
        "delivered": {"code": "2/8"},
    }
    failed_attempt = ({"code": "12/4"}, Incident.WRONG_ADDRESS)
    takes_twice = True
    cancelled_is_gone = True
    returns_by_number = False
    #: §3: six shapes, and the gateway's.
    shapes = (
        Shape(
            "orders, several codes each",
            {
                "errors": [
                    {
                        "position": 0,
                        "error-codes": [
                            {"code": "EMPTY_INDEX_TO", "description": "Почтовый индекс не указан"},
                            {"code": "EMPTY_POSTOFFICE_CODE", "description": "Не задан", "details": "101000 190000"},
                        ],
                    }
                ]
            },
            code="EMPTY_INDEX_TO",
            names=Field.ADDRESS,
        ),
        Shape("ids", {"errors": [{"error-code": "NOT_FOUND", "position": 0}]}, code="NOT_FOUND"),
        Shape(
            "the service's",
            {"code": "1001", "sub-code": "RESOURCE_NOT_FOUND", "desc": "Instance not found for params"},
            status=404,
            code="1001",
            names=Field.SENDER,
        ),
        Shape(
            "the service's own failure",
            {"code": "1002", "sub-code": "INTERNAL_ERROR", "desc": "…"},
            "uncertain",
            500,
        ),
        Shape("a batch's", {"error-code": "READONLY_STATE", "f103-sent": False}, code="READONLY_STATE"),
        Shape(
            "returns",
            {"errors": [{"code": "ILLEGAL_INITIALS", "description": "Некорректные ФИО"}]},
            code="ILLEGAL_INITIALS",
            names=Field.NAME,
        ),
        Shape("bare codes", {"errors": ["CODE_1372"]}, code="CODE_1372", names=Field.SERVICE),
        Shape("the gateway's", {"status": 400, "message": "JSON parse error"}, status=400, code="400"),
        Shape("no right", {"status": 403, "message": "Forbidden"}, "account", 403, code="403"),
        Shape("the day is used up", "Bandwidth Limit Exceeded", "unavailable", 509, kind="text/plain"),
        Shape("nothing in it", {}, "uncertain"),
        Shape("plain text", "upstream connect error", "uncertain", 503, kind="text/plain"),
    )

    def prepare(self) -> None:
        """A ticket may be asked about again at once: a page may come twice. Its quarter of an hour stays."""
        self.switch(poll_seconds=0)

    def most_calls(self, count: int) -> int:
        """One call tells of a whole batch of theirs; of orders that are in none, two calls each."""
        return 2 * count

    def refused_code(self) -> str:
        return "ILLEGAL_INITIALS"

    def hand_over(self, state: OrderState) -> None:
        """The office only takes what is handed over."""
        if not self.detail(state)["batch_status"]:
            self.port.hand_over([state.remote_id], self.world.clock.now().date())

    def before_paper(self, form: PaperForm, state: OrderState) -> None:
        if form.code == "f103":
            self.port.hand_over([state.remote_id], self.world.clock.now().date())

    def events(self, state: OrderState) -> tuple[TrackingEvent, ...]:
        tracked = [state.tracking_number]
        self.switch(ticket_seconds=0)
        page = self.port.pull(self.port.pull("", lambda: tracked).cursor, lambda: tracked)
        self.switch(ticket_seconds=900)
        found: tuple[TrackingEvent, ...] = page.states[0].events
        return found

    def end(self, state: OrderState) -> Status | None:
        return None

    def returned(self, number: str) -> int:
        return len(self.world.control.journal(system=self.code, kind="return.accepted"))

    def sent(self, state: OrderState) -> Sent:
        rows = [row for row in self.control("GET", "orders")["orders"] if row["number"] == state.number]
        items = [
            self.control("GET", f"orders/{row['id']}")["body"]
            for row in sorted(rows, key=lambda row: row["id"])
            if not row["deleted"]
        ]
        first = items[0]
        sides = ("length", "width", "height")
        point = (first.get("ecom-data") or {}).get("delivery-point-index")
        return Sent(
            cod_minor=sum(item.get("payment", 0) for item in items),
            declared_minor=sum(item.get("insr-value", 0) for item in items),
            parcels=tuple(
                (
                    item["mass"],
                    (
                        item["dimension"][sides[0]] * 10,
                        item["dimension"][sides[1]] * 10,
                        item["dimension"][sides[2]] * 10,
                    ),
                )
                for item in items
            ),
            name=first["recipient-name"],
            phone=f"+{first['tel-address']}",
            comment=first.get("comment", ""),
            place=str(point or first.get("raw-address") or first["index-to"]),
            extras=("sms",) if all(item.get("sms-notice-recipient") == 1 for item in items) else (),
        )


def alone(world: World) -> Iterator[RussianPostHarness]:
    """As on the first day; the world's other systems, at which nobody looks, stay as they are."""
    world.timers.clear()
    world.faults.clear()
    world.clock.reset()
    world.system("russian_post").reset()
    world.journal.clear()
    harness = RussianPostHarness(world)
    yield harness
    harness.close()
    world.faults.clear()
