"""What a bill was, beside what was expected, in words. Pure."""

from __future__ import annotations

from b24app.flows.costs import Costs, Price, Reason, compared
from b24app.frames.formats import NBSP, Formats


def why_text(costs: Costs, reason: str, formats: Formats) -> str:
    """`вес 2,100 → 3,000 кг`, the service that is named, or the reason's own word."""
    t = formats.words
    if reason == Reason.WEIGHT:
        told = formats.weight(costs.told_g).removesuffix(f"{NBSP}{t('unit.kg')}")
        return t("costs.weight", told=told, weighed=formats.weight(costs.weighed_g))
    if reason == Reason.SERVICE:
        return t("costs.service", service=costs.extra)
    return t(f"dash.reason.{reason}") if reason else ""


def bill_text(costs: Costs, formats: Formats) -> str:
    """`расчёт 486,00 ₽, в счёте 520,00 ₽: вес 2,100 → 3,000 кг`; "" = there is nothing to set side by side."""
    found, expected, billed = compared(costs), costs.expected, costs.billed
    if found is None or expected is None or billed is None:
        return ""
    said = formats.words("costs.tab", expected=_money(expected, formats), billed=_money(billed, formats))
    return f"{said}: {why_text(costs, found.reason, formats)}"


def _money(price: Price, formats: Formats) -> str:
    return formats.money(price.money.minor, price.money.currency)
