"""An administrator's own certificate authorities, as PEM text. Pure.

`SettingField.kind == "pem"`. They are trusted beside the public ones, in this connection's calls alone
(`Http.trusting`).
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from b24app.systems.plugin import Manifest

KIND = "pem"
LONGEST, MOST = 64 * 1024, 20
#: Texts whose certificates are kept: each call of an account asks for those of its settings.
_KEPT = 128
_SAID_BY = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)


class PemError(ValueError):
    """`rule` is a key of the `form.pem_*` words, `named` what these words name."""

    def __init__(self, rule: str, **named: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.named = named


@dataclass(frozen=True, slots=True)
class Authority:
    """`fingerprint`: SHA-256 in hexadecimal, as people compare it."""

    subject: str
    since: datetime
    until: datetime
    fingerprint: str


def read(text: str) -> tuple[Authority, ...]:
    """What a text holds, in its order; empty for an empty text. Raises PemError: `unreadable`, `key` (a private key is
    nobody's business), `many`."""
    return tuple(_authority(each) for each in _certificates(text))


def checked(text: str, now: datetime) -> str:
    """The certificates as they are stored: nothing but them. Raises PemError, also when one of them is not valid now:
    `expired`, `later`, both with `subject` and `at`."""
    found = _certificates(text)
    for each in map(_authority, found):
        if each.until <= now:
            raise PemError("expired", subject=each.subject, at=each.until)
        if each.since > now:
            raise PemError("later", subject=each.subject, at=each.since)
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in found)


def of(manifest: Manifest, settings: Mapping[str, Any]) -> str:
    """All that a connection trusts besides, as one PEM text; "" = nothing. What is stored and odd is no authority."""
    fields = [field.name for field in manifest.settings_form if field.kind == KIND]
    found: list[x509.Certificate] = []
    for name in fields:
        try:
            found += _certificates(str(settings.get(name) or ""))
        except PemError:
            continue
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in found)


@functools.lru_cache(_KEPT)
def _certificates(text: str) -> tuple[x509.Certificate, ...]:
    """By the text itself: what cannot be used raises PemError, and is not kept."""
    if not text.strip():
        return ()
    if "PRIVATE KEY-----" in text:
        raise PemError("key")
    if len(text) > LONGEST:
        raise PemError("many", n=MOST)
    try:
        found = x509.load_pem_x509_certificates(text.encode("ascii", "replace"))
        # What OpenSSL does not take could not be used.
        pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in found)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem.decode())
    except (ValueError, ssl.SSLError) as error:
        raise PemError("unreadable") from error
    if len(found) > MOST:
        raise PemError("many", n=MOST)
    return tuple(found)


def _authority(each: x509.Certificate) -> Authority:
    digest = each.fingerprint(hashes.SHA256()).hex(":").upper()
    return Authority(_subject(each), each.not_valid_before_utc, each.not_valid_after_utc, digest)


def _subject(each: x509.Certificate) -> str:
    """`Firma Root CA, OOO Firma`; the whole name where it has neither of these."""
    try:
        named = [str(part.value) for oid in _SAID_BY for part in each.subject.get_attributes_for_oid(oid)]
        return ", ".join(dict.fromkeys(named[:2])) or each.subject.rfc4514_string() or "—"
    except ValueError:
        return "—"
