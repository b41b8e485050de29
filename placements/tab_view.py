"""The tab as the templates draw it: now-line, path, facts, parcels, history. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from b24app.flows.legs import may_be_called_off, may_be_cancelled, picked_of
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.changes import ChangeRule
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.papers import PaperForm
from b24app.store.faces.deal_facts import (
    ShipmentFacts,
    TabFacts,
)
from b24app.store.parcels import Kept
from b24app.systems.plugin import Manifest
from placements.chips import Chip, chip_of
from placements.cost_words import bill_text
from placements.history import Day, history
from placements.parcel_words import ParcelLine, parcel_line
from placements.preview import Preview
from placements.problem_words import ProblemView, problem_view
from placements.tab_chain_view import ChainView, chain_view
from placements.tab_changes_view import ChangesView, changes_view
from placements.tab_collect_view import CollectView, Ways, collect_view, is_handed
from placements.tab_extras_view import ExtrasView, extras_view
from placements.tab_late import LateView, late_view
from placements.tab_now import allowed, beside, may_fix_address, what_now
from placements.tab_papers_view import PapersView, papers_view
from placements.tab_path import Stop, stops_of
from placements.tab_returns_view import ReturnsView, returns_view
from placements.tab_scene import TAKES, Action, Now, Scene, is_over
from placements.tab_several_view import SeveralView, may_split, several_view
from placements.told_view import ToldView, told_view


@dataclass(frozen=True, slots=True)
class LaidView:
    """Parcels that a person laid, as they were when saved. `stale`: the deal holds other goods since; `kept`: there is
    a plan at all; `said` who laid them."""

    lines: tuple[ParcelLine, ...]
    kept: bool
    stale: bool
    said: str


@dataclass(frozen=True, slots=True)
class Other:
    """An earlier shipment of the same deal."""

    number: str
    chip: Chip
    day: str


@dataclass(frozen=True, slots=True)
class TabView:
    now: Now
    stops: tuple[Stop, ...]
    chip: Chip | None
    shipment: ShipmentFacts | None
    request: ShipmentRequest | None
    carrier: str
    parcels: tuple[ParcelLine, ...]
    total_weight: str
    guessed: bool
    days: tuple[Day, ...]
    problems: tuple[ProblemView, ...]
    cancel: Action | None
    cancel_text: str
    others: tuple[Other, ...]
    checked: str
    unwritten: int
    costs: bool
    may_refresh: bool
    preview: Preview | None
    version: str
    rates: bool
    stock: bool = False
    documents: bool = False
    papers: PapersView | None = None
    fix_address: str = ""
    laid: LaidView | None = None
    lays: bool = False
    lays_left: bool = False
    changes: ChangesView | None = None
    collect: CollectView | None = None
    several: SeveralView | None = None
    may_split: bool = False
    chain: ChainView | None = None
    returns: ReturnsView | None = None
    bill: str = ""
    late: LateView | None = None
    client_page: str = ""
    told: ToldView | None = None
    extras: ExtrasView | None = None

    @property
    def of(self) -> str:
        """What addresses of the tab end in, so that it goes on showing the shipment that it shows."""
        return f"?shipment={self.shipment.id}" if self.several and self.shipment else ""


def tab_view(
    facts: TabFacts,
    formats: Formats,
    carrier: str,
    preview: Preview | None = None,
    mine: Collection[Right] = frozenset(Right),
    forms: Sequence[PaperForm] = (),
    rules: Sequence[ChangeRule] = (),
    ways: Ways = Ways(),  # noqa: B008 - frozen
    shelves: bool = False,
    files: bool = False,
    back: tuple[ReturnRules, int] = (ReturnRules(), 0),
    client_page: str = "",
    systems: Mapping[str, Manifest] = MappingProxyType({}),
) -> TabView:
    """`carrier` is the name of the shipment's (else the pipeline's) system in the person's language; `mine` the
    person's rights: what they may not do or see is not in the view. `forms` are what the shipment's system prints,
    `rules` what it says may be changed, `ways` how parcels get to it, `shelves`: some system of the portal tells its
    stock, `files`: some order of the deal is at a system that keeps documents, `back`: the portal's rules of returns,
    and the smart process that keeps them (0 = none), `client_page`: where the client follows the shipment,
    `systems`: manifests by code."""
    scene = Scene(facts, formats, carrier, preview)
    several = several_view(facts, formats, mine)
    shipment = scene.shipment
    handed = shipment is not None and is_handed(facts.shipments, shipment)
    view = _done_here(_as_it_is(scene, several, mine), scene, mine, handed)
    return replace(
        view,
        papers=papers_view(facts, shipment, formats, carrier, forms, Right.SHIP in mine),
        stock=shelves and _promises(facts, shipment, several),
        documents=files,
        changes=changes_view(shipment, formats, carrier, rules, mine, handed),
        collect=collect_view(facts.shipments, shipment, formats, carrier, ways, mine),
        chain=chain_view(facts, formats, mine),
        returns=returns_view(facts, formats, mine, *back),
        client_page=client_page,
        told=told_view(facts.told, formats, mine),
        extras=extras_view(facts, systems, formats, mine, _promises(facts, shipment, several)),
    )


def _as_it_is(scene: Scene, several: SeveralView | None, mine: Collection[Right]) -> TabView:
    """What the tab tells; nothing may be done in it."""
    facts, formats, shipment, preview = scene.facts, scene.formats, scene.shipment, scene.preview
    now, request = allowed(what_now(scene), mine, formats), shipment.request if shipment else None
    parcels = tuple(parcel_line(parcel, formats) for parcel in request.parcels) if request else ()
    told = beside(scene, told=now.problem is not None)
    return TabView(
        now=now,
        stops=stops_of(facts, shipment, formats) if shipment else (),
        chip=chip_of(shipment, formats) if shipment else None,
        shipment=shipment,
        request=request,
        carrier=scene.carrier,
        parcels=parcels,
        guessed=any(parcel.guessed for parcel in parcels),
        total_weight=formats.weight(request.weight_g) if request else "",
        days=history(facts, formats, scene.carrier),
        problems=tuple(problem_view(found, formats, scene.said_by(found), facts.titles) for found in told),
        late=late_view(shipment, formats, scene.carrier) if shipment else None,
        others=() if several else tuple(_other(each, formats) for each in facts.shipments[1:]),
        checked=formats.ago(shipment.polled_at) if shipment and shipment.polled_at else "",
        unwritten=facts.unwritten,
        costs=Right.COSTS in mine,
        bill=bill_text(shipment.costs, formats) if shipment and Right.COSTS in mine else "",
        preview=preview,
        version=dated(facts.version, formats),
        laid=_laid(facts.laid, preview, formats) if preview else None,
        several=several,
        cancel=None,
        cancel_text="",
        may_refresh=False,
        rates=False,
    )


def _done_here(view: TabView, scene: Scene, mine: Collection[Right], handed: bool) -> TabView:
    """… with what this person may do in it."""
    facts, several, ships = scene.facts, view.several, Right.SHIP in mine
    lays = _lays(scene)
    divisible = _divisible(scene.preview) and (several is None or bool(several.left))
    return replace(
        view,
        cancel=_cancel(scene, view.now) if TAKES["cancel"] in mine and not handed else None,
        cancel_text=_cancel_text(scene),
        may_refresh=TAKES["refresh"] in mine,
        rates=_rates(facts, scene.shipment) and several is None,
        fix_address=may_fix_address(scene) if ships else "",
        lays=lays and ships,
        lays_left=_lays_left(several) and not lays and ships,
        may_split=may_split(facts, mine) and divisible,
    )


def dated(version: str, formats: Formats) -> str:
    """The version of a day: "tomorrow" and "late" are other words after midnight, though nothing has happened."""
    return f"{version}_{formats.today:%m%d}"


def _laid(kept: Kept, preview: Preview, formats: Formats) -> LaidView:
    said = ""
    if kept.plan is not None and kept.at is not None:
        said = formats.words("parcels.who", name=kept.name, at=formats.moment(kept.at))
    lines = tuple(parcel_line(parcel, formats) for parcel in kept.parcels)
    return LaidView(lines, kept.plan is not None, preview.parcels_changed, said)


def _lays(scene: Scene) -> bool:
    """Whether parcels may be laid: nothing of an order is alive, and nobody is at it just now."""
    facts, shipment = scene.facts, scene.shipment
    free = shipment is None or is_over(shipment)
    return free and not facts.gone and not facts.asks and bool(facts.connection)


def _lays_left(several: SeveralView | None) -> bool:
    """Whether what a split deal has left may be laid, beside the shipment that is shown."""
    return several is not None and bool(several.left) and several.may_ship


def _rates(facts: TabFacts, shipment: ShipmentFacts | None) -> bool:
    free = bool(facts.connection) and not facts.gone and not facts.asks
    return free and (shipment is None or is_over(shipment))


def _promises(facts: TabFacts, shipment: ShipmentFacts | None, several: SeveralView | None) -> bool:
    """Whether goods of the deal may still be promised: nothing of it is on its way, or something is left."""
    free = shipment is None or is_over(shipment)
    return not facts.gone and (free or (several is not None and bool(several.left)))


def _divisible(preview: Preview | None) -> bool:
    """One piece of one thing cannot be split; what is not known may be."""
    return preview is None or len(preview.items) > 1 or any(item.quantity != "1" for item in preview.items)


def _cancel(scene: Scene, now: Now) -> Action | None:
    shipment = scene.shipment
    if shipment is None or now.busy:
        return None
    if not may_be_cancelled(shipment.status, at_warehouse=shipment.picking is not None):
        return None
    return Action("cancel", scene.words("do.cancel"), "danger-plain", ask=True)


def _cancel_text(scene: Scene) -> str:
    shipment = scene.shipment
    if shipment is None:
        return ""
    number = shipment.order_number or shipment.number
    picked = picked_of(shipment, scene.facts.legs)
    if picked is not None and may_be_called_off(picked.status):
        return scene.words("chain.cancel_both", number=number, first=picked.order_number or picked.number)
    return scene.words("chain.cancel" if shipment.picking is not None else "cancel.text", number=number)


def _other(shipment: ShipmentFacts, formats: Formats) -> Other:
    return Other(
        shipment.order_number or shipment.number, chip_of(shipment, formats), formats.short_day(shipment.created_at)
    )
