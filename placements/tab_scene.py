"""What the first line of the tab is made from, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.flows.portions import is_split
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import PauseFacts, ProblemFacts, ShipmentFacts, TabFacts
from placements.preview import Preview
from placements.problem_words import ProblemView

#: The right that each wish of the tab takes.
TAKES = {"ship_now": Right.SHIP, "retry": Right.SHIP, "refresh": Right.SHIP, "cancel": Right.CANCEL}


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `code` is the row it appends; `style` a `.wb-btn` variant; `ask` = a dialog confirms it first."""

    code: str
    label: str
    style: str = ""
    ask: bool = False


@dataclass(frozen=True, slots=True)
class Now:
    """`tone` and `icon` of the mark, title, text, problem with its quote, buttons; `busy` = we are at it right now.

    `not_yours`: who may press what this person may not; empty where nothing was taken away. `call`: the client's phone
    (E.164) where a call is what helps."""

    tone: str
    icon: str
    title: str
    text: str
    actions: tuple[Action, ...] = ()
    problem: ProblemView | None = None
    busy: bool = False
    not_yours: str = ""
    call: str = ""


#: Statuses after which a new order may be asked for: nothing of the old one is alive.
OVER = (Status.CANCELLED, Status.REJECTED, Status.RETURNED, Status.LOST)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rules look at. `carrier` is the system's name as people know it."""

    facts: TabFacts
    formats: Formats
    carrier: str
    preview: Preview | None

    @property
    def shipment(self) -> ShipmentFacts | None:
        return self.facts.shipments[0] if self.facts.shipments else None

    @property
    def split(self) -> bool:
        """Whether the deal's goods leave in several shipments."""
        return is_split(self.facts.shipments)

    @property
    def problems(self) -> tuple[ProblemFacts, ...]:
        """Those of the shipment that is shown, and of the deal."""
        # Of messages to the client the card tells: no order has to be put right.
        ours = tuple(found for found in self.facts.problems if not found.problem.code.startswith("message_"))
        if not self.split or self.shipment is None:
            return ours
        mine = (0, self.shipment.id, self.shipment.follows)
        return tuple(found for found in ours if found.shipment_id in mine)

    def said_by(self, found: ProblemFacts) -> str:
        """Whose words a problem quotes: the system of its order."""
        of = next((each for each in self.facts.legs if each.id == found.shipment_id), None)
        if of is None:
            return self.carrier
        # What its carrier has against a request is found out before the warehouse hears of it.
        asked = [intent.kind for intent in of.intents][-1:] == ["check"]
        return self.facts.systems.get(self.facts.system if asked else of.system, self.carrier)

    def words(self, key: str, **params: object) -> str:
        return self.formats.words(key, carrier=self.carrier, **params)

    def now(self, key: str, tone: str, icon: str, *actions: Action, busy: bool = False, **params: object) -> Now:
        return Now(
            tone,
            icon,
            self.words(f"now.{key}.title", **params),
            self.words(f"now.{key}.text", **params),
            actions,
            busy=busy,
        )

    def paused(self, key: str, pause: PauseFacts, *actions: Action) -> Now:
        """An administrator stopped the account: who, since when and why."""
        since = self.formats.moment(pause.since) if pause.since else ""
        return self.now(key, "amber", "pause", *actions, name=pause.by, since=since, reason=pause.reason)


def is_over(shipment: ShipmentFacts) -> bool:
    """Whether nothing of the order is alive: another one may be asked for."""
    return shipment.status in OVER
