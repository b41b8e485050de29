"""What an inspection found of one article, so that it adds up (`logistics.warehouse.InspectedLine`)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from b24app.logistics.warehouse import Finding, InspectedLine

_NOTHING = Decimal(0)


def inspected(
    sku: str,
    want: Decimal,
    good: Decimal,
    bad: Decimal = _NOTHING,
    findings: Iterable[Finding] = (),
    total: Decimal | None = None,
) -> InspectedLine:
    """Of `want` expected pieces, `good` and `bad` ones came. Damaged ones count first among those that were expected;
    pieces above these are surplus, whatever their condition. `total` = all that came, where it is more than the two
    together: some are of a condition that nobody has explained."""
    came = good + bad if total is None else total
    damaged = min(bad, want)
    return InspectedLine(
        sku,
        want,
        accepted=min(good, want - damaged),
        damaged=damaged,
        missing=max(want - came, _NOTHING),
        surplus=max(came - want, _NOTHING),
        received=came,
        findings=tuple(findings),
    )
