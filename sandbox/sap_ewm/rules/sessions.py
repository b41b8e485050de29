"""Who is calling (§2): Basic or a bearer token, the client, and the CSRF token that belongs to a session's cookie."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.sap_ewm.errors import CsrfRequired
from sandbox.sap_ewm.model import USERS, User

if TYPE_CHECKING:
    from sandbox.sap_ewm.core import Sap

CLIENT = "100"
COOKIE = f"SAP_SESSIONID_S4H_{CLIENT}"


class NotSignedIn(Exception):  # noqa: N818 - answered as 401
    pass


@dataclass(slots=True)
class Session:
    """Of one user; ends when nobody used it for a while."""

    user: str
    token: str
    at: float


@dataclass(slots=True)
class Token:
    user: str
    ends: float


def user_of(sap: Sap, header: str | None, client: str) -> User:
    """Raises NotSignedIn."""
    kind, _, given = (header or "").partition(" ")
    found = None
    if kind.lower() == "basic":
        found = _basic(given)
    elif kind.lower() == "bearer":
        token = sap.tokens.get(given)
        if token and token.ends > sap.time():
            found = next(user for user in USERS if user.name == token.user)
    if found is None or client not in ("", found.client):
        raise NotSignedIn
    return found


def _basic(given: str) -> User | None:
    name, secret = pair(given)
    # SAP keeps user names in capitals and takes any case.
    return next((user for user in USERS if user.name == name.upper() and _same(user.password, secret)), None)


def pair(given: str) -> tuple[str, str]:
    """User and password of a Basic header; two empty ones for nonsense."""
    try:
        name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def issue(sap: Sap, name: str, secret: str) -> str | None:
    """An access token for client credentials; None = wrong ones."""
    found = next((each for each in USERS if each.client_id == name and _same(each.client_secret, secret)), None)
    if found is None or not name:
        return None
    token = secrets.token_urlsafe(24)
    sap.tokens[token] = Token(found.name, sap.time() + sap.switches.token_seconds)
    sap.note("token.issued", name)
    return token


def fetch(sap: Sap, user: User, cookie: str) -> tuple[str, Session]:
    """The caller's session (a new one without a living one) and its id."""
    session = _living(sap, user, cookie)
    if session is None:
        cookie = secrets.token_urlsafe(16)
        session = sap.sessions[cookie] = Session(user.name, secrets.token_urlsafe(16) + "==", sap.time())
    session.at = sap.time()
    return cookie, session


def check(sap: Sap, user: User, cookie: str, token: str) -> None:
    """Raises CsrfRequired: no token, a stale one, one without its cookie or of another session."""
    session = _living(sap, user, cookie)
    if session is None or not _same(session.token, token):
        raise CsrfRequired
    session.at = sap.time()


def _living(sap: Sap, user: User, cookie: str) -> Session | None:
    found = sap.sessions.get(cookie)
    if found is None or found.user != user.name or found.at + sap.switches.session_seconds <= sap.time():
        return None
    return found


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
