"""SAP's wire (sap-ewm.md §2): who signs, the CSRF token with its session's cookies, errors, rows of V2 and V4."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from b24app.logistics.errors import Unavailable
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import Line, document, lost
from b24app.systems.kit.tokens import AccountToken
from b24app.systems.kit.units import whole
from b24app.systems.plugin import OpenContext
from b24app.systems.sap_ewm.errors import SapSays, read_error
from b24app.systems.sap_ewm.vocabulary import OUTBOUND, V2, V4, service
from b24app.wire.http import Answer, Limits

Row = dict[str, Any]
#: How long a session's token is kept: SAP ends sessions that nobody uses, and says so.
SESSION_S = 1500.0
_READS = frozenset({"GET", "HEAD"})
_QUICK = {"GET": Limits(3.0, 5.0, 5.0), "POST": Limits(3.0, 12.0, 12.0), "PATCH": Limits(3.0, 8.0, 8.0)}
#: Two cookies may come in one header line.
_COOKIE = re.compile(r"(?:^|,\s*)([A-Za-z0-9_\-.]+=[^;,]*)")
#: Pages of a list that are followed.
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class _Shape:
    """Of a page of a list (§2): what its rows are in, their name, and that of the link to the next page."""

    inside: str
    rows: str
    more: str


_OF_V2, _OF_V4 = _Shape("d", "results", "__next"), _Shape("", "value", "@odata.nextLink")


class Client:
    """Calls of one account. Thread-safe: what is remembered lives in the token cache. `quick`: for a creation, whose
    look-ups, token and two writes together may take 40 s."""

    def __init__(self, context: OpenContext, *, quick: bool = False) -> None:
        self._limits = _QUICK if quick else {}
        self.headers = {"Accept-Language": context.setting("language") or "ru"}
        if client := context.setting("client"):
            self.headers["sap-client"] = client
        self.context, self.line = context, Line(context, headers=self.headers)
        self.oauth = context.setting("sign") == "oauth"
        self._name, self._secret = context.setting("user"), context.setting("password")
        account = (self.line.base, self._name, self._secret, context.setting("client"))
        self._token = AccountToken(context, "sap_ewm", ("oauth", *account), self._sign_in)
        self._session = AccountToken(context, "sap_ewm", ("csrf", *account), self._fetch_csrf)

    # --- signing ------------------------------------------------------------------------------------------------------

    @property
    def basic(self) -> str:
        return "Basic " + b64encode(f"{self._name}:{self._secret}".encode()).decode()

    def _sign_in(self) -> tuple[str, float]:
        """Client credentials. Raises AccountProblem, Unavailable."""
        answer = self.line.send(
            "POST",
            self.line.typed_path(self.context.setting("token_path") or "/sap/bc/sec/oauth2/token"),
            "oauth.token",
            form={"grant_type": "client_credentials"},
            headers={"Authorization": self.basic},
        )
        data = document(answer, "oauth.token")
        if answer.status in (400, 401, 403):
            code = str(data.get("error") or "") if isinstance(data, Mapping) else ""
            raise account_refused(code or f"HTTP {answer.status}")
        token = data.get("access_token") if isinstance(data, Mapping) else None
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise Unavailable(f"oauth.token: HTTP {answer.status}, no token")
        return token, float(whole(data.get("expires_in")) or 600)

    def sign_out(self) -> None:
        self._token.drop()
        self._session.drop()

    def check(self) -> None:
        """Sign in for a write, now: the user, its rights to the service, the session."""
        self._session.renew()

    def _fetch_csrf(self) -> tuple[str, float]:
        """The token and the cookies it belongs to, as one text."""
        answer = self._signed("GET", f"{service(OUTBOUND)}/", "csrf", {"X-CSRF-Token": "Fetch"})
        self._judge(answer, "csrf")
        token = answer.headers.get("x-csrf-token", "")
        cookies = "; ".join(_COOKIE.findall(answer.headers.get("set-cookie", "")))
        if not token or token.lower() == "required":
            raise Unavailable("csrf: no token in the answer")
        return f"{token}\n{cookies}", SESSION_S

    def _signed(
        self, verb: str, path: str, label: str, headers: Mapping[str, str], *, write: bool = False, **what: Any
    ) -> Answer:
        """One call; a refused access token is renewed once (nothing was done with it)."""
        refused = None
        for _ in range(2):
            token = self._token.get(refused) if self.oauth else ""
            signed = f"Bearer {token}" if self.oauth else self.basic
            answer = self.line.send(
                verb, path, label, write=write, headers={**headers, "Authorization": signed},
                **{"limits": self._limits.get(verb), **what},
            )  # fmt: skip
            if answer.status != 401 or not self.oauth:
                break
            refused = token
        return answer

    # --- calls --------------------------------------------------------------------------------------------------------

    def call(
        self,
        verb: str,
        path: str,
        label: str,
        *,
        headers: Mapping[str, str] | None = None,
        optional: bool = False,
        **what: Any,
    ) -> Answer:
        """One call that was answered well. Raises SapSays, AccountProblem, Unavailable, and Uncertain for a write.
        `optional`: a service whose absence must not stop the account's orders."""
        sent = dict(headers or {})
        if verb in _READS:
            answer = self._signed(verb, path, label, sent, **what)
        else:
            answer = self._written(verb, path, label, sent, what)
        self._judge(answer, label, write=verb not in _READS, optional=optional)
        return answer

    def _written(self, verb: str, path: str, label: str, headers: dict[str, str], what: Mapping[str, Any]) -> Answer:
        """With the session's token; one that ended is fetched anew, and the call repeated: it was not looked at."""
        stale = None
        for _ in range(2):
            kept = self._session.get(stale)
            token, _, cookies = kept.partition("\n")
            signed = {**headers, "X-CSRF-Token": token, "X-Requested-With": "X", "Cookie": cookies}
            answer = self._signed(verb, path, label, signed, write=True, **what)
            if answer.status != 403 or answer.headers.get("x-csrf-token", "").lower() != "required":
                break
            stale = kept
        return answer

    def _judge(self, answer: Answer, label: str, *, write: bool = False, optional: bool = False) -> None:
        """Raises what an answer other than a good one means."""
        if answer.status < 300:
            return
        said = read_error(answer)
        missing = said is not None and said.code.startswith("/IWFND/MED/")
        if answer.status in (401, 403) or missing:
            if answer.headers.get("x-csrf-token", "").lower() == "required":
                raise Unavailable(f"{label}: the CSRF token is not taken")
            code, text = (said.code, said.text) if said else (f"HTTP {answer.status}", "")
            if optional and answer.status != 401:
                raise Unavailable(f"{label}: {code} {text[:120]}")
            raise account_refused(code, text)
        if said is not None:
            raise SapSays(said, label)
        if answer.status == 404:
            raise Unavailable(f"{label}: HTTP 404, no such service")
        # A bare refusal says as much as its number.
        raise lost(f"{label}: HTTP {answer.status}", write)

    # --- documents ----------------------------------------------------------------------------------------------------

    def v2(self, path: str, label: str, *, optional: bool = False, **params: str) -> list[Row]:
        """Rows of a V2 list, all pages. Raises SapSays, Unavailable, AccountProblem."""
        return self._pages(f"{V2}{path}", label, {"$format": "json", **_options(params)}, optional, _OF_V2)

    def v4(self, path: str, label: str, *, optional: bool = False, **params: str) -> list[Row]:
        """Rows of a V4 list, all pages. Raises as `v2`."""
        return self._pages(f"{V4}{path}", label, _options(params), optional, _OF_V4)

    def _pages(self, path: str, label: str, query: Mapping[str, str], optional: bool, shape: _Shape) -> list[Row]:
        address = self.line.address(path)
        found: list[Row] = []
        for _ in range(MOST_PAGES):
            rows, more = _page(self._document(address, label, query, optional), shape, label)
            found += rows
            if not more:
                return found
            address, query = self.next_page(address, more, label), {}
        raise Unavailable(f"{label}: more than {MOST_PAGES} pages")

    def next_page(self, address: str, link: str, label: str) -> str:
        """Where the list at this address goes on, as its answer says. Raises Unavailable for a link out of its service:
        our sign-in goes with the call."""
        found = self.line.by_the_front_door(urljoin(address, link)) or ""
        service, path = (unquote(urlsplit(each).path) for each in (urljoin(address, "."), found))
        if not path.startswith(service) or ".." in path.split("/"):
            raise Unavailable(f"{label}: a page at another address")
        return found

    def _document(self, path: str, label: str, params: Mapping[str, str], optional: bool) -> Any:
        answer = self.call("GET", path, label, params=params, optional=optional)
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise Unavailable(f"{label}: an answer that is no JSON") from error


def _options(params: Mapping[str, str]) -> dict[str, str]:
    return {f"${name}": value for name, value in params.items() if value}


def _page(data: Any, shape: _Shape, label: str) -> tuple[list[Row], str]:
    """Rows, and the link to the next page ("" = this is the last). Raises Unavailable for anything else than a list of
    objects: an odd answer proves nothing."""
    held = data.get(shape.inside) if shape.inside and isinstance(data, Mapping) else data
    rows = held.get(shape.rows) if isinstance(held, Mapping) else None
    if not isinstance(held, Mapping) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unavailable(f"{label}: an answer without rows")
    return rows, str(held.get(shape.more) or "")
