"""The standard OData interface of the 1C:Enterprise platform, version 3 (contract 1c §2.2), over a base in memory: what
an infobase publishes at ``/odata/standard.odata``. Which objects there are, and what a configuration makes of them, is
said by the system that uses it (`Base`, `Entity`, `Hooks`)."""

from .base import Base, Hooks, Row
from .errors import ODataRefused
from .routes import ODataDoor, add_odata
from .schema import EMPTY, NO_DATE, Entity, accumulation_register, catalog, document, information_register

__all__ = [
    "EMPTY",
    "NO_DATE",
    "Base",
    "Entity",
    "Hooks",
    "ODataDoor",
    "ODataRefused",
    "Row",
    "accumulation_register",
    "add_odata",
    "catalog",
    "document",
    "information_register",
]
