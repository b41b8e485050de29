"""`waybill new-system`: a logistics system to begin with, whose invented API passes the contract suite as it comes out.

The files are in `skeleton/`, as text: they are somebody else's from the moment they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SKELETON = Path(__file__).parent / "skeleton"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 24
#: What a checkout of Waybill has and an installed package of it has not.
CHECKOUT = ("pyproject.toml", "b24app/systems", "sandbox/kernel", "tests/contract/systems", "docs/systems")


class ScaffoldError(Exception):
    """Nothing was written; the words say why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is written: path -> content."""

    root: Path
    files: Mapping[Path, str]

    def write(self) -> None:
        """Raises ScaffoldError, before anything is written, when one of the files is there already."""
        there = [str(path) for path in self.files if path.exists()]
        if there:
            raise ScaffoldError(f"already there: {', '.join(there)}")
        for path, text in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


def in_checkout(code: str, title: str, root: Path) -> Plan:
    """A system in Waybill's own folders. Raises ScaffoldError."""
    if missing := [each for each in CHECKOUT if not (root / each).exists()]:
        raise ScaffoldError(f"{root} is no checkout of Waybill ({missing[0]} is missing): use --package")
    words = _words(code, title) | {"{{adapter}}": f"b24app.systems.{code}"}
    places = {
        "adapter": root / "b24app/systems" / code,
        "emulator": root / "sandbox" / code,
        "tests/harness.py": root / f"tests/contract/systems/{code}_harness.py",
        "tests/test_parts.py": root / f"tests/unit/systems/{code}/test_parts.py",
        "tests/page.md": root / f"docs/systems/{code}.md",
    }
    return Plan(root, dict(_files(places, words)))


def as_package(code: str, title: str, folder: Path) -> Plan:
    """A distribution of its own in `folder`, with the entry points. Raises ScaffoldError."""
    package = f"waybill_{code}"
    words = _words(code, title) | {
        "{{adapter}}": package,
        "{{package}}": package,
        "{{distribution}}": package.replace("_", "-"),
        "{{folder}}": str(folder),
    }
    source = folder / "src" / package
    places = {
        "adapter": source,
        "emulator": source / "emulator",
        "tests/harness.py": source / "harness.py",
        "tests/test_parts.py": folder / "tests/test_parts.py",
        "package": folder,
    }
    return Plan(folder, dict(_files(places, words)))


def _words(code: str, title: str) -> dict[str, str]:
    """Placeholders -> what stands there. Raises ScaffoldError."""
    if not NAME.fullmatch(code) or len(code) > LONGEST:
        raise ScaffoldError(f"{code!r}: a code is at most {LONGEST} small Latin letters, digits and single underscores")
    named = " ".join(title.split()) or code.replace("_", " ").capitalize()
    if any(sign in named for sign in "\"'\\{}") or len(named) > 40:
        raise ScaffoldError(f"{title!r}: a title is at most 40 signs, without quotes and braces")
    name = "".join(part.capitalize() for part in code.split("_"))
    return {"New carrier": named, "NewCarrier": name, "newcarrier": code}


def _files(places: Mapping[str, Path], words: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    for what, place in places.items():
        whole = SKELETON / what
        for path in sorted(whole.glob("*.txt")) if whole.is_dir() else [whole.with_name(f"{whole.name}.txt")]:
            target = place / path.name.removesuffix(".txt") if whole.is_dir() else place
            yield target, _filled(path.read_text("utf-8"), words)


def _filled(text: str, words: Mapping[str, str]) -> str:
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text
