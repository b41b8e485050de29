"""An emulated Russian Post, written from its contract. Every ``§`` in this package is a section of that contract."""

from sandbox.kernel.system import System

from .system import RussianPostSystem

SYSTEM = System("russian_post", "Почта России", RussianPostSystem)
