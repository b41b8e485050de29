"""The same promises over TLS, where the socket belongs to another layer."""

import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from b24app.wire.errors import NotSent, OutcomeUnknown, Why
from b24app.wire.http import Http
from tests.unit.wire.conftest import Peer, Records, answer, call_to
from tests.unit.wire.test_http import drip, reset, say


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "peer.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls_peer(certificate: Path) -> Iterator[Callable[..., Peer]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made: list[Peer] = []

    def make(behaviour: object) -> Peer:
        made.append(Peer(behaviour, context))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for peer in made:
        peer.close()


@pytest.fixture
def trusting(wire: Callable[..., Http], certificate: Path) -> Callable[[Peer], Http]:
    def make(peer: Peer) -> Http:
        return wire(peer.url).trusting(certificate.read_text().partition("-----END PRIVATE KEY-----")[2])

    return make


def test_an_answer(tls_peer: Callable[..., Peer], trusting: Callable[[Peer], Http]) -> None:
    peer = tls_peer(say(answer()))
    http = trusting(peer)
    assert [http.send(call_to(peer.url)).status for _ in range(2)] == [200, 200]
    assert peer.connections == 1


def test_a_certificate_nobody_vouches_for_gets_nothing(
    tls_peer: Callable[..., Peer], wire: Callable[..., Http], records: Records
) -> None:
    peer = tls_peer(say(answer()))
    with pytest.raises(NotSent) as caught:
        wire(peer.url).send(call_to(peer.url))
    assert (caught.value.why, peer.requests, records.last.outcome) == (Why.TLS, [], "not_sent")


def test_the_total_limit_holds(tls_peer: Callable[..., Peer], trusting: Callable[[Peer], Http]) -> None:
    peer = tls_peer(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x"))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        trusting(peer).send(call_to(peer.url, total_s=0.5))
    assert caught.value.why is Why.TOTAL_LIMIT
    assert time.monotonic() - began < 5


def test_a_reset_leaves_the_outcome_unknown(tls_peer: Callable[..., Peer], trusting: Callable[[Peer], Http]) -> None:
    peer = tls_peer(reset)
    with pytest.raises(OutcomeUnknown):
        trusting(peer).send(call_to(peer.url))
