"""Manhattan, which has no public documentation: the JSON Schema of mapping profiles against a validator that others
wrote, our own checker beside it (whatever the schema refuses we refuse, and what we take it takes); and the addresses
and names that a public client and exported templates show (data/manhattan.json)."""

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
from sandbox.manhattan.data import attributes

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


# --- names and addresses that a public client and exported templates show ---------------------------------------------

_PUBLIC = json.loads((Path(__file__).parent / "data/manhattan.json").read_text(encoding="utf-8"))
#: What the generic verbs of the public client add to an entity's address.
_VERBS = ("search", "save", "originalOrderId/${id}", "orderId/${id}", "asnId/${id}", "")


def test_the_default_calls_only_addresses_that_a_public_client_has() -> None:
    for name, operation in json.loads(DEFAULT)["operations"].items():
        entity = max((each for each in _PUBLIC["entities"] if operation["path"].startswith(each)), key=len, default="")
        assert entity, (name, operation["path"])
        assert operation["path"].removeprefix(entity) in _VERBS, (name, operation["path"])


def test_what_is_sent_has_the_names_of_the_exported_templates() -> None:
    names = {kind: set(found) for kind, found in _PUBLIC["names"].items()}
    operations = json.loads(DEFAULT)["operations"]
    order, asn = operations["create_shipment"]["body"], operations["create_receipt"]["body"]
    sent = {
        "order": order, "address": order["DestinationAddress"], "order_line": order["OriginalOrderLine"],
        "asn": asn, "asn_line": asn["AsnLine"],
    }  # fmt: skip
    strange = {kind: set(body) - {"@each"} - names[kind] for kind, body in sent.items()}
    assert {kind: found for kind, found in strange.items() if found} == {}


def test_the_emulator_knows_exactly_these_names() -> None:
    theirs = {kind: sorted(names) for kind, names in _PUBLIC["names"].items()}
    ours = {
        "order": attributes.ORDER, "order_line": attributes.ORDER_LINE, "address": attributes.ADDRESS,
        "asn": attributes.ASN, "asn_line": attributes.ASN_LINE, "lpn": attributes.LPN,
        "lpn_detail": attributes.LPN_DETAIL,
    }  # fmt: skip
    assert {kind: sorted(names) for kind, names in ours.items()} == theirs
