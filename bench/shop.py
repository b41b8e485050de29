"""`shop_one_hangs`: thirty shoppers ask the online store's delivery service for a price at once, each for another
basket, while the carrier that their rules choose hangs for a minute: p99 of the answers, against the same while it
answers.

Six accounts, the others answer after 0.2 to 0.4 s; nothing is known beforehand in any round. The bar is the issue's: an
answer within a second, whatever carriers do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import requests
from sqlalchemy import delete

from b24app.bitrix24.shop_calls import ADDRESS
from b24app.demo.person import Person
from b24app.store.engine import session_scope
from b24app.store.models import ShopPrice
from bench.figures import Bar, Figure, Say
from bench.journal import CARRIER, PORTAL
from bench.rates import Place, six
from bench.samples import median

ROWS = ("shop_one_hangs",)
SHOPPERS, ROUNDS = 30, 10
DELAYS = {"hare": 0.2, "feather": 0.3, "barter": 0.2, "tortoise": 0.4, "owl": 0.3}
CDEK_S, HANGS_S = 0.3, 60
BAR = Bar(1.0, strict=True)
START_S = 30.0


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """The row, if it is asked for."""
    if not set(rows) & set(ROWS):
        return []
    with six(say) as place:
        for code, seconds in DELAYS.items():
            place.made_up[code].delay_s = seconds
        slow = {"system": CARRIER, "action": "latency", "match": {"path": "/v2/*"}, "params": {"seconds": CDEK_S}}
        place.house.steer("POST", "/faults", slow)
        address = place.house.start_store()
        shop = Shop(place, address)
        say("shop: thirty shoppers, every carrier answers")
        calm = [shop.round(n) for n in range(ROUNDS)]
        spec = {"system": CARRIER, "action": "hang", "match": {"path": "/v2/calculator/*"}}
        place.house.steer("POST", "/faults", {**spec, "params": {"seconds": HANGS_S}})
        say("shop: thirty shoppers, the chosen carrier hangs")
        busy = [shop.round(ROUNDS + n) for n in range(ROUNDS)]
    worst, usual = ([one for seconds, _ in rounds for one in seconds] for rounds in (busy, calm))
    priced, priced_calm = (sum(known for _, known in rounds) for rounds in (busy, calm))
    note = f"half of them after {median(worst):.2f} s; with a price {priced} of {len(worst)}"
    note += f"; while all answer p99 {p99(usual):.2f} s, half after {median(usual):.2f} s, priced {priced_calm}"
    more = {"calm_p99_s": round(p99(usual), 4), "priced": priced, "priced_calm": priced_calm}
    return [Figure("shop_one_hangs", p99(worst), "s", BAR, [p99(seconds) for seconds, _ in busy], note=note, more=more)]


def p99(seconds: Sequence[float]) -> float:
    """So many of a hundred answers came no later."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * 0.99))]


class Shop:
    """The portal's store, as far as it asks for prices. Opened through our own page, as an administrator does."""

    def __init__(self, place: Place, address: str) -> None:
        self._place = place
        form = {"on": "yes", "name": "Доставка", "currency": "RUB", "category": "0", "by": "rules"}
        member = place.home.member
        frame = place.house.steer("POST", f"/{PORTAL}/{member}/frame", {"user": 1, "placement": "DEFAULT"})
        Person(frame).press("/app/shop", form)
        there = self._there(member)
        url = str(there["handlers"][0]["SETTINGS"]["CALCULATE_URL"])
        self._url = address + url[url.index("/b24/delivery/") :]
        self._service = next(row for row in there["services"] if row["PROFILE"] == "COURIER")
        self._property = next(row["id"] for row in there["properties"] if row["code"] == ADDRESS)

    def _there(self, member: str) -> dict[str, Any]:
        end = time.monotonic() + START_S
        while True:
            found: dict[str, Any] = self._place.house.steer("GET", f"/{PORTAL}/{member}/shop")
            if len(found["relations"]) >= 10:
                return found
            if time.monotonic() > end:
                raise RuntimeError("the store has no delivery service of ours")
            time.sleep(0.2)

    def round(self, number: int) -> tuple[list[float], int]:
        """Seconds of each shopper, and how many were told a price. Nobody has asked for these baskets before."""
        with session_scope(self._place.parts.sessions) as session:
            session.execute(delete(ShopPrice))
        ready = threading.Barrier(SHOPPERS)
        found: list[tuple[float, bool]] = []

        def ask(shopper: int) -> None:
            body = self._body(1000 + 10 * (number * SHOPPERS + shopper))
            with requests.Session() as http:
                ready.wait()
                began = time.perf_counter()
                answer = http.post(self._url, json=body, timeout=30)
                found.append((time.perf_counter() - began, answer.json()["SUCCESS"] == "Y"))

        threads = [threading.Thread(target=ask, args=(shopper,)) for shopper in range(SHOPPERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(found) < SHOPPERS:
            raise RuntimeError(f"{SHOPPERS - len(found)} shoppers got no answer")
        return [seconds for seconds, _ in found], sum(known for _, known in found)

    def _body(self, weight_g: int) -> dict[str, Any]:
        fields = {"LOCALITY": "Казань", "STREET": "улица Баумана", "BUILDING": "5"}
        where = {
            "ID": self._property,
            "TYPE": "ADDRESS",
            "VALUE": {"LATITUDE": None, "LONGITUDE": None, "FIELDS": fields},
        }
        item = {"NAME": "Кофе", "PRICE": 900, "WEIGHT": weight_g, "CURRENCY": "RUB", "QUANTITY": 1, "DIMENSIONS": None}
        service = {"ID": self._service["id"], "CONFIG": [], "PARENT": {"ID": self._service["PARENT_ID"], "CONFIG": []}}
        return {
            "SHIPMENT": {
                "ID": None,
                "DELIVERY_SERVICE": service,
                "PRICE": 900,
                "CURRENCY": "RUB",
                "WEIGHT": weight_g,
                "PROPERTY_VALUES": [where],
                "ITEMS": [item],
                "EXTRA_SERVICES_VALUES": [],
                "RESPONSIBLE_CONTACT": None,
                "RECIPIENT_CONTACT": {"NAME": "Ольга"},
            }
        }
