"""The wire to Manhattan and nothing else: a token from the auth host, calls as the profile says (manhattan.md §2)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import AccountProblem, Refused, Unavailable
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import Line, document, lost
from b24app.systems.kit.tokens import AccountToken
from b24app.systems.manhattan.answers import OddError
from b24app.systems.manhattan.errors import problems_of, profile_broken
from b24app.systems.manhattan.filters import CannotError
from b24app.systems.manhattan.profile import BrokenError, Built, Profile, Said, read_profile, words_of
from b24app.systems.plugin import OpenContext
from b24app.wire.http import Answer

Json = dict[str, Any]
AUTH = "auth"


@dataclass(frozen=True, slots=True)
class Reply:
    """Their document, and why it is no success (None = it is one). `is_inside`: HTTP itself is content, so that only
    some of it may have failed."""

    status: int
    data: Any
    said: Said | None = None

    @property
    def is_inside(self) -> bool:
        return 200 <= self.status < 300

    def refuse(self) -> None:
        """Raises Refused for a write that was refused."""
        if self.said is not None:
            raise Refused(problems_of(self.said, self.status))


class Client:
    """Calls of one account. Thread-safe: it holds no state of its own but the profile that it reads once."""

    def __init__(self, context: OpenContext) -> None:
        self._context = context
        self._line = Line(context)
        self._auth = Line(context, context.urls.get(AUTH, ""))
        self._keys = tuple(context.setting(name) for name in ("client_id", "client_secret", "username", "password"))
        #: Names the account in caches, without its secrets.
        self.account = (self._line.base, context.setting("organization"), self._keys[2])
        self.token = AccountToken(context, "manhattan", (*self.account, self._auth.base, *self._keys), self._sign_in)
        self._profile: Profile | None = None

    @property
    def profile(self) -> Profile:
        """Raises AccountProblem for a stored one that this version of the program does not understand."""
        if self._profile is None:
            try:
                self._profile = read_profile(self._context.setting("profile"))
            except BrokenError as error:
                first = error.faults[0]
                raise profile_broken(f"{first.line} {first.place}".strip(), first.words["en"]) from error
        return self._profile

    def address(self, path: str) -> str:
        return self._line.address(path)

    def build(self, operation: str, source: Mapping[str, Any]) -> Built:
        """Raises AccountProblem for a value that the profile cannot make."""
        try:
            return self.profile.build(operation, source)
        except CannotError as wrong:
            raise profile_broken(f"operations.{operation}", words_of(wrong.code, wrong.params)["en"]) from wrong

    def call(self, operation: str, source: Mapping[str, Any], *, write: bool = False) -> Reply:
        """One call. Raises AccountProblem, Unavailable, and Uncertain for a write that may have happened."""
        built, label = self.build(operation, source), f"manhattan.{operation}"
        answer = self._signed(built, label, write)
        data = document(answer, label, write)
        if answer.status in (401, 403):
            raise self._account(answer.status, operation, data)
        if data is None:  # a bare 404: there is no such path
            raise Unavailable(f"{label}: HTTP 404, no such path")
        said = self.profile.failure(operation, answer.status, data)
        if said is None and write and not self.profile.is_envelope(data):
            raise lost(f"{label}: an answer that says nothing", write)
        return Reply(answer.status, data, said)

    def rows(self, operation: str, source: Mapping[str, Any]) -> list[Json]:
        """Of a read. Raises Unavailable for anything but an answer with its list: that is no proof of absence."""
        return self.page(operation, source)[0]

    def page(self, operation: str, source: Mapping[str, Any]) -> tuple[list[Json], int | None]:
        """Rows, and how many there are in all, where they say so."""
        reply = self.call(operation, source)
        if reply.said is not None:
            told = "; ".join((*reply.said.codes, *reply.said.texts))[:160]
            raise Unavailable(f"manhattan.{operation}: HTTP {reply.status} {told}")
        try:
            rows = self.profile.rows(operation, reply.data, str(source["connection"]["timeZone"]))
        except (OddError, CannotError) as odd:
            raise Unavailable(f"manhattan.{operation}: {odd}") from odd
        return rows, self.profile.total(reply.data)

    def _signed(self, built: Built, label: str, write: bool) -> Answer:
        """With a token; 401 says that nothing was done, so it is asked once more with a fresh one."""

        def once(token: str) -> Answer:
            headers = {**built.headers, "Authorization": f"Bearer {token}"}
            params = dict(built.params)
            return self._line.send(
                built.verb, built.path, label, write=write, json=built.body, params=params, headers=headers
            )

        token = self.token.get()
        answer = once(token)
        return once(self.token.get(refused=token)) if answer.status == 401 else answer

    def _account(self, status: int, operation: str, data: Any) -> AccountProblem:
        said = self.profile.failure(operation, status, data)
        texts = said.texts if said is not None else ()
        return account_refused((said.codes[0] if said and said.codes else f"HTTP {status}"), "; ".join(texts)[:200])

    def _sign_in(self) -> tuple[str, float]:
        """`(token, seconds it lives)` by the password grant, at the first of the profile's addresses that is there."""
        client_id, secret, username, password = self._keys
        signed = b64encode(f"{client_id}:{secret}".encode()).decode()
        form = {"grant_type": "password", "username": username, "password": password}
        for path in self.profile.auth["token_paths"]:
            answer = self._auth.send(
                "POST", path, "manhattan.token", form=form, headers={"Authorization": f"Basic {signed}"}
            )
            if answer.status == 404:
                continue
            return self._token(answer)
        raise account_refused("HTTP 404", "no token address")

    def _token(self, answer: Answer) -> tuple[str, float]:
        data = document(answer, "manhattan.token")
        row = data if isinstance(data, dict) else {}
        token = row.get("access_token")
        if answer.status in (200, 201) and isinstance(token, str) and token:
            lives = row.get("expires_in")
            most = float(self.profile.auth["reuse_seconds"])
            known = isinstance(lives, int | float) and not isinstance(lives, bool) and lives > 0
            return token, min(float(lives), most) if known else most  # type: ignore[arg-type]
        if answer.status in (400, 401, 403):
            raise account_refused(
                str(row.get("error") or f"HTTP {answer.status}"), str(row.get("error_description") or "")
            )
        raise Unavailable(f"manhattan.token: HTTP {answer.status} without a token")
