"""The running system: its origins, addresses, first day, seeds and coverage."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask

from sandbox.kernel.gate import Origin
from sandbox.kernel.system import Context, CoverageRow

from . import methods
from .card import AppCard
from .coverage import coverage_rows
from .oauth.authorize import add_authorize
from .oauth.server import OAuthServer, OAuthSwitches
from .oauth.tokens import TokenStore
from .rest.app import PortalApp, fault_words
from .state.hub import Hub
from .state.portal import Portal, PortalSpec
from .state.users import User

EAST, WEST = "oauth", "oauth_west"
FIRST_PORTALS = (
    ("Кофе и чай", "pro", "cloud", "ru"),
    ("Спорттовары", "pro", "cloud", "ru"),
    ("Большой склад", "enterprise", "cloud", "ru"),
    ("West Store", "pro", "cloud", "west"),
    ("Коробка", "pro", "box", "ru"),
)


class Bitrix24:
    """World options: ``portals`` (how many, 5 by default), ``empty`` (no seeded data)."""

    def __init__(self, context: Context) -> None:
        methods.load()
        self.context = context
        tokens = TokenStore(context.clock)
        self.hub = Hub(context.clock, context.journal, context.timers, context.pusher, AppCard(), tokens)
        self.portals: dict[str, Portal] = {}
        for spec in portal_specs(int(context.options.get("portals") or len(FIRST_PORTALS))):
            self.portals[spec.member_id] = Portal(self.hub, spec)
        self.oauth_switches = OAuthSwitches()
        self._control: WSGIApplication | None = None

    def origins(self) -> Sequence[Origin]:
        found = [Origin(name, self._oauth(name), error_body=fault_words, journal_kind="oauth.call")
                 for name in (EAST, WEST)]  # fmt: skip
        for portal in self.portals.values():
            pages = portal_pages(portal)
            for index, suffix in enumerate(("", ".spare")):
                name = f"portal{portal.spec.number}{suffix}"
                app = PortalApp(portal, index, pages)
                found.append(Origin(name, app, portal.member_id, error_body=fault_words))
        return found

    def _oauth(self, name: str) -> OAuthServer:
        own = {member: portal for member, portal in self.portals.items() if portal.spec.oauth == name}
        return OAuthServer(name, self.hub, own, self.oauth_switches)

    def started(self, urls: Mapping[str, str]) -> None:
        self.hub.oauth_urls = {name: urls[name] for name in (EAST, WEST)}
        for portal in self.portals.values():
            name = f"portal{portal.spec.number}"
            portal.bases = [urls[name], urls[f"{name}.spare"]]
        self._seed_all()

    def addresses(self) -> Mapping[str, Any]:
        card = self.hub.card
        app = {"client_id": card.client_id, "client_secret": card.client_secret, "code": card.code,
               "scope": ",".join(card.scopes)}  # fmt: skip
        rows = [portal.as_json() for portal in self.portals.values()]
        return dict(self.hub.oauth_urls) | {"portals": rows, "app": app}

    def control(self) -> WSGIApplication | None:
        if self._control is None:
            from .control import create_control

            self._control = create_control(self)
        return self._control

    def reset(self) -> None:
        self.hub.tokens.clear()
        self.hub.card.reset()
        self.oauth_switches.__init__()  # type: ignore[misc]
        for portal in self.portals.values():
            portal.reset()
        self._seed_all()

    def remember(self) -> Callable[[], None]:
        if self.context.timers.waiting():
            raise RuntimeError("Bitrix24 has something to do yet")
        hub, card, switches = self.hub, dict(vars(self.hub.card)), copy.deepcopy(vars(self.oauth_switches))
        parts = [hub.tokens.remember(), *(portal.remember() for portal in self.portals.values())]

        def back() -> None:
            for part in parts:
                part()
            vars(hub.card).update(card)
            vars(self.oauth_switches).update(copy.deepcopy(switches))

        return back

    def _seed_all(self) -> None:
        if not self.context.options.get("empty"):
            for portal in self.portals.values():
                seed_data(portal)

    def seed(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put the portals that ``spec`` names (all, without ``portals``) back to their seeded first day."""
        chosen = [self.portals[str(member)] for member in spec.get("portals") or self.portals if member in self.portals]
        for portal in chosen:
            portal.reset()
        return {portal.member_id: dict(seed_data(portal)) for portal in chosen}

    def coverage(self) -> Sequence[CoverageRow]:
        pages: Sequence[CoverageRow] = importlib.import_module("sandbox.bitrix24.pages").coverage()
        return [*coverage_rows(), *pages]

    def stop(self) -> None:
        self.portals.clear()


def portal_specs(number: int) -> list[PortalSpec]:
    """The first five of ``FIRST_PORTALS``, then more ordinary eastern cloud portals."""
    specs = [PortalSpec(index, *row) for index, row in enumerate(FIRST_PORTALS[:number], start=1)]
    return specs + [PortalSpec(index, f"Портал {index}") for index in range(len(specs) + 1, number + 1)]


def portal_pages(portal: Portal) -> WSGIApplication:
    """The portal's own pages: ``sandbox.bitrix24.pages.register(app, portal)`` adds them."""
    app = Flask("sandbox.bitrix24.portal", static_folder=None)
    app.config["PORTAL"] = portal
    importlib.import_module("sandbox.bitrix24.pages").register(app, portal)
    add_authorize(app, portal)
    return app


def seed_data(portal: Portal) -> Mapping[str, Any]:
    """``sandbox.bitrix24.data.seeding.seed(portal)`` fills a portal that was just reset."""
    loaded: Mapping[str, Any] = importlib.import_module("sandbox.bitrix24.data.seeding").seed(portal)
    _know_everybody(portal)
    return loaded


_NAMES = (("Ольга", "Логинова"), ("Павел", "Торгов"), ("Мария", "Сделкина"), ("Денис", "Заказов"))


def _know_everybody(portal: Portal) -> None:
    """Whoever is responsible for a seeded deal is an employee."""
    for deal in portal.crm.tables[2]:
        number = deal["assignedById"]
        if number not in portal.users:
            name, last_name = _NAMES[number % len(_NAMES)]
            portal.users[number] = User(number, name, last_name, f"user{number}@portal.test", position="Менеджер")
