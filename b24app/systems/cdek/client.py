"""The wire to CDEK and nothing else: addresses, sign-in, calls, and what a failed call means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.cdek.errors import ACCOUNT, TOKEN, Said, codes_of, problem_of, said
from b24app.systems.plugin import OpenContext
from b24app.wire.http import Answer, Call, Limits, NotJson, NotSent, OutcomeUnknown, Why
from b24app.wire.retry import parse_retry_after

#: cdek.md §2.1: usually 0.2-1.5 s; 5 s proved too small for clients of the test stand.
READ_LIMITS = Limits(connect_s=3.0, read_s=10.0, total_s=15.0)
WRITE_LIMITS = Limits(connect_s=3.0, read_s=20.0, total_s=30.0)
TOKEN_LIMITS = Limits(connect_s=3.0, read_s=10.0, total_s=15.0)
#: How long a call may wait for the account's budget before the lane is given back.
PATIENCE_S = 2.0
#: Renew this long before the token ends, at most a tenth of its life.
MARGIN_S = 180.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that could be read: `data` is their JSON, `errors` all errors that any envelope holds."""

    status: int
    data: Any
    errors: tuple[Said, ...]

    @property
    def codes(self) -> set[str]:
        return codes_of(self.errors)

    @property
    def entity(self) -> Mapping[str, Any]:
        entity = self.data.get("entity") if isinstance(self.data, Mapping) else None
        return entity if isinstance(entity, Mapping) else {}


class Client:
    """Calls of one account. Thread-safe: it holds no state of its own."""

    def __init__(self, context: OpenContext) -> None:
        self._context = context
        self._base = context.base_url.rstrip("/")
        self._account = str(context.settings.get("account", "")).strip()
        self._secret = str(context.settings.get("secret", "")).strip()

    @property
    def base(self) -> str:
        return self._base

    def address(self, path: str) -> str:
        """Where a call to `path` goes."""
        return f"{self._base}/v2/{path}"

    def read(self, path: str, label: str, params: Mapping[str, str] | None = None) -> Reply:
        """A GET. Raises Unavailable, AccountProblem."""
        return self._signed("GET", path, label, params=params or {}, write=False)

    def fetch(self, path: str, label: str, most: int) -> bytes | Reply:
        """A file of at most `most` bytes; a Reply when JSON came instead, which says why. Raises Unavailable,
        AccountProblem, Refused (it is larger)."""
        token = self._token()
        found = self._file(path, label, token, most)
        if isinstance(found, Reply) and _token_refused(found):
            found = self._file(path, label, self._token(refused=token), most)
        if isinstance(found, Reply) and _token_refused(found):
            raise AccountProblem(_account_problem(found.errors))
        return found

    def _file(self, path: str, label: str, token: str, most: int) -> bytes | Reply:
        call = self._call("GET", path, label, token, {}, None, write=False)
        limits = replace(call.limits, max_bytes=most)
        headers = {**call.headers, "Accept": "application/pdf, application/json"}
        try:
            answer = self._context.http.send(replace(call, limits=limits, headers=headers))
        except NotSent as error:
            raise Unavailable(f"{label}: {error}", error.retry_after) from error
        except OutcomeUnknown as error:
            if error.why is Why.TOO_LARGE:
                raise Refused([Problem("paper_too_big", Field.ORDER, Who.WAYBILL, their_text=str(error))]) from error
            raise Unavailable(f"{label}: {error}") from error
        return answer.body if answer.status == 200 and not answer.is_json else self._read(answer, label, write=False)

    def ask(self, path: str, label: str, body: Any) -> Reply:
        """A POST that changes nothing (the calculator)."""
        return self._signed("POST", path, label, body=body, write=False)

    def write(self, verb: str, path: str, label: str, body: Any = None) -> Reply:
        """A change. Raises Uncertain when it may have happened; an answered refusal is in the reply's errors."""
        return self._signed(verb, path, label, body=body, write=True)

    def _signed(
        self,
        verb: str,
        path: str,
        label: str,
        *,
        write: bool,
        params: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Reply:
        """With a token; refused for the token alone, it was not done: refresh once and repeat once."""
        token = self._token()
        reply = self._once(self._call(verb, path, label, token, params, body, write), write)
        if _token_refused(reply):
            token = self._token(refused=token)
            reply = self._once(self._call(verb, path, label, token, params, body, write), write)
        if "v2_token_expired" in reply.codes:
            # A token made this moment: clocks differ or we were stopped in between. That is no fault of the account.
            raise Unavailable("the token ran out twice", 1.0)
        if _token_refused(reply) or reply.codes & ACCOUNT & {"invalid_client"}:
            raise AccountProblem(_account_problem(reply.errors))
        return reply

    def _call(
        self,
        verb: str,
        path: str,
        label: str,
        token: str,
        params: Mapping[str, str] | None,
        body: Any,
        write: bool,
    ) -> Call:
        return Call(
            remote=self._context.remote_key,
            verb=verb,
            url=self.address(path),
            label=label,
            limits=WRITE_LIMITS if write else READ_LIMITS,
            headers={"Authorization": f"Bearer {token}", "X-App-Name": "waybill"},
            params=params or {},
            json=body,
            trace_id=self._context.trace or "",
            patience_s=PATIENCE_S,
            budget=self._context.budget,
        )

    def _once(self, call: Call, write: bool) -> Reply:
        try:
            answer = self._context.http.send(call)
        except NotSent as error:
            raise Unavailable(f"{call.label}: {error}", error.retry_after) from error
        except OutcomeUnknown as error:
            raise _lost(f"{call.label}: {error}", write) from error
        return self._read(answer, call.label, write)

    def _read(self, answer: Answer, label: str, write: bool) -> Reply:
        """Codes decide, not the status. Without codes: 429 says that nothing was done, anything odd says nothing."""
        wait = parse_retry_after(answer.headers.get("retry-after"), self._context.clock.now())
        if answer.status == 429:
            raise Unavailable(f"{label}: HTTP 429", wait)
        try:
            data = answer.json()
        except NotJson as error:
            if answer.status in (401, 403):
                return Reply(answer.status, {}, (Said("unauthorized", f"HTTP {answer.status}"),))
            raise _lost(f"{label}: {error}", write, wait) from error
        errors = tuple(said(data))
        if answer.status >= 500 or any(error.code.startswith("http_5") for error in errors):
            raise _lost(f"{label}: HTTP {answer.status} {_codes(errors)}", write, wait)
        return Reply(answer.status, data, errors)

    def sign_in(self) -> None:
        """Get a token now, whatever token is known. Raises Unavailable, AccountProblem."""
        token, lifetime = self._sign_in()
        self._keep(token, lifetime)

    def sign_out(self) -> None:
        """Forget the access token; CDEK has no call that revokes one."""
        self._context.token_cache.drop(self._key())

    # --- sign-in -------------------------------------------------------------------------------------------------

    def _token(self, refused: str | None = None) -> str:
        """The cached token, unless it is the refused one; one refresh at a time for an account."""
        cache, key = self._context.token_cache, self._key()
        token = cache.get(key)
        if token and token != refused:
            return token
        with cache.lock(key):
            token = cache.get(key)
            if token and token != refused:
                return token
            token, lifetime = self._sign_in()
            self._keep(token, lifetime)
            return token

    def _keep(self, token: str, lifetime: float) -> None:
        self._context.token_cache.set(self._key(), token, max(lifetime - min(MARGIN_S, lifetime * 0.1), 1.0))

    def _key(self) -> str:
        """Per host, account and hash of the secret: a changed secret never finds the old token."""
        host = urlsplit(self._base).netloc
        digest = hashlib.sha256(f"{host}\n{self._account}\n{self._secret}".encode()).hexdigest()
        return f"cdek:{digest[:40]}"

    def _sign_in(self) -> tuple[str, float]:
        """`(token, seconds it lives)` by client credentials; in the form body, so no access log holds the secret."""
        call = Call(
            remote=self._context.remote_key,
            verb="POST",
            url=self.address("oauth/token"),
            label="oauth.token",
            limits=TOKEN_LIMITS,
            form={"grant_type": "client_credentials", "client_id": self._account, "client_secret": self._secret},
            trace_id=self._context.trace or "",
            patience_s=PATIENCE_S,
            budget=self._context.budget,
        )
        reply = self._once(call, write=False)
        token = reply.data.get("access_token") if isinstance(reply.data, Mapping) else None
        if isinstance(token, str) and token:
            return token, float(reply.data.get("expires_in") or 3600)
        if reply.errors:
            raise AccountProblem(_account_problem(reply.errors))
        raise Unavailable("oauth.token: an answer without a token")


def _lost(why: str, write: bool, retry_after: float | None = None) -> Unavailable | Uncertain:
    """A write without a clear answer may have happened; a read simply failed."""
    return Uncertain(why) if write else Unavailable(why, retry_after)


def _token_refused(reply: Reply) -> bool:
    return bool(reply.codes & TOKEN) or (reply.status == 401 and not reply.codes - TOKEN - {"invalid_client"})


def _account_problem(errors: tuple[Said, ...]) -> Problem:
    if not errors:
        return Problem("account_refused", Field.ACCOUNT, Who.ADMIN)
    problem = problem_of(errors[0])
    return Problem("account_refused", Field.ACCOUNT, Who.ADMIN, problem.their_code, problem.their_text)


def _codes(errors: tuple[Said, ...]) -> str:
    return ", ".join(sorted(codes_of(errors)))
