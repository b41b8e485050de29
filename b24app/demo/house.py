"""A whole deployment on this machine: emulated world, Redis, database, pages, hooks, workers, each its own process.

The demo, the fault run and the bench live in the same house; they differ in the `Plan`.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from b24app.demo.keys import demo_keys
from b24app.dev.child import Restart, Spec
from b24app.dev.ports import free_ports, wait_until
from b24app.dev.processes import Supervisor
from b24app.dev.redis_server import RedisServer
from b24app.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
#: The emulated world with one carrier, for runs that are about something else than carriers.
ONE_CARRIER = ("bitrix24", "cdek", "tiles")


@dataclass(frozen=True)
class Plan:
    """What to start. `database_url` empty: SQLite in `var`. `pages_port` 0: a free one. `env`: further settings.
    `systems` of the emulated world, each a process of its own; empty = all there are."""

    var: Path
    database_url: str = ""
    pages_port: int = 0
    workers: int = 1
    page_servers: int = 2
    hook_servers: int = 2
    restart: Restart = Restart.NEVER
    clock: bool = True
    systems: Sequence[str] = ()
    world: Mapping[str, Any] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


class House:
    """A context manager. `control` is the emulated world's steering address, `pages` and `hooks` are ours."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.supervisor = Supervisor(plan.var / "log")
        self.redis = RedisServer(plan.var / "redis")
        ports = free_ports(2)
        self.pages_port = plan.pages_port or ports[0]
        self.hooks_port = ports[1]
        # Portals are at 127.0.0.1: another name keeps our frames cross-site, as they are in life.
        self.pages = f"http://localhost:{self.pages_port}"
        self.hooks = f"http://127.0.0.1:{self.hooks_port}"
        self.addresses: dict[str, Any] = {}

    @property
    def control(self) -> str:
        return str(self.addresses["control"])

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything that was started, the last first."""
        self.supervisor.stop()
        self.redis.stop()

    def _start(self) -> None:
        self.redis.start()
        self._start_world()
        self.env = self._environment()
        self._upgrade()
        self._start_hooks()
        self._start_pages()
        for number in range(self.plan.workers):
            self.start_worker(number)
        self.steer("POST", "/bitrix24/app", {"base": self.pages})

    def settings(self) -> Settings:
        """The deployment's settings, for who looks into its database."""
        return Settings.model_validate({key.removeprefix(PREFIX).lower(): value for key, value in self.env.items()})

    def steer(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call to the emulated world's control API. Raises RuntimeError with its words."""
        answer = requests.request(verb, self.control + path, json=body, timeout=120)
        if not answer.ok:
            raise RuntimeError(f"{verb} {path}: HTTP {answer.status_code}: {answer.text[:500]}")
        return answer.json()

    # --- parts -------------------------------------------------------------------------------------------------------

    def _start_world(self) -> None:
        var = self.plan.var / "world"
        argv = [sys.executable, "-m", "sandbox", "--var", str(var), "--options", json.dumps(dict(self.plan.world))]
        argv += [word for code in self.plan.systems for word in ("--only", code)]
        child = self.supervisor.start(Spec(name="world", argv=argv, cwd=ROOT), wait=False)

        def announced() -> bool:
            text = child.log_path.read_text("utf-8") if child.log_path.exists() else ""
            start = text.find("{")
            if start < 0 or not text.rstrip().endswith("}"):
                return False
            self.addresses = json.loads(text[start:])
            return True

        wait_until(announced, "the emulated world", START_S, lambda: child.alive)

    def _environment(self) -> dict[str, str]:
        keys, app = demo_keys(self.plan.var), self.addresses["app"]
        values = {
            "profile": "demo",
            "public_url": self.pages,
            "hooks_url": self.hooks,
            "app_id": app["client_id"],
            "app_secret": app["client_secret"],
            "app_code": app["code"],
            "oauth_hosts": f"{self.addresses['oauth']},{self.addresses['oauth_west']}",
            # … and its own hooks: the test of an account looks whether they answer.
            "allowed_origins": ",".join([*sorted(origins_of(self.addresses)), self.hooks]),
            "map_tiles_url": self.addresses["tiles"]["template"],
            "system_urls": ",".join(f"{name}={url}" for name, url in urls_of(self.addresses).items()),
            "database_url": self.plan.database_url or f"sqlite:///{self.plan.var / 'waybill.db'}",
            "redis_url": self.redis.url(),
            "encryption_keys": keys["encryption"],
            "signing_keys": keys["signing"],
        }
        if self.plan.clock:
            values["sandbox_clock_url"] = self.control
        return {PREFIX + name.upper(): value for name, value in values.items()} | dict(self.plan.env)

    def _upgrade(self) -> None:
        spec = Spec(name="db", argv=[*_python("b24app.cli"), "db", "upgrade"], env=self.env, cwd=ROOT)
        child = self.supervisor.start(spec, wait=False)
        wait_until(lambda: not child.alive, "the upgrade of the database", START_S)
        if child.exit_code:
            raise RuntimeError(f"waybill db upgrade ended with {child.exit_code}:\n{child.log_tail()}")

    def _start_hooks(self) -> None:
        self._serve("hooks", self.hooks_port, self.plan.hook_servers, "wsgi:hooks")

    def _start_pages(self) -> None:
        self._serve("pages", self.pages_port, self.plan.page_servers, "wsgi:pages", threads=4)

    def start_store(self, servers: int = 2, threads: int = 32) -> str:
        """A server for online stores alone, as production has one; its address. Without it pages answer them."""
        [port] = free_ports(1)
        self._serve("store", port, servers, "wsgi:store", threads=threads)
        return f"http://localhost:{port}"

    def _serve(self, name: str, port: int, servers: int, app: str, threads: int = 1) -> None:
        argv = [*_python("gunicorn"), "-b", f"127.0.0.1:{port}", "-w", str(servers), "--no-control-socket", app]
        argv += ["--threads", str(threads)] if threads > 1 else []
        self.supervisor.start(
            Spec(
                name=name,
                argv=argv,
                env=self.env,
                cwd=ROOT,
                url=f"http://127.0.0.1:{port}/healthz",
                restart=self.plan.restart,
                death_signal=signal.SIGTERM,
            )
        )

    def start_worker(self, number: int) -> None:
        argv = [*_python("b24app.cli"), "worker"]
        spec = Spec(name=f"worker-{number}", argv=argv, env=self.env, cwd=ROOT, restart=self.plan.restart)
        self.supervisor.start(spec, wait=False)


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def origins_of(addresses: Any) -> set[str]:
    """Every `scheme://host:port` among the emulated world's addresses: exactly those may be called."""
    if isinstance(addresses, Mapping):
        return {origin for value in addresses.values() for origin in origins_of(value)}
    if isinstance(addresses, list):
        return {origin for value in addresses for origin in origins_of(value)}
    parts = urlsplit(str(addresses))
    return {f"{parts.scheme}://{parts.netloc}"} if parts.scheme in ("http", "https") and parts.netloc else set()


def urls_of(addresses: Mapping[str, Any]) -> dict[str, str]:
    """Where the emulated logistics systems are, as `WAYBILL_SYSTEM_URLS` names them: `code`, and `code.host`."""
    found: dict[str, str] = {}
    for code, about in addresses.items():
        if isinstance(about, Mapping) and "base_url" in about:
            found[code] = str(about["base_url"])
            found |= {f"{code}.{name}": str(url) for name, url in about.get("urls", {}).items()}
    return found
