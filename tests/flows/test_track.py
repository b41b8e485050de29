"""A client follows their parcel on the portal's page, over plain HTTP: what the carrier says shows there, another point
reaches it once, and what they say of the delivery reaches the deal."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import requests

from b24app.demo.accounts import connect
from b24app.flows import client_page
from b24app.flows.forecast import By
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel
from b24app.frames.public_links import LIFE, PublicLinks, tracking_address
from b24app.runners.connection import refreshing
from b24app.store import message_stops, portal_settings, public_ids, shipments, transits
from b24app.store.engine import session_scope
from b24app.store.public_orders import phones_of
from sandbox.yandex_delivery.data.points import points
from tests.flows.messaging import Telling
from tests.flows.test_points import refreshed
from tests.flows.test_sms import connected, taken
from tests.flows.town import LINK, POINT, Shop, words_of
from tests.flows.warehouses import working

DEAL, COURIER = 516, 501
YANDEX = "yandex_delivery"
YANDEX_POINT = next(
    code for code, each in points().items()
    if each["type"] == "pickup_point" and each["address"]["locality"] == "Казань"
    and {"already_paid", "card_on_receipt"} <= set(each["payment_methods"])
)  # fmt: skip


class Client:
    """The one to whom the deal's parcel goes, with a browser and the link of a message."""

    def __init__(self, shop: Shop, deal: int) -> None:
        program = shop.town.program
        with session_scope(program.parts.sessions) as session:
            public_id = public_ids.of_portal(session, shop.id)
            self.shipment = shipments.of_deals(session, shop.id, [deal])[deal][-1]
        keys = [key.get_secret_value() for key in program.settings.signing_keys]
        link = PublicLinks(keys).write(shop.id, self.shipment.id)
        self.shop, self.root = shop, tracking_address(program.url, public_id, link)
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "ru"
        [self.phone] = phones_of(self.shipment.request)

    def get(self, path: str = "") -> requests.Response:
        return self.browser.get(self.root + path, timeout=20)

    def post(self, path: str, **form: str) -> requests.Response:
        return self.browser.post(self.root + path, data=form, timeout=20)

    def _times(self) -> str:
        text = self.get("/day").text
        return text if 'name="slot"' in text else ""

    def times(self) -> tuple[str, str]:
        """The last time that the carrier offers, and the stamp of the form."""
        form = self.shop.town.wait(self._times, "times that the carrier offers")
        [stamp] = re.findall(r'name="stamp" value="([^"]+)"', form)
        return re.findall(r'name="slot" value="([^"]+)"', form)[-1], stamp

    def _says(self, words: str) -> str:
        text = words_of(self.get().text)
        return text if words in text else ""

    def sees(self, words: str) -> str:
        found: str = self.shop.town.wait(partial(self._says, words), f"the page that says {words!r}", 60)
        return found


def test_a_client_follows_a_parcel_has_it_go_elsewhere_and_rates_it(shop: Shop) -> None:
    town = shop.town
    with session_scope(town.program.parts.sessions) as session:
        portal_settings.merge(session, shop.id, **{client_page.KEY: {"link": client_page.OURS}})
        public_ids.of_portal(session, shop.id)
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
    assert town.program.read(message_stops.is_stopped, shop.id, client.phone)

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

    slot, stamp = client.times()
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


def _ships_with_yandex(shop: Shop) -> None:
    """One more account, and a rule that gives it every deal."""
    connect(shop.app(), YANDEX, shop.town.world.addresses[YANDEX]["accounts"][0])
    account = working(shop, YANDEX, 60).id
    form = {"title": YANDEX, "connection_id": str(account)}
    shop.app_press("/app/rules/0", **form, service_courier="other_day", service_pickup="other_day")


def test_yandex_brings_it_at_another_time_and_says_the_code_for_it(shop: Shop) -> None:
    """The clock of the page is the recipient's, Yandex's is UTC; the code is said when the parcel lies at its point."""
    town, mine = shop.town, Telling(shop, DEAL)
    _ships_with_yandex(shop)
    mine.rules(Channel.SMS, moments=(Moment.READY,), sms=connected(shop))
    shop.fill_in(COURIER, DEAL)
    shop.edit(DEAL, **{POINT: YANDEX_POINT})
    shop.move(COURIER, DEAL)
    shop.shipped(COURIER, DEAL)

    def order(deal: int) -> dict[str, Any]:
        found: dict[str, Any] = town.program.steer("GET", f"/{YANDEX}/orders/{shop.our_number(deal)}")["whole"]
        return found

    client = Client(shop, COURIER)
    client.post("/open", digits=client.phone[-4:], then="day")
    slot, stamp = client.times()
    town.fault("break_after", system=YANDEX, match={"path": "*/request/edit"}, times=1)
    for _ in range(2):
        client.post("/day", slot=slot, stamp=stamp)
    town.calm()
    town.advance(30)
    client.sees("Доставка изменена")
    window = order(COURIER)["request"]["destination"]["interval_utc"]
    begin = datetime.fromisoformat(window["from"]).astimezone(ZoneInfo("Europe/Moscow"))
    assert slot.startswith(f"{begin:%Y-%m-%d %H:%M}")
    assert len(town.journal("order.changed", YANDEX)) == 1
    shop.told(COURIER, "привезут, когда выбрал клиент")
    way = town.program.read(transits.of_shipment, shop.id, client.shipment.id)
    assert (way.promised.isoformat(), way.by) == (slot[:10], By.CLIENT), "what is promised now"

    client, code = Client(shop, DEAL), order(DEAL)["self_pickup_node_code"]["code"]
    assert "Показать код" not in words_of(client.get().text)
    for status in ("SORTING_CENTER_AT_START", "DELIVERY_ARRIVED_PICKUP_POINT"):
        town.program.steer("POST", f"/{YANDEX}/orders/{shop.our_number(DEAL)}/status", {"code": status})
    shop.press("refresh", DEAL)
    client.sees("Показать код получения")
    client.post("/open", digits=client.phone[-4:], then="code")
    assert code in client.get("/code").text
    town.wait(lambda: taken(shop), "the SMS")
    assert f"Код {code}." in taken(shop)[-1]["text"]
    assert not [text for text in shop.comments(DEAL) if code in text]
    town.program.steer("POST", f"/{YANDEX}/orders/{shop.our_number(DEAL)}/status", {"code": "DELIVERY_DELIVERED"})
    shop.press("refresh", DEAL)
    client.sees("Посылка у вас")
    assert "Код •••." in mine.row(Moment.READY).said["body"]
    [row] = town.program.read(shipments.of_deals, shop.id, [DEAL])[DEAL]
    assert row.pickup_code is None


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
