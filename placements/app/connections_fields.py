"""A connection's form as it came, field by field: what is stored, and what is wrong with the rest. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from b24app.systems import typed
from b24app.systems.plugin import Manifest, SettingField
from b24app.wire.guard import Guard


@dataclass(slots=True)
class Read:
    """`errors`: field -> key of the `form.*` words, `details`: field -> what these words name."""

    settings: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    details: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def wrong(self, name: str, why: str, **named: str) -> None:
        self.errors[name], self.details[name] = why, named


def read(manifest: Manifest, stored: Mapping[str, Any] | None, form: Mapping[str, str], guard: Guard) -> Read:
    """`stored` None = a new connection. A wrong value is kept as it was typed, and is not stored by anybody."""
    found = Read()
    for each in manifest.settings_form:
        value = form.get(each.name, "").strip()
        if each.kind == "secret" and not value and stored is not None:
            value = str(stored.get(each.name, ""))
        if each.required and not value:
            found.wrong(each.name, "required")
        elif each.choices and value not in {choice for choice, _ in each.choices}:
            found.wrong(each.name, "choose")
        elif each.kind == typed.KIND:
            value = _url(found, each, value, guard)
        found.settings[each.name] = value
    return found


def _url(found: Read, each: SettingField, value: str, guard: Guard) -> str:
    try:
        return typed.checked(value, guard.refusal)
    except typed.UrlError as error:
        found.wrong(each.name, f"url_{error.rule}", **_place(value))
        return value


def _place(value: str) -> dict[str, str]:
    """What the operator would have to allow: the host, or the very origin."""
    try:
        parts = urlsplit(typed.normal(value))
    except typed.UrlError:
        return {"host": "", "origin": ""}
    return {"host": (parts.hostname or ""), "origin": f"{parts.scheme}://{parts.netloc}"}
