"""How the shop looks to its clients: name, picture, colour, whom to call. A page of the set-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from b24app.flows.brand import KEY, Brand
from b24app.flows.logo import MOST_BYTES, MOST_SIDE, Logo, NoLogoError, clean
from b24app.frames.public_links import client_address, logo_address
from b24app.frames.session import PageSession
from b24app.store import logos, portal_settings, public_ids
from b24app.store.audit import Act, Change, compared
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from placements.app.brand_form import BrandForm, form_of, read_form
from placements.app.desk import Desk
from placements.app.saving import audit
from placements.app.section import Group, Section

FORM, SAMPLE, LOGO = "parts/app_brand.html", "parts/app_brand_sample.html", "parts/app_brand_logo.html"
#: The picture and the fields around it.
_MOST_BODY = MOST_BYTES + 64 * 1024
#: Whose phones are written without a country.
_COUNTRIES = {"kz": "KZ", "by": "BY", "ua": "UA", "uz": "UZ"}


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    kept = facts.settings.get(KEY)
    form = form_of(kept if isinstance(kept, Mapping) else {}, _brand(facts))
    return _context(desk, who, facts, form)


def _brand(facts: PortalFacts) -> Brand:
    return Brand.of(facts.settings, facts.portal.domain)


def _context(desk: Desk, who: PageSession, facts: PortalFacts, form: BrandForm) -> dict[str, Any]:
    """The pages' address is made when it is first looked at."""
    with session_scope(desk.parts.sessions) as session:
        public_id = public_ids.of_portal(session, who.portal_id)
    return {
        "form": form,
        "logo": logo_address("", public_id, form.sample.logo),
        "logo_wrong": "",
        "most": {"kb": MOST_BYTES // 1024, "side": MOST_SIDE},
        "client_page": client_address(desk.parts.public_url, public_id),
        "usual_name": Brand.of({}, facts.portal.domain).name,
    }


def routes(bp: Blueprint, desk: Desk) -> None:
    def typed(facts: PortalFacts) -> tuple[dict[str, str], BrandForm]:
        country = _COUNTRIES.get(facts.portal.language, "RU")
        return read_form(request.form, _brand(facts), country)

    def save_brand() -> Response:
        who = desk.who()
        facts = desk.facts(who)
        kept, form = typed(facts)
        if form.errors:
            return desk.fragment(who, FORM, **_context(desk, who, facts, form))

        was: dict[str, Any] = {}

        def write(settings: dict[str, Any]) -> None:
            was.update(settings.get(KEY, {}))
            settings[KEY] = {**was, **kept}

        with session_scope(desk.parts.sessions) as session:
            portal_settings.change(session, who.portal_id, write)
            before, after = ({f"brand_{name}": each.get(name) for name in kept} for each in (was, kept))
            audit(session, who, Act.BRAND, desk.parts.clock.now(), changes=compared(before, after))
        facts = desk.facts(who)
        form = form_of(kept, _brand(facts), saved=True)
        return desk.fragment(who, FORM, **_context(desk, who, facts, form))

    def brand_look() -> Response:
        """How a page begins with what stands in the form; nothing is kept."""
        who = desk.who()
        facts = desk.facts(who)
        return desk.fragment(who, SAMPLE, **_context(desk, who, facts, typed(facts)[1]))

    def save_logo() -> Response:
        who = desk.who()
        request.max_content_length = _MOST_BODY
        found, wrong = _sent()
        if found is not None:
            with session_scope(desk.parts.sessions) as session:
                logos.keep(session, who.portal_id, found, desk.parts.clock.now())
                _told(session, who, desk)
        return shown(who, wrong)

    def drop_logo() -> Response:
        who = desk.who()
        with session_scope(desk.parts.sessions) as session:
            logos.drop(session, who.portal_id)
            _told(session, who, desk)
        return shown(who)

    def shown(who: PageSession, wrong: str = "") -> Response:
        """The picture with the sample, which has it too."""
        context = dict(view(desk, who, desk.facts(who)))
        return desk.fragment(who, LOGO, **{**context, "logo_wrong": wrong}, oob=True)

    bp.post("/app/brand")(save_brand)
    bp.post("/app/brand/look")(brand_look)
    bp.post("/app/brand/logo")(save_logo)
    bp.post("/app/brand/logo/off")(drop_logo)


def _told(session: Session, who: PageSession, desk: Desk) -> None:
    """A picture cannot be shown in the audit: that it is another one can."""
    audit(session, who, Act.BRAND, desk.parts.clock.now(), changes=[Change("brand_logo", hidden=True)])


def _sent() -> tuple[Logo | None, str]:
    """The picture of this request, or a key of the `brand.logo_wrong.*` words."""
    try:
        file = request.files.get("logo")
        content = file.read(MOST_BYTES + 1) if file else b""
    except RequestEntityTooLarge:
        return None, "big"
    if not content:
        return None, "none"
    try:
        return clean(content), ""
    except NoLogoError as error:
        return None, error.code


SECTION = Section("brand", Group.MORE, "store", view, routes=routes)
