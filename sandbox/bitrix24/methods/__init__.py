"""The REST methods, one file an area; each registers itself."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every file of this package, so that its methods are registered."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    importlib.import_module("sandbox.bitrix24.rest.batch")
