"""`python -m tools.systems`: write the tables that docs/systems/ takes from the manifests anew."""

from __future__ import annotations

import re
from pathlib import Path

from b24app.systems import discover
from b24app.systems.describe import manifest_table, overview_tables

PAGES = Path(__file__).resolve().parents[1] / "docs/systems"
#: Tables of a page that follow each other with nothing but empty lines between them.
_TABLES = re.compile(r"^\|.*\n(?:^\|.*\n|^\n(?=\|))*", re.MULTILINE)


def renewed(page: str, tables: str) -> str:
    """The page with its first run of tables replaced."""
    found = _TABLES.search(page)
    return page[: found.start()] + tables + page[found.end() :] if found else f"{page.rstrip()}\n\n{tables}"


def main() -> None:
    """Only pages of our own systems: other people's are their own business."""
    manifests = {code: plugin.manifest for code, plugin in discover().items() if (PAGES / f"{code}.md").exists()}
    for code, manifest in manifests.items():
        path = PAGES / f"{code}.md"
        path.write_text(renewed(path.read_text("utf-8"), manifest_table(manifest)), "utf-8")
    overview = PAGES / "README.md"
    overview.write_text(renewed(overview.read_text("utf-8"), overview_tables(manifests.values())), "utf-8")


if __name__ == "__main__":
    main()
