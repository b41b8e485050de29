"""How the labels of many deals go: what is ready, what is being made, and why a deal has none. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from b24app import words
from b24app.frames.formats import Formats
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store.faces.many import Standing
from b24app.store.faces.papers import PaperFacts
from b24app.store.faces.prints import NO_ORDER, PrintedOrder
from placements.deal_list_view import SHIP, Share

#: What is asked for where nobody said another size.
USUAL = "A6"
#: Files of one PDF, together: what a page can hold in memory while it merges them.
MOST_BYTES = 96 * 1024 * 1024


def sizes(forms: Sequence[PaperForm]) -> tuple[str, ...]:
    """Sizes of the labels that these systems print, small ones last: A4, A5, A6."""
    return tuple(sorted({form.size for form in forms if form.kind is PaperKind.LABEL}))


def label_of(forms: Sequence[PaperForm], size: str) -> PaperForm | None:
    """The label of this size, or the one that the system offers first; None when it prints no labels."""
    labels = sorted((form for form in forms if form.kind is PaperKind.LABEL), key=lambda form: not form.first)
    return next((form for form in labels if form.size == size), labels[0] if labels else None)


class Fate(StrEnum):
    READY = "ready"
    MAKING = "making"
    LACKS = "lacks"


@dataclass(frozen=True, slots=True)
class Lack:
    """A label that there is none of: why, in our words, and the carrier's own."""

    deal_id: int
    why: str
    quote: str = ""
    code: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """The label of one order of a deal, or the lack of one."""

    deal_id: int
    fate: Fate
    paper: PaperFacts | None = None
    lack: Lack | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Printing:
    """One press as the page draws it. `ready` labels can be printed now, `fresh` of them were not since the press;
    `again`: some failed and may be asked for once more."""

    title: str
    text: str
    ready: int
    fresh: int
    making: int
    shares: tuple[Share, ...]
    sentence: str
    lacks: tuple[Lack, ...]
    again: bool

    @property
    def busy(self) -> bool:
        return self.making > 0


@dataclass(frozen=True, slots=True)
class Press:
    """What a press of prints needs to be told: `forms` of a system, `carrier(system)` for people."""

    size: str
    since: datetime
    formats: Formats
    forms: Callable[[str], Sequence[PaperForm]]
    carrier: Callable[[str], str]


def labels(
    standings: Mapping[int, Standing], orders: Mapping[int, Sequence[PrintedOrder]], press: Press
) -> list[Label]:
    """One line an order, in the order of the chosen deals; a deal without an order has one line, too."""
    found = []
    for deal_id, mine in orders.items():
        found += [_label(order, press) for order in mine] or [_none(standings[deal_id], press)]
    return found


def _label(order: PrintedOrder, press: Press) -> Label:
    form, carrier = label_of(press.forms(order.system), press.size), press.carrier(order.system)
    if form is None:
        why = press.formats.words("deals.print.no_form", carrier=carrier)
        return Label(order.deal_id, Fate.LACKS, lack=Lack(order.deal_id, why))
    paper = order.papers.get(form.code)
    if paper is None:  # an order of after the press, or one that was made anew since
        why = press.formats.words("deals.print.anew")
        return Label(order.deal_id, Fate.LACKS, lack=Lack(order.deal_id, why), again=True)
    if paper.ready:
        return Label(order.deal_id, Fate.READY, paper)
    if paper.preparing(press.formats.now):
        return Label(order.deal_id, Fate.MAKING, paper)
    problem = paper.problem or Problem("paper_late")
    why = words.say(f"problem.{problem.code}", press.formats.lang, carrier=carrier, **problem.params)
    lack = Lack(order.deal_id, why, problem.their_text, problem.their_code, carrier)
    return Label(order.deal_id, Fate.LACKS, paper, lack, again=True)


def _none(standing: Standing, press: Press) -> Label:
    shipment = standing.shipment
    if standing.gone:
        why = "gone"
    elif standing.ask == SHIP or (shipment is not None and shipment.status is Status.SUBMITTING):
        why = "on_its_way"
    elif shipment is not None and shipment.status in NO_ORDER and shipment.status is not Status.DRAFT:
        why = str(shipment.status.value)
    else:
        why = "no_order"
    return Label(standing.deal_id, Fate.LACKS, lack=Lack(standing.deal_id, press.formats.words(f"deals.print.{why}")))


def printing(found: Sequence[Label], press: Press) -> Printing:
    t, total = press.formats.words, len(found)
    counts = {fate: sum(1 for each in found if each.fate is fate) for fate in Fate}
    ready, making, lacking = counts[Fate.READY], counts[Fate.MAKING], counts[Fate.LACKS]
    fresh = len(unprinted(found, press.since))
    if not ready and not making:
        title = t("deals.print.nothing")
    else:
        title = t("deals.print.making" if making else "deals.print.over", done=ready, n=total)
    said = []
    if making:
        said.append(t("deals.print.closable"))
    if ready and not fresh:
        said.append(t("deals.print.all_printed"))
    elif ready:
        said.append(t("deals.print.once"))
    tones = {Fate.READY: "green", Fate.LACKS: "red"}
    shares = tuple(Share(tone, round(100 * counts[each] / total, 1)) for each, tone in tones.items() if counts[each])
    sentence = t("deals.print.sentence", ready=ready, making=making, lacking=lacking)
    lacks = tuple(each.lack for each in found if each.lack is not None)
    again = not making and any(each.again for each in found)
    return Printing(title, " ".join(said), ready, fresh, making, shares, sentence, lacks, again)


def unprinted(found: Sequence[Label], since: datetime) -> list[PaperFacts]:
    """Ready labels that nobody was given since the press."""
    ready = [each.paper for each in found if each.fate is Fate.READY and each.paper is not None]
    return [paper for paper in ready if paper.opened_at is None or paper.opened_at < since]


def together(papers: Sequence[PaperFacts]) -> list[PaperFacts]:
    """The first of them that fit one file."""
    chosen, size = list[PaperFacts](), 0
    for paper in papers:
        size += paper.size
        if chosen and size > MOST_BYTES:
            break
        chosen.append(paper)
    return chosen
