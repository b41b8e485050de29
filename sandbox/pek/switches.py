"""How the emulated PEK behaves today. What the contract leaves open is a switch."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.kernel.carrier import Switches


@dataclass
class PekSwitches(Switches):
    """Beside the switches that all carriers share. Seconds are the sandbox's."""

    # §1: calls a minute of one account, 0 = any number; how "too many" is said: envelope or 429.
    rate_limit: int = 100
    rate_answer: str = "envelope"
    # §1.1: validation errors with a real 4xx instead of HTTP 200.
    http_errors: bool = False
    # §2: an address without its trailing slash is another address.
    slash_required: bool = True
    # §11.7: the Cyrillic letters that the documentation prints in some keys.
    cyrillic_keys: bool = True
    # §5.1: where warnings are, see the page's broken sample.
    notifications_in_cargos: bool = False
    # §4.1: costTotal as a string.
    text_costs: bool = False
    # §6: string (a bare JSON string), object (one value), key (the documented sample, which is not JSON).
    print_form: str = "string"
    # A misspelled field is an error here; the real one may ignore it.
    strict_fields: bool = True
    # §5.1: the changes of 1 September 2026.
    docflow_required: bool = True
    # Refuses what can only be a mistake of units: density, sizes.
    strict_units: bool = True
    # §5.1: sealing is obligatory up to 3 kg.
    sealing_required: bool = True
    same_day_pickup: bool = False
    # §5.1: an accepted cargo gets another code; both are understood.
    new_code_on_acceptance: bool = False
    # §8.
    cancel_after_seconds: float = 300.0
    return_queued: bool = False
    return_seconds: float = 900.0
    # §6: making a document; how many a day one login may ask for.
    document_seconds: float = 60.0
    documents_a_day: int = 100
    suggestions_a_day: int = 100
    token_seconds: float = 3600.0
    # API keys that are no longer live.
    dead_keys: list[str] = field(default_factory=list)
    # Methods that the login has no right to: 403.
    forbidden: list[str] = field(default_factory=list)
