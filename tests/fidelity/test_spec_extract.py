"""The committed extracts are what tools/spec_extract.py makes of the specifications."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import spec_extract

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/spec_extract.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_the_extracts_are_up_to_date_or_the_tool_says_what_it_misses() -> None:
    """A clone without the specifications beside it keeps the extracts as they are."""
    done = run("--check")
    if spec_extract.SPECS.is_dir():
        assert (done.returncode, done.stdout) == (0, "as the specifications say\n")
    else:
        assert (done.returncode, "name their folder in WAYBILL_SPECS" in done.stderr) == (1, True)


def test_a_missing_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WAYBILL_SPECS", str(tmp_path / "nowhere"))
    done = run()
    assert done.returncode == 1
    assert done.stderr == f"no specifications in {tmp_path / 'nowhere'}: name their folder in WAYBILL_SPECS\n"


def test_prose_goes_and_a_property_of_that_name_stays() -> None:
    schema = {
        "type": "object",
        "description": "words",
        "x-order": 1,
        "properties": {
            "description": {"type": "string", "example": "words"},
            "of": {"$ref": "#/components/schemas/Of"},
        },
    }
    kept = spec_extract.bare(schema, "core")
    assert kept == {
        "type": "object",
        "properties": {"description": {"type": "string"}, "of": {"$ref": "#/schemas/core.Of"}},
    }
    assert list(spec_extract.references(kept)) == ["core.Of"]
