"""Stories in rows: so many chapters for each system, told apart by names and by what the goods cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from b24app.demo.teller import Story


@dataclass(frozen=True)
class Cast:
    """One first name a chapter, one surname a system: an emulator knows by the first which order is meant, however the
    whole name is written. A rule takes deals whose goods cost so much: the brackets of the systems follow each other,
    chapters of one are `apart` roubles apart."""

    names: tuple[str, ...]
    surnames: tuple[str, ...]
    first_value: int
    bracket: int = 100
    apart: int = 1

    def values(self, at: int) -> dict[str, str]:
        """The bracket of the system at this place, as a rule's form has it."""
        low = self.first_value + at * self.bracket
        return {"value_from": str(low), "value_to": str(low + self.bracket - 1)}


@dataclass
class Placed(Story):
    """A story that has its place in the cast: chapter by chapter, system by system."""

    cast: ClassVar[Cast]
    place: int = 0

    @property
    def chapter(self) -> int:
        return self.place % len(self.cast.names)

    @property
    def name(self) -> str:
        return f"{self.cast.names[self.chapter]} {self.cast.surnames[self.place // len(self.cast.names)]}"

    @property
    def called(self) -> str:
        """A glob for the recipient's name in the overrides of its emulator."""
        return f"*{self.cast.names[self.chapter]}*"

    @property
    def price(self) -> int:
        """Of all goods, roubles, so that the rule of its system takes it."""
        at = self.place // len(self.cast.names)
        return self.cast.first_value + at * self.cast.bracket + self.chapter * self.cast.apart
