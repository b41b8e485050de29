"""The tab's states as facts, for pictures without a portal: today is Thursday, 12 November 2026, 14:30 in Moscow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from b24app.flows.forecast import By, Forecast, Lane, Level, Risk
from b24app.flows.portions import Line, Portion
from b24app.logistics.aftercare import CourierRequest
from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    AskFacts,
    AuditFacts,
    EventFacts,
    IntentFacts,
    PauseFacts,
    ProblemFacts,
    ShipmentFacts,
    TabFacts,
    TransitFacts,
)
from b24app.store.faces.deal_messages import ToldFacts
from b24app.store.faces.papers import PaperFacts
from b24app.store.models import MessageState
from placements.preview import Preview, PreviewItem
from placements.tab_collect_view import Ways

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
LONG = "420111, Республика Татарстан, г. Казань, ул. Баумана, д. 44/8 к2, кв. 12, домофон 12К4582, звонить с угла"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def _item(name: str, quantity: int, weight_g: int) -> Item:
    return Item(name, "sku", quantity, Money(100000), weight_g)


MARIA = Recipient("Мария Северцева", "8 900 000 14 62", "+79000001462")
REQUEST = ShipmentRequest(
    "AB-8061-1",
    "parcel",
    DeliveryKind.PICKUP,
    MARIA,
    (
        Parcel(4100, 400, 300, 250, (_item("Плед льняной", 2, 2050),)),
        Parcel(2200, 450, 450, 150, (_item("Подушка «Хвоя»", 1, 2200),), ("size:stacked", "weight:section")),
    ),
    point_code="KZN12",
    cod=Money(648000),
    declared=Money(432000),
    comment="Позвонить за час",
)
EVENTS = (
    EventFacts(at(10, 11, 31), "CREATED", "Создан", Status.CREATED, "Офис СДЭК", "", ""),
    EventFacts(at(11, 15, 20), "3", "Принят на склад отправителя", Status.ACCEPTED_AT_WAREHOUSE, "Москва", "", ""),
    EventFacts(at(12, 3, 40), "20", "Отправлен в г. транзит", Status.IN_TRANSIT, "Владимир", "", ""),
)
TRANSIT = ShipmentFacts(
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
    request=REQUEST,
    created_at=at(10, 11, 31),
    status_at=at(12, 3, 40),
    polled_at=at(12, 11, 28),
    closed_reason="",
    events=EVENTS,
    intents=(IntentFacts("create", "done", 1, None, "", at(10, 11, 31)),),
)
PAPERS = (
    PaperFacts(1, 1, "waybill", "ready", 61_440, at(10, 11, 40), None, None),
    PaperFacts(2, 1, "label_a6", "ready", 48_200, at(10, 11, 40), at(10, 12, 4), None),
)
UNFINISHED = (
    PaperFacts(1, 1, "waybill", "asked", 0, at(12, 11, 29), None, None),
    PaperFacts(
        2, 1, "label_a6", "failed", 0, at(12, 11, 20), None,
        Problem("paper_refused", Field.ORDER, Who.CARRIER, "v2_entity_invalid", "Entity is invalid"),
    ),
)  # fmt: skip
BASE = TabFacts(
    deal_id=8061,
    title="Плед и подушка",
    category=0,
    stage="NEW",
    note="",
    gone=False,
    connection="СДЭК, договор Б-118",
    system="cdek",
    pipeline_on=True,
    trigger_stage="SHIP",
    shipments=(TRANSIT,),
    problems=(),
    asks=(),
    audits=(AuditFacts("ship_now", 7, "Анна Лугова", at(10, 11, 30)),),
    unwritten=0,
    version="v1",
    papers=PAPERS,
)
READY = Preview(
    DeliveryKind.COURIER,
    MARIA,
    "contact",
    LONG,
    "",
    (PreviewItem("Плед льняной", "2", Money(516000)), PreviewItem("Подушка «Хвоя»", "1", Money(232000))),
    Money(748000),
    (),
)
REFUSAL = ProblemFacts(
    Problem("phone_refused", Field.PHONE, Who.MANAGER, "v2_recipient_phone_invalid", "Recipient phone is invalid"),
    at(12, 11, 20),
    None,
)


def _with(status: Status, **over: object) -> TabFacts:
    return replace(BASE, shipments=(replace(TRANSIT, status=status, **over),))  # type: ignore[arg-type]


_LANE = Lane("cdek", "pickup", "MOW", "TA")
_FORECAST = Forecast(_LANE, Level.LANE, n=212, low=2, high=3, most=4, expected=date(2026, 11, 13), way=1, left=198,
                     in_time=186, risk=Risk.OK)  # fmt: skip
_EXPECTED = TransitFacts(
    date(2026, 11, 13), By.CARRIER, date(2026, 11, 13), handed=date(2026, 11, 11), forecast=_FORECAST
)
_BEHIND = replace(
    _EXPECTED,
    forecast=replace(
        _FORECAST,
        expected=date(2026, 11, 16),
        risk=Risk.LATE,
        late_by=3,
        left=8,
        in_time=0,
    ),
)
_GOODS = (
    Line(1, "Плед льняной", Decimal(2)),
    Line(2, "Подушка «Хвоя» с наполнителем из лапника и вышивкой", Decimal(1)),
    Line(3, "Лента", Decimal("1.5")),
)
_LOST_PART = ProblemFacts(
    Problem("part_lost", Field.ORDER, params={"number": "1573840216", "part": "AB-8061-1"}), at(12, 11, 20), None, 1
)
_TO_DOOR = replace(REQUEST, point_code=None, address=Address(LONG))
_FRESH = {"events": (), "order_number": "", "tracking_url": "", "price": None, "promised": None}
_CALL = {
    "request": CourierRequest("AB-8061-1-c1", date(2026, 11, 13), time(10), time(18), ("r-1",)).to_json(),
    "shipments": [1],
    "told": {"remote_id": "c-1", "number": "4500712"},
}
#: States whose account's system has a courier to call and orders to hand over.
COLLECTING = ("to_collect", "collected")
#: Where the client follows what is shipped.
CLIENT_PAGE = "https://waybill.example/t/AbCdEfGh12345678/5fK4ZZMHvLY"
WAYS = Ways(courier=True, hand_over=True, hours=("09:00", "22:00"))
_TELL = Problem("message_failed", Field.NONE)
#: Newest first: what waits for the morning, what a person had sent again, what needs somebody, what went.
TOLD = (
    ToldFacts(
        6, "ready", "", "status", MessageState.WAITING, "quiet", "", "", "", at(12, 8), at(13, 6), again=False
    ),
    ToldFacts(
        5, "courier", "sms", "status", MessageState.MAYBE, "lost", "timed out", "+7 ••• •••-14-62", "", at(12, 7), None,
        again=True,
    ),
    ToldFacts(
        4, "transit", "email", "person", MessageState.SENT, "", "", "m•••@example.test", "Анна Лугова", at(11, 16),
        None, again=False,
    ),
    ToldFacts(
        3, "transit", "email", "status", MessageState.FAILED, "no_mailbox", 'Email send error. "From" is not found.',
        "m•••@example.test", "", at(11, 15), None, again=False,
    ),
    ToldFacts(
        2, "number", "sms", "status", MessageState.DELIVERED, "", "", "+7 ••• •••-14-62", "", at(10, 12), None,
        again=False,
    ),
    ToldFacts(1, "number", "trigger", "status", MessageState.SENT, "", "", "", "", at(10, 11), None, again=False),
)  # fmt: skip

STATES: dict[str, tuple[TabFacts, Preview | None]] = {
    "told": (replace(_with(Status.IN_TRANSIT), told=TOLD, problems=(ProblemFacts(_TELL, at(12, 7), None),)), None),
    "in_transit": (_with(Status.IN_TRANSIT, transit=_EXPECTED), None),
    "will_be_late": (_with(Status.IN_TRANSIT, transit=_BEHIND), None),
    "created": (
        replace(_with(Status.CREATED, events=EVENTS[:1], tracking_url="", request=_TO_DOOR), papers=UNFINISHED),
        None,
    ),
    "stored": (_with(Status.READY_FOR_PICKUP, keep_until=at(18, 18)), None),
    "at_point": (_with(Status.READY_FOR_PICKUP, keep_until=at(13, 18)), None),
    "delivered": (replace(_with(Status.DELIVERED), unwritten=2), None),
    "failed": (_with(Status.DELIVERY_FAILED, remote_text="Контрагент отсутствует", incident="wrong_address"), None),
    "late": (_with(Status.IN_TRANSIT, promised=date(2026, 11, 5)), None),
    "returning": (_with(Status.RETURNING), None),
    "unknown": (_with(Status.UNKNOWN, remote_code="SOMETHING_NEW"), None),
    "refused": (replace(_with(Status.REJECTED, **_FRESH), problems=(REFUSAL,)), None),
    "troubled": (replace(BASE, problems=(REFUSAL,)), None),
    "submitting": (
        _with(Status.SUBMITTING, **_FRESH, intents=(IntentFacts("create", "accepted", 1, None, "", NOW),)),
        None,
    ),
    "silent": (
        _with(Status.SUBMITTING, **_FRESH, intents=(IntentFacts("create", "waiting", 2, at(12, 11, 35), "", NOW),)),
        None,
    ),
    "ready": (replace(BASE, shipments=(), audits=()), READY),
    "asked": (replace(BASE, shipments=(), asks=(AskFacts("ship_now", "Анна Лугова", NOW),)), READY),
    "missing": (
        replace(BASE, shipments=()),
        replace(
            READY,
            recipient=replace(MARIA, phone=None, phone_raw="8 900 000"),
            problems=(
                Problem("phone_invalid", Field.PHONE, params={"value": "8 900 000", "where": "deal"}),
                Problem("items_missing", Field.ITEMS),
            ),
            items=(),
        ),
    ),
    "not_set_up": (replace(BASE, connection="", shipments=(), audits=()), None),
    "gone": (replace(BASE, gone=True), None),
    "paused": (
        _with(
            Status.SUBMITTING,
            **_FRESH,
            intents=(IntentFacts("create", "waiting", 0, None, "", NOW),),
            paused=PauseFacts("Анна Лугова", "склад на инвентаризации до среды", at(12, 9)),
        ),
        None,
    ),
    "several": (
        replace(
            BASE,
            shipments=(
                replace(TRANSIT, n=2, id=2, order_number="1573840999", portion=Portion(_GOODS[1:2], _GOODS)),
                replace(TRANSIT, n=1, status=Status.LOST, portion=Portion(_GOODS[:1], _GOODS)),
            ),
            problems=(_LOST_PART,),
        ),
        None,
    ),
    "to_collect": (
        replace(
            _with(Status.CREATED, events=EVENTS[:1], tracking_url="", request=_TO_DOOR, connection_id=1),
            papers=UNFINISHED,
        ),
        None,
    ),
    "collected": (
        _with(
            Status.CREATED,
            events=EVENTS[:1],
            tracking_url="",
            request=_TO_DOOR,
            connection_id=1,
            intents=(
                IntentFacts("courier", "done", 1, None, "", NOW, _CALL),
                IntentFacts("handover", "done", 1, None, "", NOW, {"shipments": [1], "told": {"handed": ["r-1"]}}),
            ),
        ),
        None,
    ),
    "again": (replace(BASE, shipments=(replace(TRANSIT, n=2), replace(TRANSIT, n=1, status=Status.CANCELLED))), None),
}
