"""The installer page as its template draws it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from b24app.frames.formats import Formats
from b24app.store.models import InstallStep
from install.run import DONE, FAILED, RUNNING, SKIPPED, WAITING
from install.steps import STEPS

_ICONS = {WAITING: "clock", RUNNING: "hourglass", DONE: "check-circle", FAILED: "alert"}


@dataclass(frozen=True, slots=True)
class StepView:
    """`trouble` says in words why it did not work yet."""

    name: str
    title: str
    text: str
    state: str
    label: str
    icon: str
    trouble: str


@dataclass(frozen=True, slots=True)
class InstallView:
    """`state`: working | done | failed."""

    steps: tuple[StepView, ...]
    state: str
    done: int

    @property
    def version(self) -> str:
        """Differs as soon as a step does."""
        return hashlib.sha256(repr(self.steps).encode()).hexdigest()[:12]


def install_view(rows: Sequence[InstallStep], formats: Formats) -> InstallView:
    known = {row.step: row for row in rows}
    steps = tuple(_step(step.name, known.get(step.name), formats) for step in STEPS)
    states = {step.state for step in steps}
    state = "failed" if FAILED in states else "done" if states == {DONE} else "working"
    return InstallView(steps, state, sum(step.state == DONE for step in steps))


def _step(name: str, row: InstallStep | None, formats: Formats) -> StepView:
    state = row.state if row and row.state in _ICONS else WAITING
    words = formats.words
    return StepView(
        name,
        words(f"install.step.{name}.title"),
        words(f"install.step.{name}.text"),
        state,
        words(f"install.state.{state}"),
        _ICONS[state],
        trouble(row.words, formats) if row and row.words and (state != DONE or _skipped(row)) else "",
    )


def _skipped(row: InstallStep) -> bool:
    return row.words.startswith(f"{SKIPPED}|")


def trouble(stored: str, formats: Formats) -> str:
    """`refused|their words` and the like, as a sentence; their words stay quoted."""
    why, _, said = stored.partition("|")
    key = f"install.why.{why}"
    return formats.words(key, said=formats.quote(said)) if formats.words.has(key) else stored
