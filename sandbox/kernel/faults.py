"""Faults that a test asks for: slow answers, errors, broken connections. Deterministic by a seed of each rule."""

from __future__ import annotations

import itertools
import os
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Action = Literal["latency", "status", "html", "break_before", "break_after", "hang"]
ACTIONS: tuple[str, ...] = get_args(Action)
_MATCH_KEYS = frozenset({"method", "path", "portal", "contains"})


class RuleError(ValueError):
    """The rule cannot be understood; the text says which part."""


@dataclass(slots=True)
class Rule:
    """One fault. ``match`` values are globs, except ``contains`` (a substring of the query or the body).

    ``times`` limits how often it strikes, ``skip`` lets the first matches pass, ``probability`` is 0..1.
    """

    id: int
    system: str
    action: Action
    match: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    struck: int = 0
    rng: random.Random = field(default_factory=random.Random, repr=False)

    def as_json(self) -> dict[str, Any]:
        names = ("id", "system", "action", "times", "skip", "probability", "seed", "struck")
        return {name: getattr(self, name) for name in names} | {"match": dict(self.match), "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Call:
    """What a rule is matched against: one HTTP call (or one command of a batch, where a system asks for it)."""

    system: str
    method: str
    path: str
    portal: str = ""
    body: Callable[[], bytes] = bytes


@dataclass(frozen=True, slots=True)
class Strike:
    """What befalls a call: seconds of latency, then at most one ending."""

    latency: float = 0.0
    rule: Rule | None = None


class Faults:
    """The rules in force, in the order they were added."""

    def __init__(self) -> None:
        self._rules: dict[int, Rule] = {}
        # Ids are unique among the processes of one world, so that one of them can be removed by id.
        self._ids = itertools.count(os.getpid() * 1000)
        self._lock = threading.Lock()

    def add(self, spec: Mapping[str, Any]) -> Rule:
        """Add a rule from its JSON form. Raises RuleError."""
        rule = _parse(next(self._ids), spec)
        with self._lock:
            self._rules[rule.id] = rule
        return rule

    def remove(self, rule_id: int) -> bool:
        with self._lock:
            return self._rules.pop(rule_id, None) is not None

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def rules(self) -> list[Rule]:
        with self._lock:
            return list(self._rules.values())

    def strike(self, call: Call) -> Strike:
        """Decide what happens to ``call``; counts the rules that struck."""
        if not self._rules:
            return Strike()
        latency = 0.0
        with self._lock:
            for rule in self._rules.values():
                if not _matches(rule, call) or not _due(rule):
                    continue
                if rule.action != "latency":
                    return Strike(latency, rule)
                latency += _seconds(rule)
        return Strike(latency)


def _matches(rule: Rule, call: Call) -> bool:
    if rule.system not in ("*", call.system):
        return False
    if rule.times is not None and rule.struck >= rule.times:
        return False
    for name, wanted in rule.match.items():
        if name == "contains":
            if wanted.encode() not in call.body():
                return False
        elif not fnmatchcase(getattr(call, name), wanted):
            return False
    return True


def _due(rule: Rule) -> bool:
    if rule.skip > 0:
        rule.skip -= 1
        return False
    if rule.probability < 1.0 and rule.rng.random() >= rule.probability:
        return False
    rule.struck += 1
    return True


def _seconds(rule: Rule) -> float:
    low = float(rule.params.get("seconds", 0.0))
    high = float(rule.params.get("seconds_max", low))
    return rule.rng.uniform(low, high) if high > low else low


def _parse(rule_id: int, spec: Mapping[str, Any]) -> Rule:
    known = {"system", "action", "match", "params", "times", "next_calls", "skip", "probability", "seed"}
    if strange := sorted(set(spec) - known):
        raise RuleError(f"unknown keys: {', '.join(strange)}")
    action = spec.get("action")
    if action not in ACTIONS:
        raise RuleError(f"action must be one of {', '.join(ACTIONS)}")
    match = {str(name): str(value) for name, value in dict(spec.get("match") or {}).items()}
    if strange := sorted(set(match) - _MATCH_KEYS):
        raise RuleError(f"unknown match keys: {', '.join(strange)}")
    probability = float(spec.get("probability", 1.0))
    if not 0.0 <= probability <= 1.0:
        raise RuleError("probability must be between 0 and 1")
    times = spec.get("times", spec.get("next_calls"))
    seed = int(spec.get("seed", 0))
    return Rule(
        id=rule_id,
        system=str(spec.get("system", "*")),
        action=action,
        match=match,
        params=dict(spec.get("params") or {}),
        times=None if times is None else int(times),
        skip=int(spec.get("skip", 0)),
        probability=probability,
        seed=seed,
        rng=random.Random(seed),
    )
