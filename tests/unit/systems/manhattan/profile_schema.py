"""The JSON Schema of a mapping profile (draft 2020-12), made of the same tables that the checker uses: what
`docs/systems/manhattan-profile.schema.json` has to be. What it cannot say (that a source or a map exists, that two
texts are in order) the checker says alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from b24app.systems.manhattan import vocabulary as words

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string", "minLength": 1}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_PAIR: Schema = {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}
_ANSWER: Schema = {"$ref": "#/$defs/answer"}
_ANSWERS: Schema = {"type": "array", "items": _ANSWER, "minItems": 1}
_READ: Schema = {"$ref": "#/$defs/read"}
_MAPPED: Schema = {"$ref": "#/$defs/mapped"}
_PATH: Schema = {"$ref": "#/$defs/path"}
_FIELD: Schema = {"$ref": "#/$defs/field"}
_SUCCESS: Schema = {"$ref": "#/$defs/success"}
_STEPS = r"^\s*\$(\.[A-Za-z_][\w-]*|\[\d+\]|\[\*\])*\s*"
_TEXT_DEFS: Mapping[str, Schema] = {
    "answer": {"type": "string", "pattern": _STEPS + "$"},
    "read": {"type": "string", "pattern": _STEPS + r"(\|.*)?$"},
    "field": {"anyOf": [_READ, {"type": "array", "items": _READ}]},
    "mapped": {"type": "string", "pattern": r"^([=$]|@index1$)"},
    "path": {"type": "string", "pattern": r"^/(?!/)(?!.*\.\.)"},
}


def json_schema() -> Schema:
    parts: Schema = {
        "profile": _TEXT,
        "version": {"const": 1},
        "auth": _auth(),
        "headers": {
            "type": "object",
            "additionalProperties": _MAPPED,
            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9-]*$"},
        },
        "paths": _table(
            {"data": _ANSWER, "total": _ANSWER, "error_text": _ANSWERS, "error_code": _ANSWERS}, ["error_text"]
        ),
        "success": _SUCCESS,
        "in_quotes": {"type": "boolean"},
        "units": _table({"weight": {"enum": [*words.GRAMS]}, "length": {"enum": [*words.MILLIMETRES]}}),
        "operations": _table(
            {name: _operation(spec) for name, spec in words.OPERATIONS.items()},
            [name for name, spec in words.OPERATIONS.items() if spec.required],
        ),
        "status_map": _status_map(),
        "packed": _PAIR,
        "picking_started": _TEXT,
        "conditions": _table({"accepted": _TEXTS, "damaged": _TEXTS}),
        "maps": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _plain()}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping profile of a Manhattan Active WM connection",
        **_table(parts, [name for name in parts if name != "maps"]),
        "$defs": {**_TEXT_DEFS, "success": _success(), "template": _template()},
    }


def _table(parts: Mapping[str, Schema], needs: Collection[str] | None = None) -> Schema:
    wanted = [*parts] if needs is None else [*needs]
    return {"type": "object", "properties": dict(parts), "required": wanted, "additionalProperties": False}


def _auth() -> Schema:
    return _table(
        {
            "grant": {"const": "password"},
            "client_auth": {"const": "basic"},
            "token_paths": {"type": "array", "items": _PATH, "minItems": 1},
            "reuse_seconds": {"type": "integer", "minimum": 60, "maximum": 86_400},
        }
    )


def _success() -> Schema:
    codes = {"type": "array", "items": {"type": "integer", "minimum": 200, "maximum": 299}}
    return _table({"http": codes, "not_false": _ANSWER, "empty": _ANSWER}, ["http"])


def _operation(spec: words.Operation) -> Schema:
    parts: Schema = {
        "method": {"enum": [*spec.verbs]},
        "path": _PATH,
        "query": {"type": "object", "additionalProperties": _MAPPED},
        "wrap": {"enum": [*words.WRAPS]},
        "body": {"type": "object", "allOf": [{"$ref": "#/$defs/template"}]},
        "success": _SUCCESS,
    }
    if spec.writes:
        parts["result"] = _table({"id": _ANSWER, "fallback_id": _MAPPED}, [])
        return {**_table(parts, ["method", "path"]), "title": spec.title["en"]}
    parts |= {"rows": _ANSWER, "fields": _fields(spec.fields, spec.nested, spec.needs)}
    return {**_table(parts, ["method", "path", "rows", "fields"]), "title": spec.title["en"]}


def _fields(known: Collection[str], nested: tuple[str, ...], needs: Collection[str]) -> Schema:
    parts = dict.fromkeys(known, _FIELD)
    if nested:
        parts["lines"] = _table({"rows": _ANSWER, "fields": _fields(nested, (), nested[:1])})
    return _table(parts, needs)


def _status_map() -> Schema:
    def rules(when: Collection[str], statuses: Collection[str]) -> Schema:
        kinds = {"raw": _TEXT, "rawMax": _TEXT, "raw_between": _PAIR}
        asked = _table({name: kinds.get(name, {"type": "boolean"}) for name in when}, [])
        return {"type": "array", "items": _table({"when": asked, "status": {"enum": [*statuses]}})}

    return _table(
        {
            "order": rules(words.ORDER_WHEN, words.ORDER_STATUSES),
            "receipt": rules(words.RECEIPT_WHEN, words.RECEIPT_STAGES),
            "default": {"enum": [None, *words.ORDER_STATUSES]},
        },
        ["order", "receipt"],
    )


def _plain() -> Schema:
    return {"type": ["string", "number", "boolean", "null"]}


def _template() -> Schema:
    """What is sent: texts are of the grammar, everything else is taken as it is."""
    again = {"$ref": "#/$defs/template"}
    each = {"properties": {"@each": {"type": "string", "pattern": r"^\$"}}}
    return {
        "anyOf": [
            _MAPPED,
            {"type": ["number", "boolean", "null"]},
            {"type": "array", "items": again},
            {"type": "object", "additionalProperties": again, **each},
        ]
    }
