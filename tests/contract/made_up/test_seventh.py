"""A seventh system, in somebody else's distribution: its adapter, its emulator and its harness are found through entry
points, and the contract suite runs for it as for our own. Nothing of Waybill was edited for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
QUIET = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:playwright", "-p", "no:base-url")


def test_it_passes_the_whole_contract_suite(made_up_distribution: Path) -> None:
    path = os.pathsep.join(filter(None, (str(made_up_distribution), str(ROOT), os.environ.get("PYTHONPATH"))))
    argv = [sys.executable, "-m", "pytest", "-q", *QUIET, "tests/contract/systems", "--systems", "crane", "-k", "crane"]
    env = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(argv, check=False, cwd=ROOT, env=env, capture_output=True, text=True)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-4000:]
    summary = re.search(r"(\d+) passed", told)
    assert summary is not None
    assert int(summary[1]) >= 55
    assert not re.search(r"skipped|xfailed", told)
