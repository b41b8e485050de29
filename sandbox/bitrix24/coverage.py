"""What of the documented REST API the sandbox answers, and what it refuses loudly."""

from __future__ import annotations

from sandbox.bitrix24 import pages
from sandbox.bitrix24.rest.known import KNOWN
from sandbox.bitrix24.rest.registry import METHODS
from sandbox.kernel.system import CoverageRow

WORKS, REFUSED = "works", "refused (501)"


def coverage_rows() -> list[CoverageRow]:
    """Every method: implemented ones first, then the documented ones that are refused."""
    done = [CoverageRow(row.name, WORKS, _note(key)) for key, row in METHODS.items()]
    missing = [CoverageRow(row.name, REFUSED, ",".join(row.scopes)) for key, row in KNOWN.items() if key not in METHODS]
    rows = sorted(done, key=lambda row: row.name) + sorted(missing, key=lambda row: row.name)
    return rows + pages.coverage()


def _note(key: str) -> str:
    parts = [METHODS[key].note, ",".join(METHODS[key].scopes)]
    if key not in KNOWN:
        parts.append("not in the documentation's list")
    elif KNOWN[key].deprecated:
        parts.append("deprecated")
    return "; ".join(part for part in parts if part)
