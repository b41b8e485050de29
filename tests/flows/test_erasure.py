"""An uninstall with "delete data": nothing of the portal is left in any table or key, and its neighbour is whole."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select

from b24app.store import jobs, lanes, portals
from b24app.store.crypto import unseal
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import (
    Base,
    Erasure,
    ForeignOrder,
    InboxKind,
    InboxRow,
    Origin,
    Rule,
    Shipment,
)
from tests.flows.test_trial import tried
from tests.flows.town import Shop, Town

DEALS = (501, 502)


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def name_of(mapper: Any) -> str:
    return str(mapper.local_table.name)


def rows(town: Town) -> Iterator[tuple[str, str]]:
    """Every value of every row of every table, in the clear: (table, text)."""
    parts = town.program.parts
    assert {name_of(mapper) for mapper in Base.registry.mappers} == set(Base.metadata.tables)
    with read_scope(parts.sessions) as session:
        for mapper in Base.registry.mappers:
            for row in session.scalars(select(mapper.class_)):
                yield name_of(mapper), " | ".join(text_of(getattr(row, each.key)) for each in mapper.columns)
        for sealed in session.scalars(select(InboxRow.payload).where(InboxRow.kind == InboxKind.CALLBACK)):
            yield "inbox", unseal(parts.engine, sealed["sealed"])


def keys(town: Town) -> Iterator[tuple[str, str]]:
    """Every key of Redis with its value, unsealed: (key, text)."""
    client = redis.Redis.from_url(town.program.settings.redis_url, decode_responses=True)
    ring = Fernet(town.program.settings.encryption_keys[0].get_secret_value())
    read: Any = {"string": client.get, "hash": client.hgetall, "list": lambda key: client.lrange(key, 0, -1)}
    for key in client.scan_iter():
        kind = client.type(key)
        if kind == "none":  # its life ended meanwhile
            continue
        value = text_of(read[kind](key))
        with contextlib.suppress(InvalidToken):
            value = ring.decrypt(value.encode()).decode()
        yield key, value
    client.close()


def found(town: Town, needles: set[str]) -> dict[str, set[str]]:
    """Where each of the texts occurs."""
    where: dict[str, set[str]] = {needle: set() for needle in needles}
    for place, text in [*rows(town), *((key, f"{key} {value}") for key, value in keys(town))]:
        for needle in needles:
            if needle in text:
                where[needle].add(place)
    return where


def names(shop: Shop) -> set[str]:
    """What says whose data these are: the portal's names, and who its parcels go to."""
    told = {shop.member, shop.row.domain, shop.row.code + "-"}
    with read_scope(shop.town.program.parts.sessions) as session:
        for row in session.scalars(select(Shipment).where(Shipment.portal_id == shop.row.id)):
            told |= {*leaves(row.request["recipient"]), str(row.tracking_number)}
    return {text for text in told if len(text) > 3}


def leaves(value: Any) -> Iterator[str]:
    """The texts in a JSON value."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(each)


def more_of(shop: Shop) -> None:
    """Rows of every kind that this scenario does not make by itself."""
    town = shop.town
    now = town.program.parts.clock.now()
    with session_scope(town.program.parts.sessions) as session:
        mine = {"portal_id": shop.row.id}
        account = portals.connections(session, mine["portal_id"])[0].id
        session.add(Origin(title=f"Склад {shop.member}", details={"a": shop.member}, created_at=now, **mine))
        made = {"created_at": now, "updated_at": now}
        session.add(Rule(position=1, title=shop.member, connection_id=account, **made, **mine))
        seen = {"first_seen_at": now, "last_seen_at": now}
        session.add(ForeignOrder(connection_id=account, remote_id=shop.member, **seen, **mine))
        lane = lanes.portal_lane(session, mine["portal_id"])
        jobs.start(session, mine["portal_id"], lane, "none", {"of": shop.member}, asked_by=1, now=now, trace_id="t")


def subscriptions(town: Town) -> list[str]:
    """Addresses that the carrier reports to."""
    return [row["url"] for row in town.program.steer("GET", "/cdek/webhooks")["webhooks"]]


def counts(town: Town, portal_id: int) -> Counter[str]:
    """Rows of a portal by table."""
    with read_scope(town.program.parts.sessions) as session:
        owned = [mapper for mapper in Base.registry.mappers if "portal_id" in mapper.columns]
        return Counter(
            {
                name_of(mapper): len(
                    session.scalars(select(mapper.class_).where(mapper.columns["portal_id"] == portal_id)).all()
                )
                for mapper in owned
            }
        )


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_nothing_of_an_erased_portal_is_left_and_its_neighbour_is_whole(town: Town) -> None:
    leaver, neighbour = town.shop(0), town.shop(1, account=2)
    for shop in (leaver, neighbour):
        shop.ship(*DEALS[: 2 if shop is leaver else 1])
        shop.shipped(*DEALS[: 2 if shop is leaver else 1])
        more_of(shop)
        tried(shop.page, DEALS[0])
    town.calm()
    town.program.remotes.call_log.flush()
    his = names(leaver) - names(neighbour)
    assert len(his) >= 5
    assert all(found(town, his).values()), "each name is somewhere before"
    kept, told = counts(town, neighbour.row.id), subscriptions(town)
    address = f"/hooks/carrier/{town.program.read(portals.connections, leaver.row.id)[0].public_id}/"
    assert any(address in url for url in told)

    leaver.ask("POST", "/uninstall", {"clean": True})
    town.wait(lambda: leaver.row.state == "uninstalled", "the portal's end")
    assert subscriptions(town) == [url for url in told if address not in url]
    town.calm()
    town.advance(timedelta(hours=1, minutes=2).total_seconds())
    town.wait(lambda: town.program.read(portals.by_member, leaver.member) is None, "the erasure", 40)
    town.calm()

    assert {needle: places for needle, places in found(town, his).items() if places} == {}
    now = counts(town, neighbour.row.id)
    assert {name: now[name] - count for name, count in kept.items() if now[name] < count} == {}
    assert any(names(neighbour) & {needle for needle, at in found(town, names(neighbour)).items() if at})
    with read_scope(town.program.parts.sessions) as session:
        record = session.scalars(select(Erasure)).one()
    assert record.counts["shipment"] == 2
    assert record.counts["subscriptions_removed"] == 1
    assert all(isinstance(count, int) for count in record.counts.values())
    neighbour.happens(DEALS[0], "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    neighbour.becomes(DEALS[0], "Принят на складе")
