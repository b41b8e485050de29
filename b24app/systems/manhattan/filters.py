"""The fixed list of filters of a mapping profile (manhattan.md §6). Pure; nothing here evaluates code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from b24app.systems.kit.units import decimal_of
from b24app.systems.manhattan.vocabulary import LATIN

#: The name that stands for the zone of the facility that the connection works in.
FACILITY_ZONE = "facilityTimeZone"
_FORMAT = re.compile(r"(?:[^%]|%[YymdHMSf])+")
_COUNT = re.compile(r"[1-9]\d{0,3}")
#: What one call, and one answer, may be made of: orders and pages of thousands of rows have a tenth of it.
MOST_MADE, MOST_READ = 2_000_000, 20_000_000
#: How long an argument may be, and how many filters a value goes through.
LONGEST_ARGUMENT, MOST_FILTERS = 200, 10


class CannotError(ValueError):
    """`code` is a key of `vocabulary.FAULTS`, `params` what its words name."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Room:
    """How much one call or answer may be made of, in values and signs. A template repeats rows in rows and texts in
    texts: a short one could fill the memory that all portals share, or take minutes."""

    def __init__(self, most: int = MOST_MADE) -> None:
        self._left = most

    def take(self, value: Any) -> None:
        """For a value as it is written. Raises CannotError."""
        self.take_some(len(value) if isinstance(value, str) else len(_written(value)))

    def take_some(self, signs: int = 1) -> None:
        """Raises CannotError."""
        self._left -= signs
        if self._left < 0:
            raise CannotError("too_much")


def _written(value: Any) -> str:
    try:
        return str(value)
    except RecursionError:
        raise CannotError("too_much") from None


@dataclass(frozen=True, slots=True)
class Around:
    """What filters may ask beside the value: the facility's zone, the profile's own tables; and how much room is
    left."""

    zone: str = "UTC"
    maps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    room: Room = field(default_factory=Room)


def tables_in(data: Any) -> dict[str, Mapping[str, Any]]:
    """The tables of a document that may be anything."""
    found = data.get("maps") if isinstance(data, Mapping) else None
    rows = found.items() if isinstance(found, Mapping) else ()
    return {str(name): table for name, table in rows if isinstance(table, Mapping)}


@dataclass(frozen=True, slots=True)
class Filter:
    """`takes`: whether it has an argument: `no`, `yes`, `may`. `wrong` says whether an argument makes no sense."""

    apply: Callable[[Any, str, Around], Any]
    takes: str = "no"
    wrong: Callable[[str, Around], bool] = lambda _argument, _around: False


def moment(value: Any) -> datetime:
    """An ISO text; without an offset it is UTC. Raises CannotError."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise CannotError("no_moment", value=str(value)[:60]) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def zone_named(name: str) -> ZoneInfo | None:
    """None: there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _number(value: Any, _argument: str, _around: Around) -> Any:
    if value is None or value == "":
        return None
    found = decimal_of(value)
    if found is None:
        raise CannotError("no_number", value=str(value)[:60])
    return int(found) if found == found.to_integral_value() else float(found)


def _text(value: Any, _argument: str, _around: Around) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _each_letter(text: str) -> str:
    out = []
    for sign in text:
        small = LATIN.get(sign.lower())
        out.append(sign if small is None else small.capitalize() if sign.isupper() else small)
    return "".join(out)


def _date(value: Any, argument: str, _around: Around) -> Any:
    if value is None or value == "":
        return None
    try:
        return datetime.fromisoformat(str(value)).strftime(argument)
    except ValueError:
        raise CannotError("no_moment", value=str(value)[:60]) from None


def _local(value: Any, argument: str, around: Around) -> Any:
    """Wall time of a place, without a zone: `2026-10-05T12:40:00`."""
    if value is None or value == "":
        return None
    name = around.zone if argument == FACILITY_ZONE else argument
    zone = zone_named(name)
    if zone is None:
        raise CannotError("no_zone", value=name[:60])
    return moment(value).astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()


def _map(value: Any, argument: str, around: Around) -> Any:
    table, key = around.maps.get(argument, {}), str(_text(value, "", around) or "")
    if key not in table:
        raise CannotError("not_in_map", value=key[:60], name=argument)
    return table[key]


def _join(value: Any, argument: str, _around: Around) -> str:
    rows = value if isinstance(value, list | tuple) else [value]
    return argument.join(str(each) for each in rows if each not in (None, ""))


FILTERS: Mapping[str, Filter] = {
    "number": Filter(_number),
    "text": Filter(_text),
    "upper": Filter(lambda value, _argument, _around: None if value is None else str(value).upper()),
    "translit": Filter(lambda value, _argument, _around: None if value is None else _each_letter(str(value))),
    "date": Filter(_date, "yes", lambda argument, _around: _FORMAT.fullmatch(argument) is None),
    "local": Filter(
        _local, "yes", lambda argument, _around: argument != FACILITY_ZONE and zone_named(argument) is None
    ),
    "default": Filter(lambda value, argument, _around: argument if value in (None, "") else value, "yes"),
    "map": Filter(_map, "yes", lambda argument, around: argument not in around.maps),
    "join": Filter(_join, "may"),
    "truncate": Filter(
        lambda value, argument, _around: None if value is None else str(value)[: int(argument)],
        "yes",
        lambda argument, _around: _COUNT.fullmatch(argument) is None,
    ),
}
