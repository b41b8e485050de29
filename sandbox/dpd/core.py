"""The emulated DPD's memory: orders, saved addresses, the two inboxes of every client number, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from .data.points import extra_shop, shops, terminals
from .model import DpdSwitches, Inbox, Order
from .rules import life
from .rules.routes import ROUTES
from .soap import now_moscow

Row = Mapping[str, Any]


class Dpd(Carrier[Order]):
    """State of all client numbers, guarded by ``lock``."""

    code = "dpd"
    routes = ROUTES
    fixed = frozenset({"base_url", "test_base_url"})
    switches: DpdSwitches

    def __init__(self, context: Context) -> None:
        self.base_url = self.test_base_url = ""
        super().__init__(context, DpdSwitches)

    def clear(self) -> None:
        self.orders: list[Order] = []
        self.inboxes: dict[tuple[int, str], Inbox] = {}
        self.addresses: dict[tuple[int, str], dict[str, Any]] = {}
        self.tasks: dict[tuple[int, int], tuple[float, list[dict[str, Any]]]] = {}
        self.changed_points: dict[str, dict[str, Any]] = {}
        self.order_numbers = Numbers(90000041)
        self.parcel_numbers = Numbers(15570000000001)
        # Beyond 32 bits, as the schema allows.
        self.doc_ids = Numbers(5000000001)
        self.task_ids = Numbers(700001)

    # --- orders ---------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Order | None:
        """By our number (the latest), by DPD's, or by that of the return order."""
        return next(
            (order for order in reversed(self.orders) if key in (order.number, order.order_num, order.return_num)), None
        )

    def of_client(self, client: int, number: str = "", order_num: str = "", pickup: date | None = None) -> Order | None:
        """The client's latest order that fits what is given."""
        for order in reversed(self.orders):
            if order.client != client or (pickup and order.pickup != pickup):
                continue
            if (number and order.number == echo(number)) or (
                order_num and order_num in (order.order_num, order.return_num)
            ):
                return order
        return None

    def all_orders(self) -> Iterable[Order]:
        return self.orders

    def facts(self, order: Order) -> Mapping[str, str]:
        return facts_of(order.body)

    def move(self, order: Order, step: Step) -> None:
        life.move(self, order, step)

    def route_of(self, order: Order) -> str:
        return "pickup" if order.variant.endswith("Т") else "delivered"

    def is_over(self, order: Order) -> bool:
        return not order.live or order.last_event in life.FINAL

    def summary(self, order: Order) -> Row:
        return {
            "number": order.number, "order_num": order.order_num, "client": order.client, "status": order.status,
            "last_event": order.last_event, "return_num": order.return_num,
            "recipient": order.receiver.get("contactFio", ""),
        }  # fmt: skip

    def detail(self, order: Order) -> Row:
        return dict(self.summary(order)) | {
            "error": order.error,
            "header": _plain(order.header),
            "body": _plain(order.body),
            "events": _plain(order.events),
            "states": _plain(order.states),
        }

    # --- points ---------------------------------------------------------------------------------------------------

    def point(self, code: str) -> dict[str, Any] | None:
        """A point or a terminal as its list shows it."""
        found = shops().get(code) or terminals().get(code) or extra_shop(code, self.switches.extra_points)
        return None if found is None else found | self.changed_points.get(code, {})

    def shops(self) -> Iterator[dict[str, Any]]:
        for code, row in shops().items():
            yield row | self.changed_points.get(code, {})

    # --- small things ---------------------------------------------------------------------------------------------

    def inbox(self, client: int, kind: str) -> Inbox:
        return self.inboxes.setdefault((client, kind), Inbox())

    def today(self) -> date:
        """In Moscow."""
        return now_moscow(self.time()).date()


def echo(number: str) -> str:
    """How DPD writes a client's number back: with dashes for slashes (§5.1)."""
    return number.replace("/", "-")


def facts_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What an override is matched against."""
    receiver = body["receiverAddress"]
    return {
        "number": echo(str(body["orderNumberInternal"])),
        "recipient": str(receiver.get("contactFio", "")),
        "phone": str(receiver.get("contactPhone", "")),
        "comment": str(receiver.get("instructions", "")),
        "point": str(receiver.get("terminalCode", "")),
    }


def _plain(value: Any) -> Any:
    """JSON of what was parsed."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | bool) or value is None else str(value)
