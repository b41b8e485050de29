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
from b24app.store.faces.portal import PortalFacts
from b24app.store.faces.workload import DealProblem, Workload
from b24app.store.models import Connection
from placements.app.failed_view import FailedGroup, failed_groups
from placements.app.remotes_view import Pulse, RemoteView, remotes
from placements.tab_scene import Now

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
    code: str
    who: str
    deals: tuple[DealProblem, ...]


@dataclass(frozen=True, slots=True)
class HealthView:
    """`mends` = the section where the first sentence's trouble is put right; `counts` of the filters: all, admin,
    manager, dead."""

    now: Now
    mends: str
    remotes: tuple[RemoteView, ...]
    accounts: dict[int, AccountView]
    failed: tuple[FailedGroup, ...]
    groups: tuple[ProblemGroup, ...]
    counts: Mapping[str, int]
    alarms: bool
    work: Workload
    oldest: str
    version: str


def health_view(facts: PortalFacts, formats: Formats, carrier: Callable[[str], str], pulse: Pulse) -> HealthView:
    accounts = {each.id: _account(each, facts.settings, formats, carrier) for each in facts.connections}
    work = pulse.work
    oldest = formats.ago(work.total.oldest) if work.total.oldest else ""
    shown = remotes(facts, pulse, formats, carrier)
    failed = failed_groups(pulse.failed, {each.id: each.title for each in facts.connections}, formats)
    groups = _groups(_uncovered(pulse), formats)
    counts = _counts(failed, groups)
    now, mends = _now(facts, pulse, formats, shown, counts["dead"])
    alarms = not facts.settings.get("alarms_off")
    version = _version(now, shown, accounts, failed, work, alarms)
    return HealthView(now, mends, shown, accounts, failed, groups, counts, alarms, work, oldest, version)


#: Problems that a dead row of the same deal tells too.
_TOLD_BY_ROWS = frozenset({"carrier_silent", "portal_refused", "portal_write_failed"})


def _uncovered(pulse: Pulse) -> tuple[DealProblem, ...]:
    """Problems that the desk's rows do not show already."""
    dead = {row.deal_id for row in pulse.failed if row.state == "dead"}
    problems = pulse.work.problems
    return tuple(each for each in problems if each.deal_id not in dead or each.problem.code not in _TOLD_BY_ROWS)


def _counts(failed: Sequence[FailedGroup], groups: Sequence[ProblemGroup]) -> Mapping[str, int]:
    everything = [(group.who, len(group.lines)) for group in failed] + [
        (group.code, len(group.deals)) for group in groups
    ]
    return {
        "all": sum(n for _, n in everything),
        "admin": sum(n for who, n in everything if who == "admin"),
        "manager": sum(n for who, n in everything if who == "manager"),
        "dead": sum(len(group.dead) for group in failed),
        "problems": sum(len(group.deals) for group in groups),
    }


def _now(facts: PortalFacts, pulse: Pulse, formats: Formats, shown: Sequence[RemoteView], dead: int) -> tuple[Now, str]:
    """The worst that is so, and the section that mends it; "all works" only when it does."""
    t, work = formats.words, pulse.work
    ill = {
        tone: next((each for each in shown if each.icon == "alert" and each.tone == tone), None)
        for tone in ("red", "amber")
    }
    slow = next((each for each in shown if each.slowed), None)
    states = {each.state for each in facts.connections}
    ships = {each.state for each in facts.shippers}
    for key, tone, icon, holds, mends in (
        ("blocked", "red", "lock", facts.portal.state == "blocked", ""),
        ("no_key", "red", "lock", pulse.admin_key is None, ""),
        ("no_connection", "amber", "plus", not facts.shippers, "connections"),
        ("broken", "red", "alert", "broken" in states, "connections"),
        ("down", "red", "alert", ill["red"] is not None, _pausing(ill["red"])),
        ("untested", "amber", "question", bool(facts.shippers) and "ready" not in ships, "connections"),
        ("off", "amber", "pause", not any(each.enabled for each in facts.pipelines.values()), "stages"),
        ("degraded", "amber", "alert", ill["amber"] is not None, _pausing(ill["amber"])),
        ("events", "amber", "alert-circle", shown[0].hooks.bad, ""),
        ("slowed", "amber", "hourglass", slow is not None, ""),
        ("dead", "amber", "alert", bool(dead), ""),
        ("waiting", "amber", "hourglass", bool(work.waiting), ""),
        ("problems", "amber", "alert", bool(work.problem_count), ""),
    ):
        if holds:
            n = {"dead": dead, "waiting": len(work.waiting), "problems": work.problem_count}.get(key, 0)
            named = {"down": ill["red"], "degraded": ill["amber"], "slowed": slow}.get(key)
            name = named.title if named is not None else ""
            return Now(tone, icon, t(f"health.{key}.title", n=n, name=name), t(f"health.{key}.text", n=n)), mends
    return Now("green", "check-circle", t("health.fine.title"), t("health.fine.text")), ""


def _pausing(remote: RemoteView | None) -> str:
    """An account may be paused; a portal may not."""
    return "connections" if remote is not None and remote.account else ""


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


def _groups(problems: Sequence[DealProblem], formats: Formats) -> tuple[ProblemGroup, ...]:
    by_cause: dict[tuple[str, str], list[DealProblem]] = {}
    for each in problems:
        by_cause.setdefault((each.problem.code, each.problem.who.value), []).append(each)
    groups = [_group(deals, who, formats) for (_, who), deals in by_cause.items()]
    return tuple(sorted(groups, key=lambda group: -len(group.deals)))


def _group(deals: Sequence[DealProblem], who: str, formats: Formats) -> ProblemGroup:
    problem = deals[0].problem
    title = words.say(f"problem.{problem.code}", formats.lang, **(problem.params if len(deals) == 1 else {}))
    return ProblemGroup(title, who, formats.words(f"fixes.{who}"), tuple(deals))


def _version(
    now: Now,
    shown: Sequence[RemoteView],
    accounts: Mapping[int, AccountView],
    failed: Sequence[FailedGroup],
    work: Workload,
    alarms: bool,
) -> str:
    """Differs as soon as something that is shown does; ages and budgets alone do not count."""
    told = (
        now,
        [each.shown for each in shown],
        accounts,
        failed,
        alarms,
        work.problems,
        work.waiting,
        work.problem_count,
        len(work.unknown),
        bool(work.total.waiting),
        work.deciding,
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
