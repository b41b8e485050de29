"""The seam of settings of kind `profile`: a JSON document that an administrator edits and tries in the portal.

A plug-in with such a field is `Profiled`. Everything here is pure: no call, no clock, nobody's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from b24app.logistics.jsonable import Jsonable

KIND = "profile"
#: Longer ones are not looked at.
LONGEST = 60_000


@dataclass(frozen=True, slots=True)
class ProfileFault(Jsonable):
    """One thing that is wrong: in which line (from 1), at which place (`operations.status.path`), in words ({ru, en}).
    `where`: `profile`, or one of the samples it was tried on: `source`, `answer`."""

    line: int
    place: str
    words: Mapping[str, str]
    where: str = "profile"


@dataclass(frozen=True, slots=True)
class ProfileTrial(Jsonable):
    """Something that a profile can be tried at, with samples to begin with (JSON): `source` is what we know, `answer`
    what the system would say; "" = nothing is sent out, or read."""

    code: str
    title: Mapping[str, str]
    source: str
    answer: str


@dataclass(frozen=True, slots=True)
class ProfileTried(Jsonable):
    """What came of it: the request as it would leave, what is read in the answer; "" where there is none."""

    request: str = ""
    result: str = ""
    faults: tuple[ProfileFault, ...] = ()


@runtime_checkable
class Profiled(Protocol):
    """`name` is the setting's."""

    def profile_default(self, name: str) -> str:
        """The document that holds while nobody has written another."""

    def profile_faults(self, name: str, text: str) -> tuple[ProfileFault, ...]:
        """Everything that is wrong with it, by line; empty = it may be stored."""

    def profile_trials(self, name: str) -> tuple[ProfileTrial, ...]:
        """What it can be tried at, in the order in which things happen."""

    def profile_try(self, name: str, text: str, trial: str, source: str, answer: str) -> ProfileTried:
        """Apply it to the samples. Nothing is sent. An empty sample is that of the trial."""
