"""The map of pickup points with 100,000 points in store, this parcel's filters on: weight, three sides, money by card,
open tomorrow.

`map_cells_p99_ms_*`: a move below zoom 8, answered from cells; `map_exact_p99_ms_*`: a move from zoom 8 on, answered
from the points. Both are the whole handler (session, needs, query, JSON), on either database. `map_move_kb`: the
largest answer of all those moves. `map_first_dots_seconds`: from opening the chooser to the first dots in Chromium;
beside it, in the same browser and turn by turn, Folium's FastMarkerCluster with all points in its page.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import text
from werkzeug.serving import make_server

from b24app.dev.chromium import chromium
from b24app.dev.postgres_server import PostgresServer
from b24app.store.engine import Sessions, make_engine, make_sessions
from b24app.store.migrate import upgrade
from bench import points
from bench.chooser import Bench, open_chooser
from bench.figures import Bar, Figure, Say
from bench.samples import alternate, median, percentile
from sandbox.cdek.geo import cities

DATABASES = ("sqlite", "postgres")
ROWS = (
    *(f"map_{kind}_p99_ms_{database}" for kind in ("cells", "exact") for database in DATABASES),
    "map_move_kb",
    "map_first_dots_seconds",
)
BARS = {("cells", "sqlite"): 50, ("cells", "postgres"): 50, ("exact", "sqlite"): 100, ("exact", "postgres"): 50}
#: A desk's map: 860 by 640 pixels.
WIDE, HIGH = 860, 640
MOVES = 300
ROUNDS = 5


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """The rows asked for."""
    figures: list[Figure] = []
    largest: list[float] = []
    with TemporaryDirectory(prefix="waybill-map-") as folder:
        say(f"making {points.COUNT} points")
        listed = points.ready_points()
        for database in DATABASES:
            with _filled(database, Path(folder), listed, say) as sessions, open_chooser(sessions) as bench:
                for kind in ("cells", "exact"):
                    name = f"map_{kind}_p99_ms_{database}"
                    if name in rows or "map_move_kb" in rows:
                        say(f"{name}: {MOVES} moves")
                        figure, sizes = _moves(name, bench, kind)
                        largest += sizes
                        figures += [figure] if name in rows else []
                if database == "sqlite" and "map_first_dots_seconds" in rows:
                    say(f"map_first_dots_seconds: {ROUNDS} rounds beside Folium")
                    figures.append(_first_dots(bench))
    if "map_move_kb" in rows:
        figures.append(Figure("map_move_kb", max(largest), "KB", Bar(100, strict=True), largest[:: len(largest) // 50]))
    return figures


@contextmanager
def _filled(database: str, folder: Path, listed: Any, say: Say) -> Iterator[Sessions]:
    with _url(database, folder) as url:
        engine = make_engine(url, [points.KEY])
        upgrade(engine)
        sessions = make_sessions(engine)
        say(f"storing them in {database}")
        points.fill(sessions, listed)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE" if database == "postgres" else "ANALYZE"))
        yield sessions
        engine.dispose()


@contextmanager
def _url(database: str, folder: Path) -> Iterator[str]:
    if database == "sqlite":
        yield f"sqlite:///{folder / 'points.db'}"
        return
    with PostgresServer(folder / "postgres") as server:
        yield server.create_database("points")


def _moves(name: str, bench: Bench, kind: str) -> tuple[Figure, list[float]]:
    """Windows around cities, the larger ones more often, as people look at them."""
    dice = random.Random(name)
    towns = list(cities().values())
    zooms = range(2, 8) if kind == "cells" else range(8, 18)
    took, sizes = [], []
    for at in range(MOVES + 20):
        town = dice.choices(towns, [1 / (rank + 1) for rank in range(len(towns))])[0]
        zoom = dice.choice(zooms)
        window = _window(zoom, town.latitude + dice.uniform(-0.05, 0.05), town.longitude + dice.uniform(-0.1, 0.1))
        began = time.perf_counter()
        answer = bench.get("/tab/points/map?" + urlencode({**bench.asked, "z": zoom, **window}, doseq=True))
        spent = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{name}: HTTP {answer.status_code}: {answer.text[:300]}")
        if at >= 20:  # the first ones fill memories, as a process does once
            took.append(spent)
            sizes.append(len(answer.data) / 1024)
    figure = Figure(
        name, percentile(took, 99), "ms", Bar(BARS[kind, name.rpartition("_")[2]], strict=True), took[:: MOVES // 50],
        note=f"p50 {percentile(took, 50):.1f} ms",
    )  # fmt: skip
    return figure, sizes


def _window(zoom: int, lat: float, lon: float) -> dict[str, float]:
    degrees = 360 / (256 * 2**zoom)
    wide, high = WIDE * degrees / 2, HIGH * degrees / 2 * 0.56
    sides = {"west": lon - wide, "east": lon + wide, "south": lat - high, "north": lat + high}
    return {name: max(-180.0, min(180.0, side)) for name, side in sides.items()}


def _first_dots(bench: Bench) -> Figure:
    """Both pages are served by the same server and drawn by the same browser, without tiles."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, _served(bench.app) as url, _served(bench.folium_app) as theirs_url:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})

        def ours() -> float:
            return _until(page, f"{url}/chooser", "#points-map .wb-pin, #points-map .wb-cluster")

        def folium() -> float:
            return _until(page, f"{theirs_url}/folium", ".marker-cluster, .leaflet-marker-icon")

        ours(), folium()
        found = alternate(ROUNDS, {"ours": ours, "folium": folium})
        browser.close()
    mine, theirs = median(found["ours"]), median(found["folium"])
    note = f"FastMarkerCluster with all points in the page: {theirs:.2f} s, {bench.folium_kb:.0f} KB of HTML"
    more = {"folium_seconds": round(theirs, 3), "folium_samples": [round(each, 3) for each in found["folium"]]}
    return Figure("map_first_dots_seconds", mine, "s", Bar(1.5, strict=True), found["ours"], note=note, more=more)


def _until(page: Any, url: str, selector: str) -> float:
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(selector, state="attached", timeout=60_000)
    return time.perf_counter() - began


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
