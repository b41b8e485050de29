"""A connection's form as it comes: an address that may not be called is refused at its field, with who may allow it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from b24app.frames.words import words
from b24app.systems import Manifest, RatePolicy, SettingField
from b24app.wire.guard import Guard, Private, Rule
from placements.app.audited import account_hidden
from placements.app.connections_fields import Around, Read, read

NOW = datetime.now(UTC)
GUARD = Guard(private=Private(["1c.firma.local", "http://wms.firma.local:8080", "10.2.0.0/24"]))


def form(*fields: SettingField) -> Manifest:
    return Manifest(
        code="toad",
        title={"ru": "Жаба", "en": "Toad"},
        kind="warehouse",
        ports=("Orders",),
        limits={},
        settings_form=fields,
        rate=RatePolicy(1, 1),
        base_urls={"live": ""},
    )


def field(name: str, kind: str, required: bool = False) -> SettingField:
    return SettingField(name, {"ru": name, "en": name}, kind=kind, required=required)


def address(typed: str) -> Read:
    return read(form(field("address", "url", required=True)), {"address": typed}, Around(GUARD, NOW))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1C.firma.ru/base/", "https://1c.firma.ru/base"),
        ("https://1c.firma.local/base", "https://1c.firma.local/base"),
        ("http://wms.firma.local:8080", "http://wms.firma.local:8080"),
        ("10.2.0.9", "https://10.2.0.9"),
    ],
)
def test_an_address_is_stored_in_one_way(typed: str, stored: str) -> None:
    found = address(typed)
    assert (found.settings, found.errors) == ({"address": stored}, {})


@pytest.mark.parametrize(
    ("typed", "why", "allowed_by"),
    [
        ("", "required", None),
        ("http://firma.ru", "url_https", "http://firma.ru"),
        ("http://wms.firma.local:8081", "url_https", "http://wms.firma.local:8081"),
        ("https://10.3.0.9:8443/x", "url_private", "10.3.0.9"),
        ("https://firma.ru:25", "url_port", "https://firma.ru:25"),
        ("https://127.0.0.1", "url_never", None),
        ("https://169.254.169.254/latest", "url_never", None),
        ("https://[::ffff:10.2.0.9]/", "url_never", None),
        ("https://2130706433", "url_odd", None),
        ("https://a:b@firma.ru", "url_user", None),
        ("https://firma.ru/?x=1", "url_query", None),
        ("https://", "url_unreadable", None),
    ],
)
def test_what_may_not_be_called_says_which_rule_and_who_may_allow_it(
    typed: str, why: str, allowed_by: str | None
) -> None:
    found = address(typed)
    assert found.errors == {"address": why}
    assert found.settings["address"] == typed
    for lang in ("ru", "en"):
        said = words(lang)(f"form.{why}", **found.details["address"])
        assert ("WAYBILL_PRIVATE_SYSTEMS" in said) is (allowed_by is not None)
        assert (allowed_by or "") in said


@pytest.mark.parametrize(
    ("typed", "key", "wrong"),
    [
        ("https://1c.firma.ru/other", "", {}),
        ("https://1c.firma.ru:8443/base", "", {"key": "secret_again"}),
        ("https://evil.example/base", "", {"key": "secret_again"}),
        ("https://evil.example/base", "new", {}),
        ("https://10.0.0.1/", "", {"address": "url_private"}),
    ],
)
def test_a_stored_secret_goes_to_no_other_server(typed: str, key: str, wrong: dict[str, str]) -> None:
    fields = form(field("address", "url", required=True), field("key", "secret", required=True))
    stored = {"address": "https://1c.firma.ru/base", "key": "s3cret"}
    assert read(fields, {"address": typed, "key": key}, Around(GUARD, NOW, stored)).errors == wrong
    # One that stands where the manifest says, or was not typed yet, asks nothing.
    assert read(fields, {"address": typed, "key": "x"}, Around(GUARD, NOW)).errors == {
        name: why for name, why in wrong.items() if name == "address"
    }


def test_the_audit_tells_where_calls_go_and_no_key() -> None:
    manifest = form(field("address", "url"), field("key", "secret"), field("ca", "pem"), field("store", "remote"))
    assert account_hidden(manifest) == {"own_key", "own_ca", "own_store"}


def test_every_rule_has_its_words() -> None:
    assert all(words(lang).has(f"form.url_{rule}") for lang in ("ru", "en") for rule in Rule)
