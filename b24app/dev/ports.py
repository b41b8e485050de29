"""Loopback ports: find free ones, and wait until something answers."""

import contextlib
import fcntl
import http.client
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
POLL_SECONDS = 0.02
#: Below what the system itself hands out (`_handed_out_from`), so many ports are ours to choose from.
OURS = 12_000
LEAST = 10_000
_HANDED_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")


class NotReadyError(RuntimeError):
    """Nothing answered in time, or what should answer has ended."""


def free_ports(count: int, host: str = LOOPBACK) -> list[int]:
    """`count` different ports that are free, and stay so until they are bound, seconds later perhaps, and again by
    whoever is killed and started anew.

    The system gives none of them to somebody who binds port 0 or connects, as it would one of its own that was free a
    moment ago: what came to the address then went to a stranger, who answered. Each is chosen once in `OURS` choices
    on this machine, whichever process asks.
    """
    top = _handed_out_from()
    with _counter() as file:
        said = file.read(20).strip()
        first = int(said) if said.isdigit() else os.getpid()
        found: list[int] = []
        for number in range(first, first + OURS):
            port = top - 1 - number % OURS
            if _is_free(port, host):
                found.append(port)
            if len(found) == count:
                file.seek(0)
                file.truncate()
                file.write(str(number + 1))
                return found
    raise NotReadyError(f"not {count} of the ports {top - OURS} to {top - 1} are free")


def _handed_out_from() -> int:
    """The first port that the system hands out by itself (IANA's 49152 where it does not say)."""
    first = 49_152
    with contextlib.suppress(OSError, ValueError):
        first = int(_HANDED_OUT.read_text("ascii").split()[0])
    return max(first, LEAST + OURS)


@contextlib.contextmanager
def _counter() -> Iterator[TextIO]:
    """The number that any process of this user chooses next; nobody else reads or writes it meanwhile."""
    path = Path(tempfile.gettempdir()) / f"waybill-ports-{os.getuid()}"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _is_free(port: int, host: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        try:
            sock.bind((host, port))
        except OSError:
            return False
    return True


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
    """Whether a GET of a plain-http loopback `url` brings 2xx: who sends us elsewhere is not whom we wait for."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or LOOPBACK, parts.port or 80, timeout=timeout)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("GET", path)
        return connection.getresponse().status // 100 == 2
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
