"""Network settings for clients that know only the vendors' names: TLS, certificates, and names that lead to loopback.

`b24pysdk` and `cdek` call https://oauth.bitrix24.tech, https://<portal>/rest and https://api.cdek.ru, and none of it
can be set. Nothing of theirs is patched: `urllib3` opens their TLS connections to the sandbox instead, whose plain HTTP
stands behind a TLS front with a certificate for those names. A name that is not listed cannot be reached at all.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NameResolutionError

Address = tuple[str, int]
CHUNK = 65536


def write_certificate(path: Path, names: Iterable[str]) -> Path:
    """A self-signed certificate for `names` and 127.0.0.1 with its key, in one PEM file; it is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fidelity")])
    now = datetime.now(UTC)
    known: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    known.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


class TlsFront:
    """Takes TLS off and passes the bytes on to `target`, both ways, unread."""

    def __init__(self, target: Address, certificate: Path) -> None:
        self._target = target
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: Address = self._listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # A blocked accept() does not notice close() alone.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        """One exchange of bytes at a time suffices: HTTP/1.1 without pipelining asks, then listens."""
        with contextlib.suppress(OSError), connection:
            secured = self._context.wrap_socket(connection, server_side=True)
            with secured, socket.create_connection(self._target) as plain:
                back = threading.Thread(target=_pump, args=(plain, secured), daemon=True)
                back.start()
                _pump(secured, plain)
                back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def origin_of(url: str) -> Address:
    """Host and port of a base URL of the sandbox."""
    parts = urlsplit(url)
    return str(parts.hostname), int(parts.port or 80)


@contextlib.contextmanager
def leading(routes: Mapping[Address, str], certificate: Path) -> Iterator[None]:
    """While it lasts, TLS connections to each (name, port) of `routes` reach that plain base URL, others fail."""
    fronts = {name: TlsFront(origin_of(url), certificate) for name, url in routes.items()}

    def connect(connection: HTTPSConnection) -> socket.socket:
        front = fronts.get((connection.host, int(connection.port or 443)))
        if front is None:
            raise NameResolutionError(connection.host, connection, socket.gaierror("not a name of the sandbox"))
        return socket.create_connection(front.address, timeout=10)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        patch.setenv("NO_PROXY", "*")
        patch.setattr(HTTPSConnection, "_new_conn", connect)
        try:
            yield
        finally:
            for front in fronts.values():
                front.close()
