"""The documents of an order as the tab draws them: one line a form, in every state. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app import words
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Problem
from b24app.store.faces.deal_facts import (
    ShipmentFacts,
    TabFacts,
)
from b24app.store.faces.papers import PaperFacts
from b24app.store.faces.prints import NO_ORDER

_ICONS = {PaperKind.WAYBILL: "doc", PaperKind.LABEL: "scan", PaperKind.ACT: "doc"}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """`state`: none | preparing | ready | failed. `paper` is the row's id, 0 while there is none. `why` is what is
    wrong in our words, `quote` and `code` the carrier's."""

    form: str
    icon: str
    title: str
    detail: str
    state: str
    paper: int = 0
    why: str = ""
    quote: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class PapersView:
    """`more` are forms that few people want; `may_ask`: this person may have one made."""

    shipment: int
    lines: tuple[PaperLine, ...]
    more: tuple[PaperLine, ...]
    may_ask: bool
    carrier: str

    @property
    def preparing(self) -> bool:
        return any(line.state == "preparing" for line in self.lines)


def papers_view(
    facts: TabFacts,
    shipment: ShipmentFacts | None,
    formats: Formats,
    carrier: str,
    forms: Sequence[PaperForm],
    may_ask: bool,
) -> PapersView | None:
    """None for an order that has no papers, or a system that prints none."""
    if shipment is None or not forms or not shipment.order_number or shipment.status in NO_ORDER:
        return None
    known = {paper.form: paper for paper in facts.papers if paper.shipment_id == shipment.id}
    parcels = len(shipment.request.parcels) if shipment.request else 1
    shown = [(form, _line(form, known.get(form.code), formats, carrier, parcels)) for form in forms]
    shown = [(form, line) for form, line in shown if may_ask or line.state != "none"]
    first = tuple(line for form, line in shown if form.first or line.state != "none")
    more = tuple(line for form, line in shown if not (form.first or line.state != "none"))
    return PapersView(shipment.id, first, more, may_ask, carrier)


def paper_title(form: PaperForm, formats: Formats, parcels: int) -> str:
    """`Этикетки, 2 шт.`; a form that the system has a name of its own for is called that."""
    if form.title:
        return form.title.get(formats.lang) or form.title.get("en") or form.code
    return formats.words(f"papers.kind_{form.kind.value}", n=parcels)


def _line(form: PaperForm, paper: PaperFacts | None, formats: Formats, carrier: str, parcels: int) -> PaperLine:
    icon, title = _ICONS[form.kind], paper_title(form, formats, parcels)
    sheet = f"PDF, {form.size}"
    if paper is None:
        return PaperLine(form.code, icon, title, sheet, "none")
    if paper.preparing(formats.now):
        return PaperLine(form.code, icon, title, sheet, "preparing", paper.id)
    if paper.ready:
        parts = [sheet, _bytes(paper.size, formats)]
        if paper.opened_at:
            parts.append(formats.words("papers.opened", day=formats.moment(paper.opened_at)))
        return PaperLine(form.code, icon, title, ", ".join(parts), "ready", paper.id)
    problem = paper.problem or Problem("paper_late")
    why = words.say(f"problem.{problem.code}", formats.lang, carrier=carrier, **problem.params)
    return PaperLine(form.code, icon, title, sheet, "failed", paper.id, why, problem.their_text, problem.their_code)


def _bytes(size: int, formats: Formats) -> str:
    """`48 КБ`: a started one counts."""
    return f"{max(1, -(-size // 1024))}{NBSP}{formats.words('papers.kb')}"
