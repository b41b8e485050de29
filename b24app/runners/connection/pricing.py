"""What an answer tells of an order's price and number, for reports and for whoever checks prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.decisions import Advance
from b24app.flows.legs import PICKED
from b24app.logistics.order import OrderState
from b24app.store import costs, reconciling
from b24app.store.models import Shipment


def heard(
    session: Session, row: Shipment, state: OrderState, change: Advance, values: Mapping[str, Any], now: datetime
) -> None:
    """`row` as it was before, `values` are its columns after the answer. What a warehouse's leg costs is no delivery's
    price."""
    price = state.price
    if price is not None and row.price_minor not in (None, price.minor):
        reconciling.note_price(session, row, price.minor, price.currency, now)
    if row.leg != PICKED:
        numbered = bool(values.get("order_number") or values.get("tracking_number"))
        costs.hear(session, row, costs.Heard(change.status, numbered, price, state.weighed_g), now)
