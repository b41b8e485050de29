"""Connections of the wire: to checked addresses only, watched by the total limit, and honest about what has left.

urllib3 makes the connection and speaks HTTP; this adds three moments of ours: choosing the address, the first byte, and
leaving an idle connection that its server may be about to close.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from b24app.wire.errors import NotSent, Why
from b24app.wire.guard import Guard
from b24app.wire.watchdog import Exchange

#: A server may close a connection that idles; on an older one the request could be lost with an unknown outcome.
IDLE_MOST_S = 10.0


class Under(threading.local):
    """The exchange that this thread is in, and the last check before its first byte."""

    exchange: Exchange | None = None
    before_first_byte: Callable[[], None] | None = None


under = Under()


if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object


class _Watched(_Base):
    """What both kinds of connection add. `guard` is set on the classes made by `adapter_for`."""

    guard: Guard
    scheme: str
    _last_used = 0.0

    def _new_conn(self) -> socket.socket:
        error: OSError | None = None
        for address in self.guard.addresses(self.scheme, self.host, self.port):
            try:
                return self._connect_to(address)
            except TimeoutError as late:
                raise ConnectTimeoutError(self, f"{self.host} did not take the connection") from late
            except OSError as failed:
                error = failed
        raise NewConnectionError(self, f"{self.host}: {error}") from error

    def _connect_to(self, address: str) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        if under.exchange is not None:
            under.exchange.use(sock)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(_seconds(self.timeout))
            sock.connect((address, self.port))
        except BaseException:
            sock.close()
            raise
        self._last_used = time.monotonic()
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None and time.monotonic() - self._last_used > IDLE_MOST_S:
            self.close()
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        exchange = under.exchange
        if exchange is not None and not exchange.started:
            self._begin(exchange)
        self._last_used = time.monotonic()
        super().send(data)

    def _begin(self, exchange: Exchange) -> None:
        """Connected, nothing sent: the last moment at which a call can still be dropped without a trace."""
        if self.sock is None:
            self.connect()
        if self.sock is not None:
            exchange.use(self.sock)
        if under.before_first_byte is not None:
            under.before_first_byte()
        if exchange.expired:
            raise NotSent(Why.TOTAL_LIMIT, "connecting took the whole time")
        exchange.started = True


class PlainConnection(_Watched, HTTPConnection):
    scheme = "http"


class TlsConnection(_Watched, HTTPSConnection):
    scheme = "https"


def adapter_for(guard: Guard, pools: int, pool_size: int, context: ssl.SSLContext | None = None) -> HTTPAdapter:
    """A requests adapter whose every connection asks `guard`: never retries, keeps up to `pool_size` per origin.
    `context` trusts authorities besides the public ones, which requests adds."""
    plain = type("GuardedPlain", (PlainConnection,), {"guard": guard})
    tls = type("GuardedTls", (TlsConnection,), {"guard": guard})
    pool_classes = {
        "http": type("PlainPool", (urllib3.HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("TlsPool", (urllib3.HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }

    class GuardedAdapter(HTTPAdapter):
        def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
            super().init_poolmanager(connections, maxsize, block, ssl_context=context, **kwargs)
            self.poolmanager.pool_classes_by_scheme = pool_classes

    return GuardedAdapter(pool_connections=pools, pool_maxsize=pool_size, max_retries=0)


def _seconds(timeout: object) -> float | None:
    """A time-out as sockets take it; urllib3 passes seconds, None or its own mark for "default"."""
    return float(timeout) if isinstance(timeout, int | float) else None
