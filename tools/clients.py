"""What a shop's clients see, and where its administrator sets that up: for tools/picture.py."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from playwright.sync_api import Page

from b24app.demo.accounts import connect_all
from b24app.demo.clients import GATEWAY, MONEY
from b24app.demo.house import House
from b24app.demo.person import Person
from b24app.demo.setting_up import open_app
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel
from b24app.parts import Parts
from tools.in_portal import MANAGER

BRAND = {
    "name": "Лён и Хвоя",
    "colour": "#2f6b4f",
    "phone": "+7 900 000-30-70",
    "hours": "9:00–19:00 по Москве",
    "email": "help@len-hvoya.example",
    "site": "len-hvoya.example",
}
STORE = {"on": "yes", "name": "До двери или рядом с домом", "currency": "RUB", "category": "0", "by": "rules"}
#: Picture -> whose parcel: one on its way to a door, one that goes to a point.
PARCELS = {"client-parcel": 501, "client-point": 516}
_LINK = re.compile(r'href="(https?://[^"]+/t/[^"]+)"')


def set_up(house: House, member: str) -> None:
    """How the shop looks, what it writes at which step, and its online store."""
    page = open_app(house.steer, member)
    page.press("/app/brand", BRAND)
    page.press("/app/shop", {**STORE, "insurance": "yes"})
    gateway = house.addresses[GATEWAY]["accounts"][0]
    house.steer("POST", f"/smsc/accounts/{gateway['login']}", {"kopecks": MONEY})
    account = connect_all(house, member, [GATEWAY], Parts.open(house.settings()))[GATEWAY]
    to_moments(page)
    page.press("/app/messages/step/2", {f"on_{each.value}": "yes" for each in Moment if each is not Moment.TRANSIT})
    page.press("/app/messages/step/3", {})
    page.press("/app/messages/step/4", {"quiet_from": "21", "quiet_to": "9", "sms": str(account), "sender": ""})
    page.press("/app/messages/on", {})


def to_moments(page: Person) -> None:
    """The wizard's first step is behind."""
    page.press("/app/messages/step/1", {"way1": Channel.SMS.value, "way2": Channel.EMAIL.value})


def take(house: House, member: str, take_: Callable[[str, Callable[[Page, str], object]], None]) -> None:
    for name, deal in PARCELS.items():
        frame = {"user": MANAGER, "placement": "DETAIL_TAB", "entity_id": deal}
        found = _LINK.search(Person(house.steer("POST", f"/bitrix24/{member}/frame", frame)).page)
        if found is None:
            raise SystemExit(f"no client's page at deal {deal}")
        address = html.unescape(found[1])
        take_(name, lambda page, lang, address=address: page.goto(f"{address}?lang={lang}"))  # type: ignore[misc]
