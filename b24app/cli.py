"""`waybill <command>`: worker, db … (more commands join here)."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence

from b24app.parts import Parts, open_worker
from b24app.settings import Settings

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    return command(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="waybill", description="Ships CRM deals through logistics systems.")
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("worker", help="serve lanes until SIGTERM").set_defaults(command=worker)
    database = commands.add_parser("db", help="the database's schema").add_subparsers(required=True, metavar="what")
    database.add_parser("upgrade", help="bring the schema up to this release").set_defaults(command=db_upgrade)
    database.add_parser("rotate-keys", help="re-encrypt secrets with the newest key").set_defaults(command=db_rotate)
    return parser


def worker(_arguments: argparse.Namespace) -> int:
    """Serve lanes until SIGTERM or Ctrl-C, then finish the running slices."""
    from b24app.logs import configure_logs

    settings = Settings()
    configure_logs(settings.log_level, settings.log_format)
    parts = Parts.open(settings)
    mine = open_worker(parts).worker
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda _number, _frame: mine.stop())
    mine.start()
    return 0 if mine.wait(settings.worker_stop_s) else 1


def db_upgrade(_arguments: argparse.Namespace) -> int:
    """Bring the schema up to this release."""
    from b24app.store import migrate

    engine = Parts.open(Settings()).engine
    migrate.upgrade(engine)
    print(f"schema at {migrate.current(engine)}")
    return 0


def db_rotate(_arguments: argparse.Namespace) -> int:
    """Re-encrypt everything secret with the first key of WAYBILL_ENCRYPTION_KEYS."""
    from b24app.store.rotate import rotate

    print(f"{rotate(Parts.open(Settings()).sessions)} rows re-encrypted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
