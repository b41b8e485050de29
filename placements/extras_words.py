"""What orders may ask for beside carrying, as pages offer it: each with the accounts that give it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from b24app.frames.words import Words
from b24app.logistics.extras import Extra
from b24app.store.models import Connection
from b24app.systems.plugin import Manifest

#: Beginning of the checkboxes' names.
FIELD = "extra_"


@dataclass(frozen=True, slots=True)
class ExtraRow:
    """One checkbox. `givers`: titles of the accounts that give it, "" = none does any more."""

    code: str
    label: str
    ticked: bool
    givers: str


def rows(
    accounts: Iterable[Connection], systems: Mapping[str, Manifest], ticked: Collection[str], t: Words
) -> tuple[ExtraRow, ...]:
    """Those that any of the accounts gives, and what is ticked."""
    known = [(each.title, systems[each.system].extras) for each in accounts if each.system in systems]
    givers = {extra.value: [title for title, given in known if extra.value in given] for extra in Extra}
    return tuple(
        ExtraRow(code, t(f"extras.{code}"), code in ticked, ", ".join(titles))
        for code, titles in givers.items()
        if titles or code in ticked
    )


def read(form: Mapping[str, str]) -> tuple[str, ...]:
    """What was ticked."""
    return tuple(each.value for each in Extra if form.get(FIELD + each.value))


def told(chosen: Sequence[str]) -> dict[str, bool]:
    """As the audit compares it."""
    return {FIELD + each.value: each.value in chosen for each in Extra}
