"""`waybill <command>`: demo, sandbox, worker, doctor, systems, new-system, db. The only room that prints."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from b24app.parts import Parts
from b24app.settings import Settings

Command = Callable[[argparse.Namespace], int]
MARKS = {"ok": "ok  ", "note": "note", "bad": "BAD "}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    return command(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="waybill", description="Ships CRM deals through logistics systems.")
    commands = parser.add_subparsers(required=True, metavar="command")
    _demo_options(commands.add_parser("demo", help="the main job on embedded defaults"))
    world = commands.add_parser("sandbox", help="the emulated world alone", add_help=False)
    world.set_defaults(command=sandbox)
    world.add_argument("rest", nargs=argparse.REMAINDER)
    commands.add_parser("worker", help="serve lanes until SIGTERM").set_defaults(command=worker)
    commands.add_parser("doctor", help="check this deployment and say what is wrong").set_defaults(command=doctor)
    listing = commands.add_parser("systems", help="the logistics systems and what they can do")
    listing.add_argument("--json", action="store_true", help="whole manifests as JSON")
    listing.set_defaults(command=systems)
    _new_system_options(commands.add_parser("new-system", help="a logistics system to begin with"))
    database = commands.add_parser("db", help="the database's schema").add_subparsers(required=True, metavar="what")
    database.add_parser("upgrade", help="bring the schema up to this release").set_defaults(command=db_upgrade)
    database.add_parser("rotate-keys", help="re-encrypt secrets with the newest key").set_defaults(command=db_rotate)
    return parser


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="headless: ship the seeded deals, print a table, exit")
    parser.add_argument("--port", type=int, default=8080, help="where our pages listen (0: a free port)")
    parser.add_argument("--var", type=Path, default=Path("var/demo"), help="folder of the demo's data and logs")
    parser.set_defaults(command=demo)


def _new_system_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="its code, e.g. nordic_post: folders and settings are called so")
    parser.add_argument("--title", default="", help="what people call it")
    parser.add_argument("--package", type=Path, metavar="DIR", help="as a distribution of its own, in this folder")
    parser.set_defaults(command=new_system)


def demo(arguments: argparse.Namespace) -> int:
    """Everything on this machine until Ctrl-C, or once through the story."""
    from b24app.demo import live, once

    run = once.main if arguments.once else live.main
    return run(arguments.var.resolve(), arguments.port, _say)


def sandbox(arguments: argparse.Namespace) -> int:
    """Run the emulated world (`waybill sandbox --help` shows its own options)."""
    from sandbox.__main__ import main as world

    return world(arguments.rest)


def worker(_arguments: argparse.Namespace) -> int:
    """Serve lanes until SIGTERM or Ctrl-C, then finish the running slices."""
    from b24app import create_worker
    from b24app.logs import configure_logs

    settings = Settings()
    configure_logs(settings.log_level, settings.log_format)
    mine = create_worker(settings).worker
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda _number, _frame: mine.stop())
    mine.start()
    return 0 if mine.wait(settings.worker_stop_s) else 1


def doctor(_arguments: argparse.Namespace) -> int:
    """Check the deployment; one line a check, exit code 1 if one failed."""
    from b24app.doctor import examine

    findings = examine()
    for finding in findings:
        _say(f"{MARKS[finding.grade]} {finding.what}: {finding.words}")
    return 0 if all(finding.good for finding in findings) else 1


def systems(arguments: argparse.Namespace) -> int:
    """Print every manifest, and what could not be loaded."""
    from b24app.systems import broken, discover

    found = discover()
    if arguments.json:
        rows = [plugin.manifest.to_json() for _, plugin in sorted(found.items())]
        _say(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for code, plugin in sorted(found.items()):
            _say(f"{code}: {plugin.manifest.title['en']} ({plugin.manifest.kind}): {', '.join(plugin.manifest.ports)}")
    for name, why in broken().items():
        sys.stderr.write(f"{name} could not be loaded: {why}\n")
    return 1 if broken() else 0


def new_system(arguments: argparse.Namespace) -> int:
    """Write a system whose invented API passes the contract suite, to be replaced by the vendor's piece by piece."""
    from b24app import scaffold

    root = Path(__file__).resolve().parents[1]
    try:
        if arguments.package:
            plan = scaffold.as_package(arguments.name, arguments.title, arguments.package.resolve())
        else:
            plan = scaffold.in_checkout(arguments.name, arguments.title, root)
        plan.write()
    except scaffold.ScaffoldError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in plan.files:
        _say(str(path.relative_to(plan.root)))
    if arguments.package:
        _say(f"\nNow: pip install --no-build-isolation --no-deps -e {plan.root}")
    else:
        # In a process of its own: this one has read its systems already.
        subprocess.run([sys.executable, "-m", "tools.systems"], cwd=root, check=True)
    _say(f"\nNow: python -m pytest tests/contract/systems --systems {arguments.name}")
    _say("How to go on: docs/systems/writing-a-system.md")
    return 0


def db_upgrade(_arguments: argparse.Namespace) -> int:
    """Bring the schema up to this release."""
    from b24app.store import migrate

    engine = Parts.open(Settings()).engine
    migrate.upgrade(engine)
    _say(f"schema at {migrate.current(engine)}")
    return 0


def db_rotate(_arguments: argparse.Namespace) -> int:
    """Re-encrypt everything secret with the first key of WAYBILL_ENCRYPTION_KEYS."""
    from b24app.store.rotate import rotate

    _say(f"{rotate(Parts.open(Settings()).sessions)} rows re-encrypted")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
