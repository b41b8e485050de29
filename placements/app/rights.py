"""Who may ship, cancel, see costs, handle returns and change settings: everyone, or chosen people and departments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.features import Feature, has
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.rights import KEY, OPEN, Right
from b24app.frames.session import PageSession
from b24app.store import portal_settings, portals
from b24app.store.audit import Act, compared
from b24app.store.faces.people import known_people
from b24app.store.faces.portal import PortalFacts
from placements.app import audited
from placements.app.desk import Desk
from placements.app.saving import audit
from placements.app.section import Group, Section

BOX = "parts/app_rights.html"
EVERYONE, CHOSEN = "everyone", "chosen"
_PERSON = re.compile(r"(\d{1,12})\|(.{0,120})")
#: More than this is a department.
MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Ticked:
    """A person or department that a right can be given to. `value` is what the form sends."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RightCard:
    """One right; `open` = everyone has it. Administrators always have all."""

    code: str
    everyone: bool
    people: tuple[Ticked, ...]
    departments: tuple[Ticked, ...]


def cards(settings: Mapping[str, Any], known: Mapping[int, str]) -> tuple[RightCard, ...]:
    """`known`: people who opened our pages, by id; those that were chosen before are shown by their stored names."""
    return tuple(_card(right, settings, known) for right in Right)


def _card(right: Right, settings: Mapping[str, Any], known: Mapping[int, str]) -> RightCard:
    chosen = settings.get(KEY, {}).get(right.value)
    names = {int(person): name for person, name in (chosen or {}).get("names", {}).items()}
    users = set((chosen or {}).get("users", ()))
    people = {**known, **names}
    departments = set((chosen or {}).get("departments", ()))
    return RightCard(
        right.value,
        everyone=right in OPEN if chosen is None else bool(chosen.get("everyone")),
        people=tuple(
            Ticked(f"{person}|{name}", name or str(person), person in users)
            for person, name in sorted(people.items(), key=lambda one: (one[0] not in users, one[1]))
        ),
        departments=tuple(
            Ticked(str(each["id"]), each["name"], each["id"] in departments) for each in settings.get("departments", ())
        ),
    )


def read_form(form: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored under `rights`; one that the form does not name (a page from before it was there) stays as it is.
    Raises PageError(BAD_INPUT) for what no page of ours sends."""
    real = {each["id"] for each in settings.get("departments", ())}
    named = [right for right in Right if right is Right.SETTINGS or f"{right.value}_who" in form]
    return {**settings.get(KEY, {}), **{right.value: _read(right, form, real) for right in named}}


def _read(right: Right, form: Any, real: set[int]) -> dict[str, Any]:
    who = form.get(f"{right.value}_who")
    if who not in (EVERYONE, CHOSEN) or (who == EVERYONE and right is Right.SETTINGS):
        raise PageError(ErrorCode.BAD_INPUT, f"{right.value} for {who!r}", right.value)
    found = [_PERSON.fullmatch(value) for value in form.getlist(f"{right.value}_user")[:MOST_PEOPLE]]
    people = {int(one[1]): one[2] for one in found if one}
    ticked = form.getlist(f"{right.value}_department")
    departments = sorted({int(each) for each in ticked if each.isdigit()} & real)
    names = {str(person): name for person, name in people.items()}
    return {"everyone": who == EVERYONE, "users": sorted(people), "departments": departments, "names": names}


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    people = desk.read(lambda session: known_people(session, who.portal_id))
    return {
        "rights": cards(facts.settings, people),
        "departments_off": not has(Feature.DEPARTMENTS, facts.portal.scopes or ()),
    }


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_rights() -> Response:
        who = desk.who()

        def store(session: Session) -> None:
            portal = portals.get(session, who.portal_id)
            before, after = portal.settings.get(KEY, {}), read_form(request.form, portal.settings)
            portal_settings.merge(session, who.portal_id, **{KEY: after})
            departments = portal.settings.get("departments", ())
            changes = compared(audited.rights(before, departments), audited.rights(after, departments))
            audit(session, who, Act.RIGHTS, desk.parts.clock.now(), changes=changes)

        desk.write(store)
        return desk.fragment(who, BOX, **view(desk, who, desk.facts(who)), saved=True)

    bp.post("/app/rights")(save_rights)


SECTION = Section("rights", Group.MORE, "lock", view, routes=routes)
