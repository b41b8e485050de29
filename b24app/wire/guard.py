"""The SSRF guard: https to public addresses only, except origins that the settings name exactly."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from b24app.wire.errors import NotSent, Why

Resolver = Callable[[str, int], list[str]]
_PORTS = {"http": 80, "https": 443}
#: IPv6 ranges that carry an IPv4 address: each could lead inside through a gateway.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_HERE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "169.254.169.254"})  # noqa: S104 - refused, not served
#: A network of more addresses than these is no list of portals.
_WIDEST = {4: 8, 6: 32}


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host, in the order the system prefers. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address may be called without being named in the settings."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour is not None or ip.teredo is not None or ip in _NAT64:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Private:
    """What the operator lets be called although it is not public: hosts (`b24.firm.local`) and networks (`10.2.0.0/16`)
    by https, and exact origins (`http://b24.firm.local:8080`) also by http. Raises ValueError for anything else."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self.origins: frozenset[tuple[str, str, int]] = frozenset()
        self._hosts: set[str] = set()
        self._networks: list[Network] = []
        for entry in entries:
            self._add(entry.strip().lower())

    def _add(self, entry: str) -> None:
        if "://" in entry:
            self.origins |= {_origin(entry)}
        elif network := _network(entry):
            self._networks.append(network)
        elif _HOST.fullmatch(entry):
            self._hosts.add(entry)
        else:
            raise ValueError(f"{entry!r} is neither a host, a network such as 10.2.0.0/16, nor an origin")

    def has(self, host: str, addresses: Iterable[str]) -> bool:
        """Whether a host with these addresses may be called."""
        if host in self._hosts:
            return True
        try:
            found = [_ip(address) for address in addresses]
        except ValueError:  # 127.1, 0x7f000001: odd ways of writing an address are nobody's portal
            return False
        return all(any(ip in network for network in self._networks) for ip in found)

    def dangerous(self) -> list[str]:
        """Entries that lead to this machine itself or to a cloud's secrets: never a portal."""
        found = [str(network) for network in self._networks if network.is_loopback or network.is_link_local]
        found += [str(network) for network in self._networks if network.prefixlen < _WIDEST[network.version]]
        named = [*self._hosts, *(host for _, host, _ in self.origins)]
        return found + [name for name in named if name in _HERE or name.endswith(".localhost")]


class Guard:
    """Decides about origins and addresses. `allowed_origins`: exact `scheme://host:port` of demo and tests; `private`:
    portals of a production's own network (see `Private`)."""

    def __init__(
        self, allowed_origins: Iterable[str] = (), resolver: Resolver = resolve, private: Private | None = None
    ) -> None:
        self._private = private or Private()
        self._allowed = frozenset(_origin(url) for url in allowed_origins) | self._private.origins
        self._resolver = resolver

    def check_url(self, url: str) -> None:
        """Raises NotSent (guard) for an address that must not be called, before anything is looked up."""
        try:
            scheme, host, port = _origin(url)
        except ValueError as error:
            raise NotSent(Why.GUARD, "unreadable address") from error
        if (scheme, host, port) in self._allowed:
            return
        if scheme != "https":
            raise NotSent(Why.GUARD, f"only https may be called, not {scheme}://{host}:{port}")
        if "@" in urlsplit(url).netloc:
            raise NotSent(Why.GUARD, "an address may not carry a user")
        if _looks_like_ip(host) and not is_public(host) and not self._private.has(host, [host]):
            raise NotSent(Why.GUARD, f"{host} is not a public address")

    def addresses(self, scheme: str, host: str, port: int) -> list[str]:
        """The addresses a connection may be made to, checked; the connection must use one of these and look up no more.

        Raises NotSent (dns, guard). One address that is not public spoils the whole name: somebody is playing with it.
        """
        try:
            found = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise NotSent(Why.DNS, f"{host} is not found") from error
        if (scheme, host.lower(), port) in self._allowed:
            return found
        if scheme == "https" and found and self._private.has(host.lower(), found):
            return found
        if not found or not all(is_public(address) for address in found):
            raise NotSent(Why.GUARD, f"{host} leads to an address that is not public")
        return found


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry)
    except ValueError:
        return None


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(address.partition("%")[0].strip("[]"))


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"not an http address: {scheme}")
    return scheme, parts.hostname.lower().rstrip("."), parts.port or _PORTS[scheme]


def _looks_like_ip(host: str) -> bool:
    """Also the odd forms that resolvers accept: 127.1, 0x7f000001, 2130706433, [::1]."""
    if ":" in host:
        return True
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")
