"""The control server's routes. JSON in, JSON out; every refusal is ``{"error": words}`` with HTTP 400 or 404."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.kernel.clock import Clock

from .members import Member
from .pages import add_pages, coverage_page


def create_control(
    members: Sequence[Member], clock: Clock, before_reset: Callable[[], None] | None = None
) -> WSGIApplication:
    """The control application over ``members``; ``/<system code>/…`` goes to that system's own control."""
    app = Flask("sandbox.control", static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.register_error_handler(ValueError, _refused)
    app.register_error_handler(HTTPException, _http_refused)
    _add_state(app, members, clock, before_reset)
    _add_evidence(app, members)
    add_pages(app, members)
    return _Dispatcher(app, members)


class _Dispatcher:
    def __init__(self, app: Flask, members: Sequence[Member]) -> None:
        self._app = app
        self._owners = {code: member for member in members for code in member.codes()}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        code, _, rest = environ["PATH_INFO"].lstrip("/").partition("/")
        owner = self._owners.get(code)
        inner = owner.app_of(code) if owner else None
        if inner is None:
            return self._app(environ, start_response)
        return inner(environ | {"SCRIPT_NAME": f"/{code}", "PATH_INFO": f"/{rest}"}, start_response)


def _add_state(app: Flask, members: Sequence[Member], clock: Clock, before_reset: Callable[[], None] | None) -> None:
    @app.get("/addresses")
    def addresses() -> dict[str, Any]:
        out: dict[str, Any] = {"control": request.host_url.rstrip("/")}
        for member in members:
            out |= member.addresses()
        return out

    @app.post("/reset")
    def reset() -> dict[str, Any]:
        if before_reset is not None:
            before_reset()
        clock.reset()
        for member in members:
            member.reset()
        return {"reset": True}

    @app.post("/seed")
    def seed() -> dict[str, Any]:
        spec = _body()
        out: dict[str, Any] = {}
        for member in members:
            out |= member.seed(spec)
        return out

    @app.get("/clock")
    def read_clock() -> dict[str, Any]:
        return {"now": clock.now().isoformat(), "offset": clock.offset}

    @app.post("/clock")
    def move_clock() -> dict[str, Any]:
        spec = _body()
        if set(spec) == {"advance"}:
            clock.advance(float(spec["advance"]))
        elif set(spec) == {"set"}:
            moment = datetime.fromisoformat(str(spec["set"]))
            clock.set(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        else:
            raise ValueError('send {"advance": seconds} or {"set": iso time}')
        return read_clock()


def _add_evidence(app: Flask, members: Sequence[Member]) -> None:
    @app.get("/faults")
    def list_faults() -> dict[str, Any]:
        return {"faults": [rule for member in members for rule in member.faults()]}

    @app.post("/faults")
    def add_fault() -> dict[str, Any]:
        spec = _body()
        system = str(spec.get("system", "*"))
        chosen = [member for member in members if system == "*" or system in member.codes()]
        if not chosen:
            raise ValueError(f"no such system: {system}")
        rules = [member.add_fault(spec) for member in chosen]
        return rules[0]

    @app.delete("/faults")
    @app.delete("/faults/<int:rule_id>")
    def clear_faults(rule_id: int | None = None) -> dict[str, Any]:
        for member in members:
            member.clear_faults(rule_id)
        return {"cleared": True}

    @app.get("/journal")
    def journal() -> dict[str, Any]:
        query = {name: value for name, value in request.args.items() if value != ""}
        rows = [row for member in members for row in member.journal(query)]
        rows.sort(key=lambda row: (row["at"], row["seq"]))
        if "tail" in query:
            return {"entries": rows[-int(query["tail"]) :]}
        return {"entries": rows[: int(query["limit"])] if "limit" in query else rows}

    @app.get("/journal/counts")
    def counts() -> dict[str, Any]:
        out: dict[str, Any] = {}
        for member in members:
            out |= member.counts()
        return out

    @app.get("/coverage")
    def coverage() -> Response | str:
        table: dict[str, Any] = {}
        for member in members:
            table |= member.coverage()
        return jsonify(table) if request.args.get("format") == "json" else coverage_page(table)


def _body() -> dict[str, Any]:
    data = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(data, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004  (answered as HTTP 400)
    return data


def _refused(problem: ValueError) -> tuple[dict[str, str], int]:
    return {"error": str(problem)}, 400


def _http_refused(problem: HTTPException) -> tuple[dict[str, str], int]:
    return {"error": f"{problem.name}: {problem.description}"}, problem.code or 500
