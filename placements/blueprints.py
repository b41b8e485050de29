"""All addresses for people, for create_app to register."""

from __future__ import annotations

from flask import Blueprint

from b24app.frames.parts import PageParts
from placements import app_page, deal_tab, renewal


def blueprints(parts: PageParts) -> list[Blueprint]:
    """The app's page, the deal's tab, and the renewal of sessions."""
    return [app_page.blueprint(parts), deal_tab.blueprint(parts), renewal.blueprint(parts)]
