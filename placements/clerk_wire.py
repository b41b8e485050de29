"""What goes over the wire between the clerk's phone and us: bodies within bounds, JSON and pictures."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from b24app.flows import files, pictures
from placements.clerk_gate import ClerkError
from placements.clerk_sent import is_name

MOST_JSON = 256 * 1024


def read_picture(key: str, most: int) -> bytes:
    """The body of this request, a JPEG, drawn anew: nothing stands beside the picture. Raises ClerkError."""
    if not is_name(key):
        raise ClerkError("bad_input", "no key")
    request.max_content_length = most
    try:
        content = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise ClerkError("too_big", f"above {most} bytes") from error
    if files.media_type(content) != files.JPEG:
        raise ClerkError("bad_picture", "no JPEG")
    try:
        found = pictures.clean(content).content
    except pictures.NoPictureError as error:
        raise ClerkError("too_big" if error.code == "points" else "bad_picture", str(error)) from error
    if len(found) > most:
        raise ClerkError("too_big", f"{len(found)} bytes drawn anew")
    return found


def picture_answer(content: bytes | None) -> Response:
    if content is None:
        raise ClerkError("gone", "no such picture")
    answer = make_response(content)
    answer.headers["Content-Type"] = files.JPEG
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    answer.headers["Content-Disposition"] = "inline"
    return answer


def json_of_request() -> dict[str, Any]:
    """Raises ClerkError(too_big | bad_input)."""
    request.max_content_length = MOST_JSON
    try:
        found = request.get_json()
    except RequestEntityTooLarge as error:
        raise ClerkError("too_big", f"above {MOST_JSON} bytes") from error
    except BadRequest as error:
        raise ClerkError("bad_input", "no JSON") from error
    if not isinstance(found, dict):
        raise ClerkError("bad_input", "no object")
    return found


def said(value: dict[str, Any] | None) -> Response:
    """`value`, or 204 for None."""
    answer = jsonify(value) if value is not None else make_response("", 204)
    answer.headers["Cache-Control"] = "no-store"
    return answer
