"""The CSV tables beside this file, read once a process. Keys in them are neutral: each portal adds its own offsets."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from .model import KINDS

Record = Mapping[str, str]
_HERE = Path(__file__).parent


@functools.cache
def read(name: str) -> tuple[Record, ...]:
    """Rows of ``<name>.csv``."""
    with (_HERE / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle, delimiter=";"))


def by_key(name: str) -> dict[int, Record]:
    return {int(row["key"]): row for row in read(name)}


def phones(text: str) -> tuple[tuple[str, str], ...]:
    """``MOBILE:8 (916) …|WORK:…``; a kind without a number is an empty field that somebody left."""
    pairs = (entry.split(":", 1) for entry in text.split("|") if entry)
    return tuple((kind, value) for kind, value in pairs if value)


def emails(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def fix(text: str) -> tuple[str, str] | None:
    role, sign, value = text.partition("=")
    return (role, value) if sign else None


def order_lines(text: str) -> list[tuple[int, str, Decimal, Decimal]]:
    """``1*2+61`` or ``=Free text:4200*1`` as (catalogue key or 0, free text, its price, quantity)."""
    found = []
    for part in text.split("+") if text else []:
        what, _, amount = part.rpartition("*") if "*" in part else (part, "", "1")
        if what.startswith("="):
            title, _, price = what[1:].rpartition(":")
            found.append((0, title, Decimal(price), Decimal(amount)))
        else:
            found.append((int(what), "", Decimal(0), Decimal(amount)))
    return found


def kind(row: Record) -> int:
    return KINDS[row["kind"]]
