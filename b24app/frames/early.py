"""A page in two pieces: everything before `<main>` at once, so that the browser has our styles by the time the portal
has answered; the rest when it is known (docs/decisions/early-head.md).

What goes wrong after the first piece is told in the page: the answer's status is out by then and says 200.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from flask import Response, request, stream_with_context

MAIN_BEGINS = "<main"
_GZIP = 31


def in_two_pieces(shell: str, whole: Callable[[], str]) -> Response:
    """`shell`: a page of which only what stands before `<main>` counts; `whole` gives the page of which the rest does.
    Both belong to one request and so have one nonce. `whole` runs while the answer is on its way and must not raise."""
    gzipped = bool(request.accept_encodings["gzip"])
    answer = Response(stream_with_context(_pieces(shell, whole, gzipped)), mimetype="text/html")
    if gzipped:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["X-Accel-Buffering"] = "no"  # nginx would keep the first piece until the rest is there
    return answer


def _pieces(shell: str, whole: Callable[[], str], gzipped: bool) -> Iterator[bytes]:
    first = shell[: shell.index(MAIN_BEGINS)].encode()
    if not gzipped:
        yield first
        yield _rest(whole())
        return
    packed = zlib.compressobj(wbits=_GZIP)
    yield packed.compress(first) + packed.flush(zlib.Z_SYNC_FLUSH)
    yield packed.compress(_rest(whole())) + packed.flush()


def _rest(page: str) -> bytes:
    return page[page.index(MAIN_BEGINS) :].encode()
