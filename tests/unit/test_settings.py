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
    ],
)
def test_production_refuses(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(profile="production", **values)


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
