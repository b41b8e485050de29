"""What the portal's online store keeps: delivery handlers and services, shipment properties, orders (crm §9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .table import Row, Table

#: An individual and a company, with one group of properties each: what every portal's store is born with.
_PERSON_TYPES = ((3, "Физическое лицо", 5), (4, "Юридическое лицо", 7))
_STATUSES = ("DN", "DF", "DD")


@dataclass
class Handler:
    """One row of sale.delivery.handler.add, of the app whose token added it."""

    id: int
    code: str
    client: str
    row: Row


@dataclass
class Request:
    """A delivery request that the app has taken. ``answers`` are what our own page shows of it."""

    delivery_id: int
    request_id: str
    shipments: list[int]
    finalized: bool = False
    status: Row = field(default_factory=dict)
    properties: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)

    def as_json(self) -> Row:
        return dict(vars(self))


class Shop:
    """Tables by id; ids of different kinds overlap, as a portal's do."""

    def __init__(self) -> None:
        self.handlers: dict[int, Handler] = {}
        self.services = Table(196)
        self.extras = Table(136)
        self.properties = Table(96)
        self.relations: list[Row] = []
        self.person_types: list[Row] = [
            {"id": number, "name": name, "sort": str(100 + 10 * at), "code": "", "active": "Y", "xmlId": f"bx_{number}"}
            for at, (number, name, _) in enumerate(_PERSON_TYPES)
        ]
        self.groups: list[Row] = [
            {"id": group, "name": "Данные для доставки", "personTypeId": number, "sort": 100}
            for number, _, group in _PERSON_TYPES
        ]
        self.statuses = set(_STATUSES)
        self.orders = Table(230)
        self.shipments = Table(2450)
        #: order -> (entity type, id): one link an order.
        self.links: dict[int, tuple[int, int]] = {}
        self.requests: dict[tuple[int, str], Request] = {}
        self._next_handler = 14

    def add_handler(self, code: str, client: str, row: Row) -> int:
        number, self._next_handler = self._next_handler, self._next_handler + 1
        self.handlers[number] = Handler(number, code, client, row)
        return number

    def handler_of(self, code: str) -> Handler | None:
        return next((row for row in self.handlers.values() if row.code == code), None)

    def children(self, parent: int) -> list[Row]:
        return [row for row in self.services if row["PARENT_ID"] == parent]

    def parent_of(self, service: Row) -> Row:
        return self.services.rows[service["PARENT_ID"]] if service["PARENT_ID"] else service

    def extras_of(self, service: int) -> list[Row]:
        return [row for row in self.extras if row["DELIVERY_ID"] == service]

    def properties_of(self, service: int) -> list[Row]:
        """Active properties that are bound to the service; one that is bound to nothing belongs to every service."""
        bound: dict[int, set[int]] = {}
        for row in self.relations:
            if row["entityType"] == "D":
                bound.setdefault(row["propertyId"], set()).add(row["entityId"])
        return [
            row
            for row in self.properties
            if row["active"] == "Y" and (row["id"] not in bound or service in bound[row["id"]])
        ]

    def request_of(self, shipment: int) -> Request | None:
        return next((row for row in self.requests.values() if shipment in row.shipments), None)


def number(value: Any) -> float | int:
    """Whole numbers as PHP prints them."""
    found = float(value)
    return int(found) if found.is_integer() else found
