"""Which of a deal's offers is best: its price, the days that its lane really takes, and how often it came when it was
promised. Pure.

What a day and a broken promise cost is said in parts of the usual price, so that the mark means the same for a parcel
of 300 roubles and for one of 30 000; the reason that is shown names facts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from b24app.flows.forecast import ENOUGH, Forecast
from b24app.logistics.ports import Quote

#: A day on the way costs so much of the usual price, a parcel that comes late so much.
DAY, LATE = 0.03, 0.6


@dataclass(frozen=True, slots=True)
class Best:
    """The offer's name. `dearer` than the cheapest by so many minor units, `sooner` by so many days of nine parcels of
    ten (None = that cannot be compared); `kept` of `of` parcels came by the day that was promised."""

    value: str
    dearer: int
    sooner: int | None
    kept: int
    of: int


def best(offers: Sequence[tuple[str, Quote]], records: Mapping[str, Forecast]) -> Best | None:
    """None where there is nothing to choose between, or the best one is only so by its carrier's words: `records` are
    what the portal's own parcels say (`flows.forecast.usual`), by the offer's name."""
    if len(offers) < 2 or len({quote.price.currency for _, quote in offers}) != 1:
        return None
    usual_price = median(quote.price.minor for _, quote in offers)
    shares = [record.in_time / record.left for record in records.values() if record.left >= ENOUGH]
    if not shares:
        return None
    neutral = sum(shares) / len(shares)

    def cost(offer: tuple[str, Quote]) -> tuple[float, int, str]:
        value, quote = offer
        record = records.get(value)
        told = record is not None and record.left >= ENOUGH
        share = record.in_time / record.left if record is not None and told else neutral
        return (
            quote.price.minor + usual_price * (DAY * _days(quote, record) + LATE * (1 - share)),
            quote.price.minor,
            value,
        )

    value, quote = min(offers, key=cost)
    record = records.get(value)
    if record is None or record.left < ENOUGH:
        return None
    cheap_value, cheapest = min(offers, key=lambda offer: (offer[1].price.minor, offer[0]))
    cheap = records.get(cheap_value)
    sooner = cheap.most - record.most if cheap is not None and cheap.n and cheap_value != value else None
    return Best(value, quote.price.minor - cheapest.price.minor, sooner, record.in_time, record.left)


def _days(quote: Quote, record: Forecast | None) -> float:
    """Those of nine parcels of ten; else the carrier's own; else a guess that favours nobody who keeps silent."""
    if record is not None and record.n:
        return record.most
    return quote.days_max if quote.days_max is not None else 10
