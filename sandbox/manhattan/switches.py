"""How the emulated WM behaves today: every field can be set by ``POST /manhattan/settings``."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kernel.carrier import Switches


@dataclass
class ManhattanSwitches(Switches):
    """Seconds are of the sandbox's clock. `decision_min/max`: from an original order to its planned order, and from an
    asynchronous message to its fate (§7.3, §7.4)."""

    decision_min: float = 1.0
    decision_max: float = 2.0
    # §2: `both`, `classic` (/oauth/token) or `realm`.
    token_paths: str = "both"
    token_seconds: int = 3600
    # §2: a wrong login is 400 or 401.
    login_status: int = 400
    # §1.3: `selected` (SelectedOrganization, SelectedLocation), `plain` (Organization, Location) or `both`.
    header_names: str = "selected"
    # §7.2: 403 or 400.
    missing_headers: int = 403
    # An attribute that no template shows is refused: a client that misspells must not go unnoticed.
    strict: bool = True
    # Customer fields that the tenant did not declare vanish without a word.
    drop_extended: bool = False
    # §2: whether a list in `in (…)` is quoted is unproven: `both`, `plain` or `quoted`.
    in_quotes: str = "both"
    # §7.10: `plain` envelopes have `data`, `header` and `messages` alone.
    envelope: str = "full"
    # §7.10: what `save` answers: `object` or `array`.
    save_data: str = "object"
    # §7.10: an imported list fails in parts with `success` true or false.
    bulk_success: bool = True
    # Whether planned orders name the original order that they were made of: nothing public shows it.
    names_original: bool = True
    # What this tenant measures packages in: kg, g or lb; cm, mm or in.
    weight_uom: str = "kg"
    dimension_uom: str = "cm"
    # Parcels get numbers of a carrier when they leave.
    tracking: bool = True
