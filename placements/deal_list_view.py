"""The list of deals as the templates draw it: rows, what may be done with each, how a press of many goes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from b24app.flows.forecast import Risk
from b24app.flows.legs import PICKED
from b24app.flows.portions import still_left
from b24app.flows.snapshot import DealSnapshot, Role
from b24app.frames.formats import Formats
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    ProblemFacts,
)
from b24app.store.faces.many import LastShipment, Standing
from b24app.store.faces.prints import NO_ORDER
from placements.chips import Chip, chip_of
from placements.preview import Preview
from placements.problem_words import field_words, problem_view

SHIP, REFRESH = "ship_now", "refresh"
#: Fields that are put right in the row.
FIXES = {"phone": Role.PHONE, "address": Role.ADDRESS}
FIX_OF = {Field.PHONE: "phone", Field.ADDRESS: "address", Field.CITY: "address"}
#: Statuses after which a new order may be asked for: nothing of the old one is alive.
_OVER = (Status.CANCELLED, Status.REJECTED, Status.RETURNED, Status.LOST)
_UNSENT = (Status.DRAFT, Status.SUBMITTING)
#: What the person's reading of a list does not bring: its lack says nothing.
_NOT_READ = frozenset({"items_missing"})


def may(standing: Standing, ships: bool) -> str:
    """The wish that this deal may get now: ship_now, refresh, or none. `ships`: its pipeline is on."""
    if standing.gone or standing.ask:
        return ""
    shipment = standing.shipment
    if standing.pieces:
        return _may_split(standing, ships)
    if shipment is None or shipment.status in _OVER:
        return SHIP if ships else ""
    if shipment.status in _UNSENT:
        return SHIP if ships and (shipment.create == "dead" or standing.problems) else ""
    return "" if shipment.status.is_final else REFRESH


def _may_split(standing: Standing, ships: bool) -> str:
    """A deal that was split: what was refused goes again; what is left is shipped in the deal, where it is listed."""
    if ships and any(each.status is Status.REJECTED for each in standing.pieces):
        return SHIP
    return REFRESH if any(each.status.is_live and each.status not in _UNSENT for each in standing.pieces) else ""


# --- rows -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """How a deal stands, in its row: the parts that change while the page is open. `can` as `may` says; `weight` and
    `price` are of the order, empty while there is none; `fix`: the field that can be put right here; `prints`:
    it has an order whose system prints labels; `ahead`: when its parcel is expected, if that may be late."""

    deal_id: int
    chip: Chip
    note: str
    trouble: str
    can: str
    weight: str = ""
    price: str = ""
    fix: str = ""
    prints: bool = False
    ahead: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A deal of the page, as its people know it. `lacks`: what it was seen to lack."""

    deal_id: int
    name: str
    title: str
    where: str
    carrier: str
    mark: Mark
    category: int
    lacks: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What all rows share. `ships`: pipelines that are on; `carriers`: name of the account by pipeline;
    `carrier(system)`: its name for people; `titles`: the portal's names of its own fields; `fixable`: roles that a
    field of the portal plays, for a person who may ship; `prints(system)`: whether it has labels."""

    formats: Formats
    ships: Collection[int]
    accounts: Mapping[int, str]
    carrier: Callable[[str], str]
    titles: Mapping[str, str]
    costs: bool
    fixable: Collection[Role] = ()
    prints: Callable[[str], bool] = lambda _: False


def row(
    deal: DealSnapshot, whole: bool, standing: Standing, sent: ShipmentRequest | None, shown: Preview, setting: Setting
) -> Row:
    """`shown`: what the deal itself says; `sent`: what its order said; `whole`: all people of the deal could be read,
    so what it lacks it really lacks."""
    shipment = standing.shipment
    recipient = sent.recipient.name if sent else shown.recipient.name
    live = shipment is not None and shipment.status not in _OVER
    lacks = _lacks(shown) if whole else ()
    return Row(
        deal_id=deal.deal_id,
        name=recipient or deal.title,
        title=deal.title if recipient else "",
        where=_where(sent, shown),
        carrier=setting.carrier(shipment.system) if shipment and live else setting.accounts.get(deal.category, ""),
        mark=mark(standing, deal.category in setting.ships, setting, sent, lacks),
        category=deal.category,
        lacks=lacks,
    )


def _where(sent: ShipmentRequest | None, shown: Preview) -> str:
    if sent is not None:
        return sent.point_code or (sent.address.text if sent.address else "")
    return shown.point or shown.address


def _lacks(shown: Preview) -> tuple[Field, ...]:
    """Fields without which the deal certainly does not ship."""
    return tuple(each.field for each in shown.problems if each.code not in _NOT_READ and each.field is not Field.NONE)


def mark(
    standing: Standing, ships: bool, setting: Setting, sent: ShipmentRequest | None = None, lacks: Sequence[Field] = ()
) -> Mark:
    """`sent`: what the last order said; `lacks`: fields that the deal itself was seen to lack."""
    formats = setting.formats
    worst = _worst(standing)
    found, note, trouble = _chip(standing, ships, setting, lacks), "", ""
    shipment = standing.shipment
    if not standing.ask:
        note = _note(standing, formats)
    if worst is not None and not standing.ask:
        trouble = problem_view(worst, formats, _carrier(shipment, setting), setting.titles).title
    live = shipment if shipment is not None and shipment.status not in _OVER else None
    weight = formats.weight(sent.weight_g) if live and sent and not standing.pieces else ""
    costs = _cost(standing) if (live or standing.pieces) and setting.costs else None
    price = formats.money(costs.minor, costs.currency) if costs else ""
    can = may(standing, ships)
    wrong = [worst.problem.field] if worst else lacks[:1]
    fix = next((kind for each in wrong if (kind := FIX_OF.get(each)) and FIXES[kind] in setting.fixable), "")
    made = standing.pieces or ((shipment,) if shipment is not None else ())
    prints = any(each.status not in NO_ORDER and setting.prints(each.system) for each in made)
    ahead = _ahead(shipment, formats) if live and not standing.ask else ""
    return Mark(standing.deal_id, found, note, trouble, can, weight, price, fix if can == SHIP else "", prints, ahead)


def _note(standing: Standing, formats: Formats) -> str:
    """The order's number; of several shipments all, and whether something is left."""
    numbers = ", ".join(each.number for each in standing.orders if each.status not in _UNSENT)
    if not still_left(standing.pieces):
        return numbers
    return formats.words("deals.left_over", numbers=numbers) if numbers else formats.words("deals.left_over_only")


def _cost(standing: Standing) -> Money | None:
    """What the orders cost together, if that can be said."""
    prices = [each.price for each in standing.orders]
    known = [price for price in prices if price is not None]
    if len(known) != len(prices) or len({price.currency for price in known}) != 1:
        return None
    return Money(sum(price.minor for price in known), known[0].currency)


def _ahead(shipment: LastShipment | None, formats: Formats) -> str:
    if shipment is None or not shipment.risk or shipment.risk is Risk.OK or shipment.expected is None:
        return ""
    return formats.words(f"deals.ahead.{shipment.risk.value}", day=formats.short_day(shipment.expected))


def _worst(standing: Standing) -> ProblemFacts | None:
    """The problem that a person has to look at first; a parcel that travels comes before it."""
    shipment = standing.shipment
    moved = shipment is not None and shipment.leg != PICKED and shipment.status.has_moved
    if moved and shipment is not None and shipment.status is not Status.UNKNOWN:
        return None
    return min(standing.problems, key=lambda found: list(Who).index(found.problem.who), default=None)


def _carrier(shipment: LastShipment | None, setting: Setting) -> str:
    return setting.carrier(shipment.system) if shipment else ""


def _chip(standing: Standing, ships: bool, setting: Setting, lacks: Sequence[Field]) -> Chip:
    t, shipment, worst = setting.formats.words, standing.shipment, _worst(standing)
    if standing.gone:
        return Chip("grey", "ban", t("deals.chip.gone"))
    if standing.ask:
        return Chip("grey", "clock", t("deals.chip.updating" if standing.ask == REFRESH else "deals.chip.queued"))
    if worst is not None:
        tone = "red" if worst.problem.who in (Who.MANAGER, Who.ADMIN) else "amber"
        return Chip(tone, "alert", _name(worst.problem.field, setting) or t("deals.chip.problem"))
    if shipment is not None and shipment.status in _UNSENT and shipment.create == "dead":
        return Chip("red", "alert", t("deals.chip.gave_up"))
    if shipment is not None and shipment.status in _UNSENT and shipment.paused:
        return Chip("amber", "pause", t("deals.chip.paused"))
    if shipment is not None and shipment.risk is Risk.LATE:
        return Chip("amber", "clock", t("deals.chip.late", n=shipment.late_by))
    if shipment is not None:
        return chip_of(shipment, setting.formats)
    if not ships:
        return Chip("grey", "lock", t("deals.chip.off"))
    names = [name for each in lacks if (name := _name(each, setting))]
    if names:
        return Chip("amber", "alert", t("deals.chip.lacks", what=", ".join(dict.fromkeys(names))))
    if standing.lacking:
        return Chip("amber", "box", t("deals.chip.lacking"))
    return Chip("grey", "box", t("deals.chip.ready"))


def _name(field: Field, setting: Setting) -> str:
    return field_words(field, setting.formats.lang, setting.titles)


# --- a press of many ------------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    DONE = "done"
    NEEDS = "needs"
    SENDING = "sending"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Share:
    tone: str
    percent: float

    @property
    def pair(self) -> tuple[str, float]:
        return self.tone, self.percent


@dataclass(frozen=True, slots=True)
class Progress:
    """How one press goes. `left_out`: chosen deals that needed nothing or could not be asked."""

    title: str
    text: str
    counts: Mapping[str, int]
    shares: tuple[Share, ...]
    sentence: str
    busy: bool
    ships: bool


def outcome(standing: Standing, wish: str, since: datetime) -> Outcome:
    """What became of one deal of a press made at `since`."""
    if standing.ask:
        return Outcome.QUEUED
    shipment = standing.shipment
    if wish == REFRESH:
        asked = shipment is None or shipment.status.is_final or (shipment.polled_at or since) > since
        return Outcome.DONE if asked else Outcome.SENDING
    worst = _worst(standing)
    if worst is not None and (worst.problem.who in (Who.MANAGER, Who.ADMIN) or shipment is None):
        return Outcome.NEEDS
    if shipment is None or shipment.status in _OVER or standing.gone:
        return Outcome.NEEDS
    if shipment.status in _UNSENT:
        return Outcome.NEEDS if shipment.create == "dead" or shipment.paused else Outcome.SENDING
    return Outcome.DONE


_TONES = {Outcome.DONE: "green", Outcome.NEEDS: "red", Outcome.SENDING: "blue"}


def progress(wish: str, standings: Iterable[Standing], left_out: int, since: datetime, formats: Formats) -> Progress:
    """`standings` of the deals that were asked for."""
    t, counts = formats.words, dict.fromkeys(Outcome, 0)
    for standing in standings:
        counts[outcome(standing, wish, since)] += 1
    total, done = sum(counts.values()), counts[Outcome.DONE]
    busy = bool(counts[Outcome.SENDING] or counts[Outcome.QUEUED])
    kind = "ship" if wish == SHIP else "refresh"
    words = [t(f"deals.left.{kind}", n=left_out)] if left_out else []
    if not total:
        title = t(f"deals.press.{kind}_nothing")
    else:
        title = t(f"deals.press.{kind}{'' if busy else '_over'}", n=total, done=done)
    if busy:
        words.insert(0, t("deals.press.closable"))
    named = {each.value: count for each, count in counts.items()}
    shares = tuple(Share(tone, round(100 * counts[each] / total, 1)) for each, tone in _TONES.items() if counts[each])
    sentence = t("deals.press.sentence", **named)
    return Progress(title, " ".join(words), named, shares, sentence, busy, wish == SHIP)
