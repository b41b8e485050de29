"""A parcel for the page of its client, as mockup 10 shows it: to a point in Kazan, on its way through Vladimir."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from b24app.frames.public_links import PublicLinks
from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.points import Hours, Opening, PickupPoint, Takes
from b24app.logistics.status import Status
from b24app.store import points, portals, public_ids, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import PointSource, Portal, Shipment

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
DEAL, NAME, PHONE, EMAIL = 1042, "Мария Северцева", "+79000001462", "maria@example.com"
STREET = "Казань, ул. Баумана, 5, кв. 12"
NUMBER = "1573840216"
CARRIER_PAGE = "https://www.cdek.ru/ru/tracking?order_id=1573840216"
_ALL_WEEK = Hours(tuple(Opening(day, 600, 1260) for day in range(1, 8)))
_TAKES = Takes(cod=True, card=True, cash=True, max_weight_g=15_000)
POINT = PickupPoint(
    "KZN12", "На Баумана", "ул. Баумана, 44/8", "Казань", _TAKES, _ALL_WEEK, 55.7887, 49.1221,
    note="вход со двора, синяя дверь",
)  # fmt: skip
OTHER = replace(POINT, code="KZN5", address="ул. Пушкина, 10", lat=55.7920, lon=49.1270, note="")
SMALL = replace(OTHER, code="KZN7", address="ул. Мира, 1", takes=replace(_TAKES, max_weight_g=1000))
FAR = replace(OTHER, code="MSK1", address="Тверская, 7", city="Москва", lat=55.7570, lon=37.6150)
LISTED = (POINT, OTHER, SMALL, FAR)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


EVENTS: tuple[tuple[str, Status, datetime, str, str], ...] = (
    ("CREATED", Status.CREATED, at(10, 11, 31), "", "Создан"),
    ("3", Status.ACCEPTED_AT_WAREHOUSE, at(11, 15, 20), "Москва", "Принят на склад отправителя"),
    ("20", Status.IN_TRANSIT, at(12, 3, 40), "Владимир", "Отправлен в г. транзит"),
)


def request_(**changes: Any) -> ShipmentRequest:
    goods = (Item("Плед", "p", 2, Money(258000), 2050),)
    given = ShipmentRequest(
        "N", "parcel", DeliveryKind.PICKUP, Recipient(NAME, PHONE, PHONE, email=EMAIL),
        (Parcel(4100, 400, 300, 250, goods),), point_code=POINT.code, cod=Money(648000),
    )  # fmt: skip
    return replace(given, **changes)


def to_door(**changes: Any) -> ShipmentRequest:
    address = Address(STREET, city_names=("Казань",))
    return request_(kind=DeliveryKind.COURIER, point_code=None, address=address, **changes)


def list_points(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        source_id, run = points.take_turn(session, "cdek", "test", [account.id], NOW)
        points.save(session, source_id, run, [points.ready(each) for each in LISTED])
        session.get_one(PointSource, source_id).refreshed_at = NOW


def ship(
    sessions: Sessions, portal: Portal, status: Status = Status.IN_TRANSIT, n: int = 1, *,
    request: ShipmentRequest | None = None, deal: int = DEAL, events: int = len(EVENTS), **more: Any,
) -> Shipment:  # fmt: skip
    asked = request or request_()
    values = {
        "remote_id": f"r-{portal.id}-{deal}-{n}", "order_number": NUMBER if n == 1 else f"{NUMBER}-{n}",
        "tracking_url": CARRIER_PAGE, "promised": date(2026, 11, 13), "polled_at": at(12, 11, 28),
        "point_code": asked.point_code or "",
    } | more  # fmt: skip
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        shipment = shipments.create(
            session, portal, deal, n, account.id, status=status, request=asked.to_json(), now=at(10, 11, 31), **values
        )
        told = [
            {"key": code, "code": code, "status": state, "at": when, "place": place, "text": text}
            for code, state, when, place, text in EVENTS[:events]
        ]
        shipments.add_events(session, portal.id, shipment.id, told)
    return shipment


def stands(sessions: Sessions, shipment: Shipment, status: Status, **more: Any) -> None:
    """It has come to this status."""
    with session_scope(sessions) as session:
        row = shipments.get(session, shipment.portal_id, shipment.id)
        assert row is not None
        shipments.change(session, row, status=status, status_at=more.pop("status_at", at(12, 9)), **more)


def root(sessions: Sessions, portal: Portal, secrets: list[str], shipment_id: int) -> str:
    with session_scope(sessions) as session:
        public_id = public_ids.of_portal(session, portal.id)
    return f"/t/{public_id}/{PublicLinks(secrets).write(portal.id, shipment_id)}"
