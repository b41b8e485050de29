"""Names of the documented REST methods, so that a real but missing one is told from a typing mistake."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Documented:
    """One documented method: its scopes, and whether it is deprecated or for administrators."""

    name: str
    scopes: tuple[str, ...]
    deprecated: bool
    admin: bool


def _load() -> dict[str, Documented]:
    found: dict[str, Documented] = {}
    for line in (Path(__file__).parent / "documented.tsv").read_text("utf-8").splitlines():
        name, scopes, flags = line.split("\t")
        found[name.lower()] = Documented(name, tuple(filter(None, scopes.split(","))), "d" in flags, "a" in flags)
    return found


KNOWN = _load()
"""By lower-case name. Taken from the two documentation repositories named in contract bitrix24-app §0."""
