"""The first line of the tab: what is so, what follows from it, and the one thing to do. Pure rules over facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from b24app import words
from b24app.flows.chain import REST
from b24app.flows.legs import PICKED, carrier_of
from b24app.flows.picking import Step, is_ready, step_of
from b24app.flows.portions import still_left
from b24app.flows.stock import Level
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    IntentFacts,
    LackFacts,
    ProblemFacts,
    ShipmentFacts,
)
from placements.chips import TONES
from placements.problem_words import field_words, problem_view
from placements.tab_next import CALLS, IDLE, what_next
from placements.tab_scene import OVER, TAKES, Action, Now, Scene


def what_now(scene: Scene) -> Now:
    """The first rule that fits. The order is the order of importance to the person."""
    for rule in _RULES:
        now = rule(scene)
        if now is not None:
            return now
    return _unshipped(scene)


def allowed(now: Now, mine: Collection[Right], formats: Formats) -> Now:
    """Without the buttons that this person may not press, and with who may."""
    left = tuple(each for each in now.actions if TAKES[each.code] in mine)
    return now if left == now.actions else replace(now, actions=left, not_yours=formats.words("now.not_yours"))


def _gone(scene: Scene) -> Now | None:
    return scene.now("gone", "grey", "ban") if scene.facts.gone else None


def _asked(scene: Scene) -> Now | None:
    """Somebody pressed a button and the row is not served yet."""
    if not scene.facts.asks:
        return None
    ask = scene.facts.asks[-1]
    return scene.now(
        f"asked_{ask.kind}", "blue", "hourglass", busy=True, name=ask.name, time=scene.formats.time(ask.at)
    )


def _problem(scene: Scene) -> Now | None:
    worst = min(scene.problems, key=_urgency, default=None)
    if worst is None or _alive_and_well(scene):
        return None
    view = problem_view(worst, scene.formats, scene.said_by(worst), scene.facts.titles)
    style = "" if may_fix_address(scene) == "now" else "primary"  # nothing changes by itself: the address comes first
    actions = (Action("retry", scene.words("do.retry"), style),) if _may_retry(scene, worst) else ()
    tone = "red" if worst.problem.who in (Who.MANAGER, Who.ADMIN) else "amber"
    return Now(tone, "alert", view.title, view.advice, actions, problem=view)


def beside(scene: Scene, *, told: bool) -> tuple[ProblemFacts, ...]:
    """Problems that are told below the first line; `told`: that one tells of a problem. Of several shipments those of
    the others are told in any case."""
    if not told:
        return scene.facts.problems
    return tuple(found for found in scene.facts.problems if found not in scene.problems)


def is_address_problem(problem: Problem) -> bool:
    """One that the address panel puts right."""
    return problem.field in (Field.ADDRESS, Field.CITY)


def may_fix_address(scene: Scene) -> str:
    """Where the way to the address panel is shown: `now` beside the first line, `card` at the address, "" nowhere
    (a parcel is on its way, the deal is gone, or somebody is at it just now)."""
    facts, shipment = scene.facts, scene.shipment
    if facts.gone or facts.asks or not facts.connection:
        return ""
    if shipment is not None and shipment.status not in (Status.DRAFT, *OVER):
        return ""
    wrong = [found.problem for found in facts.problems] + list(scene.preview.problems if scene.preview else ())
    if any(is_address_problem(problem) for problem in wrong):
        return "now"
    return "card" if shipment is None and scene.preview is not None and not scene.preview.point else ""


def _urgency(found: ProblemFacts) -> int:
    return list(Who).index(found.problem.who)


def _alive_and_well(scene: Scene) -> bool:
    """A parcel that travels comes first; what is wrong beside it is told below."""
    shipment = scene.shipment
    if shipment is not None and shipment.leg == PICKED:
        return False
    return shipment is not None and shipment.status.has_moved and shipment.status is not Status.UNKNOWN


def _may_retry(scene: Scene, found: ProblemFacts) -> bool:
    shipment = scene.shipment
    if found.problem.who is Who.CARRIER and shipment is not None:
        return False
    if found.problem.code == REST:
        return False
    waits = shipment is not None and shipment.leg == PICKED and is_ready(shipment.picking, shipment.status)
    return shipment is None or waits or shipment.status in (Status.DRAFT, Status.SUBMITTING, *OVER)


def _sending(scene: Scene) -> Now | None:
    shipment = scene.shipment
    if shipment is None or shipment.status not in (Status.DRAFT, Status.SUBMITTING):
        return None
    intent = _open_intent(shipment, "create")
    if intent and intent.state == "dead":
        return scene.now(
            "gave_up", "red", "alert", Action("retry", scene.words("do.retry"), "primary"), n=intent.attempts
        )
    if intent and intent.state == "uncertain":
        return scene.now("uncertain", "amber", "hourglass", busy=True)
    if shipment.paused is not None and (intent is None or intent.state == "waiting"):
        return scene.paused("paused", shipment.paused)
    if intent and intent.attempts and intent.next_try_at and intent.next_try_at > scene.formats.now:
        return scene.now("silent", "amber", "hourglass", busy=True, time=scene.formats.time(intent.next_try_at))
    return scene.now("submitting", "blue", "hourglass", busy=True)


def _cancelling(scene: Scene) -> Now | None:
    shipment = scene.shipment
    if shipment is None or shipment.status.is_final or _open_intent(shipment, "cancel") is None:
        return None
    return scene.now("cancelling", "amber", "hourglass", busy=True)


def _open_intent(shipment: ShipmentFacts, kind: str) -> IntentFacts | None:
    """The latest call of this kind that is not over."""
    latest = [intent for intent in shipment.intents if intent.kind == kind][-1:]
    return latest[0] if latest and latest[0].state not in ("done", "refused", "obsolete") else None


def _at_warehouse(scene: Scene) -> Now | None:
    """Goods that a warehouse has: what it does, and what follows from it for the carrier."""
    shipment = scene.shipment
    step = step_of(shipment) if shipment is not None else None
    if shipment is None or step in (None, Step.CANCELLED, Step.REJECTED):
        return None
    number = shipment.order_number or shipment.number
    if shipment.leg == PICKED and is_ready(shipment.picking, shipment.status):
        return _packed(scene, shipment, number)
    then = ""
    if shipment.leg == PICKED and shipment.picking is not None:
        then = scene.words(f"chain.then_{shipment.picking.book.value}")
    tone, icon = TONES[shipment.status]
    return scene.now(f"wh_{step.value}", tone, "box" if step is Step.PACKED else icon, number=number, then=then)


def _packed(scene: Scene, shipment: ShipmentFacts, number: str) -> Now:
    """The carrier's turn: we are at it, unless a person has to say so."""
    last = carrier_of(shipment, scene.facts.legs)
    ship = Action("ship_now", scene.words("do.carry"), "primary")
    if scene.facts.note == "deal_lost":
        return scene.now("wh_lost", "amber", "box", ship, number=number)
    if last is not None and last.status is Status.CANCELLED:
        return scene.now("wh_again", "amber", "box", ship, number=number)
    if last is not None and last.status is Status.REJECTED:
        return scene.now("wh_refused", "red", "ban", Action("retry", scene.words("do.retry"), "primary"), number=number)
    return scene.now("wh_booking", "blue", "hourglass", busy=True, number=number)


def _status(scene: Scene) -> Now | None:
    shipment = scene.shipment
    if shipment is None:
        return None
    tone, icon = TONES[shipment.status]
    place = shipment.events[-1].place if shipment.events else ""
    actions: tuple[Action, ...] = ()
    if shipment.status in OVER and scene.facts.connection:
        actions = _once_more(scene, shipment)
    follows, own = what_next(shipment, scene.formats), _status_key(shipment, place)
    key = follows.key if follows else own
    params = {
        **(follows.params if follows else {}),
        "place": place or scene.words("now.place_unknown"),
        "number": shipment.order_number or shipment.number,
        "code": shipment.remote_code,
        "said": scene.formats.quote(shipment.remote_text) if shipment.remote_text else "",
    }
    to_do = key in IDLE and any(found.problem.who in (Who.MANAGER, Who.ADMIN) for found in scene.problems)
    text = scene.words("now.see_below" if to_do else f"now.{key}.text", **params)
    return Now(
        (follows.tone if follows else "") or tone,
        (follows.icon if follows else "") or icon,
        scene.words(f"now.{own if follows and follows.aside else key}.title", **params),
        # A carrier that said nothing is not quoted.
        text if shipment.remote_text else text.removesuffix(f"{scene.carrier}: ").rstrip(),
        actions,
        call=shipment.request.recipient.phone or "" if key in CALLS and shipment.request else "",
    )


def _once_more(scene: Scene, shipment: ShipmentFacts) -> tuple[Action, ...]:
    """Of several shipments only a refused one is sent again as it is; what is left is shipped where it is listed."""
    if not scene.split:
        return (Action("ship_now", scene.words("do.ship_again", carrier_now=scene.carrier), "primary"),)
    refused = shipment.status is Status.REJECTED
    return (Action("retry", scene.words("do.retry"), "primary"),) if refused else ()


def _left(scene: Scene) -> Now | None:
    """Everything that was shipped has arrived, and that is not everything."""
    shipments = scene.facts.shipments
    if not scene.split or any(each.status.is_live for each in shipments) or not still_left(shipments):
        return None
    arrived = sum(each.status is Status.DELIVERED for each in shipments)
    if not arrived or not all(each.status in (Status.DELIVERED, Status.CANCELLED) for each in shipments):
        return None
    return scene.now("left", "amber", "box")


def _status_key(shipment: ShipmentFacts, place: str) -> str:
    if shipment.status is Status.IN_TRANSIT and place:
        return "in_transit_at"
    return shipment.status.value


def _not_set_up(scene: Scene) -> Now | None:
    return None if scene.facts.connection else scene.now("not_set_up", "grey", "lock")


def _unshipped(scene: Scene) -> Now:
    preview = scene.preview
    if scene.facts.paused is not None:
        return scene.paused("paused_unshipped", scene.facts.paused)
    # No filled button: the one with the price on it stands below, beside the offers.
    ship = Action("ship_now", scene.words("do.ship"))
    if preview is not None and preview.problems:
        return _stops(scene, preview.problems)
    if scene.facts.lacking is not None:
        return _lacking(scene, scene.facts.lacking, ship)
    return scene.now("waiting" if preview is None else "can_ship", "blue", "box", ship)


def _lacking(scene: Scene, found: LackFacts, ship: Action) -> Now:
    """A warehouse that the deal goes through would pick less than it needs: it may be sent all the same."""
    first, more = found.lacks[0], len(found.lacks) - 1
    key = "lacking_unknown" if first.level is Level.UNKNOWN else "lacking"
    need, have = (scene.formats.count(each) for each in (first.quantity, first.available))
    now = scene.now(
        key, "amber", "box", ship, account=found.connection, item=first.name, sku=first.sku, need=need, have=have
    )
    return replace(now, text=f"{scene.words('now.lacking_more', n=more)} {now.text}") if more else now


def _stops(scene: Scene, problems: Sequence[Problem]) -> Now:
    """What certainly stops the shipment: the one thing in full, or the list of fields."""
    lang = scene.formats.lang
    fields = [each.field for each in problems if each.field is not Field.NONE]
    names = dict.fromkeys(field_words(field, lang, scene.facts.titles) for field in fields)
    now = scene.now("missing", "amber", "alert", what=", ".join(names))
    if len(problems) > 1:
        return now
    return replace(now, title=words.say(f"problem.{problems[0].code}", lang, **problems[0].params).rstrip("."))


_RULES: tuple[Callable[[Scene], Now | None], ...] = (
    _gone,
    _asked,
    _problem,
    _sending,
    _cancelling,
    _left,
    _at_warehouse,
    _status,
    _not_set_up,
)
