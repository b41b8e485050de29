"""Addresses that an administrator types: of systems that stand at the customer's (1C, SAP, …). Pure.

`SettingField.kind == "url"`. The field named `address` is the connection's `base_url`, others are `urls[name]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import idna
from requests.utils import requote_uri

from b24app.systems.plugin import Manifest

KIND = "url"
#: The field whose value is the connection's base address.
BASE = "address"
LONGEST = 500
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
#: What browsers drop or turn round, and programs do not: such an address means two things.
_ODD = re.compile(r"[\s\\\x00-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PORTS = {"http": 80, "https": 443}


class UrlError(ValueError):
    """`rule` is a key of the `form.url_*` words."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def normal(text: str) -> str:
    """`1C.Firma.ru:443/base/` -> `https://1c.firma.ru/base`: https unless another scheme is written, the host in small
    letters and ASCII, no port that goes without saying, no slash at the end; "" for an empty text.

    Raises UrlError: `unreadable`, `user` (no name and password in it), `query` (nothing after `?` and `#`), `https` (no
    scheme but http and https). Whether it may be called is asked of `Guard.refusal`.
    """
    text = text.strip()
    if not text:
        return ""
    if len(text) > LONGEST or _ODD.search(text):
        raise UrlError("unreadable")
    try:
        parts = urlsplit(text if _SCHEME.match(text) else f"https://{text}")
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise UrlError("unreadable") from error
    if "@" in parts.netloc:
        raise UrlError("user")
    if scheme not in _PORTS:
        raise UrlError("https")
    if "?" in text or "#" in text:
        raise UrlError("query")
    if port == 0:
        raise UrlError("unreadable")
    shown = _host(host.rstrip("."))
    at = "" if port in (None, _PORTS[scheme]) else f":{port}"
    return f"{scheme}://{shown}{at}{requote_uri(parts.path).rstrip('/')}"


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise UrlError("unreadable") from error
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise UrlError("unreadable")
    return name


def names(manifest: Manifest) -> tuple[str, ...]:
    """Settings of a system that are addresses to type, `address` first."""
    found = [field.name for field in manifest.settings_form if field.kind == KIND]
    return tuple(sorted(found, key=lambda name: name != BASE))


def addresses(manifest: Manifest, settings: Mapping[str, Any]) -> dict[str, str]:
    """Those that were typed, by the setting's name; what is stored and odd all the same leads nowhere."""
    return {name: url for name in names(manifest) if (url := _kept(settings.get(name)))}


def _kept(value: object) -> str:
    try:
        return normal(str(value or ""))
    except UrlError:
        return "about:blank"


def checked(text: str, refusal: Callable[[str], str | None]) -> str:
    """The address as it is stored. Raises UrlError, also for one that `refusal` (of a Guard) does not let be called."""
    url = normal(text)
    rule = refusal(url) if url else None
    if rule:
        raise UrlError(rule)
    return url
