"""The smart process that keeps the portal's returns: which one it is, what its stages stand for, and why there is none.
A card of the section "Fields"."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.features import Feature, has
from b24app.flows.return_process import OffReason
from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.logistics.returning import ReturnStage
from b24app.store import return_process
from b24app.store.audit import Act
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.part_looks import look_again
from b24app.store.return_process import STEP, Kept, TypeName
from placements.app.desk import Desk
from placements.app.saving import audit

BOX = "parts/app_returns.html"


@dataclass(frozen=True, slots=True)
class ReturnsCard:
    """`off`: why there is none (a key of the `returns.off.*` words), `said` the portal's own words. `stages`: (a key of
    the `returns.stage.*` words, what the portal calls it). `reading`: it is being looked at right now."""

    title: str
    chosen: int
    off: str
    said: str
    stages: tuple[tuple[str, str], ...]
    types: tuple[TypeName, ...]
    reading: bool

    @property
    def gone(self) -> bool:
        return self.off == OffReason.GONE

    @property
    def version(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def card(facts: PortalFacts) -> ReturnsCard | None:
    """None where the portal did not grant what it stands on: that is told above every section."""
    if not has(Feature.RETURNS, facts.portal.scopes or ()):
        return None
    kept = Kept.of(facts.settings)
    process = kept.process if kept.off is None else None
    step = facts.step(STEP)
    return ReturnsCard(
        title=process.title if process else "",
        chosen=kept.chosen or (process.type if process else 0),
        off=kept.off.why.value if kept.off else "",
        said=kept.off.said if kept.off else "",
        stages=tuple((each.value, process.names.get(each, "")) for each in ReturnStage) if process else (),
        types=kept.types,
        reading=step is None or step.is_open,
    )


def routes(bp: Blueprint, desk: Desk) -> None:
    def redraw(who: PageSession) -> Response:
        return desk.fragment(who, BOX, returns=card(desk.facts(who)))

    def returns() -> Response:
        """The card; 204 when nothing changed since version `v`."""
        who = desk.who()
        shown = card(desk.facts(who))
        if shown is None or shown.version == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, BOX, returns=shown)

    def choose() -> Response:
        """An administrator names the process that keeps the portal's returns."""
        who = desk.who()
        there = {str(each.id): each for each in Kept.of(desk.facts(who).settings).types}
        named = there.get(request.form.get("type", ""))
        if named is None:
            raise PageError(ErrorCode.BAD_INPUT, "no such smart process", "type")
        return wish(who, Act.RETURNS_PROCESS, {"title": named.title}, chosen=named.id)

    def again() -> Response:
        """Look again at once; a process that is gone is made anew."""
        return wish(desk.who(), Act.RETURNS_AGAIN, {}, anew=True)

    def wish(who: PageSession, act: Act, detail: dict[str, Any], **asked: Any) -> Response:
        now = desk.parts.clock.now()

        def write(session: Session) -> LaneRef:
            return_process.change(session, who.portal_id, lambda kept: replace(kept, **asked))
            audit(session, who, act, now, detail)
            return look_again(session, who.portal_id, STEP, now, page_parts.trace())

        desk.write(write)
        return redraw(who)

    bp.get("/app/returns")(returns)
    bp.post("/app/returns")(choose)
    bp.post("/app/returns/again")(again)
