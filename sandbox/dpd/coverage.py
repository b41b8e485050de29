"""What the emulated DPD has, service by service (contract §3-§9)."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

_WORKS = {
    "geography2": "getCitiesCashPay getParcelShops getTerminalsSelfDelivery2 getStoragePeriod getPossibleExtraService",
    "calculator2": "getServiceCost2 getServiceCostByParcels2 getServiceCostByParcels3",
    "order2": "createOrder createOrder2 createOrderAsync createOrderResult getOrderStatus cancelOrder addParcels "
    "removeParcels createAddress updateAddress getInvoiceFile getRegisterFile changeUnitLoad changeDeliveryDate",
    "tracing": "getStatesByClient confirm getStatesByClientOrder getStatesByClientParcel getStatesByDPDOrder",
    "tracing1-1": "getStatesByClientOrder getStatesByClientParcel getStatesByDPDOrder",
    "event-tracking": "getEvents confirm getTrakingOrderLink",
    "label-print": "createLabelFile createParcelLabel",
}
_REFUSED = {
    "calculator2 getServiceCost, getServiceCostByParcels": "older methods; answered by a fault",
    "calculator2 getServiceCostInternational": "only Russia is emulated; answered by a fault",
    "calculator2 getServiceCost3": "its answer is not recorded; unknown to the WSDL",
    "order2 orderReDirect": "values of reDirectionType are not recorded; answered by a fault",
    "order2 getOrderSMS, addAirwayBill": "meaning not recorded; answered by a fault",
    "label-print createLabelFile FP3": "FastReport's format; answered by a fault",
    "nl, delivery-management": "shapes not recorded; HTTP 404",
}

COVERAGE = [CoverageRow(f"{service} {name}", "works") for service, names in _WORKS.items() for name in names.split()]
COVERAGE += [CoverageRow(name, "refused", note) for name, note in _REFUSED.items()]
