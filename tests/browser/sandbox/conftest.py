"""A portal of the emulated world in Chromium, and a small app to be framed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, request
from playwright.sync_api import Page

from sandbox.bitrix24.state.install import Placement
from sandbox.bitrix24.state.portal import Portal
from sandbox.kernel.server import Server, serve
from sandbox.world import World

ADMIN, MANAGER, OWN_ONLY, CLERK = 1, 7, 9, 12
TAB = "CRM_DEAL_DETAIL_TAB"


@dataclass
class Child:
    """An app on another site than the portals: it remembers the forms it got and answers as it is told."""

    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    forms: list[dict[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    server: Server | None = None

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.server.port}" if self.server else ""

    def start(self) -> None:
        app = Flask("child")

        @app.route("/<path:_path>", methods=["GET", "POST"])
        def answer(_path: str) -> Any:
            self.forms.append(dict(request.form))
            self.queries.append(dict(request.args))
            return "<!doctype html><title>child</title><h1>Child page</h1>", self.status, self.headers

        self.server = serve(app)


@pytest.fixture
def child() -> Iterator[Child]:
    found = Child()
    found.start()
    yield found
    if found.server:
        found.server.stop()


@pytest.fixture
def portal(world: World) -> Portal:
    """The large portal, on its first day."""
    found: Portal = next(iter(world.system("bitrix24").portals.values()))
    return found


@dataclass
class Seat:
    """A browser page with somebody signed in."""

    page: Page
    portal: Portal

    def sign_in(self, user: int = ADMIN) -> None:
        self.page.goto(self.portal.base_url + "/login")
        self.page.click(f"button[name=user][value='{user}']")
        self.page.wait_for_selector(".board")

    def open(self, path: str) -> None:
        self.page.goto(self.portal.base_url + path)

    def deal(self, number: int) -> dict[str, Any]:
        found = self.portal.crm.tables[2].get(number)
        assert found is not None
        return found


@pytest.fixture
def seat(page: Page, portal: Portal) -> Seat:
    page.set_default_timeout(20000)
    return Seat(page, portal)


@pytest.fixture
def installed(world: World, portal: Portal, child: Child) -> Child:
    """The app, installed to the end, with a tab in the deal's card."""
    world.control.post("/bitrix24/app", {"base": child.base_url})
    from sandbox.bitrix24 import lifecycle

    lifecycle.begin_install(portal, ADMIN)
    lifecycle.finish_install(portal, ADMIN)
    portal.app.placements.append(
        Placement(1, TAB, child.base_url + "/tab", lang_all={"ru": {"TITLE": "Доставка"}, "en": {"TITLE": "Delivery"}})
    )
    return child
