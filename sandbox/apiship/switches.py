"""How the emulated ApiShip behaves today: every field can be set by ``POST /apiship/settings``."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.kernel.carrier import Switches


@dataclass
class ApiShipSwitches(Switches):
    """Seconds are of the sandbox's clock."""

    # §4: an upload to the carrier takes a while.
    decision_min: float = 2.0
    decision_max: float = 5.0
    # §9: whether `/login` or `/users/login` is current: both, users, plain.
    login_paths: str = "both"
    # §9: how long a token lives; 0 = for ever.
    token_seconds: int = 0
    # An unknown attribute is refused: the real one may ignore it, a client that misspells must not go unnoticed.
    strict: bool = True
    # An order that was just made is found by its clientNumber only after so long.
    lookup_delay: float = 0.0
    # §3: how long a carrier takes to name its prices (ms): one that is later than `timeout` is silently left out.
    slow_providers: dict[str, int] = field(default_factory=dict)
    # Carriers that offer nothing today.
    closed_providers: list[str] = field(default_factory=list)
    # 060001: calculations are paid for.
    balance_empty: bool = False
    # How long a link to a file works.
    file_seconds: float = 86_400.0
    # §5: probabilities 0..1; `webhook_full`: the body carries the status too, not the order alone.
    webhooks: bool = True
    webhook_double: float = 0.0
    webhook_drop: float = 0.0
    webhook_full: bool = False
    webhook_retry_seconds: float = 600.0
