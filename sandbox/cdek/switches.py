"""How the emulated CDEK behaves today: every field can be set by ``POST /cdek/settings``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Switches:
    """Seconds are of the sandbox's clock. Defaults are production's behaviour where the contract knows it."""

    seed: int = 1
    token_seconds: int = 3600
    # The second phase (§4): how long an order, a change, a deletion takes to be decided.
    decision_min: float = 3.0
    decision_max: float = 7.0
    # §6.5: the check of unique numbers, and the open questions around it.
    unique_numbers: bool = True
    invalid_occupies_number: bool = False
    lookup_delay: float = 0.0
    lookup_prefers: str = "latest"
    unknown_uuid_status: int = 400
    # Life of an order by itself: named routes or steps, see life.py.
    auto_route: bool = False
    step_seconds: float = 3600.0
    routes: dict[str, Any] = field(default_factory=dict)
    # Routes and tariffs that are refused.
    refused_tariffs: list[int] = field(default_factory=list)
    no_tariffs: bool = False
    closed_city_codes: list[int] = field(default_factory=list)
    unrecognised_city_codes: list[int] = field(default_factory=list)
    stuck_deletes: bool = False
    contract_suspended: bool = False
    insurance_type1: str = "refuse"
    # Offices.
    closed_offices: str = "hidden"
    substitute_overweight: bool = False
    broken_points: int = 0
    extra_points: int = 0
    # Answers: fields nobody documented, to prove that clients ignore them.
    unknown_fields: bool = False
    # Webhooks (§15): probabilities 0..1.
    webhooks: bool = True
    webhook_delay: float = 0.0
    webhook_double: float = 0.0
    webhook_shuffle: float = 0.0
    webhook_drop: float = 0.0
    webhook_trailing_space: bool = False
    webhook_wild: bool = False
    webhook_limit: int = 0
    webhook_timeout: float = 15.0
    webhook_retry_seconds: float = 409.0
    print_seconds: float = 1.0

    def update(self, spec: Mapping[str, Any]) -> None:
        """Set the named switches. Raises ValueError for an unknown name or a wrong type, changing nothing."""
        known = {item.name for item in fields(self)}
        fresh: dict[str, Any] = {}
        for name, value in spec.items():
            if name not in known:
                raise ValueError(f"no such switch: {name} (there are: {', '.join(sorted(known))})")
            fresh[name] = _as(type(getattr(self, name)), name, value)
        low, high = fresh.get("decision_min", self.decision_min), fresh.get("decision_max", self.decision_max)
        if low > high:
            fresh["decision_max" if "decision_min" in fresh else "decision_min"] = (
                low if "decision_min" in fresh else high
            )
        for name, value in fresh.items():
            setattr(self, name, value)


def _as(kind: type, name: str, value: Any) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} must be {kind.__name__}")
    return value
