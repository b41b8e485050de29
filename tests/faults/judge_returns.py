"""The verdict of a run of returns, from the sandbox's evidence alone. Pure; nothing here looks into our database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.faults.judge import Case, Finding, Row, deal_of, entries_once


@dataclass(frozen=True)
class ReturnCase:
    """What has to be: one return of each of these deals, owed so much (`owed` by deal), its item in stage `last`.
    `entity` is the portal's smart process, `fields` the names of ours in it."""

    deals: frozenset[int]
    owed: Mapping[int, Decimal]
    entity: int
    last: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class ReturnEvidence:
    """Journal rows by kind; the items that the portal shows at the end; what each workflow was given, by deal."""

    turned_round: Sequence[Row]
    ordered: Sequence[Row]
    receipts: Sequence[Row]
    added: Sequence[Row]
    moved: Sequence[Row]
    timeline: Sequence[Row]
    answered: Sequence[Row]
    items: Sequence[Row]
    workflows: Mapping[int, Mapping[str, str]]


def judge_returns(case: ReturnCase, evidence: ReturnEvidence) -> list[Finding]:
    """Every rule with its findings."""
    return [
        _orders(case, evidence),
        _receipts(case, evidence),
        _items(case, evidence),
        _workflows(case, evidence),
        _money(case, evidence),
        _stages(case, evidence),
        entries_once(Case(case.deals, 0, ()), evidence.timeline),
    ]


def _once(rule: str, case: ReturnCase, rows: Mapping[int, Sequence[Row]], what: str) -> Finding:
    broken = [
        (f"deal {deal_id}: {len(rows.get(deal_id, ()))} {what}", rows.get(deal_id, ()))
        for deal_id in sorted(case.deals)
        if len(rows.get(deal_id, ())) != 1
    ]
    return Finding(rule, sum(map(len, rows.values())), broken)


def _by_number(rows: Sequence[Row]) -> dict[int, list[Row]]:
    """By the deal in our number: of the order that was turned round, of a return, of a receipt."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(deal_of(str(row["key"])), []).append(row)
    return found


def _orders(case: ReturnCase, evidence: ReturnEvidence) -> Finding:
    """Turned round, or ordered with a number of ours: once in any case."""
    found = _by_number([*evidence.turned_round, *evidence.ordered])
    return _once("return orders at the carrier exactly 1", case, found, "return orders")


def _receipts(case: ReturnCase, evidence: ReturnEvidence) -> Finding:
    return _once("receipts in the warehouse exactly 1", case, _by_number(evidence.receipts), "receipts")


def _items(case: ReturnCase, evidence: ReturnEvidence) -> Finding:
    """One item of the deal in the smart process, and no other was ever added."""
    found: dict[int, list[Row]] = {}
    for item in evidence.items:
        found.setdefault(int(item.get("parentId2") or 0), []).append(item)
    finding = _once("items in the portal exactly 1", case, found, "items")
    added = [row for row in evidence.added if row["data"]["entity_type_id"] == case.entity]
    if len(added) == len(case.deals):
        return finding
    return Finding(finding.rule, finding.looked_at, [*finding.broken, (f"{len(added)} items were added", added)])


def _workflows(case: ReturnCase, evidence: ReturnEvidence) -> Finding:
    """Each was answered, once, with the number that stands in its deal's item."""
    numbers = {int(item.get("parentId2") or 0): str(item[case.fields["number"]]) for item in evidence.items}
    times = Counter(row["key"] for row in evidence.answered)
    broken: list[tuple[str, Sequence[Row]]] = [
        (f"workflow {name} was answered {count} times", [row for row in evidence.answered if row["key"] == name])
        for name, count in times.items()
        if count != 1
    ]
    for deal_id in sorted(case.deals):
        told = evidence.workflows.get(deal_id, {}).get("number", "")
        if not told or told != numbers.get(deal_id):
            broken.append((f"deal {deal_id}: its workflow heard of {told!r}, the item is {numbers.get(deal_id)!r}", []))
    return Finding("every workflow heard the number, once", len(case.deals), broken)


def _money(case: ReturnCase, evidence: ReturnEvidence) -> Finding:
    """Owed is what the goods come to, and exactly that was noted as paid back."""
    broken: list[tuple[str, Sequence[Row]]] = []
    for item in evidence.items:
        deal_id = int(item.get("parentId2") or 0)
        owed, refunded = (_amount(item.get(case.fields[name])) for name in ("owed", "refunded"))
        if not owed == refunded == case.owed.get(deal_id):
            broken.append((f"deal {deal_id}: owed {owed}, refunded {refunded}, not {case.owed.get(deal_id)}", []))
    return Finding("sums are exact", len(evidence.items), broken)


def _amount(shown: object) -> Decimal | None:
    """`2580|RUB` as a field of money shows it."""
    text = str(shown or "").partition("|")[0]
    return Decimal(text) if text else None


def _stages(case: ReturnCase, evidence: ReturnEvidence) -> Finding:
    """Every item came to its end, and stood in no stage twice."""
    broken: list[tuple[str, Sequence[Row]]] = []
    for item in evidence.items:
        way = [row for row in evidence.moved if str(row["key"]) == str(item["id"]) and _is_item(case, row)]
        names = [row["data"]["new"] for row in way]
        if item["stageId"] != case.last or len(set(names)) != len(names):
            broken.append((f"item {item['id']} stands in {item['stageId']}, moved {' -> '.join(names)}", way))
    return Finding("every return came to its end, never back", len(evidence.items), broken)


def _is_item(case: ReturnCase, row: Row) -> bool:
    return int(row["data"].get("entity_type_id", case.entity)) == case.entity
