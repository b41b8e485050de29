"""The JSON Schema of mapping profiles against a validator that others wrote, and our own checker beside it: whatever
the schema refuses we refuse, and what we take it takes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from b24app.systems.manhattan.checking import faults_in
from b24app.systems.manhattan.profile import DEFAULT

_SCHEMA = Path(__file__).resolve().parents[2] / "docs/systems/manhattan-profile.schema.json"
_WRONG: tuple[Any, ...] = (None, True, 0, "x", [], {}, ["x"], {"x": "=y"})


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    yield path
    rows = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, below in rows:
        yield from places(below, (*path, name))


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        node = node[part]
    return node


def broken(data: Any, seed: int) -> Any:
    """The document with one thing replaced, left out, or added."""
    rng = random.Random(seed)
    fresh = copy.deepcopy(data)
    path = rng.choice([each for each in places(fresh) if each])
    owner, name = at(fresh, path[:-1]), path[-1]
    what = rng.randrange(3)
    if what == 0:
        owner[name] = copy.deepcopy(rng.choice(_WRONG))
    elif what == 1:
        del owner[name]
    elif isinstance(owner, dict):
        owner["surplus"] = 1
    return fresh


def test_the_schema_is_one_and_takes_the_default() -> None:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(json.loads(DEFAULT))) == []


def test_what_the_schema_refuses_is_refused_by_the_checker() -> None:
    validator = Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))
    default = json.loads(DEFAULT)
    refused = taken = 0
    for seed in range(40):
        document = broken(default, seed)
        bad, faults = not validator.is_valid(document), faults_in(document)
        refused, taken = refused + bad, taken + (not faults)
        assert not bad or faults, (seed, next(validator.iter_errors(document)).json_path)
    assert refused > 10
    assert taken > 3
