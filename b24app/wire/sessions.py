"""Sessions of requests by what they trust: one for the public authorities, one for each set of an account's own."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections import OrderedDict
from http.cookiejar import DefaultCookiePolicy

import requests
from urllib3.util.ssl_ import create_urllib3_context

from b24app.wire.connections import adapter_for
from b24app.wire.guard import Guard

#: Sets of authorities whose connections are kept; the one that was not used for longest goes first.
MOST = 128


class Sessions:
    """Safe to use from many threads."""

    def __init__(self, guard: Guard, pools: int, pool_size: int) -> None:
        self._guard = guard
        self._pools = pools
        self._pool_size = pool_size
        self._public = self._made(None)
        self._own: OrderedDict[str, requests.Session] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, authorities: str) -> requests.Session:
        """Trusts the public authorities, and these (PEM text). Raises ValueError for a text that holds none."""
        if not authorities:
            return self._public
        key = hashlib.sha256(authorities.encode()).hexdigest()
        with self._lock:
            found = self._own.pop(key, None) or self._made(_context(authorities))
            self._own[key] = found
            old = self._own.popitem(last=False)[1] if len(self._own) > MOST else None
        if old is not None:
            old.close()
        return found

    def close(self) -> None:
        with self._lock:
            sessions = [self._public, *self._own.values()]
            self._own.clear()
        for session in sessions:
            session.close()

    def _made(self, context: ssl.SSLContext | None) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # a proxy or .netrc of the machine would go round the guard
        # Tenants share a session, not cookies.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = adapter_for(self._guard, self._pools if context is None else 4, self._pool_size, context)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


def _context(authorities: str) -> ssl.SSLContext:
    """Certificate and name are checked as ever. Whoever has only the issuing authority at hand may trust that one; what
    RFC 5280 asks of an authority beyond its signature is not asked of a company's old one."""
    context = create_urllib3_context()
    try:
        context.load_verify_locations(cadata=authorities)
    except ssl.SSLError as error:
        raise ValueError("no certificate of an authority") from error
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
