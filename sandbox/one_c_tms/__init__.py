"""An emulated 1C:TMS Logistics: an infobase with our extension's HTTP service (transport requests) and, for bases
without it, the standard OData interface. Written from shared/contracts/1c.md: every ``§`` here is a section of it."""

from sandbox.kernel.system import System

from .system import OneCTmsSystem

SYSTEM = System("one_c_tms", "1C:TMS Logistics", OneCTmsSystem)
