"""The page session: a signed, short-lived token in the `Authorization` header (no cookie, no storage).

Bound to portal, user, placement and entity. Each answer renews it, but never past `PROOF_LIFE` since the person last
proved who they are with a
Bitrix24 key: a person who lost access to the deal loses the tab within the hour.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from b24app.frames.errors import ErrorCode, PageError
from b24app.store.audit import Author

TOKEN_LIFE = timedelta(minutes=15)
PROOF_LIFE = timedelta(minutes=60)  # as long as the Bitrix24 key that proved it (contracts: access token 3600 s)
RENEWABLE = timedelta(hours=24)  # an expired token still says what a fresh key must prove


@dataclass(frozen=True, slots=True)
class PageSession:
    """Who looks at what. Times are whole seconds since the epoch (they travel in JSON)."""

    portal_id: int
    user_id: int
    placement: str
    entity_id: int
    lang: str
    zone: str  # IANA name of the clock the person reads, e.g. "Europe/Moscow"
    origin: str  # of the portal's page, e.g. "https://acme.bitrix24.ru": goes into frame-ancestors
    admin: bool
    name: str  # how the person is called in the history
    proven_at: int
    expires_at: int
    departments: tuple[int, ...] = ()  # of the company's structure, as far as the portal tells them

    def __post_init__(self) -> None:
        object.__setattr__(self, "departments", tuple(self.departments))  # JSON brings a list

    @property
    def author(self) -> Author:
        """Who this is in the audit."""
        return Author(self.user_id, self.name)


class SessionSigner:
    """Writes and reads tokens. `secrets`: newest first, so that a key can be changed without throwing people out."""

    def __init__(self, secrets: list[str]) -> None:
        self._secrets = list(reversed(secrets))
        # itsdangerous signs with the last key of the list and accepts all.
        self._serializer = URLSafeSerializer(
            list(reversed(secrets)), salt="waybill.page.1", signer_kwargs={"digest_method": hashlib.sha256}
        )

    @property
    def secrets(self) -> list[str]:
        """Newest first, for what else is signed with them (`frames.public_links`)."""
        return list(reversed(self._secrets))

    def write(self, session: PageSession) -> str:
        return str(self._serializer.dumps(asdict(session)))

    def read(self, token: str, now: datetime) -> PageSession:
        """The session of a live token. Raises PageError(SESSION_MISSING | SESSION_FORGED | SESSION_EXPIRED)."""
        session = self._load(token)
        if now.timestamp() >= session.expires_at:
            raise PageError(ErrorCode.SESSION_EXPIRED)
        return session

    def read_for_renewal(self, token: str, now: datetime) -> PageSession:
        """Like `read`, but a token that ran out within the last day is good enough to say what must be proven again."""
        session = self._load(token)
        if now.timestamp() >= session.expires_at + RENEWABLE.total_seconds():
            raise PageError(ErrorCode.SESSION_FORGED, "expired for too long")
        return session

    def seal(self, salt: str, data: dict[str, int]) -> str:
        """A signed text for an address; what it is good for is said by `salt`."""
        return str(self._sealer(salt).dumps(data))

    def unseal(self, salt: str, text: str) -> dict[str, int]:
        """Raises PageError(OUT_OF_DATE) for one that is not ours."""
        try:
            return dict(self._sealer(salt).loads(text))
        except (BadSignature, TypeError, ValueError) as error:
            raise PageError(ErrorCode.OUT_OF_DATE, str(error)) from error

    def _sealer(self, salt: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secrets, salt=salt, signer_kwargs={"digest_method": hashlib.sha256})

    def _load(self, token: str) -> PageSession:
        if not token:
            raise PageError(ErrorCode.SESSION_MISSING)
        try:
            return PageSession(**self._serializer.loads(token))
        except (BadSignature, TypeError) as error:
            raise PageError(ErrorCode.SESSION_FORGED, str(error)) from error


def prove(session: PageSession, now: datetime) -> PageSession:
    """The session as of a fresh proof."""
    return _extend(replace(session, proven_at=int(now.timestamp())), now)


def renew(session: PageSession, now: datetime) -> PageSession:
    """The session extended by one life, not past the proof's."""
    return _extend(session, now)


def _extend(session: PageSession, now: datetime) -> PageSession:
    wanted = int((now + TOKEN_LIFE).timestamp())
    last = session.proven_at + int(PROOF_LIFE.total_seconds())
    return replace(session, expires_at=min(wanted, last))


def bearer(header: str) -> str:
    """The token of an `Authorization: Bearer …` header, or an empty string."""
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def header_json(token: str) -> str:
    """What goes into `hx-headers` of the page's body."""
    return json.dumps({"Authorization": f"Bearer {token}"})
