"""Weights and sizes that are taken when the catalogue has none: of the portal and by section. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.frames.formats import Formats
from placements.app.measures import DEFAULTS, SECTION, typed_back

#: Sections drawn at once; the search finds the others.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class SizeField:
    """One value of a form: what is stored or was typed, and what holds while it is empty."""

    name: str
    typed: str
    inherited: str = ""


@dataclass(frozen=True, slots=True)
class DefaultsForm:
    fields: tuple[SizeField, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False


@dataclass(frozen=True, slots=True)
class SectionRow:
    """`path` are the names of the sections above. `own` = it says something itself; `says` is what holds, and
    `of` the section that it comes from ("" = the portal's)."""

    id: int
    name: str
    path: str
    own: bool
    says: str
    of: str
    form: DefaultsForm


@dataclass(frozen=True, slots=True)
class SectionList:
    query: str
    rows: tuple[SectionRow, ...]
    found: int
    total: int


def portal_form(
    settings: Mapping[str, Any],
    formats: Formats,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    saved: bool = False,
) -> DefaultsForm:
    stored = settings.get("defaults", {})
    shown = {name: typed_back(stored.get(name), name, formats) for name in DEFAULTS}
    values = {name: typed.get(f"all_{name}", "") for name in DEFAULTS} if typed is not None else shown
    return DefaultsForm(tuple(SizeField(name, values[name]) for name in DEFAULTS), errors or {}, saved)


def section_list(
    settings: Mapping[str, Any],
    formats: Formats,
    query: str = "",
    changed: int = 0,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> SectionList:
    """Sections whose path holds `query`, those with own values first. `changed` is the section just saved, or refused
    with `errors` and what was `typed`."""
    tree = {each["id"]: each for each in settings.get("sections", ())}
    own = {int(key): sizes for key, sizes in settings.get("section_defaults", {}).items()}
    paths = {key: _above(tree, key) for key in tree}
    names = {key: " / ".join(tree[each]["name"] for each in (*reversed(paths[key]), key)) for key in tree}
    wanted = query.casefold().strip()
    found = [key for key in tree if wanted in names[key].casefold()]
    found.sort(key=lambda key: (key != changed, key not in own, names[key].casefold()))
    rows = []
    for key in found[:SHOWN]:
        mine = key == changed
        form = _form(key, paths[key], own, settings, formats, errors if mine else None, typed if mine else None)
        rows.append(_row(key, tree, paths[key], own, settings, formats, form))
    return SectionList(query, tuple(rows), len(found), len(tree))


def _above(tree: Mapping[int, Mapping[str, Any]], section: int) -> list[int]:
    """Sections above, the nearest first."""
    found: list[int] = []
    current = tree[section]["above"]
    while current in tree and current not in found and current != section:
        found.append(current)
        current = tree[current]["above"]
    return found


def _holds(
    name: str, keys: list[int], own: Mapping[int, Mapping[str, int]], settings: Mapping[str, Any]
) -> tuple[int, int]:
    """The value that holds for the first of `keys`, and the section it comes from (0 = the portal's)."""
    for key in keys:
        if name in own.get(key, {}):
            return own[key][name], key
    return int(settings.get("defaults", {}).get(name, 0)), 0


def _form(
    key: int,
    above: list[int],
    own: Mapping[int, Mapping[str, int]],
    settings: Mapping[str, Any],
    formats: Formats,
    errors: Mapping[str, str] | None,
    typed: Mapping[str, str] | None,
) -> DefaultsForm:
    def value(name: str) -> str:
        if typed is not None and errors:
            return typed.get(f"own_{name}", "")
        return typed_back(own.get(key, {}).get(name), name, formats)

    fields = tuple(
        SizeField(name, value(name), typed_back(_holds(name, above, own, settings)[0], name, formats))
        for name in SECTION
    )
    return DefaultsForm(fields, errors or {}, saved=typed is not None and not errors)


def _row(
    key: int,
    tree: Mapping[int, Mapping[str, Any]],
    above: list[int],
    own: Mapping[int, Mapping[str, int]],
    settings: Mapping[str, Any],
    formats: Formats,
    form: DefaultsForm,
) -> SectionRow:
    weight, source = _holds("weight_g", [key, *above], own, settings)
    sides = [_holds(name, [key, *above], own, settings)[0] for name in SECTION[1:]]
    size = formats.size(sides[0], sides[1], sides[2])
    box = f"{size} {formats.words('measure.cm')}" if size else ""
    says = [typed_back(weight, "weight_g", formats) if weight else "", box]
    return SectionRow(
        id=key,
        name=str(tree[key]["name"]),
        path=" / ".join(str(tree[each]["name"]) for each in reversed(above)),
        own=key in own,
        says=", ".join(filter(None, says)),
        of=str(tree[source]["name"]) if source and source != key else "",
        form=form,
    )
