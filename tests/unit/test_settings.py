"""Settings refuse what would be dangerous, and the documentation shows exactly them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from b24app.settings import PREFIX, Settings, settings_table

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_the_documents_table_is_the_settings_table() -> None:
    assert settings_table() in OPERATIONS.read_text(encoding="utf-8")
    assert all(info.description for info in Settings.model_fields.values())


def test_lists_come_comma_separated_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "OAUTH_HOSTS", "one.example, two.example")
    assert Settings().oauth_hosts == ("one.example", "two.example")


@pytest.mark.parametrize(
    "values",
    [
        {"sandbox_clock_url": "http://127.0.0.1:1"},
        {"allowed_origins": "http://127.0.0.1:1"},
        {"encryption_keys": "not-a-key"},
        {"call_log_days": 2},
        {"private_portals": "localhost"},
        {"private_systems": "127.0.0.1"},
        {"private_systems": "1c.firma.local,http://localhost:8080"},
        {"private_systems": "169.254.0.0/16"},
        {"private_systems": "100.100.100.200"},
        {"private_systems": "0.0.0.0/0"},
        {"private_systems": "https://[::1]:8443"},
        {"private_systems": "1c firma"},
    ],
)
def test_production_refuses(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(profile="production", **values)


def test_production_may_name_systems_of_its_own_network() -> None:
    named = "1c.firma.local, 10.2.0.0/24, http://wms.firma.local:8080"
    assert Settings(profile="production", private_systems=named).private_systems == tuple(named.split(", "))


def test_the_demo_may_use_the_sandboxs_clock_and_addresses() -> None:
    settings = Settings(profile="demo", sandbox_clock_url="http://127.0.0.1:1", allowed_origins=("http://127.0.0.1:2",))
    assert settings.allowed_origins == ("http://127.0.0.1:2",)
    with pytest.raises(ValidationError, match="origin"):
        Settings(profile="demo", allowed_origins=("127.0.0.1:2",))


def test_secrets_do_not_show() -> None:
    assert "hush" not in repr(Settings(app_secret="hush"))
    assert Settings(app_id="x").missing() == [
        "WAYBILL_APP_SECRET",
        "WAYBILL_ENCRYPTION_KEYS",
        "WAYBILL_SIGNING_KEYS",
    ]
