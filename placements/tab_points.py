"""The pickup point chooser of the deal's tab: list first, map beside it, out of our own copy of the systems' lists.

What the parcel needs is read by the portal's lane (a job that the page asks after); everything else is our database.
Only the choice goes to the portal, with the key of the person who makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.fields import names_of
from b24app.flows.pickup_points import DealNeeds
from b24app.flows.snapshot import Role
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.store import audit, jobs, lanes, points_found, points_map, portals, trials
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import ConnectionState, Job, JobState
from b24app.store.points_found import Found, Place
from b24app.store.points_map import Known, Memory, Sieve, Window
from placements.deal_tab import PLACEMENT
from placements.tab_points_choosing import Choice, choose
from placements.tab_points_view import Asked, PointList, Scene, dot_json, parcel_text, picked_from, read_asked

PORT = "PickupPoints"
CHOOSER, LIST, WAITING = "tab/points.html", "tab/points_list.html", "tab/points_wait.html"
#: The page is told to read the deal again.
CHOSEN = "points-chosen"
#: After this many questions the page says that it takes long, and after this many it goes on without the parcel.
SLOW, GIVE_UP = 8, 40
#: Around the client, when there is no map to say what is looked at: 10 km each way.
AROUND_M = 10_000


def blueprint(parts: PageParts) -> Blueprint:
    """The chooser's addresses, joined to `parts`."""
    bp = Blueprint("tab_points", __name__)
    answer_errors(bp)
    chooser = Chooser(parts)
    bp.post("/tab/points")(chooser.opened)
    bp.get("/tab/points/ready")(chooser.ready)
    bp.get("/tab/points/list")(chooser.list)
    bp.get("/tab/points/map")(chooser.map)
    bp.post("/tab/points/choose")(chooser.chosen)
    return bp


@dataclass(frozen=True, slots=True)
class Desk:
    """What one request works with. `carrier`: the system that carries this deal; "" = nobody knows."""

    who: PageSession
    job_id: int
    deal: DealNeeds
    known: Known
    carrier: str


class Chooser:
    """The handlers of the chooser."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._memory = Memory()

    def opened(self) -> Response:
        """A person wants to choose: what their parcel needs is asked of the portal's lane."""
        who = session_of(self._parts, PLACEMENT, Right.SHIP)
        return self._draw(WAITING, who, job_id=self.read_parcel(who), tries=1, slow=False)

    def read_parcel(self, who: PageSession) -> int:
        """Has the parcel of the session's deal read; the id of the job."""
        parts, now = self._parts, self._parts.clock.now()
        with session_scope(parts.sessions) as session:
            lane = lanes.portal_lane(session, who.portal_id)
            given = {"deal_id": who.entity_id}
            job = jobs.start(
                session, who.portal_id, lane, trials.NEEDS_KIND, given, asked_by=who.user_id, now=now, trace_id=trace()
            )
            jobs.forget_before(session, job)
            job_id = job.id
        parts.waker.wake(lane)
        return job_id

    def ready(self) -> Response:
        """Has the parcel been read? The chooser, or the same question again."""
        who, tries = session_of(self._parts, PLACEMENT, Right.SHIP), _tries()
        with read_scope(self._parts.sessions) as session:
            job = self._job(session, who)
            if job.state in (JobState.WAITING, JobState.RUNNING) and tries < GIVE_UP:
                return self._draw(WAITING, who, job_id=job.id, tries=tries + 1, slow=tries >= SLOW)
            desk = self._desk(session, who, job)
            mapped = self._names(session, who).api(Role.POINT) is not None
            asked = Asked(systems=(desk.carrier,) if desk.carrier else ())
            shown = self.listed(session, desk, asked)
        formats = pages.viewer_of(who, self._parts.clock.now()).formats
        systems = sorted({row.system for row in desk.known.sources})
        return self._draw(
            CHOOSER,
            who,
            parcel=parcel_text(desk.deal, formats),
            read=job.state == JobState.DONE,
            mapped=mapped,
            sources=desk.known.sources,
            systems=[(code, self._title(who, code)) for code in systems] if len(systems) > 1 else [],
            tiles=self._parts.tiles,
            attribution=self._parts.attribution,
            **shown,
        )

    def list(self) -> Response:
        """The list for what is set on the page, and why the others are hidden."""
        who = session_of(self._parts, PLACEMENT, Right.SHIP)
        with read_scope(self._parts.sessions) as session:
            desk = self._desk(session, who, self._job(session, who))
            shown = self.listed(session, desk, read_asked(request.args))
        return self._draw(LIST, who, part=True, **shown)

    def map(self) -> Response:
        """The dots of the window: `{"about", "dots": [[lat, lon, n, id?, mark?, title?], …]}`; n below 0 = grey."""
        who, asked = session_of(self._parts, PLACEMENT, Right.SHIP), read_asked(request.args)
        if asked.window is None:
            raise PageError(ErrorCode.BAD_INPUT, "no window")
        with read_scope(self._parts.sessions) as session:
            desk = self._desk(session, who, self._job(session, who))
            sieve = self._sieve(desk, asked)
            dots = points_map.dots(session, asked.window, sieve)
            if asked.grey:
                dots += points_map.dots(session, asked.window, sieve, offered=False)
            single = [dot.point_id for dot in dots if dot.point_id]
            labels = points_found.labels(session, desk.known, single)
        titles = {system: self._title(who, system) for system in desk.known.system_of.values()}
        said = {id_: (titles.get(system, system), code) for id_, (system, code) in labels.items()}
        rows = [dot_json(dot.lat, dot.lon, dot.n, dot.point_id, dot.offered, said) for dot in dots]
        return pages.renewed(jsonify(about=not asked.window.exact, dots=rows), who, self._parts.signer)

    def chosen(self) -> Response:
        """The person's own key writes the point's code into the deal."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        with read_scope(parts.sessions) as session:
            portal, names = portals.get(session, who.portal_id), self._names(session, who)
            desk = self._desk(session, who, self._job(session, who, request.form.get("job", "")))
            found = self._one(session, desk, request.form.get("point", ""))
        if desk.carrier and found.system != desk.carrier:
            raise PageError(ErrorCode.BAD_INPUT, f"a point of {found.system}, the deal goes with {desk.carrier}")
        choice = Choice(portal, names, found.point.code, request.form.get("was", ""))
        current = choose(parts, who, request.form.get("AUTH_ID", ""), choice)
        if current is not None:
            return self._draw("tab/points_changed.html", who, code=found.point.code, current=current)
        self._note(who, found, choice.was)
        answer = pages.renewed(make_response("", 200), who, parts.signer)
        answer.headers["HX-Trigger-After-Settle"] = CHOSEN
        return answer

    # --- what requests share ------------------------------------------------------------------------------------------

    def _note(self, who: PageSession, found: Found, was: str) -> None:
        detail = {"title": found.point.code, "system": found.system, "was": was[:64]}
        with session_scope(self._parts.sessions) as session:
            audit.write(
                session, who.portal_id, Act.POINT, self._parts.clock.now(), by=who.author, deal_id=who.entity_id,
                detail=detail,
            )  # fmt: skip

    def _one(self, session: Session, desk: Desk, point: str) -> Found:
        """The chosen row. One that closed or left the list meanwhile is not written; that it takes the parcel is the
        person's decision, and checked again before the order."""
        sieve = Sieve.of(desk.known, Asked().needs(DealNeeds(), self._formats(desk.who)))
        rows = points_found.by_ids(session, sieve, [int(point)] if point.isascii() and point.isdigit() else [])
        if not rows or any(each.code in {"gone", "closed"} for each in rows[0].against):
            raise PageError(ErrorCode.OUT_OF_DATE, f"no such point {point}")
        return rows[0]

    def _names(self, session: Session, who: PageSession) -> Any:
        portal = portals.get(session, who.portal_id)
        return names_of(portals.field_map(session, who.portal_id), portal.settings)

    def _job(self, session: Session, who: PageSession, given: str = "") -> Job:
        """The job that read this deal's parcel. Raises PageError(OUT_OF_DATE) when it is not there any more."""
        job_id = given or request.args.get("job", "")
        job = jobs.get(session, who.portal_id, int(job_id)) if job_id.isascii() and job_id.isdigit() else None
        if job is None or job.kind != trials.NEEDS_KIND or job.input.get("deal_id") != who.entity_id:
            raise PageError(ErrorCode.OUT_OF_DATE, "no such reading of the parcel")
        return job

    def _desk(self, session: Session, who: PageSession, job: Job) -> Desk:
        deal = DealNeeds.from_json(job.result) if job.state == JobState.DONE else DealNeeds()
        return self.desk(session, who, deal, job.id)

    def desk(self, session: Session, who: PageSession, deal: DealNeeds, job_id: int = 0) -> Desk:
        """`deal`: what its parcel needs, as far as it is known; `job_id`: the reading that told it."""
        accounts = portals.connections(session, who.portal_id)
        has_points = [row for row in accounts if self._has_points(row.system) and row.state != ConnectionState.UNTESTED]
        known = self._memory.known(session, {(row.system, row.mode) for row in has_points})
        carrier = next((row.system for row in accounts if row.id == deal.connection_id), "")
        return Desk(who, job_id, deal, known, carrier)

    def _has_points(self, system: str) -> bool:
        plugin = self._parts.systems.get(system)
        return plugin is not None and PORT in plugin.manifest.ports

    def _sieve(self, desk: Desk, asked: Asked) -> Sieve:
        return self._memory.sieve(desk.known, asked.needs(desk.deal, self._formats(desk.who)), asked.systems)

    def listed(self, session: Session, desk: Desk, asked: Asked) -> dict[str, Any]:
        """What `points_list.html` draws."""
        sieve = self._sieve(desk, asked)
        place = _place(session, desk, asked)
        rows, tally = [], points_map.Tally(0)
        if place.centre is not None:
            near = asked.window if asked.window and asked.window.exact else None
            own = points_found.by_ids(session, sieve, place.ids, place.centre) if place.found == "code" else []
            own += points_found.by_code(session, sieve, desk.deal.point, place.centre) if desk.deal.point else []
            own += points_found.by_ids(session, sieve, [asked.pick], place.centre) if asked.pick else []
            offered = None if asked.grey else True
            rows = _once([*own, *points_found.nearest(session, sieve, place.centre, asked.shown, near, offered)])
            looked = asked.window or Window.around(*place.centre, AROUND_M)
            tally = points_map.tally(session, looked, sieve)
        scene = Scene(self._formats(desk.who), partial(self._title, desk.who), sieve.needs, desk.carrier)
        asked = picked_from(desk.deal, rows, asked)
        about = bool(asked.window and not asked.window.exact)
        found: PointList = scene.list(rows, tally, asked, place, about)
        return {"asked": asked, "found": found, "deal": desk.deal, "job_id": desk.job_id}

    def _title(self, who: PageSession, system: str) -> str:
        return self._parts.carrier(system, who.lang)

    def _formats(self, who: PageSession) -> Any:
        return pages.viewer_of(who, self._parts.clock.now()).formats

    def _draw(self, template: str, who: PageSession, **context: Any) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(template, viewer, who, self._parts.signer, **context)


def _place(session: Session, desk: Desk, asked: Asked) -> Place:
    """Where the list is counted from: what was typed, else the client's address."""
    deal = desk.deal
    if asked.text:
        found = points_found.look_up(session, desk.known, asked.text)
        if found.centre is not None:
            return found
        return replace(_client(session, desk, deal), found="")
    return _client(session, desk, deal)


def _client(session: Session, desk: Desk, deal: DealNeeds) -> Place:
    if deal.lat is not None and deal.lon is not None:
        return Place("address", (deal.lat, deal.lon), 14, city=deal.city)
    if deal.address:
        return points_found.look_up(session, desk.known, deal.address)
    return points_found.look_up(session, desk.known, deal.point) if deal.point else Place()


def _once(rows: list[Found]) -> list[Found]:
    seen: Mapping[int, Found] = {row.id: row for row in reversed(rows)}
    return [seen[id_] for id_ in dict.fromkeys(row.id for row in rows)]


def _tries() -> int:
    text = request.args.get("tries", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
