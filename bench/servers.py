"""Web servers under test: gunicorn with sync workers, the same for the program and for its baselines."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from b24app.dev.child import Spec
from b24app.dev.ports import free_port
from b24app.dev.processes import Supervisor

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
CONNECTIONS = 16
PATH = "/b24/events"


@dataclass(frozen=True)
class Load:
    """What one run of the load client found. Errors are not counted as requests."""

    per_second: float
    p99_ms: float
    errors: int
    idle: float


@dataclass(frozen=True)
class Server:
    """A started server that takes `body` at PATH."""

    port: int
    body: Path

    def load(self, seconds: float) -> Load:
        """Run the load client. Raises RuntimeError when it fails."""
        argv = [sys.executable, "-m", "bench.load", "--url", f"http://127.0.0.1:{self.port}{PATH}"]
        argv += ["--body-file", str(self.body), "--seconds", str(seconds), "--connections", str(CONNECTIONS)]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the load client failed: {done.stderr[-2000:]}")
        found = json.loads(done.stdout)
        return Load(found["count"] / found["seconds"], found["p99_ms"], found["errors"], found["idle"])


def start(supervisor: Supervisor, name: str, app: str, env: Mapping[str, str], body: Path) -> Server:
    """Start gunicorn with `app` and wait for its port."""
    port = free_port()
    argv = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", str(WORKERS), "--no-control-socket", app]
    supervisor.start(Spec(name=name, argv=argv, env=env, cwd=ROOT, port=port, death_signal=signal.SIGTERM))
    return Server(port, body)
