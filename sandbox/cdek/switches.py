"""How the emulated CDEK behaves today: every field can be set by ``POST /cdek/settings``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel import carrier


@dataclass
class Switches(carrier.Switches):
    """Seconds are of the sandbox's clock. Defaults are production's behaviour where the contract knows it."""

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
