"""What of both APIs works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("POST pricing-calculator", "works", "prices by distance and weight"),
    CoverageRow("GET, POST offers/info", "works"),
    CoverageRow("POST location/detect, pickup-points/list", "works"),
    CoverageRow("POST offers/create, offers/confirm, request/create", "works", "checked after some seconds"),
    CoverageRow("GET request/info, request/history, request/actual_info; POST requests/info", "works"),
    CoverageRow("POST request/edit, datetime_options, redelivery_options", "works"),
    CoverageRow("POST request/places/edit, items/remove, edit/status", "works", "202, done later"),
    CoverageRow("POST request/cancel", "works", "started, done later"),
    CoverageRow("POST request/generate-labels, get-handover-act", "works", "the editable act has PDF bytes"),
    CoverageRow("POST request/items-instances/edit", "refused", "404: its body is not in the contract"),
    CoverageRow("merchant/*, warehouses/*, pickups/*", "refused", "404: their bodies are not in the contract"),
    CoverageRow("express: POST offers/calculate, check-price", "works"),
    CoverageRow("express: POST claims/create, info, accept, edit, cancel-info, cancel, return", "works"),
    CoverageRow("express: POST claims/search, bulk_info, journal", "works", "search by cursor is refused"),
    CoverageRow("express: callbacks", "works", "POST only; repeated until 200"),
    CoverageRow("express: GET tracking-links, performer-position; POST driver-voiceforwarding", "works"),
    CoverageRow("express: payment_on_delivery, buyout", "refused", "403, as on an account without them"),
    CoverageRow("express: tariffs, delivery-methods, apply-changes, points-eta, confirmation_code", "refused", "404"),
    CoverageRow("express: proof-of-delivery, same-day slots outside Russia", "refused", "404"),
)
