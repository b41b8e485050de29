"""What every test would compile anew, compiled once a process: templates, SQL statements, addresses of pages. Nothing a
test can see."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event
from werkzeug.routing import Rule

from b24app.store import crypto
from b24app.store import engine as engines

#: A database's name, and the keys that live on the dialect (see b24app.store.crypto).
_Kind = tuple[str, tuple[str, ...]]
#: What `Rule.compile` leaves on a rule.
_BUILDERS = ("_build", "_build_unknown")
_COMPILED = ("_parts", "_trace", "_converters", "arguments", *_BUILDERS)


def share_templates(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Each test makes its own app, and each app would compile every template: a third of a page test's time."""
    cache = FileSystemBytecodeCache(str(folder))
    patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": cache})


def share_addresses(patch: pytest.MonkeyPatch) -> None:
    """Werkzeug parses each address of each app and compiles two functions for it; all of it follows from the address
    alone, for converters that know nothing of their app."""
    compile_one = Rule.compile
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}

    def once(rule: Rule) -> None:
        assert rule.map is not None
        converters = tuple(sorted((name, id(each)) for name, each in rule.map.converters.items()))
        how = (rule.host, rule.subdomain, rule.map.host_matching, rule.merge_slashes, converters)
        key = (rule.rule, repr(rule.defaults), *how)
        if key not in kept:
            compile_one(rule)
            kept[key] = {name: getattr(rule, name) for name in _COMPILED}
            return
        for name, value in kept[key].items():
            setattr(rule, name, value.__func__.__get__(rule, None) if name in _BUILDERS else value.copy())

    patch.setattr(Rule, "compile", once)


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """Each test opens engines of its own, and SQLAlchemy keeps compiled statements by engine and dialect object: an
    engine takes over both from the first one of its kind that has connected."""
    kept: dict[_Kind, tuple[Any, Any]] = {}
    use_keys = crypto.use_keys

    def use(engine: Engine, keys: Sequence[str]) -> None:
        use_keys(engine, keys)
        kind = (engine.dialect.name, tuple(keys))
        if kind in kept:
            engine.dialect, engine._compiled_cache = kept[kind]
        else:
            here = (engine.dialect, engine._compiled_cache)
            event.listen(engine, "connect", lambda *_: kept.setdefault(kind, here))

    patch.setattr(engines, "use_keys", use)
