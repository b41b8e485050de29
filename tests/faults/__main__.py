"""`python -m tests.faults`: the full fault run, twice, then one of returns and one of messages. Exit code 1 if one rule
is broken."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from tests.faults.driven import Orders
from tests.faults.run import run
from tests.faults.run_messages import run_messages
from tests.faults.run_returns import run_returns
from tests.faults.scale import FULL, MESSAGES, RETURNS, SHORT, SHORT_MESSAGES, SHORT_RETURNS
from tests.faults.table import draw


def main(argv: list[str] | None = None) -> int:
    """Run what is asked for; 0 only if everything holds."""
    options = _parser().parse_args(argv)
    scale = SHORT if options.short else FULL
    scale = replace(scale, deals=options.deals or scale.deals)
    plans = [Orders(True, "sqlite", options.seed), Orders(False, "postgres", options.seed + 1)]
    others = {
        "returns": (run_returns, SHORT_RETURNS if options.short else RETURNS),
        "messages": (run_messages, SHORT_MESSAGES if options.short else MESSAGES),
    }
    last = plans[-1]
    if options.only in ("1", "2"):
        plans, others = [plans[int(options.only) - 1]], {}
    elif options.only:
        plans, others = [], {options.only: others[options.only]}
    if options.database:
        last = replace(last, database=options.database)
        plans = [replace(plan, database=options.database) for plan in plans]
    verdicts = []
    for number, plan in enumerate(plans, 1):
        check = "on" if plan.unique_numbers else "OFF"
        print(f"Run {number} of {len(plans)}: {scale.deals} deals, {plan.database}, check {check}…", flush=True)
        say = (lambda line: print(line, flush=True)) if options.verbose else _silent
        verdicts.append(run(scale, plan, options.var.resolve() / str(number), say))
        print(draw(verdicts[-1]), flush=True)
    for at, (name, (go, its)) in enumerate(others.items(), 1):
        plan = replace(last, seed=last.seed + at)
        print(f"{name.capitalize()}: {its.deals} deals, {plan.database}…", flush=True)
        say = (lambda line: print(line, flush=True)) if options.verbose else _silent
        verdicts.append(go(its, plan, options.var.resolve() / name, say))
        print(draw(verdicts[-1]), flush=True)
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _silent(_line: str) -> None:
    """Progress is only for those who ask."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--deals", type=int, default=0, help="how many deals (2000)")
    parser.add_argument("--seed", type=int, default=20261, help="of the dice; the second run takes the next one")
    parser.add_argument("--only", choices=("1", "2", "returns", "messages"), help="1: the carrier's check on; 2: off")
    parser.add_argument("--database", choices=("sqlite", "postgres"), help="for every run (SQLite, then PostgreSQL)")
    parser.add_argument("--short", action="store_true", help="the scale of make test")
    parser.add_argument("--verbose", action="store_true", help="progress every second")
    parser.add_argument("--var", type=Path, default=Path("var/faults"), help="folder of data and logs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
