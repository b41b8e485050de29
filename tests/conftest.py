"""What tests share: real Redis, SQLite and PostgreSQL, the emulated world, Chromium. Everything starts on first use.

Under pytest-xdist each process starts its own servers (a few tenths of a second), so that no test sees another's data.
"""

import gc
import itertools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from b24app.dev.chromium import SHELL, chromium
from b24app.dev.postgres_server import PostgresServer
from b24app.dev.redis_server import RedisServer
from tests import compiled, emptied, kept

if TYPE_CHECKING:
    from sandbox.world import World
    from tests.made_up_world import Carriers
    from tests.made_up_world.badger import Warehouse

# No sandbox of its own (we may be root), nothing that talks to the outside by itself. Spinners stand still, and scripts
# that run once (axe above all) are not optimized for more: a page and its axe cost an eighth to a quarter less.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--js-flags=--no-opt --no-maglev",
]
#: Folders whose name is a mark. What takes longest begins first, so that nobody waits for it at the end.
BY_FOLDER = ("faults", "browser", "flows", "fidelity", "contract", "unit")
#: Files of the two first ones, which share a round: the longest, what mostly waits beside what mostly computes.
FIRST = (
    "test_stops.py",
    "test_return_tab.py",
    "test_crash_points.py",
    "test_running_it.py",
    "test_short_returns.py",
    "test_walk.py",
    "test_short_messages.py",
    "test_clerk.py",
    "test_short.py",
    "test_sections.py",
    "test_connection_form.py",
    "test_moysklad.py",
    "test_messages.py",
    "test_looks.py",
)
TEMPLATE, KEPT, INSTALLED = "waybill_template", "waybill_kept", "waybill_installed"
_numbers = itertools.count(1)
# The same examples each time, however slow the machine is: a run tells of the change, not of luck.
settings.register_profile("waybill", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waybill")


# Twelve thousand tests are many objects, and Python walks through all of them again and again to find garbage: a fifth
# of a run's time. Seldom, and not through those that stay.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--systems", help="codes, separated by commas: the contract suite runs for these, and only they are emulated"
    )


def wanted_systems(config: pytest.Config) -> list[str] | None:
    """None = all."""
    said = config.getoption("--systems")
    return [code.strip() for code in said.split(",")] if said else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's folder is its mark, so that nobody forgets one, and its place."""
    here = Path(__file__).parent
    folders = {item: item.path.relative_to(here).parts[0] for item in items}
    for item, folder in folders.items():
        if folder in BY_FOLDER:
            item.add_marker(folder)
    begin = {name: at for at, name in enumerate((*FIRST, *BY_FOLDER))}

    def place(item: pytest.Item) -> int:
        heavy = folders[item] in ("faults", "browser")
        return begin.get(item.path.name if heavy else "", begin.get(folders[item], len(begin)))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        compiled.share_templates(tmp_path_factory.mktemp("templates"), patch)
        compiled.share_addresses(patch)
        compiled.share_statements(patch)
        yield


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A real Redis of this test process. Who kills or wipes it starts it again before the test ends."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Address of an empty Redis."""
    redis_server.start()
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL of this test process, without waiting for the disk.

    Not below pytest's own folder: run by root, the server has another user, and every pytest that starts beside
    this one shuts that folder to other users again.
    """
    with (
        tempfile.TemporaryDirectory(prefix="waybill-tests-", ignore_cleanup_errors=True) as folder,
        PostgresServer(Path(folder) / "data") as server,
    ):
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """SQLAlchemy address of an empty database, dropped afterwards."""
    name = f"empty_{next(_numbers)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema and no rows."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Name of a PostgreSQL database with the newest schema and no rows."""
    _migrate(postgres_server.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database with the newest schema."""
    return f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'waybill.db')}"


@pytest.fixture
def postgres_database_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the newest schema, dropped afterwards whoever is connected."""
    name = f"waybill_{next(_numbers)}"
    yield postgres_server.create_database(name, postgres_template)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def _kept_postgres_url(postgres_server: PostgresServer, postgres_template: str) -> str:
    return postgres_server.create_database(KEPT, postgres_template)


@pytest.fixture
def emptied_postgres_url(_kept_postgres_url: str) -> str:
    """A PostgreSQL database with the newest schema and no rows: always the same one, emptied, which takes a tenth of
    the time of a new one. For tests that leave no process or thread of theirs behind."""
    emptied.empty(_kept_postgres_url)
    return _kept_postgres_url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with the newest schema and no rows: each test that asks runs once on each of the two."""
    return str(request.getfixturevalue("sqlite_database_url" if request.param == "sqlite" else "emptied_postgres_url"))


@pytest.fixture(scope="session")
def running_world(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator["World"]:
    """The emulated world of this test process; tests take `world`, which is as on its first day."""
    from sandbox.world import World

    with World(tmp_path_factory.mktemp("world"), systems=wanted_systems(pytestconfig)) as world:
        yield world


@pytest.fixture
def world(running_world: "World", request: pytest.FixtureRequest) -> "World":
    """The emulated world: fresh state, journal, faults and clock, on the ports it has."""
    if not kept.begins_installed(request):
        running_world.reset()
    return running_world


@pytest.fixture(scope="session")
def kept_port() -> Iterator[int]:
    """Where the program listens whenever a scenario begins with Waybill installed."""
    with kept.own_port() as port:
        yield port


@pytest.fixture(scope="session")
def _installed_sqlite(
    running_world: "World",
    redis_server: RedisServer,
    sqlite_template: Path,
    kept_port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Callable[[], None], Path]:
    path = Path(shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("installed") / "waybill.db"))
    redis_server.start()
    return kept.keep(running_world, f"sqlite:///{path}", redis_server.url(), kept_port), path


@pytest.fixture(scope="session")
def _installed_postgres(
    running_world: "World",
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    postgres_template: str,
    kept_port: int,
) -> Callable[[], None]:
    url = postgres_server.create_database(INSTALLED, postgres_template)
    redis_server.start()
    return kept.keep(running_world, url, redis_server.url(), kept_port)


@pytest.fixture
def installed(kept_port: int) -> int:
    """Asked for where Waybill is installed already, in whichever database the scenario takes; the program's port."""
    return kept_port


@pytest.fixture
def installed_sqlite(_installed_sqlite: tuple[Callable[[], None], Path], world: "World", tmp_path: Path) -> str:
    """Address of a database of a program that the large eastern portal has installed, connected and switched on; the
    world is as it was then. The program has to listen on `kept_port`."""
    back, path = _installed_sqlite
    back()
    return kept.copied_sqlite(path, tmp_path / "installed.db")


@pytest.fixture
def installed_postgres(
    _installed_postgres: Callable[[], None], world: "World", postgres_server: PostgresServer
) -> Iterator[str]:
    """The same in PostgreSQL."""
    name = f"waybill_{next(_numbers)}"
    url = postgres_server.create_database(name, INSTALLED)
    _installed_postgres()
    yield url
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def made_up_distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has installed the made-up systems: a folder of its own, so that other tests do not have them."""
    folder = tmp_path_factory.mktemp("site")
    own = Path(__file__).parent / "made_up_systems"
    argv = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*argv, "--no-build-isolation", "--target", str(folder), str(own)], check=True)
    return folder


@pytest.fixture
def made_up_plugins(made_up_distribution: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Waybill finds the made-up systems, as it would those of any distribution that is installed beside it."""
    from b24app import systems

    monkeypatch.syspath_prepend(str(made_up_distribution))
    systems._found.cache_clear()
    yield
    systems._found.cache_clear()


@pytest.fixture
def made_up() -> Iterator["Carriers"]:
    """The made-up carriers' servers, answering at once."""
    from tests.made_up_world import carriers

    with carriers() as found:
        yield found


@pytest.fixture
def badger() -> Iterator["Warehouse"]:
    """The made-up warehouse's server, with empty shelves."""
    from tests.made_up_world.badger import badger

    with badger() as found:
        yield found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium for pytest-playwright: no browser is downloaded."""
    return {**browser_type_launch_args, "executable_path": chromium(SHELL), "args": CHROMIUM_ARGS}


def _migrate(url: str) -> None:
    from b24app.store import migrate
    from b24app.store.engine import make_engine

    engine = make_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
