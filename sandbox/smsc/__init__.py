"""An emulated SMSC.ru, written from its HTTP API as docs/systems/smsc.md records it. Every ``§`` in this package is a
section of it."""

from sandbox.kernel.system import System

from .system import SmscSystem

SYSTEM = System("smsc", "SMSC", SmscSystem)
