"""Putting a deal's address right, from its tab: what was sent word by word, the carrier's directory (asked by a job in
the account's lane), a customer's message, and saving with the person's own key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.fields import names_of
from b24app.bitrix24.own_fields import titles_of
from b24app.bitrix24.transport import PortalClient
from b24app.flows.destination import read_address_field
from b24app.flows.recipient import as_text, recipient_name, recipient_phones
from b24app.flows.snapshot import DealSnapshot, Role
from b24app.frames import pages
from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.logistics.addresses import read_address
from b24app.logistics.addressing.messages import read_message
from b24app.logistics.addressing.parts import ADDRESS_PARTS, Part
from b24app.logistics.ports import CheckedAddress
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store import addresses, portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.deal import tab_facts
from b24app.store.faces.deal_facts import (
    TabFacts,
)
from b24app.store.models import JobState, Portal
from placements import tab_address_saving as saving
from placements.asking import ask, new_key
from placements.deal_tab import PLACEMENT, Tab
from placements.person import own_client, read_deal
from placements.problem_words import ProblemView, problem_view
from placements.tab_address_view import (
    FIELDS,
    ROLES,
    Held,
    Line,
    Offers,
    Panel,
    Word,
    change_lines,
    fill_of,
    full_line,
    joined,
    offers_of,
    same_phone,
    typed,
    values_of,
    words_of,
)
from placements.tab_now import is_address_problem

PANEL, OFFERS, MESSAGE = "tab/address.html", "tab/address_offers.html", "tab/address_message.html"
LONGEST_MESSAGE = 4000
LONGEST_VALUE = 500
LONGEST_NUMBER = 12


def blueprint(parts: PageParts) -> Blueprint:
    """The panel's addresses, joined to `parts`."""
    bp = Blueprint("tab_address", __name__)
    answer_errors(bp)
    panel = AddressPanel(parts)
    bp.post("/tab/address")(panel.opened)
    bp.post("/tab/address/check")(panel.check)
    bp.get("/tab/address/check")(panel.checked)
    bp.post("/tab/address/message")(panel.message)
    bp.post("/tab/address/save")(panel.save)
    return bp


class Deal:
    """The deal as the person's own key reads it now, and what we know of it."""

    def __init__(self, parts: PageParts, who: PageSession) -> None:
        key = request.form.get("AUTH_ID", "")
        with read_scope(parts.sessions) as session:
            self.portal: Portal = portals.get(session, who.portal_id)
            roles = portals.field_map(session, who.portal_id)
        self.names = names_of(roles, self.portal.settings)
        self.titles = titles_of(roles, self.portal.settings)
        self.client: PortalClient = own_client(parts, self.portal, who, key)
        self.snapshot: DealSnapshot = read_deal(self.client, who.entity_id, self.names).deal
        self.held = held_by(self.snapshot, {role for role in ROLES if self.names.api(role)})
        with read_scope(parts.sessions) as session:
            self.facts: TabFacts = tab_facts(session, who.portal_id, who.entity_id, self.snapshot.category)
            self.changes = [
                (row.at, row.name, addresses.changes_of(row))
                for row in addresses.changes(session, who.portal_id, who.entity_id)
            ]


class AddressPanel:
    """The handlers of the panel."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._tab = Tab(parts)

    def opened(self) -> Response:
        """The panel with the deal's address in parts; its words are held against the carrier's directory meanwhile."""
        who = self._who()
        deal = Deal(self._parts, who)
        values, unplaced = values_of(deal.held)
        offers = replace(self._ask(who, deal.facts.category, sent_of(deal)), judges=True)
        return self._draw(who, self._panel(who, deal, values, unplaced, offers))

    def check(self) -> Response:
        """Asks the directory about the address as it stands in the form now."""
        who = self._who()
        with read_scope(self._parts.sessions) as session:
            facts = tab_facts(session, who.portal_id, who.entity_id)
        at = _number(request.form.get("category", ""))
        offers = self._ask(who, facts.category if at is None else at, full_line(form_values(), with_comment=False))
        return self._fragment(who, OFFERS, offers=offers, words=(), carrier=self._carrier(who, facts))

    def checked(self) -> Response:
        """How the question stands; `words` = 1 also draws the words that were sent. 204 while there is no answer."""
        who = self._who()
        number = _number(request.args.get("job", "")) or 0
        with read_scope(self._parts.sessions) as session:
            job = addresses.asked(session, who.portal_id, who.entity_id, number)
            facts = tab_facts(session, who.portal_id, who.entity_id)
        if job is not None and addresses.is_waiting(job, self._parts.clock.now()):
            return pages.nothing_new(who, self._parts.signer)
        formats, carrier = self._formats(who), self._carrier(who, facts)
        found = CheckedAddress.from_json(job.result) if job is not None and job.state == JobState.DONE else None
        if found is not None and job is not None:
            offers = offers_of(found, carrier, formats, job.id)
        else:
            why = job.why if job is not None and job.state == JobState.FAILED else "silent"
            offers = Offers("silent", formats.words(f"address.silent.{why}", carrier=carrier))
        words: tuple[Word, ...] = ()
        if request.args.get("words") and job is not None:
            words = words_of(str(job.input["address"]["text"]), address_problems(facts), found, formats)
        return self._fragment(who, OFFERS, offers=offers, words=words, words_oob=bool(words), carrier=carrier)

    def message(self) -> Response:
        """A customer's message, read for review; nothing is stored."""
        who = self._who()
        reading = read_message(request.form.get("message", "")[:LONGEST_MESSAGE])
        held = Held(
            {role: _given(f"was_{role.value}") for role in ROLES if f"was_{role.value}" in request.form},
            {Role.NAME: _given("contact_name"), Role.PHONE: _given("contact_phone")},
        )
        present = form_values()
        fill = fill_of(reading, held, present)
        if Part.COMMENT.value in fill:
            fill[Part.COMMENT.value] = joined(present[Part.COMMENT], fill[Part.COMMENT.value])
        place = {part: reading.value(part) for part in ADDRESS_PARTS}
        return self._fragment(
            who,
            MESSAGE,
            values=reading.values,
            part=Part,
            fill=fill,
            line=full_line(place, with_comment=False),
            before=full_line(present, with_comment=False),
            same_name=reading.value(Part.NAME).casefold() == held.known(Role.NAME).casefold(),
            same_phone=same_phone(reading.value(Part.PHONE), held.known(Role.PHONE)),
            unplaced=reading.unplaced,
            fields=held.roles,
        )

    def save(self) -> Response:
        """Writes the deal with the person's own key and, with `ship`, sends the shipment again."""
        who = self._who()
        deal = Deal(self._parts, who)
        t = self._formats(who).words
        wanted = saving.Wanted(
            form_values(),
            {role: request.form.get(f"was_{role.value}", "") for role in ROLES},
            tuple(request.form.getlist("unplaced")),
        )
        errors = saving.wrong_in(wanted, deal.held, t)
        others = saving.changed_meanwhile(wanted, deal.held)
        if errors or others or wanted.undecided:
            offers = self._ask(who, deal.facts.category, full_line(wanted.values, with_comment=False))
            panel = self._panel(who, deal, wanted.values, wanted.undecided, offers, errors)
            news = tuple((self._title(deal, role, who), wanted.was[role], deal.held.of(role)) for role in others)
            return self._draw(who, replace(panel, news=news, lost_error=bool(wanted.undecided)))
        refused = saving.write(deal.client, who.entity_id, wanted, deal.held, deal.names)
        if refused:
            panel = self._panel(who, deal, wanted.values, (), Offers("", ""))
            return self._draw(who, replace(panel, refused=refused))
        saving.keep(self._parts, who, deal.portal, wanted, deal.held, request.form.get("key", ""))
        if request.form.get("then") == "ship":
            wish = "retry" if deal.facts.problems or deal.facts.shipments else "ship_now"
            ask(self._parts, who, wish, who.entity_id, request.form.get("key", ""))
        return self._tab.after_panel(who, deal.portal, deal.client)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _panel(
        self,
        who: PageSession,
        deal: Deal,
        values: Mapping[Part, str],
        unplaced: tuple[str, ...],
        offers: Offers,
        errors: Mapping[str, str] | None = None,
    ) -> Panel:
        formats, facts = self._formats(who), deal.facts
        carrier = self._carrier(who, facts)
        problem = self._problem(who, deal, carrier)
        phone = recipient_phones(deal.snapshot, "RU")[1]
        has_comment = Role.COMMENT in deal.held.roles
        return Panel(
            title=problem.title.rstrip(".") if problem else formats.words("address.title"),
            text=problem.advice if problem else formats.words("address.text"),
            problem=problem,
            carrier=carrier,
            words=words_of(sent_of(deal), address_problems(facts), None, formats),
            fields=typed(values, deal.held, formats, errors),
            country=values.get(Part.COUNTRY, ""),
            category=deal.snapshot.category,
            unplaced=unplaced,
            line=full_line(values, with_comment=not has_comment),
            held=deal.held,
            was={role.value: deal.held.of(role) for role in deal.held.roles},
            lines=tuple(self._lines(who, deal, carrier)),
            offers=offers,
            tel=phone[0].e164 if phone else "",
        )

    def _lines(self, who: PageSession, deal: Deal, carrier: str) -> list[Line]:
        formats = self._formats(who)
        titles = {role.value: self._title(deal, role, who) for role in ROLES}
        lines = change_lines(deal.changes, formats, titles)
        for found in deal.facts.problems:
            if is_address_problem(found.problem):
                said = problem_view(found, formats, carrier, deal.titles)
                lines.append(Line("red", "cross-circle", said.title, found.opened_at, text=said.quote))
        return sorted(lines, key=lambda line: line.at, reverse=True)

    def _problem(self, who: PageSession, deal: Deal, carrier: str) -> ProblemView | None:
        found = next((each for each in deal.facts.problems if is_address_problem(each.problem)), None)
        return problem_view(found, self._formats(who), carrier, deal.titles) if found else None

    def _title(self, deal: Deal, role: Role, who: PageSession) -> str:
        return deal.titles.get(role) or self._formats(who).words(f"address.role.{role.value}")

    def _ask(self, who: PageSession, category: int | None, text: str) -> Offers:
        """Begins a question to the account's directory, where there is an account that can be asked."""
        parts, formats = self._parts, self._formats(who)
        address = read_address(text)
        with session_scope(parts.sessions) as session:
            account = self._account(session, who, category)
            if account is None or not address.text:
                return Offers("silent", formats.words("address.silent.no_check"))
            now = parts.clock.now()
            job, lane = addresses.ask(
                session,
                who.portal_id,
                account,
                who.entity_id,
                address,
                asked_by=who.user_id,
                now=now,
                trace_id=trace(),
            )
            number = job.id
        parts.waker.wake(lane)
        return Offers("busy", "", job=number)

    def _account(self, session: Session, who: PageSession, category: int | None) -> int | None:
        """The connection to ask; None when there is none, or its system keeps no directory."""
        found = addresses.account_of(session, who.portal_id, who.entity_id, category)
        account = portals.connection(session, who.portal_id, found) if found else None
        plugin = self._parts.plugin_of(account)
        return found if plugin and "AddressCheck" in plugin.manifest.ports else None

    def _who(self) -> PageSession:
        return session_of(self._parts, PLACEMENT, Right.SHIP)

    def _formats(self, who: PageSession) -> Formats:
        return pages.viewer_of(who, self._parts.clock.now()).formats

    def _carrier(self, who: PageSession, facts: TabFacts) -> str:
        system = facts.shipments[0].system if facts.shipments else facts.system
        return self._parts.carrier(system, who.lang)

    def _draw(self, who: PageSession, panel: Panel) -> Response:
        return self._fragment(who, PANEL, panel=panel, offers=panel.offers, words=panel.words, carrier=panel.carrier)

    def _fragment(self, who: PageSession, template: str, **context: object) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(template, viewer, who, self._parts.signer, key=new_key(), **context)


def held_by(deal: DealSnapshot, roles: set[Role]) -> Held:
    """What the deal holds, in words: of an address field only its text."""
    address = read_address_field(deal.fields.get(Role.ADDRESS))
    own = {role: as_text(deal.fields.get(role)) for role in ROLES if role in roles}
    if Role.ADDRESS in own:
        own[Role.ADDRESS] = address.text if address else ""
    bare = replace(deal, fields={**deal.fields, Role.NAME: "", Role.PHONE: ""})
    return Held(own, {Role.NAME: recipient_name(bare), Role.PHONE: recipient_phones(bare, "RU")[0]})


def sent_of(deal: Deal) -> str:
    """What the carrier was given, where a shipment of it waits or was refused; else the deal's address."""
    last = deal.facts.shipments[0] if deal.facts.shipments else None
    given = last.request.address if last is not None and last.request is not None else None
    refused = last is not None and last.status in (Status.DRAFT, Status.SUBMITTING, Status.REJECTED)
    return given.text if given is not None and refused else deal.held.of(Role.ADDRESS)


def address_problems(facts: TabFacts) -> list[Problem]:
    return [found.problem for found in facts.problems if is_address_problem(found.problem)]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else None


def _given(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST_VALUE]


def form_values() -> dict[Part, str]:
    """What the form says, by part."""
    values: dict[Part, str] = {part: _given(part.value) for part in FIELDS}
    values[Part.COUNTRY] = _given(Part.COUNTRY.value)
    return values
