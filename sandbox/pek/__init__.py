"""An emulated PEK API v1, written from its contract. Every ``§`` in this package is a section of that contract."""

from sandbox.kernel.system import System

from .system import PekSystem

SYSTEM = System("pek", "PEK", PekSystem)
