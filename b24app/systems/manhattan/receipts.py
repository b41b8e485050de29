"""Expected receipts as the rows of a profile tell of them (manhattan.md §3.3, §5). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Finding, InspectedLine, ReceiptStage, ReceiptState
from b24app.systems.kit.inspected import inspected
from b24app.systems.kit.units import decimal_of, moment_of
from b24app.systems.manhattan.profile import Profile

Json = Mapping[str, Any]
_SPLIT = ":"
#: Receiving has begun: nothing is called off any more.
BEGUN = frozenset({ReceiptStage.ARRIVED, ReceiptStage.INSPECTING, ReceiptStage.COMPLETED})


def remote_id(facility: str, number: str) -> str:
    """Another facility's rows are seen only with its name in the header (§1.3): both are kept."""
    return f"{facility}{_SPLIT}{number}"


def parts_of(remote: str) -> tuple[str, str]:
    """(facility, our number)."""
    facility, _, number = remote.partition(_SPLIT)
    return facility, number


def state_of(remote: str, row: Json | None, received: Sequence[Json], profile: Profile, zone: str) -> ReceiptState:
    number = parts_of(remote)[1]
    if row is None:
        return ReceiptState(remote, number, gone=True)
    stage = _stage(profile.receipt_stage(row))
    lines, strange = _lines(row, received, profile.conditions, done=stage is ReceiptStage.COMPLETED)
    verified = moment_of(row["verifiedAt"], ZoneInfo(zone)) if row.get("verifiedAt") else None
    return ReceiptState(
        remote,
        number,
        receipt_number=number,
        stage=stage,
        code=str(row.get("raw") or ""),
        lines=lines,
        # A condition that nobody has explained is no result.
        inspected_at=verified if stage is ReceiptStage.COMPLETED and not strange else None,
        problems=tuple(
            Problem("condition_unknown", Field.ITEMS, Who.ADMIN, their_code=code, params={"condition": code})
            for code in strange
        ),
    )


def _stage(value: str) -> ReceiptStage:
    return ReceiptStage(value) if value else ReceiptStage.UNKNOWN


def _lines(
    row: Json, received: Sequence[Json], conditions: Mapping[str, Sequence[str]], done: bool
) -> tuple[tuple[InspectedLine, ...], list[str]]:
    """Rows by article, and conditions that the profile does not know."""
    expected: dict[str, Decimal] = {}
    for line in row.get("lines") or []:
        sku = str(line.get("sku") or "")
        expected[sku] = expected.get(sku, Decimal(0)) + _quantity(line.get("expected"))
    came: dict[str, list[Json]] = {}
    for each in received:
        came.setdefault(str(each["sku"]), []).append(each)
        expected.setdefault(str(each["sku"]), Decimal(0))
    known = {*conditions["accepted"], *conditions["damaged"]}
    strange = [name for name in dict.fromkeys(_condition(each) for each in received) if name not in known]
    return tuple(_inspected(sku, want, came.get(sku, []), conditions, done) for sku, want in expected.items()), strange


def _inspected(
    sku: str, want: Decimal, came: Sequence[Json], conditions: Mapping[str, Sequence[str]], done: bool
) -> InspectedLine:
    """`came`: what was received of this article."""
    told = [each for each in came if _condition(each) not in conditions["accepted"]]
    findings = [Finding(_quantity(each["quantity"]), _condition(each)) for each in told]
    total = sum((_quantity(each["quantity"]) for each in came), Decimal(0))
    if not done:
        return InspectedLine(sku, want, received=total, findings=tuple(findings))
    good, bad = (
        sum((_quantity(each["quantity"]) for each in came if _condition(each) in conditions[kind]), Decimal(0))
        for kind in ("accepted", "damaged")
    )
    return inspected(sku, want, good, bad, findings, total)


def _condition(row: Json) -> str:
    return str(row.get("condition") or "")


def _quantity(value: Any) -> Decimal:
    found = decimal_of(value) or Decimal(0)
    return found.to_integral_value() if found == found.to_integral_value() else found
