"""Systems are found by folder, described by data, and one that is broken does not take the others down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from importlib.metadata import EntryPoint

import pytest

import b24app.systems as systems
from b24app.clock import FixedClock
from b24app.logistics import ports
from b24app.systems import MemoryTokens, discover, typed


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    systems._found.cache_clear()
    yield
    systems._found.cache_clear()


def test_manifests_are_plain_data_in_both_languages() -> None:
    for code, plugin in discover().items():
        manifest = plugin.manifest
        assert manifest.code == code
        assert {"ru", "en"} <= set(manifest.title)
        assert json.loads(json.dumps(manifest.to_json()))["code"] == code
        assert all({"ru", "en"} <= set(field.title) for field in manifest.settings_form)
        assert manifest.rate.per_second > 0
        assert {"live"} <= set(manifest.base_urls) <= {"live", "test"}
        own = typed.BASE in typed.names(manifest)
        assert all(url.startswith("https://") or (own and not url) for url in manifest.base_urls.values())


def test_what_is_typed_and_chosen_fits_together() -> None:
    for code, plugin in discover().items():
        form = plugin.manifest.settings_form
        kinds = {field.kind for field in form}
        assert kinds <= {"text", "secret", "choice", "bool", "int", "url", "pem", "remote", "map", "area", "profile"}
        assert not kinds & {"remote", "map"} or "Lists" in plugin.manifest.ports, code
        # An own authority is of use only where the address is the customer's, too.
        assert "pem" not in kinds or typed.BASE in typed.names(plugin.manifest), code
        assert all(not field.aside or not field.required for field in form if field.kind == "url"), code


def test_manifests_name_only_ports_that_exist() -> None:
    named = {name for plugin in discover().values() for name in plugin.manifest.ports}
    assert sorted(name for name in named if not hasattr(ports, name)) == []


def test_a_broken_plug_in_is_named_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = EntryPoint("strange", "no.such.module:PLUGIN", systems.GROUP)
    monkeypatch.setattr(systems, "entry_points", lambda **_: [strange])
    assert "cdek" in discover()
    assert list(systems.broken()) == ["strange"]
    assert "no" in systems.broken()["strange"]


def test_tokens_live_as_long_as_they_are_good() -> None:
    clock = FixedClock()
    assert isinstance(clock.now(), datetime)
    tokens = MemoryTokens(clock)
    tokens.set("a", "secret", 60.0)
    assert tokens.get("a") == "secret"
    clock.advance(61)
    assert tokens.get("a") is None
    tokens.set("a", "secret", 60.0)
    tokens.drop("a")
    assert tokens.get("a") is None


def test_one_refresh_at_a_time() -> None:
    tokens = MemoryTokens(FixedClock())
    with tokens.lock("a") as held:
        assert held
    with tokens.lock("a") as again:
        assert again


def test_an_account_may_have_a_port_only_with_a_setting() -> None:
    manifest = replace(discover()["sap_ewm"].manifest, wants={"Documents": "documents", "Stock": "ewm=yes"})
    given = [manifest.gives(port, {}) for port in ("Orders", "Documents", "Stock", "Quotes")]
    assert given == [True, False, True, False], "EWM is what the form begins with"
    assert manifest.gives("Documents", {"documents": "yes"})
    assert [manifest.gives("Stock", {"ewm": value}) for value in ("yes", "no")] == [True, False]
    for each in (plugin.manifest for plugin in discover().values()):
        assert set(each.wants) <= set(each.ports), each.code
        fields = {field.name for field in each.settings_form}
        assert {wanted.partition("=")[0] for wanted in each.wants.values()} <= fields, each.code


@pytest.mark.parametrize(("code", "service"), [("one_c_wms", "http_service"), ("one_c_tms", "http")])
def test_a_setting_that_nobody_touched_has_the_forms_default(code: str, service: str) -> None:
    manifest = discover()[code].manifest
    given = [{}, {"interface": ""}, {"interface": service}, {"interface": "odata"}]
    assert [manifest.gives("Documents", settings) for settings in given] == [True, True, True, False]
    assert manifest.gives("Orders", {"interface": "odata"})
