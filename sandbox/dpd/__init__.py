"""An emulated DPD Russia, written from its contract. Every ``§`` in this package is a section of that contract."""

from sandbox.kernel.system import System

from .system import DpdSystem

SYSTEM = System("dpd", "DPD", DpdSystem)
