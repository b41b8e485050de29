"""An order of a client for the public page: two plaids and a cushion (mockup 08), delivered on 10 November."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from b24app.flows import brand
from b24app.flows.returns import rules
from b24app.flows.returns.basis import Basis, Brought
from b24app.flows.returns.rules import ReturnRules
from b24app.logistics.jsonable import dump
from b24app.logistics.model import Address, DeliveryKind, Recipient, ShipmentRequest
from b24app.logistics.returning import Return, ReturnStage
from b24app.logistics.status import Status
from b24app.store import portal_settings, portals, public_ids, return_basis, return_journal, returns, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal, Shipment
from b24app.store.return_journal import Moved
from b24app.store.returns import Kept
from tests.unit.flows.returns.given import PAID, SOLD, a_return
from tests.unit.pictures import taken

DEAL = 8061
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DELIVERED = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
PHONE, TYPED = "+79000001462", "8 (900) 000-14-62"
NAME, STREET = "Мария Северцева", "ул. Баумана, 44/8"
ORDER_NUMBER, TRACKING = "1573840216", "CDEK-1573840216"
JPEG, PNG = taken(), taken("PNG")
BRAND = {
    "name": "Лён и Хвоя",
    "colour": "#2f6b4f",
    "phone": "+79000003070",
    "hours": "9:00–19:00 по Москве",
    "email": "help@len.example",
    "site": "https://len.example/",
}


def ship(sessions: Sessions, portal: Portal, deal: int = DEAL, n: int = 1, phone: str = PHONE, **more: Any) -> Shipment:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        number = f"{portal.code}-{deal}-{n}"
        request = ShipmentRequest(
            number, "parcel", DeliveryKind.COURIER, Recipient(NAME, phone, phone), (), address=Address(STREET)
        )
        values = {"status": Status.DELIVERED, "order_number": f"{ORDER_NUMBER}{n}" if n > 1 else ORDER_NUMBER} | more
        return shipments.create(
            session, portal, deal, n, account.id, request=request.to_json(), now=DELIVERED, remote_id=f"r-{number}",
            **values,
        )  # fmt: skip


def learn(sessions: Sessions, portal: Portal, shipment: Shipment, read_at: datetime = NOW, **changes: Any) -> Basis:
    """The portal has told what was in the deal."""
    brought = Brought(
        shipment.id, shipment.connection_id, shipment.number, shipment.remote_id or "", TRACKING,
        Status(shipment.status), DELIVERED, Recipient(NAME, PHONE, PHONE),
    )  # fmt: skip
    basis = Basis(shipment.deal_id, f"Заказ {NAME}", 7, "RUB", SOLD, PAID, (brought,), read_at, client=NAME)
    basis = replace(basis, **changes)
    with session_scope(sessions) as session:
        return_basis.keep(session, portal.id, basis)
    return basis


def begun(sessions: Sessions, portal: Portal, case: Return | None = None, deal_id: int = DEAL, **changes: Any) -> Kept:
    """A return of the deal, as the portal's lane would have begun it."""
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, portals.get(session, portal.id), deal_id)
        made = replace(case or a_return(), number=turn.number, deal_id=deal_id, asked_at=NOW, **changes)
        kept = returns.begin(session, turn, made, by=0, name="", now=NOW)
        return_journal.add(session, portal.id, kept.id, Moved(NOW, "customer", None, made.stage, made.stage))  # type: ignore[arg-type]
        return kept


def stand(sessions: Sessions, portal: Portal, kept: Kept, stage: ReturnStage, **more: Any) -> Kept:
    """It has come to this stage."""
    actor, why = more.pop("actor", "person"), more.pop("why", "")
    way = more.pop("way", None)
    with session_scope(sessions) as session:
        case = replace(kept.case, stage=stage)
        written = returns.save(session, portal.id, kept, case, by=7, name="Анна Лугова", now=NOW, way=way)
        moved = Moved(NOW, actor, kept.case.stage, stage, stage, 7, "Анна Лугова", why=why)
        return_journal.add(session, portal.id, kept.id, moved)
        return returns.present(session, portal.id, written.kept.id)


def stood(sessions: Sessions, portal: Portal, kept: Kept) -> Kept:
    """As it stands now: pictures count as changes too."""
    with session_scope(sessions) as session:
        return returns.present(session, portal.id, kept.id)


def set_rules(sessions: Sessions, portal: Portal, **changes: Any) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{rules.KEY: dump(replace(ReturnRules(), **changes))})


def dress(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{brand.KEY: BRAND})


def root(sessions: Sessions, portal: Portal) -> str:
    with session_scope(sessions) as session:
        return f"/r/{public_ids.of_portal(session, portal.id)}"
