"""How one emulated portal behaves: every field can be set by ``POST /bitrix24/<member_id>/settings``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Switches:
    """Defaults are a cloud portal's behaviour. Seconds are of the sandbox's clock."""

    # §3.5: the leaky bucket, counted per portal and caller address.
    rate_limit: bool = True
    rate_capacity: float = 50.0
    rate_drain: float = 2.0
    # §3.6: "nested" charges each command, "batch" charges the name batch, "none" leaves the keys out.
    operating_mode: str = "nested"
    operating_limit: float = 480.0
    # Method name (or "*") -> seconds charged a call, beside the time it really took.
    operating_cost: dict[str, float] = field(default_factory=dict)
    # §3.7: "docs" answers refused access with 403, "core" with 401.
    auth_errors: str = "docs"
    overload: bool = False
    rest_allowed: bool = True
    # §5.1: "docs" puts some placement errors at HTTP 200, "core" at 400.
    placement_errors: str = "docs"
    # §1.5: an old box leaves out SERVER_ENDPOINT, APPLICATION_TOKEN and APPLICATION_SCOPE.
    old_frame: bool = False
    # §4.2: events.
    event_seed: int = 1
    event_delay_min: float = 0.1
    event_delay_max: float = 3.0
    event_drop: float = 0.0
    event_duplicate: float = 0.0
    event_shuffle: bool = True
    event_hops: int = 7
    event_throttle_slow: bool = True
    event_timeout: float = 10.0
    # §4.1: handlers on hosts without a dot (localhost) are refused by the cloud; tests and the demo need them.
    allow_local_handlers: bool = True
    # §1.8: an update may send ONAPPUPDATE or nothing at all.
    update_event: bool = True
    offline_extended: bool = True
    auth_connector: bool = True
    # crm §6.1, §1.4: a plan without smart processes refuses to make or change types and their items.
    smart_processes: bool = True
    # crm §11: without smart invoices type 31 is an unknown one.
    smart_invoices: bool = True
    # crm §6.3: events of one smart process alone (``ONCRMDYNAMICITEMADD_1042``) exist where ``events`` lists them.
    typed_item_events: bool = True
    # crm §8.3: from which mailbox letters without a sender of their own leave ("" = none is connected), and what
    # the mail server says when it takes none.
    mailbox: str = "crm@portal.test"
    mail_fails: str = ""
    # §2.4: keys that the token reply leaves out ("expires", "user_id").
    token_reply_omit: list[str] = field(default_factory=list)

    def update(self, spec: Mapping[str, Any]) -> None:
        """Set fields from JSON. Raises ValueError for a name or a type it does not know."""
        known = {item.name: getattr(self, item.name) for item in fields(self)}
        for name, value in spec.items():
            if name not in known:
                raise ValueError(f"unknown setting: {name}; known: {', '.join(sorted(known))}")
            setattr(self, name, _cast(name, known[name], value))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _cast(name: str, current: Any, value: Any) -> Any:
    if isinstance(current, bool) != isinstance(value, bool):
        raise ValueError(f"{name} must be {'true or false' if isinstance(current, bool) else 'no boolean'}")
    if isinstance(current, float) and isinstance(value, int):
        return float(value)
    if not isinstance(value, type(current)):
        raise ValueError(f"{name} must be a {type(current).__name__}")  # noqa: TRY004  (answered as HTTP 400)
    return value
