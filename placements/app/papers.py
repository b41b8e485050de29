"""What becomes of documents: are they attached to the deal, and is one prepared as soon as an order is there. A card of
the section "Fields"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames.formats import Formats
from b24app.logistics.papers import PaperForm
from b24app.store import portal_settings
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.papers import SETTING, Wanted
from placements.app.desk import Desk, choice
from placements.app.saving import audit

BOX = "parts/app_papers.html"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PapersForm:
    """`options` of what is prepared at once, "" = nothing."""

    attach: bool
    options: tuple[Option, ...]
    saved: bool = False


def papers_form(desk: Desk, settings: Mapping[str, Any], formats: Formats, saved: bool = False) -> PapersForm | None:
    """None when no system prints anything."""
    wanted = Wanted.of(settings)
    forms = _forms(desk)
    if not forms:
        return None
    none = Option("", formats.words("papers.prepare_none"), not wanted.prepare)
    found = [Option(value, _label(form, formats), value == wanted.prepare) for value, form in forms.items()]
    return PapersForm(wanted.attach, (none, *found), saved)


def _forms(desk: Desk) -> dict[str, PaperForm]:
    """By kind and sheet, whichever system prints it: a portal may have several."""
    every: Iterable[PaperForm] = (form for manifest in desk.manifests().values() for form in manifest.papers)
    return {form.alike: form for form in every if form.first}


def _label(form: PaperForm, formats: Formats) -> str:
    return f"{formats.words(f'papers.kind_{form.kind.value}', n=1)}, {form.size}"


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_papers() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        wanted = {
            "attach": request.form.get("attach") == "yes",
            "prepare": choice(request.form, "prepare", {"", *_forms(desk)}),
        }
        with session_scope(desk.parts.sessions) as session:
            portal_settings.merge(session, who.portal_id, **{SETTING: wanted})
            audit(session, who, Act.PAPERS, now, wanted)
        form = papers_form(desk, desk.facts(who).settings, desk.formats(who), saved=True)
        return desk.fragment(who, BOX, papers=form)

    bp.post("/app/papers")(save_papers)
