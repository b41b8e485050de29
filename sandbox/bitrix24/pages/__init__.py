"""What a person sees of an emulated portal: sign-in, boards and cards of deals and smart processes with the
app's frames, Market, bell."""

from __future__ import annotations

from flask import Blueprint, Flask

from sandbox.bitrix24.state.portal import Portal
from sandbox.kernel.system import CoverageRow

from . import board, card, designer, forms, look, market, parent, process, session, shop
from .frames import Frames

__all__ = ["coverage", "register"]


def register(app: Flask, portal: Portal) -> None:
    """Add the pages of ``portal`` to its origin."""
    pages = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/look")
    frames = Frames(portal)
    session.add_routes(pages, portal)
    board.add_routes(pages, portal)
    card.add_routes(pages, portal)
    forms.add_routes(pages, portal)
    process.add_routes(pages, portal)
    market.add_routes(pages, portal)
    shop.add_routes(pages, portal)
    designer.add_routes(pages, portal)
    parent.add_routes(pages, portal, frames)
    app.register_blueprint(pages)
    look.install(app, portal)


def coverage() -> list[CoverageRow]:
    """What of the frame protocol (contract bitrix24-app §5.9) and of the pages there is."""
    done = (
        "getInitData setInstall setInstallFinish refreshAuth getInterface placementBindEvent resizeWindow setTitle "
        "setScroll reloadWindow closeApplication setAppOption setUserOption openApplication openPath selectUser "
        "reloadData setPropertyValue"
    )
    refused = "selectAccess selectCRM imCallTo imPhoneTo imOpenMessenger imOpenHistory setValue getValue setLayout"
    rows = [CoverageRow(f"frame: {name}", "works") for name in done.split()]
    rows += [CoverageRow(f"frame: {name}", "refused (a note on the page, no answer)") for name in refused.split()]
    rows.append(CoverageRow("frame: anything else", "ignored", "as the real parent does"))
    shown = "CRM_DEAL_DETAIL_TAB, CRM_DEAL_LIST_TOOLBAR, CRM_DYNAMIC_n_DETAIL_TAB, DEFAULT"
    rows.append(CoverageRow("page: placements", shown, "others are bound but shown nowhere"))
    return rows
