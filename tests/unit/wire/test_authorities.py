"""Real TLS to servers of private authorities: trusted by the calls of the account that brought the authority, by no
others, and never without a look at the certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from requests.adapters import HTTPAdapter

from b24app.wire.errors import NotSent, Why
from b24app.wire.guard import Guard
from b24app.wire.http import Http
from b24app.wire.sessions import MOST, Sessions
from tests.certificates import DAY, Authority
from tests.unit.wire.conftest import Peer, answer, call_to
from tests.unit.wire.test_http import say

Serve = Callable[..., Peer]


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority.new("Лён и Хвоя Root CA")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    made: list[Peer] = []

    def start(by: Authority, *hosts: str, until: datetime | None = None) -> Peer:
        made.append(Peer(say(answer()), by.server(tmp_path, *(hosts or ("127.0.0.1",)), until=until)))
        return made[-1]

    yield start
    for peer in made:
        peer.close()


def refused(http: Http, url: str) -> bool:
    with pytest.raises(NotSent) as caught:
        http.send(call_to(url))
    return caught.value.why is Why.TLS


def test_an_accounts_own_authority_is_trusted_by_its_calls_alone(
    root: Authority, serve: Serve, wire: Callable[..., Http]
) -> None:
    peer, other = serve(root), Authority.new("Somebody else's CA")
    http = wire(peer.url)
    own = http.trusting(root.pem)
    assert own.send(call_to(peer.url)).status == 200
    assert refused(http, peer.url)
    assert refused(http.trusting(other.pem), peer.url)
    assert own.send(call_to(peer.url)).status == 200
    assert peer.connections == 3
    assert len(peer.requests) == 2


def test_the_issuing_authority_is_enough(root: Authority, serve: Serve, wire: Callable[..., Http]) -> None:
    issuing = Authority.new("Лён и Хвоя Issuing CA", issuer=root)
    peer = serve(issuing)
    assert wire(peer.url).trusting(issuing.pem).send(call_to(peer.url)).status == 200


def test_a_bundle_of_authorities(root: Authority, serve: Serve, wire: Callable[..., Http]) -> None:
    peer, other = serve(root), Authority.new("Somebody else's CA")
    assert wire(peer.url).trusting(other.pem + root.pem).send(call_to(peer.url)).status == 200


def test_another_name_and_an_old_certificate_are_refused_all_the_same(
    root: Authority, serve: Serve, wire: Callable[..., Http]
) -> None:
    strange, old = serve(root, "1c.firma.local"), serve(root, until=datetime.now(UTC) - DAY)
    http = wire(strange.url, old.url).trusting(root.pem)
    assert refused(http, strange.url)
    assert refused(http, old.url)
    assert strange.requests + old.requests == []


def test_an_authority_that_is_over_vouches_for_nobody(serve: Serve, wire: Callable[..., Http]) -> None:
    over = Authority.new("Old CA", until=datetime.now(UTC) - DAY)
    peer = serve(over)
    assert refused(wire(peer.url).trusting(over.pem), peer.url)


def test_the_guard_stays(root: Authority, serve: Serve, wire: Callable[..., Http]) -> None:
    peer = serve(root)
    with pytest.raises(NotSent) as caught:
        wire().trusting(root.pem).send(call_to(peer.url))
    assert caught.value.why is Why.GUARD
    assert peer.connections == 0


@pytest.mark.parametrize("text", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_text_without_an_authority_is_no_door(text: str, wire: Callable[..., Http]) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        wire().trusting(text)


def test_nothing_to_trust_is_the_door_itself(wire: Callable[..., Http]) -> None:
    http = wire()
    assert http.trusting("") is http


def test_connections_are_kept_by_what_is_trusted_and_not_for_ever(root: Authority) -> None:
    kept, made = Sessions(Guard(), 1, 1), []
    first = kept.of(root.pem)
    assert kept.of(root.pem) is first
    for n in range(MOST):
        made.append(kept.of(f"# {n}\n{root.pem}"))
        assert kept.of(root.pem) is first  # used just now
    assert kept.of(f"# 0\n{root.pem}") is not made[0]
    kept.close()


def test_certificates_and_names_are_always_looked_at(root: Authority) -> None:
    session = Sessions(Guard(), 1, 1).of(root.pem)
    adapter = session.get_adapter("https://x")
    assert isinstance(adapter, HTTPAdapter)
    context = adapter.poolmanager.connection_pool_kw["ssl_context"]
    assert (context.verify_mode, context.check_hostname, session.verify) == (ssl.CERT_REQUIRED, True, True)
