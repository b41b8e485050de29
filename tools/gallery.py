"""Pages drawn from facts, without a portal: tabs of deals and returns in all their states, the installer, error pages.

The states are those of the browser tests (tests/browser/pages/states.py), so that pictures and tests show the same.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from b24app.frames import pages, session
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession, SessionSigner
from b24app.store.models import InstallStep
from b24app.systems import discover
from install.run import DONE, FAILED, RUNNING
from install.steps import STEPS
from install.view import install_view
from placements.tab_collect_view import Ways
from placements.tab_view import tab_view
from tests.browser.pages import parcels_state, return_states
from tests.browser.pages.address_state import panel
from tests.browser.pages.states import CLIENT_PAGE, COLLECTING, NOW, STATES, WAYS

ROOT = Path(__file__).resolve().parents[1]
#: Installer state -> states of its first steps; the rest wait.
INSTALLS = {
    "working": (DONE, DONE, RUNNING),
    "failed": (DONE, DONE, FAILED),
    "done": (DONE,) * len(STEPS),
}


class Quiet(WSGIRequestHandler):
    """Says nothing about requests."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def addresses() -> dict[str, str]:
    """Name of a picture -> path of its page, with `{lang}` open."""
    found = {f"install-{state}": f"/install/{state}/{{lang}}" for state in INSTALLS}
    found |= {f"deal-{state.replace('_', '-')}": f"/tab/{state}/{{lang}}" for state in STATES}
    found |= {f"return-{state.replace('_', '-')}": f"/back/{state}/{{lang}}" for state in return_states.STATES}
    found["deal-address"] = "/address/{lang}"
    found["deal-parcels"] = "/parcels/{lang}"
    return found | {f"error-{code.value.replace('_', '-')}": f"/error/{code.value}/{{lang}}" for code in ErrorCode}


@contextmanager
def served() -> Iterator[str]:
    """Address of a server of these pages."""
    app = Flask("gallery", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    pages.setup(app)
    app.add_url_rule("/tab/<state>/<lang>", "tab", _tab)
    app.add_url_rule("/back/<state>/<lang>", "back", _return)
    app.add_url_rule("/return/1/version", "return_version", lambda: ("", 204))
    app.add_url_rule("/return/phones", "return_phones", lambda: ("", 204))
    app.add_url_rule("/address/<lang>", "address", _address)
    app.add_url_rule("/parcels/<lang>", "parcels", _parcels)
    app.add_url_rule("/install/<state>/<lang>", "install", _install)
    app.add_url_rule("/error/<code>/<lang>", "error", _error)
    app.add_url_rule("/tab/version", "tab_version", lambda: ("", 204))
    app.add_url_rule("/tab/rates", "tab_rates", lambda: ("", 204), methods=["POST"])
    app.add_url_rule("/install/progress", "progress", lambda: ("", 204))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _who(lang: str, placement: str) -> PageSession:
    blank = PageSession(1, 7, placement, 8061, lang, "Europe/Moscow", "http://127.0.0.1", False, "Анна", 0, 0)
    return session.prove(blank, NOW)


def _tab(state: str, lang: str) -> Response:
    facts, preview = STATES[state]
    who = _who(lang, "CRM_DEAL_DETAIL_TAB")
    viewer = pages.viewer_of(who, NOW)
    manifest = discover()["cdek"].manifest
    view = tab_view(
        facts,
        viewer.formats,
        manifest.title[lang],
        preview,
        forms=manifest.papers,
        rules=manifest.changes,
        ways=WAYS if state in COLLECTING else Ways(),
        client_page=CLIENT_PAGE if facts.shipments else "",
    )
    return pages.page("pages/deal_tab.html", viewer, who, SessionSigner(["k"]), view=view, key="k" * 16)


def _return(state: str, lang: str) -> Response:
    who = _who(lang, "RETURN")
    viewer = pages.viewer_of(who, NOW)
    view = return_states.view(state, viewer.formats)
    return pages.page("pages/return_tab.html", viewer, who, SessionSigner(["k"]), view=view, key="k" * 16)


def _address(lang: str) -> Response:
    facts, preview = STATES["gone"]  # the tab under the panel is not seen
    who = _who(lang, "CRM_DEAL_DETAIL_TAB")
    viewer = pages.viewer_of(who, NOW)
    carrier = "СДЭК" if lang == "ru" else "CDEK"
    shown = panel(viewer.formats, carrier)
    view = tab_view(facts, viewer.formats, carrier, preview)
    return pages.page(
        "pages/deal_tab.html",
        viewer,
        who,
        SessionSigner(["k"]),
        view=view,
        key="k" * 16,
        panel=shown,
        offers=shown.offers,
        words=shown.words,
        carrier=carrier,
    )


def _parcels(lang: str) -> Response:
    facts, preview = STATES["gone"]  # the tab under the panel is not seen
    who = _who(lang, "CRM_DEAL_DETAIL_TAB")
    viewer = pages.viewer_of(who, NOW)
    view = tab_view(facts, viewer.formats, "CDEK", preview)
    more = {"panel": True, "panel_of": "tab/parcels.html", **parcels_state.context(viewer.formats)}
    return pages.page("pages/deal_tab.html", viewer, who, SessionSigner(["k"]), view=view, key="k" * 16, **more)


def _install(state: str, lang: str) -> Response:
    who = _who(lang, "INSTALL")
    viewer = pages.viewer_of(who, NOW)
    words = {FAILED: "refused|Access denied."}
    rows = [
        InstallStep(step=step.name, state=mark, words=words.get(mark, ""))
        for step, mark in zip(STEPS, INSTALLS[state], strict=False)
    ]
    view = install_view(rows, viewer.formats)
    return pages.page("pages/install.html", viewer, who, SessionSigner(["k"]), view=view)


def _error(code: str, lang: str) -> Response:
    answer = pages.error_page(PageError(ErrorCode(code)), lang, "7f3a12cd")
    answer.status_code = 200
    return answer
