"""A client follows their parcel on the portal's page, over plain HTTP: what the carrier says shows there, another point
reaches it once, and what they say of the delivery reaches the deal."""

from __future__ import annotations

import re
from functools import partial

import requests

from b24app.flows import client_page
from b24app.frames.public_links import LIFE, PublicLinks, tracking_address
from b24app.runners.connection import refreshing
from b24app.store import message_stops, portal_settings, public_ids, shipments
from b24app.store.engine import session_scope
from b24app.store.public_orders import phones_of
from tests.flows.test_points import refreshed
from tests.flows.town import LINK, Shop, words_of

DEAL, COURIER = 516, 501


class Client:
    """The one to whom the deal's parcel goes, with a browser and the link of a message."""

    def __init__(self, shop: Shop, deal: int) -> None:
        program = shop.town.program
        with session_scope(program.parts.sessions) as session:
            public_id = public_ids.of_portal(session, shop.row.id)
            self.shipment = shipments.of_deals(session, shop.row.id, [deal])[deal][-1]
        keys = [key.get_secret_value() for key in program.settings.signing_keys]
        link = PublicLinks(keys).write(shop.row.id, self.shipment.id)
        self.shop, self.root = shop, tracking_address(program.url, public_id, link)
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "ru"
        [self.phone] = phones_of(self.shipment.request)

    def get(self, path: str = "") -> requests.Response:
        return self.browser.get(self.root + path, timeout=20)

    def post(self, path: str, **form: str) -> requests.Response:
        return self.browser.post(self.root + path, data=form, timeout=20)

    def _says(self, words: str) -> str:
        text = words_of(self.get().text)
        return text if words in text else ""

    def sees(self, words: str) -> str:
        found: str = self.shop.town.wait(partial(self._says, words), f"the page that says {words!r}", 60)
        return found


def test_a_client_follows_a_parcel_has_it_go_elsewhere_and_rates_it(shop: Shop) -> None:
    town = shop.town
    with session_scope(town.program.parts.sessions) as session:
        portal_settings.merge(session, shop.row.id, **{client_page.KEY: {"link": client_page.OURS}})
        public_ids.of_portal(session, shop.row.id)
    refreshing.start_due(town.program.remotes.services())
    town.wait(lambda: refreshed(town), "the list of points")
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    client = Client(shop, DEAL)
    assert shop.deal(DEAL)[LINK] == client.root
    client.sees(number)
    assert [each for each in (client.phone, client.phone[2:], client.shipment.request["recipient"]["name"])
            if each in client.get().text] == []  # fmt: skip

    # Another point: shown to be theirs first, pressed twice, its answer lost once. The carrier changes one order once.
    former = shop.order(DEAL)["delivery_point"]
    assert "последние четыре цифры" in words_of(client.get("/point").text)
    client.post("/open", digits=client.phone[-4:], then="point")
    form = client.get("/point").text
    code = next(each for each in re.findall(r'name="code" value="([^"]+)"', form) if each != former)
    stamp = re.findall(r'name="stamp" value="([^"]+)"', form)[0]
    town.fault("break_after", match={"path": "/v2/orders", "method": "PATCH"}, times=1)
    for _ in range(2):
        assert client.post("/point", code=code, stamp=stamp).ok
    client.sees("Просим перевозчика изменить доставку")
    town.calm()
    town.advance(12)
    client.sees("Доставка изменена")
    assert shop.order(DEAL)["delivery_point"] == code
    assert len(town.journal("order.change_accepted")) == 1
    shop.told(DEAL, f"В заказе {number} изменено место доставки.")
    assert "клиент изменил место доставки на своей странице" in shop.tab_says(DEAL).lower()

    shop.happens(DEAL, "ACCEPTED_AT_PICK_UP_POINT")
    client.sees("Можно забирать")
    shop.happens(DEAL, "DELIVERED")
    client.sees("Как прошла доставка?")
    for _ in range(2):
        client.post("/rating", stars="2", comment="Коробка мятая")
    shop.told(DEAL, f"Клиент оценил доставку {number}: 2 из 5. «Коробка мятая».")
    assert "недоволен доставкой" in str(shop.noticed(DEAL))
    assert [each for each in shop.comments(DEAL) if "оценил доставку" in each] == [
        f"Клиент оценил доставку {number}: 2 из 5. «Коробка мятая»."
    ]
    client.post("/stop", say="stop")
    assert town.program.read(message_stops.is_stopped, shop.row.id, client.phone)

    # Links that are none, and one that is too old.
    forged = client.root[:-1] + ("a" if client.root[-1] != "a" else "b")
    assert client.browser.get(forged, timeout=20).status_code == 404
    town.advance(LIFE.total_seconds() + 3600)
    assert client.get().status_code == 410


def test_a_client_has_the_courier_come_at_another_time(shop: Shop) -> None:
    town = shop.town
    shop.ship(COURIER)
    [number] = shop.shipped(COURIER)
    client = Client(shop, COURIER)
    client.sees(number)
    assert "Другое время" not in words_of(client.get().text)
    shop.happens(COURIER, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY")
    client.sees("Другое время")
    client.post("/open", digits=client.phone[-4:], then="day")

    def offered() -> str:
        text = client.get("/day").text
        return text if 'name="slot"' in text else ""

    form = town.wait(offered, "times that the carrier offers")
    [stamp] = re.findall(r'name="stamp" value="([^"]+)"', form)
    slot = re.findall(r'name="slot" value="([^"]+)"', form)[-1]
    town.fault("break_after", match={"path": "/v2/delivery", "method": "POST"}, times=1)
    for _ in range(2):
        client.post("/day", slot=slot, stamp=stamp)
    client.sees("Просим перевозчика изменить доставку")
    town.calm()
    town.advance(12)
    client.sees("Доставка изменена")
    [agreement] = town.journal("agreement.accepted")
    day, _, hours = slot.partition(" ")
    assert agreement["data"]["date"] == day
    answer = town.program.steer("GET", f"/cdek/orders/{shop.our_number(COURIER)}")
    [told] = [row for row in answer["related_entities"] if row["type"] == "delivery"]
    assert f"{told['time_from']}-{told['time_to']}" == hours
    shop.told(COURIER, f"Посылку {number} привезут, когда выбрал клиент")


def test_a_link_opens_nothing_in_another_portal(shop: Shop) -> None:
    shop.ship(COURIER)
    shop.shipped(COURIER)
    client = Client(shop, COURIER)
    other = shop.town.shop(1)
    with session_scope(shop.town.program.parts.sessions) as session:
        public_id = public_ids.of_portal(session, other.row.id)
    theirs = tracking_address(shop.town.program.url, public_id, client.root.rpartition("/")[2])
    assert client.get().status_code == 200
    assert client.browser.get(theirs, timeout=20).status_code == 404
