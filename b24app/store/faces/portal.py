"""What every section of the app's page knows of one portal: its set-up, and how far that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from b24app.store import origins, portals
from b24app.store.models import Connection, ConnectionState, InstallStep, Origin, Pipeline, Portal


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """`gateways` are codes of systems that take messages instead of goods."""

    portal: Portal
    connections: tuple[Connection, ...]
    pipelines: Mapping[int, Pipeline]
    steps: tuple[InstallStep, ...]
    origins: tuple[Origin, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    gateways: Collection[str] = ()

    @property
    def shippers(self) -> tuple[Connection, ...]:
        """Accounts that take goods."""
        return tuple(each for each in self.connections if each.system not in self.gateways)

    def account(self, connection_id: int | None) -> Connection | None:
        """One of the accounts; None when it was removed."""
        return next((each for each in self.connections if each.id == connection_id), None)

    def step(self, name: str) -> InstallStep | None:
        """One step of the set-up; None while nobody asked for it."""
        return next((each for each in self.steps if each.step == name), None)

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.portal.settings


def portal_facts(session: Session, portal_id: int, gateways: Collection[str] = ()) -> PortalFacts:
    """Five queries, however many accounts and pipelines there are. Raises NoResultFound."""
    live = and_(Connection.portal_id == Portal.id, Connection.state != ConnectionState.REMOVED)
    mine = select(Portal, Connection).outerjoin(Connection, live).where(Portal.id == portal_id)
    rows: list[tuple[Portal, Connection | None]] = list(session.execute(mine.order_by(Connection.id)))
    if not rows:
        raise NoResultFound(f"no portal {portal_id}")
    return PortalFacts(
        portal=rows[0][0],
        connections=tuple(account for _, account in rows if account is not None),
        pipelines=portals.pipelines(session, portal_id),
        steps=tuple(portals.install_steps(session, portal_id)),
        origins=tuple(origins.of_portal(session, portal_id)),
        roles=portals.field_map(session, portal_id),
        gateways=gateways,
    )
