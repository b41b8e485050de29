"""Accounts with logistics systems: their forms from the manifests, tests, pauses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.frames import htmx
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, ConnectionState
from placements.app import health, saving
from placements.app.desk import Desk
from placements.app.forms import AccountForm, account_form
from placements.app.section import Group, Progress, Section


def view(desk: Desk, who: PageSession) -> Mapping[str, Any]:
    return {"accounts": _accounts(desk, who)}


def progress(facts: PortalFacts, _formats: Formats) -> Progress:
    ready = sum(each.state == ConnectionState.READY for each in facts.connections)
    return Progress(ready > 0, "")


def _accounts(desk: Desk, who: PageSession) -> list[AccountForm]:
    manifests, rows = desk.manifests(), desk.facts(who).connections
    known = [account_form(manifests[row.system], row, who.lang) for row in rows if row.system in manifests]
    fresh = [account_form(each, None, who.lang) for each in manifests.values() if "Orders" in each.ports]
    return [*known, *fresh]


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_account(system: str, account_id: int) -> Response:
        who, manifest = desk.who(), desk.manifest(system)
        with session_scope(desk.parts.sessions) as session:
            saved = saving.save_account(
                session, who, manifest, account_id, request.form, desk.parts.clock.now(), page_parts.trace()
            )
            typed = request.form if saved.errors else None
            form = account_form(manifest, saved.row, who.lang, saved.errors, typed, saved=not saved.errors)
        desk.wake(saved.wake)
        answer = desk.fragment(who, "parts/app_account.html", form=form)
        if not saved.errors:
            htmx.announce(answer, "accounts-changed")
        return answer

    def account_act(account_id: int, act: str) -> Response:
        """test, pause or resume."""
        who, now = desk.who(), desk.parts.clock.now()
        acts: Mapping[str, Callable[[Session, Connection], LaneRef]] = {
            "test": lambda s, row: saving.ask_test(s, row, now, page_parts.trace()),
            "pause": lambda s, row: saving.pause(s, who, row, True, now),
            "resume": lambda s, row: saving.pause(s, who, row, False, now),
        }
        if act not in acts:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown act {act}")
        desk.write(lambda session: acts[act](session, desk.account(session, who, account_id)))
        return desk.fragment(who, health.TEMPLATE, **health.view(desk, who))

    bp.post("/app/account/<system>/<int:account_id>")(save_account)
    bp.post("/app/account/<int:account_id>/<act>")(account_act)


SECTION = Section("connections", Group.STEPS, "truck", view, routes=routes, progress=progress)
