"""Settings whose values live in the system: what it told of them, as the form draws it. Pure.

`lists` is what `store.portal_settings.save_lists` keeps of an account: field -> `{"options", "at", "problem"}`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app import words
from b24app.frames.formats import Formats
from b24app.logistics.picking import PACKED
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Option
from b24app.store.models import Connection
from b24app.systems.plugin import Manifest, SettingField
from placements.codes import telling

REMOTE, MAP = "remote", "map"
LISTED = frozenset({REMOTE, MAP})
#: Kind of the rows of a connection's lane that ask for the lists.
ASKED = "lists"
NOT_MAPPED = ""
#: What a state of theirs can mean to us, in the order of a parcel's life.
MEANINGS = (
    Status.CREATED.value,
    Status.ACCEPTED_AT_WAREHOUSE.value,
    PACKED,
    *(
        each.value
        for each in (
            Status.IN_TRANSIT,
            Status.READY_FOR_PICKUP,
            Status.OUT_FOR_DELIVERY,
            Status.DELIVERED,
            Status.DELIVERY_FAILED,
            Status.RETURNING,
            Status.RETURNED,
            Status.CANCELLED,
            Status.REJECTED,
            Status.LOST,
        )
    ),
)


@dataclass(frozen=True, slots=True)
class MapRow:
    """`name` of its control. `gone`: the system no longer has this state."""

    name: str
    code: str
    title: str
    meaning: str
    gone: bool = False

    @property
    def telling(self) -> str:
        """The code beside the name, if it says something to a person."""
        return "" if self.code == self.title else telling(self.code)


@dataclass(frozen=True, slots=True)
class ListView:
    """One field. `state`: `later` (the account has to work first), `loading`, `ready`, `empty`, `error`; `options` and
    `rows` hold what was known before. `gone`: the chosen value is no longer there."""

    name: str
    title: str
    kind: str
    required: bool
    help: str
    state: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    rows: tuple[MapRow, ...] = ()
    gone: bool = False
    said: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Lists:
    """`fields` is empty for systems that have none. `can_ask`: the account works, so its lists can be asked for."""

    fields: tuple[ListView, ...] = ()
    loading: bool = False
    can_ask: bool = False
    at: str = ""
    meanings: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> str:
        return hashlib.sha256(repr((self.loading, self.at, self.can_ask, self.fields)).encode()).hexdigest()[:12]


def row_name(field: str, code: str) -> str:
    return f"map.{field}.{code}"


def codes(lists: Mapping[str, Any], field: str) -> tuple[str, ...] | None:
    """Values of a field as the system told them; None = it has not told yet."""
    told = lists.get(field, {}).get("options")
    return None if told is None else tuple(str(each["code"]) for each in told)


def view(
    manifest: Manifest,
    row: Connection | None,
    lists: Mapping[str, Any],
    loading: bool,
    formats: Formats,
    sent: Mapping[str, str] | None = None,
) -> Lists:
    """`sent` is what the person sent when something was wrong with it."""
    settings = row.settings if row else {}
    fields = [each for each in manifest.settings_form if each.kind in LISTED]
    if not fields:
        return Lists()
    shown = tuple(_field(each, settings, lists.get(each.name, {}), loading, formats, sent) for each in fields)
    moments = [str(told["at"]) for told in lists.values() if told.get("at")]
    at = formats.moment(datetime.fromisoformat(max(moments))) if moments else ""
    works = row is not None and row.state in ("ready", "paused")
    return Lists(shown, loading, works, at, _meanings(formats))


def _meanings(formats: Formats) -> tuple[tuple[str, str], ...]:
    t = formats.words
    named = [(each, t("conn.lists.packed") if each == PACKED else t(f"status.{each}")) for each in MEANINGS]
    return ((NOT_MAPPED, t("conn.lists.not_mapped")), *named)


def _field(
    each: SettingField,
    settings: Mapping[str, Any],
    told: Mapping[str, Any],
    loading: bool,
    formats: Formats,
    sent: Mapping[str, str] | None,
) -> ListView:
    options = None if told.get("options") is None else [Option.from_json(one) for one in told["options"]]
    said, quote = _wrong(told, formats)
    stored = str(settings.get(each.name) or "")
    value = (sent or {}).get(each.name, stored) if each.kind == REMOTE else stored
    gone = bool(options is not None and value and value not in {one.code for one in options})
    choices = tuple((one.code, one.title or one.code) for one in options or ())
    return ListView(
        name=each.name,
        title=each.title.get(formats.lang) or each.name,
        kind=each.kind,
        required=each.required,
        help=each.help.get(formats.lang, ""),
        state=_state(options, bool(said), loading),
        value=value,
        options=choices if each.kind == REMOTE else (),
        rows=_rows(each.name, options, stored, sent) if each.kind == MAP and options is not None else (),
        gone=gone and each.kind == REMOTE,
        said=said,
        quote=quote,
    )


def _state(options: list[Option] | None, wrong: bool, loading: bool) -> str:
    if loading:
        return "loading"
    if wrong:
        return "error"
    if options is None:
        return "later"
    return "ready" if options else "empty"


def _wrong(told: Mapping[str, Any], formats: Formats) -> tuple[str, str]:
    """Our words and theirs about a list that could not be had."""
    if not told.get("problem"):
        return "", ""
    problem = Problem.from_json(told["problem"])
    ours = words.say(f"problem.{problem.code}", formats.lang, **problem.params)
    return f"{formats.words('conn.lists.silent')} {ours}", problem.their_text


def _rows(field: str, options: list[Option], stored: str, sent: Mapping[str, str] | None) -> tuple[MapRow, ...]:
    """Their states in their order, then those that were mapped once and are gone."""
    try:
        chosen = json.loads(stored or "{}")
    except ValueError:
        chosen = {}
    chosen = chosen if isinstance(chosen, dict) else {}
    found = []
    for one in options:
        proposed = one.means if one.means in MEANINGS else NOT_MAPPED
        found.append(_row(field, one.code, one.title or one.code, chosen.get(one.code, proposed), sent))
    known = {one.code for one in options}
    left = [code for code, meaning in chosen.items() if code not in known and meaning]
    found += [_row(field, code, code, chosen[code], sent, gone=True) for code in sorted(left)]
    return tuple(found)


def _row(
    field: str, code: str, title: str, meaning: object, sent: Mapping[str, str] | None, gone: bool = False
) -> MapRow:
    name = row_name(field, code)
    return MapRow(name, code, title, (sent or {}).get(name, str(meaning)), gone)
