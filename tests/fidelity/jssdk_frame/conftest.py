"""A framed page that loads the vendor's own library, unmodified, and lets the test speak through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, render_template_string, request
from playwright.sync_api import Frame, Page

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.state.install import Placement
from sandbox.bitrix24.state.portal import Portal
from sandbox.kernel.server import Server, serve
from sandbox.world import World

ROOT = Path(__file__).parents[3]
JSSDK = ROOT / "node_modules/@bitrix24/b24jssdk/dist/umd/index.min.js"
ADMIN, MANAGER = 1, 7
TAB = "CRM_DEAL_DETAIL_TAB"
_PAGE = (Path(__file__).parent / "child.html").read_text(encoding="utf-8")


@dataclass
class Child:
    """The app: every address answers the same page; on localhost, so another site than the portal's 127.0.0.1."""

    server: Server
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.server.port}"


@pytest.fixture
def child() -> Iterator[Child]:
    app = Flask("jssdk_child")
    forms: list[tuple[str, dict[str, str]]] = []

    @app.get("/jssdk.js")
    def library() -> Response:
        return Response(JSSDK.read_text(encoding="utf-8"), mimetype="text/javascript")

    @app.route("/<any(app, install, tab, raw):place>", methods=["GET", "POST"])
    def page(place: str) -> str:
        forms.append((place, dict(request.form)))
        return render_template_string(_PAGE, place=place)

    found = Child(serve(app), forms)
    yield found
    found.server.stop()


@pytest.fixture
def portal(world: World, child: Child) -> Portal:
    """The large portal on its first day; it knows where the app is."""
    world.control.post("/bitrix24/app", {"base": child.base_url})
    found: Portal = next(iter(world.system("bitrix24").portals.values()))
    return found


@dataclass
class Desk:
    """Somebody at the portal, and the frame of the app in front of him."""

    page: Page
    portal: Portal
    child: Child

    def sign_in(self, user: int = ADMIN) -> None:
        self.page.goto(self.portal.base_url + "/login")
        self.page.click(f"button[name=user][value='{user}']")
        self.page.wait_for_selector(".board")

    def install(self, path: str = "/tab") -> None:
        lifecycle.begin_install(self.portal, ADMIN)
        lifecycle.finish_install(self.portal, ADMIN)
        self.portal.app.placements.append(Placement(1, TAB, self.child.base_url + path, "Доставка"))

    def open_tab(self, deal: int = 501) -> Frame:
        self.page.goto(f"{self.portal.base_url}/crm/deal/details/{deal}/")
        self.page.click("#tab-1")
        return self.frame()

    def open_app(self, query: str = "") -> Frame:
        self.page.goto(f"{self.portal.base_url}/marketplace/app/17/{query}")
        return self.frame()

    def frame(self, selector: str = "iframe.app-frame") -> Frame:
        """The app's frame, once its page said that it is ready (or failed)."""
        element = self.page.wait_for_selector(selector)
        assert element is not None
        found = element.content_frame()
        assert found is not None
        found.wait_for_function("window.state !== undefined")
        return found


@pytest.fixture
def desk(page: Page, portal: Portal, child: Child) -> Desk:
    page.set_default_timeout(20000)
    return Desk(page, portal, child)


@pytest.fixture
def tab(desk: Any) -> Any:
    """The deal tab's frame with the library ready, opened by a manager."""
    desk.install()
    desk.sign_in(MANAGER)
    return desk.open_tab()
