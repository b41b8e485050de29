"""Where no call may go, as a table: an address, what it is, what its name leads to, and which rule refuses it.

`docs/addresses.md` shows this table; `test_ssrf.py` types every address into a connection's form and sends a call to it
over the wire.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Refused when the connection is saved, at its field, by this rule (`form.url_*`); or, for a name that looks harmless,
#: when it is looked up: the test of the connection says so, and so does every call.
BY_NAME = "by its name"
PUBLIC = "93.184.216.34"


@dataclass(frozen=True)
class Row:
    """`answers`: what the name leads to, one tuple for each look-up; () = nothing may be looked up."""

    what: str
    url: str
    rule: str
    answers: tuple[tuple[str, ...], ...] = ()


def _to(what: str, *addresses: str) -> Row:
    """A name that leads there."""
    return Row(what, "https://1c.firma.example/base", BY_NAME, (addresses,))


REFUSED = (
    # This machine, its network, the link, the cloud.
    Row("loopback", "https://127.0.0.1/", "never"),
    Row("another loopback", "https://127.8.9.1:8443/", "never"),
    Row("loopback, IPv6", "https://[::1]/", "never"),
    Row("no address at all", "https://0.0.0.0/", "never"),
    Row("no address at all, IPv6", "https://[::]/", "never"),
    Row("private", "https://10.0.0.7/1c", "private"),
    Row("private", "https://172.16.4.1/", "private"),
    Row("private", "https://192.168.1.1:8443/", "private"),
    Row("shared by a provider's customers", "https://100.64.0.1/", "private"),
    Row("private, IPv6", "https://[fd12:3456::1]/", "private"),
    Row("link-local", "https://169.254.7.7/", "never"),
    Row("link-local, IPv6", "https://[fe80::1]/", "never"),
    Row("link-local with its interface", "https://[fe80::1%25eth0]/", "never"),
    Row("site-local of old", "https://[fec0::1]/", "never"),
    Row("metadata of most clouds", "https://169.254.169.254/latest/meta-data", "never"),
    Row("metadata, Alibaba", "https://100.100.100.200/", "never"),
    Row("metadata, Azure: a public address", "https://168.63.129.16/", "never"),
    Row("metadata, Oracle", "https://192.0.0.192/", "never"),
    Row("metadata, AWS by IPv6", "https://[fd00:ec2::254]/", "never"),
    Row("metadata, Google by IPv6", "https://[fd20:ce::254]/", "never"),
    Row("everybody on the link", "https://255.255.255.255/", "never"),
    Row("multicast", "https://224.0.0.251/", "never"),
    Row("multicast, IPv6", "https://[ff02::1]/", "never"),
    Row("for books", "https://192.0.2.1/", "private"),
    Row("for books, IPv6", "https://[2001:db8::1]/", "private"),
    Row("for measurements", "https://198.18.0.1/", "private"),
    # IPv4 inside IPv6.
    Row("mapped", "https://[::ffff:127.0.0.1]/", "never"),
    Row("mapped, in hexadecimal", "https://[::ffff:a00:7]/", "never"),
    Row("compatible", "https://[::127.0.0.1]/", "never"),
    Row("translated (SIIT)", "https://[::ffff:0:127.0.0.1]/", "never"),
    Row("6to4", "https://[2002:7f00:1::]/", "private"),
    Row("6to4 relay", "https://192.88.99.1/", "never"),
    Row("Teredo", "https://[2001:0:53aa:64c:0:fbff:5d0a:1]/", "private"),
    Row("NAT64", "https://[64:ff9b::7f00:1]/", "never"),
    Row("NAT64, a network's own", "https://[64:ff9b:1::a00:7]/", "never"),
    Row("ISATAP", "https://[2a00:1450::5efe:a00:7]/", "private"),
    # IPv4 in other ways.
    Row("decimal", "https://2130706433/", "odd"),
    Row("hexadecimal", "https://0x7f000001/", "odd"),
    Row("hexadecimal in parts", "https://0x7f.0.0.0x1/", "odd"),
    Row("octal", "https://0177.0.0.1/", "odd"),
    Row("short", "https://127.1/", "odd"),
    Row("short, private", "https://10.7/", "odd"),
    Row("too long", "https://127.0.0.1.1/", "odd"),
    Row("a dot behind it", "https://127.0.0.1./", "never"),
    Row("wide digits", "https://１２７.０.０.１/", "never"),
    # What is around the host.
    Row("user and password", "https://admin:1@firma.example/", "user"),
    Row("a user who looks like a host", "https://firma.example@127.0.0.1/", "user"),
    Row("a backslash", "https://firma.example\\@127.0.0.1/", "unreadable"),
    Row("http", "http://firma.example/", "https"),
    Row("another scheme", "ftp://firma.example/", "https"),
    Row("a file", "file:///etc/passwd", "https"),
    Row("gopher", "gopher://firma.example:6379/_INFO", "https"),
    Row("no host", "https:///x", "unreadable"),
    Row("mail's port", "https://firma.example:25/", "port"),
    Row("Redis's port", "https://firma.example:6379/", "port"),
    Row("SSH's port", "https://firma.example:22/", "port"),
    Row("port 0", "https://firma.example:0/", "unreadable"),
    Row("no port", "https://firma.example:99999/", "unreadable"),
    # Names.
    _to("leads to loopback", "127.0.0.1"),
    _to("leads to loopback, IPv6", "::1"),
    _to("leads into a private network", "10.0.0.7"),
    _to("leads to the metadata", "169.254.169.254"),
    _to("leads to Azure's metadata", "168.63.129.16"),
    _to("leads to a mapped address", "::ffff:10.0.0.7"),
    _to("leads through 6to4", "2002:a00:7::1"),
    _to("leads through NAT64", "64:ff9b::a00:7"),
    _to("leads to both", PUBLIC, "10.0.0.7"),
    _to("leads to both, the private one first", "::1", PUBLIC),
    Row("the machine by name", "https://localhost/", BY_NAME, (("127.0.0.1", "::1"),)),
    Row("a name made of an address", "https://127.0.0.1.nip.example/", BY_NAME, (("127.0.0.1",),)),
    Row(
        "public first, then private (rebinding)", "https://1c.firma.example/base", BY_NAME, ((PUBLIC,), ("10.0.0.7",))
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Allowed:
    """With these entries of WAYBILL_PRIVATE_SYSTEMS. `reached`: whether a call goes out."""

    entries: tuple[str, ...]
    url: str
    answers: tuple[str, ...]
    reached: bool
    what: str = ""


ALLOWED = (
    Allowed((), "https://1c.firma.local/base", ("10.2.0.9",), False, "nothing is allowed"),
    Allowed(("1c.firma.local",), "https://1c.firma.local/base", ("10.2.0.9",), True, "the host"),
    Allowed(("1c.firma.local",), "https://1c.firma.local:8443/base", ("10.2.0.9",), True, "the host, any port"),
    Allowed(("1c.firma.local",), "https://1C.FIRMA.LOCAL./base", ("10.2.0.9",), True, "the host in other letters"),
    Allowed(("1c.firma.local",), "https://sap.firma.local/", ("10.2.0.9",), False, "another host"),
    Allowed(("1c.firma.local",), "https://x.1c.firma.local/", ("10.2.0.9",), False, "a host below it"),
    Allowed(("1c.firma.local",), "http://1c.firma.local/base", ("10.2.0.9",), False, "the host without TLS"),
    Allowed(("1c.firma.local",), "https://10.2.0.9/base", (), False, "its address instead of its name"),
    Allowed(("1c.firma.local",), "https://1c.firma.local/base", ("127.0.0.1",), False, "its name was moved here"),
    Allowed(("1c.firma.local",), "https://1c.firma.local/", ("169.254.169.254",), False, "… to the metadata"),
    Allowed(("1c.firma.local",), "https://1c.firma.local/", ("10.2.0.9", "::1"), False, "… partly"),
    Allowed(("10.2.0.0/24",), "https://10.2.0.9/base", (), True, "an address of the network"),
    Allowed(("10.2.0.0/24",), "https://1c.firma.local/", ("10.2.0.9",), True, "a name of the network"),
    Allowed(("10.2.0.0/24",), "https://1c.firma.local/", ("10.2.1.9",), False, "a name of another network"),
    Allowed(("10.2.0.0/24",), "https://0x0a.2.0.9/", (), False, "an odd way of writing it"),
    Allowed(("10.2.0.0/24",), "https://[::ffff:10.2.0.9]/", (), False, "another odd way"),
    Allowed(("http://wms.firma.local:8080",), "http://wms.firma.local:8080/api", ("10.2.0.9",), True, "the origin"),
    Allowed(("http://wms.firma.local:8080",), "http://wms.firma.local:8081/", ("10.2.0.9",), False, "another port"),
    Allowed(("http://wms.firma.local:8080",), "http://wms.firma.local:8080/", ("127.0.0.1",), False, "it was moved"),
    Allowed(("https://mail.firma.local:25",), "https://mail.firma.local:25/", ("10.2.0.9",), True, "a port of others"),
)  # fmt: skip


def markdown() -> str:
    """Both tables as `docs/addresses.md` carries them."""
    refused = ["| Address | What it is | Refused |", "|---|---|---|"]
    for row in REFUSED:
        leads = "; then ".join(", ".join(answer) for answer in row.answers)
        what = f"{row.what} ({leads})" if leads else row.what
        how = row.rule if row.rule == BY_NAME else f"at the field: `{row.rule}`"
        refused.append(f"| `{row.url}` | {what} | {how} |")
    allowed = ["| Allowed by the operator | Address | Leads to | | Called |", "|---|---|---|---|---|"]
    for one in ALLOWED:
        entries = ", ".join(f"`{entry}`" for entry in one.entries) or "–"
        called = "yes" if one.reached else "no"
        allowed.append(f"| {entries} | `{one.url}` | {', '.join(one.answers) or 'itself'} | {one.what} | {called} |")
    return "\n".join(refused) + "\n\n" + "\n".join(allowed) + "\n"
