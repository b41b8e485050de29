"""Sixty deals of one portal over six carriers, chosen by rules: every kind of refusal, and every end that a parcel can
come to. Then what a manager sees of all six in one tab: rates side by side, points of all on one map."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from b24app.demo.accounts import SENDER, connect_all
from b24app.demo.cast import Cast, Placed
from b24app.demo.house import House
from b24app.demo.person import Person
from b24app.demo.setting_up import open_app, set_up
from b24app.demo.teller import NUMBERS_S, SETTLE_S, STEP_S, SWEEP_S, Say, Teller
from b24app.logistics.model import DeliveryKind
from b24app.logistics.status import Status
from b24app.store.engine import read_scope
from b24app.store.models import PointRow, PointSource
from b24app.systems import discover

COURIER, PICKUP = DeliveryKind.COURIER, DeliveryKind.PICKUP


@dataclass(frozen=True)
class Carrier:
    """What this story uses of one: an error of its own for the override of an order (as its contract words it), and the
    services that its rule chooses."""

    refusal: Any
    courier: str
    pickup: str


SIX: Mapping[str, Carrier] = {
    "boxberry": Carrier("Значение «ФИО получателя» неверно.", "parcel", "parcel"),
    "cdek": Carrier("error_validate_receiver_name_incorrect_symbol", "parcel", "parcel"),
    "russian_post": Carrier("ILLEGAL_INITIALS", "parcel", "online"),
    "yandex_delivery": Carrier("bad_request", "other_day", "other_day"),
    "dpd": Carrier({"code": "OrderError", "message": "Не заполнено поле contactFio"}, "PCL", "PCL"),
    "pek": Carrier({"Key": "cargos[0].receiver.person", "Value": ["Недопустимые символы в имени"]}, "ltl", "easyway"),
}
ADDRESS, NOWHERE = "Казань, ул. Баумана, {n}", "г. Незнамоград, ул. Ленина, 1"
#: What becomes of the ten deals of a carrier: the end, the delivery, what is wrong at first, where the problem points.
CHAPTERS: Sequence[tuple[str, DeliveryKind, str, tuple[str, ...]]] = (
    ("delivered", COURIER, "", ()),
    ("delivered", COURIER, "", ()),
    ("delivered", COURIER, "", ()),
    ("delivered", PICKUP, "", ()),
    ("returned", COURIER, "", ()),
    ("lost", COURIER, "", ()),
    ("cancelled", COURIER, "", ()),
    ("fixed", COURIER, "phone", ("recipient_phone",)),
    ("fixed", COURIER, "city", ("address", "city")),
    ("fixed", COURIER, "carrier", ("",)),
)
CAST = Cast(
    ("Аврора", "Богдана", "Василиса", "Глафира", "Домна", "Евпраксия", "Забава", "Ираида", "Клавдия", "Любава"),
    ("Кедрова", "Лугова", "Полева", "Дубова", "Яблокова", "Перова"),
    first_value=1000,
)
POINTS_S, TAB_S = 180.0, 60.0
#: A carrier may not cancel before ten minutes are over (PEK).
CANCEL_S = 700
JOB = re.compile(r"[?&;]job=(\d+)")
#: Kazan, so close that every point is a dot of its own.
WINDOW = {"z": "18", "south": "55.70", "west": "48.90", "north": "55.90", "east": "49.35"}


@dataclass
class Chapter(Placed):
    """One deal: whose it is, how it goes, and what is wrong with it at first."""

    cast = CAST
    system: str = ""
    kind: DeliveryKind = COURIER
    wrong: str = ""

    @property
    def as_it_should(self) -> bool:
        return super().as_it_should and bool(self.problem or not self.wrong)


class Six(Teller):
    """Tells it on a portal of its own."""

    def __init__(self, house: House, say: Say, portal: int = 1) -> None:
        super().__init__(house, say, portal)
        self.codes = tuple(SIX)
        self.accounts: dict[str, int] = {}

    # --- before ------------------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """Accounts of all six, a rule for each, ten deals for each."""
        steer = self._house.steer
        for code in self.codes:
            steer("POST", f"/{code}/settings", {"auto_route": True, "step_seconds": STEP_S})
        account = self._house.addresses["cdek"]["accounts"][2]
        # CDEK's courier collects here: he can be called from a deal's tab.
        self._triggers = set_up(steer, self._member, account, sender={"shipment_point": "", **SENDER}).triggers
        others = [code for code in self.codes if code != "cdek"]
        self.accounts = connect_all(self._house, self._member, others, self._parts)
        self._rules(open_app(steer, self._member))
        self._wait(self._switched_on, SETTLE_S)
        if not self._wait(lambda: set(self._points()) == set(self.codes), POINTS_S):
            self._say(f"  no points of {', '.join(sorted(set(self.codes) - set(self._points())))}")
        self._deals(self._points())

    def _rules(self, page: Person) -> None:
        for at, (code, carrier) in enumerate(SIX.items()):
            values = CAST.values(at)
            form = {
                "title": f"{discover()[code].manifest.title['ru']}: {values['value_from']}–{values['value_to']} ₽",
                "connection_id": str(self.accounts[code]),
                "service_courier": carrier.courier,
                "service_pickup": carrier.pickup,
                **values,
            }
            page.press("/app/rules/0", form)

    def _points(self) -> dict[str, str]:
        """System -> a point of its list in Kazan that takes an ordinary parcel."""
        with read_scope(self._parts.sessions) as session:
            wanted = select(PointSource.system, PointRow.code, PointRow.details).join(
                PointSource, PointSource.id == PointRow.source_id
            )
            rows = session.execute(wanted.where(PointRow.city_key == "казань", PointRow.gone_at.is_(None)))
            return {system: code for system, code, details in rows if _ordinary(details["takes"])}

    def _deals(self, points: Mapping[str, str]) -> None:
        ids = self._house.steer("POST", f"{self._base}/bulk", {"count": len(self.codes) * len(CHAPTERS)})["deals"]
        for place, deal_id in enumerate(ids):
            end, kind, wrong, fields = CHAPTERS[place % len(CHAPTERS)]
            system = self.codes[place // len(CHAPTERS)]
            story = Chapter(deal_id, end, fields, bool(wrong), system=system, kind=kind, wrong=wrong, place=place)
            self.stories[deal_id] = story
            self._write(story, points.get(system, ""))

    def _write(self, story: Chapter, point: str) -> None:
        """The goods, what the manager knows (wrong or not), and what its carrier will do with it."""
        steer = self._house.steer
        row = {"productName": "Плед шерстяной", "price": story.price, "quantity": 1}
        steer("POST", f"{self._base}/rows", {"id": story.deal_id, "rows": [row]})
        wish: dict[str, Any] = {"deal": story.deal_id, "name": story.name, "address": self._address(story)}
        wish |= {"kind": "pvz", "point": point} if story.kind is PICKUP else {}
        wish |= {"phone": "12-34"} if story.wrong == "phone" else {}
        wish |= {"address": NOWHERE} if story.wrong == "city" else {}
        steer("POST", f"{self._base}/wish", wish)
        override: dict[str, Any] = {"match": {"recipient": story.called}}
        if story.wrong == "carrier":
            steer("POST", f"/{story.system}/overrides", {**override, "errors": [SIX[story.system].refusal], "times": 1})
        route = story.outcome if story.outcome in ("returned", "lost") else ""
        if story.outcome == "cancelled" and not self._cancels(story):
            route = "cancelled"
        if route:
            steer("POST", f"/{story.system}/overrides", {**override, "route": route})

    @staticmethod
    def _address(story: Chapter, more: str = "") -> str:
        return ADDRESS.format(n=1 + story.place) + more

    @staticmethod
    def _cancels(story: Chapter) -> bool:
        return "Cancels" in discover()[story.system].manifest.ports

    # --- meanwhile ----------------------------------------------------------------------------------------------------

    def fix(self) -> None:
        """Managers correct the deals, and call one of each carrier off."""
        chapters = [story for story in self.stories.values() if isinstance(story, Chapter)]
        fixable = [story for story in chapters if story.wrong and story.problem]
        for story in fixable:
            more = ", кв. 5" if story.wrong == "carrier" else ""
            wish = {"deal": story.deal_id, "phone": "+7 900 000-14-62", "address": self._address(story, more)}
            self._house.steer("POST", f"{self._base}/wish", wish)
        for story in chapters:
            if story.outcome == "cancelled" and self._cancels(story):
                self._cancel(story)
        self._house.steer("POST", "/clock", {"advance": SWEEP_S})
        self._wait(lambda: self._numbered(fixable), NUMBERS_S)
        self._house.steer("POST", "/clock", {"advance": CANCEL_S})
        called_off = [story for story in chapters if story.outcome == "cancelled" and self._cancels(story)]
        self._wait(lambda: self._all_are(called_off, Status.CANCELLED), NUMBERS_S)

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def side_by_side(self) -> tuple[dict[str, str], dict[str, int]]:
        """In the tab of one more deal: each carrier's cheapest price, and how many of its points the map shows."""
        deal_id = self._house.steer("POST", f"{self._base}/bulk", {"count": 1})["deals"][0]
        wish = {"deal": deal_id, "name": "Мария Северцева", "address": ADDRESS.format(n=44)}
        self._house.steer("POST", f"{self._base}/wish", wish)
        tab = self._tab(deal_id)
        return self._rates(tab), self._map(tab)

    def _rates(self, tab: Person) -> dict[str, str]:
        titles = {discover()[code].manifest.title["ru"]: code for code in self.codes}
        found: dict[str, str] = {}

        def priced(text: str) -> bool:
            for row in re.findall(r'<label class="wb-rate[^>]*>(.*?)</label>', text, re.S):
                named = re.search(r'class="wb-strong">([^<,]+), ', row)
                price = re.search(r'class="wb-rate__price">([^<]+)<', row)
                if named and price and (code := titles.get(html.unescape(named[1]).strip())):
                    found.setdefault(code, html.unescape(price[1]).strip())
            return set(found) == set(self.codes)

        if not priced(tab.press("/tab/rates")):
            self._wait(lambda: priced(tab.get("/tab/rates/panel")), TAB_S)
        return found

    def _map(self, tab: Person) -> dict[str, int]:
        shown = tab.press("/tab/points")
        job = JOB.search(html.unescape(shown))
        if job is None:
            return {}
        query = "&".join(f"{name}={value}" for name, value in {**WINDOW, "job": job[1], "grey": "1"}.items())
        tab.wait(f"/tab/points/ready?job={job[1]}&tries=1", lambda text: "points-list" in text, "the points", TAB_S)
        dots = tab.json(f"/tab/points/map?{query}")["dots"]
        titles = {discover()[code].manifest.title["ru"]: code for code in self.codes}
        return dict(Counter(titles[dot[4]] for dot in dots if len(dot) > 4 and dot[4] in titles))


def _ordinary(takes: Mapping[str, Any]) -> bool:
    """An office that hands out ordinary parcels."""
    most = takes.get("max_weight_g")
    return (
        takes["kind"] == "office" and takes["active"] and takes.get("hands_out") is not False and (most or 5000) > 2000
    )
