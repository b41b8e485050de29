"""What a system package exposes, and what the world gives it. See ``sandbox/README.md`` for an example."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol
from wsgiref.types import WSGIApplication

from .clock import Clock
from .faults import Faults
from .gate import Origin
from .journal import Journal
from .push import Pusher
from .timers import Timers

#: Entry points of other people's emulators.
GROUP = "waybill.sandbox"


@dataclass(frozen=True, slots=True)
class Context:
    """The world as a system sees it. ``options`` are the world's keyword options (for instance ``portals``)."""

    clock: Clock
    journal: Journal
    faults: Faults
    timers: Timers
    pusher: Pusher
    stopping: threading.Event
    var_dir: Path
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One line of the coverage page: a method of the contract and whether it works or is refused loudly."""

    name: str
    state: str
    note: str = ""


class Running(Protocol):
    """A system that was built. All methods are called by the world."""

    def origins(self) -> Sequence[Origin]:
        """Every address the system has; the set does not change during a run."""

    def started(self, urls: Mapping[str, str]) -> None:
        """Called once the origins listen: origin name -> base URL without a trailing slash."""

    def addresses(self) -> Mapping[str, Any]:
        """What goes into ``GET /addresses``, merged at the top level."""

    def control(self) -> WSGIApplication | None:
        """Mounted at ``/<code>`` of the control origin."""

    def reset(self) -> None:
        """Back to the seeded first day; origins keep listening."""

    def remember(self) -> Callable[[], None]:
        """A function that brings the present state back, as often as it is called. Raises RuntimeError while something
        is waiting for its moment: a state in motion cannot be kept."""

    def seed(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """Load the data that ``POST /seed`` asks for; answers what was loaded."""

    def coverage(self) -> Sequence[CoverageRow]:
        """What is implemented and what is refused."""

    def stop(self) -> None:
        """Give back what was taken beyond the context."""


@dataclass(frozen=True, slots=True)
class System:
    """The ``SYSTEM`` of a package ``sandbox/<code>/__init__.py``."""

    code: str
    title: str
    build: Callable[[Context], Running]


def find_systems(only: Sequence[str] | None = None) -> list[System]:
    """Every package beside the kernel that has a ``SYSTEM``, and those of other people's distributions (entry points of
    the group ``waybill.sandbox``), by code. Raises LookupError for an unknown code."""
    found: dict[str, System] = {}
    for name, load in {**_foreign(), **_own()}.items():
        if only is not None and name not in only:
            continue
        system = load()
        if isinstance(system, System):
            found[system.code] = system
    if only is not None and (missing := sorted(set(only) - set(found))):
        raise LookupError(f"no such system: {', '.join(missing)}")
    return [found[code] for code in sorted(found)]


def _own() -> dict[str, Callable[[], Any]]:
    package = importlib.import_module("sandbox")
    names = [found.name for found in pkgutil.iter_modules(package.__path__) if found.ispkg]
    return {name: partial(_system_of, name) for name in names if name not in ("kernel", "control")}


def _system_of(name: str) -> Any:
    return getattr(importlib.import_module(f"sandbox.{name}"), "SYSTEM", None)


def _foreign() -> dict[str, Callable[[], Any]]:
    return {point.name: point.load for point in entry_points(group=GROUP)}
