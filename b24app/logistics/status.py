"""The common words for where a shipment is, and which may follow which."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTING = "submitting"
    CREATED = "created"
    ACCEPTED_AT_WAREHOUSE = "accepted_at_warehouse"
    IN_TRANSIT = "in_transit"
    READY_FOR_PICKUP = "ready_for_pickup"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    LOST = "lost"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """How far along: statuses only go up; those of one rank may alternate (attempts at the last mile)."""
        return _RANKS[self]

    @property
    def is_final(self) -> bool:
        return self in _FINAL

    @property
    def is_live(self) -> bool:
        """An order may exist at the system and is not finished: no second one may be sent."""
        return not self.is_final

    @property
    def has_moved(self) -> bool:
        """The system holds the parcel, so the order can no longer be simply deleted."""
        return self._got_to(Status.ACCEPTED_AT_WAREHOUSE)

    @property
    def has_left(self) -> bool:
        """The goods are out of the warehouse's hands: nobody there picks them, or can be told to leave them."""
        return self._got_to(Status.IN_TRANSIT)

    def _got_to(self, status: Status) -> bool:
        """One that ended before it moved got nowhere."""
        return self.rank >= status.rank and self not in (Status.CANCELLED, Status.REJECTED)

    def may_follow(self, previous: Status) -> bool:
        """Whether a shipment that was `previous` may become this. Nothing follows a final status, `unknown` follows
        nothing, and an order that has moved can no longer be rejected."""
        if previous.is_final or self is Status.UNKNOWN or self is previous:
            return False
        if self is Status.REJECTED:
            return not previous.has_moved
        return self.rank >= previous.rank


_FINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.REJECTED, Status.LOST})
_LAST_MILE = 5
_RANKS = {
    Status.UNKNOWN: 0,
    Status.DRAFT: 0,
    Status.SUBMITTING: 1,
    Status.CREATED: 2,
    Status.ACCEPTED_AT_WAREHOUSE: 3,
    Status.IN_TRANSIT: 4,
    Status.READY_FOR_PICKUP: _LAST_MILE,
    Status.OUT_FOR_DELIVERY: _LAST_MILE,
    Status.DELIVERY_FAILED: _LAST_MILE,
    Status.RETURNING: 6,
    Status.DELIVERED: 7,
    Status.RETURNED: 7,
    Status.CANCELLED: 7,
    Status.REJECTED: 7,
    Status.LOST: 7,
}


class Incident(StrEnum):
    """Why a delivery is in trouble; beside the status, never instead of it."""

    WRONG_ADDRESS = "wrong_address"
    WRONG_PHONE = "wrong_phone"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    DAMAGED = "damaged"
    WEIGHT_DIFFERS = "weight_differs"
    MISSING_GOODS = "missing_goods"
    NOT_SERVED = "not_served"
    STORAGE_EXPIRED = "storage_expired"
    CUSTOMS = "customs"
    LOST = "lost"
    DISPOSED = "disposed"
    SENDER_REQUEST = "sender_request"
    PARTIAL = "partial"
    NO_MONEY = "no_money"
    ACCESS = "access"
    RESCHEDULED = "rescheduled"
    REDIRECTED = "redirected"
    POINT = "point"
    CARRIER_LATE = "carrier_late"
    NOT_READY = "not_ready"
    OTHER = "other"
    #: A reason of theirs that we do not know; its code is kept beside.
    UNKNOWN = "unknown"
