"""The one file that a form brings, read no further than it may be."""

from __future__ import annotations

from contextlib import closing

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge


def uploaded(most: int, body: int) -> tuple[bytes, str, str]:
    """The field `file`: its content, its name, and what is wrong: `large` (the request has more than `body` bytes and
    was not read), `empty` (there is no such field). Of a file of more than `most` bytes one more than these is read."""
    request.max_content_length = body
    if (request.content_length or 0) > body:
        return b"", "", "large"
    try:
        sent = request.files.get("file")
    except RequestEntityTooLarge:
        return b"", "", "large"
    if sent is None:
        return b"", "", "empty"
    with closing(sent):
        return sent.stream.read(most + 1), sent.filename or "", ""
