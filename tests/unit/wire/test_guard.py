"""The SSRF guard: what may be called, and that the checked address is the one connected to."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from b24app.wire.errors import NotSent, Why
from b24app.wire.guard import Guard, Private, is_public
from b24app.wire.http import Http
from tests.unit.wire.conftest import call_to


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
        "2001:0:53aa:64c:0:fbff:5d0a:1", "nonsense",
    ],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example/rest/", "https://127.0.0.1/x", "https://[::1]/x", "https://2130706433/", "https://0x7f.1/",
        "https://10.0.0.7:8443/", "https://user:pass@portal.example/", "ftp://portal.example/", "https:///x", "file:///etc",
        "https://portal.example:99999/",
    ],
)  # fmt: skip
def test_refused_before_anything_is_looked_up(url: str) -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise AssertionError("looked up")

    with pytest.raises(NotSent) as caught:
        Guard(resolver=resolver).check_url(url)
    assert caught.value.why is Why.GUARD


def test_only_the_exact_origin_is_allowed() -> None:
    guard = Guard(["http://127.0.0.1:8701"])
    guard.check_url("http://127.0.0.1:8701/rest/x")
    for url in ("http://127.0.0.1:8702/", "https://127.0.0.1:8701/", "http://127.0.0.1/", "http://localhost:8701/"):
        with pytest.raises(NotSent):
            guard.check_url(url)


def test_one_private_address_spoils_the_name() -> None:
    guard = Guard(resolver=lambda _host, _port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(NotSent) as caught:
        guard.addresses("https", "portal.example", 443)
    assert caught.value.why is Why.GUARD


def test_a_name_that_is_not_found() -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(NotSent) as caught:
        Guard(resolver=resolver).addresses("https", "portal.example", 443)
    assert caught.value.why is Why.DNS


def test_the_connection_goes_to_the_checked_address_only(
    wire: Callable[..., Http], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves well once and badly the next moment gains nothing: nobody looks it up twice."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    tried: list[object] = []

    def connect(self: socket.socket, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    http = wire()
    http._guard._resolver = lambda _host, _port: next(answers)
    with pytest.raises(NotSent) as caught:
        http.send(call_to("https://portal.example/rest/"))
    assert (tried, caught.value.why) == ([("93.184.216.34", 443)], Why.CONNECT)
    with pytest.raises(NotSent) as caught:
        http.send(call_to("https://portal.example/rest/"))
    assert (len(tried), caught.value.why) == (1, Why.GUARD)


@pytest.mark.parametrize(
    ("entries", "url", "address", "reached"),
    [
        ((), "https://b24.firm.local/rest/x", "10.2.0.9", False),
        (("b24.firm.local",), "https://b24.firm.local/rest/x", "10.2.0.9", True),
        (("b24.firm.local",), "https://other.firm.local/rest/x", "10.2.0.9", False),
        (("b24.firm.local",), "http://b24.firm.local/rest/x", "10.2.0.9", False),
        (("http://b24.firm.local:8080",), "http://b24.firm.local:8080/rest/x", "10.2.0.9", True),
        (("http://b24.firm.local:8080",), "http://b24.firm.local:8081/rest/x", "10.2.0.9", False),
        (("10.2.0.0/16",), "https://b24.firm.local/rest/x", "10.2.0.9", True),
        (("10.2.0.0/16",), "https://b24.firm.local/rest/x", "10.3.0.9", False),
        (("10.2.0.0/16",), "https://10.2.0.9/rest/x", "10.2.0.9", True),
        (("10.2.0.0/16",), "https://0x0a.2.0.9/rest/x", "10.2.0.9", False),
    ],
)
def test_portals_on_private_addresses_need_the_operators_list(
    entries: tuple[str, ...], url: str, address: str, reached: bool
) -> None:
    guard = Guard(resolver=lambda *_: [address], private=Private(entries))
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]

    def reach() -> bool:
        try:
            guard.check_url(url)
            return guard.addresses(parts.scheme, parts.hostname or "", port) == [address]
        except NotSent as error:
            assert error.why is Why.GUARD
            return False

    assert reach() is reached


@pytest.mark.parametrize("entry", ["10.2.0.0/99", "b24 firm", "ftp://b24.firm.local", "*"])
def test_an_entry_that_says_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Private([entry])


def test_entries_that_are_no_portals_are_named() -> None:
    private = Private(["localhost", "127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/0", "10.2.0.0/16", "http://127.0.0.1:9"])
    assert set(private.dangerous()) == {"localhost", "127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/0", "127.0.0.1"}
