"""Files of static/ and how answers travel: kept by browsers for good, compressed (docs/decisions/flask-compress.md).

Shapes: an address is `/static/<name>?v=<stamp>`; the stamp changes with the file's content.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from flask_compress import Compress
from werkzeug.wsgi import FileWrapper

STATIC = "static"
_FOR_GOOD = "public, max-age=31536000, immutable"


def address(name: str) -> str:
    """Address of a file of static/, which changes with its content, so that it may be kept for good."""
    return url_for(STATIC, filename=name, v=_stamp(_folder() / name))


def text(name: str) -> str:
    """A file of static/ as it stands, for a page that carries it in itself."""
    return _text(_folder() / name)


def install(app: Flask) -> None:
    """Compress what browsers can read compressed, and let them keep our files."""
    # Files are read whole (`_keep`): Flask-Compress leaves those that it reads piece by piece open.
    app.config.update(COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=5, COMPRESS_STREAMS=False)
    Compress(app)
    app.after_request(_keep)


def _keep(response: Response) -> Response:
    """A file asked for under its stamp never changes. Without it, or with an older one, the browser asks each time."""
    if request.endpoint == STATIC and response.status_code == 200 and request.view_args is not None:
        named = request.args.get("v") == _stamp(_folder() / str(request.view_args["filename"]))
        response.headers["Cache-Control"] = _FOR_GOOD if named else "no-cache"
        _read(response)
    return response


def _read(response: Response) -> None:
    """All of it, and the file is closed: by the end of the answer that would happen too late, or never where whoever
    asked has gone."""
    file = response.response
    response.direct_passthrough = False
    response.get_data()
    if isinstance(file, FileWrapper):
        file.close()


def _folder() -> Path:
    return Path(current_app.static_folder or STATIC)


@lru_cache(maxsize=8)
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _stamp(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"
