"""What of the API works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("POST /oauth/token, /auth/realms/maactive/…/token", "works", "password and refresh grants; own host"),
    CoverageRow("client_credentials and other grants", "refused", "400 unsupported_grant_type"),
    CoverageRow("dcorder/originalOrder: save, bulkImport, bulkDelete, search, GET, PUT", "works"),
    CoverageRow("dcorder/order: search, bulkDelete, GET, PUT (cancel only)", "works"),
    CoverageRow("dcorder/orderLine, orderFailure: search", "works"),
    CoverageRow("orderStatus, orderLineStatus, asnStatus, asnLevel, lpnStatus, olpnStatus, conditionCode", "works"),
    CoverageRow("pickpack/olpn, olpnDetail: search", "works", "names of measures are invented"),
    CoverageRow("receiving/asn: save, bulkImport, search, GET, PUT; asnLine, receipt: search", "works"),
    CoverageRow("dcinventory/inventory/search, /inventorysearch", "works", "locations only; LocationId alone"),
    CoverageRow("item-master/item, facility/facility, organization/organization: search", "works"),
    CoverageRow("/{component}/api/fwcore/metadata/{Entity}, entities/metadata", "works"),
    CoverageRow("POST /xint/api/async/outbound/send; commonutil/failedMessage/search", "works", "orders and ASN"),
    CoverageRow("DELETE {entity}/{pk}, bulkDelete of ASN", "refused", "405"),
    CoverageRow("purchaseOrder, lpn, createIlpnAndInventory, adjustAbsoluteQuantity", "refused", "404"),
    CoverageRow("shipment, shipconfirm, parcel, dcshipping, lpn-disposition, batch, dmui-facade", "refused", "404"),
    CoverageRow("Active Omni (order, inventory, search)", "refused", "404"),
    CoverageRow("WMOS tXML", "refused", "not emulated"),
    CoverageRow("print forms and files of orders", "refused", "no public document endpoint"),
)
