"""The SSRF guard: https to public addresses only, except origins that the settings name exactly."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from b24app.wire.errors import NotSent, Why
from b24app.wire.ranges import BAD_PORTS, is_never, is_public, read

__all__ = ["Guard", "Private", "Resolver", "Rule", "is_public", "resolve"]

Resolver = Callable[[str, int], list[str]]
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_HERE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "169.254.169.254"})  # noqa: S104 - refused, not served
#: A network of more addresses than these is no list of portals.
_WIDEST = {4: 8, 6: 32}


class Rule(StrEnum):
    """Why an address must not be called. Values are keys of the `form.url_*` words."""

    UNREADABLE = "unreadable"
    USER = "user"
    HTTPS = "https"
    PORT = "port"
    ODD = "odd"
    PRIVATE = "private"
    NEVER = "never"


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host, in the order the system prefers. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Private:
    """What the operator lets be called although it is not public: hosts (`b24.firm.local`) and networks (`10.2.0.0/16`)
    by https, and exact origins (`http://b24.firm.local:8080`) also by http. Raises ValueError for anything else.

    None of them may lead to this machine, its link or a cloud's secrets (`is_never`)."""

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
        try:
            found = [read(address) for address in addresses]
        except ValueError:  # 127.1, 0x7f000001: odd ways of writing an address are nobody's portal
            return False
        if not found or any(is_never(ip) for ip in found):
            return False
        return host in self._hosts or all(any(ip in network for network in self._networks) for ip in found)

    def origin_may(self, host: str, addresses: Iterable[str]) -> bool:
        """Whether the host of a named origin may have these addresses. One that is itself written as an address may."""
        try:
            return not any(is_never(read(address)) for address in addresses if address != host)
        except ValueError:
            return False

    def dangerous(self) -> list[str]:
        """Entries that lead to this machine itself or to a cloud's secrets: never a portal."""
        found = [
            str(network)
            for network in self._networks
            if network.is_loopback or network.is_link_local or is_never(network[0])
        ]
        found += [str(network) for network in self._networks if network.prefixlen < _WIDEST[network.version]]
        named = [*self._hosts, *(host for _, host, _ in self.origins)]
        return found + [name for name in named if name in _HERE or name.endswith(".localhost") or _never_named(name)]


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
        if rule := self.refusal(url):
            raise NotSent(Why.GUARD, _SAID[rule].format(host=_shown(url)))

    def refusal(self, url: str) -> Rule | None:
        """The rule that an address breaks, as far as it can be told without looking anything up; None = it breaks none
        (its name may still lead to an address that `addresses` refuses)."""
        try:
            scheme, host, port = _origin(url)
        except ValueError:
            return Rule.UNREADABLE
        if "@" in urlsplit(url).netloc:
            return Rule.USER
        if (scheme, host, port) in self._allowed:
            return None
        if scheme != "https":
            return Rule.HTTPS
        if port in BAD_PORTS:
            return Rule.PORT
        if _looks_like_ip(host) and not is_public(host) and not self._private.has(host, [host]):
            return _why_not(host)
        return None

    def addresses(self, scheme: str, host: str, port: int) -> list[str]:
        """The addresses a connection may be made to, checked; the connection must use one of these and look up no more.

        Raises NotSent (dns, guard). One address that is not public spoils the whole name: somebody is playing with it.
        """
        try:
            found = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise NotSent(Why.DNS, f"{host} is not found") from error
        origin = (scheme, host.lower(), port)
        if origin in self._allowed and (
            origin not in self._private.origins or self._private.origin_may(host.lower(), found)
        ):
            return found
        if scheme == "https" and found and self._private.has(host.lower(), found):
            return found
        if not found or not all(is_public(address) for address in found):
            raise NotSent(Why.GUARD, f"{host} leads to an address that is not public")
        return found


_SAID = {
    Rule.UNREADABLE: "unreadable address",
    Rule.USER: "an address may not carry a user",
    Rule.HTTPS: "only https may be called, not {host}",
    Rule.PORT: "{host} is a port of another service",
    Rule.ODD: "{host} is not a public address, as far as it is one",
    Rule.PRIVATE: "{host} is not a public address",
    Rule.NEVER: "{host} is not a public address and never will be called",
}


def _shown(url: str) -> str:
    """Scheme, host and port, as far as they can be read."""
    try:
        scheme, host, port = _origin(url)
    except ValueError:
        return ""
    return f"{scheme}://{host}:{port}"


def _never_named(host: str) -> bool:
    return _why_not(host) is Rule.NEVER


def _why_not(host: str) -> Rule:
    try:
        return Rule.NEVER if is_never(read(host)) else Rule.PRIVATE
    except ValueError:
        return Rule.ODD


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry)
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"not an http address: {scheme}")
    port = _PORTS[scheme] if parts.port is None else parts.port
    if port == 0:
        raise ValueError("nobody listens on port 0")
    return scheme, parts.hostname.lower().rstrip("."), port


def _looks_like_ip(host: str) -> bool:
    """Also the odd forms that resolvers accept: 127.1, 0x7f000001, 2130706433, [::1]."""
    if ":" in host:
        return True
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")
