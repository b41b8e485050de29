"""What of CDEK's API works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("POST /v2/oauth/token", "works"),
    CoverageRow("POST /v2/orders", "works", "two phases"),
    CoverageRow("GET /v2/orders, /v2/orders/{uuid}", "works"),
    CoverageRow("PATCH /v2/orders", "works"),
    CoverageRow("DELETE /v2/orders/{uuid}", "works"),
    CoverageRow("POST /v2/orders/{uuid}/refusal", "works", "request type CREATE_REFUSAL, as one SDK has it"),
    CoverageRow("POST /v2/orders/{uuid}/clientReturn", "works"),
    CoverageRow("POST /v2/calculator/tarifflist, tariff, tariffAndService", "works", "prices by distance"),
    CoverageRow("GET /v2/calculator/alltariffs", "works"),
    CoverageRow("GET /v2/deliverypoints", "works"),
    CoverageRow("GET /v2/location/cities, suggest/cities, regions, postalcodes, coordinates", "works"),
    CoverageRow("POST, GET /v2/print/orders, barcodes (.pdf)", "works"),
    CoverageRow("/v2/webhooks", "works", "RECEIPT and photo events are never sent"),
    CoverageRow("/v2/intakes (POST, GET, PATCH, DELETE, availableDays), /v2/orders/{uuid}/intakes", "works"),
    CoverageRow("/v2/delivery (POST, GET, intervals, estimatedIntervals)", "works"),
    CoverageRow("POST /v2/reverse/availability", "works"),
    CoverageRow("/v2/prealert (POST, GET)", "works", "never closes"),
    CoverageRow("/v2/check, payment, registries, passport, photoDocument, international", "refused", "404"),
)
