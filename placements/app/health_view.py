"""The app's page as its templates draw it: one sentence first, then what waits for a person. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app import words
from b24app.frames.formats import Formats
from b24app.logistics.ports import TestStep
from b24app.store.faces.portal import DealProblem, PortalFacts
from b24app.store.models import Connection
from placements.tab_now import Now

_STATES = {
    "ready": ("green", "check-circle"),
    "untested": ("grey", "question"),
    "paused": ("grey", "pause"),
    "broken": ("red", "alert"),
}


@dataclass(frozen=True, slots=True)
class TestLine:
    """`state` ok | bad."""

    __test__ = False

    title: str
    ok: bool
    said: str
    quote: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """One connection: its state with a tone, and what its last test said."""

    id: int
    title: str
    system: str
    mode: str
    state: str
    tone: str
    icon: str
    reason: str
    hooks: str
    tested: str
    tests: tuple[TestLine, ...]


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Deals that stop for one cause, and who can fix it."""

    title: str
    who: str
    deals: tuple[DealProblem, ...]


@dataclass(frozen=True, slots=True)
class HealthView:
    now: Now
    accounts: tuple[AccountView, ...]
    groups: tuple[ProblemGroup, ...]
    facts: PortalFacts
    oldest: str
    version: str


def health_view(facts: PortalFacts, formats: Formats, carrier: Callable[[str], str]) -> HealthView:
    accounts = tuple(_account(each, facts.settings, formats, carrier) for each in facts.connections)
    oldest = formats.ago(facts.queue.oldest) if facts.queue.oldest else ""
    now = _now(facts, formats)
    return HealthView(now, accounts, _groups(facts, formats), facts, oldest, _version(now, accounts, facts))


def _now(facts: PortalFacts, formats: Formats) -> Now:
    """The worst that is so; "all works" only when it does."""
    t = formats.words
    for key, tone, icon, holds in (
        ("blocked", "red", "lock", facts.portal.state == "blocked"),
        ("no_key", "red", "lock", not facts.admin_key),
        ("no_connection", "amber", "plus", not facts.connections),
        ("broken", "red", "alert", any(each.state == "broken" for each in facts.connections)),
        ("untested", "amber", "question", not any(each.state == "ready" for each in facts.connections)),
        ("off", "amber", "pause", not any(each.enabled for each in facts.pipelines.values())),
        ("dead", "amber", "alert", bool(facts.dead)),
        ("waiting", "amber", "hourglass", bool(facts.waiting)),
        ("problems", "amber", "alert", bool(facts.problem_count)),
    ):
        if holds:
            counts = {"dead": len(facts.dead), "waiting": len(facts.waiting), "problems": facts.problem_count}
            n = counts.get(key, 0)
            return Now(tone, icon, t(f"health.{key}.title", n=n), t(f"health.{key}.text", n=n))
    return Now("green", "check-circle", t("health.fine.title"), t("health.fine.text"))


def _account(
    row: Connection, settings: Mapping[str, Any], formats: Formats, carrier: Callable[[str], str]
) -> AccountView:
    t = formats.words
    tone, icon = _STATES[row.state]
    report = settings.get("tests", {}).get(str(row.id), {})
    tested = formats.moment(datetime.fromisoformat(report["at"])) if report else ""
    return AccountView(
        id=row.id,
        title=row.title,
        system=carrier(row.system),
        mode=t(f"account.mode.{row.mode}"),
        state=t(f"account.state.{row.state}"),
        tone=tone,
        icon=icon,
        reason=row.pause_reason,
        hooks=t("account.hooks_on" if row.hook_subscribed_at else "account.hooks_off"),
        tested=tested,
        tests=tuple(_test(step, formats) for step in report.get("steps", ())),
    )


def _test(data: Mapping[str, Any], formats: Formats) -> TestLine:
    step = TestStep.from_json(data)
    key = f"test.{step.name}"
    title = words.say(key, formats.lang) if words.has(key, formats.lang) else step.name
    if step.problem is None:
        return TestLine(title, step.ok, step.said if step.ok else "", "" if step.ok else step.said)
    said = words.say(f"problem.{step.problem.code}", formats.lang, **step.problem.params)
    return TestLine(title, step.ok, said, step.problem.their_text)


def _groups(facts: PortalFacts, formats: Formats) -> tuple[ProblemGroup, ...]:
    by_cause: dict[tuple[str, str], list[DealProblem]] = {}
    for each in facts.problems:
        by_cause.setdefault((each.problem.code, each.problem.who.value), []).append(each)
    groups = [_group(deals, who, formats) for (_, who), deals in by_cause.items()]
    return tuple(sorted(groups, key=lambda group: -len(group.deals)))


def _group(deals: Sequence[DealProblem], who: str, formats: Formats) -> ProblemGroup:
    problem = deals[0].problem
    title = words.say(f"problem.{problem.code}", formats.lang, **(problem.params if len(deals) == 1 else {}))
    return ProblemGroup(title, formats.words(f"fixes.{who}"), tuple(deals))


def _version(now: Now, accounts: tuple[AccountView, ...], facts: PortalFacts) -> str:
    """Differs as soon as something that is shown does; the age of the queue alone does not count."""
    shown = (
        now,
        accounts,
        facts.dead,
        facts.problems,
        facts.waiting,
        facts.problem_count,
        len(facts.unknown),
        bool(facts.queue.waiting),
        facts.queue.outbox,
        facts.queue.intents,
    )
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
