"""Every system has its page, and the page's tables are what the manifest says."""

from __future__ import annotations

from pathlib import Path

import pytest

from b24app.systems import discover
from b24app.systems.describe import manifest_table, overview_tables

PAGES = Path(__file__).parents[3] / "docs" / "systems"


@pytest.mark.parametrize("code", sorted(discover()))
def test_the_systems_page_shows_its_manifest(code: str) -> None:
    assert manifest_table(discover()[code].manifest) in (PAGES / f"{code}.md").read_text("utf-8")


def test_the_overview_shows_all_manifests() -> None:
    assert overview_tables(plugin.manifest for plugin in discover().values()) in (PAGES / "README.md").read_text(
        "utf-8"
    )


def test_no_page_is_left_of_a_system_that_went() -> None:
    others = {"README", "writing-a-system"}
    assert {path.stem for path in PAGES.glob("*.md")} - others == set(discover())
