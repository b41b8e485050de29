"""The pickup point chooser alone, over a store full of points: its pages with a session, and beside it the same points
in Folium's own way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask, Response, make_response, render_template_string
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from b24app import web
from b24app.clock import SystemClock
from b24app.flows.pickup_points import DealNeeds
from b24app.frames import pages, session
from b24app.frames.parts import PageParts
from b24app.frames.session import PageSession, SessionSigner, header_json
from b24app.logistics.model import Parcel
from b24app.logistics.money import Money
from b24app.logistics.points import Box
from b24app.store import jobs, lanes, portals, trials
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import ConnectionState, Job, JobState, PointRow, PortalState
from bench.points import SYSTEMS
from placements import deal_tab, tab_points

DEAL = 8061
#: 6.2 kg, three sides, money on delivery, in the middle of the largest city.
MIDDLE = (55.7558, 37.6173)
NEEDS = DealNeeds(
    (Box.of(Parcel(6200, 450, 250, 450)),), cod=Money(648_000), lat=MIDDLE[0], lon=MIDDLE[1], city="Москва"
)
_SHELL = """{% extends "base.html" %}
{% set scripts = ("points",) %}
{% block main %}<div id="tab"></div><div id="points-place" hx-post="/tab/points" hx-trigger="load"></div>
{% endblock %}"""


@dataclass(frozen=True)
class Bench:
    """`asked`: what every move of the map carries. `folium_kb` = the size of Folium's page."""

    app: Flask
    folium_app: Flask
    client: Client
    token: str
    asked: dict[str, Any]
    folium_kb: float

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers={"Authorization": f"Bearer {self.token}", "HX-Request": "true"})


class Lane:
    """A portal's lane that has read the parcel by the time it is asked."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def wake(self, _lane: object) -> None:
        with session_scope(self._sessions) as session_:
            for job in session_.scalars(select(Job).where(Job.state == JobState.WAITING)):
                jobs.finish(job, NEEDS.to_json(), SystemClock().now())


@contextmanager
def open_chooser(sessions: Sessions) -> Iterator[Bench]:
    """A portal with an account at each of the systems."""
    clock = SystemClock()
    now = clock.now()
    with session_scope(sessions) as session_:
        portal = portals.remember(session_, "bench", now=now, state=PortalState.ACTIVE)
        portals.set_fields(session_, portal.id, {"point_code": "UF_CRM_PVZ_CODE"})
        for system in SYSTEMS:
            account = portals.add_connection(session_, portal.id, system, system, "test", {}, now)
            account.state = ConnectionState.READY
        given = {"deal_id": DEAL}
        lane = lanes.portal_lane(session_, portal.id)
        job = jobs.start(session_, portal.id, lane, trials.NEEDS_KIND, given, asked_by=None, now=now, trace_id="bench")
        jobs.finish(job, NEEDS.to_json(), now)
        portal_id, job_id = portal.id, job.id
    parts = _parts(sessions, clock)
    blank = PageSession(portal_id, 7, deal_tab.PLACEMENT, DEAL, "ru", "Europe/Moscow", "", False, "Анна", 0, 0)
    token = parts.signer.write(session.prove(blank, now))
    html = folium_page(sessions)
    app = _app(parts, blank)
    asked = {"job": job_id, "fit": 1, "want": ["card", "open"]}
    yield Bench(app, _folium_app(html), app.test_client(), token, asked, len(html.encode()) / 1024)


def _parts(sessions: Sessions, clock: SystemClock) -> PageParts:
    plugin = {
        system: SimpleNamespace(manifest=SimpleNamespace(ports=(tab_points.PORT,), title={"ru": system.title()}))
        for system in SYSTEMS
    }
    return PageParts(
        sessions=sessions,
        clock=clock,
        signer=SessionSigner(["bench"]),
        gate=cast("Any", None),
        waker=Lane(sessions),
        person=cast("Any", None),
        public_url="",
        systems=cast("Any", plugin),
        tiles="/tiles/{z}/{x}/{y}.png",
    )


def _app(parts: PageParts, blank: PageSession) -> Flask:
    app = Flask("bench", template_folder=str(web.ROOT / "templates"), static_folder=str(web.ROOT / "static"))
    pages.setup(app)
    app.register_blueprint(tab_points.blueprint(parts))

    @app.get("/chooser")
    def chooser() -> str:
        now = parts.clock.now()
        header = header_json(parts.signer.write(session.prove(blank, now)))
        formats = pages.viewer_of(blank, now).formats
        return render_template_string(
            _SHELL, lang="ru", t=formats.words, fmt=formats, session_header=header, sprite_of="tab"
        )

    @app.get("/tiles/<path:_name>")
    def tile(_name: str) -> Response:
        return make_response("", 204)

    return app


def _folium_app(html: str) -> Flask:
    """An app of its own: our policy for pages forbids the inline script that Folium writes."""
    app = Flask("folium", static_folder=str(web.ROOT / "static"))
    app.add_url_rule("/folium", "folium", lambda: html)
    return app


def folium_page(sessions: Sessions) -> str:
    """The same points on one page, as Folium's FastMarkerCluster draws them, with assets from our own server."""
    import folium
    from folium.plugins import FastMarkerCluster

    vendor = "/static/vendor/leaflet"
    folium.Map.default_js = [("leaflet", f"{vendor}/leaflet.js")]
    folium.Map.default_css = [("leaflet_css", f"{vendor}/leaflet.css")]
    FastMarkerCluster.default_js = [("markercluster", f"{vendor}/leaflet.markercluster.js")]
    FastMarkerCluster.default_css = [("markercluster_css", f"{vendor}/MarkerCluster.Default.css")]
    with read_scope(sessions) as session_:
        rows = session_.execute(select(PointRow.lat, PointRow.lon).where(PointRow.tile.is_not(None))).all()
    data = [[row.lat, row.lon] for row in rows]
    shown = folium.Map(location=list(MIDDLE), zoom_start=11, tiles=None, maxZoom=18)
    cluster: Any = FastMarkerCluster
    cluster(data, callback="function (row) { return L.marker([row[0], row[1]]); }").add_to(shown)
    return str(shown.get_root().render())
