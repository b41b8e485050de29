"""What a select of the pipelines' page offers, and what is chosen of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """`gone` = chosen once, and the portal no longer has it."""

    value: str
    label: str
    chosen: bool
    gone: bool = False


@dataclass(frozen=True, slots=True)
class StageChoice:
    """One status and the stage it moves a deal to."""

    status: str
    label: str
    stages: tuple[Choice, ...]


def of_pairs(pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in pairs)


def of_stages(pairs: Sequence[tuple[str, str]], chosen: str, names: Mapping[str, str]) -> tuple[Choice, ...]:
    """The pipeline's stages, and the chosen one also when the portal no longer has it."""
    found = of_pairs(pairs, chosen)
    if not chosen or any(each.chosen for each in found):
        return found
    return (Choice(chosen, names.get(chosen) or chosen, True, gone=True), *found)


def stage_choice(
    code: str,
    title: str,
    chosen: Mapping[str, str],
    stages: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
) -> StageChoice:
    pairs = [(stage["id"], stage["name"]) for stage in stages]
    return StageChoice(code, title, of_stages(pairs, chosen.get(code, ""), names))
