"""The image is built where no test runs: what its Dockerfile copies has to be let through by .dockerignore."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COPIED = [
    source
    for line in re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.M)
    for source in line.split()[:-1]
    if source != "."
]


def is_let_through(path: str) -> bool:
    """The last line that fits decides, as the engine reads it; a folder stands for all that is in it."""
    let = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and (fnmatch(path, pattern) or path.startswith(f"{pattern}/")):
            let = line.startswith("!")
    return let


@pytest.mark.parametrize("path", COPIED)
def test_what_the_image_copies_is_sent_to_the_engine(path: str) -> None:
    assert (ROOT / path).exists()
    assert is_let_through(path)
