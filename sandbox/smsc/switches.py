"""How the emulated SMSC behaves today: every field can be set by ``POST /smsc/settings``."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kernel.carrier import Switches


@dataclass
class SmscSwitches(Switches):
    """What the documentation leaves open, or what drifts. Seconds are the sandbox's."""

    # Messages walk by themselves: to the operator at once, to the phone a moment later.
    auto_route: bool = True
    step_seconds: float = 5.0
    # The same text to the same phone is refused for so long (§5: error 9).
    twice_seconds: float = 60.0
    # How often the same message may be asked about in a minute (§4), and the balance (§5).
    status_a_minute: int = 5
    balance_a_minute: int = 10
    # A message is shown to `status.php` only after this long.
    shown_after: float = 0.0
    # Kopecks a part.
    price: int = 459
    # Numbers as text, as some answers of theirs have them.
    as_text: bool = False
    # How many times a status is posted to the client's handler while it does not answer 200, and after what pause.
    handler_tries: int = 3
    handler_pause: float = 60.0
