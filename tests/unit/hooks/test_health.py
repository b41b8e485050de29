"""Health: alive, ready, measured; and creating the app does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_counters_of_all_processes_are_added_up(database_url: str, tmp_path: Path) -> None:
    """Two processes count into one folder; whoever is asked tells the sum, and what waits in the database."""
    counters = tmp_path / "counters"
    counters.mkdir()
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(counters), "DATABASE": database_url}
    for expected in ("1.0", "2.0"):
        told = subprocess.run(
            [sys.executable, "-c", PROCESS], env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout
        assert f'waybill_hook_requests_total{{hook="portal",outcome="unknown_portal"}} {expected}' in told
        assert "waybill_lanes_held 0.0" in told


PROCESS = """
import os
from b24app import create_app
from b24app.settings import Settings
app = create_app(Settings(profile="test", database_url=os.environ["DATABASE"]), role="hooks")
client = app.test_client()
client.post("/b24/events", data={"event": "ONCRMDEALUPDATE", "auth[member_id]": "nobody"})
print(client.get("/metrics").get_data(as_text=True))
"""
