"""The table of the health page: one row a remote, the portal itself first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from b24app.flows.vitals import ENOUGH, Calls, Verdict, events_lost, judge
from b24app.frames.formats import Formats
from b24app.store.faces.failed import FailedRow
from b24app.store.faces.portal import PortalFacts
from b24app.store.faces.workload import Queue, Workload
from b24app.store.models import Connection, Portal
from b24app.store.vitals import KeyFacts
from b24app.wire.gauges import Gauge

FAILURES = ("silent", "errors", "limited", "key", "refused")
ALMOST = 80
#: A carrier's subscription is looked at every 12 hours: what was not seen right for two looks is not alive.
HOOK_SEEN = timedelta(hours=26)
_NO_CALLS = Calls()


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known of the remotes by their names in the log (`portal:<member>`, `<system>:<connection>`)."""

    calls: Mapping[str, Calls] = field(default_factory=dict)
    gauges: Mapping[str, Gauge] = field(default_factory=dict)
    keys: Sequence[KeyFacts] = ()
    failed: Sequence[FailedRow] = ()
    work: Workload = field(default_factory=Workload)

    @property
    def admin_key(self) -> KeyFacts | None:
        """The key that background work uses."""
        return next((key for key in self.keys if key.ok and key.is_admin), None)


@dataclass(frozen=True, slots=True)
class Limit:
    """`percent` 0…100 of a limit, with words."""

    text: str
    percent: int
    tone: str


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a cell, and whether they are bad news."""

    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class RemoteView:
    """One row; `account` 0 = the portal. `slowed` = it asks for fewer calls."""

    account: int
    title: str
    sub: str
    state: str
    tone: str
    icon: str
    reason: str
    queue: str
    last_ok: str
    failures: str
    limits: tuple[Limit, ...]
    hooks: Said
    key: Said
    verdict: Verdict
    slowed: bool

    @property
    def shown(self) -> tuple[Any, ...]:
        """What makes the page worth drawing anew; ages and budgets alone do not."""
        news = (self.hooks.bad, self.key.bad, self.verdict, self.slowed, bool(self.queue))
        return self.account, self.title, self.state, self.tone, self.reason, *news


def name_of_portal(facts: PortalFacts) -> str:
    return f"portal:{facts.portal.member_id}"


def name_of(row: Connection) -> str:
    return f"{row.system}:{row.id}"


def remotes(
    facts: PortalFacts, pulse: Pulse, formats: Formats, carrier: Callable[[str], str]
) -> tuple[RemoteView, ...]:
    return (_portal(facts, pulse, formats), *(_account(row, pulse, formats, carrier) for row in facts.connections))


def _portal(facts: PortalFacts, pulse: Pulse, formats: Formats) -> RemoteView:
    t, calls = formats.words, pulse.calls.get(name_of_portal(facts), _NO_CALLS)
    gauge, usable = pulse.gauges.get(name_of_portal(facts)), pulse.admin_key
    slowed = calls.limited >= ENOUGH
    if facts.portal.state == "blocked":
        state, reason = (t("vitals.state.blocked"), "red", "lock"), facts.portal.blocked_reason
    elif usable is None:
        state, reason = (t("vitals.state.no_key"), "red", "lock"), ""
    else:
        state, reason = _working(calls, gauge, formats, slowed), ""
    who = t("vitals.rights_of", name=usable.name or f"№ {usable.user_id}") if usable else ""
    return RemoteView(
        account=0,
        title=t("vitals.portal"),
        sub=", ".join(filter(None, (facts.portal.domain, who))),
        reason=reason,
        queue=_queue(pulse.work.queues.get(0, Queue()), formats),
        limits=_limits(gauge, True, formats),
        hooks=_events(facts.portal, formats),
        key=_portal_key(pulse, formats),
        verdict=judge(calls),
        slowed=slowed,
        **_told(state, calls, formats),
    )


def _portal_key(pulse: Pulse, formats: Formats) -> Said:
    t, usable = formats.words, pulse.admin_key
    if usable is not None:
        return Said(t("vitals.key_portal", time=formats.time(usable.expires_at)))
    since = max((key.updated_at for key in pulse.keys if key.is_admin), default=None)
    return Said(t("vitals.key_since", when=formats.moment(since)) if since else t("vitals.no_key"), bad=True)


def _events(portal: Portal, formats: Formats) -> Said:
    """Whether the portal's events arrive: a deal that moved long after the last of them was told by none."""
    t, heard, moved = formats.words, portal.event_seen_at, portal.move_seen_at
    if events_lost(heard, moved, formats.now):
        return Said(
            t("vitals.events_lost", when=formats.moment(heard)) if heard else t("vitals.events_never"), bad=True
        )
    if heard is not None:
        return Said(t("vitals.hooks_heard", ago=formats.ago(heard)))
    return Said(t("vitals.hooks_waiting") if portal.installed_at else t("account.hooks_off"))


def _account(row: Connection, pulse: Pulse, formats: Formats, carrier: Callable[[str], str]) -> RemoteView:
    t, name = formats.words, name_of(row)
    calls, gauge = pulse.calls.get(name, _NO_CALLS), pulse.gauges.get(name)
    slowed = calls.limited >= ENOUGH
    known = {
        "paused": (t("account.state.paused") + _since(row.paused_at, formats), "grey", "pause"),
        "broken": (t("account.state.broken") + _since(row.refused_at, formats), "red", "lock"),
        "untested": (t("account.state.untested"), "grey", "question"),
    }
    state = known.get(row.state) or _working(calls, gauge, formats, slowed)
    system = carrier(row.system)
    return RemoteView(
        account=row.id,
        title=row.title,
        sub=", ".join(filter(None, ("" if system == row.title else system, t(f"account.mode.{row.mode}")))),
        reason=row.pause_reason,
        queue=_queue(pulse.work.queues.get(row.id, Queue()), formats),
        limits=_limits(gauge, False, formats),
        hooks=_hooks(row, formats),
        key=_key(row, formats),
        verdict=judge(calls),
        slowed=slowed,
        **_told(state, calls, formats),
    )


def _since(when: datetime | None, formats: Formats) -> str:
    return formats.words("vitals.since", when=formats.moment(when)) if when else ""


def _key(row: Connection, formats: Formats) -> Said:
    t = formats.words
    if row.state == "broken":
        return Said(t("vitals.key_bad") + _since(row.refused_at, formats), bad=True)
    return Said(t("account.never") if row.state == "untested" else t("vitals.key_fine"))


def _hooks(row: Connection, formats: Formats) -> Said:
    """What the carrier tells by itself."""
    t = formats.words
    if row.hook_problem:
        return Said(t("vitals.hooks_bad", why=row.hook_problem), bad=True)
    if row.hook_subscribed_at is None:
        return Said(t("account.hooks_off"))
    if formats.now - row.hook_subscribed_at > HOOK_SEEN and row.state == "ready":
        return Said(t("vitals.hooks_stale", when=formats.moment(row.hook_subscribed_at)), bad=True)
    seen = row.hook_seen_at
    return Said(t("vitals.hooks_heard", ago=formats.ago(seen)) if seen else t("vitals.hooks_waiting"))


def _queue(queue: Queue, formats: Formats) -> str:
    if not queue.waiting or queue.oldest is None:
        return ""
    return formats.words("vitals.queue", n=queue.waiting, ago=formats.ago(queue.oldest))


def _working(calls: Calls, gauge: Gauge | None, formats: Formats, slowed: bool) -> tuple[str, str, str]:
    """(state, tone, icon) of a remote that nothing of ours stops."""
    t, verdict = formats.words, judge(calls)
    if gauge is not None and gauge.left_alone_since is not None:
        return t("vitals.state.open", when=formats.moment(gauge.left_alone_since)), "red", "alert"
    if verdict in (Verdict.DOWN, Verdict.DEGRADED) and calls.first_failed_at:
        down = verdict is Verdict.DOWN
        words = t(f"vitals.state.{verdict.value}", when=formats.moment(calls.first_failed_at))
        return words, "red" if down else "amber", "alert"
    if slowed:
        return t("vitals.state.slowed"), "amber", "hourglass"
    return t("vitals.state.works"), "green", "check-circle"


def _told(state: tuple[str, str, str], calls: Calls, formats: Formats) -> dict[str, Any]:
    """What the log says of a remote, and its state."""
    t, (words, tone, icon) = formats.words, state
    counts = [(kind, getattr(calls, kind)) for kind in FAILURES]
    failures = ", ".join(t(f"vitals.fail.{kind}", n=n) for kind, n in counts if n) or t("vitals.none")
    last = formats.ago(calls.last_ok_at) if calls.last_ok_at else "—"
    return {"state": words, "tone": tone, "icon": icon, "last_ok": last, "failures": failures}


def _limits(gauge: Gauge | None, portal: bool, formats: Formats) -> tuple[Limit, ...]:
    """The bucket, and for a portal the methods that have used much of their time."""
    if gauge is None:
        return ()
    t = formats.words
    said = t("vitals.limit_portal" if portal else "vitals.limit", used=round(gauge.used), size=round(gauge.size))
    methods = (
        _limit(
            t("vitals.method", method=each.method, used=round(each.used_s), limit=round(each.limit_s)),
            each.used_s,
            each.limit_s,
        )
        for each in gauge.methods[:3]
    )
    return (_limit(said, gauge.used, gauge.size), *methods)


def _limit(text: str, used: float, size: float) -> Limit:
    percent = min(100, round(100 * used / size)) if size else 0
    return Limit(text, percent, "amber" if percent >= ALMOST else "")
