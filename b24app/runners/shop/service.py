"""One face for the hook: a secret and a body in, an answer out."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Mapping
from typing import Any

import structlog

from b24app.bitrix24 import shop_calls
from b24app.bitrix24.encoding import as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.flows.shop import Basket, Told
from b24app.logistics.extras import about
from b24app.logistics.problem import Field
from b24app.runners.services import Services
from b24app.runners.shop.calculating import Calculator
from b24app.runners.shop.flights import Flights
from b24app.runners.shop.setting import Setting, read_setting
from b24app.runners.shop.taking import OpenPortal, Taker
from b24app.store import shop_doors
from b24app.store.engine import read_scope
from b24app.store.shop_doors import Door
from b24app.words import say

#: Portals whose set-up a process keeps.
MOST = 2000
Answer = Mapping[str, Any]
#: What a buyer can put right.
_BUYERS = {Field.ADDRESS: "address", Field.CITY: "address", Field.POINT: "point"}
_log = structlog.get_logger("waybill.shop")


class ShopService:
    """Shared by all threads of a process. `kept_s`: how old what is known of a portal may be."""

    def __init__(
        self, services: Services, open_portal: OpenPortal, kept_s: float, flights: Flights | None = None
    ) -> None:
        self._services = services
        self._calculator = Calculator(services, flights)
        self._taker = Taker(services, open_portal)
        self._kept_s = kept_s
        self._settings: dict[int, tuple[float, Setting]] = {}
        self._lock = threading.Lock()

    def door(self, secret: str) -> Door | None:
        """Whose store shows this secret."""
        with read_scope(self._services.sessions) as session:
            return shop_doors.of_secret(session, secret)

    def calculate(self, door: Door, body: Any, began: float) -> Answer:
        """`began`: the reading of `time.monotonic` at which the request came."""
        setting = self._setting(door.portal_id)
        basket = self._basket(door, setting, as_map(body).get("SHIPMENT"))
        if isinstance(basket, str):
            return self._no(setting, basket)
        told = self._calculator.told(setting, basket, began)
        _log.info("shop_price", portal=door.portal_id, known=told.price is not None, old=told.old)
        if told.price is None:
            return self._no_price(setting, told)
        days = _days(told, setting.portal.language)
        return shop_calls.price_answer(told.price, told.days_min, told.days_max, days)

    def create(self, door: Door, body: Any) -> Answer:
        """What the store wants delivered."""
        setting = self._setting(door.portal_id)
        told = as_list(as_map(body).get("SHIPMENTS"))[: shop_calls.MOST_SHIPMENTS + 1]
        if not 0 < len(told) <= shop_calls.MOST_SHIPMENTS:
            return self._no(setting, "not_understood")
        baskets: list[Basket] = []
        for each in told:
            basket = self._basket(door, setting, each)
            if isinstance(basket, str):
                return self._no(setting, basket)
            if not basket.sale_id:
                return self._no(setting, "not_understood")
            baskets.append(basket)
        taken = self._taker.take(setting, baskets)
        return shop_calls.taken(taken.number) if taken.number else self._no(setting, taken.why)

    def cancel(self, door: Door, body: Any) -> Answer:
        """What the store wants no more. Of a store that was switched off, too."""
        setting, told = self._setting(door.portal_id), as_map(body)
        wanted = told.get("REQUEST_ID")
        if not isinstance(wanted, str) or not wanted:
            return self._no(setting, "not_understood")
        taken = self._taker.cancel(setting, wanted[:40], number(told.get("DELIVERY_ID")) or 0)
        return shop_calls.CANCELLED if taken.number else self._no(setting, taken.why)

    def _basket(self, door: Door, setting: Setting, told: Any) -> Basket | str:
        """A shipment as it was told, or why there is none. The key proves the service's own settings beside the
        address: a copy of the service that somebody made by hand has none."""
        if not setting.rules.on:
            return "off"
        basket = shop_calls.read_basket(told, setting.services)
        if basket is None:
            return "not_understood"
        if basket.key is not None and not hmac.compare_digest(basket.key.encode(), door.key.encode()):
            return "wrong_key"
        return basket

    def _no(self, setting: Setting, why: str) -> Answer:
        return shop_calls.refusal(say(f"shop.why.{why}", setting.portal.language))

    def _no_price(self, setting: Setting, told: Told) -> Answer:
        """In the buyer's words: what they can put right is said, what is ours is not."""
        if told.problem is not None and about(told.problem):
            return self._no(setting, "extras")
        return self._no(setting, _BUYERS.get(told.problem.field, "no_price") if told.problem else "no_price")

    def _setting(self, portal_id: int) -> Setting:
        now = time.monotonic()
        kept = self._settings.get(portal_id)
        if kept is not None and now - kept[0] < self._kept_s:
            return kept[1]
        with read_scope(self._services.sessions) as session:
            found = read_setting(session, self._services, portal_id)
        with self._lock:
            if len(self._settings) >= MOST:
                self._settings.clear()
            self._settings[portal_id] = (now, found)
        return found


def _days(told: Told, lang: str) -> str:
    first, last = told.days_min, told.days_max
    if first is None and last is None:
        return ""
    low, high = first if first is not None else last, last if last is not None else first
    return say("shop.days", lang, n=high) if low == high else say("shop.days_range", lang, first=low, last=high)
