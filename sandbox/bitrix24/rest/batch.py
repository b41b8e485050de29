"""``batch``: up to 50 commands in one request, one after another, with references (contract bitrix24-app §3.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.wire import empty, pairs_of, parse_str, php_array

from .call import Call, Identity
from .dispatch import find_method, run
from .registry import Method, method

MAX_COMMANDS = 50
_REFERENCE = re.compile(r"\$(result|next|total|time|error)(\S*)")
_STEP = re.compile(r"\[([^\]]*)\]")
_FILES = ("upload", "download")


@dataclass
class BatchState:
    """What earlier commands left for later ones, by the name a reference uses."""

    result: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    total: dict[str, Any] = field(default_factory=dict)
    next: dict[str, Any] = field(default_factory=dict)
    time: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {
            "result": php_array(self.result),
            "result_error": php_array(self.error),
            "result_total": php_array(self.total),
            "result_next": php_array(self.next),
            "result_time": php_array(self.time),
        }


@method("batch")
def batch(call: Call) -> Any:
    """Answers 200 whatever happens to the commands; each has its own result or error."""
    state = BatchState()
    halt = not empty(call.any_case("halt"))
    done = 0
    for key, text in pairs_of(call.any_case("cmd")):
        if not isinstance(text, str):
            continue
        done += 1
        if done > MAX_COMMANDS:
            text_of = f"Max batch length exceeded {MAX_COMMANDS}"
            state.error[key] = RestError("ERROR_BATCH_LENGTH_EXCEEDED", text_of).body()
            continue
        if not _command(call.portal, call.identity, state, key, text) and halt:
            break
    return state.body()


def command_names(params: dict[str, Any]) -> list[str]:
    """The inner method names of a batch, for the journal."""
    cmd = next((value for key, value in params.items() if key.lower() == "cmd"), None)
    return [text.partition("?")[0] for _, text in pairs_of(cmd) if isinstance(text, str)]


def _command(portal: Portal, identity: Identity, state: BatchState, key: str, text: str) -> bool:
    """Run one command; False if it failed."""
    name, _, query = text.partition("#")[0].partition("?")
    name = name.strip("/").removesuffix(".json")
    try:
        found = _allowed(name)
        params = {name: resolve(value, state) for name, value in parse_str(query).items()}
        outcome = run(portal, identity, found, params, nested=True)
    except RestError as problem:
        state.error[key] = problem.body()
        if problem.code == "insufficient_scope":
            state.error[key]["error_description"] = ""
        return False
    state.result[key] = outcome.result
    state.time[key] = outcome.time
    if outcome.total is not None:
        state.total[key] = outcome.total
    if outcome.next is not None:
        state.next[key] = outcome.next
    return True


def _allowed(name: str) -> Method:
    found = find_method(name)
    if found.name == "batch" or found.name.rpartition(".")[2].lower() in _FILES:
        raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
    return found


def resolve(value: Any, state: BatchState) -> Any:
    """Put references in. A whole value takes any type; inside a text only a string is put in (§3.4)."""
    if isinstance(value, dict):
        return {key: resolve(child, state) for key, child in value.items()}
    if isinstance(value, list):
        return [resolve(child, state) for child in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return walk(whole, state)

    def replace(match: re.Match[str]) -> str:
        found = walk(match, state)
        return found if isinstance(found, str) else match.group()

    return _REFERENCE.sub(replace, value)


def walk(match: re.Match[str], state: BatchState) -> Any:
    """Follow the brackets; at a missing key or a null the last container found is the value (crm §13.3)."""
    node: Any = getattr(state, match.group(1))
    for key in _STEP.findall(match.group(2)):
        children = dict(pairs_of(node))
        if children.get(key) is None:
            break
        node = children[key]
    return node
