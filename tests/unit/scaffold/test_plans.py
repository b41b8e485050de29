"""What `waybill new-system` would write, and what it refuses."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from b24app.cli import main
from b24app.scaffold import ScaffoldError, as_package, in_checkout

ROOT = Path(__file__).parents[3]


def test_a_system_in_our_own_folders() -> None:
    files = in_checkout("nordic_post", "Nordic Post", ROOT).files
    assert sorted(str(path.relative_to(ROOT)) for path in files) == [
        *(f"b24app/systems/nordic_post/{name}.py"
          for name in ("__init__", "client", "orders", "quotes", "system", "vocabulary")),
        "docs/systems/nordic_post.md",
        "sandbox/nordic_post/README.md",
        *(f"sandbox/nordic_post/{name}.py" for name in ("__init__", "core", "routes", "system")),
        "tests/contract/systems/nordic_post_harness.py",
        "tests/unit/systems/nordic_post/test_parts.py",
    ]  # fmt: skip
    whole = "\n".join(files.values())
    assert 'code="nordic_post"' in whole
    assert "class NordicPostHarness(Harness)" in whole
    assert '"ru": "Nordic Post"' in whole
    assert "newcarrier" not in whole.casefold().replace("new carrier", "newcarrier")
    assert "{{" not in whole
    for path, text in files.items():
        if path.suffix == ".py":
            ast.parse(text)
            assert len(text.splitlines()) < 300
    emulator = [text for path, text in files.items() if "sandbox" in path.parts]
    assert not any("b24app" in text for text in emulator)


def test_a_distribution_of_its_own(tmp_path: Path) -> None:
    files = as_package("heron", "", tmp_path).files
    names = {str(path.relative_to(tmp_path)) for path in files}
    assert {"pyproject.toml", "README.md", "tests/test_parts.py", "src/waybill_heron/__init__.py",
            "src/waybill_heron/harness.py", "src/waybill_heron/emulator/routes.py"} <= names  # fmt: skip
    assert not any("docs" in name for name in names)
    project = files[tmp_path / "pyproject.toml"]
    assert 'name = "waybill-heron"' in project
    assert 'heron = "waybill_heron.emulator:SYSTEM"' in project
    assert 'heron = "waybill_heron.harness:HeronHarness"' in project
    assert "{{" not in "\n".join(files.values())


@pytest.mark.parametrize("code", ["", "Heron", "1st", "a__b", "a_", "a-b", "кит", "../up", "x" * 25])
def test_a_name_that_is_no_code_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError):
        as_package(code, "", tmp_path)


@pytest.mark.parametrize("title", ['The "best"', "a\\b", "{x}", "t" * 41])
def test_a_title_that_would_break_the_files_is_refused(title: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError):
        as_package("heron", title, tmp_path)


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["new-system", "heron", "--title", "Heron", "--package", str(tmp_path)]
    assert main(argv) == 0
    assert "src/waybill_heron/__init__.py" in capsys.readouterr().out
    mine = tmp_path / "src/waybill_heron/client.py"
    mine.write_text("mine", "utf-8")
    assert main(argv) == 1
    assert "already there" in capsys.readouterr().err
    assert mine.read_text("utf-8") == "mine"
    assert main(["new-system", "cdek"]) == 1


def test_an_installed_waybill_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="--package"):
        in_checkout("heron", "", tmp_path)
