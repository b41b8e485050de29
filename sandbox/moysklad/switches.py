"""How the emulated MoySklad behaves today: every field can be set by ``POST /moysklad/settings``."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kernel.carrier import Switches


@dataclass
class MoySkladSwitches(Switches):
    """Seconds are of the sandbox's clock."""

    # §4: the bucket of one user or solution, and what a call costs by the kind of credential. A login or a user's token
    # cost 2 from 12.05.2026, 3 from 01.09.2026, 4 from 01.12.2026.
    rate_units: int = 45
    rate_seconds: float = 3.0
    user_weight: int = 4
    solution_weight: int = 1
    parallel_user: int = 5
    parallel_account: int = 20
    # Real seconds that every call takes, so that several are there at once.
    hold_seconds: float = 0.0
    # §5.1: an unknown field is refused (1007); the real one is seen to ignore it.
    strict: bool = True
    # §6: names of documents are unique in an account that wants it (3006).
    unique_names: bool = False
    # §9.9: a mass creation in which something was refused answers HTTP 412 instead of 200.
    mass_status: bool = False
    # §2.2: HTTP status of 1048 and 1061 is not documented.
    login_status: int = 401
    # Wrong logins in a row until 1048.
    login_attempts: int = 20
    # §5.1: the trash is an account's setting (1067).
    trash: bool = True
    # §7: webhooks need a paid tariff; nobody signs them.
    webhooks: bool = True
    webhook_double: float = 0.0
    webhook_drop: float = 0.0
    # Does the warehouse write the shipment itself when an order has none (else it only moves the order)?
    warehouse_ships: bool = True
    # §5.10: how long links work.
    print_seconds: float = 300.0
    download_seconds: float = 60.0
    # §5.10: 202 with a status first, as their page announces.
    print_later: bool = False
    # §9.14: every answer is 503 with 1074.
    maintenance: bool = False
