"""Facts of one deal, a page app over a real database, and portals and OAuth servers that answer from memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from b24app import web
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.oauth import AppInfo, OAuthRefused
from b24app.clock import FixedClock
from b24app.frames import pages
from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts
from b24app.frames.proof import FrameGate
from b24app.frames.session import SessionSigner
from b24app.frames.words import words
from b24app.lanes.wake import LocalWakes
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.status import Status
from b24app.store import portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.deal_facts import (
    EventFacts,
    IntentFacts,
    ShipmentFacts,
    TabFacts,
)
from b24app.store.models import ConnectionState, Pipeline, Portal
from b24app.systems import discover
from tests.unit.placements.page import Page

OAUTH = "https://oauth.bitrix24.tech"
NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def ru() -> Formats:
    return Formats(words("ru"), ZoneInfo("Europe/Moscow"), NOW)


@pytest.fixture
def en() -> Formats:
    return Formats(words("en"), ZoneInfo("Europe/Moscow"), NOW)


@pytest.fixture
def request_() -> ShipmentRequest:
    def item(name: str, quantity: int, weight_g: int) -> Item:
        return Item(name, "sku", quantity, Money(100000), weight_g)

    parcels = (
        Parcel(4100, 400, 300, 250, (item("Плед", 2, 2050),)),
        Parcel(2200, 450, 450, 150, (item("Подушка", 1, 2200),), ("weight:section",)),
    )
    recipient = Recipient("Мария Северцева", "8 900 000 14 62", "+79000001462")
    return ShipmentRequest(
        "AB-8061-1", "parcel", DeliveryKind.PICKUP, recipient, parcels, point_code="KZN12", cod=Money(648000)
    )


@pytest.fixture
def shipment(request_: ShipmentRequest) -> ShipmentFacts:
    """On its way, as mockup 01 shows it."""
    events = (
        EventFacts(at(10, 11, 31), "CREATED", "Создан", Status.CREATED, "Офис СДЭК", "", ""),
        EventFacts(at(11, 15, 20), "3", "Принят на склад отправителя", Status.ACCEPTED_AT_WAREHOUSE, "Москва", "", ""),
        EventFacts(at(12, 3, 40), "20", "Отправлен в г. транзит", Status.IN_TRANSIT, "Владимир", "", ""),
    )
    return ShipmentFacts(
        id=1,
        n=1,
        number="AB-8061-1",
        system="cdek",
        connection="СДЭК, договор Б-118",
        status=Status.IN_TRANSIT,
        incident="",
        remote_code="20",
        remote_text="Отправлен в г. транзит",
        order_number="1573840216",
        tracking_number="",
        tracking_url="https://www.cdek.ru/ru/tracking?order_id=1573840216",
        price=Money(48600),
        promised=date(2026, 11, 13),
        request=request_,
        created_at=at(10, 11, 31),
        status_at=at(12, 3, 40),
        polled_at=at(12, 11, 28),
        closed_reason="",
        events=events,
        intents=(IntentFacts("create", "done", 1, None, "", at(10, 11, 31)),),
    )


@pytest.fixture
def facts(shipment: ShipmentFacts) -> TabFacts:
    return TabFacts(
        deal_id=8061,
        title="Сделка",
        category=0,
        stage="NEW",
        note="",
        gone=False,
        connection="СДЭК",
        system="cdek",
        pipeline_on=True,
        trigger_stage="UC_SHIP",
        shipments=(shipment,),
        problems=(),
        asks=(),
        audits=(),
        unwritten=0,
        version="v1",
    )


@pytest.fixture
def unshipped(facts: TabFacts) -> TabFacts:
    return replace(facts, shipments=())


@dataclass
class FakePortal:
    """A portal's REST API under one person's key: answers by method; a RestError is an error of that command."""

    answers: dict[str, Any]
    asked: list[str] = field(default_factory=list)
    broken: Exception | None = None

    def batch(self, commands: Sequence[Command], **_: Any) -> BatchAnswer:
        self.asked += [command.method for command in commands]
        if self.broken:
            raise self.broken
        results: dict[str, Any] = {}
        errors: dict[str, RestError] = {}
        for command in commands:
            answer = self.answers.get(command.method, RestError("ERROR_METHOD_NOT_FOUND", "", command.method))
            if isinstance(answer, RestError):
                errors[command.key] = answer
            else:
                results[command.key] = answer
        return BatchAnswer(results, errors)


DEAL = {
    "id": 8061,
    "title": "Сделка",
    "categoryId": 0,
    "stageId": "NEW",
    "contactIds": [88],
    "contactId": 88,
    "opportunity": 7480,
    "currencyId": "RUB",
    "ufCrmDeliveryAddress": "Казань, ул. Баумана, 5",
}
CONTACT = {
    "id": 88,
    "name": "Мария",
    "lastName": "Северцева",
    "fm": [{"typeId": "PHONE", "valueType": "MOBILE", "value": "8 900 000 14 62"}],
}
ROWS = {"productRows": [{"id": 1, "productName": "Плед", "price": 2580, "quantity": 2, "productId": 5}]}


@pytest.fixture
def person() -> FakePortal:
    """A manager who may read the deal."""
    me = {"ID": "7", "NAME": "Анна", "LAST_NAME": "Лугова", "TIME_ZONE": "Asia/Omsk"}
    return FakePortal(
        {
            "profile": me,
            "user.admin": False,
            "crm.item.get": {"item": DEAL},
            "crm.item.update": {"item": DEAL},
            "crm.item.list": {"items": [CONTACT, DEAL]},
            "crm.item.productrow.list": ROWS,
        }
    )


@dataclass
class FakeOauth:
    """Knows keys by their text."""

    keys: dict[str, AppInfo]
    client_id: str = "app.1"

    def allowed(self, server_endpoint: str) -> bool:
        return server_endpoint.startswith(OAUTH)

    def bases(self) -> tuple[str, ...]:
        return (OAUTH,)

    def app_info(
        self, server_endpoint: str, access_token: str, people: bool = False, total_s: float | None = None
    ) -> AppInfo:
        if access_token not in self.keys:
            raise OAuthRefused("no_auth_found")
        return self.keys[access_token]


@pytest.fixture
def oauth() -> FakeOauth:
    endpoint = "https://north.bitrix24.ru/rest/"
    return FakeOauth(
        {
            "anna": AppInfo("app.1", "north", "north.bitrix24.ru", endpoint, 7, True),
            "boris": AppInfo("app.1", "north", "north.bitrix24.ru", endpoint, 9, True),
        }
    )


@pytest.fixture
def parts(sessions: Sessions, clock: FixedClock, oauth: FakeOauth, person: FakePortal) -> PageParts:
    return PageParts(
        sessions=sessions,
        clock=clock,
        signer=SessionSigner(["k"]),
        gate=FrameGate(oauth, clock, 300),
        waker=LocalWakes(),
        person=lambda *_: person,  # type: ignore[arg-type]
        public_url="http://localhost",
        systems=discover(),
    )


class Current:
    """The parts of the test that runs: addresses are joined once (the dear part of an app), their parts are each
    test's own."""

    parts: PageParts

    def __getattr__(self, name: str) -> Any:
        return getattr(self.parts, name)


@pytest.fixture(scope="session")
def joined() -> tuple[Flask, Current]:
    current = Current()
    app = Flask("pages", template_folder=str(web.ROOT / "templates"), static_folder=str(web.ROOT / "static"))
    pages.setup(app)
    for room in web.ROOMS:
        app.register_blueprint(room.blueprint(cast("PageParts", current)))
    return app, current


@pytest.fixture
def page_app(parts: PageParts, joined: tuple[Flask, Current]) -> Flask:
    app, current = joined
    current.parts = parts
    return app


@pytest.fixture
def set_up(sessions: Sessions, portal: Portal) -> Portal:
    """The portal with one pipeline that ships through its tested account."""
    stages = [
        {"id": "NEW", "name": "Новая", "sort": 10, "semantics": ""},
        {"id": "SHIP", "name": "На отгрузку", "sort": 20, "semantics": ""},
        {"id": "WON", "name": "Успех", "sort": 30, "semantics": "S"},
    ]
    with session_scope(sessions) as session:
        row = portals.get(session, portal.id)
        row.settings = {
            "pipelines": [{"id": 0, "name": "Общая", "default": True, "entity": "DEAL_STAGE", "stages": stages}],
            "delivery_types": {"31": "courier"},
        }
        account = portals.connections(session, portal.id)[0]
        account.state = ConnectionState.READY
        session.add(
            Pipeline(
                portal_id=portal.id,
                category_id=0,
                enabled=True,
                trigger_stage="SHIP",
                connection_id=account.id,
                services={"courier": "parcel"},
            )
        )
        portals.set_fields(session, portal.id, {"address": "UF_CRM_DELIVERY_ADDRESS"})
    return portal


QUERY = {"DOMAIN": "north.bitrix24.ru", "PROTOCOL": "1", "LANG": "ru", "APP_SID": "s"}


def frame(**over: str) -> Mapping[str, str]:
    """The body of a deal tab's POST."""
    return {
        "AUTH_ID": "anna",
        "REFRESH_ID": "r",
        "AUTH_EXPIRES": "3600",
        "SERVER_ENDPOINT": f"{OAUTH}/rest/",
        "member_id": "north",
        "PLACEMENT": "CRM_DEAL_DETAIL_TAB",
        "PLACEMENT_OPTIONS": '{"ID":"8061"}',
        **over,
    }


@pytest.fixture
def frame_body() -> Mapping[str, str]:
    return frame()


@pytest.fixture
def frame_query() -> Mapping[str, str]:
    return QUERY


@pytest.fixture
def unopened(
    page_app: Flask, set_up: Portal, person: Any, frame_query: Mapping[str, str], frame_body: Mapping[str, str]
) -> Page:
    """The app's page of an administrator, before the portal has opened it."""
    person.answers["user.admin"] = True
    return Page(page_app, frame_query, frame_body)


@pytest.fixture
def page(unopened: Page) -> Page:
    """The app's page, open."""
    unopened.open()
    return unopened
