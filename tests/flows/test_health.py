"""What bends is on the health page in plain words, and in the bell of the administrators: each stage once a window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.flows.program import Program
from tests.flows.town import ADMIN, MANAGER, TRACK, Row, Shop, Town

if TYPE_CHECKING:
    from sandbox.world import World

DEALS = tuple(range(501, 512))
ONE = DEALS[0]
ALARM_S = 121
#: Nothing is wrong: only what the seeded portal always has, deals that stood in the stage before the pipeline was on.
CALM = "2 сделки ждут вашего решения Они стояли"
LIMIT = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
WRONG = {"error": "invalid_client", "error_description": "Bad client credentials"}


def rung(shop: Shop) -> list[Row]:
    """All notices to administrators so far, also those that a later one replaced."""
    rows = shop.town.journal("notify.added", "bitrix24", portal=shop.member)
    return [row for row in rows if "WAYBILL|ADMIN" in str(row)]


def shows(shop: Shop, text: str) -> str:
    """Wait until the health page says it."""
    found: list[str] = []

    def look() -> bool:
        found[:] = [shop.health()]
        return text in found[0]

    shop.town.wait(look, f"«{text}» on the health page")
    return found[0]


def told(shop: Shop, *texts: str) -> list[Row]:
    """Wait until the bell says one of these, the job that rings it included; everything that rang."""

    def look() -> bool:
        return any(text in str(row) for row in rung(shop) for text in texts)

    for _ in range(3):
        shop.town.advance(ALARM_S)
        shop.town.calm()
        if look():
            return rung(shop)
    shop.town.wait(look, f"«{'» or «'.join(texts)}» in the bell")
    return rung(shop)


def test_a_carrier_that_is_silent_and_comes_back(shop: Shop) -> None:
    shop.fill_in(*DEALS)
    shop.town.advance(3700)  # nothing of the last hour speaks for the carrier
    shop.town.calm()
    assert CALM in shop.health()
    fault = shop.town.fault("status", params={"status": 503})
    shop.move(*DEALS)
    said = shows(shop, "СДЭК не отвечает")
    assert "Ничего не потеряно" in said
    assert re.search(r"не отвечает с \d\d:\d\d", said)
    assert re.search(r"ждут \d+ задач", said)
    bell = told(shop, "отвечает с перебоями")
    assert {row["key"] for row in bell} == {str(ADMIN)}
    shop.town.advance(ALARM_S)
    shop.town.calm()
    assert len([row for row in rung(shop) if "перебоями" in str(row)]) == 1
    # Nobody waits for a rung of their own ladder: one call tries, and all that waited follow it.
    shop.town.forget(fault)
    shop.town.advance(70)
    shop.shipped(*DEALS)
    shop.town.advance(3700)
    told(shop, "снова отвечает")
    shows(shop, CALM)


def test_a_key_that_the_carrier_takes_no_more(shop: Shop) -> None:
    shop.fill_in(ONE)
    shop.town.calm()
    shop.town.program.steer("POST", "/cdek/tokens/expire")
    fault = shop.town.fault("status", match={"path": "/v2/oauth/token"}, params={"status": 401, "body": WRONG})
    shop.move(ONE)
    said = shows(shop, "Перевозчик больше не принимает доступ")
    assert re.search(r"не принимают с \d\d:\d\d", said)
    bell = told(shop, "больше не принимает ключ")
    assert len(bell) == 1
    assert MANAGER not in {row["key"] for row in bell}
    shop.town.forget(fault)
    shop.app_press(f"/app/account/{_account(shop)}/test")
    shop.shipped(ONE)
    assert len(told(shop, "снова принимает ключ")) == 2
    shows(shop, CALM)


def _account(shop: Shop) -> str:
    return str(re.findall(r'hx-post="/app/account/(\d+)/test"', shop.app().get("/app/s/health"))[0])


def test_events_that_no_longer_arrive(shop: Shop) -> None:
    """Deals ship by their history; the page says that the portal's word is missing."""
    shop.ship(ONE)
    shop.shipped(ONE)
    shop.town.calm()
    assert re.search(r"приходят, последнее", shop.health())
    shop.fill_in(DEALS[1])
    shop.town.calm()
    shop.settings(event_drop=1.0)
    shop.town.advance(900)
    shop.move(DEALS[1])
    shop.town.advance(900)
    shop.shipped(DEALS[1])
    shop.town.advance(900)
    said = shows(shop, "Битрикс24 не сообщает о сделках")
    assert "не приходят, последнее" in said
    rows = told(shop, "не сообщает о сделках")
    assert len([row for row in rows if "не сообщает о сделках" in str(row)]) == 1
    shop.settings(event_drop=0.0)
    shop.edit(ONE, comments="Снова слышно")
    shows(shop, CALM)


def test_a_carriers_subscription_that_is_gone(shop: Shop) -> None:
    """Somebody deleted it, and the carrier refuses a new one: looked at twice a day."""
    shop.ship(ONE)
    shop.shipped(ONE)
    fault = shop.town.fault("status", match={"path": "/v2/webhooks*"}, params={"status": 503})
    shop.town.advance(13 * 3600)
    shop.happens(ONE, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    said = shows(shop, "не включаются")
    assert "СДЭК" in said
    shop.town.forget(fault)
    shop.app_press(f"/app/account/{_account(shop)}/test")
    shop.town.wait(lambda: "не включаются" not in shop.health(), "the new subscription")


def test_a_portal_that_asks_for_fewer_calls(shop: Shop) -> None:
    shop.fill_in(*DEALS)
    shop.town.calm()
    match = {"path": "/rest/*", "portal": shop.member}
    shop.town.fault("status", "bitrix24", match=match, params={"status": 503, "body": LIMIT}, times=6)
    shop.move(*DEALS)
    for _ in range(8):
        shop.town.calm()
        if all(shop.deal(deal)[TRACK] for deal in DEALS):
            break
        shop.town.advance(30)
    shop.shipped(*DEALS, seconds=60)
    said = shows(shop, "Битрикс24 просит обращаться реже")
    assert "6 сверх лимита" in said
    shop.town.advance(3700)
    shows(shop, CALM)


def test_a_licence_that_ended(shop: Shop) -> None:
    shop.fill_in(ONE)
    shop.town.calm()
    page = shop.app()
    shop.ask("POST", "/licence", {"blocked": True})
    shop.move(ONE)
    shop.town.advance(200)
    said = page.wait("/app/version?v=0", lambda text: "Битрикс24 не пускает приложение" in text, "the word", 30)
    assert "не пускает" in said
    assert rung(shop) == []  # there is no bell to ring


def test_dead_rows_ring_at_one_and_at_ten(world: World, database: str, redis_url: str, installed: int) -> None:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, database, redis_url, dead_after=2, port=installed) as program:
        town = Town(program)
        shop = town.installed()
        shop.fill_in(*DEALS)
        town.calm()
        town.fault("status", match={"path": "/v2/orders*"}, params={"status": 503})
        shop.move(ONE)
        _wear_out(shop, 1)
        told(shop, "не получилось задач: 1.")
        shop.move(*DEALS[1:])
        _wear_out(shop, len(DEALS))
        # The job may come between the last two.
        bell = told(shop, *(f"не получилось задач: {n}." for n in (len(DEALS) - 1, len(DEALS))))
        town.advance(3600)
        town.calm()
        dead = [row for row in rung(shop) if "не получилось задач" in str(row)]
        assert len(dead) == len([row for row in bell if "не получилось задач" in str(row)]) == 2
        town.advance(24 * 3600)
        town.calm()
        told(shop, f"не получилось задач: {len(DEALS)}.")
        town.wait(lambda: len([row for row in rung(shop) if "не получилось задач" in str(row)]) == 3, "the next day's")


def _wear_out(shop: Shop, n: int) -> None:
    """Let time pass until so many calls were given up."""

    def dead() -> bool:
        shop.town.advance(120)
        shop.town.calm()
        found: Any = re.search(r"Не получилось (\d+)", shop.health())
        return found is not None and int(found[1]) >= n

    shop.town.wait(dead, f"{n} dead rows", 60)
