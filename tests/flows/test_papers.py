"""Waybills and labels: made by the carrier, kept by us, opened by a link that works once, attached to the deal."""

from __future__ import annotations

import re

import requests
from sqlalchemy import select

from b24app.store.engine import session_scope
from b24app.store.models import CallLogRow, Paper, PaperStatus, Shipment
from tests.flows.town import Shop

DEAL = 501


def test_a_label_is_made_attached_and_opened_once(shop: Shop) -> None:
    """Pressed twice, a crash in between, a link used twice; nothing of the label in the log of calls."""
    town = shop.town
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    town.carrier(print_seconds=0.4)
    # The answer to the first request is lost on the way: a second form is made, which costs nothing.
    town.fault("break_after", match={"path": "/v2/print/barcodes", "method": "POST"}, times=1)
    tab = shop.tab(DEAL)
    shipment = town.program.read(lambda session: session.scalars(select(Shipment.id)).one())
    for _ in range(2):
        assert "Готовим" in tab.press(f"/tab/papers/{shipment}/label_a6")
    paper = town.wait(lambda: _ready(shop), "a ready label", 40)

    shop.told(DEAL, f"Этикетка заказа {number}, A6.")
    [file_id] = next(row["files"] for row in shop.ask("GET", f"/deal/{DEAL}")["comments"] if row["files"])
    name, body = town.world.system("bitrix24").portals[shop.member].crm.files[file_id]
    assert (name, body[:5]) == (f"label_a6-{DEAL}.pdf", b"%PDF-")

    link = re.search(r"/paper/[\w.-]+", tab.press(f"/tab/paper/{paper}/link"))
    assert link
    first, second = (requests.get(town.program.url + link[0], timeout=10) for _ in range(2))
    assert first.content == body
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.headers["Content-Disposition"].startswith(f'inline; filename="label_a6-{number}.pdf";')
    assert "frame-ancestors 'none'" in first.headers["Content-Security-Policy"]
    assert (second.status_code, "уже сработала" in second.text or "has been used" in second.text) == (410, True)
    assert "печать" in shop.tab_says(DEAL)

    # Reprinting is ours: the carrier dropped its link long ago and is not asked again.
    asked = len(town.journal("print.accepted"))
    town.advance(2 * 3600)
    again = re.search(r"/paper/[\w.-]+", shop.tab(DEAL).press(f"/tab/paper/{paper}/link"))
    assert again
    assert requests.get(town.program.url + again[0], timeout=10).content == body
    assert len(town.journal("print.accepted")) == asked
    with session_scope(town.program.parts.sessions) as session:
        said = "\n".join(f"{row.sent}{row.got}" for row in session.scalars(select(CallLogRow)))
    assert "JVBERi" not in said
    assert "%PDF" not in said


def test_a_label_of_every_order_and_nothing_in_the_timeline(shop: Shop) -> None:
    """As the administrator may want it."""
    assert "Сохранено" in shop.app_press("/app/papers", prepare="label:A6")
    shop.town.carrier(print_seconds=0.2)
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    shop.town.wait(lambda: _ready(shop), "a label", 40)
    shop.town.calm()
    assert shop.comments(DEAL) == [f"Перевозчик создал заказ {number}."]


def _ready(shop: Shop) -> int | None:
    wanted = select(Paper.id).where(Paper.status == PaperStatus.READY)
    found: int | None = shop.town.program.read(lambda session: session.scalars(wanted).one_or_none())
    return found
