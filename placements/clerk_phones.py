"""The clerk's phones in the return's tab: a QR code pairs one with a named clerk, and a manager signs phones off.

Also what clerks took in that nobody expected: a manager sees it where the phones are."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta

import segno
from flask import Blueprint, Response, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.store import audit, clerk_phones, returns, strays
from b24app.store.audit import Act
from b24app.store.clerk_phones import Phone, TooManyError
from b24app.store.engine import read_scope, session_scope
from b24app.store.strays import Stray

CARD = "clerk/phones.html"
RETURN, ALSO = "RETURN", ("CRM_DEAL_DETAIL_TAB", "DEFAULT")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PhonesCard:
    """`offered` is the phone whose code is shown, with its `qr`; `link` for who holds the phone already. `paired`: the
    code was used just now."""

    return_id: int
    phones: tuple[Phone, ...]
    strays: tuple[Stray, ...]
    offered: Phone | None = None
    qr: Markup | None = None
    link: str = ""
    minutes: int = 0
    paired: bool = False


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("clerk_phones", __name__)
    answer_errors(bp)
    desk = Phones(parts)
    bp.get("/return/phones")(desk.show)
    bp.post("/return/phones")(desk.offer)
    bp.get("/return/phones/<int:phone_id>")(desk.watch)
    bp.post("/return/phones/<int:phone_id>/off")(desk.revoke)
    bp.get("/return/strays/<key>/photo/<name>")(desk.photo)
    bp.post("/return/strays/<key>/settled")(desk.settle)
    return bp


class Phones:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def show(self) -> Response:
        who = self._who()
        return self._draw(who)

    def offer(self) -> Response:
        """A code for a clerk: the person themselves, or somebody of the portal's own list of employees."""
        who, now = self._who(), self._parts.clock.now()
        clerk_id, name = self._clerk(who)
        with session_scope(self._parts.sessions) as session:
            try:
                phone, code = clerk_phones.offer(
                    session, who.portal_id, clerk_id=clerk_id, clerk_name=name, made_by=who.user_id,
                    return_id=self._return_id(session, who), now=now,
                )  # fmt: skip
            except TooManyError as error:
                raise PageError(ErrorCode.OUT_OF_DATE, str(error)) from error
            detail = {"title": name, "user": clerk_id}
            audit.write(session, who.portal_id, Act.CLERK_OFFERED, now, by=who.author, detail=detail)
        link = f"{self._parts.public_url.rstrip('/')}/clerk/pair/{code}"
        return self._draw(who, offered=phone, link=link)

    def watch(self, phone_id: int) -> Response:
        """204 while the code waits; the card anew once it was used, or is over."""
        who, now = self._who(), self._parts.clock.now()
        with read_scope(self._parts.sessions) as session:
            phone = clerk_phones.get(session, who.portal_id, phone_id)
        if phone is None:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no phone {phone_id}")
        if phone.paired_at is None and phone.revoked_at is None and phone.code_until > now:
            return pages.nothing_new(who, self._parts.signer)
        return self._draw(who, paired=phone.paired_at is not None)

    def revoke(self, phone_id: int) -> Response:
        who, now = self._who(), self._parts.clock.now()
        with session_scope(self._parts.sessions) as session:
            phone = clerk_phones.get(session, who.portal_id, phone_id)
            if phone is None:
                raise PageError(ErrorCode.OUT_OF_DATE, f"no phone {phone_id}")
            if clerk_phones.revoke(session, who.portal_id, phone_id, now):
                detail = {"title": phone.clerk_name, "user": phone.clerk_id}
                audit.write(session, who.portal_id, Act.CLERK_OFF, now, by=who.author, detail=detail)
        return self._draw(who)

    def photo(self, key: str, name: str) -> Response:
        """A picture of a parcel that nobody expected, inside a part of the page: images carry no session."""
        who = self._who()
        with read_scope(self._parts.sessions) as session:
            content = strays.photo(session, who.portal_id, key, name)
        if content is None:
            raise PageError(ErrorCode.OUT_OF_DATE, "no such picture")
        data = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment("clerk/stray_photo.html", viewer, who, self._parts.signer, data=data)

    def settle(self, key: str) -> Response:
        """Somebody has found out whose parcel it is, and done what had to be done."""
        who, now = self._who(), self._parts.clock.now()
        with session_scope(self._parts.sessions) as session:
            stray = strays.get(session, who.portal_id, key)
            if stray is None:
                raise PageError(ErrorCode.OUT_OF_DATE, "no such parcel")
            if strays.settle(session, who.portal_id, key, who.name, now):
                detail = {"title": stray.code or stray.note}
                audit.write(session, who.portal_id, Act.STRAY_SETTLED, now, by=who.author, detail=detail)
        return self._draw(who)

    # --- what they share ----------------------------------------------------------------------------------------------

    def _who(self) -> PageSession:
        return session_of(self._parts, RETURN, Right.RETURNS, also=ALSO)

    def _clerk(self, who: PageSession) -> tuple[int, str]:
        """`7|Илья Громыхин`, as the portal's dialog told it to the page; empty: the person themselves."""
        chosen = request.form.get("clerk", "")
        if not chosen:
            return who.user_id, who.name
        number, _, name = chosen.partition("|")
        name = " ".join(name.split())
        if not (number.isascii() and number.isdigit() and 0 < len(number) < 12) or not name:
            raise PageError(ErrorCode.BAD_INPUT, "no clerk", field="clerk")
        return int(number), name

    def _return_id(self, session: Session, who: PageSession) -> int | None:
        """The return where the code is shown: the session's own, else the one that the page names."""
        named = who.entity_id if who.placement == RETURN else request.values.get("return", 0, type=int)
        return named if named and returns.get(session, who.portal_id, named) is not None else None

    def _draw(self, who: PageSession, offered: Phone | None = None, link: str = "", paired: bool = False) -> Response:
        now = self._parts.clock.now()
        with read_scope(self._parts.sessions) as session:
            card = PhonesCard(
                return_id=self._return_id(session, who) or 0,
                phones=tuple(clerk_phones.of_portal(session, who.portal_id, now)),
                strays=tuple(strays.waiting(session, who.portal_id)),
                offered=offered,
                qr=qr_of(link) if link else None,
                link=link,
                minutes=-(-(offered.code_until - now) // _MINUTE) if offered else 0,
                paired=paired,
            )
        viewer = pages.viewer_of(who, now)
        return pages.fragment(CARD, viewer, who, self._parts.signer, card=card, me=who)


def qr_of(link: str) -> Markup:
    """One path, black on white with its quiet zone, whatever the page's colours are: it is read by a camera."""
    code = segno.make(link, error="m", micro=False)
    return Markup(code.svg_inline(border=4, light="#fff", omitsize=True, svgclass="wb-qr", lineclass=None))  # noqa: S704
