"""Accounts with logistics systems: their forms from the manifests, tests, pauses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames import htmx, pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store import accounts
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection
from placements.app import connections_saving as saving
from placements.app import health, profiles
from placements.app.connections_lists import ASKED
from placements.app.connections_view import Scene, account_form, cards, lists_view, test_view
from placements.app.desk import GATEWAY, Desk
from placements.app.section import Group, Progress, Section

BOX, PROGRESS = "parts/app_accounts.html", "parts/app_account_test.html"
#: Values of `open`: an account's id, a new account of a system, or the choice of a system.
NEW, ADD = "new:", "add"
_ACTS = ("test", "pause", "resume", "remove", ASKED)


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    return _box(desk, who, facts, request.args.get("open", ""))


def progress(facts: PortalFacts, formats: Formats) -> Progress:
    """`1 подключён, 1 проверяем`."""
    states = [each.state for each in facts.connections]
    counts = {state: states.count(state) for state in ("ready", "untested", "paused", "broken")}
    said = [formats.words(f"conn.hint.{state}", n=count) for state, count in counts.items() if count]
    ready = any(each.state == "ready" for each in facts.shippers)
    return Progress(ready, ", ".join(said))


def _scene(desk: Desk, who: PageSession, facts: PortalFacts) -> Scene:
    running, listing = desk.read(
        lambda session: [accounts.asked(session, who.portal_id, kind) for kind in (saving.TEST, ASKED)]
    )
    return Scene(
        facts.connections, facts.settings, running, facts.origins, desk.manifests(), desk.formats(who), listing,
        (desk.parts.hooks_url or desk.parts.public_url).rstrip("/"),
    )  # fmt: skip


def _box(desk: Desk, who: PageSession, facts: PortalFacts, opened: str, **more: Any) -> dict[str, Any]:
    """What `BOX` draws: the cards and the account that is open, the first one unless another is asked for."""
    scene = _scene(desk, who, facts)
    rows = {str(row.id): row for row in scene.rows if row.system in scene.manifests}
    systems = scene.offered
    if opened not in (ADD, *(NEW + each.code for each in systems), *rows):
        opened = next(iter(rows), ADD)
    if opened == ADD and len(systems) == 1:
        opened = NEW + systems[0].code
    row = rows.get(opened)
    manifest = scene.manifests.get(row.system if row else opened.removeprefix(NEW))
    return {
        "cards": cards(scene, row.id if row else 0),
        "adding": row is None,
        "systems": [(each.code, scene.title(each)) for each in systems if GATEWAY not in each.ports],
        "gateways": [(each.code, scene.title(each)) for each in systems if GATEWAY in each.ports],
        "chosen": manifest.code if manifest else "",
        "form": account_form(scene, manifest, row) if manifest else None,
        "test": test_view(scene, manifest, row) if manifest else None,
        "lists": lists_view(scene, manifest, row) if manifest else None,
        "oob": False,
        "fresh_lists": False,
        "notice": "",
        **more,
    }


def routes(bp: Blueprint, desk: Desk) -> None:
    def accounts_box() -> Response:
        """The cards with another account open."""
        who = desk.who()
        return desk.fragment(who, BOX, **view(desk, who, desk.facts(who)))

    def save_account(system: str, account_id: int) -> Response:
        who, manifest = desk.who(), desk.manifest(system)
        with session_scope(desk.parts.sessions) as session:
            now, trace = desk.parts.clock.now(), page_parts.trace()
            saved = saving.save_account(session, who, manifest, account_id, request.form, now, trace, desk.parts.guard)
            row: Connection | None = saved.row
        desk.wake(saved.wake)
        facts = desk.facts(who)
        shown = _box(desk, who, facts, str(row.id) if row else NEW + system)
        typed = request.form if saved.errors else None
        scene = _scene(desk, who, facts)
        form = account_form(scene, manifest, row, saved.errors, typed, saved=not saved.errors, details=saved.details)
        shown |= {"form": form, "lists": lists_view(scene, manifest, row, typed)}
        answer = desk.fragment(who, BOX, **shown)
        if not saved.errors:
            htmx.announce(answer, "accounts-changed")
        return answer

    def account_act(account_id: int, act: str) -> Response:
        """test, pause (with a reason), resume, remove; `lists`: ask the system for its lists anew."""
        who = desk.who()
        if act not in _ACTS:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown act {act}")
        notice = _do(desk, who, account_id, act)
        if act == ASKED:  # the rest of the form may be half written
            shown = _box(desk, who, desk.facts(who), str(account_id), oob=True, fresh_lists=True)
            return desk.fragment(who, PROGRESS, **shown)
        if request.headers.get("HX-Target") == "health":
            return desk.fragment(who, health.TEMPLATE, **health.view(desk, who, desk.facts(who)))
        answer = desk.fragment(who, BOX, **_box(desk, who, desk.facts(who), str(account_id), notice=notice))
        htmx.announce(answer, "accounts-changed")
        return answer

    def account_progress(account_id: int) -> Response:
        """How the test goes, if it changed since version `v`; else 204."""
        who = desk.who()
        shown = _box(desk, who, desk.facts(who), str(account_id), oob=True)
        if shown["test"] is None or shown["test"].account != account_id:
            raise PageError(ErrorCode.OUT_OF_DATE)
        test, _, lists = request.args.get("v", "").partition(".")
        fresh = shown["lists"].version != lists
        if shown["test"].version == test and not fresh:
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, PROGRESS, **{**shown, "fresh_lists": fresh})

    profiles.routes(bp, desk)
    bp.get("/app/accounts")(accounts_box)
    bp.post("/app/account/<system>/<int:account_id>")(save_account)
    bp.post("/app/account/<int:account_id>/<act>")(account_act)
    bp.get("/app/account/<int:account_id>/progress")(account_progress)


def _do(desk: Desk, who: PageSession, account_id: int, act: str) -> str:
    """The act, and what the page says about it in red: "" when it was done. Raises PageError."""
    now, t = desk.parts.clock.now(), desk.formats(who).words
    reason = " ".join(request.form.get("reason", "").split())[: saving.LONGEST_REASON]
    lane, live = None, 0
    with session_scope(desk.parts.sessions) as session:
        row = desk.account(session, who, account_id)
        if act == "pause" and not reason:
            return t("conn.reason_needed")
        if act == "test":
            lane = saving.test(session, who, row, now, page_parts.trace())
        elif act == ASKED:
            lane = saving.ask_lists(session, row, now, page_parts.trace())
        elif act == "pause":
            lane = saving.pause(session, who, row, reason, now)
        elif act == "resume":
            lane = saving.resume(session, who, row, now)
        else:
            live = saving.remove(session, who, row, now)
    desk.wake(lane)
    return t("conn.in_use", n=live) if live else ""


SECTION = Section("connections", Group.STEPS, "truck", view, routes=routes, progress=progress)
