"""What of ApiShip's API works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("POST /users/login, /login", "works"),
    CoverageRow("POST /calculator", "works", "prices by distance; nobody waits for a late carrier"),
    CoverageRow("POST /orders, /orders/sync, /orders/validate", "works"),
    CoverageRow("GET, PUT, DELETE /orders/{id}; GET /orders/{id}/cancel; POST /orders/{id}/resend", "works"),
    CoverageRow("POST /orders/return", "works", "of the vendor's OpenAPI document, not of the contract"),
    CoverageRow("POST /orders/labels, /orders/waybills", "works", "links under the same address"),
    CoverageRow("POST /courierCall, /courierCall/{id}/cancel", "works", "no courier comes on a Sunday"),
    CoverageRow("GET /orders/{id}/status, /orders/status, /orders/{id}/statusHistory, /orders/status/history", "works"),
    CoverageRow("POST /orders/statuses; GET /orders/statuses/date, /history/date, /interval", "works"),
    CoverageRow("GET, POST /webhooks; DELETE /webhooks/{uuid}", "works", "three attempts, ten minutes apart"),
    CoverageRow("GET /lists/points", "works", "filters: id, providerKey, code, city, availableOperation, type, cod"),
    CoverageRow("GET /lists/providers, tariffs, statuses, services, …Types, paymentMethods", "works"),
    CoverageRow("GET, POST /connections; GET /connections/{id}", "works", "a new one is shown, and carries nothing"),
    CoverageRow("PUT, DELETE /connections/{id}; /connections/schemas", "refused", "405, 404"),
    CoverageRow("/users/signup, /billing, /externalTracking, /calculator/intervals, /orders/upload", "refused", "404"),
    CoverageRow("/orders/{id}/items, /courier, /code; /lists/providerStatuses, providerCities", "refused", "404"),
    CoverageRow("/pay and methods of single carriers (dpd, boxberry, x5, …)", "refused", "404"),
    CoverageRow("application/xml", "refused", "400 040000"),
)
