"""The tile server: ``GET /{z}/{x}/{y}.png``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sandbox.kernel.gate import Origin
from sandbox.kernel.system import Context, CoverageRow

from .draw import MAX_ZOOM, Tiles
from .outline import OutlineMissing


class TileSystem:
    """Running tiles; there is nothing to reset."""

    def __init__(self, _context: Context) -> None:
        self._tiles = Tiles()
        self._url = ""

    def origins(self) -> Sequence[Origin]:
        # Pictures are no evidence: the journal does without them.
        return [Origin("tiles", self._serve, journal_kind="")]

    def started(self, urls: Mapping[str, str]) -> None:
        self._url = urls["tiles"]

    def addresses(self) -> Mapping[str, Any]:
        return {"tiles": {"base_url": self._url, "template": self._url + "/{z}/{x}/{y}.png"}}

    def control(self) -> WSGIApplication | None:
        return None

    def reset(self) -> None:
        """Tiles never change."""

    def remember(self) -> Callable[[], None]:
        return self.reset

    def seed(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  (tiles never change)
        return {}

    def coverage(self) -> Sequence[CoverageRow]:
        return [
            CoverageRow("GET /{z}/{x}/{y}.png", "works", f"zoom 0..{MAX_ZOOM}; coasts are real, streets are invented"),
            CoverageRow("anything else", "refused", "404"),
        ]

    def stop(self) -> None:
        """Nothing is held beyond the process."""

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _words(start_response, HTTPStatus.METHOD_NOT_ALLOWED, "GET only")
        try:
            data = self._tiles.png(*_numbers(environ["PATH_INFO"]))
        except ValueError as problem:
            return _words(start_response, HTTPStatus.NOT_FOUND, str(problem))
        except OutlineMissing as problem:
            return _words(start_response, HTTPStatus.SERVICE_UNAVAILABLE, str(problem))
        headers = [("Content-Type", "image/png"), ("Cache-Control", "public, max-age=86400"), *_OPEN]
        start_response("200 OK", headers)
        return [data]


_OPEN = [("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin")]


def _numbers(path: str) -> tuple[int, int, int]:
    parts = path.strip("/").removesuffix(".png").split("/")
    if len(parts) != 3 or not path.endswith(".png"):
        raise ValueError(f"no such tile: {path}; ask for /z/x/y.png")
    return int(parts[0]), int(parts[1]), int(parts[2])


def _words(start_response: StartResponse, status: HTTPStatus, words: str) -> Iterable[bytes]:
    start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8"), *_OPEN])
    return [words.encode()]
