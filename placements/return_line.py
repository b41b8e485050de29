"""One line of time for a return: the parcel there, the parcel back, and what people and systems did. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from b24app import words
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.scans import standing
from b24app.flows.returns.starts import key_of
from b24app.flows.returns.window import REASON, UNDELIVERED, Verdict
from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import ShipmentFacts
from b24app.store.models import ErrandKind, RefundKind
from b24app.store.return_errands import Errand
from b24app.store.return_journal import Moved
from placements.chips import TONES
from placements.codes import telling
from placements.return_scene import NOTHING, Scene

S = ReturnStage
_ICONS = {
    S.REQUESTED: ("question", ""),
    S.APPROVED: ("check", ""),
    S.COLLECTION_BOOKED: ("clock", ""),
    S.IN_TRANSIT: ("undo", "violet"),
    S.RECEIVED: ("store", "violet"),
    S.INSPECTED: ("box", "blue"),
    S.REFUNDED: ("check", "green"),
    S.REPLACED: ("check", "green"),
    S.CLOSED: ("check", ""),
    S.REFUSED: ("ban", "red"),
}
#: What of the way there matters to a return.
_THERE = frozenset(
    (Status.CREATED, Status.DELIVERED, Status.DELIVERY_FAILED, Status.READY_FOR_PICKUP, Status.RETURNING,
     Status.RETURNED, Status.LOST)
)  # fmt: skip
#: Stages that a carrier's news bring about, and how late they may come here after its own time.
_CARRIED = (S.COLLECTION_BOOKED, S.IN_TRANSIT, S.RECEIVED)
_SAME = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Told:
    """`cite` and `quote` are a system's name and words (Russian), `text` is ours."""

    icon: str
    tone: str
    title: str
    at: datetime
    text: str = ""
    cite: str = ""
    quote: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """`numbers`: the orders that it joins, in words."""

    told: tuple[Told, ...]
    numbers: str


def line_view(scene: Scene) -> LineView:
    told = sorted(_told(scene), key=lambda each: each.at, reverse=True)
    return LineView(tuple(told), _numbers(scene))


def _numbers(scene: Scene) -> str:
    t, errand, way = scene.formats.words, scene.facts.collection, scene.facts.kept.way
    carried = scene.facts.basis.carried if scene.facts.basis else None
    there = next((each.order_number or each.number for each in _shipments(scene)), carried.number if carried else "")
    back = (errand.tracking_number or errand.order_number) if errand is not None else ""
    back = back or (way.tracking if way is not None else "")
    if there and back and there != back:
        return t("ret.line_of_two", there=there, back=back)
    return t("ret.line_of_one", there=there) if there else ""


def _shipments(scene: Scene) -> Iterator[ShipmentFacts]:
    brought = {each.shipment_id for each in scene.facts.basis.brought} if scene.facts.basis else set()
    mine = [each for each in scene.facts.shipments if key_of(each.number) == scene.case.key]
    yield from mine or (each for each in scene.facts.shipments if not brought or each.id in brought)


def _told(scene: Scene) -> Iterator[Told]:
    said = _said(scene)
    yield from (_moved(scene, each) for each in scene.facts.moves if _shows(each, said))
    for shipment in scene.facts.shipments:
        carrier = scene.carriers.get(shipment.connection_id, "")
        number = shipment.tracking_number or shipment.order_number or shipment.number
        for event in shipment.events:
            if event.status in _THERE:
                yield _event(scene, event.status, event.at, event.place, carrier, event.text, event.code, number)
    for errand in scene.facts.errands:
        yield from _errand(scene, errand)
    yield from _scanned(scene)
    for refund in scene.facts.refunds:
        if refund.kind is RefundKind.PAID:
            title = scene.formats.words("ret.told.paid", sum=scene.money(refund.amount))
            yield Told("check", "green", title, refund.at, ", ".join(filter(None, (refund.name, refund.note))))


def _said(scene: Scene) -> list[datetime]:
    """When carriers said something that has a line of its own."""
    mine = [errand for errand in scene.facts.errands if errand.kind is ErrandKind.COLLECTION]
    told = [event.at for errand in mine if errand.order is not None for event in errand.order.events]
    told += [event.at for each in scene.facts.shipments for event in each.events if event.status in _THERE]
    return [*told, *(errand.created_at for errand in mine)]


def _shows(moved: Moved, said: list[datetime]) -> bool:
    """What a carrier says moves the return, too: that is one line, in its own words."""
    told = moved.actor is Actor.SYSTEM and moved.stands in _CARRIED
    if told and any(abs(moved.at - at) <= _SAME for at in said):
        return False
    return moved.was is not moved.stands or bool(moved.problems)


def _moved(scene: Scene, moved: Moved) -> Told:
    t = scene.formats.words
    if moved.problems:
        said = " ".join(words.say_problem(each, scene.formats.lang) for each in moved.problems)
        return Told("alert", "red", t("ret.told.not_moved", stage=t(f"ret.to.{moved.wanted.value}")), moved.at,
                    ". ".join(filter(None, (_by(scene, moved), said))))  # fmt: skip
    icon, tone = _ICONS[moved.stands]
    back = moved.was is not None and moved.stands.rank < moved.was.rank
    key = "reopened" if moved.was is S.REFUSED else "back" if back else moved.stands.value
    key = "begun" if moved.was is None else key
    if key == S.COLLECTION_BOOKED and not _is_ordered(scene):
        key = "way_chosen"
    title = t(f"ret.told.{key}", stage=t(f"ret.stage.{moved.stands.value}"))
    parts = [_by(scene, moved)]
    if moved.stands is S.APPROVED and not back:
        parts.append(window_words(scene))
    if moved.stands is S.INSPECTED and scene.is_counted:
        count = scene.formats.count
        parts.append(t("ret.told.counted", asked=count(scene.asked), came=count(scene.came)))
    parts.append(scene.formats.quote(moved.why) if moved.why else "")
    return Told(icon, tone, title, moved.at, ", ".join(filter(None, parts)))


def _is_ordered(scene: Scene) -> bool:
    way = scene.facts.kept.way
    return way is None or way.kind.is_ordered


def _by(scene: Scene, moved: Moved) -> str:
    if moved.name:
        return moved.name
    if moved.actor is Actor.CUSTOMER:
        return scene.client
    t, key = scene.formats.words, f"ret.by.{moved.actor.value}"
    return moved.source if moved.actor is Actor.SYSTEM and moved.source in scene.carriers.values() else t(key)


def _event(
    scene: Scene, status: Status | None, at: datetime, place: str, carrier: str, text: str, code: str, number: str,
    back: bool = False,
) -> Told:  # fmt: skip
    t = scene.formats.words
    tone, icon = TONES.get(status, ("", "info")) if status is not None else ("", "info")
    title = t(f"status.{status.value}") if status is not None else t("ret.told.note")
    if back:
        what = title[:1].lower() + title[1:]
        title, icon, tone = t("ret.told.on_the_way_back", what=what), "undo", "violet"
    after = ", ".join(filter(None, (t("history.code", code=shown) if (shown := telling(code)) else "", number)))
    kept = {"grey": "", "amber": ""}
    return Told(icon, kept.get(tone, tone), f"{title}: {place}" if place else title, at, "", carrier, text, after)


def _errand(scene: Scene, errand: Errand) -> Iterator[Told]:
    t, name = scene.formats.words, scene.carriers.get(errand.connection_id, "")
    number = errand.tracking_number or errand.order_number or errand.number
    yield Told("send", "", t(f"ret.told.{errand.kind.value}", carrier=name, number=number), errand.created_at)
    if errand.kind is ErrandKind.COLLECTION and errand.order is not None:
        for event in errand.order.events:
            if event.status in (Status.DRAFT, Status.SUBMITTING):
                continue
            yield _event(scene, event.status, event.at, event.place, name, event.text, event.code, number, back=True)


def _scanned(scene: Scene) -> Iterator[Told]:
    """Of each clerk and day one line."""
    found = sorted(standing(scene.facts.scans), key=lambda scan: (scan.name, scan.at))
    zone = scene.formats.zone
    for (name, _), group in groupby(found, key=lambda scan: (scan.name, scan.at.astimezone(zone).date())):
        scans = list(group)
        total = sum((scan.quantity for scan in scans if scan.row), NOTHING)
        title = scene.formats.words("ret.told.scanned", count=scene.formats.count(total))
        yield Told("scan", "", title, scans[-1].at, name)


# --- the window -------------------------------------------------------------------------------------------------------


def window_words(scene: Scene) -> str:
    """`14-й день из 14, исключений нет`: what the window says, and who let it pass."""
    looked, t = scene.looked, scene.formats.words
    if looked is None or not looked.judged.verdicts:
        return ""
    said = list(dict.fromkeys(_verdict(scene, each) for each in looked.judged.verdicts))
    override = scene.case.override
    if looked.judged.overridden and override is not None:
        said.append(t("ret.window.override", name=override.name, why=scene.formats.quote(override.why)))
    return "; ".join(filter(None, said))


def _verdict(scene: Scene, each: Verdict) -> str:
    t = scene.formats.words
    if each.rule in (REASON, UNDELIVERED, "no_date"):
        return t(f"ret.window.{each.rule}")
    if not each.days and not each.day:
        return t("ret.window.never", rule=each.rule)
    key = "ret.window.in" if each.is_in else "ret.window.late"
    said = t(key, day=each.day, days=each.days)
    return said if each.rule == "usual" else f"{said}, {t('ret.window.rule', rule=scene.formats.quote(each.rule))}"
