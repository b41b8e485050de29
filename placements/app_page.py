"""The app's own page (placement DEFAULT): how the portal's deliveries are, what waits for a person, and the set-up.
Administrators only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, make_response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.payloads import FramePost
from b24app.frames import htmx, pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats, zone_or_default
from b24app.frames.parts import PageParts
from b24app.frames.pool import refill
from b24app.frames.proof import Proof
from b24app.frames.session import PageSession, prove
from b24app.frames.who import Person, read_person
from b24app.frames.words import choose_language
from b24app.store import portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.portal import PortalFacts, portal_facts
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, Portal
from b24app.systems.plugin import Manifest
from placements import setup
from placements.app_view import HealthView, health_view
from placements.asking import ask, new_key
from placements.setup_view import AccountForm, PipelineForm, account_form, pipeline_form, pipeline_forms

PLACEMENT = "DEFAULT"
_WISHES = ("ship_now", "retry")


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("app_page", __name__)
    page_parts.answer_errors(bp)
    page_parts.answers_head(bp, "/", "root")
    page_parts.answers_head(bp, "/app", "app")
    page = AppPage(parts)
    bp.post("/app")(page.opened)
    bp.get("/app/version")(page.version)
    bp.post("/app/deal/<int:deal_id>/<wish>")(page.wish)
    bp.post("/app/reread")(page.reread)
    bp.post("/app/account/<system>/<int:account_id>")(page.save_account)
    bp.post("/app/account/<int:account_id>/<act>")(page.account_act)
    bp.get("/app/pipelines")(page.pipelines)
    bp.post("/app/pipeline/<int:category>")(page.save_pipeline)
    return bp


class AppPage:
    """The handlers of the app's page."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def opened(self) -> Response:
        """The portal opens the app."""
        parts, post = self._parts, page_parts.read_post()
        proof = page_parts.prove(parts, post)
        with read_scope(parts.sessions) as session:
            portal = page_parts.known_portal(session, post.member_id)
        person = read_person(parts.person(portal, post.auth_id, proof.info.user_id))
        refill(parts.sessions, parts.clock, portal.id, post, proof, person.admin)
        if not person.admin:
            raise PageError(ErrorCode.ADMIN_ONLY)
        who = prove(_session(portal, post, proof, person), parts.clock.now())
        return pages.page(
            "pages/app.html", pages.viewer_of(who, parts.clock.now()), who, parts.signer, **self._whole(who)
        )

    def version(self) -> Response:
        """Has the portal's health changed since version `v`? 204, or the new part."""
        who = self._who()
        health = self._health(who)
        if health.version == request.args.get("v"):
            return pages.renewed(make_response("", 204), who, self._parts.signer)
        return self._fragment(who, "parts/app_health.html", health=health, key=new_key())

    def wish(self, deal_id: int, wish: str) -> Response:
        """Ship a deal that waited for a person, or try a failed one again."""
        who = self._who()
        if wish not in _WISHES:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown wish {wish}")
        ask(self._parts, who, wish, deal_id, request.form.get("key", ""))
        return self._fragment(who, "parts/app_health.html", health=self._health(who), key=new_key())

    def reread(self) -> Response:
        """Pipelines or fields were changed in the portal: look again."""
        who = self._who()
        self._write(lambda session: setup.reread_portal(session, who, self._parts.clock.now(), page_parts.trace()))
        return self._fragment(who, "parts/app_health.html", health=self._health(who), key=new_key())

    def save_account(self, system: str, account_id: int) -> Response:
        who, manifest = self._who(), self._manifest(system)
        with session_scope(self._parts.sessions) as session:
            saved = setup.save_account(
                session, who, manifest, account_id, request.form, self._parts.clock.now(), page_parts.trace()
            )
            typed = request.form if saved.errors else None
            form = account_form(manifest, saved.row, who.lang, saved.errors, typed, saved=not saved.errors)
        self._wake(saved.wake)
        answer = self._fragment(who, "parts/app_account.html", form=form)
        if not saved.errors:
            htmx.announce(answer, "accounts-changed")
        return answer

    def account_act(self, account_id: int, act: str) -> Response:
        """test, pause or resume."""
        who = self._who()
        acts: Mapping[str, Callable[[Session, Connection], LaneRef]] = {
            "test": lambda s, row: setup.ask_test(s, row, self._parts.clock.now(), page_parts.trace()),
            "pause": lambda s, row: setup.pause(s, who, row, True, self._parts.clock.now()),
            "resume": lambda s, row: setup.pause(s, who, row, False, self._parts.clock.now()),
        }
        if act not in acts:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown act {act}")

        def apply(session: Session) -> LaneRef:
            row = portals.connection(session, who.portal_id, account_id)
            if row is None:
                raise PageError(ErrorCode.OUT_OF_DATE)
            return acts[act](session, row)

        self._write(apply)
        return self._fragment(who, "parts/app_health.html", health=self._health(who), key=new_key())

    def pipelines(self) -> Response:
        """All pipelines' forms, with the connections there are now."""
        who = self._who()
        forms = pipeline_forms(self._facts(who), self._manifests(), self._formats(who))
        return self._fragment(who, "parts/app_pipelines.html", pipelines=forms)

    def save_pipeline(self, category: int) -> Response:
        who = self._who()
        with session_scope(self._parts.sessions) as session:
            facts = portal_facts(session, who.portal_id)
            saved = setup.save_pipeline(session, who, facts, category, request.form, self._parts.clock.now())
        self._wake(saved.wake)
        form = self._pipeline(who, category, saved.errors)
        return self._fragment(who, "parts/app_pipeline.html", form=form)

    def _who(self) -> PageSession:
        who = page_parts.session_of(self._parts, PLACEMENT)
        if not who.admin:
            raise PageError(ErrorCode.ADMIN_ONLY)
        return who

    def _formats(self, who: PageSession) -> Formats:
        return pages.viewer_of(who, self._parts.clock.now()).formats

    def _facts(self, who: PageSession) -> PortalFacts:
        with read_scope(self._parts.sessions) as session:
            return portal_facts(session, who.portal_id)

    def _health(self, who: PageSession, facts: PortalFacts | None = None) -> HealthView:
        carrier = lambda system: self._parts.carrier(system, who.lang)  # noqa: E731 - the page's language, bound once
        return health_view(facts or self._facts(who), self._formats(who), carrier)

    def _whole(self, who: PageSession) -> dict[str, Any]:
        facts = self._facts(who)
        forms = pipeline_forms(facts, self._manifests(), self._formats(who))
        return {
            "health": self._health(who, facts),
            "key": new_key(),
            "accounts": self._accounts(facts, who.lang),
            "pipelines": forms,
        }

    def _accounts(self, facts: PortalFacts, lang: str) -> list[AccountForm]:
        manifests = self._manifests()
        known = [account_form(manifests[row.system], row, lang) for row in facts.connections if row.system in manifests]
        fresh = [account_form(each, None, lang) for each in manifests.values() if "Orders" in each.ports]
        return [*known, *fresh]

    def _pipeline(self, who: PageSession, category: int, errors: Mapping[str, str]) -> PipelineForm:
        facts = self._facts(who)
        data = next((each for each in facts.settings.get("pipelines", ()) if each["id"] == category), None)
        if data is None:
            raise PageError(ErrorCode.OUT_OF_DATE)
        return pipeline_form(data, facts, self._manifests(), self._formats(who), errors, saved=not errors)

    def _manifests(self) -> dict[str, Manifest]:
        return {code: plugin.manifest for code, plugin in self._parts.systems.items()}

    def _manifest(self, system: str) -> Manifest:
        found = self._manifests().get(system)
        if found is None:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown system {system}")
        return found

    def _write(self, act: Callable[[Session], LaneRef]) -> None:
        with session_scope(self._parts.sessions) as session:
            lane = act(session)
        self._wake(lane)

    def _wake(self, lane: LaneRef | None) -> None:
        if lane is not None:
            self._parts.waker.wake(lane)

    def _fragment(self, who: PageSession, template: str, **context: object) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(template, viewer, who, self._parts.signer, **context)


def _session(portal: Portal, post: FramePost, proof: Proof, person: Person) -> PageSession:
    lang = choose_language(post.language or portal.language)
    return PageSession(
        portal_id=portal.id,
        user_id=proof.info.user_id,
        placement=PLACEMENT,
        entity_id=0,
        lang=lang,
        zone=zone_or_default(person.zone, lang),
        origin=proof.origin,
        admin=person.admin,
        name=person.name,
        proven_at=0,
        expires_at=0,
    )
