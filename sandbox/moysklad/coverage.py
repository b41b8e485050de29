"""What of MoySklad's API works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

_DOCUMENTS = "customerorder, demand, salesreturn, loss"

COVERAGE = (
    CoverageRow("POST /security/token", "works", "a new token ends the user's last one"),
    CoverageRow("GET /context/employee, /context/application", "works"),
    CoverageRow(f"GET, POST /entity/{{{_DOCUMENTS}, counterparty}}", "works", "POST of an array: each on its own"),
    CoverageRow("GET, PUT, DELETE /entity/{t}/{id}; POST /trash, /entity/{t}/delete; DELETE /syncid/{uuid}", "works"),
    CoverageRow(f"PUT /entity/{{{_DOCUMENTS}}}/new", "works", "empty, or made from an order, a shipment, a return"),
    CoverageRow("GET, POST, PUT, DELETE /entity/{t}/{id}/positions", "works", "mass delete of rows: refused, 400"),
    CoverageRow(
        "GET /entity/{organization, store, product, variant, bundle, service, employee, group, currency, uom}",
        "works",
        "read only",
    ),
    CoverageRow("GET /entity/assortment", "works", "filters of products; article of a variant is its code"),
    CoverageRow(
        "GET /entity/{t}/metadata; GET, POST, DELETE …/attributes, …/states; GET …/embedded-, customtemplate", "works"
    ),
    CoverageRow(
        "GET /report/stock/all, /bystore, /all/current, /bystore/current", "works", "no groupBy, no withRecalculate"
    ),
    CoverageRow("GET, POST, DELETE /entity/{t}/{id}/files; GET /download/{id}", "works"),
    CoverageRow("POST /entity/{t}/{id}/export", "works", "pdf and html; xls and ods are refused (33002)"),
    CoverageRow("GET, POST, DELETE /entity/{customerorder, demand}/{id}/publication", "works"),
    CoverageRow(
        "GET, POST, PUT, DELETE /entity/webhook, /entity/webhookstock", "works", "1500 ms, one and three attempts"
    ),
    CoverageRow("filter, order, search, limit, offset, expand, fields=stock", "works"),
    CoverageRow("?async=true, /async", "refused", "61000"),
    CoverageRow("/report/stock/byslot, /byoperation; other reports", "refused", "400 1002"),
    CoverageRow("attributes of types file, customentity; addresses with country or region", "refused", "3005, 1021"),
    CoverageRow("enter, move, invoices, payments, consignments and all other types", "refused", "405 1039"),
    CoverageRow("the vendor API (/api/vendor/1.0) and its push of tokens", "refused", "a solution's token is given"),
    CoverageRow("Accept-Language: en", "refused", "words are Russian"),
)
