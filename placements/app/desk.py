"""What every section of the app's page works with: the person and their rights, the portal's facts, drawing, saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response
from sqlalchemy.orm import Session

from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.store import portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.portal import PortalFacts, portal_facts
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection
from b24app.systems.plugin import Manifest

PLACEMENT = "DEFAULT"
#: Port of systems that take messages to clients instead of goods.
GATEWAY = "Messages"
T = TypeVar("T")


class Desk:
    """Shared by the sections' handlers; holds no state of a request."""

    def __init__(self, parts: PageParts) -> None:
        self.parts = parts

    def who(self, right: Right = Right.SETTINGS) -> PageSession:
        """The person of this request, who has the right. Raises PageError."""
        return page_parts.session_of(self.parts, PLACEMENT, right)

    def facts(self, who: PageSession) -> PortalFacts:
        with read_scope(self.parts.sessions) as session:
            return self.facts_in(session, who.portal_id)

    def facts_in(self, session: Session, portal_id: int) -> PortalFacts:
        """… within a transaction."""
        codes = [code for code, plugin in self.parts.systems.items() if GATEWAY in plugin.manifest.ports]
        return portal_facts(session, portal_id, codes)

    def formats(self, who: PageSession) -> Formats:
        return pages.viewer_of(who, self.parts.clock.now()).formats

    def fragment(self, who: PageSession, template: str, **context: object) -> Response:
        viewer = pages.viewer_of(who, self.parts.clock.now())
        return pages.fragment(template, viewer, who, self.parts.signer, **context)

    def read(self, query: Callable[[Session], T]) -> T:
        with read_scope(self.parts.sessions) as session:
            return query(session)

    def write(self, act: Callable[[Session], LaneRef | None]) -> None:
        """One transaction; the lane that `act` returns is woken after the commit."""
        with session_scope(self.parts.sessions) as session:
            lane = act(session)
        self.wake(lane)

    def wake(self, lane: LaneRef | None) -> None:
        if lane is not None:
            self.parts.waker.wake(lane)

    def manifests(self) -> dict[str, Manifest]:
        return self.parts.manifests

    def manifest(self, system: str) -> Manifest:
        """Raises PageError(BAD_INPUT)."""
        found = self.manifests().get(system)
        if found is None:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown system {system}")
        return found

    def account(self, session: Session, who: PageSession, account_id: int) -> Connection:
        """The portal's own account. Raises PageError(OUT_OF_DATE)."""
        row = portals.connection(session, who.portal_id, account_id)
        if row is None:
            raise PageError(ErrorCode.OUT_OF_DATE)
        return row


def choice(form: Mapping[str, Any], name: str, allowed: frozenset[str] | set[str]) -> str:
    """A value of a form that must be one of those offered. Raises PageError(BAD_INPUT)."""
    value = str(form.get(name, ""))
    if value not in allowed:
        raise PageError(ErrorCode.BAD_INPUT, f"{name} is {value!r}", name)
    return value
