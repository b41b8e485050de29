"""A connection's form as it came, field by field: what is stored, and what is wrong with the rest. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from b24app.systems import authorities, profiles, typed
from b24app.systems.plugin import Manifest, SettingField
from b24app.wire.guard import Guard
from placements.app.connections_lists import LISTED, MEANINGS, NOT_MAPPED, REMOTE, codes, row_name


@dataclass(slots=True)
class Read:
    """`errors`: field -> key of the `form.*` words, `details`: field -> what these words name (moments as such)."""

    settings: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    details: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def wrong(self, name: str, why: str, **named: Any) -> None:
        self.errors[name], self.details[name] = why, named


@dataclass(frozen=True, slots=True)
class Around:
    """What a form is read against. `stored`: the account's settings, None = a new account; `lists`: what its system
    told of the fields whose values live there, by their names."""

    guard: Guard
    now: datetime
    stored: Mapping[str, Any] | None = None
    lists: Mapping[str, Any] = field(default_factory=dict)

    def kept(self, name: str) -> str:
        return str((self.stored or {}).get(name) or "")


def read(manifest: Manifest, form: Mapping[str, str], around: Around) -> Read:
    """A wrong value is kept as it was typed, and is not stored by anybody."""
    found = Read()
    for each in manifest.settings_form:
        found.settings[each.name] = _value(found, each, form, around)
    if _goes_elsewhere(manifest, found, around):
        for each in manifest.settings_form:
            if each.kind == "secret" and around.kept(each.name) and not form.get(each.name, "").strip():
                found.wrong(each.name, "secret_again")
    return found


def _goes_elsewhere(manifest: Manifest, found: Read, around: Around) -> bool:
    """Whether a call would now reach another server than the one that a stored secret was written for."""
    return any(
        around.kept(name) and _server(around.kept(name)) != _server(found.settings[name])
        for name in typed.names(manifest)
        if name not in found.errors
    )


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _value(found: Read, each: SettingField, form: Mapping[str, str], around: Around) -> str:
    if each.kind in LISTED:
        return _listed(found, each, form, around)
    if each.kind == profiles.KIND:  # it has an editor of its own (`profiles.py`)
        return around.kept(each.name)
    value = form.get(each.name, "").strip()
    if each.kind == "secret" and not value:
        value = around.kept(each.name)
    if each.required and not value:
        found.wrong(each.name, "required")
    elif each.choices and value not in {choice for choice, _ in each.choices}:
        found.wrong(each.name, "choose")
    elif each.kind == typed.KIND:
        return _url(found, each, value, around.guard)
    elif each.kind == authorities.KIND:
        return _pem(found, each, value, around.now)
    return value


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


def _pem(found: Read, each: SettingField, value: str, now: datetime) -> str:
    try:
        return authorities.checked(value, now)
    except authorities.PemError as error:
        found.wrong(each.name, f"pem_{error.rule}", **error.named)
        return value


# --- values that live in the system -----------------------------------------------------------------------------------


def _listed(found: Read, each: SettingField, form: Mapping[str, str], around: Around) -> str:
    """While the list is not known, the form does not show the field, and what is stored stays."""
    known = codes(around.lists, each.name)
    if each.kind == REMOTE:
        return _remote(found, each, form, around, known)
    rows = {row_name(each.name, code): code for code in (*(known or ()), *_mapped(around.kept(each.name)))}
    sent = {code: form[name] for name, code in rows.items() if name in form}
    if sent:
        if not set(sent.values()) <= {*MEANINGS, NOT_MAPPED}:
            found.wrong(each.name, "choose")
        elif each.required and not any(sent.values()):
            found.wrong(each.name, "map_empty")
        return json.dumps(sent, ensure_ascii=False, sort_keys=True)
    whole = form.get(each.name, "").strip()
    if whole and not _mapped(whole):
        found.wrong(each.name, "map_unreadable")
    return whole or around.kept(each.name)


def _remote(
    found: Read, each: SettingField, form: Mapping[str, str], around: Around, known: tuple[str, ...] | None
) -> str:
    kept = around.kept(each.name)
    value = form.get(each.name, kept).strip()
    if known is None:
        return value
    if (each.required and not value and each.name in form) or (value and value not in known and value != kept):
        found.wrong(each.name, "choose")
    return value


def _mapped(text: str) -> dict[str, str]:
    """A stored or typed mapping; {} for anything else."""
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return {}
    good = isinstance(told, dict) and set(map(str, told.values())) <= {*MEANINGS, NOT_MAPPED}
    return {str(code): str(meaning) for code, meaning in told.items()} if good else {}
