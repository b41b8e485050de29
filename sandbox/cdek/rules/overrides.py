"""What a test or the demo wants to happen to certain orders: a route, a delay, a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import error
from sandbox.cdek.model import Override

from .life import steps_of

_KEYS = ("match", "route", "delay", "errors", "times")
_MATCH_KEYS = ("number", "recipient", "phone", "comment", "delivery_point", "uuid")


def add(cdek: Cdek, spec: Mapping[str, Any]) -> Override:
    """Add one from its JSON form. Raises ValueError."""
    if strange := sorted(set(spec) - set(_KEYS)):
        raise ValueError(f"unknown keys: {', '.join(strange)} (known: {', '.join(_KEYS)})")
    match = {str(name): str(value) for name, value in dict(spec.get("match") or {}).items()}
    if strange := sorted(set(match) - set(_MATCH_KEYS)):
        raise ValueError(f"unknown match keys: {', '.join(strange)} (known: {', '.join(_MATCH_KEYS)})")
    if spec.get("route") is not None:
        steps_of(cdek, spec["route"])
    delay, times = spec.get("delay"), spec.get("times")
    errors = [
        error(row) if isinstance(row, str) else error(row["code"], row.get("message"))
        for row in spec.get("errors") or []
    ]
    found = Override(
        match, spec.get("route"), None if delay is None else float(delay), errors, None if times is None else int(times)
    )
    with cdek.lock:
        cdek.overrides.append(found)
    return found


def as_json(found: Override) -> dict[str, Any]:
    row: dict[str, Any] = {"match": dict(found.match), "route": found.route, "delay": found.delay}
    return row | {"errors": found.errors, "times": found.times}
