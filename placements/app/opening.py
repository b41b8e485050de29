"""Opening the app's page and going from section to section: navigation and one section, page and fragment alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from b24app.bitrix24.features import lacking
from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.rights import Right, demand, rights_of
from b24app.frames.session import PageSession
from b24app.frames.who import read_person
from b24app.store import updates
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import PortalState
from b24app.store.vitals import keys
from placements.app.desk import PLACEMENT, Desk
from placements.app.saving import audit
from placements.app.section import Group, Progress, Section
from placements.app.standing import standing


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation. `progress` only for steps of the set-up."""

    code: str
    icon: str
    current: bool
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Navigation:
    """`setup` = the section shown belongs to the set-up; `ships` names the stages that ship by now."""

    tabs: tuple[Entry, ...]
    steps: tuple[Entry, ...]
    more: tuple[Entry, ...]
    setup: bool
    ships: tuple[str, ...] = ()

    @property
    def undone(self) -> tuple[Entry, ...]:
        """Steps without which nothing ships, and that are not done."""
        return tuple(each for each in self.steps if each.progress and each.progress.needed and not each.progress.done)

    @property
    def first_step(self) -> Entry | None:
        """Where the set-up's tab leads: the first step that is not done, else the first one."""
        return next(iter([*self.undone, *self.steps, *self.more]), None)

    @property
    def next_step(self) -> Entry | None:
        """The step after the one shown."""
        at = [index for index, each in enumerate(self.steps) if each.current]
        after = self.steps[at[0] + 1 :] if at else ()
        return after[0] if after else None

    @property
    def number(self) -> int:
        """Of the step shown, from 1; 0 when none is."""
        return next((index for index, each in enumerate(self.steps, 1) if each.current), 0)


class Opening:
    """The handlers of the page around the sections."""

    def __init__(self, desk: Desk, sections: Sequence[Section]) -> None:
        self._desk = desk
        self._sections = {each.code: each for each in sections}

    def opened(self) -> Response:
        """The portal opens the app."""
        parts, post = self._desk.parts, page_parts.read_post()
        proof = page_parts.prove(parts, post)
        with read_scope(parts.sessions) as session:
            portal = page_parts.known_portal(session, post.member_id)
        person = read_person(parts.person(portal, post.auth_id, proof.info.user_id), portal.scopes)
        who = page_parts.welcome(parts, portal, post, proof, person, PLACEMENT)
        if person.admin and updates.lacks(portal, parts.wanted):
            # What waited for an administrator's key has one now.
            page_parts.bring_up(parts, portal.id, again=True)
        if not self._offered(rights_of(portal.settings, who)):
            demand(Right.SETTINGS, portal.settings, who)
        context = self._context(who)
        return pages.page("pages/app.html", pages.viewer_of(who, parts.clock.now()), who, parts.signer, **context)

    def steps(self, code: str) -> Response:
        """The steps and the way on, as they are after something was saved on the page of `code`."""
        section = self._sections.get(code)
        if section is None:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown section {code}")
        who = self._desk.who(section.right)
        context = {"nav": self._navigation(who, section, self._desk.facts(who)), "section": section, "oob": True}
        return self._desk.fragment(who, "parts/app_steps.html", **context)

    def _offered(self, mine: Collection[Right]) -> tuple[Section, ...]:
        """What somebody with these rights may open."""
        return tuple(each for each in self._sections.values() if each.right in mine)

    def _first(self, facts: PortalFacts, mine: Collection[Right]) -> Section:
        """What is opened first: how deliveries are, or the first step while nobody has connected anything. Raises
        PageError (ADMIN_ONLY) for somebody who may open nothing."""
        sections = self._offered(mine)
        if not sections:
            raise PageError(ErrorCode.ADMIN_ONLY, "no section for this person")
        fresh = not facts.shippers and facts.portal.state != PortalState.BLOCKED
        return next((each for each in sections if fresh and each.group is Group.STEPS), sections[0])

    def section(self, code: str) -> Response:
        """One section with the navigation around it."""
        section = self._sections.get(code)
        if section is None:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown section {code}")
        who = self._desk.who(section.right)
        return self._desk.fragment(who, "parts/app_frame.html", **self._context(who, section))

    def update(self) -> Response:
        """An update waited for something in the portal that has been put right: try again."""
        who = self._desk.who()
        with session_scope(self._desk.parts.sessions) as session:
            audit(session, who, Act.UPDATE_AGAIN, self._desk.parts.clock.now())
        page_parts.bring_up(self._desk.parts, who.portal_id, again=True)
        section = next(iter(self._sections.values()))
        return self._desk.fragment(who, "parts/app_frame.html", **self._context(who, section))

    def _context(self, who: PageSession, asked: Section | None = None) -> Mapping[str, Any]:
        facts, parts = self._desk.facts(who), self._desk.parts
        mine = rights_of(facts.settings, who)
        section = asked or self._first(facts, mine)
        # What the whole portal lacks is told to those who can help it.
        sets_up = Right.SETTINGS in mine
        off = lacking(facts.portal.scopes or ()) if sets_up else ()
        # The health page says itself, and says it first, that the portal does not let us in.
        said = section.code == "health"
        key = said or self._desk.read(
            lambda session: any(row.ok and row.is_admin for row in keys(session, who.portal_id))
        )
        news = standing(facts, key, parts.wanted, self._desk.formats(who), parts.clock.now()) if sets_up else ()
        if said:
            news = tuple(each for each in news if each.code != "blocked")
        nav = self._navigation(who, section, facts)
        return {
            "oob": False,
            **section.view(self._desk, who, facts),
            "nav": nav,
            "section": section,
            "off": off,
            "news": news,
        }

    def _navigation(self, who: PageSession, shown: Section, facts: PortalFacts) -> Navigation:
        formats = self._desk.formats(who)
        mine = rights_of(facts.settings, who)
        found: dict[Group, list[Entry]] = {group: [] for group in Group}
        for each in self._sections.values():
            if each.right in mine:
                progress = each.progress(facts, formats) if each.progress else None
                found[each.group].append(Entry(each.code, each.icon, each is shown, progress))
        tabs, steps, more = (tuple(found[group]) for group in (Group.RUN, Group.STEPS, Group.MORE))
        return Navigation(tabs, steps, more, setup=shown.group is not Group.RUN, ships=_ships(facts))


def _ships(facts: PortalFacts) -> tuple[str, ...]:
    """Names of the stages from which deals ship, as they were when their pipelines were saved."""
    on = [row for row in facts.pipelines.values() if row.enabled and row.trigger_stage]
    named = [(row.settings or {}).get("stage_names", {}).get(row.trigger_stage, row.trigger_stage) for row in on]
    return tuple(dict.fromkeys(named))
