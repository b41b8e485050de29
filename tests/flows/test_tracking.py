"""Statuses come back: monotonic, history kept, the deal moved by the portal's mapping, one timeline entry a change."""

from __future__ import annotations

import pytest

from b24app.systems.cdek import MANIFEST
from tests.flows.town import ADMIN, ON_THE_WAY, TRIGGER, WAITS, WON, Shop

DEAL, TO_A_POINT = 501, 516
NET_S = MANIFEST.track.net_s if MANIFEST.track else 0.0
STEPS = ("RECEIVED_AT_SHIPMENT_WAREHOUSE", "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", "ACCEPTED_AT_PICK_UP_POINT")


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_a_parcel_to_a_point_is_followed_to_its_end(shop: Shop) -> None:
    shop.ship(TO_A_POINT)
    [number] = shop.shipped(TO_A_POINT)
    stages = {0: TRIGGER, 1: ON_THE_WAY, 2: WAITS}
    for at, (code, status) in enumerate(zip(STEPS, ("Принят на складе", "В пути", "Ждёт в пункте"), strict=True)):
        shop.happens(TO_A_POINT, code)
        shop.becomes(TO_A_POINT, status)
        assert shop.stage_of(TO_A_POINT) == shop.stage(stages[at])
        shop.town.advance(60)
    shop.happens(TO_A_POINT, "DELIVERED")
    shop.becomes(TO_A_POINT, "Вручён")
    assert shop.stage_of(TO_A_POINT) == shop.stage(WON)
    shop.town.calm()
    shop.town.advance(90_000)
    shop.town.calm()
    texts = shop.comments(TO_A_POINT)
    assert len(texts) == len(set(texts)) == 5
    assert all(number in text for text in texts)
    said = shop.tab_says(TO_A_POINT)
    assert "Посылка вручена" in said
    for code in (*STEPS, "DELIVERED"):
        assert f"код {code}" in said


def test_polling_alone_reaches_the_end(shop: Shop) -> None:
    """Webhooks are the fast way, not the only one: below them every order is looked at all the same, much later."""
    shop.town.carrier(webhooks=False)
    shop.ship(TO_A_POINT)
    shop.shipped(TO_A_POINT)
    for code, status in (
        *zip(STEPS, ("Принят на складе", "В пути", "Ждёт в пункте"), strict=True),
        ("DELIVERED", "Вручён"),
    ):
        shop.happens(TO_A_POINT, code)
        # A whole day at once would also bring the nightly look: it has its own tests.
        for _ in range(2):
            shop.town.advance(NET_S / 2 + 15)
            shop.town.calm()
        shop.becomes(TO_A_POINT, status)
    assert shop.town.journal("webhook.sent") == []
    assert shop.stage_of(TO_A_POINT) == shop.stage(WON)


def test_statuses_never_go_back(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.happens(DEAL, "TAKEN_BY_COURIER")
    shop.becomes(DEAL, "У курьера")
    shop.town.advance(60)
    shop.happens(DEAL, "DELIVERED")
    shop.becomes(DEAL, "Вручён")
    shop.town.advance(60)
    shop.happens(DEAL, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    shop.town.calm(1.5)
    assert shop.status(DEAL) == "Вручён"
    assert shop.stage_of(DEAL) == shop.stage(WON)
    assert not any("на складе" in text for text in shop.comments(DEAL))
    assert "код RECEIVED_AT_SHIPMENT_WAREHOUSE" in shop.tab_says(DEAL)


def test_the_mapping_moves_forward_only(shop: Shop) -> None:
    """Somebody was faster than the carrier: the deal is not taken back, the timeline is told."""
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    shop.move(DEAL, to=WAITS)
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY")
    shop.told(DEAL, "в пути")
    shop.becomes(DEAL, "В пути")
    assert shop.stage_of(DEAL) == shop.stage(WAITS)


def test_a_forbidden_stage_stops_neither_the_fields_nor_the_story(shop: Shop) -> None:
    """The installer is no administrator any more: fields are written, and the Problem says who may move the deal."""
    shop.ask("POST", "/users", {"id": 3, "name": "Другой", "admin": True})
    shop.ask("POST", "/users", {"id": ADMIN, "admin": False, "forbidden_stages": [shop.stage(ON_THE_WAY)]})
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY")
    shop.becomes(DEAL, "В пути")
    shop.told(DEAL, "в пути")
    assert shop.stage_of(DEAL) == shop.stage(TRIGGER)
    said = shop.town.wait(lambda: (text := shop.tab_says(DEAL)) and "стади" in text and text, "the problem")
    assert "администратор портала" in said


def test_a_code_nobody_knows_is_shown_as_received(shop: Shop) -> None:
    """Never a default in disguise: kept, shown, and listed for the administrator."""
    cdek = shop.town.world.system("cdek").cdek
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    order = cdek.find(shop.our_number(DEAL))
    with cdek.lock:
        order.statuses.append(cdek.new_status("TELEPORTED", "Телепортирован", "Казань"))
    shop.press("refresh", DEAL)
    shop.town.wait(lambda: "TELEPORTED" in shop.health(), "the unknown code in the administrator's list")
