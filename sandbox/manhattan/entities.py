"""Every entity that exists here: one table for the generic verbs (§2). Paths: `/{component}/api/{component}/{name}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import views
from .data import attributes, places
from .model import Asn, Order, Scope
from .rules import asns, orders

if TYPE_CHECKING:
    from .core import Manhattan

Row = dict[str, Any]
Read = Callable[["Manhattan", Scope], Sequence[Row]]
_STAMPS = ["CreatedTimestamp", "UpdatedTimestamp"]


@dataclass(frozen=True, slots=True)
class Entity:
    """`key` names the rows; `change` is the partial update by it; `whole`: the facility in the header does not narrow
    its rows. `attributes`: what a query may name, empty = whatever the rows have; `names_original`: the original
    order's number only where the site shows it (a switch)."""

    component: str
    name: str
    key: str
    rows: Read
    attributes: tuple[str, ...] = ()
    save: Callable[..., Any] | None = None
    change: Callable[..., Any] | None = None
    delete: Callable[..., None] | None = None
    show: Callable[[Manhattan, Any], Row] | None = None
    whole: bool = False
    names_original: bool = False

    @property
    def title(self) -> str:
        """As the metadata call names it: `OriginalOrder`."""
        return self.name[0].upper() + self.name[1:]


def _orders(wm: Manhattan, scope: Scope) -> Iterator[Order]:
    """Original orders, and planned ones that were split off."""
    for order in wm.orders.values():
        if (order.organization, order.facility) == (scope.organization, scope.facility) and not order.deleted:
            yield order


def _planned(wm: Manhattan, scope: Scope) -> list[Order]:
    return [order for order in _orders(wm, scope) if order.planned is not None]


def _asns(wm: Manhattan, scope: Scope) -> list[Asn]:
    key = (scope.organization, scope.facility)
    return [found for found in wm.asns.values() if (found.organization, found.facility) == key]


def _originals(wm: Manhattan, scope: Scope) -> list[Row]:
    return [views.original_order(wm, order) for order in _orders(wm, scope) if not order.parent]


def _planned_rows(wm: Manhattan, scope: Scope) -> list[Row]:
    return [views.order(wm, order) for order in _planned(wm, scope)]


def _lines(wm: Manhattan, scope: Scope) -> list[Row]:
    return [views.order_line(order, line) for order in _planned(wm, scope) for line in order.lines]


def _failures(wm: Manhattan, scope: Scope) -> list[Row]:
    return [views.order_failure(wm, order) for order in _planned(wm, scope) if order.failure]


def _olpns(wm: Manhattan, scope: Scope) -> list[Row]:
    return [views.olpn(wm, order, package) for order in _planned(wm, scope) for package in order.packages]


def _olpn_details(wm: Manhattan, scope: Scope) -> list[Row]:
    return [row for order in _planned(wm, scope) for row in views.olpn_details(order)]


def _asn_rows(wm: Manhattan, scope: Scope) -> list[Row]:
    return [views.asn(wm, found) for found in _asns(wm, scope)]


def _asn_lines(wm: Manhattan, scope: Scope) -> list[Row]:
    return [row for found in _asns(wm, scope) for row in views.asn_lines(found)]


def _receipts(wm: Manhattan, scope: Scope) -> list[Row]:
    return [row for found in _asns(wm, scope) for row in views.receipts(wm, found)]


def _inventory(wm: Manhattan, scope: Scope) -> list[Row]:
    key = (scope.organization, scope.facility)
    found = [views.inventory(row) for row in wm.stock if (row.organization, row.facility) == key]
    return [*_broken(wm, "ItemId", "OnHand"), *found]


def _facilities(wm: Manhattan, _scope: Scope) -> list[Row]:
    return [*_broken(wm, "FacilityId", "FacilityName"), *views.facilities()]


def _broken(wm: Manhattan, key: str, other: str) -> list[Row]:
    """Records without sense."""
    return [{key: None, other: {"?": number}} for number in range(wm.switches.broken_points)]


def _dictionary(component: str, name: str, key: str, values: Mapping[str, str]) -> Entity:
    rows = [{key: code, "Description": title} for code, title in values.items()]
    return Entity(component, name, key, lambda _wm, _scope: rows, (key, "Description"), whole=True)


_ENTITIES = (
    Entity(
        "dcorder", "originalOrder", "OriginalOrderId", _originals, (*attributes.ORDER, *_STAMPS),
        orders.save, orders.put, orders.delete, views.original_order,
    ),
    Entity(
        "dcorder", "order", "OrderId", _planned_rows, (*attributes.ORDER, *_STAMPS, "OrderLine"),
        change=orders.put_planned, delete=orders.delete, show=views.order, names_original=True,
    ),
    Entity("dcorder", "orderLine", "OrderLineId", _lines, (
        *attributes.ORDER_LINE, "OrderId", "OrderLineId", "PackedQuantity", "MinimumStatus", "MaximumStatus")),
    Entity("dcorder", "orderFailure", "OrderFailureId", _failures, (
        "OrderFailureId", "OrderId", "OriginalOrderId", "FailureReason", "CreatedTimestamp")),
    _dictionary("dcorder", "orderStatus", "OrderStatusId", places.ORDER_STATUSES),
    _dictionary("dcorder", "orderLineStatus", "OrderLineStatusId", places.ORDER_STATUSES),
    Entity("pickpack", "olpn", "OlpnId", _olpns, ("OlpnId", "OrderId", "TrackingNumber", "ShipViaId", "Status")),
    Entity("pickpack", "olpnDetail", "OlpnDetailId", _olpn_details, (
        "OlpnId", "OlpnDetailId", "OrderId", "OrderLineId", "ItemId")),
    _dictionary("pickpack", "olpnStatus", "OlpnStatusId", places.OLPN_STATUSES),
    Entity(
        "receiving", "asn", "AsnId", _asn_rows, (*attributes.ASN, *_STAMPS), asns.save, asns.put, show=views.asn,
    ),
    Entity("receiving", "asnLine", "AsnLineId", _asn_lines, (*attributes.ASN_LINE, "AsnId", "ReceivedQuantity")),
    Entity("receiving", "receipt", "ReceiptId", _receipts, (
        "ReceiptId", "AsnId", "AsnLineId", "ItemId", "ConditionCodeId", "CreatedTimestamp")),
    _dictionary("receiving", "asnStatus", "AsnStatusId", places.ASN_STATUSES),
    _dictionary("receiving", "lpnStatus", "LpnStatusId", places.LPN_STATUSES),
    _dictionary("receiving", "asnLevel", "AsnLevelId", {"ITEM": "Item", "LPN": "LPN"}),
    Entity("dcinventory", "inventory", "ItemId", _inventory, (
        "ItemId", "LocationId", "InventoryContainerId", "InventoryContainerTypeId", "ProductStatusId",
        "InventoryTypeId", "BatchNumber", "FacilityId")),
    _dictionary("dcinventory", "conditionCode", "ConditionCodeId", places.CONDITIONS),
    Entity("item-master", "item", "ItemId", lambda _wm, _scope: views.items(), (
        "ItemId", "Description", "PrimaryBarCode"), whole=True),
    Entity("facility", "facility", "FacilityId", _facilities, (
        "FacilityId", "FacilityName", "FacilityAddress", "TimeZone", "IsActive"), whole=True),
    Entity("organization", "organization", "OrganizationId", lambda _wm, scope: views.organizations(scope), (
        "OrganizationId",), whole=True),
    Entity("commonutil", "failedMessage", "FailedMessageId", views.failed_messages, (
        "FailedMessageId", "MessageType", "BusinessKey", "CreatedTimestamp"), whole=True),
)  # fmt: skip
ENTITIES: Mapping[tuple[str, str], Entity] = {(row.component, row.name): row for row in _ENTITIES}
