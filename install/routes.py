"""The installer page: the Market opens it for an administrator while the app is not installed, and after each update.

The frame is proven, the portal and the administrator's key are stored, the job is (re)started, and the page watches
it. Closing the page
changes nothing; opening it again looks at every step anew.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.payloads import FramePost
from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts
from b24app.frames.pool import lend
from b24app.frames.proof import Proof
from b24app.frames.session import PageSession, prove
from b24app.frames.who import read_person
from b24app.frames.words import choose_language
from b24app.store import audit, leaving, portals, updates
from b24app.store.audit import Act, Author
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal, PortalState
from install import run
from install.view import InstallView, install_view

PLACEMENT = "INSTALL"


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("install", __name__)
    page_parts.answer_errors(bp)
    page_parts.answers_head(bp, "/install", "install")
    installer = Installer(parts)
    bp.post("/install")(installer.opened)
    bp.get("/install/progress")(installer.progress)
    bp.post("/install/again")(installer.again)
    return bp


class Installer:
    """The handlers of the installer page."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def opened(self) -> Response:
        """The portal opens the installer page."""
        parts, post = self._parts, page_parts.read_post()
        proof = page_parts.prove(parts, post)
        person = read_person(parts.person(claimed_portal(post, proof), post.auth_id, proof.info.user_id))
        if not person.admin:
            raise PageError(ErrorCode.ADMIN_ONLY)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            portal, lane = welcome(session, post, proof, Author(proof.info.user_id, person.name), now)
        parts.waker.wake(lane)
        who = prove(page_parts.session_for(portal, proof, person, PLACEMENT, choose_language(post.language)), now)
        return pages.page("pages/install.html", pages.viewer_of(who, now), who, parts.signer, view=self._view(who))

    def progress(self) -> Response:
        """Has a step come further since version `v`? 204, or the new list."""
        who = page_parts.session_of(self._parts, PLACEMENT)
        view = self._view(who)
        if view.version == request.args.get("v"):
            return pages.nothing_new(who, self._parts.signer)
        return self._fragment(who, view)

    def again(self) -> Response:
        """A step was refused; the person asks to try again."""
        parts, who = self._parts, page_parts.session_of(self._parts, PLACEMENT)
        with session_scope(parts.sessions) as session:
            now = parts.clock.now()
            audit.write(session, who.portal_id, Act.INSTALL_AGAIN, now, by=who.author)
            lane = run.start(session, who.portal_id, now, page_parts.trace())
        parts.waker.wake(lane)
        return self._fragment(who, self._view(who))

    def _fragment(self, who: PageSession, view: InstallView) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment("parts/install_steps.html", viewer, who, self._parts.signer, view=view)

    def _view(self, who: PageSession) -> InstallView:
        with read_scope(self._parts.sessions) as session:
            rows = portals.install_steps(session, who.portal_id)
        return install_view(rows, pages.viewer_of(who, self._parts.clock.now()).formats)


def claimed_portal(post: FramePost, proof: Proof) -> Portal:
    """The portal of a proven frame, not stored yet: enough to ask it who the person is."""
    return Portal(
        id=0,
        member_id=proof.info.member_id,
        domain=proof.info.domain,
        oauth_endpoint=proof.server_endpoint,
        client_endpoint=proof.info.client_endpoint or post.client_endpoint,
        rate_size=50,
        rate_drain=2,
    )


def welcome(session: Session, post: FramePost, proof: Proof, by: Author, now: datetime) -> tuple[Portal, LaneRef]:
    """Stores what a verified administrator's frame tells and starts the job. A portal that left and comes back finds
    its set-up, switched off."""
    claimed = claimed_portal(post, proof)
    act = Act.INSTALL_AGAIN if portals.by_member(session, proof.info.member_id) else Act.INSTALL
    portal = portals.remember(
        session,
        proof.info.member_id,
        now=now,
        domain=claimed.domain,
        client_endpoint=claimed.client_endpoint,
        oauth_endpoint=claimed.oauth_endpoint,
        language=choose_language(post.language),
        scopes=list(proof.info.scope or post.scope),
        status_letter=post.status[:4],
    )
    if post.application_token:
        portal.application_token = post.application_token
    updates.heard(session, portal, proof.info.version, ())
    if portal.state in (PortalState.UNINSTALL_PENDING, PortalState.UNINSTALLED):
        act = Act.REINSTALL
        leaving.come_back(session, portal, now)
    if portal.state != PortalState.ACTIVE:
        portal.state, portal.blocked_reason = PortalState.INSTALLING, ""
    audit.write(session, portal.id, act, now, by=by)
    lend(session, portal.id, post, proof, now)
    return portal, run.start(session, portal.id, now, page_parts.trace())
