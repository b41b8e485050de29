"""A connection's profile: edited with faults by line, tried on samples, stored only when nothing is wrong with it. Any
system with a setting of kind `profile` has it (`systems.profiles.Profiled`); nothing is sent to the system."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from b24app.frames import htmx
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.store.engine import session_scope
from b24app.store.models import Connection
from b24app.systems.plugin import Manifest, SettingField
from b24app.systems.profiles import LONGEST, Profiled
from placements.app import connections_saving as saving
from placements.app.desk import Desk
from placements.app.profiles_view import editor_view, fault_views, profile_field, tried_view

EDITOR = "parts/app_profile.html"
FAULTS, SAMPLES, TRIED = (f"parts/app_profile_{part}.html" for part in ("faults", "samples", "tried"))


class _Opened:
    """One profile of one connection of this portal. Raises PageError for any other."""

    def __init__(self, desk: Desk, who: PageSession, account_id: int, name: str) -> None:
        self.row: Connection = desk.read(lambda session: desk.account(session, who, account_id))
        self.lang = desk.formats(who).lang
        plugin = desk.parts.systems.get(self.row.system)
        found = profile_field(plugin.manifest, name) if plugin is not None else None
        if plugin is None or found is None or not isinstance(plugin, Profiled):
            raise PageError(ErrorCode.BAD_INPUT, f"{self.row.system} has no profile {name}")
        self.plugin: Profiled = plugin
        self.manifest: Manifest = plugin.manifest
        self.setting: SettingField = found

    def view(self, text: str | None = None, said: str = "") -> dict[str, Any]:
        return {"v": editor_view(self.plugin, self.row, self.setting, self.lang, text, said)}


def routes(bp: Blueprint, desk: Desk) -> None:
    def editor(account_id: int, name: str) -> Response:
        who = desk.who()
        return desk.fragment(who, EDITOR, **_Opened(desk, who, account_id, name).view())

    def check(account_id: int, name: str) -> Response:
        """What is wrong with the text as it stands; asked while somebody writes."""
        who = desk.who()
        opened = _Opened(desk, who, account_id, name)
        faults = fault_views(opened.plugin.profile_faults(name, _sent("text")), opened.lang)
        return desk.fragment(who, FAULTS, faults=faults)

    def samples(account_id: int, name: str) -> Response:
        """The samples of another operation."""
        who = desk.who()
        opened = _Opened(desk, who, account_id, name)
        trials = {each.code: each for each in opened.plugin.profile_trials(name)}
        trial = trials.get(request.args.get("trial", ""))
        if trial is None:
            raise PageError(ErrorCode.BAD_INPUT, "unknown trial", "trial")
        return desk.fragment(who, SAMPLES, trial=trial)

    def tried(account_id: int, name: str) -> Response:
        """The text, stored or not, on the samples as they are written."""
        who = desk.who()
        opened = _Opened(desk, who, account_id, name)
        found = opened.plugin.profile_try(
            name, _sent("text"), request.form.get("trial", ""), _sent("source"), _sent("answer")
        )
        return desk.fragment(who, TRIED, tried=tried_view(found, opened.lang))

    def save(account_id: int, name: str) -> Response:
        """Nothing is stored while anything is wrong. A text that is the default one is not kept as one's own."""
        who = desk.who()
        opened = _Opened(desk, who, account_id, name)
        text = _sent("text")
        if opened.plugin.profile_faults(name, text):
            return desk.fragment(who, EDITOR, **opened.view(text, "wrong"))
        default = opened.plugin.profile_default(name)
        return _stored(who, opened, "" if text.strip() == default.strip() else text, "saved")

    def restore(account_id: int, name: str) -> Response:
        who = desk.who()
        return _stored(who, _Opened(desk, who, account_id, name), "", "restored")

    def _stored(who: PageSession, opened: _Opened, text: str, said: str) -> Response:
        with session_scope(desk.parts.sessions) as session:
            row = desk.account(session, who, opened.row.id)
            now, trace = desk.parts.clock.now(), page_parts.trace()
            lane = saving.save_profile(session, who, opened.manifest, row, opened.setting.name, text, now, trace)
        desk.wake(lane)
        again = _Opened(desk, who, opened.row.id, opened.setting.name)
        answer = desk.fragment(who, EDITOR, **again.view(said=said))
        htmx.announce(answer, "accounts-changed")
        return answer

    at = "/app/account/<int:account_id>/profile/<name>"
    bp.get(at)(editor)
    bp.post(at)(save)
    bp.post(f"{at}/check")(check)
    bp.get(f"{at}/samples")(samples)
    bp.post(f"{at}/try")(tried)
    bp.post(f"{at}/restore")(restore)


def _sent(name: str) -> str:
    """A text of the form; browsers end its lines with two signs."""
    text = request.form.get(name, "").replace("\r\n", "\n")
    if len(text) > 4 * LONGEST:
        raise PageError(ErrorCode.BAD_INPUT, f"{name} is too long", name)
    return text
