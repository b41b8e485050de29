"""Loopback ports: find free ones, and wait until something answers."""

import http.client
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
POLL_SECONDS = 0.02


class NotReadyError(RuntimeError):
    """Nothing answered in time, or what should answer has ended."""


def free_ports(count: int, host: str = LOOPBACK) -> list[int]:
    """`count` different ports that were free a moment ago; whoever binds one must still be ready to lose the race."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind((host, 0))
        return [int(sock.getsockname()[1]) for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def free_port(host: str = LOOPBACK) -> int:
    """One port that was free a moment ago."""
    return free_ports(1, host)[0]


def port_answers(port: int, host: str = LOOPBACK, timeout: float = 0.5) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except OSError:
        return False


def url_answers(url: str, timeout: float = 2.0) -> bool:
    """Whether a GET of a plain-http loopback `url` brings a status below 400."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or LOOPBACK, parts.port or 80, timeout=timeout)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(ready: Callable[[], bool], what: str, timeout: float, alive: Callable[[], bool] = lambda: True) -> float:
    """Poll `ready`; the seconds it took. Raises `NotReadyError` after `timeout`, or once `alive` turns false."""
    began = time.monotonic()
    while not ready():
        if not alive():
            raise NotReadyError(f"{what} ended before it was ready")
        if time.monotonic() - began > timeout:
            raise NotReadyError(f"{what} did not answer within {timeout:g} s")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began
