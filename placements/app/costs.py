"""Carriers' invoices: a file is read, its columns are told apart with a preview, then each line is put beside the quote
of its shipment. The file stays in the browser until then: nothing of it is kept but numbers, sums and weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.flows.bills import Columns, lines_of, proposed
from b24app.flows.table_file import MOST_BYTES, Cell, UnreadableError, rows_of
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats, portal_zone
from b24app.frames.session import PageSession
from b24app.store import bills
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.faces import dashboard as face
from b24app.store.faces.portal import PortalFacts
from placements.app.costs_view import MappingView, bill_rows, bill_view, differences, mapping_view, read_columns
from placements.app.dashboard_view import Filter, period_of, read_filter
from placements.app.desk import Desk
from placements.app.saving import audit
from placements.uploads import uploaded

PAGE, MAPPING, BILL = "parts/app_costs.html", "parts/app_costs_mapping.html", "parts/app_costs_bill.html"
#: A body with the file in it.
_READ = MOST_BYTES + 64 * 1024
MOST_DIFFERENT = 50


def routes(bp: Blueprint, desk: Desk) -> None:
    def costs_page() -> Response:
        """Of the dashboard's period and carrier: what differs most, and the files that were read."""
        who = desk.who()
        return desk.fragment(who, PAGE, **_page(desk, who, desk.facts(who), read_filter(request.args)))

    def costs_read() -> Response:
        """What the file holds and how its columns are understood; nothing is kept."""
        who = desk.who()
        file, _, wrong = uploaded(MOST_BYTES, _READ)
        return desk.fragment(who, MAPPING, m=_mapping(desk, who, file, wrong))

    def costs_take() -> Response:
        """The file with its columns, for good."""
        who = desk.who()
        facts = desk.facts(who)
        file, name, wrong = uploaded(MOST_BYTES, _READ)
        mapping = _mapping(desk, who, file, wrong, final=True)
        chosen = read_filter(_form(wrong))
        if mapping.wrong or mapping.missing:
            return desk.fragment(who, PAGE, **{**_page(desk, who, facts, chosen), "mapping": mapping})
        taken = _take(desk, who, facts, file, name, mapping)
        return desk.fragment(who, PAGE, **{**_page(desk, who, facts, chosen), "taken": taken})

    def costs_bill(bill_id: int) -> Response:
        """Lines of a file that fit no shipment, or not for sure."""
        who = desk.who()
        found = desk.read(lambda session: bills.one(session, who.portal_id, bill_id))
        if found is None:
            raise PageError(ErrorCode.OUT_OF_DATE, "no such file")
        return desk.fragment(who, BILL, b=bill_view(found, desk.formats(who)))

    def costs_line(line_id: int) -> Response:
        """A person says that a doubtful line is its shipment's bill."""
        who, now = desk.who(), desk.parts.clock.now()
        with session_scope(desk.parts.sessions) as session:
            line = bills.take_line(session, who.portal_id, line_id, now)
            if line is None:
                raise PageError(ErrorCode.OUT_OF_DATE, "no such line any more")
            audit(session, who, Act.CARRIER_BILL, now, {"title": line.number})
            bill_id = line.bill_id
        return costs_bill(bill_id)

    bp.post("/app/costs/line/<int:line_id>")(costs_line)
    bp.get("/app/costs")(costs_page)
    bp.post("/app/costs/read")(costs_read)
    bp.post("/app/costs/take")(costs_take)
    bp.get("/app/costs/bill/<int:bill_id>")(costs_bill)


def _page(desk: Desk, who: PageSession, facts: PortalFacts, chosen: Filter) -> dict[str, Any]:
    formats = _formats(desk, who, facts)
    period = period_of(chosen.period, formats.today, portal_zone(facts.portal.language))

    def read(session: Session) -> tuple[list[face.CostLine], list[bills.BillFacts]]:
        most = MOST_DIFFERENT + 1
        return (
            face.differing(session, facts.portal.id, period, chosen.system, most),
            bills.bills(session, facts.portal.id),
        )

    lines, files = desk.read(read)
    titles = {row.id: row.title for row in facts.connections}
    manifests = desk.manifests()
    carriers = [row for row in facts.connections if getattr(manifests.get(row.system), "kind", "") != "warehouse"]
    return {
        "filter": chosen,
        "since": formats.weekday(period.since),
        "until": formats.weekday(period.until),
        "different": differences(lines[:MOST_DIFFERENT], titles, formats),
        "more": len(lines) > MOST_DIFFERENT,
        "files": bill_rows(files, formats),
        "accounts": [(row.id, row.title) for row in carriers],
        "mapping": None,
        "taken": None,
    }


def _formats(desk: Desk, who: PageSession, facts: PortalFacts) -> Formats:
    formats = desk.formats(who)
    return Formats(formats.words, portal_zone(facts.portal.language), formats.now)


def _form(wrong: str) -> Mapping[str, str]:
    """A body that is too large is not read at all."""
    return {} if wrong == "large" else request.form


def _mapping(desk: Desk, who: PageSession, file: bytes, wrong: str, *, final: bool = False) -> MappingView:
    formats = desk.formats(who)
    rows: list[list[Cell]] = []
    if not wrong:
        try:
            rows = rows_of(file)
        except UnreadableError as error:
            wrong = error.why
    columns = _columns(_form(wrong), rows)
    return mapping_view(rows, columns, wrong, formats, final=final)


def _columns(form: Mapping[str, str], rows: list[list[Cell]]) -> Columns:
    """As the person told them for this file, else by its titles: a file that was chosen anew is read anew."""
    widest = max((len(row) for row in rows), default=0)
    told = read_columns(form, widest, len(rows))
    return told if told is not None else proposed(rows)


def _take(
    desk: Desk, who: PageSession, facts: PortalFacts, file: bytes, name: str, mapping: MappingView
) -> dict[str, Any]:
    account = next((row for row in facts.connections if str(row.id) == request.form.get("account", "")), None)
    if account is None:
        raise PageError(ErrorCode.BAD_INPUT, "no such account", "account")
    now, digest = desk.parts.clock.now(), hashlib.sha256(file).hexdigest()
    upload = bills.Upload(account.id, name or "?", digest, mapping.columns, who.user_id, who.name)
    lines = lines_of(rows_of(file), mapping.columns)
    with session_scope(desk.parts.sessions) as session:
        before = bills.known(session, who.portal_id, account.id, digest)
        bill = bills.take(session, who.portal_id, upload, lines, now)
        if before is None:
            audit(session, who, Act.CARRIER_BILL, now, {"title": upload.name, "account": account.title})
        bill_id = bill.id
    found = desk.read(lambda session: bills.one(session, who.portal_id, bill_id))
    assert found is not None  # noqa: S101 - it has just been written
    return {"again": before is not None, "b": bill_view(found, desk.formats(who))}
