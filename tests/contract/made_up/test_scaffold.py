"""`waybill new-system`: what it writes passes the contract suite as it comes out, in a checkout and in a package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from b24app.cli import main

ROOT = Path(__file__).parents[3]
QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:playwright", "-p", "no:base-url")
#: What the program, the suite and the checks need of a checkout.
PARTS = ("b24app", "sandbox", "tools", "tests", "docs/systems", "pyproject.toml")


def run(*argv: str, cwd: Path, path: Path | str = "") -> str:
    """What it said; it must succeed."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(path), str(cwd))))}
    done = subprocess.run([sys.executable, *argv], check=False, cwd=cwd, env=env, capture_output=True, text=True)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-4000:]
    return told


def passed(told: str) -> int:
    assert not re.search(r"skipped|xfailed", told)
    found = re.search(r"(\d+) passed", told)
    assert found is not None
    return int(found[1])


def copied(checkout: Path) -> None:
    """What is needed of this checkout, compiled modules too: their times are kept."""
    for part in PARTS:
        source, target = ROOT / part, checkout / part
        if source.is_file():
            shutil.copy(source, target)
        else:
            shutil.copytree(source, target)


def test_a_new_system_in_a_checkout_passes_the_whole_suite(tmp_path: Path) -> None:
    """Its adapter, its emulator, its unit tests, its page; and the style that is asked of everybody."""
    copied(tmp_path)
    run("-m", "b24app.cli", "new-system", "nordic_post", "--title", "Nordic Post", cwd=tmp_path)
    tests = ("tests/contract/systems", "tests/unit/systems")
    chosen = ("--systems", "nordic_post", "-k", "nordic_post or overview or every_system or no_page_is_left")
    assert passed(run("-m", "pytest", *QUIET, *tests, *chosen, cwd=tmp_path)) >= 55
    written = ["b24app/systems/nordic_post", "sandbox/nordic_post", "tests/unit/systems/nordic_post",
               "tests/contract/systems/nordic_post_harness.py"]  # fmt: skip
    run("-m", "ruff", "check", "--no-cache", *written, cwd=tmp_path)
    run("-m", "ruff", "format", "--no-cache", "--check", *written, cwd=tmp_path)
    assert "[Nordic Post](nordic_post.md)" in (tmp_path / "docs/systems/README.md").read_text("utf-8")


def test_a_new_system_in_a_package_passes_the_suites_skeleton(tmp_path: Path) -> None:
    folder, site = tmp_path / "heron", tmp_path / "site"
    assert main(["new-system", "heron", "--package", str(folder)]) == 0
    installed(folder, site)
    suite = ("tests/contract/systems/test_orders.py", "tests/contract/systems/test_accounts.py")
    assert passed(run("-m", "pytest", *QUIET, *suite, "--systems", "heron", cwd=ROOT, path=site)) >= 20


def installed(folder: Path, site: Path) -> None:
    """What an installer leaves of the package (pip itself installs the seventh system: `test_seventh.py`)."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    shutil.copytree(folder / "src", site)
    info = site / f"waybill_heron-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n", "utf-8")
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in rows.items())
        for group, rows in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups), "utf-8")
