"""Pages for people at the control origin: what runs where, clock, faults, journal; and the coverage table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Flask, render_template

from .members import Member

CLOCK_STEPS = (("+1 min", 60), ("+10 min", 600), ("+1 h", 3600), ("+6 h", 21_600), ("+1 day", 86_400))
ACTIONS = ("latency", "status", "html", "break_before", "break_after", "hang")


def add_pages(app: Flask, members: Sequence[Member]) -> None:
    """The page at ``/`` with its styles and script."""
    pages = Blueprint("people", __name__, template_folder="templates", static_folder="static", static_url_path="/look")

    @pages.get("/")
    def home() -> str:
        addresses: dict[str, Any] = {}
        for member in members:
            addresses |= member.addresses()
        return render_template(
            "control/home.html",
            places=list(places(addresses)),
            portals=addresses.get("portals", []),
            systems=[code for member in members for code in member.codes()],
            steps=CLOCK_STEPS,
            actions=ACTIONS,
        )

    app.register_blueprint(pages)


def places(addresses: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, base URL) of everything that listens, portals aside."""
    found = []
    for name, value in addresses.items():
        url = value.get("base_url") if isinstance(value, Mapping) else value
        if isinstance(url, str) and url.startswith("http"):
            found.append((name, url))
    return found


def coverage_page(table: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """The coverage table: what works, what is refused, a system each."""
    counted = {code: (sum(1 for row in rows if _works(row)), len(rows)) for code, rows in table.items()}
    return render_template("control/coverage.html", table=table, counted=counted, works=_works)


def _works(row: Mapping[str, str]) -> bool:
    return not row["state"].startswith(("refused", "ignored"))
