"""An emulated MoySklad (JSON API 1.2), written from its contract. Every ``§`` in this package is a section of
that contract; "doc" is the vendor's own documentation (github.com/moysklad/api-remap-1.2-doc)."""

from sandbox.kernel.system import System

from .system import MoySkladSystem

SYSTEM = System("moysklad", "MoySklad", MoySkladSystem)
