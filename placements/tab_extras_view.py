"""What a deal's order asks for beside carrying, as the tab draws it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.store.deal_extras import Kept
from b24app.store.faces.deal_facts import TabFacts
from b24app.store.models import Connection
from b24app.systems.plugin import Manifest
from placements.extras_words import ExtraRow, rows


@dataclass(frozen=True, slots=True)
class ExtrasView:
    """`own`: a person chose, else the pipeline says. `seen`: the version that this shows. `category`: of the deal's
    pipeline, where nothing but the page knows it yet. `may`: this person may tick, and nothing is under way."""

    rows: tuple[ExtraRow, ...]
    said: str
    own: bool
    seen: int
    category: int
    may: bool


def extras_view(
    facts: TabFacts, systems: Mapping[str, Manifest], formats: Formats, mine: Collection[Right], free: bool
) -> ExtrasView | None:
    """`free`: goods of the deal may still be ordered. None = there is nothing to choose."""
    if not free or facts.gone or not facts.connection:
        return None
    kept = facts.extras
    takers = [each for each in facts.live_accounts.values() if "Orders" in _ports(systems, each)]
    ticked = kept.chosen if kept.chosen is not None else facts.wished
    shown = rows(takers, systems, ticked, formats.words)
    if not shown:
        return None
    may = Right.SHIP in mine and not facts.asks
    return ExtrasView(
        shown, _said(kept, facts.wished, formats), kept.chosen is not None, kept.version, facts.category or 0, may
    )


def _ports(systems: Mapping[str, Manifest], account: Connection) -> Collection[str]:
    manifest = systems.get(account.system)
    return manifest.ports if manifest is not None else ()


def _said(kept: Kept, wished: Collection[str], formats: Formats) -> str:
    """Who decided."""
    t = formats.words
    if kept.chosen is None:
        return t("extras.by_pipeline") if wished else ""
    if not kept.by:
        return t("extras.by_buyer")
    name = kept.name or t("audit.somebody", n=kept.by)
    return t("extras.who", name=name, at=formats.moment(kept.at)) if kept.at is not None else name
