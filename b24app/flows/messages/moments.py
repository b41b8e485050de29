"""The moments of a parcel's and a return's way at which its client may be told something. Pure."""

from __future__ import annotations

from enum import StrEnum

from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status


class Moment(StrEnum):
    """`number`: handed over, the number is known. `storage`: it lies at the point and its end comes near. `courier`:
    brought today. `late`: it will miss the day that was promised. `return_label`: how to send the goods, with the
    label's number."""

    NUMBER = "number"
    TRANSIT = "transit"
    READY = "ready"
    STORAGE = "storage"
    COURIER = "courier"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNING = "returning"
    LATE = "late"
    RETURN_APPROVED = "return_approved"
    RETURN_REFUSED = "return_refused"
    RETURN_LABEL = "return_label"
    RETURN_RECEIVED = "return_received"
    RETURN_REFUNDED = "return_refunded"

    @property
    def of_return(self) -> bool:
        return self.value.startswith("return_")

    @property
    def daily(self) -> bool:
        """Told anew on another day: a second attempt is news, the same one told twice is not."""
        return self in (Moment.COURIER, Moment.FAILED)


_OF_STATUS = {
    Status.CREATED: Moment.NUMBER,
    Status.IN_TRANSIT: Moment.TRANSIT,
    Status.READY_FOR_PICKUP: Moment.READY,
    Status.OUT_FOR_DELIVERY: Moment.COURIER,
    Status.DELIVERED: Moment.DELIVERED,
    Status.DELIVERY_FAILED: Moment.FAILED,
    Status.RETURNING: Moment.RETURNING,
}
_OF_STAGE = {
    ReturnStage.APPROVED: Moment.RETURN_APPROVED,
    ReturnStage.REFUSED: Moment.RETURN_REFUSED,
    ReturnStage.RECEIVED: Moment.RETURN_RECEIVED,
    ReturnStage.REFUNDED: Moment.RETURN_REFUNDED,
}


def of_status(status: Status) -> Moment | None:
    """What a parcel that came to this status is told of; None = nothing."""
    return _OF_STATUS.get(status)


def of_stage(stage: ReturnStage) -> Moment | None:
    return _OF_STAGE.get(stage)
