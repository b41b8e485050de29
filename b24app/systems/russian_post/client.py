"""The wire to the Post: Otpravka with its two credentials, the public tariff, tracking with a login of its own."""

from __future__ import annotations

import base64
from typing import IO, Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.papers import PDF
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import LIST, Line, document, lost
from b24app.systems.plugin import OpenContext
from b24app.systems.russian_post.errors import problems_of, said

#: Over the day's calls (§1); the counter turns at night, nothing says when.
_OVER_LIMIT, _WAIT_S = 509, 1800.0


class Client:
    """Calls of one account. Raises Unavailable, AccountProblem, Refused (an answered error), Uncertain (a write)."""

    def __init__(self, context: OpenContext) -> None:
        user = f"{context.setting('login')}:{context.setting('password')}"
        self._line = Line(
            context,
            headers={
                "Authorization": f"AccessToken {context.setting('token')}",
                "X-User-Authorization": f"Basic {base64.b64encode(user.encode()).decode()}",
                "Accept": "application/json;charset=UTF-8",
            },
        )
        self._tariff = Line(context, context.urls.get("tariff", ""))
        self.tracking = Line(context, context.urls.get("tracking", ""))

    @property
    def base(self) -> str:
        return self._line.base

    def address(self, path: str) -> str:
        return self._line.address(path)

    def call(self, verb: str, path: str, label: str, *, write: bool = False, empty: bool = False, **what: Any) -> Any:
        """Their document. Errors inside HTTP 200 are the caller's: some come beside results. `empty`: a good answer
        may have no body, which is {} then."""
        answer = self._line.send(verb, path, label, write=write, keep_5xx=True, **what)
        if answer.status == _OVER_LIMIT:
            raise Unavailable(f"{label}: the day's calls are used up", _WAIT_S)
        if answer.status >= 500:
            raise lost(f"{label}: HTTP {answer.status}", write)
        if empty and answer.status in (200, 204) and not answer.body.strip():
            return {}
        data = document(answer, label, write)
        if answer.status in (401, 403):
            raise account_refused(str(answer.status), next((each.text for each in said(data)), "") or "Unauthorized")
        if answer.status >= 400:
            errors = said(data)
            if not errors:
                raise lost(f"{label}: HTTP {answer.status}", write)
            raise Refused(problems_of(errors))
        return data

    def rows(self, path: str, label: str, **params: str) -> list[dict[str, Any]]:
        """A list of objects; anything else is no answer: it proves nothing. Raises Unavailable, AccountProblem."""
        try:
            data = self.call("GET", path, label, params=params)
        except Refused as error:
            raise Unavailable(f"{label}: {error}") from error
        rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
        if data != [] and not rows:
            raise Unavailable(f"{label}: no list")
        return rows

    def pdf(self, path: str, label: str, **params: str) -> bytes:
        """Raises Refused when they say why there is none."""
        answer = self._line.file(path, label, params=params, keep_5xx=True)
        if answer.status == 200 and answer.body.startswith(PDF):
            return answer.body
        errors = said(document(answer, label)) if answer.is_json else []
        if errors and (answer.status in (400, 404) or (answer.status == 500 and errors[0].code != "500")):
            raise Refused(problems_of(errors))
        raise Unavailable(f"{label}: HTTP {answer.status}, no PDF")

    def download(self, path: str, label: str, sink: IO[bytes], **params: str) -> None:
        """A long file, as it comes."""
        headers = {"Accept": "application/octet-stream"}
        answer = self._line.send("GET", path, label, params=params, sink=sink, limits=LIST, headers=headers)
        if answer.status != 200:
            raise Unavailable(f"{label}: HTTP {answer.status}")

    def public_tariff(self, **params: str) -> Any:
        """The public calculator, for its words: no sign-in."""
        asked = {"json": "json", "errorcode": "1", **params}
        return self._tariff.json("GET", "v2/calculate/tariff/delivery", "public.tariff", params=asked)[1]
