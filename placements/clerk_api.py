"""What the clerk's phone asks of the server: version 1 of a small JSON interface below `/clerk/api/1/`.

Every answer is of the portal of the phone's token. What the phone sends is named by keys of its own, so that sending it
again is harmless; what is answered with its key may be forgotten by the phone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import NoResultFound

from b24app.flows import files
from b24app.flows.returns.closing import reopens_until
from b24app.flows.returns.effects import Actor
from b24app.frames.formats import portal_zone
from b24app.frames.parts import PageParts, trace
from b24app.logistics.returning import ReturnStage
from b24app.store import clerk_phones, portals, return_acts, return_photos, return_scans, returns
from b24app.store.clerk_phones import Phone
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces import clerk as face
from b24app.store.models import Portal
from b24app.store.return_acts import ActKind, Wanted
from b24app.store.return_photos import Photo, TooMuchError
from b24app.store.strays import SOURCE
from placements import clerk_strays
from placements.clerk_gate import ClerkError, Gate, language
from placements.clerk_sent import instant, is_name, read_scans
from placements.clerk_view import beside_view, expected_view, mark, whole_view
from placements.clerk_wire import json_of_request, picture_answer, read_picture, said

API = "/clerk/api/1"
_CODES, _MOST_ID = 4, 2**53


def routes(bp: Blueprint, parts: PageParts, gate: Gate) -> None:
    api = ClerkApi(parts, gate)
    bp.get(f"{API}/state")(api.state)
    bp.get(f"{API}/find")(api.find)
    bp.get(f"{API}/return/<int:return_id>")(api.whole)
    bp.post(f"{API}/return/<int:return_id>/scans")(api.scans)
    bp.post(f"{API}/return/<int:return_id>/photo/<key>")(api.add_photo)
    bp.get(f"{API}/return/<int:return_id>/photo/<key>")(api.photo)
    bp.post(f"{API}/return/<int:return_id>/finish")(api.finish)
    bp.post(f"{API}/return/<int:return_id>/reopen")(api.reopen)
    bp.post(f"{API}/sign-off")(api.sign_off)
    clerk_strays.routes(bp, parts, gate, API)


class ClerkApi:
    """The handlers."""

    def __init__(self, parts: PageParts, gate: Gate) -> None:
        self._parts, self._gate = parts, gate

    def state(self) -> Response:
        """Who the phone is, the returns that may come, and who else is at work; 204 when nothing changed since `v`.
        `at` is the return that it shows, none = the list."""
        at = request.args.get("at", 0, type=int)
        phone, now = self._gate.phone(looks_at=at if 0 < at < _MOST_ID else None), self._parts.clock.now()
        with read_scope(self._parts.sessions) as session:
            beside = clerk_phones.beside(session, phone, now)
            version = mark(face.list_version(session, phone.portal_id, now), beside)
            if request.args.get("v") == version:
                return said(None)
            portal = portals.get(session, phone.portal_id)
            found = face.expected(session, phone.portal_id, now)
        return said(
            {
                "api": 1,
                "version": version,
                "now": now.isoformat(),
                "me": {"clerk": phone.clerk_id, "name": phone.clerk_name, "place": place_of(portal)},
                "portal": portal.domain,
                "opens": phone.return_id if phone.looks_at is None else None,
                "returns": [expected_view(each) for each in found],
                "beside": beside_view(beside, found),
            }
        )

    def find(self) -> Response:
        """Whose a code is: returns, else deals of which something was shipped under it."""
        phone = self._gate.phone()
        codes = [code for code in request.args.getlist("code") if code.strip()][:_CODES]
        if not codes or any(len(code) > 256 for code in codes):
            raise ClerkError("bad_input", "no code, or too long a one")
        with read_scope(self._parts.sessions) as session:
            found = face.found(session, phone.portal_id, codes)
            guesses = [] if found else face.guesses(session, phone.portal_id, codes)
        return said(
            {
                "returns": [expected_view(each) for each in found],
                "deals": [
                    {
                        "id": guess.deal_id, "title": guess.title, "client": guess.client, "number": guess.number,
                        "goods": [
                            {"row": room.sold.row, "title": room.sold.title, "left": str(room.left.normalize())}
                            for room in guess.rooms
                        ],
                    }
                    for guess in guesses
                ],
            }
        )  # fmt: skip

    def whole(self, return_id: int) -> Response:
        """One return as it stands; 204 when nothing changed since `v`."""
        phone, now = self._gate.phone(looks_at=return_id), self._parts.clock.now()
        with read_scope(self._parts.sessions) as session:
            found = face.whole(session, phone.portal_id, return_id)
            if found is None:
                raise ClerkError("gone", f"return {return_id}")
            beside = [each for each in clerk_phones.beside(session, phone, now) if each.looks_at == return_id]
            portal = portals.get(session, phone.portal_id)
        shown = whole_view(found, beside, portal_zone(portal.language), now, language())
        return said(None if request.args.get("v") == shown["version"] else shown)

    def scans(self, return_id: int) -> Response:
        """Keeps scans; the first ones tell that the box is here."""
        phone, now = self._gate.phone(looks_at=return_id), self._parts.clock.now()
        scans = read_scans(json_of_request(), phone, now)
        with session_scope(self._parts.sessions) as session:
            try:
                return_scans.append(session, phone.portal_id, return_id, scans, now)
            except NoResultFound as error:
                raise ClerkError("gone", f"return {return_id}") from error
        self._arrived(phone, return_id)
        return said({"kept": [scan.key for scan in scans]})

    def add_photo(self, return_id: int, key: str) -> Response:
        """Keeps a picture: the body is the JPEG, `row` and `at` stand in the address."""
        phone, now = self._gate.phone(looks_at=return_id), self._parts.clock.now()
        content = read_picture(key, return_photos.MOST_BYTES)
        row = request.args.get("row", 0, type=int)
        at = instant(request.args.get("at", ""), now)
        picture = Photo(key, files.JPEG, at, row if 0 < row < _MOST_ID else 0, phone.clerk_id, phone.clerk_name)
        with session_scope(self._parts.sessions) as session:
            try:
                return_photos.keep(session, phone.portal_id, return_id, picture, content, now)
            except NoResultFound as error:
                raise ClerkError("gone", f"return {return_id}") from error
            except TooMuchError as error:
                raise ClerkError("full", str(error)) from error
        self._arrived(phone, return_id)
        return said({"kept": [key]})

    def photo(self, return_id: int, key: str) -> Response:
        """A picture of a return, for this page's own `<img>`."""
        phone = self._gate.phone(looks_at=return_id, script=False)
        with read_scope(self._parts.sessions) as session:
            content = return_photos.content(session, phone.portal_id, return_id, key)
        return picture_answer(content)

    def finish(self, return_id: int) -> Response:
        """All that lay in the box is scanned: what was not is missing."""
        given = {"counted": None, "finished": True}
        return self._act(return_id, ActKind.COUNT, given)

    def reopen(self, return_id: int) -> Response:
        """The clerk comes back to a return that they have finished, until the evening."""
        phone, now = self._gate.phone(looks_at=return_id), self._parts.clock.now()
        with read_scope(self._parts.sessions) as session:
            found = face.whole(session, phone.portal_id, return_id)
            portal = portals.get(session, phone.portal_id)
        if found is None:
            raise ClerkError("gone", f"return {return_id}")
        if found.expected.case.stage is not ReturnStage.INSPECTED or found.finished_at is None:
            raise ClerkError("not_now", f"it is {found.expected.case.stage}")
        until = reopens_until(found.finished_at, portal_zone(portal.language))
        if now > until:
            raise ClerkError("too_late", f"until {until}", until=until.strftime("%H:%M"))
        return self._act(return_id, ActKind.MOVE, {"to": ReturnStage.RECEIVED.value, "why": ""})

    def sign_off(self) -> Response:
        """This phone is the clerk's no longer."""
        phone = self._gate.phone()
        with session_scope(self._parts.sessions) as session:
            clerk_phones.revoke(session, phone.portal_id, phone.id, self._parts.clock.now())
        answer = said({"signed_off": True})
        self._gate.drop(answer)
        return answer

    # --- what the portal's lane carries out ---------------------------------------------------------------------------

    def _act(self, return_id: int, kind: ActKind, given: dict[str, Any]) -> Response:
        phone, key = self._gate.phone(looks_at=return_id), str(json_of_request().get("key", ""))
        if not is_name(key):
            raise ClerkError("bad_input", "no key")
        self._ask(phone, return_id, kind, f"clerk:{key}", given)
        return said({"kept": [key]})

    def _arrived(self, phone: Phone, return_id: int) -> None:
        """A return that is scanned lies here, whatever a carrier has told so far: asked once in each stage."""
        with read_scope(self._parts.sessions) as session:
            kept = returns.get(session, phone.portal_id, return_id)
        stage = kept.case.stage if kept is not None else ReturnStage.RECEIVED
        if stage in (ReturnStage.APPROVED, ReturnStage.COLLECTION_BOOKED, ReturnStage.IN_TRANSIT):
            given = {"to": ReturnStage.RECEIVED.value, "why": ""}
            self._ask(phone, return_id, ActKind.MOVE, f"clerk-here:{return_id}:{stage}", given)

    def _ask(self, phone: Phone, return_id: int, kind: ActKind, key: str, given: dict[str, Any]) -> None:
        with session_scope(self._parts.sessions) as session:
            kept = returns.get(session, phone.portal_id, return_id)
            if kept is None:
                raise ClerkError("gone", f"return {return_id}")
            wanted = Wanted(
                kind, key, Actor.PERSON, kept.case.deal_id, return_id, given, phone.clerk_id, phone.clerk_name, SOURCE
            )
            now = self._parts.clock.now()
            lane = return_acts.ask(session, phone.portal_id, wanted, now=now, trace_id=trace(), people=True)
        if lane is not None:
            self._parts.waker.wake(lane)


def place_of(portal: Portal) -> str:
    """Tells one portal from another on the phone: what was scanned for one is never sent to the other."""
    return portal.code
