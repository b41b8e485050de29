"""A parcel that nobody collects: its manager is warned at the portal's hour although nothing happens any more."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from b24app.runners.unclaimed import EVERY_S
from tests.flows.town import MANAGER, Shop

TO_A_POINT = 516
MOSCOW = ZoneInfo("Europe/Moscow")


def until(shop: Shop, day: datetime, at: time) -> None:
    """The clock runs to this hour of a day, and the program has had its look."""
    moment = datetime.combine(day.date(), at, MOSCOW)
    shop.town.advance((moment - shop.town.program.parts.clock.now()).total_seconds())
    shop.town.calm()


def warnings(shop: Shop) -> list[str]:
    """What the manager's bell says of the parcel's storage."""
    rows = shop.notices(TO_A_POINT)
    return [row["text"] for row in rows if row["userId"] == MANAGER and "бесплатно" in row["text"]]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_parcel_that_nobody_collects(shop: Shop) -> None:
    shop.ship(TO_A_POINT)
    [number] = shop.shipped(TO_A_POINT)
    shop.happens(TO_A_POINT, "ACCEPTED_AT_PICK_UP_POINT")
    shop.becomes(TO_A_POINT, "Ждёт в пункте")
    shop.town.wait(lambda: "хранят ещё 7 дней" in shop.tab_says(TO_A_POINT), "the days that are left")
    assert "В пункте ещё 7 дней" in shop.tab_says(TO_A_POINT)
    ends = datetime.fromisoformat(shop.order(TO_A_POINT)["keep_free_until"]).astimezone(MOSCOW)
    until(shop, ends - timedelta(days=1), time(9, 50))
    assert warnings(shop) == []
    until(shop, ends - timedelta(days=1), time(10, 1 + EVERY_S // 60))
    [first] = shop.town.wait(lambda: warnings(shop), "the first warning")
    assert number in first
    assert "завтра" in first
    assert "Бесплатное хранение кончается завтра" in shop.tab_says(TO_A_POINT)
    until(shop, ends, time(10, 1 + EVERY_S // 60))
    shop.town.wait(lambda: len(warnings(shop)) == 2, "the last day's warning")
    assert "В пункте последний день" in shop.tab_says(TO_A_POINT)
    shop.happens(TO_A_POINT, "NOT_DELIVERED")
    shop.becomes(TO_A_POINT, "Едет обратно")
    until(shop, ends + timedelta(days=1), time(12))
    assert len(warnings(shop)) == 2
    assert "хранени" not in shop.tab_says(TO_A_POINT)
