"""An emulated ApiShip API v1, an aggregator of carriers, written from its contract. Every ``§`` in this package is a
section of that contract; "spec" is the vendor's OpenAPI document as a public mirror has it (see README.md)."""

from sandbox.kernel.system import System

from .system import ApiShipSystem

SYSTEM = System("apiship", "ApiShip", ApiShipSystem)
