"""An emulated CDEK API v2, written from its contract. Every ``§`` in this package is a section of that contract."""

from sandbox.kernel.system import System

from .system import CdekSystem

SYSTEM = System("cdek", "CDEK", CdekSystem)
