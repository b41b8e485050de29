"""The engine of mapping profiles (manhattan.md §6): calls from our facts, our facts from answers. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from b24app.systems.kit.json_lines import Doubled, line_at, lines_of, place_of
from b24app.systems.manhattan import vocabulary as words
from b24app.systems.manhattan.answers import fields_of, first_at, rows_at, texts_at
from b24app.systems.manhattan.checking import faults_in
from b24app.systems.manhattan.checks import Fault
from b24app.systems.manhattan.filters import MOST_MADE, MOST_READ, Around, Room
from b24app.systems.manhattan.values import in_address, in_query, plain, value_of
from b24app.systems.profiles import LONGEST, ProfileFault

_HERE = files(__package__)
DEFAULT = (_HERE / "default.json").read_text(encoding="utf-8")
SAMPLES: Mapping[str, Any] = json.loads((_HERE / "samples.json").read_text(encoding="utf-8"))
Json = dict[str, Any]


class BrokenError(ValueError):
    """A document that is no profile; `faults` say where and why."""

    def __init__(self, faults: tuple[ProfileFault, ...]) -> None:
        super().__init__("; ".join(f"{fault.line} {fault.place}: {fault.words['en']}" for fault in faults[:3]))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Built:
    """A call as it would leave, on the system's own host. `body` None = it has none."""

    verb: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Said:
    """Why an answer is no success, in their words."""

    texts: tuple[str, ...]
    codes: tuple[str, ...]


class Profile:
    """One checked document."""

    def __init__(self, data: Json) -> None:
        self.data = data
        self.auth: Mapping[str, Any] = data["auth"]
        self.grams = words.GRAMS[data["units"]["weight"]]
        self.millimetres = words.MILLIMETRES[data["units"]["length"]]
        self.picking_started: str = data["picking_started"]
        self.conditions: Mapping[str, list[str]] = data["conditions"]

    def has(self, operation: str) -> bool:
        return operation in self.data["operations"]

    def around(self, zone: str, most: int = MOST_MADE) -> Around:
        return Around(zone or "UTC", self.data.get("maps") or {}, Room(most))

    # --- out ----------------------------------------------------------------------------------------------------------

    def build(self, operation: str, source: Mapping[str, Any]) -> Built:
        """Raises CannotError when a value cannot be made of what is known."""
        spec = self.data["operations"][operation]
        around = self.around(zone_of(source))
        body = value_of(spec["body"], source, around, in_query(self.data["in_quotes"])) if "body" in spec else None
        return Built(
            spec["method"],
            str(value_of(f"={spec['path']}", source, around, in_address)),
            {name: plain(value_of(value, source, around, plain), "") for name, value in spec.get("query", {}).items()},
            {name: _line(value_of(each, source, around, plain)) for name, each in self.data["headers"].items()},
            _wrapped(body, spec.get("wrap", "none")),
        )

    def waits(self, operation: str) -> bool:
        """The call only acknowledges (§1.4): what became of it is read later."""
        return bool(self.data["operations"][operation].get("wrap") == "xint")

    # --- in -----------------------------------------------------------------------------------------------------------

    def rows(self, operation: str, document: Any, zone: str) -> list[Json]:
        """Raises OddError for an answer without its list, CannotError for a value that no filter takes."""
        spec = self.data["operations"][operation]
        found = rows_at(spec["rows"], document, self.data["paths"].get("total", ""))
        around = self.around(zone, MOST_READ)
        rows = [fields_of(spec["fields"], row, around) for row in found]
        key = words.OPERATIONS[operation].needs[0]
        return [row for row in rows if row.get(key) not in (None, "")]

    def total(self, document: Any) -> int | None:
        path = self.data["paths"].get("total")
        found = first_at(path, document) if path else None
        return found if type(found) is int else None

    def new_id(self, operation: str, document: Any, source: Mapping[str, Any]) -> str:
        """What was saved is called; "" when neither the answer nor we can tell."""
        result = self.data["operations"][operation].get("result", {})
        found = first_at(result["id"], document) if "id" in result else None
        if found in (None, "") and "fallback_id" in result:
            found = value_of(result["fallback_id"], source, self.around(""), plain)
        return str(found or "")

    def failure(self, operation: str, status: int, document: Any) -> Said | None:
        """None = it worked (§2): a good status, `success` not false, nothing among the failed records."""
        rule = {**self.data["success"], **self.data["operations"][operation].get("success", {})}
        refused = first_at(rule["not_false"], document) is False if "not_false" in rule else False
        failed = bool(first_at(rule["empty"], document)) if "empty" in rule else False
        if status in rule["http"] and not refused and not failed:
            return None
        paths = self.data["paths"]
        return Said(
            tuple(texts_at(paths["error_text"], document)), tuple(texts_at(paths.get("error_code", []), document))
        )

    def is_envelope(self, document: Any) -> bool:
        """An answer that says anything at all in the shape that the profile knows."""
        rule, paths = self.data["success"], self.data["paths"]
        known = [path for path in (paths.get("data"), rule.get("not_false")) if path]
        return any(first_at(path, document) is not None for path in known)

    # --- meanings -----------------------------------------------------------------------------------------------------

    def order_status(self, facts: Mapping[str, Any]) -> str:
        """A value of `Status`; "" when the profile does not know."""
        found = self._meant("order", facts)
        return found or str(self.data["status_map"].get("default") or "")

    def receipt_stage(self, facts: Mapping[str, Any]) -> str:
        known = {**facts, "verified": bool(facts.get("verifiedAt")), "received": bool(facts.get("receivedAt"))}
        return self._meant("receipt", known)

    def _meant(self, kind: str, facts: Mapping[str, Any]) -> str:
        rules = self.data["status_map"][kind]
        return next((str(rule["status"]) for rule in rules if _holds(rule["when"], facts)), "")

    def is_packed(self, raw: str) -> bool:
        return words.between(raw, *self.data["packed"])

    def is_picking(self, raw: str) -> bool:
        """Nothing is cancelled any more (§5)."""
        return words.between(raw, self.picking_started, "9" * 12) and raw.isdigit()


def zone_of(source: Mapping[str, Any]) -> str:
    """The facility's, as the sources name it."""
    connection = source.get("connection")
    return str(connection.get("timeZone") or "") if isinstance(connection, Mapping) else ""


def _holds(when: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    for name, want in when.items():
        if name == "raw_between":
            raw = str(facts.get("raw") or "")
            if not raw or not words.between(raw, *want):
                return False
        elif isinstance(want, bool):
            if bool(facts.get(name)) is not want:
                return False
        elif str(facts.get(name) or "") != want:
            return False
    return True


def _line(value: Any) -> str:
    """A header is one line, in the signs that a header may have."""
    return "".join(sign for sign in str(value or "") if " " <= sign <= "~")


def _wrapped(body: Any, wrap: str) -> Any:
    if wrap == "xint":
        return {"Payload": {"data": [body]}}
    return body if wrap == "none" else {wrap: [body]}


# --- texts ------------------------------------------------------------------------------------------------------------


def read_profile(text: str) -> Profile:
    """An empty text is the default. Raises BrokenError."""
    return _read(text.strip() or DEFAULT)


@lru_cache(maxsize=64)
def _read(text: str) -> Profile:
    data, faults = checked(text)
    if faults:
        raise BrokenError(faults)
    return Profile(data)


@lru_cache(maxsize=16)
def checked(text: str) -> tuple[Any, tuple[ProfileFault, ...]]:
    """The document (nobody changes it) and everything that is wrong with it, in the order of its lines."""
    if len(text) > LONGEST:
        return None, (_fault(1, "", Fault((), "too_long", {"most": LONGEST})),)
    try:
        data = json.loads(text, parse_constant=_no_constant)
        lines = lines_of(text)
    except Doubled as twice:
        return None, (_fault(twice.line, place_of(twice.path), Fault((), "doubled", {"name": twice.path[-1]})),)
    except json.JSONDecodeError as broken:
        return None, (_fault(broken.lineno, "", Fault((), "json", {"why": broken.msg})),)
    except (ValueError, RecursionError) as broken:
        return None, (_fault(1, "", Fault((), "json", {"why": str(broken)[:80]})),)
    found = [_fault(line_at(lines, each.path), place_of(each.path), each) for each in faults_in(data)]
    return data, tuple(sorted(found, key=lambda fault: fault.line))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _fault(line: int, place: str, fault: Fault) -> ProfileFault:
    return ProfileFault(line, place, words_of(fault.code, fault.params))


def words_of(code: str, params: Mapping[str, Any]) -> dict[str, str]:
    """A fault in both languages."""
    said = {}
    for lang, text in words.FAULTS[code].items():
        known = {**params, "want": words.KINDS[params["want"]][lang]} if code == "kind" else params
        said[lang] = text.format(**known)
    return said
