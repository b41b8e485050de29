"""``python -m sandbox``: the emulated world as servers, one process a system unless told otherwise."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sandbox.processes import ProcessWorld
from sandbox.world import World


def main(argv: list[str] | None = None) -> int:
    """Run until Ctrl-C, SIGTERM, or (a child) the end of standard input."""
    options = _parse(argv)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    extra: dict[str, Any] = json.loads(options.options)
    if options.child or options.in_process:
        world: World | ProcessWorld = World(options.var, base_port=options.base_port, systems=options.only, **extra)
    else:
        world = ProcessWorld(options.var, base_port=options.base_port, systems=options.only, **extra)
    with world:
        if options.child:
            _announce(Path(options.var) / f"{options.only[0]}.address", world.control.base_url)
            threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
        else:
            sys.stdout.write(json.dumps(world.addresses, indent=2, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        stop.wait()
    return 0


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--only", action="append", metavar="SYSTEM", help="run this system (may be repeated)")
    parser.add_argument("--base-port", type=int, default=0, help="first port; 0 takes free ones")
    parser.add_argument("--var", default="var/sandbox", help="directory of the shared clock and addresses")
    parser.add_argument("--options", default="{}", help="JSON options handed to the systems")
    parser.add_argument("--in-process", action="store_true", help="all systems in one process")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def _announce(path: Path, url: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(url, "utf-8")
    fresh.replace(path)


def _watch_stdin(stop: threading.Event) -> None:
    while os.read(0, 1024):
        pass
    stop.set()


if __name__ == "__main__":
    raise SystemExit(main())
