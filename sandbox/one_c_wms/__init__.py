"""An emulated infobase «1С:WMS Логистика. Управление складом», written from its contract alone: the HTTP service
"b24logistics" (§6) and the standard OData interface (§2.2, §4) over one set of documents. Every ``§`` in this package
is a section of that contract."""

from sandbox.kernel.system import System

from .system import OneCWmsSystem

SYSTEM = System("one_c_wms", "1C:WMS", OneCWmsSystem)
