"""How much havoc: the full fault run and the short one that is part of `make test`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Scale:
    """Seconds are real ones, unless a field says "clock".

    `deals` are moved `wave` at once every `wave_s`. A strike comes every `strike_s` (low, high); `freeze_s` are the
    stops of the last worker, one after the other. `route_s` are the pauses of the carrier's four statuses. Once the
    burst is over (`burst_s` at most) everything is healed; a deployment that stands still for `patience_s` is stopped
    and started again later, by one of `nights_s` of the emulated clock after the other. The last ones are days: a
    callback that never came is made good by the look below it, which CDEK gets once a day.
    """

    deals: int
    wave: int
    wave_s: float
    strike_s: tuple[float, float]
    freeze_s: tuple[float, ...]
    route_s: tuple[float, float, float, float]
    webhook_retry_s: float
    lookup_delay_s: float
    burst_s: float
    patience_s: float
    nights_s: tuple[float, ...] = (660.0, 660.0, 660.0, 90_000.0, 90_000.0)
    workers: int = 2
    share: float = 0.1
    env: Mapping[str, str] = field(default_factory=dict)


FULL = Scale(
    deals=2000,
    wave=50,
    wave_s=3.0,
    strike_s=(3.0, 6.0),
    freeze_s=(60.0, 60.0, 60.0),
    route_s=(20.0, 30.0, 30.0, 30.0),
    webhook_retry_s=30.0,
    lookup_delay_s=1.5,
    burst_s=900.0,
    patience_s=100.0,
    env={"WAYBILL_LOG_LEVEL": "WARNING"},
)
SHORT = Scale(
    deals=60,
    wave=12,
    wave_s=2.0,
    strike_s=(1.5, 3.0),
    freeze_s=(12.0,),
    route_s=(2.0, 2.0, 2.0, 2.0),
    webhook_retry_s=3.0,
    lookup_delay_s=1.0,
    burst_s=25.0,
    patience_s=4.0,
    env={"WAYBILL_LOG_LEVEL": "WARNING", "WAYBILL_LEASE_S": "3"},
)
#: A return takes more steps than a delivery, some of them people's: fewer make as much trouble.
RETURNS = replace(FULL, deals=200, wave=10, strike_s=(4.0, 8.0), freeze_s=(60.0, 60.0))
SHORT_RETURNS = replace(SHORT, deals=10, wave=4, freeze_s=(8.0,), burst_s=40.0)
#: Messages wait for nobody but the parcels that they are about.
MESSAGES = replace(FULL, deals=300, wave=20, route_s=(10.0, 10.0, 15.0, 15.0), freeze_s=(60.0, 60.0))
SHORT_MESSAGES = replace(SHORT, deals=12, wave=6, freeze_s=(6.0,), burst_s=24.0, route_s=(2.0, 2.0, 8.0, 2.0))
