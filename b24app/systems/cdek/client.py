"""The wire to CDEK and nothing else: sign-in, calls, and answers with every error that any envelope holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from b24app.logistics.errors import AccountProblem, Refused, Unavailable
from b24app.systems.cdek.errors import ACCOUNT, STILL_PROCESSED, TOKEN, Said, codes_of, problem_of, problems_of, rows_of
from b24app.systems.cdek.errors import said as said_in
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import Line, document, lost
from b24app.systems.kit.tokens import AccountToken
from b24app.systems.plugin import OpenContext
from b24app.wire.http import Answer


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that could be read: `data` is their JSON (the bytes of a file), `errors` those of any envelope."""

    status: int
    data: Any
    errors: tuple[Said, ...]

    @property
    def codes(self) -> set[str]:
        return codes_of(self.errors)

    @property
    def document(self) -> Mapping[str, Any]:
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def entity(self) -> Mapping[str, Any]:
        entity = self.document.get("entity")
        return entity if isinstance(entity, Mapping) else {}

    @property
    def requests(self) -> list[Mapping[str, Any]]:
        return rows_of(self.document.get("requests"))

    def refuse(self, label: str) -> None:
        """Raises what the errors of a write mean, if there are any: AccountProblem, Unavailable, Refused."""
        for error in self.errors:
            if error.code in ACCOUNT:
                raise AccountProblem(problem_of(error))
        if STILL_PROCESSED in self.codes:
            raise Unavailable(f"{label}: the request before is still being decided", 3.0)
        if self.errors:
            raise Refused(problems_of(self.errors))

    def odd(self, label: str) -> Unavailable:
        """For a read without what was asked for: that is no proof of absence."""
        return Unavailable(f"{label}: HTTP {self.status} without what was asked for, {sorted(self.codes)}")


class Client:
    """Calls of one account. Thread-safe: it holds no state of its own."""

    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context, f"{context.base_url.rstrip('/')}/v2", {"X-App-Name": "waybill"})
        self._pair = context.setting("account"), context.setting("secret")
        self.token = AccountToken(context, "cdek", (urlsplit(self.base).netloc, *self._pair), self._sign_in)

    @property
    def base(self) -> str:
        return self._line.base

    def address(self, path: str) -> str:
        """Where a call to `path` goes."""
        return self._line.address(path)

    def read(self, path: str, label: str, params: Mapping[str, str] | None = None) -> Reply:
        """A GET. Raises Unavailable, AccountProblem."""
        return self._call("GET", path, label, params=params or {})

    def ask(self, path: str, label: str, body: Any) -> Reply:
        """A POST that changes nothing (the calculator)."""
        return self._call("POST", path, label, json=body)

    def write(self, verb: str, path: str, label: str, body: Any = None) -> Reply:
        """A change. Raises Uncertain when it may have happened; an answered refusal is in the reply's errors."""
        return self._call(verb, path, label, json=body, write=True)

    def fetch(self, path: str, label: str) -> Reply:
        """A file: `data` is its bytes, or the JSON that came instead and says why. Raises Refused for a larger one than
        we keep."""
        return self._signed(lambda headers: _read(self._line.file(path, label, headers=headers), label, file=True))

    def _call(self, verb: str, path: str, label: str, *, write: bool = False, **what: Any) -> Reply:
        def once(headers: Mapping[str, str]) -> Reply:
            return _read(self._line.send(verb, path, label, write=write, headers=headers, **what), label, write)

        return self._signed(once)

    def _signed(self, once: Callable[[Mapping[str, str]], Reply]) -> Reply:
        """With a token; refused for the token alone, it was not done: refresh once and repeat once."""
        token = self.token.get()
        reply = once({"Authorization": f"Bearer {token}"})
        if _token_refused(reply):
            reply = once({"Authorization": f"Bearer {self.token.get(refused=token)}"})
        if "v2_token_expired" in reply.codes:
            # A token made this moment: clocks differ or we were stopped in between. That is no fault of the account.
            raise Unavailable("the token ran out twice", 1.0)
        if _token_refused(reply) or "invalid_client" in reply.codes:
            raise _account_refused(reply)
        return reply

    def _sign_in(self) -> tuple[str, float]:
        """`(token, seconds it lives)` by client credentials; in the form body, so no access log holds the secret."""
        account, secret = self._pair
        form = {"grant_type": "client_credentials", "client_id": account, "client_secret": secret}
        reply = _read(self._line.send("POST", "oauth/token", "oauth.token", form=form), "oauth.token")
        token = reply.document.get("access_token")
        if isinstance(token, str) and token:
            return token, float(reply.document.get("expires_in") or 3600)
        if reply.errors:
            raise _account_refused(reply)
        raise reply.odd("oauth.token")


def _read(answer: Answer, label: str, write: bool = False, file: bool = False) -> Reply:
    """Codes decide, not the status; a page instead of a document says nothing."""
    if file and answer.status == 200 and not answer.is_json:
        return Reply(200, answer.body, ())
    data = document(answer, label, write)
    if data is None and answer.status in (401, 403):
        return Reply(answer.status, {}, (Said("unauthorized", f"HTTP {answer.status}"),))
    errors = tuple(said_in(data))
    if (data is None and answer.status == 404) or any(error.code.startswith("http_5") for error in errors):
        raise lost(f"{label}: HTTP {answer.status} {sorted(codes_of(errors))}", write)
    return Reply(answer.status, data, errors)


def _token_refused(reply: Reply) -> bool:
    return bool(reply.codes & TOKEN) or (reply.status == 401 and not reply.codes - TOKEN - {"invalid_client"})


def _account_refused(reply: Reply) -> AccountProblem:
    first = reply.errors[0] if reply.errors else Said("", "")
    return account_refused(first.code, first.text)
