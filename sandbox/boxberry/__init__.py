"""An emulated Boxberry JSON API, written from its contract. Every ``§`` in this package is a section of it."""

from sandbox.kernel.system import System

from .system import BoxberrySystem

SYSTEM = System("boxberry", "Boxberry", BoxberrySystem)
