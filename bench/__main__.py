"""`python -m bench [row …]`: measure all rows, or those named; 1 when a bar does not hold."""

from __future__ import annotations

import argparse
import sys
import time

from bench import intake
from bench.figures import Figure, save, table

GROUPS = (
    (
        intake.measure,
        ("intake_vs_commit_sqlite", "intake_vs_commit_postgres", "intake_vs_empty", "intake_p99_vs_commit"),
    ),
)
ROWS = tuple(name for _, names in GROUPS for name in names)


def say(text: str) -> None:
    """Progress goes to standard error: the table alone is the output."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def main() -> int:
    """Parse, measure group by group, print, save."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"one or more of: {', '.join(ROWS)}")
    wanted = parser.parse_args().rows or list(ROWS)
    if unknown := sorted(set(wanted) - set(ROWS)):
        parser.error(f"no such row: {', '.join(unknown)}")
    figures: list[Figure] = []
    for measure, names in GROUPS:
        if mine := [name for name in names if name in wanted]:
            figures += measure(mine, say)
            save(figures)
    sys.stdout.write(table(figures) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
