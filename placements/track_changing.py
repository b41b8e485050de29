"""What only the client may: have the parcel go elsewhere, by the same change that a manager makes in the deal's tab,
through the same intent; see the code for it. Asked for first: the last four digits of the phone, as on the page of
returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import Response, request
from sqlalchemy import update
from sqlalchemy.orm import Session

from b24app.frames.parts import trace
from b24app.logistics.addresses import read_address
from b24app.logistics.changes import Slot
from b24app.store import audit, intents, slots
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Shipment
from b24app.store.slots import Asked
from b24app.store.sql import changed
from placements.public_door import DIGITS, Door
from placements.public_entry import door_of, go, later, let_in, pause, visitor
from placements.tab_changes_view import stamp_of
from placements.track_door import Linked, TrackDoor
from placements.track_headline import city_of
from placements.track_points import MAX_TEXT, may_go_to, offers
from placements.track_reading import CHANGE, CLIENT, DAY, Track
from placements.track_view import address_of

MAX_ADDRESS = 160
PAGES = ("point", "address", "day", "code")
#: The page asks again after so many seconds, and says at last that the carrier is silent.
WAIT_S = 2
PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TrackChanging:
    """The handlers; `opened` in each is a link that is good."""

    door: TrackDoor

    def digits(self, opened: Linked) -> Response:
        """Four digits were typed: whoever knows them is let in for an hour."""
        then, typed = request.form.get("then", ""), request.form.get("digits", "")[:20]
        then = then if then in PAGES else PAGES[0]
        if sum(each.isdecimal() for each in typed) != DIGITS:
            return self._ask_digits(opened, then, 422, wrong="digits_missing")
        knocked = self._door(opened).knock_with(opened.shipment.id, typed)
        if knocked.order is not None:
            answer = go(opened.page.to(f"/{then}", new="1"))
            return let_in(opened.page, self._door(opened), opened.shipment.id, answer)
        said = pause(opened.page, knocked.wait_s)
        answer = self._ask_digits(opened, then, 429 if knocked.wait_s else 422, knocked=knocked, pause=said)
        return later(answer, knocked.wait_s)

    def point(self, opened: Linked) -> Response:
        return self._form(opened, "point")

    def address(self, opened: Linked) -> Response:
        return self._form(opened, "address")

    def save_point(self, opened: Linked) -> Response:
        code = request.form.get("code", "")[:32]
        if not self._is_theirs(opened):
            return self._ask_digits(opened, "point")
        if not code:
            return self._form(opened, "point", 422, wrong="choose")
        with read_scope(self.door.parts.sessions) as session:
            track = self.door.track(session, opened)
            good = may_go_to(session, track, code)
        return self._save(opened, "point", point_code=code) if good else go(opened.page.to(said="late"))

    def save_address(self, opened: Linked) -> Response:
        if not self._is_theirs(opened):
            return self._ask_digits(opened, "address")
        typed = " ".join(request.form.get("street", "").split())
        wrong = "empty" if not typed else ("long" if len(typed) > MAX_ADDRESS else "")
        if wrong:
            return self._form(opened, "address", 422, wrong=wrong, typed=typed[: 2 * MAX_ADDRESS])
        with read_scope(self.door.parts.sessions) as session:
            city = city_of(self.door.track(session, opened))
        return self._save(opened, "address", address=read_address(within(city, typed)))

    def day(self, opened: Linked, status: int = 200, wrong: str = "") -> Response:
        """Times at which the carrier could come: asked of it when somebody looks, the page waits by asking anew."""
        if not self._is_theirs(opened):
            return self._ask_digits(opened, "day")
        page, parts, lane = opened.page, self.door.parts, None
        with session_scope(parts.sessions) as session:
            track = self.door.track(session, opened)
            if not _may(track, "day"):
                return go(page.to(said="late"))
            asked = slots.asked(session, page.portal.id, track.shipment.id, page.now)
            if asked is None:
                lane = slots.ask(session, track.shipment, page.now, trace())
        if lane is not None:
            parts.waker.wake(lane)
        state, days = state_of(asked, page.now), days_of(asked.slots if asked is not None else None)
        stamp = stamp_of(track.request) if track.request is not None else ""
        return self.door.draw(
            page, "public/track_day.html", status, wait_s=WAIT_S if state == "wait" else 0, state=state, days=days,
            stamp=stamp, wrong=wrong,
        )  # fmt: skip

    def save_day(self, opened: Linked) -> Response:
        """Only a time that was offered; whether it still is the carrier says."""
        if not self._is_theirs(opened):
            return self._ask_digits(opened, "day")
        page, typed = opened.page, request.form.get("slot", "")
        with read_scope(self.door.parts.sessions) as session:
            track = self.door.track(session, opened)
            asked = slots.asked(session, page.portal.id, track.shipment.id, page.now)
        offered = asked.slots if asked is not None else None
        chosen = next((each for each in offered or () if each.key == typed), None)
        if chosen is None:
            return self.day(opened, 422, wrong="choose" if not typed else "gone")
        return self._save(opened, "day", slot=chosen)

    def code(self, opened: Linked) -> Response:
        """What is said at the point: a key to the parcel, and so for whoever shows whose it is."""
        if not self._is_theirs(opened):
            return self._ask_digits(opened, "code")
        with read_scope(self.door.parts.sessions) as session:
            track = self.door.track(session, opened)
            address = address_of(track.point) if track.point is not None else ""
        if not track.code:
            return go(opened.page.to(said="late"))
        return self.door.draw(opened.page, "public/track_code.html", code=track.code, address=address)

    # --- what they share

    def _form(self, opened: Linked, what: str, status: int = 200, wrong: str = "", typed: str = "") -> Response:
        """The form, once they have shown whose it is; the parcel itself where nothing can be changed (any more)."""
        if not self._is_theirs(opened):
            return self._ask_digits(opened, what)
        page, text = opened.page, " ".join(request.args.get("q", "").split())[:MAX_TEXT]
        fmt = page.viewer.formats
        with read_scope(self.door.parts.sessions) as session:
            track = self.door.track(session, opened)
            if not _may(track, what):
                return go(page.to(said="late"))
            found = offers(session, track, text, fmt) if what == "point" else None
        request_ = track.request
        return self.door.draw(
            page, f"public/track_{what}.html", status, track=track, city=city_of(track), offers=found, asked=text,
            stamp=stamp_of(request_) if request_ is not None else "", wrong=wrong, typed=typed, most=MAX_ADDRESS,
        )  # fmt: skip

    def _save(self, opened: Linked, what: str, slot: Slot | None = None, **destination: object) -> Response:
        """One intent of the order, durable before the client is told so. Pressing twice is one."""
        page, parts = opened.page, self.door.parts
        if wait_s := self._door(opened).may_change(opened.shipment.deal_id):
            often = self.day(opened, 429, "often") if slot else self._form(opened, what, 429, wrong="often")
            return later(often, wait_s)
        with session_scope(parts.sessions) as session:
            _hold(session, self.door.track(session, opened).shipment)
            track = self.door.track(session, opened)
            before = track.request
            if before is None or not _may(track, what) or request.form.get("stamp", "") != stamp_of(before):
                return go(page.to(said="late"))
            if slot is not None:
                lane = self._intend(session, track, DAY, {"slot": slot.to_json(), "ref": ""})
            else:
                after = replace(before, **destination)  # type: ignore[arg-type]
                if after == before:
                    return go(page.to())
                given = {"before": before.to_json(), "after": after.to_json(), "ref": ""}
                lane = self._intend(session, track, CHANGE, given)
        parts.waker.wake(lane)
        return go(page.to())

    def _intend(self, session: Session, track: Track, kind: str, given: Mapping[str, Any]) -> LaneRef:
        payload = {**given, CLIENT: True}
        lane = intents.add(session, track.shipment, kind, payload, now=track.now, trace_id=trace(), people=True)
        detail = {"origin": "customer", "parts": ["day" if kind == DAY else "destination"]}
        audit.write(
            session, track.portal.id, Act.CLIENT_CHANGE, track.now, deal_id=track.shipment.deal_id, detail=detail
        )
        return lane

    def _ask_digits(self, opened: Linked, then: str, status: int = 200, **context: object) -> Response:
        new = request.args.get("new") and request.method == "GET"
        return self.door.draw(opened.page, "public/track_digits.html", status, then=then, no_cookies=new, **context)

    def _door(self, opened: Linked) -> Door:
        return door_of(self.door.parts, opened.page)

    def _is_theirs(self, opened: Linked) -> bool:
        return visitor(self.door.parts, opened.page) == opened.shipment.id


def within(city: str, typed: str) -> str:
    """An address in its city, which people leave out: that `ул. Кирова, 5` has the letters of Киров in it does not mean
    that it names it."""
    named = {each.casefold() for each in read_address(typed).city_names}
    return typed if not city or city.casefold() in named else f"{city}, {typed}"


def state_of(asked: Asked | None, now: datetime) -> str:
    """wait | silent | none | form."""
    if asked is None:
        return "wait"
    if asked.failed or (asked.slots is None and now - asked.at > PATIENCE):
        return "silent"
    return "wait" if asked.slots is None else ("form" if asked.slots else "none")


def days_of(found: Sequence[Slot] | None) -> list[tuple[date, list[Slot]]]:
    return [(day, list(some)) for day, some in groupby(found or (), key=lambda slot: slot.day)]


def _may(track: Track, what: str) -> bool:
    if track.request is None:
        return False
    if what == "day":
        return track.day_rule is not None
    return track.rule is not None and (what == "point") == track.to_point


def _hold(session: Session, shipment: Shipment) -> None:
    """Two who press at once take turns: the other one sees the first one's intent. Of this parcel alone, so that nobody
    who writes to several waits for us in another order."""
    mine = update(Shipment).where(Shipment.portal_id == shipment.portal_id, Shipment.id == shipment.id)
    changed(session, mine.values(version=Shipment.version))
    session.expire_all()
