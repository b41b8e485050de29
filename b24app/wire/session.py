"""A requests adapter that sends through the wire, for libraries that insist on a session of their own (Authlib)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter

from b24app.wire.calls import Answer, Call
from b24app.wire.http import Http

#: Makes the Call for a request: verb, address, headers, body.
CallMaker = Callable[[str, str, Mapping[str, str], bytes], Call]


class WireAdapter(BaseAdapter):
    """`send` raises NotSent or OutcomeUnknown, not the exceptions of requests. Time-outs are those of the Call."""

    def __init__(self, http: Http, make: CallMaker) -> None:
        super().__init__()
        self._http = http
        self._make = make

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        headers = {name: str(value) for name, value in request.headers.items() if name.lower() != "content-length"}
        call = self._make(request.method or "GET", request.url or "", headers, raw)
        return _response(request, self._http.send(call))

    def close(self) -> None:
        """Connections belong to the wire."""


def session_over(http: Http, session: requests.Session, make: CallMaker) -> None:
    """Let every request of `session` go through the wire."""
    session.trust_env = False
    session.adapters.clear()
    for prefix in ("https://", "http://"):
        session.mount(prefix, WireAdapter(http, make))


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response.headers.pop("content-encoding", None)
    response.url = request.url or ""
    response.request = request
    response._content = answer.body  # the only way to give a Response its body
    return response
