"""The table of the health page: one row a remote, the portal itself first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.flows.vitals import Calls, Verdict, judge
from b24app.frames.formats import Formats
from b24app.store.faces.failed import FailedRow
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection
from b24app.store.vitals import KeyFacts
from b24app.wire.gauges import Gauge

FAILURES = ("silent", "errors", "limited", "key", "refused")
ALMOST = 80
#: A carrier's subscription that was not seen right for so long is not alive (checked every 12 h).
_NO_CALLS = Calls()


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known of the remotes by their names in the log (`portal:<member>`, `<system>:<connection>`)."""

    calls: Mapping[str, Calls] = field(default_factory=dict)
    gauges: Mapping[str, Gauge] = field(default_factory=dict)
    keys: Sequence[KeyFacts] = ()
    failed: Sequence[FailedRow] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """`percent` 0…100 of a limit, with words."""

    text: str
    percent: int
    tone: str


@dataclass(frozen=True, slots=True)
class RemoteView:
    """One row; `account` 0 = the portal."""

    account: int
    title: str
    sub: str
    state: str
    tone: str
    icon: str
    reason: str
    last_ok: str
    failures: str
    limits: tuple[Limit, ...]
    hooks: str
    key: str
    key_bad: bool
    verdict: Verdict

    @property
    def shown(self) -> tuple[Any, ...]:
        """What makes the page worth drawing anew; ages and budgets alone do not."""
        return self.account, self.title, self.state, self.tone, self.reason, self.hooks, self.key_bad, self.verdict


def name_of_portal(facts: PortalFacts) -> str:
    return f"portal:{facts.portal.member_id}"


def name_of(row: Connection) -> str:
    return f"{row.system}:{row.id}"


def remotes(
    facts: PortalFacts, pulse: Pulse, formats: Formats, carrier: Callable[[str], str]
) -> tuple[RemoteView, ...]:
    return (_portal(facts, pulse, formats), *(_account(row, pulse, formats, carrier) for row in facts.connections))


def _portal(facts: PortalFacts, pulse: Pulse, formats: Formats) -> RemoteView:
    t, name = formats.words, name_of_portal(facts)
    calls, gauge = pulse.calls.get(name, _NO_CALLS), pulse.gauges.get(name)
    usable = next((key for key in pulse.keys if key.ok and key.is_admin), None)
    if facts.portal.state == "blocked":
        state, reason = (t("vitals.state.blocked"), "red", "lock"), facts.portal.blocked_reason
    elif usable is None:
        state, reason = (t("vitals.state.no_key"), "red", "lock"), ""
    else:
        state, reason = _working(calls, gauge, formats), ""
    key = (
        t("vitals.key_portal", time=formats.time(usable.expires_at), user=usable.user_id)
        if usable
        else t("vitals.no_key")
    )
    hooks = t("account.hooks_on") if facts.portal.installed_at or facts.steps else t("account.hooks_off")
    return _view(
        0, t("vitals.portal"), facts.portal.domain, state, reason, calls, gauge, hooks, key, usable is None, formats
    )


def _account(row: Connection, pulse: Pulse, formats: Formats, carrier: Callable[[str], str]) -> RemoteView:
    t, name = formats.words, name_of(row)
    calls, gauge = pulse.calls.get(name, _NO_CALLS), pulse.gauges.get(name)
    since = t("vitals.since", when=formats.moment(row.paused_at)) if row.paused_at else ""
    known = {
        "paused": (f"{t('account.state.paused')}{since}", "grey", "pause"),
        "broken": (t("account.state.broken"), "red", "lock"),
        "untested": (t("account.state.untested"), "grey", "question"),
    }
    state = known.get(row.state) or _working(calls, gauge, formats)
    bad = row.state == "broken"
    key = t("vitals.key_bad") if bad else t("vitals.key_fine") if row.state != "untested" else t("account.never")
    sub = f"{carrier(row.system)}, {t(f'account.mode.{row.mode}')}"
    return _view(row.id, row.title, sub, state, row.pause_reason, calls, gauge, _hooks(row, formats), key, bad, formats)


def _hooks(row: Connection, formats: Formats) -> str:
    """What the carrier tells by itself."""
    t = formats.words
    if row.hook_problem:
        return t("vitals.hooks_bad", why=row.hook_problem)
    if row.hook_subscribed_at is None:
        return t("account.hooks_off")
    return t("vitals.hooks_heard", ago=formats.ago(row.hook_seen_at)) if row.hook_seen_at else t("vitals.hooks_waiting")


def _working(calls: Calls, gauge: Gauge | None, formats: Formats) -> tuple[str, str, str]:
    """(state, tone, icon) of a remote that nothing of ours stops."""
    t, verdict = formats.words, judge(calls)
    if gauge is not None and gauge.left_alone_since is not None:
        return t("vitals.state.open", when=formats.moment(gauge.left_alone_since)), "red", "alert"
    if verdict in (Verdict.DOWN, Verdict.DEGRADED) and calls.first_failed_at:
        down = verdict is Verdict.DOWN
        words = t(f"vitals.state.{verdict.value}", when=formats.moment(calls.first_failed_at))
        return words, "red" if down else "amber", "alert"
    return t("vitals.state.works"), "green", "check-circle"


def _view(
    account: int,
    title: str,
    sub: str,
    state: tuple[str, str, str],
    reason: str,
    calls: Calls,
    gauge: Gauge | None,
    hooks: str,
    key: str,
    key_bad: bool,
    formats: Formats,
) -> RemoteView:
    t = formats.words
    counts = [(kind, getattr(calls, kind)) for kind in FAILURES]
    failures = ", ".join(t(f"vitals.fail.{kind}", n=n) for kind, n in counts if n) or t("vitals.none")
    last = formats.ago(calls.last_ok_at) if calls.last_ok_at else "—"
    words, tone, icon = state
    limits = _limits(gauge, account == 0, formats)
    return RemoteView(
        account, title, sub, words, tone, icon, reason, last, failures, limits, hooks, key, key_bad, judge(calls)
    )


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
