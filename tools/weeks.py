"""A portal that has shipped for eight weeks, as the program leaves it in its tables: for tools/picture.py."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.demo.accounts import connect_all
from b24app.demo.house import House
from b24app.demo.setting_up import install, open_app, switch_on
from b24app.flows.forecast import By, Risk
from b24app.logistics.problem import Field, Problem
from b24app.parts import Parts
from b24app.store import portals, problems
from b24app.store.engine import session_scope
from b24app.store.models import DealState, Portal, Transit
from tests.unit.store import figured
from tests.unit.store.figured import Shipped

#: The emulated portal that is given a past, and the sections whose pictures are taken there.
PORTAL = 1
SECTIONS = ("dashboard", "promises")
WEEKS, FIRST = 8, 2001
#: System -> its parcels on a working day, how many of a hundred come in time, what one costs, what is billed above.
CARRIERS = {
    "cdek": (6, 94, 468, 9),
    "russian_post": (4, 87, 412, 14),
    "boxberry": (2, 81, 436, 4),
}
GOODS = ("Плед льняной", "Подушка «Хвоя»", "Кофейный набор", "Постельное бельё", "Настольная лампа")
NAMES = ("Ольга Тихонравова", "Илья Громыхин", "Анна Лугова", "Пётр Вересаев", "Вера Ясенева", "Лев Рябов")
#: Region of a lane -> share.
TO = {"TA": 5, "SAM": 3, "SVE": 3, "SPE": 6, "NVS": 2, "KDA": 3}
MOSCOW = "MOW"


@dataclass(frozen=True)
class Stuck:
    """A parcel or a deal that somebody has to see to today."""

    deal: int
    title: str
    status: str = "in_transit"
    incident: str = ""
    keep_h: int = 0
    late: int = 0
    place: str = ""


STUCK = (
    Stuck(1038, "Глеб Ореховский", "delivery_failed", "no_answer"),
    Stuck(1061, "Мария Северцева", "ready_for_pickup", keep_h=20),
    Stuck(1029, "Зоя Ковылина", late=2, place="Уфа"),
    Stuck(1054, "Пётр Вересаев", late=1, place="Пермь"),
)
LACKING = {
    1072: ("Плед льняной для Ольги Тихонравовой", Problem("phone_missing", Field.PHONE)),
    1077: ("Подушка «Хвоя», 2 шт.", Problem("address_missing", Field.ADDRESS)),
}


def set_up(house: House) -> str:
    """The portal's member id. Nothing in it is told to a carrier: its parcels are rows only."""
    member = str(house.addresses["portals"][PORTAL]["member_id"])
    parts = Parts.open(house.settings())
    install(house.steer, member)
    connect_all(house, member, tuple(CARRIERS), parts)
    switch_on(open_app(house.steer, member))
    now = parts.clock.now()
    with session_scope(parts.sessions) as session:
        portal = portals.by_member(session, member)
        if portal is None:
            raise SystemExit("the portal is not known")
        accounts = {row.system: row.id for row in portals.connections(session, portal.id)}
        _past(session, portal, accounts, now)
        _today(session, portal, accounts, now)
    return member


def _past(session: Session, portal: Portal, accounts: dict[str, int], now: datetime) -> None:
    dice, deal = random.Random(7), FIRST  # noqa: S311 - the same past each time
    made: list[Shipped] = []
    ways: dict[int, str] = {}
    for back in range(WEEKS * 7, 0, -1):
        day = now - timedelta(days=back)
        for system, (usual, kept, price, above) in CARRIERS.items():
            count = usual + dice.randint(-1, 3) if day.weekday() < 5 else dice.randint(0, 2)
            for _ in range(count):
                at = day.replace(hour=dice.randint(7, 14), minute=dice.randint(0, 59))
                quoted = price + dice.randint(-40, 60) + (WEEKS * 7 - back) // 8
                heavier = dice.random() < 0.12
                promised = at.date() + timedelta(days=dice.randint(3, 5))
                arrived: date | None = promised - timedelta(days=dice.randint(0, 1))
                if dice.random() * 100 > kept:
                    arrived = promised + timedelta(days=dice.randint(1, 3))
                travels = arrived is None or arrived >= now.date()
                billed = quoted + (above * 6 if heavier else dice.choice((0, 0, 0, above, -above // 2)))
                one = Shipped(
                    deal, at, "in_transit" if travels else "delivered", accounts[system],
                    seconds=max(1, round(dice.gauss(4, 1.4))), quoted=quoted,
                    billed=None if back < 4 else billed,
                    told_g=2100, weighed_g=2600 if heavier else 2100, promised=promised,
                    arrived=None if travels else arrived,
                )  # fmt: skip
                made.append(one)
                ways[deal] = dice.choices(tuple(TO), tuple(TO.values()))[0]
                deal += 1
    rows = figured.put(session, portal, made)
    session.flush()
    for row, one in zip(rows, made, strict=True):
        row.closed = True  # nobody asks a carrier about it
        way = session.scalars(select(Transit).where(Transit.shipment_id == row.id)).one()
        way.origin, way.to, way.kind, way.by, way.seen = MOSCOW, ways[one.deal], "pickup", By.CARRIER, row.version
        if one.arrived is None:
            way.state, row.closed, row.next_poll_at = "open", False, None
            title = f"{GOODS[one.deal % len(GOODS)]}, {NAMES[one.deal % len(NAMES)]}"
            session.add(DealState(portal_id=portal.id, deal_id=one.deal, title=title))


def _today(session: Session, portal: Portal, accounts: dict[str, int], now: datetime) -> None:
    usual = Shipped(0, now - timedelta(days=4), account=accounts["cdek"], seconds=3, quoted=470)
    parcels = [replace(usual, deal=each.deal, status=each.status) for each in STUCK]
    for row, each in zip(figured.put(session, portal, parcels), STUCK, strict=True):
        row.order_number, row.incident, row.next_poll_at = f"15738{each.deal}0", each.incident or None, None
        row.keep_until = now + timedelta(hours=each.keep_h) if each.keep_h else None
        session.add(DealState(portal_id=portal.id, deal_id=each.deal, title=each.title))
        way = session.scalars(select(Transit).where(Transit.shipment_id == row.id)).one()
        way.origin, way.to, way.by, way.seen = MOSCOW, "BA", By.CARRIER, row.version
        if each.late:
            way.promised, way.handed = now.date() + timedelta(days=1), now.date() - timedelta(days=4)
            way.expected, way.late_by = way.promised + timedelta(days=each.late), each.late
            way.risk, way.place, way.news, way.forecast_on = Risk.LATE, each.place, now.date(), now.date()
    for deal, (title, problem) in LACKING.items():
        session.add(DealState(portal_id=portal.id, deal_id=deal, title=title, stage="C1:SHIP"))
        problems.open_problem(session, portal.id, deal, problem.key, problem.to_json(), now=now)
