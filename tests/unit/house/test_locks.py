"""What we install is pinned, hashed, and named without any address, so that every mirror serves."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    return dict(PINNED.findall(lock.read_text()))


def wanted(*extras: str) -> set[str]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {re.split(r"[\[<>=; ]", line)[0].lower() for line in lines}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_line_of_a_lock_is_a_pin_with_hashes(lock: Path) -> None:
    text = re.sub(r"\\\n\s*", " ", lock.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(PINNED.findall(lock.read_text())) > 20
    assert [line for line in lines if "--hash=sha256:" not in line or "://" in line] == []


@pytest.mark.parametrize(
    ("name", "extras"),
    [
        ("base.txt", ("checkout",)),
        ("demo.txt", ("checkout", "embedded", "sandbox")),
        ("dev.txt", ("checkout", "embedded", "sandbox", "dev")),
    ],
)
def test_a_lock_covers_what_pyproject_asks_for(name: str, extras: tuple[str, ...]) -> None:
    assert wanted(*extras) - set(pins(ROOT / "requirements" / name)) == set()


def test_production_runs_the_versions_that_were_tested() -> None:
    tested = pins(ROOT / "requirements/dev.txt")
    for name in ("base.txt", "demo.txt"):
        assert pins(ROOT / "requirements" / name).items() <= tested.items()


def test_browser_packages_are_locked_without_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    own = packages.pop("")
    assert own["dependencies"]["htmx.org"] == "2.0.11"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in own["dependencies"].values())
    assert [name for name, package in packages.items() if "resolved" in package or "integrity" not in package] == []
