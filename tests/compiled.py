"""What every test would compile anew, compiled once a process: templates, SQL statements, addresses of pages. Nothing a
test can see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def share_templates(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Each test makes its own app, and each app would compile every template: a third of a page test's time."""
    cache = FileSystemBytecodeCache(str(folder))
    patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": cache})


def share_addresses(patch: pytest.MonkeyPatch) -> None:
    """Werkzeug compiles a function for each address of each app; what it does follows from the address alone."""
    build = Rule._compile_builder
    kept: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in kept:
            kept[key] = build(rule, append_unknown)
        return kept[key]

    patch.setattr(Rule, "_compile_builder", once)


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
