"""What of the contract works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("GET /v1/health", "works", "§6.3"),
    CoverageRow("POST /v1/transport-requests", "works", "§6.4; 202 when decision_min/max are above 0"),
    CoverageRow("GET /v1/transport-requests/{id}, by-external-id/{x}, {id}/events, ?changedSince=", "works", "§6.5"),
    CoverageRow("POST, GET /v1/transport-requests/{id}/documents; PUT, GET, DELETE …/content", "works", "§6.6"),
    CoverageRow("POST /v1/transport-requests/{id}/cancel", "works", "§6.7"),
    CoverageRow("Callbacks 1C → app", "works", "§6.9: bearer token, repeats after 1, 5, 30 min, then hourly for a day"),
    CoverageRow("JSON and XML, Idempotency-Key, X-Request-Id, paging", "works", "§6.1, §6.10"),
    CoverageRow("/odata/standard.odata of tms3: one document with two tabular sections", "works", "§2.2, §5"),
    CoverageRow("OpenID Connect, JWT, cookies ibsession, X-Api-Token without a password", "refused", "401"),
    CoverageRow("/v1/wms/…", "refused", "404 of the platform: that is 1C:WMS's infobase"),
    CoverageRow("/ws/ (SOAP)", "refused", "404"),
)
