"""Parcels that nobody expected, from the clerk's phone: kept for a manager, or begun as a return of a deal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from b24app.frames.parts import PageParts, trace
from b24app.store import outbox, portals, strays
from b24app.store.clerk_phones import Phone
from b24app.store.comments import plainly
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces import clerk as face
from b24app.store.lanes import LaneRef
from b24app.store.models import ActState
from b24app.store.outbox import ToPortal
from b24app.store.returns_found import MAX_CODE
from b24app.store.strays import Stray, TooManyError
from b24app.words import say, say_problem
from placements.clerk_gate import ClerkError, Gate, language
from placements.clerk_sent import MOST_NOTE, instant, is_name, number_of, read_wishes, words_of
from placements.clerk_wire import json_of_request, read_picture, said


def routes(bp: Blueprint, parts: PageParts, gate: Gate, api: str) -> None:
    mine = ClerkStrays(parts, gate)
    bp.post(f"{api}/strays")(mine.tell)
    bp.get(f"{api}/stray/<key>")(mine.become)
    bp.post(f"{api}/stray/<key>/leave")(mine.leave)
    bp.post(f"{api}/stray/<key>/photo/<name>")(mine.stray_photo)


class ClerkStrays:
    """The handlers."""

    def __init__(self, parts: PageParts, gate: Gate) -> None:
        self._parts, self._gate = parts, gate

    def tell(self) -> Response:
        """Keeps a parcel; of one whose deal the clerk knows a return is to begin, of another one a manager is told."""
        phone, now, sent = self._gate.phone(), self._parts.clock.now(), json_of_request()
        key = sent.get("key")
        if not isinstance(key, str) or not is_name(key):
            raise ClerkError("bad_input", "no key")
        stray = Stray(
            key=key,
            code=words_of(sent.get("code", ""), MAX_CODE),
            note=words_of(sent.get("note", ""), MOST_NOTE),
            at=instant(str(sent.get("at", "")), now),
            by=phone.clerk_id,
            name=phone.clerk_name,
            deal_id=number_of(sent.get("deal", 0)),
        )
        wishes = read_wishes(sent.get("wishes", []))
        with session_scope(self._parts.sessions) as session:
            if stray.deal_id and not face.is_ours(session, phone.portal_id, stray.deal_id):
                raise ClerkError("bad_input", f"deal {stray.deal_id} had no shipment")
            try:
                strays.keep(session, phone.portal_id, stray, now)
            except TooManyError as error:
                raise ClerkError("full", str(error)) from error
            if stray.deal_id:
                lane = strays.begin(session, phone.portal_id, stray, wishes, now=now, trace_id=trace())
            else:
                lane = self._notice(session, phone, stray)
        self._wake(lane)
        return said({"kept": [key]})

    def become(self, key: str) -> Response:
        """What became of it: `waits`, `return` (its id), or why it became none."""
        phone = self._gate.phone()
        with read_scope(self._parts.sessions) as session:
            stray = strays.get(session, phone.portal_id, key)
        if stray is None:
            raise ClerkError("gone", "no such parcel")
        act = stray.begun
        refused = act.problems if act is not None and act.state is ActState.REFUSED else ()
        return said(
            {
                "waits": act is not None and act.state is ActState.WAITING,
                "return": stray.return_id,
                "refused": [say_problem(problem, language()) for problem in refused],
            }
        )

    def leave(self, key: str) -> Response:
        """It became no return: a manager finds out whose it is."""
        phone = self._gate.phone()
        with session_scope(self._parts.sessions) as session:
            stray = strays.get(session, phone.portal_id, key)
            if stray is None:
                raise ClerkError("gone", "no such parcel")
            lane = self._notice(session, phone, stray)
        self._wake(lane)
        return said({"kept": [key]})

    def stray_photo(self, key: str, name: str) -> Response:
        phone, now = self._gate.phone(), self._parts.clock.now()
        content = read_picture(name, strays.MOST_BYTES)
        with session_scope(self._parts.sessions) as session:
            try:
                strays.add_photo(session, phone.portal_id, key, name, content, now)
            except KeyError as error:
                raise ClerkError("gone", "no such parcel") from error
            except TooManyError as error:
                raise ClerkError("full", str(error)) from error
        return said({"kept": [name]})

    def _notice(self, session: Session, phone: Phone, stray: Stray) -> LaneRef:
        """To whoever has given the clerk this phone, once a parcel."""
        portal = portals.get(session, phone.portal_id)
        text = plainly(say("notice.stray", portal.language, clerk=stray.name, code=stray.code, note=stray.note))
        what: dict[str, Any] = {
            "user_id": phone.made_by,
            "tag": f"WAYBILL|stray|{stray.key[:20]}",
            "text": plainly(text),
        }
        thing = ToPortal(0, "notice", f"n:{phone.portal_id}:stray:{stray.key}"[:80], what)
        now = self._parts.clock.now()
        return outbox.add(session, phone.portal_id, [thing], now=now, trace_id=trace())

    def _wake(self, lane: LaneRef | None) -> None:
        if lane is not None:
            self._parts.waker.wake(lane)
