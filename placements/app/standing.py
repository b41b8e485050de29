"""How the app stands in the portal, above every section: what an update changed or waits for, whether we are let in,
and where the portal moved. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.flows.return_process import OffReason
from b24app.frames.formats import Formats
from b24app.store import portal_settings, updates
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import InstallStep, PortalState
from b24app.store.return_process import Kept

#: News of the past are shown so long.
NEWS = timedelta(days=3)
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Banner:
    """`code` updated | updating | update_waits | blocked | no_key | moved | returns; `again` = the update can be asked
    for."""

    code: str
    tone: str
    icon: str
    title: str
    text: str
    quote: str = ""
    again: bool = False


def standing(facts: PortalFacts, key: bool, wanted: str, formats: Formats, now: datetime) -> tuple[Banner, ...]:
    """The banners, worst first. `key`: whether an administrator's key works."""
    found = [
        *_shut_out(facts, key, formats),
        *_update(facts, wanted, formats, now),
        *_moved(facts.settings, formats, now),
        *_returns(facts.settings, formats, now),
    ]
    return tuple(found)


def _shut_out(facts: PortalFacts, key: bool, formats: Formats) -> list[Banner]:
    t = formats.words
    for code, holds in (("blocked", facts.portal.state == PortalState.BLOCKED), ("no_key", not key)):
        if holds:
            said = formats.quote(facts.portal.blocked_reason) if code == "blocked" else ""
            return [Banner(code, "red", "lock", t(f"health.{code}.title"), t(f"health.{code}.text"), said)]
    return []


def _update(facts: PortalFacts, wanted: str, formats: Formats, now: datetime) -> list[Banner]:
    t = formats.words
    if updates.lacks(facts.portal, wanted):
        failed = next((row for row in facts.steps if row.state == FAILED), None)
        if facts.portal.provision_tried != wanted or failed is None:
            return [Banner("updating", "blue", "hourglass", t("standing.updating.title"), t("standing.updating.text"))]
        why, said = _why(failed, formats)
        what = t(f"install.step.{failed.step}.title")
        return [Banner("update_waits", "amber", "lock", t("standing.waits.title", what=what), why, said, again=True)]
    applied = facts.settings.get(updates.APPLIED) or {}
    if not applied or not _fresh(applied, now):
        return []
    what = ", ".join(t(f"install.step.{step}.title") for step in applied["steps"])
    when = formats.moment(datetime.fromisoformat(applied["at"]))
    return [Banner("updated", "green", "check-circle", t("standing.updated.title", when=when), what)]


def _why(step: InstallStep, formats: Formats) -> tuple[str, str]:
    """Who can mend it, and the portal's own words."""
    why, _, said = step.words.partition("|")
    if why == "no_admin_key":
        return formats.words("install.why.no_admin_key"), ""
    return formats.words("standing.waits.text"), formats.quote(said)


def _moved(settings: Mapping[str, Any], formats: Formats, now: datetime) -> list[Banner]:
    moved = settings.get(portal_settings.MOVED) or {}
    if not moved or not _fresh(moved, now):
        return []
    t = formats.words
    when = formats.moment(datetime.fromisoformat(moved["at"]))
    title = t("standing.moved.title", domain=moved["to"])
    return [Banner("moved", "blue", "info", title, t("standing.moved.text", old=moved["from"], when=when))]


def _returns(settings: Mapping[str, Any], formats: Formats, now: datetime) -> list[Banner]:
    """Why there is no smart process for returns: as news, and as long as it is gone."""
    off = Kept.of(settings).off
    if off is None or (off.why is not OffReason.GONE and now - off.at >= NEWS):
        return []
    t = formats.words
    text = f"{t(f'returns.off_text.{off.why}')} {t('returns.where')}"
    said = formats.quote(off.said) if off.said else ""
    return [Banner("returns", "amber", "alert", t(f"returns.off.{off.why}"), text, said)]


def _fresh(news: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(news["at"]) < NEWS
