"""An emulated S/4HANA with EWM: deliveries over OData V2, the warehouse over V4, one SOAP service; written from its
contract. Every ``§`` in this package is a section of that contract."""

from sandbox.kernel.system import System

from .system import SapSystem

SYSTEM = System("sap_ewm", "SAP EWM", SapSystem)
