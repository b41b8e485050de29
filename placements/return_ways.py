"""How the goods of a return come back, as its page tells and offers it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app import words
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.ways import Near, WayOffer
from b24app.logistics.ports import Quote
from b24app.logistics.returning import ReturnStage
from b24app.store.models import ErrandState
from placements.return_scene import Scene

S = ReturnStage
#: A way may be chosen, and another one, until the goods travel.
CHOOSES = (S.APPROVED, S.COLLECTION_BOOKED)


#: The one obstacle that a person removes in the form itself.
POINT_MISSING = "return_point_missing"


@dataclass(frozen=True, slots=True)
class Offer:
    """One way. `note`: who does what; `sum` "" = not known. `why` it cannot be chosen, "" = it
    can. `near`: points that a person may choose among."""

    value: str
    title: str
    note: str
    sum: str
    why: str
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class WayForm:
    """`values` by input, as the form opens."""

    offers: tuple[Offer, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WaysView:
    """`chosen`: what was chosen, in words, and by whom (`who`). `number` is what is on the box, `ours` our number at
    the carrier. `state`: how far the carrier is ("" = nobody was asked); `bad` = it came to nothing, `problems` why.
    `chooses`: the person may choose (another) one. `receipt`: the warehouse that expects it. `prices`
    as `Scene.prices`. `label` of its order: "" = none, `ready`, `preparing`, `failed` (`label_said` why)."""

    chosen: str
    who: str
    number: str
    ours: str
    price: str
    note: str
    state: str
    bad: bool
    problems: tuple[str, ...]
    receipt: str
    chooses: bool
    open: bool
    prices: str
    label: str
    label_said: str


def ways_view(scene: Scene) -> WaysView | None:
    """None for a return of which nothing travels (yet)."""
    way, errand = scene.facts.kept.way, scene.facts.collection
    if scene.stage in (S.REQUESTED, S.REFUSED) and way is None and errand is None:
        return None
    t = scene.formats.words
    bad = scene.failed is not None
    chooses = scene.decides and scene.stage in CHOOSES and not scene.facts.waiting
    own = scene.case.undelivered and way is None
    label, said = _label(scene)
    number = (errand.tracking_number or errand.order_number) if errand is not None else ""
    return WaysView(
        chosen=_chosen(scene, way) if way is not None else t("ret.way.comes_back") if own else "",
        who=_who(scene, way) if way is not None else "",
        number=number or (way.tracking if way is not None else ""),
        ours=errand.number if errand is not None else "",
        price=scene.money(way.price) if way is not None and way.price is not None else "",
        note=way.note if way is not None else "",
        state=_state(scene),
        bad=bad,
        problems=tuple(words.say_problem(each, scene.formats.lang) for each in errand.problems) if errand else (),
        receipt=_receipt(scene),
        chooses=chooses,
        open=chooses and (way is None or bad),
        prices=scene.prices if chooses else "",
        label=label,
        label_said=said,
    )


def _chosen(scene: Scene, way: Way) -> str:
    carrier = scene.carriers.get(way.connection_id, "") or way.carrier
    key = f"ret.way.{way.kind.value}" if carrier or way.kind is WayKind.BROUGHT else f"ret.way.{way.kind.value}_plain"
    return scene.formats.words(key, carrier=carrier, client=scene.client)


def _who(scene: Scene, way: Way) -> str:
    return ", ".join(filter(None, (way.name, scene.formats.moment(way.at) if way.at else "")))


def _state(scene: Scene) -> str:
    errand = scene.facts.collection
    if errand is None:
        return ""
    t = scene.formats.words
    if errand.state is ErrandState.LIVE and errand.status is not None and errand.status.has_moved:
        said = t(f"status.{errand.status.value}")
        return said[:1].lower() + said[1:]
    key = "cancelling" if errand.wants_cancel and errand.is_open else errand.state.value
    return t(f"ret.errand.{key}", carrier=scene.carriers.get(errand.connection_id, ""))


def _label(scene: Scene) -> tuple[str, str]:
    errand = scene.facts.collection
    label = scene.facts.labels.get(errand.id) if errand is not None else None
    if label is None:
        return "", ""
    if label.is_ready:
        return "ready", ""
    if label.preparing(scene.formats.now):
        return "preparing", ""
    return "failed", words.say_problem(label.problem, scene.formats.lang) if label.problem is not None else ""


def _receipt(scene: Scene) -> str:
    receipt = scene.facts.receipt
    if receipt is None:
        return ""
    name, t = scene.carriers.get(receipt.connection_id, ""), scene.formats.words
    if receipt.receipt is not None:
        return t(f"ret.receipt.{receipt.receipt.stage.value}", where=name, number=receipt.receipt.receipt_number)
    return t(f"ret.receipt.state_{receipt.state.value}", where=name)


# --- choosing ---------------------------------------------------------------------------------------------------------


def way_form(scene: Scene) -> WayForm:
    way = scene.facts.kept.way
    offers = tuple(_offer(scene, each) for each in scene.offers)
    now = f"{way.kind.value}:{way.connection_id}:{way.service}:{way.point_code}" if way is not None else ""
    may = [each.value for each in offers if not each.why]
    values = {
        "way": now if now in may else next(iter(may), ""),
        "point": way.point_code if way is not None and way.point_code else _usual_point(scene),
        "carrier": way.carrier if way is not None else "",
        "tracking": way.tracking if way is not None else "",
        "note": way.note if way is not None else "",
    }
    return WayForm(offers, values)


def _usual_point(scene: Scene) -> str:
    return next((each.point_code for each in scene.offers if each.kind is WayKind.POINT and each.point_code), "")


def value_of(offer: WayOffer) -> str:
    """What the form sends for it."""
    return f"{offer.kind.value}:{offer.connection_id}:{offer.service}:{offer.point_code}"


def names_point(offer: WayOffer) -> bool:
    """The client hands it in at a point, which a person may name, also where nobody knows one."""
    missing = offer.problem is None or offer.problem.code == POINT_MISSING
    return offer.kind is WayKind.POINT and missing


def may_choose(offer: WayOffer) -> bool:
    return offer.problem is None or names_point(offer)


def _offer(scene: Scene, offer: WayOffer) -> Offer:
    t, lang = scene.formats.words, scene.formats.lang
    carrier = scene.carriers.get(offer.connection_id, "")
    plain = "" if carrier or offer.kind is not WayKind.OWN else "_plain"
    said = [t(f"ret.offer.{offer.kind.value}_text", client=scene.client)]
    if offer.quote is not None:
        said.insert(0, scene.services.get((offer.connection_id, offer.service), ""))
        said.append(_days(scene, offer.quote))
    asked = offer.quote is None and offer.asking
    return Offer(
        value_of(offer),
        t(f"ret.offer.{offer.kind.value}{plain}", carrier=carrier),
        ". ".join(each.rstrip(".") for each in said if each) + ".",
        scene.money(offer.quote.price) if offer.quote is not None else t("ret.offer.asking") if asked else "",
        words.say_problem(offer.problem, lang) if offer.problem is not None and not names_point(offer) else "",
        offer.near if names_point(offer) else (),
    )


def _days(scene: Scene, quote: Quote) -> str:
    first, last = quote.days_min, quote.days_max
    if first is None:
        return ""
    if last is None or last == first:
        return scene.formats.words("ret.offer.in_days", n=first)
    return scene.formats.words("ret.offer.days", first=first, last=last)
