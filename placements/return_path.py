"""The way of a return from the wish to its end, as stops. Pure."""

from __future__ import annotations

from datetime import datetime

from b24app.flows.returns.window import answer_by
from b24app.logistics.returning import Outcome, ReturnStage
from b24app.store.return_journal import Moved
from placements.return_scene import Scene
from placements.tab_path import Stop

S = ReturnStage
#: The stages that each stop stands for.
_ASKED, _APPROVED = (S.REQUESTED,), (S.APPROVED,)
_TRAVELS, _COUNTED = (S.COLLECTION_BOOKED, S.IN_TRANSIT), (S.RECEIVED, S.INSPECTED)
_ENDS = (S.REFUNDED, S.REPLACED, S.CLOSED)
_STOPS = (("asked", _ASKED), ("approved", _APPROVED), ("travels", _TRAVELS), ("counted", _COUNTED), ("end", _ENDS))


def stops_of(scene: Scene) -> tuple[Stop, ...]:
    """Of undelivered goods the first two are left out: nobody asked for them, nobody approved them."""
    if scene.stage is S.REFUSED:
        return _refused(scene)
    stops = _STOPS[2:] if scene.case.undelivered and scene.when(S.APPROVED) is None else _STOPS
    here = next(at for at, (_, stages) in enumerate(stops) if scene.stage.rank <= stages[-1].rank)
    return tuple(_stop(scene, name, stages, at - here) for at, (name, stages) in enumerate(stops))


def _refused(scene: Scene) -> tuple[Stop, ...]:
    t, said = scene.formats.words, _last(scene, S.REFUSED)
    asked = Stop(t("ret.stop.asked"), _day(scene, scene.case.asked_at or scene.facts.kept.created_at), "is-done")
    return asked, Stop(t("ret.stop.refused"), _who(scene, said), "is-bad")


def _stop(scene: Scene, name: str, stages: tuple[ReturnStage, ...], ahead: int) -> Stop:
    t = scene.formats.words
    title = t(f"ret.stop.{_ending(scene)}" if name == "end" else f"ret.stop.{name}")
    over = scene.stage is S.CLOSED
    state = "is-done" if ahead < 0 or (ahead == 0 and over) else "is-here" if ahead == 0 else ""
    if ahead > 0:
        return Stop(title, _ahead(scene, name), state)
    if name == "asked":
        return Stop(title, _day(scene, scene.case.asked_at or scene.facts.kept.created_at), state)
    if name == "travels":
        return Stop(title, _travel(scene), state)
    return Stop(title, _who(scene, _last(scene, *stages)), state)


def _ending(scene: Scene) -> str:
    return {
        Outcome.REPLACEMENT: "replacement",
        Outcome.BACK_TO_CUSTOMER: "back",
        Outcome.WRITE_OFF: "money",
    }.get(scene.case.outcome or Outcome.REFUND, "money")


def _ahead(scene: Scene, name: str) -> str:
    counted = scene.when(S.INSPECTED)
    if name != "end" or counted is None or not scene.case.is_paid:
        return ""
    last = answer_by(counted, scene.zone, scene.facts.rules.window)
    return scene.formats.words("ret.stop.until", day=scene.formats.short_day(last))


def _travel(scene: Scene) -> str:
    """`7–11 ноя, СДЭК`: from its beginning to its arrival, by whom."""
    begun, there = scene.when(S.IN_TRANSIT) or scene.when(S.COLLECTION_BOOKED), scene.when(S.RECEIVED)
    way, errand = scene.facts.kept.way, scene.facts.collection
    carrier = scene.carriers.get(errand.connection_id, "") if errand is not None else ""
    carrier = carrier or (way.carrier if way is not None else "")
    return ", ".join(filter(None, (_days(scene, begun, there), carrier)))


def _days(scene: Scene, begun: datetime | None, there: datetime | None) -> str:
    """`7–11 ноя`, `30 окт – 2 ноя`."""
    if begun is None or there is None:
        known = begun or there
        return _day(scene, known) if known is not None else ""
    first, last = (at.astimezone(scene.formats.zone).date() for at in (begun, there))
    if first == last:
        return _day(scene, there)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{scene.formats.short_day(there)}"
    return f"{scene.formats.short_day(begun)} – {scene.formats.short_day(there)}"


def _last(scene: Scene, *stages: ReturnStage) -> Moved | None:
    moves = [each for each in scene.facts.moves if each.stands in stages and each.was is not each.stands]
    return moves[-1] if moves else None


def _who(scene: Scene, moved: Moved | None) -> str:
    if moved is None:
        return ""
    return ", ".join(filter(None, (_day(scene, moved.at), moved.name)))


def _day(scene: Scene, at: datetime) -> str:
    today = at.astimezone(scene.formats.zone).date() == scene.formats.today
    return scene.formats.words("ret.stop.today") if today else scene.formats.short_day(at)
