"""A parcel that will be late: forecast from the portal's own parcels, shown in its tab, told to its manager once."""

from __future__ import annotations

from datetime import timedelta

from b24app.flows.forecast import Risk
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel
from b24app.runners.lateness import EVERY_S
from b24app.store import promises
from tests.flows.messaging import Telling
from tests.flows.town import MANAGER, Shop

#: Deals from Moscow to places 600 to 1500 km away, to the door.
BEFORE = (501, 513, 534, 510, 511, 512, 535, 505)
THIS = 508
TAKEN, THERE = "RECEIVED_AT_SHIPMENT_WAREHOUSE", "DELIVERED"


def days(shop: Shop, n: float) -> None:
    """So many days pass, and the program has looked at everything since."""
    shop.town.advance(timedelta(days=n).total_seconds())
    shop.town.advance(EVERY_S + 1)
    shop.town.calm()


def bells(shop: Shop) -> list[str]:
    return [row["text"] for row in shop.notices(THIS) if row["userId"] == MANAGER and "опоздает" in row["text"]]


def at_risk(shop: Shop) -> list[int]:
    return [each.deal_id for each in shop.town.program.read(promises.at_risk, shop.id)]


def test_a_late_parcel_is_known_and_told_once(shop: Shop) -> None:
    client = Telling(shop, THIS)
    client.has_email()
    client.rules(Channel.EMAIL, moments=(Moment.LATE,))
    shop.ship(*BEFORE)
    shop.shipped(*BEFORE)
    for deal in BEFORE:
        shop.happens(deal, TAKEN)
    for deal in BEFORE:
        shop.becomes(deal, "Принят на складе")
    days(shop, 2)
    for deal in BEFORE:
        shop.happens(deal, THERE)
    for deal in BEFORE:
        shop.becomes(deal, "Вручён")
    days(shop, 0)
    shop.ship(THIS)
    [number] = shop.shipped(THIS)
    shop.happens(THIS, TAKEN)
    shop.becomes(THIS, "Принят на складе")
    days(shop, 0)
    shop.town.wait(lambda: "по 8 вашим посылкам" in shop.tab_says(THIS), "a forecast in the tab")
    assert "обычно 2 дня" in shop.tab_says(THIS)
    assert (bells(shop), at_risk(shop)) == ([], [])
    days(shop, 6)
    [bell] = bells(shop)
    assert shop.our_number(THIS) in bell
    assert number in shop.tab_says(THIS)
    assert "Посылка опаздывает" in shop.tab_says(THIS)
    assert at_risk(shop) == [THIS]
    client.becomes(Moment.LATE, "sent")
    days(shop, 2)
    assert len(bells(shop)) == len(client.letters) == 1
    assert "Теперь ждём его" in client.letters[0]["body"]
    shop.happens(THIS, THERE)
    shop.becomes(THIS, "Вручён")
    days(shop, 0)
    assert at_risk(shop) == []
    assert shop.town.program.read(promises.counts, shop.id)[Risk.LATE] == 0
    assert "позже" in shop.tab_says(THIS)
