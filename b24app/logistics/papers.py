"""Print forms of an order: which ones a system offers, and how far one of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.problem import Problem

#: What every PDF begins with: an error page under a good status is not one.
PDF = b"%PDF-"
#: Larger ones are not kept (a label is some 50 KB; one with a hundred places stays under this).
MOST_BYTES = 4 * 1024 * 1024


class PaperKind(StrEnum):
    """What a form is for; the value is a key of the `paper.kind.*` words."""

    WAYBILL = "waybill"
    LABEL = "label"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class PaperForm(Jsonable):
    """One form that a system prints. `code` is ours within the system, `size` the sheet (`A4`, `A6`), `title` the
    system's own name for it where it has one ({ru, en}). `first` = shown at once, the others behind "more"."""

    code: str
    kind: PaperKind
    size: str
    first: bool = False
    title: Mapping[str, str] | None = None

    @property
    def alike(self) -> str:
        """The same for forms of different systems that serve the same end: `label:A6`."""
        return f"{self.kind.value}:{self.size}"


class PaperStage(StrEnum):
    """`gone`: the system dropped it (links expire); asking anew is harmless."""

    PREPARING = "preparing"
    READY = "ready"
    GONE = "gone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PaperState(Jsonable):
    """How far a form is. `key` is the system's for this very print; `problems` say why it was refused."""

    key: str
    stage: PaperStage
    problems: tuple[Problem, ...] = ()
