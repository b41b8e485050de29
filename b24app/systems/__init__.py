"""Logistics systems as plug-ins: a folder here, or an entry point of the group `waybill.systems`.

Each module exposes `PLUGIN: SystemPlugin`. One that fails to import is left out with its reason in `broken()`; the
others go on.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import entry_points

from b24app.systems.plugin import (
    Manifest,
    MemoryTokens,
    OpenContext,
    RatePolicy,
    SettingField,
    SystemPlugin,
    TokenCache,
    TrackPolicy,
)

__all__ = [
    "Manifest",
    "MemoryTokens",
    "OpenContext",
    "RatePolicy",
    "SettingField",
    "SystemPlugin",
    "TokenCache",
    "TrackPolicy",
    "broken",
    "discover",
]

GROUP = "waybill.systems"
#: What systems share is no system.
KIT = "kit"


def discover() -> dict[str, SystemPlugin]:
    """Every usable system by its code; our folders win over entry points of the same code."""
    return dict(_found()[0])


def broken() -> dict[str, str]:
    """Modules that could not be loaded, and why."""
    return dict(_found()[1])


@cache
def _found() -> tuple[dict[str, SystemPlugin], dict[str, str]]:
    plugins: dict[str, SystemPlugin] = {}
    failures: dict[str, str] = {}
    for name, load in [*_foreign(), *_own()]:
        try:
            plugin = load()
        except (ImportError, AttributeError, SyntaxError) as error:
            failures[name] = f"{type(error).__name__}: {error}"
            continue
        plugins[plugin.manifest.code] = plugin
    return plugins, failures


def _own() -> list[tuple[str, Callable[[], SystemPlugin]]]:
    names = [
        f"{__name__}.{found.name}" for found in pkgutil.iter_modules(__path__) if found.ispkg and found.name != KIT
    ]
    return [(name, partial(_plugin_of, name)) for name in names]


def _foreign() -> list[tuple[str, Callable[[], SystemPlugin]]]:
    return [(point.name, point.load) for point in entry_points(group=GROUP)]


def _plugin_of(module: str) -> SystemPlugin:
    plugin: SystemPlugin = importlib.import_module(module).PLUGIN
    return plugin
