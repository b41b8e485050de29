"""Health: alive, ready, measured; and creating the app does nothing."""

from __future__ import annotations

from pathlib import Path

from b24app import create_app
from b24app.settings import Settings
from b24app.store.models import Portal
from tests.unit.hooks.conftest import Hooks
from tests.unit.hooks.test_portal_events import event


def test_alive_ready_and_measured(hooks: Hooks, portal: Portal) -> None:
    assert hooks.client.get("/healthz").status_code == 200
    assert hooks.client.get("/readyz").get_json() == {"status": "ready", "wrong": {}}
    hooks.client.post("/b24/events", data=event())
    text = hooks.client.get("/metrics").get_data(as_text=True)
    assert 'waybill_hook_requests_total{hook="portal",outcome="taken"} 1.0' in text
    assert 'waybill_rows{state="new",table="inbox"} 1.0' in text
    assert "waybill_lanes_held 0.0" in text


def test_an_old_schema_is_not_ready_and_says_what_to_do(tmp_path: Path) -> None:
    settings = Settings(profile="test", database_url=f"sqlite:///{tmp_path}/empty.db")
    app = create_app(settings, role="hooks")
    assert not (tmp_path / "empty.db").exists()
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "waybill db upgrade" in answer.get_json()["wrong"]["database"]
