"""`python -m bench [row …]`: measure all rows, or those named; 1 when a bar does not hold."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import (
    burst,
    dashboard,
    errands,
    following,
    intake,
    lines,
    lists,
    many,
    mapping,
    one_deal,
    rates,
    shop,
    tabs,
)
from bench import map as map_of_points
from bench.figures import Figure, save, table
from bench.town import town

#: Measured by themselves, without the town.
ALONE = (intake, map_of_points, lines, mapping, errands, lists, following, dashboard)
ROWS = (
    *(row for group in ALONE for row in group.ROWS),
    *one_deal.ROWS,
    *burst.ROWS,
    *rates.ROWS,
    *shop.ROWS,
    *many.ROWS,
    *tabs.ROWS,
)


def say(text: str) -> None:
    """Progress goes to standard error: the table alone is the output."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def measure(wanted: Sequence[str], var: Path | None) -> list[Figure]:
    """Group by group; each group's figures are saved as soon as they are there."""
    figures: list[Figure] = []
    for alone in ALONE:
        if mine := [name for name in wanted if name in alone.ROWS]:
            figures += alone.measure(mine, say)
            save(figures)
    if set(wanted) & {*one_deal.ROWS, *burst.ROWS, *many.ROWS, *tabs.ROWS}:
        with town(say, var) as place:
            for group in (one_deal, tabs, burst, many):
                if mine := [name for name in wanted if name in group.ROWS]:
                    figures += group.measure(place, mine, say)
                    save(figures)
    if mine := [name for name in wanted if name in rates.ROWS]:
        figures += rates.measure(mine, say)
        save(figures)
    if mine := [name for name in wanted if name in shop.ROWS]:
        figures += shop.measure(mine, say)
        save(figures)
    return figures


def main() -> int:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"one or more of: {', '.join(ROWS)}")
    parser.add_argument(
        "--var", type=Path, help="an empty folder for the deployment's database and logs, kept afterwards"
    )
    given = parser.parse_args()
    wanted = given.rows or list(ROWS)
    if unknown := sorted(set(wanted) - set(ROWS)):
        parser.error(f"no such row: {', '.join(unknown)}")
    figures = measure(wanted, given.var)
    sys.stdout.write(table(figures) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
