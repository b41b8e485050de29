"""The verdict as people read it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tests.faults.driven import Verdict
from tests.faults.judge import Finding

MOST_SHOWN = 5
MOST_ROWS = 8
MOST_SIGNS = 300


def draw(verdict: Verdict) -> str:
    """The table of one run, with the evidence of whatever was broken."""
    orders = verdict.orders
    check = "on" if orders.unique_numbers else "OFF"
    lines = [f"== {orders.database}, the carrier's check of numbers {check}, seed {orders.seed} =="]
    lines.append("   " + ", ".join(f"{name} {count}" for name, count in sorted(verdict.struck.items())))
    lines.append("   " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in verdict.seconds.items()))
    lines += [_line(finding) for finding in verdict.findings]
    for finding in verdict.findings:
        lines += _proof(finding)
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    word = "holds " if finding.holds else "BROKEN"
    return f"   {word}  {finding.rule:<42} looked at {finding.looked_at:>6}, violations {len(finding.broken)}"


def _proof(finding: Finding) -> Iterable[str]:
    for what, rows in finding.broken[:MOST_SHOWN]:
        yield f"   ! {what}"
        for row in list(rows)[:MOST_ROWS]:
            data = json.dumps(row["data"], ensure_ascii=False)[:MOST_SIGNS]
            yield f"       {row['seq']} {row['at']} {row['kind']} {row['key']} {data}"
