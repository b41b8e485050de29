"""The pickup point as a field of the deal's card (contracts/bitrix24-app.md §5.6): shown by our copy of the systems'
lists, chosen there by address, metro or code. The value is the point's code; the portal keeps it with the card.

Nothing of a deal is shown before its reader's own key has read it. A person without access to the app gets the value
that the portal itself put into the frame, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from b24app.bitrix24.envelope import number
from b24app.bitrix24.fields import names_of
from b24app.bitrix24.payloads import FramePost
from b24app.flows.destination import read_point_code
from b24app.flows.pickup_points import DealNeeds
from b24app.frames import headers, pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import zone_or_default
from b24app.frames.parts import (
    PageParts,
    answer_errors,
    answers_head,
    known_portal,
    prove,
    read_post,
    session_of,
    welcome,
)
from b24app.frames.proof import same_host
from b24app.frames.session import PageSession
from b24app.frames.who import ask_portal, person, who_commands
from b24app.frames.words import choose_language
from b24app.store import jobs, points_found, portals, trials
from b24app.store.engine import read_scope
from b24app.store.models import JobState
from b24app.store.points_map import Sieve
from placements.person import read_deal
from placements.tab_points import Chooser
from placements.tab_points_view import Asked, Row, Scene, read_asked

PLACEMENT = "USERFIELD_TYPE"
DEAL = "CRM_DEAL"
EDIT = "edit"
PAGE, LIST = "pages/point_field.html", "field/point_list.html"


def blueprint(parts: PageParts) -> Blueprint:
    """The field's addresses, joined to `parts`."""
    bp = Blueprint("pickup_field", __name__)
    answer_errors(bp)
    answers_head(bp, "/field/point", "pickup_field")
    field = PickupField(parts)
    bp.post("/field/point")(field.opened)
    bp.get("/field/point/list")(field.list)
    return bp


@dataclass(frozen=True, slots=True)
class Asks:
    """What the card says of the field: a claim, except for what the person's own key reads. `deal` 0 = a new one, or
    something that is no deal."""

    edit: bool
    code: str
    deal: int

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Asks:
        value = options.get("VALUE")
        first = value[0] if isinstance(value, list) and value else value
        mine = options.get("ENTITY_ID") == DEAL
        deal = number(options.get("ENTITY_VALUE_ID")) if mine else 0
        return cls(options.get("MODE") == EDIT, read_point_code(first), max(0, deal or 0))


class PickupField:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._chooser = Chooser(parts)

    def opened(self) -> Response:
        """The portal opens a card that has the field, for looking or for editing."""
        parts, post = self._parts, read_post()
        asks = Asks.of(post.options)
        if post.member_id and not post.auth_id:
            return self._stranger(post, asks)
        proof = prove(parts, post)
        with read_scope(parts.sessions) as session:
            portal = known_portal(session, post.member_id)
            names = names_of(portals.field_map(session, portal.id), portal.settings)
        client = parts.person(portal, post.auth_id, proof.info.user_id)
        if asks.deal:
            found = read_deal(client, asks.deal, names, portal.scopes).person
        else:
            found = person(ask_portal(client, who_commands(portal.scopes)))
        who = welcome(parts, portal, post, proof, found, PLACEMENT, asks.deal)
        job_id = self._chooser.read_parcel(who) if asks.edit and asks.deal else 0
        viewer = pages.viewer_of(who, parts.clock.now())
        return pages.page(
            PAGE, viewer, who, parts.signer, edit=asks.edit, code=asks.code, point=self._point(who, asks.code),
            job_id=job_id, known=self._known(who), denied=False,
        )  # fmt: skip

    def list(self) -> Response:
        """What fits the typed text, or lies near the client, of what takes the parcel as far as it was read."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT)
        code = read_point_code(request.args.get("code", ""))
        with read_scope(parts.sessions) as session:
            needs = self._needs(session, who)
            desk = self._chooser.desk(session, who, replace(needs, point=code) if code else needs)
            asked = replace(read_asked(request.args), systems=(desk.carrier,) if desk.carrier else ())
            shown = self._chooser.listed(session, desk, asked)
        viewer = pages.viewer_of(who, parts.clock.now())
        return pages.fragment(LIST, viewer, who, parts.signer, **shown)

    # --- what requests share ------------------------------------------------------------------------------------------

    def _stranger(self, post: FramePost, asks: Asks) -> Response:
        """The portal gives no key for who has no access to the app (§5.6): they see what it put into the frame."""
        with read_scope(self._parts.sessions) as session:
            portal = known_portal(session, post.member_id)
        if not same_host(portal.domain, post.domain):
            raise PageError(ErrorCode.FRAME_NOT_PROVEN, "no key, and another domain")
        headers.allow_framing(headers.portal_origin(post.domain, post.protocol))
        lang = choose_language(post.language or portal.language)
        viewer = pages.Viewer(lang, zone_or_default("", lang), self._parts.clock.now())
        return pages.page(PAGE, viewer, None, self._parts.signer, edit=False, code=asks.code, point=None, job_id=0,
                          known=True, denied=True)  # fmt: skip

    def _point(self, who: PageSession, code: str) -> Row | None:
        """The point of the value, also one that closed or left the list."""
        if not code:
            return None
        with read_scope(self._parts.sessions) as session:
            desk = self._chooser.desk(session, who, DealNeeds())
            formats = pages.viewer_of(who, self._parts.clock.now()).formats
            sieve = Sieve.of(desk.known, Asked().needs(DealNeeds(), formats))
            rows = points_found.by_code(session, sieve, code)
        scene = Scene(formats, lambda system: self._parts.carrier(system, who.lang), sieve.needs, "")
        return scene.row(rows[0], 0) if rows else None

    def _known(self, who: PageSession) -> bool:
        """Whether there is any list of points to choose from."""
        with read_scope(self._parts.sessions) as session:
            return bool(self._chooser.desk(session, who, DealNeeds()).known.sources)

    def _needs(self, session: Any, who: PageSession) -> DealNeeds:
        """What the parcel of the session's deal needs, once it was read."""
        text = request.args.get("job", "")
        job = jobs.get(session, who.portal_id, int(text)) if text.isascii() and text.isdigit() else None
        mine = job is not None and job.kind == trials.NEEDS_KIND and job.input.get("deal_id") == who.entity_id
        done = mine and job is not None and job.state == JobState.DONE
        return DealNeeds.from_json(job.result) if done and job is not None else DealNeeds()
