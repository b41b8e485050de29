"""A small threaded WSGI server: HTTP/1.1 keep-alive, one thread a connection, connections that can be broken off.

A thread a connection means that a hanging call never blocks another. An application (or a middleware) raises
``BreakConnection`` to have the connection reset without any answer.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import struct
import sys
import threading
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

log = logging.getLogger("sandbox.server")

_MAX_BODY = 64 * 1024 * 1024
_BACKLOG = 512


class BreakConnection(BaseException):
    """Close this connection at once, with a reset and without an HTTP answer.

    A BaseException, so that no error handler of a web framework turns it into an answer.
    """


class _RequestError(ValueError):
    pass


class Server:
    """A running server; ``stop`` closes the listener and every open connection."""

    def __init__(self, app: WSGIApplication, host: str, port: int) -> None:
        self._app = app
        self._listener = socket.create_server((host, port), backlog=_BACKLOG, reuse_port=False)
        self.host, self.port = self._listener.getsockname()[:2]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False
        self._acceptor = threading.Thread(target=self._accept, name=f"sandbox:{self.port}", daemon=True)
        self._acceptor.start()

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def stop(self) -> None:
        self._stopping = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._acceptor.join(2.0)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection, peer[0]), daemon=True).start()

    def _serve(self, connection: socket.socket, peer: str) -> None:
        try:
            with connection, connection.makefile("rb") as reader:
                while self._one(connection, reader, peer):
                    pass
        except BreakConnection:
            _reset(connection)
        except (OSError, _RequestError) as problem:
            log.debug("connection from %s ended: %s", peer, problem)
        finally:
            with self._lock:
                self._open.discard(connection)

    def _one(self, connection: socket.socket, reader: io.BufferedReader, peer: str) -> bool:
        environ = _read_request(connection, reader, peer, self.host, self.port)
        if environ is None:
            return False
        keep_alive = bool(environ.pop("sandbox.keep_alive"))
        try:
            head, body = _run(self._app, environ, keep_alive)
        except BreakConnection:
            # Reset here, while the descriptor is still open: afterwards only a clean close would be possible.
            _reset(connection)
            return False
        connection.sendall(head if environ["REQUEST_METHOD"] == "HEAD" else head + body)
        return keep_alive and not self._stopping


def serve(app: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Serve ``app``; port 0 takes a free one."""
    return Server(app, host, port)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # close() alone would only drop one reference while makefile holds another; detach closes the descriptor.
        socket.close(connection.detach())


def _read_request(
    connection: socket.socket, reader: io.BufferedReader, peer: str, host: str, port: int
) -> dict[str, Any] | None:
    line = reader.readline(65536)
    if not line.strip():
        return None
    try:
        method, target, version = line.decode("latin-1").split()
    except ValueError:
        raise _RequestError("bad request line") from None
    headers = _read_headers(reader)
    if headers.get("HTTP_EXPECT", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _read_body(reader, headers)
    if target.startswith(("http://", "https://")):
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    path, _, query = target.partition("?")
    closing = headers.get("HTTP_CONNECTION", "").lower() == "close" or version == "HTTP/1.0"
    return headers | {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "RAW_URI": target,
        "REQUEST_URI": target,
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": version,
        "REMOTE_ADDR": peer,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "sandbox.keep_alive": not closing,
    }


def _read_headers(reader: io.BufferedReader) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    while True:
        line = reader.readline(65536)
        if line in (b"\r\n", b"\n"):
            return headers
        if not line:
            raise _RequestError("headers broke off")
        name, _, value = line.decode("latin-1").partition(":")
        key = name.strip().upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        text = value.strip()
        headers[key] = f"{headers[key]},{text}" if key in headers else text


def _read_body(reader: io.BufferedReader, headers: dict[str, Any]) -> bytes:
    if headers.pop("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        return _read_chunks(reader)
    try:
        length = int(headers.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise _RequestError("bad content-length") from None
    if not 0 <= length <= _MAX_BODY:
        raise _RequestError("body too large")
    body = reader.read(length) if length else b""
    if len(body) < length:
        raise _RequestError("body broke off")
    return body


def _read_chunks(reader: io.BufferedReader) -> bytes:
    parts: list[bytes] = []
    while size := int(reader.readline(1024).split(b";")[0] or b"0", 16):
        parts.append(reader.read(size))
        reader.readline()
    while reader.readline().strip():
        pass
    return b"".join(parts)


def _run(app: WSGIApplication, environ: dict[str, Any], keep_alive: bool) -> tuple[bytes, bytes]:
    answer: list[Any] = ["500 Internal Server Error", []]
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Any:
        answer[:] = [status, headers]
        return written.append

    try:
        result = app(environ, start_response)
        try:
            body = b"".join(written) + b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
    except Exception:  # the last line of defence: a bug of an emulator is answered, logged and never silent
        log.exception("an emulated system failed on %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        answer[:] = ["500 Internal Server Error", [("Content-Type", "text/plain")]]
        body = b"sandbox bug: see its log"
    return _head(answer[0], answer[1], body, keep_alive), body


def _head(status: str, headers: list[tuple[str, str]], body: bytes, keep_alive: bool) -> bytes:
    lines = [f"HTTP/1.1 {status}"]
    has_length = False
    for name, value in headers:
        lowered = name.lower()
        if lowered == "connection":
            continue
        has_length = has_length or lowered == "content-length"
        lines.append(f"{name}: {value}")
    if not has_length and not status.startswith(str(int(HTTPStatus.NO_CONTENT))):
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: keep-alive" if keep_alive else "Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
