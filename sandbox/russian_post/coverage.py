"""What of the Post's services works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("PUT /1.0/user/backlog, /2.0/user/backlog", "works", "domestic items; abroad UNAVAILABLE_MAIL_TYPE"),
    CoverageRow("GET /1.0/backlog/search, /{id}, /by-group-name/{name}", "works"),
    CoverageRow("PUT /1.0/backlog/{id}, DELETE /1.0/backlog, POST /1.0/user/backlog", "works"),
    CoverageRow("POST /1.0/user/shipment", "works", "domestic parcels share a COMBINED batch"),
    CoverageRow("GET /1.0/batch, /{name}, /{name}/shipment", "works", "the list shows CREATED ones only"),
    CoverageRow("POST, PUT /1.0/batch/{name}/shipment, POST …/sending/{y}/{m}/{d}", "works"),
    CoverageRow("POST /1.0/batch/{name}/checkin", "works"),
    CoverageRow("GET /1.0/shipment/search, /{id}, /by-group-name/{name}; DELETE /1.0/shipment", "works"),
    CoverageRow("GET, PUT /1.0/archive, POST /1.0/archive/revert", "works"),
    CoverageRow("GET /1.0/forms/… (f7pdf, f112pdf, forms, backlog, f103pdf, zip-all, act, easy return)", "works"),
    CoverageRow("PUT /1.0/returns, …/return-without-direct, POST …/{barcode}, DELETE …", "works"),
    CoverageRow("GET /1.0/user-shipping-points, settings, settings/limit, counterpart/balance", "works"),
    CoverageRow("POST /1.0/clean/address, physical, phone", "works", "any code on demand: write it into the input"),
    CoverageRow("POST /1.0/tariff", "works"),
    CoverageRow("POST /1.0/unreliable-recipient", "works", "always RELIABLE, as recorded"),
    CoverageRow("GET /postoffice/1.0/{index}, nearby, by-address, settlement.offices.codes, services", "works"),
    CoverageRow("GET /1.0/unloading-passport/zip", "works"),
    CoverageRow("GET, POST tariff /v2/calculate/tariff[/delivery], delivery", "works"),
    CoverageRow("GET tariff /v2/dictionary/category, object/tariff/delivery, service, country", "works"),
    CoverageRow("GET tariff /v2/dictionary/postoffice", "refused", "404"),
    CoverageRow("SOAP rtm34 getOperationHistory, getLanguages, PostalOrderEventsForMail", "works", "WSDL at ?wsdl"),
    CoverageRow("SOAP rtm34 getSmsHistory, getCustomDutyEventsForMail", "works", "always empty"),
    CoverageRow("SOAP fc getTicket, getResponseByTicket", "works", "WSDL at ?wsdl"),
    CoverageRow("/1.0/user-session, /1.0/long-term-archive, /external/v1 (courier time slots)", "refused", "407"),
)
