"""What a section of the app's page is: data that the navigation shows, a view, and its own addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.store.faces.portal import PortalFacts

if TYPE_CHECKING:
    from placements.app.desk import Desk


class Group(StrEnum):
    """`RUN`: tabs of the page; `STEPS`: the numbered steps of the guided set-up; `MORE`: its other pages."""

    RUN = "run"
    STEPS = "steps"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step of the set-up is: `hint` is the line under its name, in the reader's language. Deals ship without
    a step that is not `needed`."""

    done: bool
    hint: str
    needed: bool = True


View = Callable[["Desk", PageSession, PortalFacts], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Section:
    """`GET /app/s/<code>` draws `templates/app/<code>.html` with what `view` returns; words `section.<code>.*`.

    Navigation and section are drawn from the same facts, read once. `routes` adds the section's own addresses.
    `progress` is asked for steps whenever the navigation is drawn: from the facts alone, no remote call.
    """

    code: str
    group: Group
    icon: str
    view: View
    right: Right = Right.SETTINGS
    routes: Callable[[Blueprint, Desk], None] | None = None
    progress: Callable[[PortalFacts, Formats], Progress] | None = None

    @property
    def template(self) -> str:
        return f"app/{self.code}.html"
