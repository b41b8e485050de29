"""What of PEK's API works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("POST /calculator/calculateprice, checkdeliverydate", "works", "prices by distance, weight, volume"),
    CoverageRow("POST /branches/all", "works", "streamed; by branch, division or warehouse too"),
    CoverageRow("POST /branches/nearestdepartments", "works"),
    CoverageRow("POST /branches/findzonebyaddress, findzonebycoordinates", "works", "exact, near, bad, not served"),
    CoverageRow("POST /branches/suggestaddressofintakeordelivery", "works", "towns only; daily number"),
    CoverageRow("POST /branches/checkpickupdate, departmentslimit, checknocalcservices", "works"),
    CoverageRow("POST /preregistration/submit, availabletypebarcode", "works", "order types 0, 3, 14"),
    CoverageRow("POST /order/print, cancellation", "works"),
    CoverageRow("POST /cargos/basicstatus, status, currentstatus, statusfullhistory, statustables", "works"),
    CoverageRow("POST /cargos/deliverystatus, listallorderbylogin, cancelandreturncargo", "works"),
    CoverageRow("POST /cargopickup/status", "works", "the shape of one SDK's models"),
    CoverageRow("POST /cargosdocuments/order, getcontent", "works", "CargoAssignment; an invoice is impossible (2)"),
    CoverageRow("POST /counterparts/…, /auth/…, /notification/cargosubscribe", "works"),
    CoverageRow("GET /typesOfDelivery/all, /clientpackingkind/all; POST /cargocontent/all, /currency/all", "works"),
    CoverageRow("POST /cargopickup/submit, cargopickupnetwork/submit, netshop/submit", "refused", "404 page"),
    CoverageRow("order type 4 (transport with a car ordered apart)", "refused", "not connected for any account"),
    CoverageRow("/receivers/…, /accountingdocuments/…, cargosdocuments/cargoinvoicebyperiod", "refused", "404 page"),
    CoverageRow(
        "cargos/details, routesanddriverinfo, getinfoforcedstorage, statusbypositionbarcodes", "refused", "404"
    ),
)
