"""What the tab's prices say of how parcels really went: the mark of the best offer with its reason, and each offer's
record. Pure."""

from __future__ import annotations

from b24app.flows.best import Best
from b24app.flows.forecast import ENOUGH, Forecast
from b24app.frames.formats import Formats
from placements.tab_late import days_words
from placements.tab_rates_parts import TagWords


def best_tag(found: Best, currency: str, formats: Formats, costs: bool) -> TagWords:
    """`на 40,00 ₽ дороже, но вовремя 97 из 100`."""
    t = formats.words
    kept = t("late.best.kept", kept=found.kept, n=found.of)
    if not costs:
        why = kept
    elif not found.dearer:
        why = t("late.best.cheap_too", kept=kept)
    else:
        why = t("late.best.dearer", more=formats.money(found.dearer, currency), kept=kept)
    if found.sooner is not None and found.sooner > 0:
        why = t("late.best.sooner", why=why, n=found.sooner)
    return "green", t("late.best.label"), why


def record_words(found: Forecast | None, formats: Formats) -> str:
    """`по вашим посылкам 3–4 дня, вовремя 31 из 32`; an empty text where there are too few."""
    if found is None or not found.n:
        return ""
    days = formats.words("late.record", days=days_words(found, formats), most=found.most)
    if found.left < ENOUGH:
        return days
    return f"{days}, {formats.words('late.best.kept', kept=found.in_time, n=found.left)}"
