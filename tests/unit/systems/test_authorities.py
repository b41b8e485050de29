"""PEM texts that administrators paste: what is kept of them, what is shown, and what is refused with which words."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from b24app.frames.words import words
from b24app.systems import authorities
from b24app.systems.authorities import PemError, checked, read
from tests.certificates import DAY, Authority, private_pem

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority.new("Root CA")


def test_only_the_certificates_are_kept(root: Authority) -> None:
    other = Authority.new("Issuing CA", issuer=root)
    pasted = f"subject=CN = Root CA\r\n{root.pem}\r\nissuer …\n{other.pem.replace(chr(10), chr(13) + chr(10))}"
    kept = checked(pasted, NOW)
    assert kept == root.pem + other.pem
    assert checked(kept, NOW) == kept
    assert checked("  \n", NOW) == ""
    shown = read(kept)
    assert [each.subject for each in shown] == ["Root CA, ООО «Лён и Хвоя»", "Issuing CA, ООО «Лён и Хвоя»"]
    assert all(each.since < NOW < each.until for each in shown)
    assert len(shown[0].fingerprint) == 95


def test_what_is_no_authority_is_refused_with_words(root: Authority) -> None:
    over, later = Authority.new("Old CA", until=NOW - DAY), NOW - 300 * DAY
    body = root.pem.replace("M", "N", 3)
    for text, now, rule in (
        ("это не сертификат", NOW, "unreadable"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", NOW, "unreadable"),
        (body, NOW, "unreadable"),
        (root.pem + private_pem(root.key), NOW, "key"),
        (root.pem + over.pem, NOW, "expired"),
        (root.pem, later, "later"),
        (root.pem * 21, NOW, "many"),
        ("x" * 70_000, NOW, "many"),
    ):
        with pytest.raises(PemError) as caught:
            checked(text, now)
        assert caught.value.rule == rule
        named: Any = caught.value.named
        assert all(words(lang)(f"form.pem_{rule}", **named) for lang in ("ru", "en"))


def test_what_is_stored_and_odd_is_no_authority(root: Authority) -> None:
    fields = [SimpleNamespace(name=name, kind="pem") for name in ("ca", "more")]
    manifest: Any = SimpleNamespace(settings_form=[*fields, SimpleNamespace(name="key", kind="secret")])
    settings = {"ca": root.pem, "more": "nonsense", "key": root.pem}
    assert authorities.of(cast("Any", manifest), settings) == root.pem
    assert authorities.of(manifest, {}) == ""


def test_certificates_of_a_connection_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its calls asks for them, and OpenSSL's look at them takes longer than many a call."""
    looks, context = [], ssl.SSLContext

    def made(protocol: int) -> ssl.SSLContext:
        looks.append(protocol)
        return context(protocol)

    monkeypatch.setattr(ssl, "SSLContext", made)
    manifest: Any = SimpleNamespace(settings_form=[SimpleNamespace(name="ca", kind="pem")])
    mine, other = (Authority.new(f"CA {n}").pem for n in (1, 2))
    for _ in range(3):
        assert [authorities.of(manifest, {"ca": pem}) for pem in (mine, other)] == [mine, other]
    assert len(looks) == 2
