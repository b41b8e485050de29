"""What was promised of the deal's parcel, what is expected of it, and why: the sentence of a forecast. Pure.

Nothing is said without its source: whose promise it is, how many parcels a forecast comes from, and how they did."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.flows.forecast import ENOUGH, NEWEST, By, Forecast, Level, Risk
from b24app.frames.formats import Formats
from b24app.logistics.regions import region_name
from b24app.store.faces.deal_facts import ShipmentFacts, TransitFacts

_SIGNS = {Risk.OK: ("green", "check-circle"), Risk.MAYBE: ("amber", "clock"), Risk.LATE: ("red", "alert")}


@dataclass(frozen=True, slots=True)
class LateView:
    """`promised` and `source`: the day and whose word it is, "" = nobody promised any. `label`, `verdict`: what is
    expected, or how it came; `why`: lines that explain it. `icon` "" = no judgement."""

    promised: str
    source: str
    label: str = ""
    verdict: str = ""
    tone: str = ""
    icon: str = ""
    why: tuple[str, ...] = ()


def late_view(shipment: ShipmentFacts, formats: Formats, carrier: str) -> LateView | None:
    """None while nothing is known."""
    transit, t = shipment.transit, formats.words
    if transit is None:
        return None
    promised = formats.day(transit.promised) if transit.promised else ""
    source = t(f"late.by_{transit.by}") if promised and transit.by else ""
    if not promised and transit.handed is None and transit.days_max is not None:
        promised, source = t("late.days_max", n=transit.days_max), t("late.from_hand_over")
    view = LateView(promised, source)
    if transit.arrived is not None:
        return _arrived(view, transit, formats)
    found = transit.forecast
    if found is None:
        return view if promised else None
    label, why = t("late.forecast"), tuple(reasons(found, transit, formats, carrier))
    if found.expected is None and found.risk is Risk.LATE:
        return LateView(promised, source, label, t("late.late_unknown", n=found.late_by), "red", "alert", why)
    if found.expected is None:
        return LateView(promised, source, label, t("late.nobody_knows"), why=why)
    day = formats.day(found.expected)
    tone, icon = _SIGNS.get(found.risk, ("", ""))
    key = f"late.verdict.{found.risk.value or 'none'}"
    verdict = t(key, day=day, n=found.late_by)
    if found.way is None:
        verdict = t("late.if_today", verdict=verdict)
    return LateView(promised, source, label, verdict, tone, icon, why)


def _arrived(view: LateView, transit: TransitFacts, formats: Formats) -> LateView:
    t = formats.words
    if transit.arrived is None or transit.promised is None:
        return view
    n = (transit.arrived - transit.promised).days
    key, tone, icon = ("late.came_late", "amber", "clock") if n > 0 else ("late.came", "green", "check-circle")
    verdict = t(key, day=formats.day(transit.arrived), n=max(n, 1))
    return LateView(view.promised, view.source, t("late.came_label"), verdict, tone, icon)


def reasons(found: Forecast, transit: TransitFacts, formats: Formats, carrier: str) -> list[str]:
    """The forecast in sentences, the ground of it first."""
    t = formats.words
    if transit.by == By.CLIENT:
        return []
    lines = [_ground(found, formats, carrier)]
    if found.way is not None and found.level is not Level.CARRIER:
        lines[0] += t("late.way", n=found.way)
    if found.idle:
        lines.append(t("late.idle_off" if found.holidays else f"late.idle_{''.join(map(str, found.idle))}"))
    if found.moved and transit.plan is not None:
        lines.append(t("late.moved", carrier=carrier, day=formats.weekday(transit.plan)))
    if transit.promised is not None and found.left and not found.moved:
        lines.append(t("late.like_it" if found.way else "late.like_all", n=found.left, kept=found.in_time))
    elif found.level is not Level.CARRIER and not found.left:
        lines.append(t("late.slower", n=found.n))
    if found.silent:
        lines.append(t("late.silent", n=found.silent, usual=found.gap))
    return lines


def _ground(found: Forecast, formats: Formats, carrier: str) -> str:
    t = formats.words
    if found.level is Level.CARRIER:
        return t("late.ground.carrier" if found.expected else "late.ground.none", enough=ENOUGH)
    where = lane_words(found, formats, carrier)
    return t("late.ground.history", where=where, days=days_words(found, formats), most=found.most, n=found.n,
             span=NEWEST.days)  # fmt: skip


def lane_words(found: Forecast, formats: Formats, carrier: str) -> str:
    """`СДЭК, Москва → Татарстан`, or what stands for it where that lane has too few parcels."""
    t, lane = formats.words, found.lane
    origin, to = region_name(lane.origin, formats.lang), region_name(lane.to, formats.lang)
    if found.level is Level.LANE and origin:
        return t("late.lane", carrier=carrier, origin=origin, to=to)
    if found.level in (Level.LANE, Level.REGION):
        return t("late.to_region", carrier=carrier, to=to)
    return t("late.like_distance", carrier=carrier, distance=t(f"late.distance.{lane.distance}"))


def days_words(found: Forecast, formats: Formats) -> str:
    """`3–4 дня`: how long half of them took, the middle one."""
    if found.low == found.high:
        return formats.words("late.days", n=found.high)
    return formats.words("late.days_between", low=found.low, n=found.high)
