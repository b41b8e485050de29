"""What page handlers are handed, and what each of them starts with: a proven frame, or the session of a fragment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.payloads import FramePost, frame_post
from b24app.bitrix24.transport import PortalClient
from b24app.clock import Clock
from b24app.frames import headers, htmx, pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import zone_or_default
from b24app.frames.pool import refill
from b24app.frames.proof import FrameGate, Proof
from b24app.frames.rights import Right, demand
from b24app.frames.session import PageSession, SessionSigner, bearer, renew
from b24app.frames.session import prove as freshly_proven
from b24app.frames.who import Person
from b24app.frames.words import choose_language
from b24app.lanes.wake import Waker
from b24app.store import portals, updates
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Connection, Portal, PortalState
from b24app.systems.plugin import Manifest, SystemPlugin
from b24app.wire.gauges import Gauges
from b24app.wire.guard import Guard
from b24app.wire.shared import Shared
from b24app.wire.trace import current_trace, new_trace_id

log = logging.getLogger(__name__)
_USABLE = (PortalState.INSTALLING, PortalState.ACTIVE, PortalState.BLOCKED)


@dataclass(frozen=True, slots=True)
class PageParts:
    """What pages are made of; create_app() joins it.

    `person(portal, access_token, user_id)` opens the portal's REST API with a person's own key. `systems` by code,
    `knobs` as `settings.knobs` tells them. `gauges` shows budgets and circuits, `guard` judges addresses that people
    type.
    """

    sessions: Sessions
    clock: Clock
    signer: SessionSigner
    gate: FrameGate
    waker: Waker
    person: Callable[[Portal, str, int], PortalClient]
    public_url: str
    systems: Mapping[str, SystemPlugin] = field(default_factory=dict)
    knobs: Mapping[str, str] = field(default_factory=dict)
    gauges: Gauges | None = None
    guard: Guard = field(default_factory=Guard)
    #: Where systems report to, when it is another address than the pages'.
    hooks_url: str = ""
    #: Address of map tiles, and whose map it is; empty: no map.
    tiles: str = ""
    attribution: str = ""
    #: What processes share through Redis; without it each counts in the store.
    shared: Shared = field(default_factory=lambda: Shared(None))
    #: Fingerprint of what this release wants in portals; empty: nobody brings it there.
    wanted: str = ""

    @property
    def manifests(self) -> dict[str, Manifest]:
        """By code of the system."""
        return {code: plugin.manifest for code, plugin in self.systems.items()}

    def carrier(self, system: str, lang: str) -> str:
        """A system's name for people; its code when no plug-in knows it any more."""
        plugin = self.systems.get(system)
        title = plugin.manifest.title if plugin else {}
        return title.get(lang) or title.get("en") or system

    def plugin_of(self, account: Connection | None) -> SystemPlugin | None:
        """The account's system; None for an account that is gone, or of a system that we do not have any more."""
        return self.systems.get(account.system) if account else None

    def giving(self, port: str, accounts: Iterable[Connection]) -> list[Connection]:
        """Those of the accounts that have a port."""
        known = ((row, self.plugin_of(row)) for row in accounts)
        return [row for row, plugin in known if plugin is not None and plugin.manifest.gives(port, row.settings)]


def read_post() -> FramePost:
    """The frame's POST of this request."""
    return frame_post(request.args, request.form)


def prove(parts: PageParts, post: FramePost) -> Proof:
    """The proven frame; from here on its portal may frame the answer, errors included."""
    headers.allow_framing(headers.portal_origin(post.domain, post.protocol))
    proof = parts.gate.prove(post)
    _hear(parts, proof)
    return proof


def _hear(parts: PageParts, proof: Proof) -> None:
    """Which version of the app the portal runs and what it grants today, as its OAuth server says: an update of the app
    shows at the next frame, and what it needs in the portal is put in place. Costs one row when there is no news."""
    version, scopes = proof.info.version, proof.info.scope
    with read_scope(parts.sessions) as session:
        known = portals.by_member(session, proof.info.member_id)
    if known is None or known.state not in _USABLE:
        return
    if updates.differs(known, version, scopes):
        with session_scope(parts.sessions) as session:
            updates.heard(session, portals.get(session, known.id), version, scopes)


def settle_in(parts: PageParts, portal_id: int, post: FramePost, proof: Proof, admin: bool) -> None:
    """What a frame brings its portal: an administrator's key, and then, with that key, what this release wants in it.
    The other way round the update finds no key and waits for the next administrator."""
    refill(parts.sessions, parts.clock, portal_id, post, proof, admin)
    with read_scope(parts.sessions) as session:
        behind = updates.untried(portals.get(session, portal_id), parts.wanted)
    if behind:
        bring_up(parts, portal_id)


def session_for(
    portal: Portal, proof: Proof, person: Person, placement: str, lang: str, entity_id: int = 0
) -> PageSession:
    """The session of a proven frame, as it is before `session.prove` dates it."""
    return PageSession(
        portal_id=portal.id,
        user_id=proof.info.user_id,
        placement=placement,
        entity_id=entity_id,
        lang=lang,
        zone=zone_or_default(person.zone, lang),
        origin=proof.origin,
        admin=person.admin,
        name=person.name,
        proven_at=0,
        expires_at=0,
        departments=person.departments,
    )


def welcome(
    parts: PageParts, portal: Portal, post: FramePost, proof: Proof, person: Person, placement: str, entity_id: int = 0
) -> PageSession:
    """A frame whose person is known: the portal gets what they bring (`settle_in`), they a freshly proven session."""
    settle_in(parts, portal.id, post, proof, person.admin)
    blank = session_for(portal, proof, person, placement, frame_language(portal, post), entity_id)
    return freshly_proven(blank, parts.clock.now())


def frame_language(portal: Portal, post: FramePost) -> str:
    """The frame's language, else the portal's."""
    return choose_language(post.language or portal.language)


def bring_up(parts: PageParts, portal_id: int, again: bool = False) -> None:
    """Has the portal given what this release wants in it; `again`: also when a try has failed."""
    with session_scope(parts.sessions) as session:
        portal = portals.get(session, portal_id)
        if not (updates.lacks if again else updates.untried)(portal, parts.wanted):
            return
        lane = updates.start(session, portal_id, parts.wanted, parts.clock.now(), trace())
    if lane is not None:
        parts.waker.wake(lane)


def known_portal(session: Session, member_id: str) -> Portal:
    """The portal of a proven frame. Raises PageError(NOT_INSTALLED)."""
    portal = portals.by_member(session, member_id)
    if portal is None or portal.state not in _USABLE:
        raise PageError(ErrorCode.NOT_INSTALLED, f"portal {member_id} is unknown or uninstalled")
    return portal


def session_of(parts: PageParts, placement: str, right: Right | None = None, also: Collection[str] = ()) -> PageSession:
    """The renewed session of a fragment's request, of a person who has the right. `also`: further placements whose
    pages carry this part. Raises PageError."""
    now = parts.clock.now()
    found = parts.signer.read(bearer(request.headers.get("Authorization", "")), now)
    if found.placement not in (placement, *also):
        raise PageError(ErrorCode.SESSION_FORGED, f"a session of {found.placement}")
    with read_scope(parts.sessions) as session:
        # Without a right to look up no more than the state is read: open tabs ask all day.
        portal = portals.get(session, found.portal_id) if right is not None else None
        state = portal.state if portal else portals.state_of(session, found.portal_id)
        if state not in _USABLE:
            raise PageError(ErrorCode.NOT_INSTALLED)
        if right is not None and portal is not None:
            demand(right, portal.settings, found)
    return renew(found, now)


def trace() -> str:
    """The trace of this request, which the row it appends will carry."""
    return current_trace() or new_trace_id()


def answer_errors(blueprint: Blueprint) -> None:
    """Lets this blueprint answer PageErrors by the contract: words for a script, a page for a frame."""

    @blueprint.errorhandler(PageError)
    def _answer(error: PageError) -> Response:
        support, lang = _noted(error), _language()
        if htmx.is_part():
            return pages.error_answer(error, lang, support if error.rule.status >= 500 else "")
        return pages.error_page(error, lang, support if error.rule.status >= 400 else "")


def drawn_late(draw: Callable[[], str]) -> str:
    """What `draw` gives, or why not, as a page: for an answer whose headers are on their way already."""
    try:
        return draw()
    except PageError as error:
        return pages.error_text(error, _language(), _noted(error))
    except Exception as fault:  # the last one who can tell of it: what is out cannot become a 500 any more
        log.exception("page failed at %s", request.path)
        ours = PageError(ErrorCode.OURS, str(fault))
        return pages.error_text(ours, _language(), _noted(ours))


def _noted(error: PageError) -> str:
    """The error in the log; returns the code by which support finds it there."""
    support = trace()[:8]
    log.info("page error %s at %s, support %s: %s", error.code.value, request.path, support, error.why)
    return support


def _language() -> str:
    """Of the frame; of the session, read without trust, when a fragment fails; else of the browser."""
    named = request.args.get("LANG") or request.headers.get("X-Waybill-Lang") or ""
    return choose_language(named or request.accept_languages.best_match(["ru", "en"]) or "en")


def answers_head(blueprint: Blueprint, path: str, name: str) -> None:
    """The Market's cabinet asks our addresses by HEAD, and people open them by hand: both get a page, never 405
    (contracts §1.2)."""

    def show() -> Response:
        raise PageError(ErrorCode.NOT_A_FRAME)

    blueprint.add_url_rule(path, f"{name}_outside", show, methods=["GET"])
