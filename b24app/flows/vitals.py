"""How a remote is, judged by what came of its calls; and when its portal's administrators are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

#: Fewer failures than this say nothing.
ENOUGH = 5
#: From this share of unanswered calls a remote is degraded.
SHARE = 0.2
#: Once told, the same stage is told again after this.
WINDOW = timedelta(hours=24)
#: A deal moved so long after the portal's last word about any deal: its events do not arrive.
EVENT_LATE = timedelta(minutes=10)
DEAD_STAGES = (1, 10, 50)
AGE_STAGES = (timedelta(minutes=10), timedelta(hours=1))


class Verdict(StrEnum):
    """`quiet`: nobody called it lately."""

    WORKS = "works"
    DEGRADED = "degraded"
    DOWN = "down"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Calls:
    """What came of the last hour's calls: `ok` had the answer wanted, `silent` none (also what could not be reached),
    `errors` the remote's own failures (5xx), `refused` its refusals (4xx), `key` those that say the key is not taken,
    `limited` those that say there were too many. What we held back ourselves is no call."""

    ok: int = 0
    silent: int = 0
    errors: int = 0
    refused: int = 0
    key: int = 0
    limited: int = 0
    first_failed_at: datetime | None = None
    last_ok_at: datetime | None = None

    @property
    def failed(self) -> int:
        """Calls that the remote did not serve; a refusal is an answer."""
        return self.silent + self.errors

    @property
    def served(self) -> int:
        return self.ok + self.refused + self.key + self.limited

    @property
    def share(self) -> float:
        """The part of the calls that was not served, 0…1."""
        total = self.failed + self.served
        return self.failed / total if total else 0.0


def judge(calls: Calls) -> Verdict:
    """Down: nothing but failures in the hour. Degraded: a fifth or more of them."""
    if calls.failed < ENOUGH:
        return Verdict.WORKS if calls.failed + calls.served else Verdict.QUIET
    if not calls.served:
        return Verdict.DOWN
    return Verdict.DEGRADED if calls.share >= SHARE else Verdict.WORKS


def events_lost(heard: datetime | None, moved: datetime | None, now: datetime) -> bool:
    """Whether a portal's events do not arrive: a deal moved long after the last of them (`heard`), and that is no news
    of this moment."""
    return moved is not None and now - moved > EVENT_LATE and (heard is None or moved - heard > EVENT_LATE)


# --- telling the administrators ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that an administrator may have to be told: `cause` (dead, oldest, key:<account>, silent:<account>,
    hooks:<account>, events) and how bad it is (1, 2 …). `params` go into the words."""

    cause: str
    stage: int
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One notice. `stage` 0 = it is over. `window` names the time in which the same notice is sent only once."""

    cause: str
    stage: int
    window: str
    params: Mapping[str, Any]


#: cause -> {"stage": 2, "at": "…", "params": {…}}: what was told last, as the portal's settings keep it.
Told = dict[str, dict[str, Any]]


def dead_stage(count: int) -> int:
    """0 for none, else the highest threshold reached, from 1."""
    return sum(count >= each for each in DEAD_STAGES)


def age_stage(oldest: datetime | None, now: datetime) -> int:
    """How overdue the oldest row is."""
    return sum(now - oldest >= each for each in AGE_STAGES) if oldest is not None else 0


def alarms(signs: Sequence[Sign], told: Mapping[str, Mapping[str, Any]], now: datetime) -> tuple[list[Alarm], Told]:
    """What is to be told now, and what to remember.

    A stage up is told at once, the same or a lower one again after `WINDOW`, the end once. A stage down says nothing:
    numbers that swing around a threshold must not ring.
    """
    found: list[Alarm] = []
    remembered: Told = {}
    for sign in signs:
        if sign.stage <= 0:
            continue
        before = told.get(sign.cause, {})
        stage, at = int(before.get("stage", 0)), before.get("at")
        old = at is None or now - datetime.fromisoformat(str(at)) >= WINDOW
        if sign.stage > stage or old:
            found.append(Alarm(sign.cause, sign.stage, f"{now:%y%m%d}", sign.params))
            remembered[sign.cause] = {"stage": sign.stage, "at": now.isoformat(), "params": dict(sign.params)}
        else:
            remembered[sign.cause] = dict(before)
    for cause, before in told.items():
        if cause not in remembered:
            found.append(Alarm(cause, 0, f"{now:%y%m%d}", before.get("params", {})))
    return found, remembered
