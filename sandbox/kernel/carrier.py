"""What emulated carriers share beside the wire: a memory with a settled present, orders that walk by themselves, and
what a test or the demo wants to happen to some of them. The carrier's own rules are the subclass's."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Generic, TypeVar

from .kept import Kept
from .present import Present
from .system import Context
from .timers import Timers

O = TypeVar("O")  # noqa: E741 - an order, as the carrier keeps it
#: One move of an order: at least `{"code": their status}`; other keys are the carrier's own.
Step = Mapping[str, Any]


@dataclass
class Switches:
    """How a carrier behaves today: every field can be set by ``POST /<code>/settings``. Seconds are the sandbox's."""

    seed: int = 1
    auto_route: bool = False
    step_seconds: float = 3600.0
    decision_min: float = 0.0
    decision_max: float = 0.0
    unknown_fields: bool = False
    broken_points: int = 0
    extra_points: int = 0

    def update(self, spec: Mapping[str, Any]) -> None:
        """Set the named switches. Raises ValueError for an unknown name or a wrong type, changing nothing."""
        known = {item.name for item in fields(self)}
        fresh: dict[str, Any] = {}
        for name, value in spec.items():
            if name not in known:
                raise ValueError(f"no such switch: {name} (there are: {', '.join(sorted(known))})")
            fresh[name] = _as(type(getattr(self, name)), name, value)
        if fresh.get("decision_min", self.decision_min) > fresh.get("decision_max", self.decision_max):
            lone = "decision_min" if "decision_min" in fresh else "decision_max"
            fresh |= {"decision_min": fresh[lone], "decision_max": fresh[lone]}
        for name, value in fresh.items():
            setattr(self, name, value)


def _as(kind: type, name: str, value: Any) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} must be {kind.__name__}")
    return value


@dataclass
class Override:
    """What happens to orders whose facts fit the globs of `match`: a route, or a refusal with the carrier's errors."""

    match: Mapping[str, str]
    route: str | None = None
    errors: Sequence[Any] = field(default_factory=tuple)
    times: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"match": dict(self.match), "route": self.route, "errors": list(self.errors), "times": self.times}


class Carrier(Present, Generic[O]):
    """A carrier's memory, guarded by ``lock`` (never held while waiting or sending).

    Subclasses give ``code``, ``routes``, ``clear`` (the first day), ``find``, ``all_orders``, ``facts``, ``move``,
    ``route_of``, ``is_over``, ``summary`` and ``detail``. Names in ``fixed`` are not part of what `remember` copies
    (shared parts, reference data that never changes).
    """

    code: ClassVar[str]
    routes: ClassVar[Mapping[str, Sequence[Step]]]
    fixed: ClassVar[frozenset[str]] = frozenset()
    _FIXED = frozenset({"clock", "journal", "timers", "pusher", "lock", "_due", "context"})

    def __init__(self, context: Context, switches: Callable[[], Switches] = Switches) -> None:
        # Timers of its own, so that a read can settle what is due.
        super().__init__(context.clock, Timers(context.clock))
        self.context = context
        self.journal, self.pusher = context.journal, context.pusher
        self._new_switches = switches
        self.reset()

    # --- the subclass's -------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything: the first day."""
        raise NotImplementedError

    def find(self, key: str) -> O | None:
        """By our number, or by a number of theirs."""
        raise NotImplementedError

    def all_orders(self) -> Iterable[O]:
        raise NotImplementedError

    def facts(self, order: O) -> Mapping[str, str]:
        """What an override is matched against: `number`, `recipient`, `phone`, `comment`, `point`."""
        raise NotImplementedError

    def move(self, order: O, step: Step) -> None:
        """Put the order into the step's status, as if the parcel had come there. Raises ValueError."""
        raise NotImplementedError

    def route_of(self, order: O) -> str:
        """The name of the route that suits the order."""
        raise NotImplementedError

    def is_over(self, order: O) -> bool:
        """Nothing moves it any more (cancelled, deleted, handed over)."""
        raise NotImplementedError

    def summary(self, order: O) -> Mapping[str, Any]:
        raise NotImplementedError

    def detail(self, order: O) -> Mapping[str, Any]:
        raise NotImplementedError

    # --- the present ----------------------------------------------------------------------------------------------

    def reset(self) -> None:
        with self.lock:
            self.timers.clear()
            self.switches = self._new_switches()
            self.rng = random.Random(self.switches.seed)
            self.overrides: list[Override] = []
            self.clear()

    def remember(self) -> Callable[[], None]:
        """A function that brings back what is remembered now. Raises RuntimeError while something is in motion."""
        if self.timers.waiting():
            raise RuntimeError(f"{self.code} has something to do yet")
        fixed = self._FIXED | self.fixed
        with self.lock:
            kept = Kept({name: value for name, value in vars(self).items() if name not in fixed})

        def back() -> None:
            with self.lock:
                self.timers.clear()
                vars(self).update(kept.copy())

        return back

    def decision_delay(self) -> float:
        return self.rng.uniform(self.switches.decision_min, self.switches.decision_max)

    def note(self, kind: str, key: str, **data: Any) -> None:
        self.journal.add(self.code, kind, key, **data)

    # --- what is wanted of some orders ------------------------------------------------------------------------------

    def add_override(self, spec: Mapping[str, Any]) -> Override:
        """From its JSON form. Raises ValueError."""
        known = {"match", "route", "errors", "times"}
        if strange := sorted(set(spec) - known):
            raise ValueError(f"unknown keys: {', '.join(strange)} (known: {', '.join(sorted(known))})")
        route = spec.get("route")
        if route is not None:
            self.steps_of(str(route))
        match = {str(name): str(value) for name, value in dict(spec.get("match") or {}).items()}
        times = spec.get("times")
        found = Override(match, route, list(spec.get("errors") or []), None if times is None else int(times))
        with self.lock:
            self.overrides.append(found)
        return found

    def override_for(self, facts: Mapping[str, str], take: str) -> Override | None:
        """The latest override that fits and says something about ``take`` (route, errors); counts its times."""
        with self.lock:
            for found in reversed(self.overrides):
                if not getattr(found, take) or found.times == 0:
                    continue
                if all(fnmatchcase(facts.get(name, ""), wanted) for name, wanted in found.match.items()):
                    if found.times is not None:
                        found.times -= 1
                    return found
        return None

    def steps_of(self, name: str) -> Sequence[Step]:
        """Raises ValueError for an unknown route."""
        if name not in self.routes:
            raise ValueError(f"no such route: {name} (there are: {', '.join(sorted(self.routes))})")
        return self.routes[name]

    def begin_walk(self, order: O) -> None:
        """Call once an order is accepted: it walks when an override says so, or all do (``auto_route``)."""
        wanted = self.override_for(self.facts(order), "route")
        if wanted is not None or self.switches.auto_route:
            self.walk(order, wanted.route if wanted else None)

    def walk(self, order: O, route: str | None = None) -> None:
        """Start a route now: each step ``step_seconds`` (or its own `wait`) after the one before."""
        self._step(order, list(self.steps_of(route or self.route_of(order))))

    def _step(self, order: O, steps: list[Step]) -> None:
        if not steps:
            return
        step, rest = steps[0], steps[1:]

        def go() -> None:
            if not self.is_over(order):
                self.move(order, step)
                self._step(order, rest)

        self.after(float(step.get("wait", self.switches.step_seconds)), go)
