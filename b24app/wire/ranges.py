"""Which IP addresses are public, and which must never be called, whoever allowed their name. Pure.

The registries change and the standard library follows late (3.11 takes NAT64's own prefixes for global ones): what is
not routed in the Internet is refused by where it lies, not by a list of what is bad.
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: What of IPv6 is routed in the Internet. NAT64, SIIT, unique local, site and link local lie outside.
_ROUTED = ipaddress.ip_network("2000::/3")
#: … and what in it carries an IPv4 address (Teredo, 6to4: a gateway could lead inside) or means nobody (ORCHID, books).
_NOT_ROUTED = tuple(map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
#: Interface ids of ISATAP: an IPv4 address follows.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
#: Where clouds answer their own machines, link-local or not: most of them, Alibaba, Azure, Oracle; AWS and GCP by IPv6.
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    )
)
_NEVER_V4 = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3")
_NEVER_V6 = ("::/64", "64:ff9b::/32", "fe80::/9", "ff00::/8")
_NEVER = tuple(map(ipaddress.ip_network, (*_NEVER_V4, *_NEVER_V6)))
#: Ports of other services (WHATWG Fetch, "bad port"): no web server is there, and who is there may obey what is sent.
BAD_PORTS = frozenset(
    (1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
     111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
     540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
     6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211)
)  # fmt: skip


def read(address: str) -> Address:
    """Raises ValueError, also for odd ways of writing one (127.1, 0x7f000001, 0177.0.0.1): nobody's server is there."""
    return ipaddress.ip_address(address.partition("%")[0].strip("[]"))


def is_public(address: str) -> bool:
    """Whether an IP address may be called without being named in the settings."""
    try:
        ip = read(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _ROUTED or any(ip in network for network in _NOT_ROUTED) or (int(ip) >> 32) % 2**32 in _ISATAP:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or is_never(ip))


def is_never(ip: Address) -> bool:
    """This machine, its neighbours on the link, a cloud's secrets, everybody at once: not even a name that the operator
    allowed may lead there, for its owner may move it."""
    return ip in METADATA or any(ip.version == network.version and ip in network for network in _NEVER)
